"""What LXQt's own power manager and session manager do to lock the screen.

Rules, from lxqt-powermanagement's `powermanagementsettings.cpp`, `idlenesswatcher.cpp` and
`watcher.cpp`, lxqt-session's `sessionapplication.cpp` and `lockscreenmanager.cpp`, and liblxqt's
`lxqtscreensaver.cpp`:

- with `enableIdlenessWatcher` it does `idlenessACAction` after `idlenessACTime`, on battery
  `idlenessBatteryAction` after `idlenessBatteryTime`; -1 is nothing, -2 locks, others suspend and
  the like; older versions have `idlenessAction` and `idlenessTimeSecs` for both;
- of a time only minutes and seconds count; the default is 15 minutes;
- on Wayland it locks with `lock_command_wayland` of session.conf, which has no default; on X with
  `lock_command` of lxqt.conf, by default `xdg-screensaver lock`, here XScreenSaver's;
- on X the session manager does the same when logind asks for it, and before sleep unless
  session.conf has `lock_screen_before_power_actions` off.

Settings lie in the folders that QSettings looks through, each key by itself: `qsettings.cpp`.
"""

import re
from collections.abc import Mapping, Sequence

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock.commands import Command, Means, parse_command
from hipaaguard.collect.linux.screen_lock.plan import Plan
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import (
    config_folder,
    system_folders,
    text_if_there,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "lxqt-powermanagement"
SESSION_NAME = "lxqt-session"
_SOURCE = f"{NAME}.conf"
_LOCK = -2
_DEFAULT_S = 900
_ESCAPES = {"0": 0, "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, '"': 34, "\\": 92}

Settings = Mapping[str, str]
"""Values by `group/key`; those of the group `General` by key alone, as QSettings has it."""


def parse_settings(text: str) -> Settings:
    """The settings of a file that QSettings wrote.

    Returns:
        Values as written, by name. Lines that are not settings are passed over, as QSettings does.
    """
    settings: dict[str, str] = {}
    group = ""
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = "" if line == "[General]" else f"{line[1:-1]}/"
        elif "=" in line and not line.startswith((";", "#")):
            key, _, value = line.partition("=")
            settings[group + key.strip()] = value.strip()
    return settings


def parse_time(value: str) -> int:
    r"""A time of day as QSettings writes it: `@Variant(\0\0\0\xf\0\r\xbb\xa0)`.

    Returns:
        Its minutes and seconds, as seconds.

    Raises:
        ParseError: Not a time.

    Source: Qt's `qsettings.cpp`; QDataStream, where QTime is milliseconds since midnight.
    """
    match = re.fullmatch(r'"?@Variant\((.*)\)"?', value, re.DOTALL)
    data = _unescape(match[1]) if match else b""
    if len(data) != 8 or data[:4] != b"\0\0\0\x0f":
        raise ParseError("LXQt waits for a time that was not understood")
    return int.from_bytes(data[4:], "big") // 1000 % 3600


def _unescape(text: str) -> bytes:
    data = bytearray()
    for match in re.finditer(r"\\x([0-9a-fA-F]{1,2})|\\(.)|([\x00-\xff])", text, re.DOTALL):
        if match[1]:
            data.append(int(match[1], 16))
        elif match[2]:
            if match[2] not in _ESCAPES:
                raise ParseError("LXQt waits for a time that was not understood")
            data.append(_ESCAPES[match[2]])
        else:
            data.append(ord(match[3]))
    return bytes(data)


def parse_plan(settings: Settings, locker: Command, *, battery: bool | Unavailable) -> Plan:
    """What the power manager does with these settings.

    Args:
        settings: those of lxqt-powermanagement.conf.
        locker: what it starts to lock the screen.
        battery: whether the computer can run on battery.

    Returns:
        The plan; where there is a battery it locks only if it does so on mains and on battery
        alike, and at the later of the two times.

    Raises:
        ParseError: A setting that is not understood.
    """
    if settings.get("enableIdlenessWatcher", "false").lower() not in ("true", "1"):
        return Plan((), None, None, _SOURCE)
    either = settings.get("idlenessAction", "-1")
    mains, on_battery = (
        _whole(settings.get(f"idleness{supply}Action", either)) == _LOCK
        for supply in ("AC", "Battery")
    )
    if not mains or (battery is True and not on_battery):
        return Plan((), None, None, _SOURCE)
    if isinstance(battery, Unavailable) and not on_battery:
        return Plan((), None, None, _SOURCE, battery)
    seconds = _time(settings, "AC")
    if battery is not False:
        seconds = max(seconds, _time(settings, "Battery"))
    return Plan(((seconds, locker),), None, None, _SOURCE)


def parse_supplies(names: Sequence[str]) -> bool:
    """Whether the computer can run on battery, by its power supplies.

    Args:
        names: the folder `/sys/class/power_supply`.

    Returns:
        False where all are mains, or batteries of mice and the like.

    Raises:
        ParseError: A supply of which it is not known what it is.
    """
    if any(re.match("BAT|CMB", name) for name in names):
        return True
    if not all(re.match("AC|ADP|hid|ucsi", name) for name in names):
        raise ParseError("the computer has a power supply that this version does not know")
    return False


def _battery(host: Host) -> bool | Unavailable:
    names = host.names("/sys/class/power_supply")
    return names if isinstance(names, Unavailable) else attempt(parse_supplies, names)


def _whole(value: str) -> int:
    if not re.fullmatch("-?[0-9]{1,6}", value):
        raise ParseError("LXQt's power manager has an action that is not a number")
    return int(value)


def _time(settings: Settings, supply: str) -> int:
    value = settings.get(f"idleness{supply}Time")
    if value is not None:
        return parse_time(value)
    older = settings.get("idlenessTimeSecs")
    return _DEFAULT_S if older is None else min(max(60, _whole(older)), 3599)


def read_plan(host: Host, session: Session, *, wayland: bool) -> Plan | Unavailable:
    """What the power manager, which runs, will do in this session."""
    settings = _read(host, session, NAME)
    if isinstance(settings, Unavailable):
        return settings
    locker = _locker(host, session, wayland=wayland)
    if isinstance(locker, Unavailable):
        return locker
    return attempt(parse_plan, settings, locker, battery=_battery(host))


def read_session_plan(host: Host, session: Session) -> Plan:
    """What the session manager, which runs on X, will do; it never locks for want of use."""
    locker = _locker(host, session, wayland=False)
    if isinstance(locker, Unavailable):
        locker = Command(Means.UNKNOWN)
    locks = _locks_before_sleep(host, session)
    if isinstance(locks, Unavailable):
        return Plan((), locker, Command(Means.UNKNOWN), SESSION_NAME)
    return Plan((), locker, locker if locks else None, SESSION_NAME)


def _locks_before_sleep(host: Host, session: Session) -> bool | Unavailable:
    """Whether the session manager is set to lock before sleep."""
    settings = _read(host, session, "session")
    if isinstance(settings, Unavailable):
        return settings
    # LXQt::Settings writes this into the person's own file, so that there always is one.
    if "__userfile__" not in settings:
        return Unavailable(Reason.UNRECOGNISED, "this person's LXQt settings were not found")
    word = _plain(settings.get("lock_screen_before_power_actions", "true")).lower()
    # QVariant takes everything else for true.
    return word not in ("false", "0", "")


def _locker(host: Host, session: Session, *, wayland: bool) -> Command | Unavailable:
    """What locks the screen when LXQt wants it locked."""
    own = _read(host, session, "session" if wayland else "lxqt")
    if isinstance(own, Unavailable):
        return own
    if wayland:
        return parse_command(_plain(own.get("lock_command_wayland", "")))
    text = _plain(own.get("Screensaver/lock_command", ""))
    default = text in ("", "xdg-screensaver lock")
    return parse_command("xscreensaver-command -lock" if default else text)


def _plain(value: str) -> str:
    """A text without the quotes that QSettings puts around some."""
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1] if quoted else value


def _read(host: Host, session: Session, name: str) -> Settings | Unavailable:
    """The settings of this name, the person's own over the system's."""
    own = config_folder(host, session.uid)
    if isinstance(own, Unavailable):
        return own
    shared = system_folders(host, session, f"lxqt/{name}.conf")
    if isinstance(shared, Unavailable):
        return shared
    settings: dict[str, str] = {}
    for folder in (*reversed(shared), own):
        text = text_if_there(host, f"{folder}/lxqt/{name}.conf")
        if isinstance(text, Unavailable):
            return text
        settings.update(parse_settings(text or ""))
    return settings
