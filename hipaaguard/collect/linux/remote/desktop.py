"""What shares the desktop now, and which programs that could are installed."""

import posixpath

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.folders import find_programs, names_in
from hipaaguard.collect.linux.homes import find_home
from hipaaguard.collect.linux.listening import Listening, find_listening
from hipaaguard.collect.linux.processes import Process, every_process, in_container
from hipaaguard.collect.linux.remote.programs import PROGRAMS, Program
from hipaaguard.model import Reason, Unavailable

# flatpak(1): the system's installation, then that of the person.
_FLATPAKS = ("/var/lib/flatpak/app", "~/.local/share/flatpak/app")
_SNAPS = ("/snap", "/var/lib/snapd/snap")


def read_sharing(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of what shares the desktop now; known only where every process is in sight."""
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    found: set[str] = set()
    for program in PROGRAMS:
        running = [it for it in processes if program.is_run_by(it)]
        answers = [_shares(host, program, process) for process in running]
        unknown = next((it for it in answers if isinstance(it, Unavailable)), None)
        if True in answers:
            found.add(program.id)
        elif unknown is not None:
            return unknown
    return tuple(sorted(found))


def _shares(host: Host, program: Program, process: Process) -> bool | Unavailable:
    """Whether this process of a program shares the desktop beyond this computer."""
    inside = in_container(host, process)
    if isinstance(inside, Unavailable):
        return inside
    if inside and not program.by_port:
        # Containers made for desktop programs (Distrobox, Toolbx) show them this desktop.
        detail = "a program for remote control runs in a container, which may see this desktop"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if inside or not program.by_port:
        return not inside
    listening = find_listening(host)
    waits = listening if isinstance(listening, Unavailable) else _waits(listening, process)
    if waits is not None:
        return waits
    detail = "whether a program that shares the desktop waits for others could not be seen"
    return Unavailable(Reason.UNRECOGNISED if host.elevated else Reason.NOT_PERMITTED, detail)


def _waits(listening: Listening, process: Process) -> bool | None:
    waits = listening.waits(process)
    if waits is None and "--system" in process.argv:
        # GNOME's service for logging in from elsewhere runs as a user that is there for it alone.
        unknown = (it for it in listening.tcp() if not listening.owners.get(it.inode))
        return any(it.uid == process.uid for it in unknown)
    return waits


def read_installed(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of the remote-control programs that are installed."""
    home = find_home(host)
    if isinstance(home, Unavailable):
        return home
    paths: set[str] = set()
    above = {posixpath.dirname(path) for program in PROGRAMS for path in program.folders}
    for folder in (*_FLATPAKS, *_SNAPS, *sorted(above)):
        names = names_in(host, folder.replace("~", home.path, 1))
        if isinstance(names, Unavailable):
            return names
        paths |= {f"{folder}/{name}" for name in names}
    wanted = frozenset(name for program in PROGRAMS for name in program.installed)
    found = find_programs(host, wanted)
    if isinstance(found, Unavailable):
        return found
    return tuple(sorted(it.id for it in PROGRAMS if is_installed(it, found, frozenset(paths))))


def is_installed(program: Program, found: frozenset[str], paths: frozenset[str]) -> bool:
    """Whether one of these programs or paths belongs to it."""
    own = {f"{folder}/{it}" for folder in _FLATPAKS for it in program.flatpaks}
    own |= {f"{folder}/{it}" for folder in _SNAPS for it in program.installed}
    if paths & own or found.intersection(program.installed):
        return True
    return any(path.startswith(program.folders) for path in paths if program.folders)
