r"""The ways in which Windows locks the screen of a person who is away.

- A limit of idle time, set for the computer by an administrator or by management: the surest.
- A screen saver that asks for a password. It starts only if a program for it is set.
- Sleep, where the sign-in is asked for on waking. A computer with Modern Standby never really
  sleeps: there the dark screen begins it, and a delay of its own decides about the sign-in.

A dark screen alone locks nothing, and a paired telephone (dynamic lock) is no lock to rely on.

Sources: "Interactive logon: Machine inactivity limit"; the DeviceLock policies of the Policy CSP;
ControlPanelDisplay.admx; "Require sign-in on wakeup".
"""

from dataclasses import dataclass

from hipaaguard.collect.host import Host, RegistryKey, is_absent
from hipaaguard.collect.windows import power
from hipaaguard.collect.windows.power import Capabilities
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

MACHINE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
PERSON = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
MANAGED = r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"
DESKTOP_POLICY = r"HKCU\SOFTWARE\Policies\Microsoft\Windows\Control Panel\Desktop"
DESKTOP = r"HKCU\Control Panel\Desktop"

_NEVER = 0xFFFFFFFF
# The most that Windows takes; whatever is larger, as 0xFFFFFFFF, is no limit.
_MAX_LIMIT_S = 599_940
_ON = 1
_NO_SLEEP = Unavailable(
    Reason.UNRECOGNISED, "the screen locks by sleep alone, and this computer may not be able to"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that decide; None for one that is not there.

    Attributes:
        machine: policies of the computer.
        person: policies of the person.
        managed: what device management set.
        desktop_policy: policies of the person's screen saver.
        desktop: the person's own settings.
    """

    machine: RegistryKey | None
    person: RegistryKey | None
    managed: RegistryKey | None
    desktop_policy: RegistryKey | None
    desktop: RegistryKey | None


def read_keys(host: Host) -> Keys | Unavailable:
    """The keys that decide, or why one of them could not be read."""
    found: list[RegistryKey | None] = []
    for path in (MACHINE, PERSON, MANAGED, DESKTOP_POLICY, DESKTOP):
        key = host.registry(path)
        if isinstance(key, Unavailable) and not is_absent(key):
            return key
        found.append(None if isinstance(key, Unavailable) else key)
    return Keys(*found)


def idle_limit(keys: Keys) -> int | None:
    """Seconds without use after which the computer locks; None without a limit.

    0 and 0xFFFFFFFF are no limit.

    Raises:
        ParseError: A value is of another type.
    """  # noqa: DOC201 - the first line says it
    machine = keys.machine.number("InactivityTimeoutSecs") if keys.machine else None
    minutes = keys.managed.number("MaxInactivityTimeDeviceLock") if keys.managed else None
    limits = (machine, None if minutes is None else 60 * minutes)
    return min((it for it in limits if it is not None and 0 < it <= _MAX_LIMIT_S), default=None)


def saver(keys: Keys) -> int | None:
    """Seconds until a screen saver that asks for a password; None when there is none.

    Raises:
        ParseError: A value is of another type, or it is set to start at no time that is known.
    """  # noqa: DOC201 - the first line says it
    chosen = [_desktop(keys, name) for name in ("ScreenSaveActive", "ScreenSaverIsSecure")]
    program = _desktop(keys, "SCRNSAVE.EXE")
    if chosen != ["1", "1"] or not program:
        return None
    seconds = _desktop(keys, "ScreenSaveTimeOut")
    if seconds is None or not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 8):
        raise ParseError("the screen saver starts at no time that is known")
    return int(seconds) or None


def _desktop(keys: Keys, name: str) -> str | None:
    """A setting of the screen saver: the policy's, else the person's own."""
    for key in (keys.desktop_policy, keys.desktop):
        value = key.value(name) if key else None
        if isinstance(value, int):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise ParseError(f"the registry's {name} is not a text")
        if value is not None:
            return value.strip()
    return None


def saver_is_fixed(keys: Keys) -> bool:
    """Whether a policy sets everything that makes the screen saver lock."""
    policy = keys.desktop_policy
    names = ("ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut")
    return policy is not None and all(policy.value(name) is not None for name in names)


def locking_is_off(keys: Keys) -> bool:
    """Whether a policy forbids the person to lock the computer.

    Raises:
        ParseError: A value is of another type.
    """  # noqa: DOC201 - the first line says it
    found = (key.number("DisableLockWorkstation") for key in (keys.machine, keys.person) if key)
    return _ON in found


def delay_after_dark(keys: Keys) -> int | None:
    """Seconds after which Modern Standby asks for the sign-in; None for never.

    "Every time" is Windows' own default, which it need not write down.

    Raises:
        ParseError: The value is of another type.
    """  # noqa: DOC201 - the first line says it
    value = keys.desktop.number("DelayLockInterval") if keys.desktop else None
    if value is None:
        return 0
    # Some tools write the DWORD as a signed number.
    value &= _NEVER
    return None if value == _NEVER else value


def sleep(host: Host, keys: Keys, able: Capabilities) -> int | Unavailable | None:
    """Seconds without use until sleep that ends with a sign-in; None when it does not."""
    delay = wake_delay(host, keys, able)
    if delay is None or isinstance(delay, Unavailable):
        return delay
    setting = power.DISPLAY_IDLE if able.modern_standby else power.SLEEP_IDLE
    idle = power.find_setting(host, setting, battery=able.battery)
    if isinstance(idle, Unavailable):
        return idle
    # 0 is never; on mains and on battery it must come to sleep.
    if not all(idle):
        return None
    # NOTE: plans have a time to sleep also where nothing can, as on most virtual machines.
    return max(idle) + delay if able.modern_standby or able.sleeps else _NO_SLEEP


def wake_delay(host: Host, keys: Keys, able: Capabilities) -> int | Unavailable | None:
    """Seconds after falling asleep from which waking asks for the sign-in; None for never.

    Raises:
        ParseError: A value is of another type.
    """  # noqa: DOC201 - the first line says it
    if able.modern_standby:
        return delay_after_dark(keys)
    asks = power.find_setting(host, power.SIGN_IN_ON_WAKE, battery=able.battery)
    if isinstance(asks, Unavailable):
        return asks
    return 0 if all(value == _ON for value in asks) else None
