"""What apt's programs and files say, as values: nothing here asks the machine.

All texts are those of the C locale.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase

from hipaaguard.errors import ParseError

Config = Mapping[str, tuple[str, ...]]
"""apt's settings: values by lower-case name, in order; items of the list `A` are named `a::`."""

_SETTING = re.compile(r'(\S+) "(.*)";')
_SUMMARY = re.compile(r"^(\d+) upgraded, .*\bto remove and \d+ not upgraded\.$", re.MULTILINE)
_INSTALL = re.compile(
    r"Inst (?P<name>[^\s:]+)(?::\S+)?(?P<old> \[\S+\])? "
    r"\(\S+ .*?\[(?P<arch>[^\s\]]+)\]\)(?: \[.*\])*"
)
_LISTED = re.compile(r"(?P<name>[^\s/]+)/(?P<suites>\S*) \S+ (?P<arch>\S+)(?: \[(?P<state>.*)\])?")
# A new program is no update; a new kernel is one, and comes as a package of its own.
_DPKG_LOG = re.compile(
    r"^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d (?:upgrade \S+|install linux-image-\S+) ", re.MULTILINE
)


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package of one architecture (`all` for those that fit every one)."""

    name: str
    arch: str


@dataclass(frozen=True, slots=True)
class Upgradable:
    """A package with a newer version in the archives than the one installed.

    Attributes:
        package: the package, with the architecture of the newer version.
        security: whether the newer version, or one between it and the installed one, comes from a
            security archive: the newer version then contains that fix.
    """

    package: Package
    security: bool


@dataclass(frozen=True, slots=True)
class Archive:
    """What a signed index says of its archive.

    Attributes:
        fields: `Origin`, `Label`, `Suite`, `Codename` as far as it has them.
        dated: when the archive wrote it.
    """

    fields: Mapping[str, str]
    dated: datetime


def parse_config(text: str) -> Config:
    """The settings in effect.

    Args:
        text: stdout of `apt-config dump`.

    Returns:
        Values by lower-case name; an empty value counts as none.

    Raises:
        ParseError: A line is no setting, or there is none.

    Source: apt-config(8), apt.conf(5).
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        match = _SETTING.fullmatch(line)
        if match is None:
            raise ParseError("the settings of apt have a form that this version does not know")
        if match[2]:
            name = match[1].lower()
            found[name] = (*found.get(name, ()), match[2])
    if not found:
        raise ParseError("apt names no settings")
    return found


def parse_simulation(text: str) -> frozenset[Package]:
    """The installed packages that an upgrade would replace now.

    Packages that are held, kept back or withheld from this machine by phasing are not among them.

    Args:
        text: stdout of `apt-get -s upgrade`.

    Returns:
        The packages; new ones that would only be added are left out.

    Raises:
        ParseError: A line has no known form, or the summary is missing or counts otherwise.

    Source: apt-get(8), `--simulate`; tests/recordings/linux/updates-*.
    """
    upgrades: list[Package] = []
    for line in text.splitlines():
        if not line.startswith("Inst "):
            continue
        match = _INSTALL.fullmatch(line)
        if match is None:
            raise ParseError("apt names an update in a form that this version does not know")
        if match["old"]:
            upgrades.append(Package(match["name"], match["arch"]))
    summary = _SUMMARY.search(text)
    if summary is None or int(summary[1]) > len(upgrades):
        raise ParseError("the trial upgrade is not reported in full")
    return frozenset(upgrades)


def parse_upgradable(text: str) -> tuple[Upgradable, ...]:
    """Every package with a newer version, those that are held or kept back included.

    Args:
        text: stdout of `apt list --upgradable -a`: a block for each package, newest version first.

    Returns:
        In the order of the text; may be empty.

    Raises:
        ParseError: Not of that form.

    Source: apt(8), `list`; tests/recordings/linux/updates-*.
    """
    head, _, body = text.partition("\n")
    if not head.startswith("Listing..."):
        raise ParseError("the list of updates has a form that this version does not know")
    blocks = re.split(r"\n\s*\n", body.strip("\n"))
    return tuple(_upgradable(block.splitlines()) for block in blocks if block.strip())


def _upgradable(lines: list[str]) -> Upgradable:
    """The package of one block: versions above the candidate are pinned away and do not count."""
    candidate: Package | None = None
    security = False
    for line in lines:
        match = _LISTED.fullmatch(line)
        if match is None:
            break
        suites = match["suites"].split(",")
        if "now" in suites and candidate is not None:
            return Upgradable(candidate, security)
        if (match["state"] or "").startswith("upgradable from: "):
            candidate = Package(match["name"], match["arch"])
        if candidate is not None:
            security = security or any(is_security_suite(suite) for suite in suites)
    raise ParseError("the list of updates has a form that this version does not know")


def is_security_suite(suite: str) -> bool:
    """Whether a suite holds security fixes: `stable-security`, `noble-apps-security`."""
    return suite.endswith("-security")


def parse_archive(text: str) -> Archive:
    """What an `InRelease` or `Release` file says of its archive.

    Returns:
        The archive, its date aware.

    Raises:
        ParseError: It bears no date.

    Source: the Debian repository format, https://wiki.debian.org/DebianRepository/Format.
    """
    header = text.partition("\nSHA256:")[0]
    fields = dict(
        re.findall(r"^(Origin|Label|Suite|Codename|Date): (.*?)\s*$", header, re.MULTILINE)
    )
    try:
        dated = parsedate_to_datetime(fields.pop("Date", ""))
    except ValueError as error:
        raise ParseError("the list of updates bears no date") from error
    return Archive(fields, dated if dated.tzinfo else dated.replace(tzinfo=UTC))


def parse_dpkg_log(text: str) -> date | None:
    """The last day on which a package was upgraded, by the machine's own clock.

    Args:
        text: a `dpkg.log`, oldest entry first.

    Returns:
        The day, or None when the log tells of no upgrade.

    Raises:
        ParseError: The day is none of the calendar.

    Source: dpkg(1), `--log`.
    """
    days = _DPKG_LOG.findall(text)
    try:
        return date.fromisoformat(max(days)) if days else None
    except ValueError as error:
        raise ParseError("the log of installed packages has an impossible date") from error


def allowed_origins(config: Config) -> tuple[str, ...]:
    """The patterns of archives that unattended-upgrades installs from, each in its long form."""
    short = config.get("unattended-upgrade::allowed-origins::", ())
    return (
        *(_long_form(pattern) for pattern in short),
        *config.get("unattended-upgrade::origins-pattern::", ()),
    )


def _long_form(pattern: str) -> str:
    """`Ubuntu:noble-security`, the older form, as `o=Ubuntu,a=noble-security`."""
    origin, _, suite = pattern.partition(":" if ":" in pattern else " ")
    return f"o={origin},a={suite}"


_FIELDS = {
    "o": "Origin",
    "origin": "Origin",
    "l": "Label",
    "label": "Label",
    "a": "Suite",
    "suite": "Suite",
    "archive": "Suite",
    "n": "Codename",
    "codename": "Codename",
}


def covers(pattern: str, archive: Archive, variables: Mapping[str, str]) -> bool | None:
    """Whether unattended-upgrades installs from this archive by this pattern.

    Args:
        pattern: `origin=Debian,codename=${distro_codename}-security`.
        archive: the archive.
        variables: values of `distro_id` and `distro_codename`.

    Returns:
        None if it cannot be told: the pattern matches and also asks for a site or a component.

    Source: unattended-upgrades' README, "Supported unattended-upgrades options".
    """
    certain = True
    for name, wanted in _terms(pattern, variables):
        field = _FIELDS.get(name)
        if field is None:
            certain = False
        elif not fnmatchcase(archive.fields.get(field, ""), wanted):
            return False
    return True if certain else None


def _terms(pattern: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in variables.items():
        pattern = pattern.replace("${" + name + "}", value)
    for term in pattern.split(","):
        name, _, wanted = term.partition("=")
        yield name.strip(), wanted.strip()
