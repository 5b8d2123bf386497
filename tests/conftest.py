"""What every test may use: a database, the public data sets, and a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from regard.config.home import ROOT
from tests import chromium, database

pytest_plugins = ["tests.cast", "tests.planted"]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in the test's thread
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.node()))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker
) -> Iterator[None]:
    """Copy a migrated template instead of migrating anew."""
    with database.server(), django_db_blocker.unblock():
        template = database.migrated_template()
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public data sets: `REGARD_DATA`, else `../shared/data` beside the project.

    Skips the test when there is none, or fails it when `REGARD_REQUIRE_DATA` is 1.
    """
    named = os.environ.get("REGARD_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if os.environ.get("REGARD_REQUIRE_DATA") == "1":
        pytest.fail(f"No public data sets at {folder}. Set REGARD_DATA, or unset REGARD_REQUIRE_DATA.")
    pytest.skip(f"no public data sets at {folder}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    found = chromium.find()
    return browser_type_launch_args | {
        "executable_path": found.program,
        "env": {**os.environ, **found.environment},
        "args": chromium.ARGUMENTS,
    }
