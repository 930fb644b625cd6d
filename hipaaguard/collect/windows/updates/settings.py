r"""Whether Windows installs security updates without anyone asking, by the settings in effect.

Four things can stand in the way: services that were disabled, an administrator's policy, a pause,
and, before Windows 10 and on servers, the setting itself. Windows 10 and 11 without a policy always
install them; their service being stopped or manual is how it should be.

Sources: Microsoft's "Manage additional Windows Update settings" and "Configure Windows Update for
Business"; the Update Policy CSP; IAutomaticUpdatesSettings.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from hipaaguard.collect.host import Host, RegistryKey, Row, attempt, is_absent
from hipaaguard.collect.windows.release import Release
from hipaaguard.collect.windows.rows import number
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
POLICY_AU = rf"{POLICY}\AU"
MANAGED = r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\Update"
SETTINGS = r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings"
SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"

FIRST_WINDOWS_10 = 10240
_DISABLED = 4
# The last one is newer than Windows 7 and 8.
_NEEDED = ("wuauserv", "UsoSvc")

# AUOptions: 2 asks before fetching, 3 before installing, 4 installs; 5 leaves it to whoever is
# administrator; 7 tells of it alone.
_AU_INSTALLS = {2: False, 3: False, 4: True, 7: False}
# AllowAutoUpdate: 0 asks before fetching, 5 switches everything off; the others install.
_MDM_INSTALLS = {0: False, 1: True, 2: True, 3: True, 4: True, 5: False}
# NotificationLevel: 0 not configured, 1 disabled, 2 and 3 as AUOptions, 4 installs by schedule.
_LEVEL_INSTALLS = {1: False, 2: False, 3: False, 4: True}

_PAUSES = ("PauseUpdatesExpiryTime", "PauseQualityUpdatesEndTime")
_UNCLEAR = Unavailable(
    Reason.UNRECOGNISED, "how updates are installed is set in a way that this version does not know"
)

Keys = Mapping[str, RegistryKey | None]
"""Keys of the registry by path; None for one that is not there."""


def read_keys(host: Host, release: Release) -> Keys | Unavailable:
    """Every key that can stand in the way, or why one of them could not be read."""
    services = _NEEDED if release.build >= FIRST_WINDOWS_10 else _NEEDED[:1]
    paths = (POLICY, POLICY_AU, MANAGED, SETTINGS, *(rf"{SERVICES}\{name}" for name in services))
    found: dict[str, RegistryKey | None] = {}
    for path in paths:
        key = host.registry(path)
        if isinstance(key, Unavailable) and not is_absent(key):
            return key
        found[path] = None if isinstance(key, Unavailable) else key
    return found


def judge_automatic(
    keys: Keys, level: int | None, release: Release, now: datetime
) -> bool | Unavailable:
    """Whether security updates install themselves.

    Args:
        keys: what `read_keys` found.
        level: NotificationLevel of the Update Agent.
        release: this Windows.
        now: the time to judge pauses by.

    Returns:
        True only when nothing stands in the way.

    Raises:
        ParseError: A value is of another type than documented.
    """
    if any(_is_disabled(key) for path, key in keys.items() if path.startswith(SERVICES)):
        return False
    if any(path.startswith(SERVICES) and key is None for path, key in keys.items()):
        return Unavailable(Reason.UNRECOGNISED, "a service that updates need was not found")
    paused = judge_paused(keys, now)
    if paused is True:
        return False
    told = [value for value in _policies(keys) if value is not None]
    if False in told:
        return False
    by_level = _by_level(level, release)
    if by_level is False:
        return False
    if isinstance(paused, Unavailable):
        return paused
    return _UNCLEAR if _UNCLEAR in told else by_level


def _is_disabled(key: RegistryKey | None) -> bool:
    return key is not None and key.number("Start") == _DISABLED


def _policies(keys: Keys) -> Iterator[bool | Unavailable | None]:
    """What each policy makes of it: yes, no, unclear, or nothing."""
    policy, au, managed = keys[POLICY], keys[POLICY_AU], keys[MANAGED]
    if policy is not None and policy.number("DisableWindowsUpdateAccess") == 1:
        yield False
    if au is not None:
        yield False if au.number("NoAutoUpdate") == 1 else None
        yield _of(_AU_INSTALLS, au.number("AUOptions"))
    if managed is not None:
        yield _of(_MDM_INSTALLS, managed.number("AllowAutoUpdate"))


def _of(meanings: Mapping[int, bool], value: int | None) -> bool | Unavailable | None:
    return None if value is None else meanings.get(value, _UNCLEAR)


def _by_level(level: int | None, release: Release) -> bool | Unavailable:
    if level in _LEVEL_INSTALLS:
        return _LEVEL_INSTALLS[level]
    # Not configured: Windows 10 and 11 install all the same, servers and older ones need not.
    if level == 0 and release.build >= FIRST_WINDOWS_10 and not release.is_server:
        return True
    return _UNCLEAR


def judge_paused(keys: Keys, now: datetime) -> bool | Unavailable:
    """Whether the person put updates off, until a day that is still to come.

    Returns:
        True or false; unavailable where a pause has no date of the usual form.

    Raises:
        ParseError: A date is of another type.

    The dates are ISO texts in UTC, as `2026-11-29T09:00:00Z`; an empty one is none.
    """
    settings = keys[SETTINGS]
    if settings is None:
        return False
    ends = [settings.text(name) for name in _PAUSES]
    moments = [attempt(parse_moment, end) for end in ends if end]
    if any(isinstance(moment, datetime) and moment > now for moment in moments):
        return True
    return next((moment for moment in moments if isinstance(moment, Unavailable)), False)


def parse_moment(text: str) -> datetime:
    """A moment in UTC.

    Raises:
        ParseError: Not of the form `2026-11-29T09:00:00Z`; the `Z` may be missing.
    """  # noqa: DOC201 - the first line says it
    try:
        return datetime.strptime(text.removesuffix("Z"), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ParseError("a date of Windows Update is not of a form that is known") from error


def parse_level(rows: tuple[Row, ...]) -> int | None:
    """NotificationLevel of the Update Agent.

    Raises:
        ParseError: There is not exactly one row, or it is of another form.
    """  # noqa: DOC201 - the first line says it
    if len(rows) != 1:
        raise ParseError("the Update Agent did not tell its settings")
    return number(rows[0], "Level")
