"""How letters leave: through a mail server, or into files when none is set."""

from dataclasses import dataclass, field
from pathlib import Path

from regard.config import env


@dataclass(frozen=True)
class MailSettings:
    backend: str
    folder: Path
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)  # must not reach a log
    tls: bool = False
    starttls: bool = False


def mail_settings(home: Path) -> MailSettings:
    """Read `REGARD_EMAIL_URL`: smtp://user:password@host:587, smtps:// for TLS, ?tls=no for a trusted relay.

    Without it, letters are written as files to the folder `outbox` of `home`, so that nothing leaves the
    machine by accident. Raises SettingsError for a URL that cannot be used.
    """
    folder = home / "outbox"
    url = env.secret("REGARD_EMAIL_URL")
    if url is None:
        return MailSettings("django.core.mail.backends.filebased.EmailBackend", folder)
    server = env.address("REGARD_EMAIL_URL", url, {"smtp", "smtps"})
    if not server.host:
        raise env.SettingsError("REGARD_EMAIL_URL names no host. Write smtp://host:587.")
    tls = server.scheme == "smtps"
    return MailSettings(
        backend="django.core.mail.backends.smtp.EmailBackend",
        folder=folder,
        host=server.host,
        port=server.port or (465 if tls else 587),
        user=server.user,
        password=server.password,
        tls=tls,
        starttls=not tls and server.options.get("tls") != "no",
    )
