"""The system account that the embedded PostgreSQL runs as: our own, or under root one without rights."""

import os
import pwd
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regard.lib.commandline import RefusedError

NAME = "regard-db"


class AccountError(RefusedError):
    """No account can run the server. One line: what, where, what to do next."""


@dataclass(frozen=True)
class Account:
    """A system account, and whether a process must change to it."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_this_process(cls) -> "Account":
        try:
            return cls._from(pwd.getpwuid(os.geteuid()))
        except KeyError:
            raise AccountError(
                f"The user with the number {os.geteuid()} has no name on this machine, and PostgreSQL wants one. "
                "Add it to /etc/passwd, or set DATABASE_URL to a server of your own."
            ) from None

    @classmethod
    def _from(cls, entry: pwd.struct_passwd) -> "Account":
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def popen_arguments(self) -> dict[str, Any]:
        """What subprocess needs so that the child runs as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def make_folder(self, folder: Path) -> None:
        """Make `folder` private to this account.

        Raises AccountError when somebody else made it: in /tmp that may be an attack.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.uid, os.geteuid()}:
            raise AccountError(f"{folder} belongs to somebody else. Remove it, or move REGARD_HOME to a shorter path.")
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def account_for(data: Path) -> Account:
    """The account to run the server of `data` as: its owner, so that a change of user does not lock data away.

    Raises AccountError when the data belongs to somebody this process may not become.
    """
    me = Account.of_this_process()
    owner = data.stat().st_uid if data.exists() else None
    if me.uid != 0:
        if owner not in {None, me.uid}:
            raise AccountError(
                f"{data} belongs to another user. Start Regard as the user who made it (root, if it was started as "
                f"root before), or hand it over with: chown -R {me.name} {data}"
            )
        return me
    if owner:
        entry = next((entry for entry in pwd.getpwall() if entry.pw_uid == owner), None)
        if entry is None:
            raise AccountError(f"{data} belongs to a user that this machine does not know. Use: chown -R {NAME} {data}")
        return Account._from(entry)
    return _account_under_root()


def _account_under_root() -> Account:
    try:
        return Account._from(pwd.getpwnam(NAME))
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAME], check=True, capture_output=True)
        return Account._from(pwd.getpwnam(NAME))
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise AccountError(
            f"PostgreSQL refuses to run as root, and the account {NAME} cannot be made. Make it by hand, start "
            "Regard as another user, or set DATABASE_URL to a server of your own."
        ) from error


def open_way(account: Account, programs: Path, *targets: Path) -> None:
    """Under root, let `account` pass through the folders above its data and read its programs.

    Folders get the right to be passed through, not to be listed. Each change is said on standard error.
    """
    if not account.is_other:
        return
    for parent in sorted({parent for target in (*targets, programs) for parent in target.parents}):
        if parent.exists() and not _may_pass(account, parent):
            parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
            print(f"The database runs as {account.name}: others may now pass through {parent}.", file=sys.stderr)
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in [programs.parent, *programs.parent.rglob("*")]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            if not path.is_symlink():
                path.chmod(mode | (mode & 0o500) >> 6)  # what the owner may read and run, others may


def _may_pass(account: Account, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
