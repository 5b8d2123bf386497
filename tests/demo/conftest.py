"""Two small counties, made once: one as it comes, and one in which everything goes wrong far more often."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from regard.demo.generate import Expected, generate
from regard.demo.mess import Rates

END = date(2026, 11, 15)
SLOPPY = Rates(
    exact_repeat=0.03,
    disagreeing=0.02,
    bad_date=0.03,
    before_opened=0.03,
    unknown_code=0.03,
    no_key=0.02,
    no_date=0.02,
    ragged=0.03,
    bad_number=0.03,
    not_readable=0.01,
    test_rows=0.02,
    blank_word=0.2,
    stray_space=0.2,
    code_case=0.3,
    formula=0.02,
    newline=0.1,
    careless=0.4,
    placeholder=0.05,
    bad_mail=0.05,
    other_date=0.1,
)


@dataclass(frozen=True)
class Made:
    folder: Path
    expected: Expected


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("county")
    return Made(folder, generate(folder, seed=7, cases=2000, end=END))


@pytest.fixture(scope="session")
def sloppy(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("sloppy")
    return Made(folder, generate(folder, seed=11, cases=1000, end=END, rates=SLOPPY))


@pytest.fixture(params=["county", "sloppy"])
def made(request: pytest.FixtureRequest) -> Made:
    return request.getfixturevalue(request.param)
