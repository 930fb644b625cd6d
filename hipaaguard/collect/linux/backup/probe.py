"""Backups: which programs are set up, and how old the last finished backup is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.backup import (
    backintime,
    dejadup,
    pika,
    timers,
    timeshift,
    unnoted,
    vorta,
)
from hipaaguard.collect.linux.backup.tool import Tool
from hipaaguard.collect.linux.homes import explained, find_home
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("backup.last_backup_days", "backup.tools")
_SOURCE = "the settings of backup programs"
_FINDERS = (
    backintime.find,
    dejadup.find,
    pika.find,
    timers.find,
    timeshift.find,
    unnoted.find,
    vorta.find,
)
# Clocks differ, and a backup may finish while HipaaGuard looks.
_AHEAD = timedelta(hours=1)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of backups."""
    home = find_home(host)
    if isinstance(home, Unavailable):
        away = explained(host, home, "the home folder")
        yield from (Fact(key, away, _SOURCE) for key in keys)
        return
    found = [it for finder in _FINDERS for it in finder(host, home)]
    # What could not be looked at may hold another program, and its backup a later date.
    missing = next((it for it in found if isinstance(it, Unavailable)), None)
    gap = missing and explained(host, missing, _SOURCE)
    tools = tuple(it for it in found if isinstance(it, Tool))
    names = tuple(sorted({tool.name for tool in tools}))
    yield Fact("backup.tools", gap or names, _SOURCE)
    days = gap or last_days(tools, now)
    if isinstance(days, Unavailable):
        days = explained(host, days, "what a backup program notes")
    yield Fact("backup.last_backup_days", days, _SOURCE)


def last_days(tools: tuple[Tool, ...], now: datetime) -> int | Unavailable:
    """Whole days since the latest backup of the person's files that is known to have finished."""
    lasts = [_in_the_past(tool.last, now) for tool in tools if tool.of_home]
    moments = [last for last in lasts if isinstance(last, datetime)]
    if moments:
        return max(0, (now - max(moments)).days)
    unknown = [last for last in lasts if isinstance(last, Unavailable)]
    # What may hide a backup says more than that another program has made none.
    unknown.sort(key=lambda it: it.reason is Reason.NOT_INSTALLED)
    detail = "no program is set up that backs up the home folder"
    return unknown[0] if unknown else Unavailable(Reason.NOT_INSTALLED, detail)


def _in_the_past(last: datetime | Unavailable, now: datetime) -> datetime | Unavailable:
    if isinstance(last, Unavailable) or last <= now + _AHEAD:
        return last
    return Unavailable(Reason.UNRECOGNISED, "the last backup is dated in the future")


PROBE = Probe("backups", NAMES, collect)
