"""Settings of the test run: its own database server and its own empty data folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from regard.config.database import DATABASE, ROLE, socket_folder
from regard.config.home import ROOT

#: Where the tests' database server keeps its data. It is kept between runs, so that a run starts fast.
DATABASE_HOME = ROOT / "var" / "tests"
OWN_SERVER = "DATABASE_URL" in os.environ or "DATABASE_URL_FILE" in os.environ

if not OWN_SERVER:
    os.environ["DATABASE_URL"] = f"postgresql://{ROLE}@/{DATABASE}?host={socket_folder(DATABASE_HOME)}"
for name in [
    name for name in os.environ if name.startswith("REGARD_") and name not in {"REGARD_DATA", "REGARD_REQUIRE_DATA"}
]:
    del os.environ[name]  # the developer's own settings must not decide what the tests see
os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-test-")
atexit.register(shutil.rmtree, os.environ["REGARD_HOME"], ignore_errors=True)

from regard.config.settings import *  # noqa: E402, F403  (reads the environment prepared above)
from regard.config.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": f"test_{os.getpid()}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast: nobody attacks a test
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The manifest of collected files does not exist in tests; files are served from where they are.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MEDIA_ROOT = Path(os.environ["REGARD_HOME"]) / "uploads"
