"""The screen lock of COSMIC, by the files in which it keeps its settings.

Rules, from cosmic-idle's `src/main.rs` and `cosmic-idle-config/src/lib.rs`, cosmic-greeter's
`src/logind.rs` and libcosmic's cosmic-config:

- cosmic-idle, which must run, turns the screen off `screen_off_time` milliseconds after the last
  use (`None`: never), and then starts the command that the system action `LockScreen` names;
- that is `loginctl lock-session`, and cosmic-greeter, which must run as the session's user, then
  asks for a password; it does so before sleep too, whatever the settings;
- each setting is a file: the person's own, else the system's, else 15 minutes are built in.

Nothing can forbid the person to change it.
"""

import posixpath
import re

from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.locker_process import state_of
from hipaaguard.collect.linux.screen_lock.running import find_running
from hipaaguard.collect.linux.screen_lock.session import Session, is_own
from hipaaguard.collect.linux.screen_lock.user_files import config_folder, text_if_there
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_SOURCE = "com.system76.CosmicIdle"
_TIME = "com.system76.CosmicIdle/v1/screen_off_time"
_ACTIONS = "com.system76.CosmicSettings.Shortcuts/v1/system_actions"
_LOCKS = "loginctl lock-session"
# cosmic-idle-config/src/lib.rs: screen_off_time: Some(15 * 60 * 1000)
_DEFAULT_S = 900
_DATA_FOLDERS = "/usr/local/share:/usr/share"

_OTHER_ACTION = Unavailable(
    Reason.UNRECOGNISED, "COSMIC is not set to lock the screen by its own screen locker"
)


def parse_time(text: str) -> int | None:
    """The seconds in a file of COSMIC's settings: `Some(900000)`.

    Returns:
        Seconds, rounded up; None, where the file says so, which means never.

    Raises:
        ParseError: Neither `None` nor `Some(…)` with milliseconds above zero.

    Source: the RON format; cosmic-idle-config/src/lib.rs.
    """
    if text.strip() == "None":
        return None
    found = re.fullmatch(r"\s*Some\(\s*([0-9][0-9_]{0,12})\s*,?\s*\)\s*", text)
    milliseconds = int(found[1].replace("_", "")) if found else 0
    if not milliseconds:
        raise ParseError("COSMIC's setting screen_off_time was not understood")
    return -(-milliseconds // 1000)


def parse_lock_action(text: str) -> str | None:
    """The command that locks the screen, in COSMIC's file of system actions.

    Returns:
        As it is written; None where the file names none.

    Raises:
        ParseError: The file names several.

    Source: cosmic-settings-daemon's data/system_actions.ron.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("//"))
    found = re.findall(r'(?:^|[{,])\s*LockScreen\s*:\s*"([^"\n]*)"', "\n".join(lines), re.MULTILINE)
    if len(found) > 1:
        raise ParseError("COSMIC's file of system actions names several ways to lock the screen")
    return found[0] if found else None


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a COSMIC session."""
    own = config_folder(host, session.uid)
    if isinstance(own, Unavailable):
        return unreadable(own, _SOURCE)
    running = find_running(host, session)
    locker = state_of(running, "cosmic-greeter")
    idle_s = _idle_s(host, session, own)
    if isinstance(idle_s, int):
        parts = (state_of(running, "cosmic-idle"), locker, _locks(host, session, own))
        doubt = next((part for part in parts if isinstance(part, Unavailable)), None)
        idle_s = NO_LOCK if False in parts else doubt or idle_s
    enabled = idle_s if isinstance(idle_s, Unavailable) and idle_s != NO_LOCK else idle_s != NO_LOCK
    return Lock(enabled, idle_s, locker, user_can_change=True, source=_SOURCE)


def _idle_s(host: Host, session: Session, own: str) -> int | Unavailable:
    """Seconds until the screen is turned off; `NO_LOCK` where it never is."""
    folder = posixpath.join(own, "cosmic")
    names = host.names(folder)
    if is_absent(names):
        return Unavailable(
            Reason.UNRECOGNISED, "the folder with this person's COSMIC settings was not found"
        )
    if isinstance(names, Unavailable):
        return names
    text = _setting(host, session, own, _TIME)
    if isinstance(text, Unavailable):
        return text
    seconds = _DEFAULT_S if text is None else attempt(parse_time, text)
    return NO_LOCK if seconds is None else seconds


def _locks(host: Host, session: Session, own: str) -> bool | Unavailable:
    """Whether what COSMIC does after turning the screen off is known to lock it; never false."""
    for folder in _folders(host, session, own):
        text = text_if_there(host, posixpath.join(folder, _ACTIONS))
        if isinstance(text, Unavailable):
            return text
        command = None if text is None else attempt(parse_lock_action, text)
        if isinstance(command, Unavailable):
            return command
        if command is not None:
            return command == _LOCKS or _OTHER_ACTION
    return _OTHER_ACTION


def _setting(host: Host, session: Session, own: str, name: str) -> str | Unavailable | None:
    """The first file of this name, the person's own before the system's; None without one."""
    for folder in _folders(host, session, own):
        text = text_if_there(host, posixpath.join(folder, name))
        if text is not None:
            return text
    return None


def _folders(host: Host, session: Session, own: str) -> tuple[str, ...]:
    """Where COSMIC looks for settings, most important first."""
    named = (host.env("XDG_DATA_DIRS") or "") if is_own(host, session.uid) else ""
    shared = (folder for folder in (named or _DATA_FOLDERS).split(":") if posixpath.isabs(folder))
    return tuple(posixpath.join(folder, "cosmic") for folder in (own, *shared))
