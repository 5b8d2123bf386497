"""The page on configuration names every variable that the code reads, and no other."""

import re

from regard.config.home import ROOT

#: Variables that one process of Regard sets for another.
INTERNAL = {"REGARD_SUPERVISED"}
READ = re.compile(
    r"""(?:env\.\w+|environ(?:\.get)?|getenv)[\[(]\s*["']([A-Z][A-Z_]+)["']|envvar="([A-Z_]+)"|["'](REGARD_[A-Z_]+)["']"""
)


def test_every_variable_is_explained():
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    read = {name for file in files for found in READ.findall(file.read_text()) for name in found if name}
    read |= {"PYTHON"} if "${PYTHON:-" in (ROOT / "deps" / "bootstrap.sh").read_text() else set()
    read -= INTERNAL | {"PLAYWRIGHT_NODEJS_PATH", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    explained = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))
    assert explained == read
