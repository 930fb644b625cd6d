"""Whether a command that is to lock the screen can: its program is there, and fits the session."""

import posixpath
import re

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock.commands import LOCKERS, Command, grace_of
from hipaaguard.collect.linux.screen_lock.hyprlang import parse_entries
from hipaaguard.collect.linux.screen_lock.running import (
    Display,
    Running,
    display_of,
    is_installed,
)
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import (
    config_folder,
    home_folder,
    text_if_there,
)
from hipaaguard.collect.linux.screen_lock.xscreensaver import can_lock
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Effect = int | Unavailable | None
"""Seconds after which a password is asked for; None where the screen is not locked at all."""

_NO_GRACE = Unavailable(
    Reason.UNRECOGNISED, "the time that the locker allows without a password was not understood"
)

_NO_DISPLAY = Unavailable(
    Reason.UNRECOGNISED, "neither an X server nor a Wayland compositor was found running"
)


def effect_of(host: Host, session: Session, running: Running, command: Command) -> Effect:
    """What a command that starts a locker does in this session."""
    locker = LOCKERS[command.name]
    display = display_of(session, running)
    if display is None:
        return _NO_DISPLAY
    if not (locker.wayland if display is Display.WAYLAND else locker.x11):
        return None
    installed = is_installed(host, command.locker)
    if installed is not True:
        return installed or None
    if command.name == "xscreensaver-command":
        able = can_lock(host, session, running)
        return able if isinstance(able, Unavailable) else 0 if able else None
    if command.name not in ("swaylock", "hyprlock"):
        return 0
    told = grace_of(command.arguments)
    if told is None:
        return _NO_GRACE
    in_file = _grace_in_file(host, session, command)
    return in_file if not isinstance(in_file, int) else max(told, in_file)


def parse_swaylock_grace(text: str) -> int:
    """The seconds that `grace` allows in swaylock's settings file.

    Returns:
        Zero where it is not set.

    Raises:
        ParseError: It is not a whole number.

    Source: swaylock(1), swaylock-effects' README.
    """
    grace = 0
    for line in (raw.strip() for raw in text.splitlines()):
        key, equals, value = (part.strip() for part in line.partition("="))
        if key == "grace":
            grace = _seconds(value if equals else "")
    return grace


def parse_hyprlock_grace(text: str) -> int:
    """The seconds that `general:grace` allows in hyprlock.conf, as older versions have it.

    Returns:
        Zero where it is not set.

    Raises:
        ParseError: It is not a whole number, or the file is not understood.
    """
    grace = 0
    for entry in parse_entries(text):
        if (entry.category, entry.key) == ("general", "grace"):
            grace = _seconds(entry.value)
    return grace


def _seconds(value: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", value):
        raise ParseError("the locker's grace period is not a number of seconds")
    return int(value)


def _grace_in_file(host: Host, session: Session, command: Command) -> Effect:
    """What the locker's own settings file says; hyprlock does not lock without one."""
    swaylock = command.name == "swaylock"
    named = _named_path(command)
    text = _found(host, session, command) if named is None else _named(host, named)
    if text is None:
        # Source: the Hyprland wiki on hyprlock, which warns of it.
        return 0 if swaylock else None
    if isinstance(text, Unavailable):
        return text
    return attempt(parse_swaylock_grace if swaylock else parse_hyprlock_grace, text)


def _named(host: Host, path: str) -> str | Unavailable:
    """The settings file that the command names."""
    text = read_text(host, path) if posixpath.isabs(path) else None
    return _NO_GRACE if text is None or is_absent(text) else text


def _found(host: Host, session: Session, command: Command) -> str | Unavailable | None:
    """The first of the locker's settings files that exists; None where none does."""
    home = home_folder(host, session.uid)
    config = config_folder(host, session.uid)
    if isinstance(home, Unavailable) or isinstance(config, Unavailable):
        return home if isinstance(home, Unavailable) else config
    paths = [f"{config}/hypr/hyprlock.conf", "/etc/xdg/hypr/hyprlock.conf"]
    if command.name == "swaylock":
        folders = (f"{home}/.swaylock", f"{config}/swaylock", "/etc/swaylock")
        paths = [f"{folder}/config" for folder in folders]
    texts = (text_if_there(host, path) for path in paths)
    return next((text for text in texts if text is not None), None)


def _named_path(command: Command) -> str | None:
    """The settings file that the command names; None when it names none."""
    options = ("-C", "--config") if command.name == "swaylock" else ("-c", "--config")
    for number, argument in enumerate(command.arguments):
        name, equals, value = argument.partition("=")
        if name == options[1] and equals:
            return value
        if argument in options:
            rest = command.arguments[number + 1 :]
            return rest[0] if rest else ""
    return None
