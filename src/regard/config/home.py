"""Where one installation keeps its data, and the few small files Regard makes there for itself."""

import os
import secrets
from pathlib import Path

from regard.config import env

#: The folder that holds `src`, the lock files and the start-up scripts.
ROOT = Path(__file__).resolve().parents[3]


def data_home() -> Path:
    """`REGARD_HOME`, made when it does not exist; `var` in the project folder by default.

    Raises SettingsError when the folder cannot be made or written to.
    """
    home = Path(env.text("REGARD_HOME", str(ROOT / "var"))).expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise env.SettingsError(f"REGARD_HOME is {home}, which cannot be made: {error.strerror}.") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise env.SettingsError(f"REGARD_HOME is {home}, which this user may not write to.")
    return home


def secret_key(home: Path, *, production: bool) -> str:
    """The key that signs sessions: from the environment, else from a file made once for this installation.

    Raises SettingsError in production without one: a key that nobody chose is a key that nobody keeps.
    """
    given = env.secret("REGARD_SECRET_KEY")
    if given:
        if production and (len(given) < 50 or len(set(given)) < 5):
            raise env.SettingsError("REGARD_SECRET_KEY is too short. Use at least 50 random characters.")
        return given
    if production:
        raise env.SettingsError(
            "REGARD_SECRET_KEY is not set. In production set it, or REGARD_SECRET_KEY_FILE, to 50 random characters."
        )
    file = home / "secret_key"
    if not file.exists():
        _make_once(file, secrets.token_urlsafe(60))
    return file.read_text(encoding="ascii").strip()


def _make_once(file: Path, content: str) -> None:
    """Write a private file so that two processes starting together end up with the same content."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(content)
    try:
        os.link(draft, file)  # fails when another process was first; its content then counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
