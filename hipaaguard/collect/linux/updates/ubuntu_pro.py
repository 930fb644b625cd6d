"""Extended security maintenance: Ubuntu Pro, and Debian's Extended LTS.

Nothing is asked of the maker: Ubuntu Pro leaves its status in a file for everybody, and the lists
of apt tell where packages come from. Neither is a promise that lasts: the subscription and the
maintenance of the release end one day.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

STATUS = "/var/lib/ubuntu-advantage/status.json"
SOURCES = "/etc/apt/sources.list.d"
LISTS = "/var/lib/apt/lists"
# What Ubuntu Pro enables; one form before 24.04, one since.
_SOURCE_NAMES = frozenset({"ubuntu-esm-infra.list", "ubuntu-esm-infra.sources"})
# https://ubuntu.com/about/release-cycle: an LTS release of April is maintained for ten years.
_YEARS = 10
# https://www.freexian.com/lts/extended/, ten years for each release. The index of its archive is
# …_extended-lts_dists_buster_InRelease.
_DEBIAN = re.compile(r".*_extended-lts_dists_(?P<release>[a-z]+)(?:-lts)?_(?:In)?Release")

# The last day of it; other releases have none, or none yet.
_EXTENDED_LTS = {
    "jessie": date(2025, 6, 30),
    "stretch": date(2027, 6, 30),
    "buster": date(2029, 6, 30),
    "bullseye": date(2031, 6, 30),
}


class Service(msgspec.Struct, frozen=True):
    """One service of the subscription; `status` is there only when the machine is attached."""

    name: str
    status: str = ""


class Status(msgspec.Struct, frozen=True):
    """What `pro status --format json` says, as its file keeps it."""

    attached: bool
    services: tuple[Service, ...]
    expires: datetime | None = None


def parse_status(data: bytes, now: datetime) -> bool:
    """Whether the machine is attached, the subscription lasts, and maintenance is switched on.

    Args:
        data: `status.json`.
        now: the time that the subscription must not end before.

    Returns:
        By the service `esm-infra`: what the release itself consists of.

    Raises:
        ParseError: Not of that form.

    Source: ubuntu-pro-client's uaclient/status.py.
    """
    try:
        status = msgspec.json.decode(data, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParseError("the status of Ubuntu Pro has a form that is not known") from error
    if not status.attached:
        return False
    if status.expires is None or status.expires.tzinfo is None:
        raise ParseError("Ubuntu Pro does not say when the subscription ends")
    enabled = any(it.name == "esm-infra" and it.status == "enabled" for it in status.services)
    return enabled and status.expires > now


def still_maintained(version: str, day: date) -> bool:
    """Whether Ubuntu Pro has maintenance for this release on this day: `22.04` until April 2032."""
    match = re.fullmatch(r"(\d\d)\.04", version)
    if match is None or int(match[1]) % 2:
        return False
    return day < date(2000 + int(match[1]) + _YEARS, 4, 1)


def extended_support(
    host: Host, release: Mapping[str, str], now: datetime
) -> tuple[bool | Unavailable, str]:
    """Whether extended maintenance is in effect for this release, and what told.

    Args:
        host: whom to ask.
        release: variables of os-release(5).
        now: the time that it must hold at.

    Returns:
        The answer, and the file or folder that gave it.
    """
    match release.get("ID"):
        case "ubuntu":
            return _ubuntu(host, release.get("VERSION_ID", ""), now), STATUS
        case "debian":
            return _debian(host, release.get("VERSION_CODENAME", ""), now.date()), LISTS
        case _:
            detail = "this version knows extended maintenance of Ubuntu and Debian alone"
            return Unavailable(Reason.UNRECOGNISED, detail), "/etc/os-release"


def _ubuntu(host: Host, version: str, now: datetime) -> bool | Unavailable:
    if not still_maintained(version, now.date()):
        return False
    sources = host.names(SOURCES)
    if isinstance(sources, Unavailable):
        return False if is_absent(sources) else sources
    if not _SOURCE_NAMES & {*sources}:
        return False
    data = host.read(STATUS)
    if isinstance(data, Unavailable):
        return data
    try:
        return parse_status(data, now)
    except ParseError as error:
        return Unavailable(Reason.UNRECOGNISED, str(error))


def _debian(host: Host, codename: str, day: date) -> bool | Unavailable:
    last = _EXTENDED_LTS.get(codename)
    if last is None or day > last:
        return False
    names = host.names(LISTS)
    if isinstance(names, Unavailable):
        return names
    found = (match["release"] for match in map(_DEBIAN.fullmatch, names) if match is not None)
    return codename in found
