"""Homes for the tests of the launcher."""

import os
from pathlib import Path

import pytest

from regard.config import database


def open_to_others(folder: Path) -> Path:
    """Pytest's folders are closed to the account that the server runs as under root; a real home is not."""
    if os.geteuid() == 0:
        for part in (folder, *list(folder.parents)[:2]):
            part.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder for the tests of one module, with whatever database they make there."""
    folder = open_to_others(tmp_path_factory.mktemp("home"))
    yield folder
    database.stop(folder)


@pytest.fixture
def fresh_home(tmp_path):
    yield open_to_others(tmp_path)
    database.stop(tmp_path)
