r"""The release of Windows, and how long Microsoft gives it security updates.

- `ProductName` says "Windows 10" on Windows 11 too, so the build decides.
- One build has several last days: Home and Pro, Enterprise and Education, the long-term channels
  and Server each have their own. An edition or a build that is not known here says nothing.

Source: Microsoft's lifecycle pages; `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, attempt
from hipaaguard.collect.support import Support, find_support, shipped_table
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

CURRENT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
TABLE_ID = "windows"

_HOME = frozenset(
    {
        *("Core", "CoreN", "CoreSingleLanguage", "CoreCountrySpecific"),
        *("Professional", "ProfessionalN", "ProfessionalWorkstation", "ProfessionalWorkstationN"),
        *("ProfessionalEducation", "ProfessionalEducationN"),
        # Windows 7, which had one last day for all.
        *("HomeBasic", "HomePremium", "Starter", "Ultimate"),
    }
)
_ENTERPRISE = frozenset(
    {
        *("Education", "EducationN", "Enterprise", "EnterpriseN", "IoTEnterprise"),
        # Enterprise for several people at a time, in the cloud.
        "ServerRdsh",
    }
)
_CHANNELS = {
    **dict.fromkeys(_HOME, "Home and Pro"),
    **dict.fromkeys(_ENTERPRISE, "Enterprise and Education"),
    "EnterpriseS": "Enterprise LTSC",
    "EnterpriseSN": "Enterprise LTSC",
    "IoTEnterpriseS": "IoT Enterprise LTSC",
    "ServerDatacenter": "Server",
    "ServerEssentials": "Server",
    "ServerStandard": "Server",
}
_EDITION_NAMES = {
    **dict.fromkeys(("Core", "CoreN", "CoreSingleLanguage", "CoreCountrySpecific"), "Home"),
    **dict.fromkeys(("Professional", "ProfessionalN"), "Pro"),
    **dict.fromkeys(
        ("ProfessionalWorkstation", "ProfessionalWorkstationN"), "Pro for Workstations"
    ),
    **dict.fromkeys(("ProfessionalEducation", "ProfessionalEducationN"), "Pro Education"),
    **dict.fromkeys(("Education", "EducationN"), "Education"),
    **dict.fromkeys(("Enterprise", "EnterpriseN"), "Enterprise"),
    **dict.fromkeys(("EnterpriseS", "EnterpriseSN"), "Enterprise LTSC"),
    "IoTEnterprise": "IoT Enterprise",
    "IoTEnterpriseS": "IoT Enterprise LTSC",
}
_SERVERS = {
    7601: "2008 R2",
    9200: "2012",
    9600: "2012 R2",
    14393: "2016",
    17763: "2019",
    20348: "2022",
    26100: "2025",
}
_CLIENTS = ((22000, "11"), (10240, "10"), (9600, "8.1"), (9200, "8"), (7600, "7"))
"""The first build of each Windows that is not a server, newest first."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Windows.

    Attributes:
        name: as `Windows 11 Home` or `Windows Server 2022`.
        version: as `24H2`; the build where a release has no such name.
        build: as 26100.
        revision: how far its updates are installed: the 7171 of 26100.7171; 0 when not said.
        edition: `EditionID`, as `Core`.
        is_server: whether it is a server.
    """

    name: str
    version: str
    build: int
    revision: int
    edition: str
    is_server: bool


def parse_release(key: RegistryKey) -> Release:
    """The release that this key describes.

    Raises:
        ParseError: The build or the edition is missing, or the build is older than Windows 7.
    """  # noqa: DOC201 - the first line says it
    text = key.text("CurrentBuild") or key.text("CurrentBuildNumber") or ""
    edition = key.text("EditionID") or ""
    if not (text.isascii() and text.isdecimal() and len(text) < 7) or not edition:
        raise ParseError("Windows does not state its build and edition in a form that is known")
    build = int(text)
    is_server = edition.startswith("Server") and edition != "ServerRdsh"
    version = key.text("DisplayVersion") or key.text("ReleaseId") or text
    revision = key.number("UBR") or 0
    name = _server_name(build) if is_server else _client_name(build, edition)
    return Release(name, version, build, revision, edition, is_server)


def _server_name(build: int) -> str:
    year = _SERVERS.get(build)
    return f"Windows Server {year}" if year else "Windows Server"


def _client_name(build: int, edition: str) -> str:
    number = next((number for first, number in _CLIENTS if build >= first), None)
    if number is None:
        raise ParseError("this Windows is older than any that is known")
    return f"Windows {number} {_EDITION_NAMES.get(edition, '')}".strip()


def find_release(host: Host) -> Release | Unavailable:
    """The release of this Windows."""
    key = host.registry(CURRENT)
    return key if isinstance(key, Unavailable) else attempt(parse_release, key)


def support_of(release: Release) -> Support | Unavailable:
    """Until when Microsoft gives this release security updates without further payment."""
    channel = _CHANNELS.get(release.edition)
    table = shipped_table()
    found = find_support(table, TABLE_ID, channel, str(release.build)) if channel else None
    return found or Unavailable(
        Reason.UNRECOGNISED, "this version does not know how long this release is supported"
    )


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the release."""
    release = find_release(host)
    if isinstance(release, Unavailable):
        yield from (Fact(key, release, CURRENT) for key in keys)
        return
    yield Fact("os.name", release.name, CURRENT)
    yield Fact("os.version", release.version, CURRENT)
    support = support_of(release)
    source = f"{CURRENT}, support table of {shipped_table().as_of}"
    if isinstance(support, Unavailable):
        yield Fact("os.supported", support, source)
        yield Fact("os.support_ends", support, source)
    else:
        yield Fact("os.supported", support.holds_on(now.date()), source)
        ends = "rolling" if support.ends is None else support.ends.isoformat()
        yield Fact("os.support_ends", ends, source)


PROBE = Probe(
    "the operating system",
    ("os.name", "os.support_ends", "os.supported", "os.version"),
    collect,
)
