"""The release of macOS, and whether Apple still gives it security updates."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.macos.plists import Dictionary, read_settings, text
from hipaaguard.collect.macos.version import SYSTEM_VERSION, parse_major
from hipaaguard.collect.support import find_support, shipped_table
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

TABLE_ID = "macos"

_NOT_LISTED = Unavailable(
    Reason.UNRECOGNISED, "this version does not know how long this release is supported"
)


def parse_version(settings: Dictionary) -> str:
    """The version: `15.7.2`; `13.4.1 (a)` with a rapid security response.

    Raises:
        ParseError: The file does not state a version of this form.

    Source: SystemVersion.plist of macOS 10.15 to 26.
    """  # noqa: DOC201 - the first line says it
    parse_major(settings)
    version = text(settings, "ProductVersion") or ""
    extra = text(settings, "ProductVersionExtra") or ""
    if len(extra) > 20 or not extra.isprintable():
        raise ParseError("macOS does not state its version in a form that is known")
    return f"{version} {extra}".strip()


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the release."""
    settings = read_settings(host, SYSTEM_VERSION)
    version = settings if isinstance(settings, Unavailable) else attempt(parse_version, settings)
    if isinstance(version, Unavailable):
        yield from (Fact(key, version, SYSTEM_VERSION) for key in keys)
        return
    yield Fact("os.name", "macOS", SYSTEM_VERSION)
    yield Fact("os.version", version, SYSTEM_VERSION)
    table = shipped_table()
    source = f"{SYSTEM_VERSION}, support table of {table.as_of}"
    support = find_support(table, TABLE_ID, "", version.split(" ", maxsplit=1)[0])
    if support is None or support.ends is None:
        yield Fact("os.supported", _NOT_LISTED, source)
        yield Fact("os.support_ends", _NOT_LISTED, source)
    else:
        yield Fact("os.supported", support.holds_on(now.date()), source)
        yield Fact("os.support_ends", support.ends.isoformat(), source)


PROBE = Probe(
    "the operating system",
    ("os.name", "os.support_ends", "os.supported", "os.version"),
    collect,
)
