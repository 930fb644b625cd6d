r"""File History: whether it is set up, and when it last saved.

Source: `HKCU\Software\Microsoft\Windows\CurrentVersion\FileHistory`, whose `ProtectedUpToTime` is a
FILETIME: hundreds of nanoseconds since 1601.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

PARENT = r"HKCU\Software\Microsoft\Windows\CurrentVersion"
HISTORY = rf"{PARENT}\FileHistory"
NAME = "File History"

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NONE = Unavailable(Reason.NOT_INSTALLED, "File History has saved nothing yet")


def parse_saved(key: RegistryKey) -> datetime | None:
    """Up to when the person's files are saved, UTC; None when they never were.

    Raises:
        ParseError: The time is of another type, or none that there is.
    """  # noqa: DOC201 - the first line says it
    value = key.number("ProtectedUpToTime")
    if not value:
        return None
    try:
        return _EPOCH + timedelta(microseconds=value // 10)
    except OverflowError as error:
        raise ParseError("File History saved at a time that does not exist") from error


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of backups."""
    del keys
    key = host.registry(HISTORY)
    if isinstance(key, Unavailable):
        # The key comes with File History's first run; the one above it is always there.
        above = host.registry(PARENT)
        never = is_absent(key) and not isinstance(above, Unavailable)
        yield Fact("backup.tools", () if never else key, HISTORY)
        yield Fact("backup.last_backup_days", _NONE if never else key, HISTORY)
        return
    saved = attempt(parse_saved, key)
    if saved is None:
        yield Fact("backup.tools", (), HISTORY)
        yield Fact("backup.last_backup_days", _NONE, HISTORY)
    elif isinstance(saved, Unavailable):
        yield Fact("backup.tools", saved, HISTORY)
        yield Fact("backup.last_backup_days", saved, HISTORY)
    else:
        yield Fact("backup.tools", (NAME,), HISTORY)
        yield Fact("backup.last_backup_days", _age(saved, now), HISTORY)


def _age(saved: datetime, now: datetime) -> int | Unavailable:
    if saved > now + timedelta(days=1):
        return Unavailable(Reason.UNRECOGNISED, "the last backup is dated in the future")
    return max(0, (now - saved).days)


PROBE = Probe("backups", ("backup.last_backup_days", "backup.tools"), collect)
