"""What shares the desktop now, and which programs that could are installed."""

from collections.abc import Iterator

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.macos.listening import (
    LAUNCHD,
    NAME_LETTERS,
    PROTOCOLS,
    Listener,
    find_listeners,
)
from hipaaguard.collect.macos.processes import Process, find_processes
from hipaaguard.collect.macos.remote.programs import PROGRAMS, Program
from hipaaguard.collect.macos.software import APPLICATIONS, CELLARS, FOLDERS
from hipaaguard.model import Reason, Unavailable

LAUNCHD_FOLDERS = ("/Library/LaunchDaemons", "/Library/LaunchAgents")
HELPERS = "/Library/PrivilegedHelperTools"

_SCREEN_SHARING_PORT = 5900
_REMOTE_MANAGEMENT_PORT = 3283
# Screen Sharing waits by launchd, and takes the port over while somebody is connected.
_SCREEN_SHARING = frozenset({LAUNCHD, "screensharingd", "AppleVNCServer"})
_REMOTE_MANAGEMENT = frozenset({LAUNCHD, "ARDAgent"})
_NOT_TOLD = Unavailable(
    Reason.UNRECOGNISED, "which program waits at a port for sharing the screen was not told"
)


def read_sharing(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of what shares the desktop now."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    listeners: list[Listener] = []
    for protocol in PROTOCOLS:
        found = find_listeners(host, protocol)
        if isinstance(found, Unavailable):
            return found
        listeners += found
    return judge_sharing(processes, tuple(listeners))


def judge_sharing(
    processes: tuple[Process, ...], listeners: tuple[Listener, ...]
) -> tuple[str, ...] | Unavailable:
    """The ids of what shares the desktop.

    Args:
        processes: all that run.
        listeners: all ports that wait for other computers.

    Returns:
        Sorted; unknown where a port that counts may be anybody's.
    """
    shared: set[str] = set()
    for name, answer in (*own_services(listeners), *_programs(processes, listeners)):
        if isinstance(answer, Unavailable):
            return answer
        if answer:
            shared.add(name)
    return tuple(sorted(shared))


def own_services(listeners: tuple[Listener, ...]) -> Iterator[tuple[str, bool | Unavailable]]:
    """Whether Screen Sharing and Remote Management of macOS wait.

    Source: Apple, "TCP and UDP ports used by Apple software products".
    """
    at_screen = [it for it in listeners if it.port == _SCREEN_SHARING_PORT]
    yield "screen-sharing", _is_one_of(at_screen, _SCREEN_SHARING)
    at_management = [it for it in listeners if it.port == _REMOTE_MANAGEMENT_PORT]
    yield "apple-remote-desktop", _is_one_of(at_management, _REMOTE_MANAGEMENT)


def _is_one_of(listeners: list[Listener], programs: frozenset[str]) -> bool | Unavailable:
    if any(it.program in programs for it in listeners):
        return True
    return _NOT_TOLD if any(not it.program for it in listeners) else False


def _programs(
    processes: tuple[Process, ...], listeners: tuple[Listener, ...]
) -> Iterator[tuple[str, bool | Unavailable]]:
    """Whether each program runs, and waits for others where that is what matters."""
    for program in PROGRAMS:
        running = [it for it in processes if program.is_run_by(it)]
        shares = _waits(running, listeners) if program.by_port else bool(running)
        yield program.id, shares


def _waits(running: list[Process], listeners: tuple[Listener, ...]) -> bool | Unavailable:
    names = frozenset(it.name[:NAME_LETTERS] for it in running)
    at = [it for it in listeners if it.protocol == "tcp"] if names else []
    return _is_one_of(at, names)


def read_installed(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of the remote-control programs that are installed."""
    names: set[str] = set()
    own = f"{host.person.home}{APPLICATIONS}"
    for folder in (*FOLDERS, own, *LAUNCHD_FOLDERS, HELPERS, *CELLARS):
        found = host.names(folder)
        if isinstance(found, Unavailable):
            if folder != APPLICATIONS and is_absent(found):
                continue
            return found
        names.update(found)
    return installed(PROGRAMS, frozenset(names))


def installed(programs: tuple[Program, ...], names: frozenset[str]) -> tuple[str, ...]:
    """The ids of these programs to which one of these names of files belongs."""
    return tuple(it.id for it in programs if it.is_installed(names))
