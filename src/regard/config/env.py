"""Reading settings from the environment: typed, and loud when a value makes no sense.

Every reader takes the name of the variable, so a mistake is reported with the name to change.
A secret may stand in the variable itself or in a file that `NAME_FILE` points at.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from regard.lib.commandline import RefusedError

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class SettingsError(RefusedError):
    """A setting is missing or makes no sense. The message is one line: the variable, the trouble, the remedy."""


def text(name: str, default: str | None = None) -> str:
    """The variable as it stands.

    Raises SettingsError when it is missing or empty and there is no default.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise SettingsError(f"{name} is not set. Set it in the environment before starting Regard.")
    return default


def secret(name: str) -> str | None:
    """A secret from `NAME`, or from the file named by `NAME_FILE`; None when neither is set.

    Raises SettingsError when both are set, or when the file is missing, unreadable or empty.
    """
    value, file = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and file:
        raise SettingsError(f"{name} and {name}_FILE are both set. Keep one of them.")
    if not file:
        return value or None
    try:
        value = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {error}.") from error
    if not value:
        raise SettingsError(f"{name}_FILE names {file}, which is empty.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise SettingsError(f"{name} is {value!r}. Use 1 or 0.")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number between `least` and `most`."""
    value = text(name, str(default))
    limits = f"from {least}" + (f" to {most}" if most is not None else " up")
    try:
        parsed = int(value)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}. Use a whole number {limits}.") from None
    if parsed < least or (most is not None and parsed > most):
        raise SettingsError(f"{name} is {parsed}. Use a whole number {limits}.")
    return parsed


def listing(name: str) -> list[str]:
    """Values separated by commas; an empty list when the variable is not set."""
    return [part.strip() for part in text(name, "").split(",") if part.strip()]


def choice(name: str, default: str, allowed: list[str]) -> str:
    """One of the words in `allowed`, in capitals or not."""
    value = text(name, default).upper()
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}. Use one of: {', '.join(allowed)}.")
    return value


def time_zone(name: str, default: str) -> str:
    """The name of an IANA time zone that this machine knows."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"{name} is {value!r}. Use a name such as America/Chicago.") from None
    return value


@dataclass(frozen=True)
class Address:
    """The parts of a URL that says where a server is and how to sign in there."""

    scheme: str
    host: str
    port: int | None
    user: str
    password: str = field(repr=False)  # must not reach a log
    path: str
    options: dict[str, str]


def address(name: str, value: str, schemes: set[str]) -> Address:
    """Parse a URL. The message of an error never repeats the value, which may hold a password."""
    wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise SettingsError(f"{name} must start with {wanted}.")
    try:
        port = parts.port
    except ValueError:
        raise SettingsError(f"{name} has a port that is not a number from 1 to 65535.") from None
    return Address(
        scheme=parts.scheme,
        host=unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        path=unquote(parts.path.lstrip("/")),
        options={key: values[-1] for key, values in parse_qs(parts.query).items()},
    )
