"""Time Machine: whether it is set up, and when its last backup finished.

Its settings are kept from programs without Full Disk Access; macOS then refuses without asking
anybody, so nothing pops up.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.macos.plists import Dictionary, dictionaries, flag, read_settings
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

SETTINGS = "/Library/Preferences/com.apple.TimeMachine.plist"
NAME = "Time Machine"

_KEPT = Unavailable(
    Reason.FAILED, "macOS shows Time Machine's notes only to programs with Full Disk Access"
)


def parse_tools(settings: Dictionary) -> tuple[str, ...]:
    """Time Machine, when it backs up by itself and has somewhere to back up to.

    Raises:
        ParseError: The settings are of another form, or do not say whether it backs up by itself.
    """  # noqa: DOC201 - the first line says it
    if not dictionaries(settings, "Destinations"):
        return ()
    automatic = flag(settings, "AutoBackup")
    if automatic is None:
        raise ParseError("the settings do not say whether Time Machine backs up by itself")
    return (NAME,) if automatic else ()


def parse_last_backup(settings: Dictionary) -> datetime | None:
    """When the last backup finished, UTC; None when there is none.

    Raises:
        ParseError: The settings are of another form.
    """  # noqa: DOC201 - the first line says it
    moments = [
        moment.replace(tzinfo=UTC)
        for destination in dictionaries(settings, "Destinations")
        for moment in _dates(destination)
    ]
    return max(moments, default=None)


def _dates(destination: Dictionary) -> tuple[datetime, ...]:
    value = destination.get("SnapshotDates", [])
    if not isinstance(value, list) or not all(isinstance(it, datetime) for it in value):
        raise ParseError("Time Machine's notes hold something other than dates")
    return tuple(it for it in value if isinstance(it, datetime))


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of backups."""
    del keys
    settings = read_settings(host, SETTINGS)
    if isinstance(settings, Unavailable):
        why = _KEPT if settings.reason is Reason.NOT_PERMITTED else settings
        yield Fact("backup.tools", why, SETTINGS)
        yield Fact("backup.last_backup_days", why, SETTINGS)
        return
    yield Fact("backup.tools", attempt(parse_tools, settings), SETTINGS)
    yield Fact("backup.last_backup_days", _age(settings, now), SETTINGS)


def _age(settings: Dictionary, now: datetime) -> int | Unavailable:
    last = attempt(parse_last_backup, settings)
    if isinstance(last, Unavailable):
        return last
    if last is None:
        return Unavailable(Reason.NOT_INSTALLED, "Time Machine has made no backup yet")
    if last > now:
        return Unavailable(Reason.UNRECOGNISED, "the last backup is dated in the future")
    return (now - last).days


PROBE = Probe("backups", ("backup.last_backup_days", "backup.tools"), collect)
