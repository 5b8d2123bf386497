"""What expected.json says of the files, against a second reading of the files."""

import json
from collections import Counter

import pytest

from tests.demo.rereading import READERS, judged

FATES = {"loaded", "repeat", "disagrees"}


@pytest.mark.parametrize("name", READERS)
def test_the_account_of_a_file_is_what_a_second_reader_finds(made, name):
    account = made.expected.files[name]
    found = judged(made.folder, name)
    fates = Counter(fate for _, fate in found)
    assert account.rows == len(found)
    assert account.loaded == fates["loaded"]
    assert account.repeats == fates["repeat"]
    assert account.disagreeing == fates["disagrees"]
    assert account.quarantined == Counter({fate: n for fate, n in fates.items() if fate not in FATES})


@pytest.mark.parametrize("name", READERS)
def test_each_row_that_does_not_load_is_named(made, name):
    found = judged(made.folder, name)
    details = {row: reason or fate for row, _, fate, reason in made.expected.files[name].details}
    assert details == {row: fate for row, (_, fate) in enumerate(found, 1) if fate != "loaded"}


def test_the_books_balance(made):
    for account in made.expected.files.values():
        out = sum(account.quarantined.values())
        assert account.rows == account.loaded + account.repeats + account.disagreeing + out
        assert len(account.details) == account.rows - account.loaded


def test_the_file_of_answers_says_the_same(made):
    told = json.loads((made.folder / "answers" / "expected.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(made.expected.as_dict()))
    reasons = {reason for file in told["files"].values() for reason in file["quarantined"]}
    assert reasons <= set(told["reasons"])


def test_every_reason_occurs_somewhere(sloppy):
    reasons = {reason for account in sloppy.expected.files.values() for reason in account.quarantined}
    assert reasons == set(sloppy.expected.as_dict()["reasons"])
