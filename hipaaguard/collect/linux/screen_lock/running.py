"""Which of the person's programs run in a session: a locker that does not run does not lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.processes import NAME_BYTES, Process, all_in_sight, find_processes
from hipaaguard.collect.linux.screen_lock.commands import PROGRAM_FOLDERS
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.model import Reason, Unavailable

SOURCE = "/proc/*/cmdline"

# Wayland compositors, by the names of their processes.
_COMPOSITORS = (
    *("Hyprland", "labwc", "niri", "river", "sway", "wayfire"),
    *("kwin_wayland", "weston", "xfwl4"),
)
_WAYLAND_DESKTOPS = ("hyprland", "labwc", "niri", "river", "sway", "wayfire")
# Window managers that X servers alone can have.
_X11_DESKTOPS = ("awesome", "bspwm", "dwm", "fluxbox", "i3", "icewm", "openbox", "xmonad")
_X_SERVERS = ("Xorg", "X", "Xorg.bin")


class Display(StrEnum):
    """What shows a session."""

    X11 = "x11"
    WAYLAND = "wayland"


@dataclass(frozen=True)
class Running:
    """The processes that matter to one session.

    Attributes:
        own: those of the session's user.
        others: everyone else's.
        complete: none is hidden, so what is not here does not run.
    """

    own: tuple[Process, ...]
    others: tuple[Process, ...]
    complete: bool

    def named(self, *names: str) -> tuple[Process, ...]:
        """The user's processes of programs with one of these names."""
        return tuple(it for it in self.own if _is_one_of(it, names))

    def named_of_anyone(self, *names: str) -> tuple[Process, ...]:
        """Everyone's processes of programs with one of these names."""
        return tuple(it for it in (*self.own, *self.others) if _is_one_of(it, names))


def find_running(host: Host, session: Session) -> Running | Unavailable:
    """The processes, as far as this run can see them."""
    found = find_processes(host)
    if isinstance(found, Unavailable):
        return found
    own = tuple(it for it in found if it.uid == session.uid)
    others = tuple(it for it in found if it.uid != session.uid)
    return Running(own, others, all_in_sight(host))


def _is_one_of(process: Process, names: Iterable[str]) -> bool:
    """Whether this is one of the programs, and not another whose name begins alike."""
    if process.argv:
        return process.program in names
    return any(process.name == name[:NAME_BYTES] for name in names)


def display_of(session: Session, running: Running) -> Display | None:
    """What shows the session, by its desktop or by what runs; None where neither tells."""
    if session.desktop in _WAYLAND_DESKTOPS or running.named(*_COMPOSITORS):
        return Display.WAYLAND
    if any(it.name == "qtile" and "wayland" in it.argv for it in running.own):
        return Display.WAYLAND
    if session.desktop in _X11_DESKTOPS or has_x_server(running):
        return Display.X11
    return None


def has_x_server(running: Running) -> bool:
    """Whether a real X server runs: one that is there anyway and need not be started."""
    return bool(running.named_of_anyone(*_X_SERVERS))


def is_installed(host: Host, program: str) -> bool | Unavailable:
    """Whether a program of this name can be started.

    Args:
        host: whom to ask.
        program: its bare name, or its absolute path in one of the system's folders.

    Returns:
        False where it is in none of the system's folders, and Nix, which has others, is not used.
    """
    folder, slash, name = program.rpartition("/")
    if slash and folder not in PROGRAM_FOLDERS:
        return _elsewhere()
    for place in (folder,) if slash else PROGRAM_FOLDERS:
        entry = host.entry(f"{place}/{name}")
        if not isinstance(entry, Unavailable):
            return entry.kind == "file"
        if entry.reason is not Reason.NOT_INSTALLED:
            return entry
    return False if isinstance(host.entry("/nix/store"), Unavailable) else _elsewhere()


def _elsewhere() -> Unavailable:
    detail = "the program that is to lock the screen lies outside the system's own folders"
    return Unavailable(Reason.UNRECOGNISED, detail)
