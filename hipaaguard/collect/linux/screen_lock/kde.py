"""The screen lock of KDE Plasma 5 and 6, by `kscreenlockerrc` as KConfig reads it.

Rules, from kscreenlocker's `settings/kscreenlockersettings.kcfg` and `ksldapp.cpp`:

- it locks `Timeout` minutes after the last use if `Autolock` and `Timeout` is above zero, and asks
  for a password `LockGrace` seconds later; a negative grace lasts for ever;
- with `Lock=false` or `RequirePassword=false` no password is ever asked for, after sleep neither;
- before sleep it locks if `LockOnResume`;
- it is a part of ksmserver in X11 sessions and of kwin_wayland in others, which can be started with
  `--no-lockscreen`.

Rules of the files, from KConfig's `options.md` and `kconfigini.cpp`: later files win over earlier
ones, the user's own comes last; `[$i]` after a key, after a group or alone at the top forbids later
files to change the key, the group or everything. `kdeglobals` holds for every program.
"""

import math
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.locker_process import doubtful
from hipaaguard.collect.linux.screen_lock.running import Running, find_running, has_x_server
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import (
    config_folder,
    system_folders,
    text_if_there,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_FILE = "kscreenlockerrc"
_GLOBALS = "kdeglobals"
_GROUP = "Daemon"
_KUBUNTU = "/usr/share/kubuntu-default-settings/kf5-settings"
_SOURCE = "kscreenlockerrc"
_DEFAULTS: Mapping[str, str] = {
    "Autolock": "true",
    "Timeout": "5",
    "Lock": "true",
    "LockGrace": "5",
    "RequirePassword": "true",
    "LockOnResume": "true",
}
_DECISIVE = ("Autolock", "Timeout", "Lock", "LockGrace", "RequirePassword")
"""The keys of which each, if the person can write it, lets them turn the lock off."""

# Files that every Plasma session writes: they show that it keeps its settings in this folder.
_MARKERS = (_GLOBALS, "kwinrc", "plasmashellrc", "plasma-org.kde.plasma.desktop-appletsrc")

# KScreenLocker multiplies the grace by 1000 in a 32-bit number.
_MAX_GRACE_S = 2_147_483


@dataclass(frozen=True, slots=True)
class Group:
    """One group of one KConfig file.

    Attributes:
        values: by key; None for a key that the file resets to its default.
        fixed: keys that later files cannot change.
        all_fixed: later files cannot change any key of the group.
    """

    values: Mapping[str, str | None]
    fixed: frozenset[str] = frozenset()
    all_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of a file, and whether the file is beyond the user's reach."""

    group: Group
    of_administrator: bool


def parse_group(text: str, name: str) -> Group:
    """The group of this name in a KConfig file.

    Returns:
        An empty group when the file has none. Nothing is refused: KConfig, too, skips the lines
        that it does not understand.
    """
    values: dict[str, str | None] = {}
    fixed: set[str] = set()
    file_fixed = group_fixed = all_fixed = inside = False
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            header = re.findall(r"\[([^\]]*)\]", line)
            immutable = header[-1:] == ["$i"]
            file_fixed = file_fixed or header == ["$i"]
            group_fixed = file_fixed or immutable
            inside = header == ([name, "$i"] if immutable else [name])
            all_fixed = all_fixed or file_fixed or (inside and group_fixed)
        elif inside:
            _add_entry(line, values, fixed, group_fixed=group_fixed)
    return Group(values, frozenset(fixed), all_fixed)


def _add_entry(
    line: str, values: dict[str, str | None], fixed: set[str], *, group_fixed: bool
) -> None:
    """Puts one line of the group in; a key that is fixed already keeps its value."""
    left, equals, value = line.partition("=")
    key = left.split("[", 1)[0].strip()
    tags = re.findall(r"\[([^\]]*)\]", left)
    options = "".join(tag[1:] for tag in tags if tag.startswith("$"))
    deleted = "d" in options
    # A tag without `$` is a language: that line is the key's translation.
    translated = any(not tag.startswith("$") for tag in tags)
    if not key or translated or key in fixed or not (equals or deleted):
        return
    values[key] = None if deleted else value.strip()
    if group_fixed or "i" in options:
        fixed.add(key)


def merge(layers: Iterable[Layer]) -> tuple[Mapping[str, str], frozenset[str]]:
    """What is in effect when these are read one after the other.

    Args:
        layers: least important first.

    Returns:
        The value of every key of `_DEFAULTS`, and the decisive keys that an administrator fixed.
    """
    values: dict[str, str | None] = {}
    fixed: set[str] = set()
    by_administrator: set[str] = set()
    for layer in layers:
        free = {key: value for key, value in layer.group.values.items() if key not in fixed}
        values.update(free)
        new = set(_DEFAULTS) if layer.group.all_fixed else set(layer.group.fixed)
        if layer.of_administrator:
            by_administrator |= new - fixed
        fixed |= new
    set_values = {key: value for key, value in values.items() if value is not None}
    in_effect = {key: set_values.get(key, default) for key, default in _DEFAULTS.items()}
    return in_effect, frozenset(by_administrator & set(_DECISIVE))


def parse_flag(key: str, value: str) -> bool:
    """A boolean of KConfig.

    Returns:
        The value.

    Raises:
        ParseError: Neither a word for yes nor one for no.

    Source: kconfiggroup.cpp, KConfigGroup::convertToQVariant.
    """
    word = value.lower()
    if word in ("false", "no", "off", "0"):
        return False
    if word in ("true", "yes", "on", "1"):
        return True
    raise ParseError(f"KDE's setting {key} is neither true nor false")


def parse_minutes(value: str) -> int:
    """A number of minutes, whole or with a fraction.

    Returns:
        Seconds, rounded up; zero, which means never, also for a number below zero.

    Raises:
        ParseError: Not such a number.
    """
    if not re.fullmatch(r"-?[0-9]{1,7}(\.[0-9]{1,9})?", value):
        raise ParseError("KDE's setting Timeout is not a number of minutes")
    return max(0, math.ceil(float(value) * 60))


def parse_grace(value: str) -> int:
    """A number of seconds.

    Returns:
        Seconds; below zero means for ever.

    Raises:
        ParseError: Not a whole number, or more than KScreenLocker can hold.
    """
    if not re.fullmatch(r"-?[0-9]{1,7}", value) or int(value) > _MAX_GRACE_S:
        raise ParseError("KDE's setting LockGrace is not a number of seconds")
    return int(value)


def parse_lock(values: Mapping[str, str], *, user_can_change: bool) -> Lock:
    """The lock that these settings make.

    Args:
        values: every key of `_DEFAULTS`.
        user_can_change: as in `Lock`.

    Returns:
        A lock of which everything is known.

    Raises:
        ParseError: A value that KConfig may understand in another way than is known here.
    """
    flags = {key: parse_flag(key, value) for key, value in values.items() if key not in _NUMBERS}
    timeout_s = parse_minutes(values["Timeout"])
    grace_s = parse_grace(values["LockGrace"])
    password = flags["Lock"] and flags["RequirePassword"]
    enabled = password and flags["Autolock"] and timeout_s > 0 and grace_s >= 0
    idle = timeout_s + grace_s if enabled else NO_LOCK
    return Lock(enabled, idle, password and flags["LockOnResume"], user_can_change, _SOURCE)


_NUMBERS = ("Timeout", "LockGrace")

_NOT_RUNNING = Unavailable(
    Reason.UNRECOGNISED, "the part of KDE Plasma that locks the screen was not found running"
)
_IN_GLOBALS = Unavailable(
    Reason.UNRECOGNISED, "settings of the lock are among those for every KDE program"
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a Plasma session."""
    layers = _layers(host, session)
    if isinstance(layers, Unavailable):
        return unreadable(layers, _SOURCE)
    values, fixed = merge(layers)
    lock = attempt(parse_lock, values, user_can_change=fixed != set(_DECISIVE))
    if isinstance(lock, Unavailable):
        return unreadable(lock, _SOURCE)
    runs = _locker_runs(find_running(host, session))
    if runs is False:
        return replace(lock, enabled=False, idle_s=NO_LOCK, on_suspend=False)
    return lock if runs is True else doubtful(lock, runs)


def _locker_runs(running: Running | Unavailable) -> bool | Unavailable:
    """Whether the locker is there; false only where it was left out on purpose."""
    if isinstance(running, Unavailable):
        return running
    compositors = running.named("kwin_wayland")
    if any("--no-lockscreen" in it.argv for it in compositors):
        return False
    on_x11 = has_x_server(running) and bool(running.named("ksmserver"))
    return True if compositors or on_x11 else _NOT_RUNNING


def sets_lock_for_all(text: str) -> bool:
    """Whether a `kdeglobals` file has a group of the lock's."""
    return any(re.match(rf"\s*\[{_GROUP}\]", line) for line in text.splitlines())


def _layers(host: Host, session: Session) -> tuple[Layer, ...] | Unavailable:
    """The files that Plasma reads, least important first; those that do not exist are left out."""
    own = config_folder(host, session.uid)
    if isinstance(own, Unavailable):
        return own
    shared = _shared_folders(host, session, own)
    if isinstance(shared, Unavailable):
        return shared
    layers: list[Layer] = []
    for folder in (*reversed(shared), own):
        text = text_if_there(host, posixpath.join(folder, _FILE))
        for_all = text_if_there(host, posixpath.join(folder, _GLOBALS))
        unread = next((it for it in (text, for_all) if isinstance(it, Unavailable)), None)
        if unread:
            return unread
        if isinstance(for_all, str) and sets_lock_for_all(for_all):
            return _IN_GLOBALS
        if isinstance(text, str):
            layers.append(Layer(parse_group(text, _GROUP), folder.startswith(("/etc/", "/usr/"))))
        elif folder == own and not _keeps_settings(host, own):
            return Unavailable(
                Reason.UNRECOGNISED, "the folder with this person's KDE settings was not found"
            )
    return tuple(layers)


def _shared_folders(host: Host, session: Session, own: str) -> tuple[str, ...] | Unavailable:
    """The folders behind the user's own, most important first."""
    folders = system_folders(host, session, _FILE)
    if isinstance(folders, Unavailable) or folders != ("/etc/xdg",):
        return folders
    # startplasma puts the theme's own folder before the system's, Kubuntu its own behind it.
    return (posixpath.join(own, "kdedefaults"), *folders, _KUBUNTU)


def _keeps_settings(host: Host, folder: str) -> bool:
    return any(
        not isinstance(host.entry(posixpath.join(folder, name)), Unavailable) for name in _MARKERS
    )
