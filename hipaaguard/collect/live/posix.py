"""What Linux and macOS have in common as hosts.

- Programs run without a shell, from the system's own folders, in a session of their own, with
  nothing on standard input and a small fixed environment; at their deadline the whole process group
  is ended.
- Every cause of failure has its own reason.
"""

import sys

assert sys.platform != "win32"  # noqa: S101 - tells the type checker what it may expect here

import os
import pwd
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from hipaaguard.collect.host import NO_NETWORK, Handshake, Output, Person, RegistryKey, Row
from hipaaguard.collect.live.child import STOPPED, Children
from hipaaguard.collect.live.files import Files, refusal
from hipaaguard.model import Reason, Unavailable

NO_REGISTRY = Unavailable(Reason.NOT_INSTALLED, "this system has no Windows registry")
NO_QUERIES = Unavailable(Reason.NOT_INSTALLED, "this system is not Windows")


class PosixHost(Files):
    """This machine, as far as Linux and macOS are alike.

    Attributes:
        program_folders: where programs are looked for; only an administrator can write there.
        makers_programs: programs that their makers put elsewhere, by name; believed only where
            nobody but root can change them.
        session_variables: what a program needs to find the settings of the person's own session.
    """

    program_folders: ClassVar[tuple[str, ...]] = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
    makers_programs: ClassVar[Mapping[str, str]] = {}
    session_variables: ClassVar[tuple[str, ...]] = ()

    def __init__(self, environ: Mapping[str, str], *, network: bool = False) -> None:
        self._network = network
        self._environ = dict(environ)
        self._person = self._who()
        self._children = Children(_end_group)

    @property
    def elevated(self) -> bool:
        """Whether this process is root."""
        return os.geteuid() == 0

    @property
    def person(self) -> Person:
        """Who ran this process, also when by way of sudo and the like."""
        return self._person

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """What the program answers."""
        path = self.find_program(program)
        if path is None:
            return Unavailable(Reason.NOT_INSTALLED, f"{program} is not installed")
        own = uid is None or uid == os.geteuid()
        if not own and not self.elevated:
            return Unavailable(Reason.NOT_PERMITTED, "another user's settings need more rights")
        try:
            account = None if own else pwd.getpwuid(uid or 0)
        except KeyError:
            return Unavailable(Reason.FAILED, "the desktop's user is not a known user")
        try:
            process = self._start((path, *args), account)
        except OSError as error:
            return refusal(error)
        return self._children.wait(process, program, deadline_s)

    def _start(
        self, argv: tuple[str, ...], account: pwd.struct_passwd | None
    ) -> subprocess.Popen[bytes]:
        return start(argv, self.environment(account), account)

    @classmethod
    def find_program(cls, program: str) -> str | None:
        """The program's absolute path in the system's own folders or its maker's, or None."""
        candidates = (f"{folder}/{program}" for folder in cls.program_folders)
        found = next((path for path in candidates if os.access(path, os.X_OK)), None)
        makers = cls.makers_programs.get(program)
        return found or (makers if makers and _is_roots_alone(makers) else None)

    def environment(self, account: pwd.struct_passwd | None) -> dict[str, str]:
        """The variables that a program is started with, for this account or our own (None)."""
        environ = {"LC_ALL": "C.UTF-8", "PATH": ":".join(self.program_folders)}
        if account is None:
            kept = {name: self._environ.get(name) for name in self.session_variables}
            environ |= {name: value for name, value in kept.items() if value}
            return environ | {"HOME": self._environ.get("HOME") or self._own_home()}
        return environ | {
            "HOME": account.pw_dir,
            "USER": account.pw_name,
            "LOGNAME": account.pw_name,
        }

    def _own_home(self) -> str:
        return self._person.home if self._person.uid == os.geteuid() else "/"

    def _who(self) -> Person:
        """The person: who ran this process, or for root whom `claims` names."""
        uid = os.getuid()
        if uid == 0:
            claims = (claim for claim in self.claims() if claim.isascii() and claim.isdecimal())
            uid = next((int(claim) for claim in claims if 0 < int(claim) < 2**32 - 1), 0)
        try:
            account = pwd.getpwuid(uid)
        except KeyError:
            # A container's arbitrary user has no entry; its home is what the environment says.
            return Person(str(uid), uid, self._environ.get("HOME") or "/")
        return Person(account.pw_name, uid, account.pw_dir)

    def claims(self) -> tuple[str, ...]:
        """User ids of whom root may be acting for, the likeliest first; some may be empty."""
        return (self._environ.get("SUDO_UID") or "",)

    def env(self, name: str) -> str | None:
        """The variable, as HipaaGuard was started with it."""
        return self._environ.get(name)

    def registry(self, path: str) -> RegistryKey | Unavailable:
        """None here."""
        del path
        return NO_REGISTRY

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """None here."""
        del name
        return NO_QUERIES

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """What comes of a handshake, where the network may be used."""
        if not self._network:
            return NO_NETWORK
        if self._children.stopped:
            return STOPPED
        # Imported where it is needed: most audits have no use for it.
        from hipaaguard.collect.tls_handshake import shake_hands

        return shake_hands(name, port)

    def stop(self) -> None:
        """Ends every program that is running, and every one that is still to be started."""
        self._children.stop()


def start(
    argv: tuple[str, ...], environ: dict[str, str], account: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    """A program with this account's rights, or our own (None), in a session of its own."""
    groups = os.getgrouplist(account.pw_name, account.pw_gid) if account else None
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env=environ,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=groups,
    )


def _is_roots_alone(program: str) -> bool:
    """Whether it can be run, and it and every folder above it are for root alone to change."""
    path = Path(program)
    try:
        states = [place.stat() for place in (path.resolve(strict=True), *path.resolve().parents)]
    except (OSError, RuntimeError):
        return False
    safe = all(state.st_uid == 0 and not state.st_mode & 0o022 for state in states)
    return safe and os.access(program, os.X_OK)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        # The program leads its own session, so its process id is that of the group.
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
