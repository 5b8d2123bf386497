"""Settings are typed, and a wrong one is named in one line."""

import os
import stat
import subprocess
import sys

import pytest

from regard.config import env
from regard.config.database import LONGEST_SOCKET, database_settings, socket_folder
from regard.config.env import SettingsError
from regard.config.home import ROOT, data_home, secret_key
from regard.config.mail import mail_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("REGARD_", "DATABASE_URL")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("", False)])
def test_flag(monkeypatch, value, meant):
    monkeypatch.setenv("REGARD_X", value)
    assert env.flag("REGARD_X", default=not meant) is meant


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch):
    monkeypatch.setenv("REGARD_X", "maybe")
    with pytest.raises(SettingsError, match=r"^REGARD_X is 'maybe'\. Use 1 or 0\.$"):
        env.flag("REGARD_X")


def test_a_missing_text_is_refused_only_without_a_default():
    assert env.text("REGARD_X", "usual") == "usual"
    with pytest.raises(SettingsError, match="REGARD_X is not set"):
        env.text("REGARD_X")


@pytest.mark.parametrize("value", ["many", "-1", "11", "1.5"])
def test_a_number_outside_its_limits_is_refused(monkeypatch, value):
    monkeypatch.setenv("REGARD_X", value)
    with pytest.raises(SettingsError, match=r"^REGARD_X is .*Use a whole number from 0 to 10\.$"):
        env.number("REGARD_X", 1, most=10)


def test_listing_drops_blanks(monkeypatch):
    monkeypatch.setenv("REGARD_X", " a.org , ,b.org,")
    assert env.listing("REGARD_X") == ["a.org", "b.org"]
    assert env.listing("REGARD_Y") == []


def test_an_unknown_time_zone_is_refused(monkeypatch):
    monkeypatch.setenv("REGARD_X", "Mars/Olympus")
    with pytest.raises(SettingsError, match="America/Chicago"):
        env.time_zone("REGARD_X", "UTC")


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    assert env.secret("REGARD_X") is None
    (tmp_path / "x").write_text("from file\n")
    monkeypatch.setenv("REGARD_X_FILE", str(tmp_path / "x"))
    assert env.secret("REGARD_X") == "from file"
    monkeypatch.setenv("REGARD_X", "here")
    with pytest.raises(SettingsError, match="both set"):
        env.secret("REGARD_X")


@pytest.mark.parametrize("content", [None, " \n", b"\xff\xfe"])
def test_a_secret_file_that_says_nothing_is_refused(monkeypatch, tmp_path, content):
    file = tmp_path / "x"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("REGARD_X_FILE", str(file))
    with pytest.raises(SettingsError, match="REGARD_X_FILE names"):
        env.secret("REGARD_X")


def test_an_address_keeps_its_password_to_itself():
    address = env.address(
        "DATABASE_URL", "postgresql://me:p%40ss@db.example:5433/office?sslmode=require", {"postgresql"}
    )
    assert (address.host, address.port, address.user, address.password) == ("db.example", 5433, "me", "p@ss")
    assert (address.path, address.options) == ("office", {"sslmode": "require"})
    assert "p@ss" not in repr(address)
    for wrong in ("mysql://me:hunter2@db/x", "postgresql://me:hunter2@db:port/x"):
        with pytest.raises(SettingsError, match="DATABASE_URL") as refused:
            env.address("DATABASE_URL", wrong, {"postgresql"})
        assert "hunter2" not in str(refused.value)


# --- the database's settings -------------------------------------------------------------------------


def test_without_a_url_the_database_is_the_embedded_one(tmp_path):
    settings = database_settings(tmp_path)
    assert settings["HOST"] == str(socket_folder(tmp_path))
    assert settings["HOST"].startswith("/")


def test_a_url_names_another_server(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db.example:5433/office?sslmode=require")
    settings = database_settings(tmp_path)
    got = [settings[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")]
    assert got == ["db.example", "5433", "me", "secret", "office"]
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_a_url_may_name_a_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@/office?host=/run/postgresql&port=5433")
    settings = database_settings(tmp_path)
    assert (settings["HOST"], settings["PORT"]) == ("/run/postgresql", "5433")
    assert set(settings["OPTIONS"]) == {"connect_timeout"}


def test_a_url_without_a_database_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/")
    with pytest.raises(SettingsError, match="names no database"):
        database_settings(tmp_path)


def test_a_deep_home_gets_a_socket_with_a_short_path(tmp_path):
    deep = tmp_path / ("x" * 90)
    assert len(str(socket_folder(deep) / ".s.PGSQL.5432")) <= LONGEST_SOCKET
    assert socket_folder(deep) == socket_folder(deep)
    assert socket_folder(deep) != socket_folder(tmp_path / ("x" * 91))


# --- home and key ------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_private(tmp_path):
    key = secret_key(tmp_path, production=False)
    assert len(key) >= 50
    assert secret_key(tmp_path, production=False) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_in_production_the_key_must_be_given(monkeypatch, tmp_path):
    with pytest.raises(SettingsError, match="REGARD_SECRET_KEY is not set"):
        secret_key(tmp_path, production=True)
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("REGARD_SECRET_KEY", "short")
    with pytest.raises(SettingsError, match="too short"):
        secret_key(tmp_path, production=True)


def test_a_home_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REGARD_HOME", str(tmp_path / "file" / "var"))
    with pytest.raises(SettingsError, match="REGARD_HOME is"):
        data_home()


# --- mail --------------------------------------------------------------------------------------------


def test_without_a_server_letters_become_files(tmp_path):
    mail = mail_settings(tmp_path)
    assert mail.backend.endswith("filebased.EmailBackend")
    assert mail.folder == tmp_path / "outbox"


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://u:p@mail.example", 587, False, True),
        ("smtps://mail.example", 465, True, False),
        ("smtp://relay:25?tls=no", 25, False, False),
    ],
)
def test_a_mail_server_is_spoken_to_in_cipher_unless_told_otherwise(monkeypatch, tmp_path, url, port, tls, starttls):
    monkeypatch.setenv("REGARD_EMAIL_URL", url)
    mail = mail_settings(tmp_path)
    assert (mail.port, mail.tls, mail.starttls) == (port, tls, starttls)


# --- the settings as a whole -------------------------------------------------------------------------

KEY = "k9$wq2LmZ!c7Vb4xT0pRs8Yd1Hf6Gj3Na5Eu-QoWiXyBtCrMzPlKvD"


def run_manage(home, *arguments, **environment):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "REGARD_HOME": str(home), **environment}
    # A server of one's own that does not exist: a check must not need the database.
    environment.setdefault("DATABASE_URL", "postgresql://nobody@/none?host=/nonexistent")
    command = [sys.executable, "-m", "regard", "manage", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_production_settings_pass_django_s_own_review(tmp_path):
    checked = run_manage(
        tmp_path,
        *("check", "--deploy", "--fail-level", "WARNING"),
        REGARD_PRODUCTION="1",
        REGARD_SECRET_KEY=KEY,
        REGARD_ALLOWED_HOSTS="service.example.gov",
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"REGARD_PRODUCTION": "1", "REGARD_SECRET_KEY": KEY}, "REGARD_ALLOWED_HOSTS"),
        ({"REGARD_PRODUCTION": "1"}, "REGARD_SECRET_KEY"),
        ({"REGARD_PRODUCTION": "1", "REGARD_DEBUG": "1"}, "REGARD_DEBUG"),
        ({"REGARD_PRODUCTION": "perhaps"}, "REGARD_PRODUCTION"),
        ({"REGARD_TIME_ZONE": "Nowhere"}, "REGARD_TIME_ZONE"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"REGARD_EMAIL_URL": "mail.example"}, "REGARD_EMAIL_URL"),
        ({"REGARD_LOG_LEVEL": "loud"}, "REGARD_LOG_LEVEL"),
        ({"REGARD_PROXIES": "-1"}, "REGARD_PROXIES"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path, environment, variable):
    checked = run_manage(tmp_path, "check", **environment)
    assert checked.returncode == 2
    assert checked.stderr.startswith(f"Error: {variable}")
    assert checked.stderr.count("\n") == 1
