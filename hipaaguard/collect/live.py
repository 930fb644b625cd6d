"""This machine as a host: the only module that starts programs and reads the system.

- Programs run without a shell, from the system's own folders, in a session of their own, with
  nothing on standard input and a small fixed environment; at their deadline the whole process group
  is ended.
- Every cause of failure has its own reason.
"""

import errno
import os
import pwd
import signal
import stat as stat_module
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from hipaaguard.collect.host import (
    MAX_FILE_BYTES,
    MAX_OUTPUT_BYTES,
    NO_NETWORK,
    SILENCE,
    Entry,
    Handshake,
    Output,
    Person,
)
from hipaaguard.model import Platform, Reason, Unavailable

# The folders that only an administrator can write to; the last two are NixOS's.
PROGRAM_FOLDERS = (
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/run/wrappers/bin",
    "/run/current-system/sw/bin",
)
# Programs that their makers put elsewhere; believed only where nobody but root can change them.
MAKERS_PROGRAMS = {
    "cytool": "/opt/traps/bin/cytool",
    "falconctl": "/opt/CrowdStrike/falconctl",
    "sentinelctl": "/opt/sentinelone/bin/sentinelctl",
}
# What a program needs in order to find the settings of the person's own session.
SESSION_VARIABLES = (
    "DBUS_SESSION_BUS_ADDRESS",
    "XAUTHORITY",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    # gsettings' defaults depend on it.
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_RUNTIME_DIR",
)
_REASONS = {
    errno.ENOENT: Reason.NOT_INSTALLED,
    errno.ENOTDIR: Reason.NOT_INSTALLED,
    # What /sys and /proc answer for a device or process that has just gone.
    errno.ENODEV: Reason.NOT_INSTALLED,
    errno.ENXIO: Reason.NOT_INSTALLED,
    errno.ESRCH: Reason.NOT_INSTALLED,
    errno.EACCES: Reason.NOT_PERMITTED,
    errno.EPERM: Reason.NOT_PERMITTED,
    errno.EISDIR: Reason.UNRECOGNISED,
}


def _unavailable(error: OSError) -> Unavailable:
    reason = _REASONS.get(error.errno or 0, Reason.FAILED)
    words = (error.strerror or "the system gave an error").lower()
    return Unavailable(reason, SILENCE.get(reason, words))


class LiveHost:
    """This Linux machine; it uses the network only where `network` says that it may."""

    def __init__(self, environ: Mapping[str, str], *, network: bool = False) -> None:
        self._network = network
        self._environ = dict(environ)
        self._person = _person(self._environ)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def platform(self) -> Platform:
        """Linux."""
        return Platform.LINUX

    @property
    def elevated(self) -> bool:
        """Whether this process is root."""
        return os.geteuid() == 0

    @property
    def person(self) -> Person:
        """Who ran this process, also when by way of sudo, doas, pkexec or su."""
        return self._person

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """What the program answers."""
        path = find_program(program)
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
            process = _start((path, *args), self._environment(account), account)
        except OSError as error:
            return _unavailable(error)
        return self._wait(process, program, deadline_s)

    def _wait(
        self, process: subprocess.Popen[bytes], program: str, deadline_s: int
    ) -> Output | Unavailable:
        with self._lock:
            self._running.add(process)
            stopped = self._stopped
        if stopped:
            _end_group(process)
        answer = _wait(process, program, deadline_s)
        with self._lock:
            self._running.discard(process)
            stopped = self._stopped
        return Unavailable(Reason.FAILED, "the audit was stopped") if stopped else answer

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """What comes of a handshake, where the network may be used."""
        if not self._network:
            return NO_NETWORK
        with self._lock:
            stopped = self._stopped
        if stopped:
            return Unavailable(Reason.FAILED, "the audit was stopped")
        # Imported where it is needed: most audits have no use for it.
        from hipaaguard.collect.tls_handshake import shake_hands

        return shake_hands(name, port)

    def stop(self) -> None:
        """Ends every program that is running, and every one that is still to be started."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for process in running:
            _end_group(process)

    def _environment(self, account: pwd.struct_passwd | None) -> dict[str, str]:
        environ = {"LC_ALL": "C.UTF-8", "PATH": ":".join(PROGRAM_FOLDERS)}
        if account is None:
            kept = {name: self._environ.get(name) for name in SESSION_VARIABLES}
            environ |= {name: value for name, value in kept.items() if value}
            return environ | {"HOME": self._environ.get("HOME") or self._own_home()}
        runtime = f"/run/user/{account.pw_uid}"
        return environ | {
            "HOME": account.pw_dir,
            "USER": account.pw_name,
            "LOGNAME": account.pw_name,
            "XDG_RUNTIME_DIR": runtime,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
        }

    def _own_home(self) -> str:
        return self._person.home if self._person.uid == os.geteuid() else "/"

    def read(self, path: str) -> bytes | Unavailable:
        """The file's contents; only of a regular file, at most `MAX_FILE_BYTES`."""
        try:
            # Non-blocking, so that a FIFO in the place of a file cannot hang the audit.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            return _unavailable(error)
        try:
            return _read_all(handle)
        except OSError as error:
            return _unavailable(error)
        finally:
            os.close(handle)

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """The names in the folder, sorted."""
        try:
            return tuple(sorted(os.listdir(path)))  # noqa: PTH208 - names are asked for, not paths
        except OSError as error:
            return _unavailable(error)

    def resolve(self, path: str) -> str | Unavailable:
        """The absolute path with every link followed."""
        try:
            return str(Path(path).resolve(strict=True))
        except OSError as error:
            return _unavailable(error)
        except RuntimeError:
            return Unavailable(Reason.FAILED, "its links lead in a circle")

    def entry(self, path: str) -> Entry | Unavailable:
        """What `stat` says of the file."""
        try:
            found = Path(path).stat()
        except OSError as error:
            return _unavailable(error)
        mode = found.st_mode
        kinds = (
            ("file", stat_module.S_ISREG(mode)),
            ("folder", stat_module.S_ISDIR(mode)),
            ("socket", stat_module.S_ISSOCK(mode)),
            ("device", stat_module.S_ISBLK(mode) or stat_module.S_ISCHR(mode)),
        )
        kind = next((name for name, holds in kinds if holds), "other")
        permissions = stat_module.S_IMODE(mode)
        return Entry(kind, found.st_size, int(found.st_mtime), permissions, found.st_uid)

    def env(self, name: str) -> str | None:
        """The variable, as HipaaGuard was started with it."""
        return self._environ.get(name)


def _read_all(handle: int) -> bytes | Unavailable:
    if not stat_module.S_ISREG(os.fstat(handle).st_mode):
        return Unavailable(Reason.UNRECOGNISED, "it is not a regular file")
    data = bytearray()
    # In small pieces: the kernel refuses to read /proc/sys in very large ones.
    while chunk := os.read(handle, 1 << 16):
        data += chunk
        if len(data) > MAX_FILE_BYTES:
            return Unavailable(Reason.UNRECOGNISED, "it is larger than expected")
    return bytes(data)


def find_program(program: str) -> str | None:
    """The program's absolute path in the system's own folders or its maker's, or None."""
    candidates = (f"{folder}/{program}" for folder in PROGRAM_FOLDERS)
    found = next((path for path in candidates if os.access(path, os.X_OK)), None)
    makers = MAKERS_PROGRAMS.get(program)
    return found or (makers if makers and _is_roots_alone(makers) else None)


def _is_roots_alone(program: str) -> bool:
    """Whether it can be run, and it and every folder above it are for root alone to change."""
    path = Path(program)
    try:
        states = [place.stat() for place in (path.resolve(strict=True), *path.resolve().parents)]
    except (OSError, RuntimeError):
        return False
    safe = all(state.st_uid == 0 and not state.st_mode & 0o022 for state in states)
    return safe and os.access(program, os.X_OK)


def _person(environ: Mapping[str, str]) -> Person:
    # For root: who called sudo or pkexec, else who logged in (which also sees through `su`).
    uid = os.getuid()
    if uid == 0:
        claims = (environ.get("SUDO_UID"), environ.get("PKEXEC_UID"), _login_uid())
        uids = (int(claim) for claim in claims if claim and claim.isascii() and claim.isdecimal())
        uid = next((claim for claim in uids if 0 < claim < 2**32 - 1), 0)
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        # A container's arbitrary user has no entry; its home is what the environment says.
        return Person(str(uid), uid, environ.get("HOME") or "/")
    return Person(account.pw_name, uid, account.pw_dir)


def _login_uid() -> str:
    try:
        return Path("/proc/self/loginuid").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start(
    argv: tuple[str, ...], environ: dict[str, str], account: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
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


def _wait(process: subprocess.Popen[bytes], program: str, deadline_s: int) -> Output | Unavailable:
    """The output of a started program, none of whose group is left running."""
    end = time.monotonic() + deadline_s
    # Pipes, because Popen was asked for them.
    out = _Drain(process, process.stdout)  # type: ignore[arg-type]
    err = _Drain(process, process.stderr)  # type: ignore[arg-type]
    try:
        for drain in (out, err):
            drain.thread.join(max(0.0, end - time.monotonic()))
        if out.full or err.full:
            return Unavailable(Reason.UNRECOGNISED, f"{program} printed too much")
        code = process.wait(max(0.0, end - time.monotonic()))
        if out.thread.is_alive() or err.thread.is_alive():
            return _late(program, deadline_s)
    except subprocess.TimeoutExpired:
        return _late(program, deadline_s)
    finally:
        _end_group(process)
        for drain in (out, err):
            drain.close()
    return Output(code, bytes(out.data), bytes(err.data))


def _late(program: str, deadline_s: int) -> Unavailable:
    return Unavailable(Reason.TIMED_OUT, f"{program} gave no answer within {deadline_s} seconds")


class _Drain:
    """Reads a program's pipe to its end in a thread; past the limit it ends the program."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes]) -> None:
        self.data = bytearray()
        self.full = False
        self._process = process
        self._pipe = pipe
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            while chunk := os.read(self._pipe.fileno(), 1 << 16):
                self.data += chunk
                if len(self.data) > MAX_OUTPUT_BYTES:
                    self.full = True
                    _end_group(self._process)
                    return
        except (OSError, ValueError):
            return

    def close(self) -> None:
        self.thread.join(1.0)
        if not self.thread.is_alive():
            self._pipe.close()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        # The program leads its own session, so its process id is that of the group.
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
