"""The screen lock of XScreenSaver.

Rules, from xscreensaver(1), xscreensaver-systemd(1) and its `driver/prefs.c`:

- it blanks the screen `timeout` after the last use, unless `mode` is `off`, and asks for a password
  `lockTimeout` later if `lock`; times are `hours:minutes:seconds` or a number of minutes;
- `.xscreensaver` in the home folder holds the person's settings and wins over X resources;
- before sleep it locks where its helper xscreensaver-systemd runs too.

Without a file of the person's own, X resources decide, which only the X server could tell.
"""

import re
from collections.abc import Mapping

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.running import Display, Running, display_of
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import home_folder
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "xscreensaver"
_HELPER = "xscreensaver-systemd"
_SOURCE = ".xscreensaver"
_YES = ("true", "on", "yes")
_NO = ("false", "off", "no")

Settings = Mapping[str, str]


def parse_settings(text: str) -> Settings:
    """The settings of a `.xscreensaver` file.

    Returns:
        Values by name; of one that is set twice the last. The list of pictures is left out.
    """
    settings: dict[str, str] = {}
    for line in text.splitlines():
        match = re.match(r"([A-Za-z][A-Za-z0-9]*):[ \t]*(.*)", line)
        if match:
            settings[match[1]] = match[2].strip()
    return settings


def parse_flag(settings: Settings, key: str) -> bool:
    """A yes or no.

    Returns:
        The value.

    Raises:
        ParseError: It is not set, or neither.
    """
    word = settings.get(key, "").lower()
    if word not in (*_YES, *_NO):
        raise ParseError(f"XScreenSaver's setting {key} is neither yes nor no")
    return word in _YES


def parse_time(settings: Settings, key: str) -> int:
    """A time: `0:10:00`, or minutes: `10`.

    Returns:
        Seconds.

    Raises:
        ParseError: It is not set, or of another form.
    """
    value = settings.get(key, "")
    if re.fullmatch("[0-9]{1,5}", value):
        return int(value) * 60
    match = re.fullmatch("([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])", value)
    if match is None:
        raise ParseError(f"XScreenSaver's setting {key} is not a time")
    hours, minutes, seconds = (int(part) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def parse_lock(settings: Settings, *, helper_runs: bool | Unavailable) -> Lock:
    """The lock that these settings make where XScreenSaver runs.

    Args:
        settings: the person's own.
        helper_runs: whether xscreensaver-systemd runs too.

    Returns:
        A lock whose idle time is known.

    Raises:
        ParseError: A setting that decides is missing or not understood.
    """
    locks = parse_flag(settings, "lock")
    blanks = settings.get("mode", "random").lower() != "off"
    enabled = locks and blanks
    if not enabled:
        return Lock(enabled, NO_LOCK, locks and helper_runs, user_can_change=True, source=_SOURCE)
    timeout = parse_time(settings, "timeout")
    if timeout == 0:
        raise ParseError("XScreenSaver's versions differ about a timeout of zero")
    later = parse_time(settings, "lockTimeout") if "lockTimeout" in settings else 0
    return Lock(enabled, timeout + later, helper_runs, user_can_change=True, source=_SOURCE)


def can_lock(host: Host, session: Session, running: Running) -> bool | Unavailable:
    """Whether XScreenSaver runs and locks when `xscreensaver-command -lock` asks it to."""
    if not running.named(NAME):
        return False if running.complete else _hidden()
    settings = _settings(host, session)
    return settings if isinstance(settings, Unavailable) else attempt(parse_flag, settings, "lock")


def read_lock(host: Host, session: Session, running: Running) -> Lock:
    """The lock of an X session in which XScreenSaver runs."""
    if display_of(session, running) is not Display.X11:
        detail = "XScreenSaver runs without an X server, where not every version can lock"
        return unreadable(Unavailable(Reason.UNRECOGNISED, detail), _SOURCE)
    settings = _settings(host, session)
    if isinstance(settings, Unavailable):
        return unreadable(settings, _SOURCE)
    helper: bool | Unavailable = bool(running.named(_HELPER))
    if not helper and not running.complete:
        helper = _hidden()
    lock = attempt(parse_lock, settings, helper_runs=helper)
    return unreadable(lock, _SOURCE) if isinstance(lock, Unavailable) else lock


def _hidden() -> Unavailable:
    detail = "HipaaGuard cannot see every process of this machine, as in a container"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _settings(host: Host, session: Session) -> Settings | Unavailable:
    home = home_folder(host, session.uid)
    if isinstance(home, Unavailable):
        return home
    text = read_text(host, f"{home}/.xscreensaver")
    if is_absent(text):
        detail = "this person has no XScreenSaver settings of their own, and X resources decide"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return text if isinstance(text, Unavailable) else parse_settings(text)
