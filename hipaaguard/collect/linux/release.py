"""The operating system: its name and release from os-release(5), and how long it is supported.

A release counts as supported only when the table that ships with the program lists it, or when its
maker wrote the day into os-release (`SUPPORT_END`). What it resembles (`ID_LIKE`) says nothing.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.updates.ubuntu_pro import extended_support
from hipaaguard.collect.support import Support, find_support, shipped_table
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

ROLLING = "rolling"
MAX_VALUE = 120
# os-release(5): the first is read, the second is where the first usually leads.
PATHS = ("/etc/os-release", "/usr/lib/os-release")

_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SINGLE = re.compile(r"'([^']*)'")
_BARE = re.compile(r"[^\s\"'\\]*")
_ESCAPE = re.compile(r'\\(["$`\\])')


def parse_os_release(text: str) -> Mapping[str, str]:
    """The variables that are set.

    Returns:
        Values by name, of one that is set twice the last; may be empty.

    A line that is no assignment of a single, closed value is passed over, as is a value of more
    than `MAX_VALUE` characters or with some that cannot be printed.

    Source: os-release(5).
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        value = None if match is None else _unquote(match[2])
        if match is not None and value is not None and _is_plain(value):
            found[match[1]] = value
    return found


def _unquote(value: str) -> str | None:
    if double := _DOUBLE.fullmatch(value):
        return _ESCAPE.sub(r"\1", double[1])
    if single := _SINGLE.fullmatch(value):
        return single[1]
    return value if _BARE.fullmatch(value) else None


def _is_plain(value: str) -> bool:
    return value.isprintable() and len(value) <= MAX_VALUE


def parse_support_end(value: str) -> date:
    """The last day of support that the maker wrote down.

    Returns:
        The day, support included.

    Raises:
        ParseError: Not of the form YYYY-MM-DD.

    Source: os-release(5), SUPPORT_END.
    """
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a date without a time
    except ValueError as error:
        raise ParseError("the day that support ends is not a date") from error


def read_os_release(host: Host) -> tuple[str, Mapping[str, str] | Unavailable]:
    """Which file told, and the variables in it."""
    for path in PATHS:
        text = read_text(host, path)
        if not is_absent(text):
            return path, text if isinstance(text, Unavailable) else parse_os_release(text)
    missing = Unavailable(Reason.NOT_INSTALLED, "this system does not say what it is")
    return PATHS[0], missing


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the operating system."""
    path, release = read_os_release(host)
    if isinstance(release, Unavailable):
        yield from (Fact(key, release, path) for key in keys)
        return
    table = shipped_table()
    support = _support(release)
    source = f"{path}, support table of {table.as_of}"
    yield Fact("os.name", _named(release, "NAME", "its name"), path)
    yield Fact("os.version", _version(release, support), path)
    if "os.extended_support" in keys:
        extended, told_by = extended_support(host, release, now)
        yield Fact("os.extended_support", extended, told_by)
    if isinstance(support, Unavailable):
        yield Fact("os.supported", support, source)
        yield Fact("os.support_ends", support, source)
    else:
        ends = ROLLING if support.ends is None else support.ends.isoformat()
        yield Fact("os.supported", support.holds_on(now.date()), source)
        yield Fact("os.support_ends", ends, source)


def _named(release: Mapping[str, str], key: str, what: str) -> str | Unavailable:
    return release.get(key) or Unavailable(
        Reason.UNRECOGNISED, f"the system does not state {what} in a form that this version knows"
    )


def _version(release: Mapping[str, str], support: Support | Unavailable) -> str | Unavailable:
    if isinstance(support, Support) and support.ends is None:
        return ROLLING
    return _named(release, "VERSION_ID", "its release")


def _support(release: Mapping[str, str]) -> Support | Unavailable:
    listed = find_support(
        shipped_table(),
        release.get("ID", ""),
        release.get("NAME", ""),
        release.get("VERSION_ID", ""),
    )
    if listed is not None:
        return listed
    if stated := release.get("SUPPORT_END"):
        day = attempt(parse_support_end, stated)
        return day if isinstance(day, Unavailable) else Support(day)
    return Unavailable(
        Reason.UNRECOGNISED, "this version does not know how long this release is supported"
    )


PROBE = Probe(
    "the operating system",
    ("os.extended_support", "os.name", "os.support_ends", "os.supported", "os.version"),
    collect,
)
