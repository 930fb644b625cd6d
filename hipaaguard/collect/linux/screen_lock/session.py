"""Who sits at the desktop: the graphical sessions that are running, and of which desktop.

Only what is running counts, never what is installed. The sessions are those of the person whose
machine it is; where that person has none (a timer that runs as root), of whoever is at the desktop.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock import desktop_names
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "loginctl show-session"
_PROPERTIES = ("User", "Type", "Class", "State", "Active", "Desktop", "Service")
# From pam_systemd(8), where it describes the option named type.
_GRAPHICAL = ("x11", "wayland", "mir")
# Users that log-in screens run as: of the system, and those that systemd makes up for a while, as
# gdm-greeter. systemd's docs/UIDS-GIDS.md
_SYSTEM_USERS = ((1, 999), (60001, 65533))
# What loginctl says where systemd-logind does not run: sd_booted(3), or no system bus to ask on.
_NO_LOGIND = (
    "not been booted with systemd",
    "Failed to connect to bus",
    "Failed to connect to system",
)


@dataclass(frozen=True, slots=True)
class Login:
    """One session as systemd-logind or elogind describes it.

    Attributes:
        uid: whose it is.
        kind: `x11`, `wayland`, `mir`, `tty`, `unspecified`, …
        role: `user`, `greeter`, `manager`, …: logind's class.
        state: `active`, `online`, `opening` or `closing`.
        active: it has its seat, or has no seat.
        label: the desktop, as its login manager calls it; may be empty.
        service: the PAM service that opened it: `gdm-password`, `sddm`, `login`; may be empty.
    """

    uid: int
    kind: str
    role: str
    state: str
    active: bool
    label: str
    service: str

    @property
    def graphical(self) -> bool:
        """A person's own desktop, and not one that has been logged out of."""
        person = self.role.startswith("user")
        return person and self.kind in _GRAPHICAL and self.state != "closing"


@dataclass(frozen=True, slots=True)
class Session:
    """A graphical session that is running.

    Attributes:
        uid: whose it is.
        desktop: one word, as in `desktop_names`; empty when not known.
        service: the PAM service that opened it; empty when not known.
        source: what told of it.
    """

    uid: int
    desktop: str
    service: str
    source: str


@dataclass(frozen=True, slots=True)
class Process:
    """A running process whose name says something about a desktop."""

    name: str
    uid: int


def is_own(host: Host, uid: int) -> bool:
    """Whether this run has that user's own rights and environment; under sudo it has root's."""
    return uid == (0 if host.elevated else host.person.uid)


def find_sessions(host: Host) -> tuple[Session, ...] | Unavailable:
    """The graphical sessions that count; empty only on evidence that none is running."""
    release = read_text(host, "/proc/sys/kernel/osrelease")
    if isinstance(release, Unavailable) and not is_absent(release):
        return release
    if isinstance(release, str) and "microsoft" in release.lower():
        return _unknown("Linux runs inside Windows here, and it is Windows that locks the screen")
    logins = _logins(host)
    if isinstance(logins, Unavailable):
        return logins
    graphical = tuple(login for login in logins or () if login.graphical)
    own = tuple(login for login in graphical if login.uid == host.person.uid)
    if own:
        return _named(host, own)
    running = find_processes(host)
    if isinstance(running, Unavailable):
        return running
    # A desktop that was started from a text login, or where there is no logind, shows only in its
    # processes.
    by_process = _by_process(process for process in running if _is_persons(process.uid))
    mine = tuple(session for session in by_process if session.uid == host.person.uid)
    if mine:
        return mine
    others = tuple(login for login in graphical if login.active) or graphical
    if others:
        return _named(host, others)
    return by_process or _none(host, running, logins)


def _is_persons(uid: int) -> bool:
    """Whether a desktop of this user can be a person's, and not a log-in screen."""
    return uid == 0 or not any(low <= uid <= high for low, high in _SYSTEM_USERS)


def _none(
    host: Host, running: tuple[Process, ...], logins: tuple[Login, ...] | None
) -> tuple[Session, ...] | Unavailable:
    """No session, if it is certain that there is none."""
    at_login_screen = any(login.role == "greeter" for login in logins or ())
    displays = desktop_names.REMOTE_DISPLAYS if at_login_screen else desktop_names.DISPLAYS
    if any(process.name in displays for process in running):
        return _unknown("a graphical display is running, but HipaaGuard does not know its desktop")
    if at_login_screen:
        # There is a desktop on this machine, and what it does is not seen until someone logs in.
        detail = "nobody is logged in at the screen; log in there and audit again"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    if logins is None:
        # Without logind only the processes tell, so all of them must be in sight. In a container,
        # or where /proc hides other users' processes, the kernel's own thread 2 is not.
        if read_text(host, "/proc/2/comm") != "kthreadd\n":
            return _unknown(
                "HipaaGuard cannot see every process of this machine, as in a container"
            )
        if host.env("DISPLAY") or host.env("WAYLAND_DISPLAY"):
            return _unknown("a graphical display is set, but the desktop behind it was not found")
    return ()


def _unknown(detail: str) -> Unavailable:
    return Unavailable(Reason.UNRECOGNISED, detail)


def parse_session_ids(text: str) -> tuple[str, ...]:
    """The ids that `loginctl --no-legend list-sessions` lists.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: A line that does not begin with a session id.

    Source: loginctl(1).
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if lines == [["No", "sessions."]]:
        return ()
    ids = tuple(line[0] for line in lines)
    if not all(re.fullmatch("[A-Za-z0-9_]+", found) for found in ids):
        raise ParseError("loginctl listed something that is not a session")
    return ids


def parse_login(text: str) -> Login:
    """The session that `loginctl show-session ID -p …` describes.

    Args:
        text: lines `Key=Value`, in any order; loginctl leaves out what is empty.

    Returns:
        The session.

    Raises:
        ParseError: The user, type or class is missing.

    Source: loginctl(1), org.freedesktop.login1(5).
    """
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    uid, kind, role = (pairs.get(key, "") for key in ("User", "Type", "Class"))
    if not (re.fullmatch("[0-9]{1,10}", uid) and kind and role):
        raise ParseError("loginctl described a session without its user, type or class")
    return Login(
        uid=int(uid),
        kind=kind,
        role=role,
        state=pairs.get("State", ""),
        active=pairs.get("Active") == "yes",
        label=pairs.get("Desktop", ""),
        service=pairs.get("Service", ""),
    )


def _logins(host: Host) -> tuple[Login, ...] | Unavailable | None:
    """Every session that logind knows; None where there is no logind."""
    answer = host.run("loginctl", "--no-legend", "list-sessions")
    if is_absent(answer):
        return None
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        words = answer.stderr.decode(errors="replace")
        if any(phrase in words for phrase in _NO_LOGIND):
            return None
        return Unavailable(Reason.FAILED, "loginctl could not list the sessions")
    ids = attempt(lambda: parse_session_ids(answer.text))
    if isinstance(ids, Unavailable):
        return ids
    logins: list[Login] = []
    for session_id in ids:
        login = _login(host, session_id)
        if isinstance(login, Unavailable):
            return login
        logins += [login] if login else []
    return tuple(logins)


def _login(host: Host, session_id: str) -> Login | Unavailable | None:
    """The session, or None when it has ended since it was listed."""
    wanted = (word for key in _PROPERTIES for word in ("-p", key))
    answer = host.run("loginctl", "show-session", session_id, *wanted)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return _ended(answer)
    return attempt(lambda: parse_login(answer.text))


def _ended(answer: Output) -> Unavailable | None:
    words = answer.stderr.decode(errors="replace")
    # org.freedesktop.login1.NoSuchSession reads: No session '3' known
    if "No session" in words or "Unknown object" in words:
        return None
    return Unavailable(Reason.FAILED, "loginctl could not describe a session")


def _named(host: Host, logins: tuple[Login, ...]) -> tuple[Session, ...] | Unavailable:
    sessions: list[Session] = []
    for login in logins:
        desktops = _desktops(host, login)
        if isinstance(desktops, Unavailable):
            return desktops
        sessions += [Session(login.uid, name, login.service, SOURCE) for name in desktops]
    # A person may have several sessions of one kind; their settings are the same.
    return tuple(dict.fromkeys(sessions))


def _desktops(host: Host, login: Login) -> tuple[str, ...] | Unavailable:
    """The session's desktop: as its login manager, its environment or its processes name it."""
    labels = [login.label]
    if is_own(host, login.uid):
        labels.append(host.env("XDG_CURRENT_DESKTOP") or "")
    known = next((name for label in labels if (name := desktop_names.desktop_of(label))), None)
    if known:
        return (known,)
    running = find_processes(host)
    if isinstance(running, Unavailable):
        return running
    names = (process.name for process in running if process.uid == login.uid)
    found = desktop_names.desktops_by_process(names)
    return found or (desktop_names.plain_name(login.label),)


def _by_process(running: Iterable[Process]) -> tuple[Session, ...]:
    names: dict[int, list[str]] = {}
    for process in running:
        names.setdefault(process.uid, []).append(process.name)
    return tuple(
        Session(uid, desktop, "", "/proc/*/comm")
        for uid in sorted(names)
        for desktop in desktop_names.desktops_by_process(names[uid])
    )


def find_processes(host: Host) -> tuple[Process, ...] | Unavailable:
    """The running processes whose names say something about a desktop, by process id as text."""
    names = host.names("/proc")
    if isinstance(names, Unavailable):
        return names
    numbers = tuple(name for name in names if name.isdecimal())
    if not numbers:
        return Unavailable(Reason.FAILED, "the running processes could not be listed")
    processes: list[Process] = []
    for number in numbers:
        process = _process(host, number)
        if isinstance(process, Unavailable):
            return process
        processes += [process] if process else []
    return tuple(processes)


def _process(host: Host, number: str) -> Process | Unavailable | None:
    """The process, if its name is a known one; None also when it has ended or is hidden."""
    name = read_text(host, f"/proc/{number}/comm")
    if isinstance(name, Unavailable):
        passed_over = name.reason in (Reason.NOT_INSTALLED, Reason.NOT_PERMITTED)
        return None if passed_over else name
    if name.strip() not in desktop_names.KNOWN_PROCESSES:
        return None
    # NOTE: not the owner of /proc/PID, which is root for a program with file capabilities, as
    # kwin_wayland often is. proc_pid_status(5)
    status = read_text(host, f"/proc/{number}/status")
    if isinstance(status, Unavailable):
        return None if is_absent(status) else status
    uid = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
    if uid is None:
        return _unknown("the owner of a running process could not be told")
    return Process(name.strip(), int(uid[1]))
