"""This Windows computer as a host.

- The registry is read in its 64-bit view, and `HKCU` is the person's own also when an administrator
  of another name runs HipaaGuard.
- All queries are asked by one PowerShell process, started when the first is asked for; each is
  answered as soon as PowerShell has done with it.
- No window opens: programs are started without a console of their own.
"""

import sys

assert sys.platform == "win32"  # noqa: S101 - tells the type checker what it may expect here

import ctypes
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from hipaaguard.collect.host import NO_NETWORK, Handshake, Output, Person, RegistryKey, Row
from hipaaguard.collect.live import windows_power, windows_registry, windows_session
from hipaaguard.collect.live.batch_process import BatchProcess
from hipaaguard.collect.live.child import STOPPED, Children
from hipaaguard.collect.live.files import Files, refusal
from hipaaguard.collect.windows import batch
from hipaaguard.model import Platform, Reason, Unavailable

# What programs need from the environment to find Windows' own folders; nothing that a person could
# have set to lead them elsewhere, such as PSModulePath.
KEPT_VARIABLES = (
    "ALLUSERSPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PROCESSOR_ARCHITECTURE",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "SystemDrive",
    "TEMP",
    "TMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
)
# Programs of VPN makers that answer in JSON.
MAKERS_PROGRAMS = {"tailscale": r"Tailscale\tailscale.exe"}


class WindowsHost(Files):
    """This Windows computer; it uses the network only where `network` says that it may."""

    def __init__(self, environ: Mapping[str, str], *, network: bool = False) -> None:
        self._network = network
        self._environ = {name.upper(): value for name, value in environ.items()}
        self._session = windows_session.find()
        self._children = Children(_end)
        self._lock = threading.Lock()
        self._batch: BatchProcess | Unavailable | None = None

    @property
    def platform(self) -> Platform:
        """Windows."""
        return Platform.WINDOWS

    @property
    def elevated(self) -> bool:
        """Whether this process has administrator rights, not only an administrator's account."""
        return bool(ctypes.windll.shell32.IsUserAnAdmin())

    @property
    def person(self) -> Person:
        """Who is logged in at the screen; `uid` is the last part of the security identifier."""
        session = self._session
        return Person(session.name, session.relative_id, session.home)

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """What the program answers; as another user never."""
        path = self._find_program(program)
        if path is None:
            return Unavailable(Reason.NOT_INSTALLED, f"{program} is not installed")
        if uid is not None and uid != self._session.relative_id:
            return Unavailable(Reason.NOT_PERMITTED, "another user's settings need more rights")
        try:
            process = self._start((path, *args))
        except OSError as error:
            return refusal(error)
        return self._children.wait(process, program, deadline_s)

    def _find_program(self, program: str) -> str | None:
        folder = self._environ.get("PROGRAMFILES", "")
        candidates = [str(windows_session.system_folder() / f"{program}.exe")]
        if program in MAKERS_PROGRAMS and folder:
            candidates.append(f"{folder}\\{MAKERS_PROGRAMS[program]}")
        return next((path for path in candidates if Path(path).is_file()), None)

    def _start(self, argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=windows_session.system_folder(),
            env=self._child_environment(),
            creationflags=subprocess.CREATE_NO_WINDOW,
        )

    def _child_environment(self) -> dict[str, str]:
        system = windows_session.system_folder()
        windows = str(system.parent)
        kept = {name: self._environ.get(name.upper()) for name in KEPT_VARIABLES}
        return {name: value for name, value in kept.items() if value} | {
            "SystemRoot": windows,
            "windir": windows,
            "ComSpec": str(system / "cmd.exe"),
            "PATH": f"{system};{windows};{system}\\Wbem",
            "PATHEXT": ".COM;.EXE",
            "PSModulePath": f"{system}\\WindowsPowerShell\\v1.0\\Modules",
        }

    def registry(self, path: str) -> RegistryKey | Unavailable:
        """The key as it is now."""
        return windows_registry.read(path, self._session.other_user)

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """The query's rows, once PowerShell has come to it, or straight from Windows' own API."""
        if name == batch.POWER:
            return windows_power.capabilities()
        with self._lock:
            if self._batch is None:
                self._batch = self._start_batch()
        running = self._batch
        return running if isinstance(running, Unavailable) else running.answer(name)

    def _start_batch(self) -> BatchProcess | Unavailable:
        if self._children.stopped:
            return STOPPED
        folder = windows_session.system_folder() / "WindowsPowerShell" / "v1.0"
        try:
            argv = (str(folder / "powershell.exe"), *batch.arguments(batch.bodies()))
            process = self._start(argv)
        except OSError as error:
            return refusal(error)
        self._children.add(process)
        return BatchProcess(process, _end, batch.DEADLINE_S)

    def env(self, name: str) -> str | None:
        """The variable, in whatever case, as HipaaGuard was started with it."""
        return self._environ.get(name.upper())

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """What comes of a handshake, where the network may be used."""
        if not self._network:
            return NO_NETWORK
        if self._children.stopped:
            return STOPPED
        from hipaaguard.collect.tls_handshake import shake_hands

        return shake_hands(name, port)

    def stop(self) -> None:
        """Ends every program that is running, and every one that is still to be started."""
        self._children.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.kill()
    except OSError:
        # It has ended by itself, or is just ending.
        return
