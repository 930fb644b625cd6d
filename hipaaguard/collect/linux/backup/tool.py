"""A backup program that is set up, and the moment when it last finished."""

import io
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hipaaguard.collect.host import Host
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

# The zone that is farthest ahead: a time of day without a zone was at the earliest then.
_FARTHEST_AHEAD = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Tool:
    """A backup program that is set up.

    Attributes:
        name: what people call it.
        last: when a backup last finished, aware; or why that is not known.
        of_home: whether it backs up the person's own files, as far as its settings say.
    """

    name: str
    last: datetime | Unavailable
    of_home: bool = True


def never(name: str) -> Unavailable:
    """What is said of a program that is set up and has noted no finished backup."""
    return Unavailable(Reason.NOT_INSTALLED, f"{name} is set up, but notes no finished backup")


def not_noted(name: str) -> Unavailable:
    """What is said of a program that notes its backups nowhere on this computer."""
    detail = f"{name} notes its backups only where they are kept, and that is not looked into"
    return Unavailable(Reason.UNRECOGNISED, detail)


def local_zone(host: Host) -> tzinfo | None:
    """The time zone of the machine; None when it could not be read. See localtime(5)."""
    data = host.read("/etc/localtime")
    if isinstance(data, Unavailable):
        return None
    try:
        return ZoneInfo.from_file(io.BytesIO(data))
    # zoneinfo lets through whatever its reader raises.
    except (ValueError, struct.error, IndexError, OverflowError, MemoryError, EOFError):
        return None


def aware(moment: datetime, zone: tzinfo | None) -> datetime:
    """The moment in UTC.

    Args:
        moment: with its zone, or as the machine's clock on the wall showed it.
        zone: the machine's zone; None when not known.

    Returns:
        Where neither has a zone, the earliest that it can have been.

    Raises:
        ParseError: It lies outside the years that can be told.
    """
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        if zone is not None:
            return moment.replace(tzinfo=zone).astimezone(UTC)
        return moment.replace(tzinfo=UTC) - _FARTHEST_AHEAD
    except (OverflowError, ValueError) as error:
        raise ParseError("the time of a backup is out of range") from error


def parse_iso(text: str) -> datetime:
    """A time in the form of ISO 8601, with or without a zone; raises `ParseError` otherwise."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ParseError("the time of the last backup is not in a known form") from error


def parse_time(text: str, form: str) -> datetime:
    """A time in the form of `strptime`, without a zone; raises `ParseError` otherwise."""
    try:
        return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the machine's own zone
    except ValueError as error:
        raise ParseError("the time of the last backup is not in a known form") from error
