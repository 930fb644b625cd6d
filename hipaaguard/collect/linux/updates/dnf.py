"""What dnf and its repositories say, as values: nothing here asks the machine."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hipaaguard.collect.linux.updates.ini import Settings, parse_switch
from hipaaguard.collect.linux.updates.rpm_order import compare_full
from hipaaguard.collect.linux.updates.xml import parse_xml
from hipaaguard.errors import ParseError

_PACKAGE = re.compile(r"(?P<name>\S+)\.(?P<arch>[a-z]\w*)")
_VERSION = re.compile(r"(?:\d+:)?[^\s-]+-[^\s-]+")
_NEVRA = re.compile(
    r"(?P<name>\S+)-(?P<evr>(?:\d+:)?[^\s:-]+-[^\s:-]+)\.(?P<arch>[a-z]\w*)(?:\.rpm)?"
)
# dnf4: `ID Important/Sec. nevra`; dnf5: `ID security Important nevra 2026-10-03 01:09:41`.
_ADVISORY = re.compile(
    r"(?:i )?\s*(?P<id>\S+)\s+(?P<kind>(?:\S+/Sec\.|security)(?=\s)|\S+)\s+"
    r"(?:(?P<severity>\S+)\s+(?P<nevra5>\S+)\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|(?P<nevra4>\S+))\s*"
)
_HEADER = re.compile(r"Name\s+Type\s+Severity\s+Package\s+Issued")
_TALK = re.compile(
    r"(?:Last metadata expiration check: .*"
    r"|Loaded plugins: .*|\s+: .*|Loading mirror speeds .*|Determining fastest mirrors"
    r"| \* \S+: \S+|(?:Upgrades|Available upgrades|Available Upgrades)"
    r"|Updating and loading repositories:|Repositories loaded\.|updateinfo list done)"
)
# Of the kernel several versions are installed side by side, and the running one is listed too.
_SIDE_BY_SIDE = re.compile(
    r"kernel(?:-rt|-64k|-debug|-uki-virt)*"
    r"(?:-core|-modules|-modules-core|-modules-extra|-modules-internal|-devel)?"
)
_REPOMD = "{http://linux.duke.edu/metadata/repo}"


@dataclass(frozen=True, slots=True)
class Update:
    """A package with a newer version in a repository.

    Attributes:
        name: of the package.
        arch: its architecture, `noarch` included.
        repository: where the newer version is.
    """

    name: str
    arch: str
    repository: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One package of one advisory that applies to this machine.

    Attributes:
        name: of the package.
        evr: the version with the fix, as `[epoch:]version-release`.
        arch: its architecture.
    """

    name: str
    evr: str
    arch: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A source of packages that is switched on.

    Attributes:
        name: its id.
        optional: whether dnf goes on without it when it cannot be reached.
    """

    name: str
    optional: bool


def parse_updates(text: str) -> tuple[Update, ...]:
    """The packages with a newer version.

    Args:
        text: stdout of `check-update` (yum, dnf4) or `check-upgrade` (dnf5).

    Returns:
        In its order; those that a package of another name replaces are left out.

    Raises:
        ParseError: A line has no known form.

    Source: dnf(8), check-update; the recordings updates-dnf4-*.
    """
    # What follows is told once more, by the packages that it replaces.
    text = re.split(r"^Obsoleting [Pp]ackages", text, maxsplit=1, flags=re.MULTILINE)[0]
    lines = (line for line in text.splitlines() if line.strip() and not _TALK.fullmatch(line))
    return tuple(_update(words) for words in _rows(lines))


def _rows(lines: Iterator[str]) -> Iterator[list[str]]:
    """Rows of three words, of which a long first or second one may end a line."""
    row: list[str] = []
    for line in lines:
        words = line.split()
        row = row + words if row and line[0].isspace() else words
        if len(row) >= 3:
            yield row
            row = []
    if row:
        yield row


def _update(words: list[str]) -> Update:
    match = _PACKAGE.fullmatch(words[0])
    if match is None or len(words) != 3 or not _VERSION.fullmatch(words[1]):
        raise ParseError("dnf names an update in a form that this version does not know")
    return Update(match["name"], match["arch"], words[2])


def parse_updates_json(text: str) -> tuple[Update, ...]:
    """The packages with a newer version.

    Args:
        text: stdout of `dnf5 check-upgrade --json`.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: Not of that form.

    Source: dnf5-check-upgrade(8); the recordings updates-dnf5-*.
    """
    data = _load(text)
    if not isinstance(data, dict):
        raise ParseError("dnf does not answer in the form that this version knows")
    # Without updates dnf5 prints an object with nothing in it.
    entries = data.get("upgrades", [] if not data else None)
    if not isinstance(entries, list):
        raise ParseError("dnf does not answer in the form that this version knows")
    return tuple(Update(*_strings(it, "name", "arch", "repository")) for it in entries)


def parse_advice(text: str) -> tuple[Advice, ...]:
    """The packages that security advisories name and this machine has in an older version.

    Args:
        text: stdout of `updateinfo list`, by yum, dnf4 or dnf5.

    Returns:
        In its order; those of other advisories are left out.

    Raises:
        ParseError: A line has no known form.

    Source: dnf(8), updateinfo; dnf5-advisory(8); the recordings updates-dnf4-*.
    """
    found: list[Advice] = []
    for line in text.splitlines():
        if not line.strip() or _TALK.fullmatch(line) or _HEADER.match(line):
            continue
        match = _ADVISORY.fullmatch(line)
        if match is None:
            raise ParseError("dnf names an advisory in a form that this version does not know")
        advice = _advice(match["nevra5"] or match["nevra4"])
        if match["kind"] == "security" or match["kind"].endswith("/Sec."):
            found.append(advice)
    return tuple(found)


def parse_advice_json(text: str) -> tuple[Advice, ...]:
    """The packages that security advisories name and this machine has in an older version.

    Args:
        text: stdout of `dnf5 advisory list --json`.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: Not of that form.

    Source: dnf5-advisory(8); the recordings updates-dnf5-*.
    """
    entries = _load(text)
    if not isinstance(entries, list):
        raise ParseError("dnf does not answer in the form that this version knows")
    pairs = [_strings(it, "type", "nevra") for it in entries]
    return tuple(_advice(nevra) for kind, nevra in pairs if kind == "security")


def _advice(nevra: str) -> Advice:
    match = _NEVRA.fullmatch(nevra)
    if match is None:
        raise ParseError("dnf names a package in a form that this version does not know")
    return Advice(match["name"], match["evr"], match["arch"])


def _load(text: str) -> object:
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("dnf does not answer in JSON") from error
    return data


def _strings(entry: object, *names: str) -> tuple[str, ...]:
    values = [entry.get(name) for name in names] if isinstance(entry, dict) else [None]
    found = tuple(value for value in values if isinstance(value, str))
    if len(found) != len(names):
        raise ParseError("dnf does not answer in the form that this version knows")
    return found


def still_waiting(advice: tuple[Advice, ...], kernel: str) -> int:
    """How many packages wait for a security fix.

    Args:
        advice: what the advisories name.
        kernel: version and release of the newest kernel that is installed, or empty. What it
            brings waits for a restart, and no longer to be installed.

    Returns:
        Each package of each architecture once, however many advisories name it.
    """
    return len(
        {
            (it.name, it.arch)
            for it in advice
            if not (
                kernel
                and _SIDE_BY_SIDE.fullmatch(it.name)
                and compare_full(it.evr.rpartition(":")[2], kernel) <= 0
            )
        }
    )


def parse_content(text: str) -> frozenset[str]:
    """The kinds of lists that a repository has, such as `primary` and `updateinfo`.

    Args:
        text: its `repomd.xml`.

    Returns:
        Never without `primary`, the list of the packages.

    Raises:
        ParseError: Not of that form.

    Source: createrepo_c's src/xml_dump_repomd.c.
    """
    found = frozenset(it.get("type", "") for it in parse_xml(text).iter(f"{_REPOMD}data"))
    if "primary" not in found:
        raise ParseError("the list of updates has a form that this version does not know")
    return found


def find_repositories(files: tuple[Settings, ...]) -> tuple[Repository, ...]:
    """The repositories that are switched on, by their names.

    Args:
        files: the settings of every file, those that override others last.

    Raises:
        ParseError: A switch is neither on nor off.

    Source: dnf.conf(5), "Repo options"; dnf5.conf(5), repository overrides.
    """  # noqa: DOC201 - the first line says it
    merged: dict[str, dict[str, str]] = {}
    for settings in files:
        for name, values in settings.items():
            merged.setdefault(name, {}).update(values)
    merged.pop("main", None)
    return tuple(_enabled(merged))


def _enabled(merged: Mapping[str, Mapping[str, str]]) -> Iterator[Repository]:
    for name in sorted(merged):
        if parse_switch(merged[name].get("enabled", "1")):
            yield Repository(name, parse_switch(merged[name].get("skip_if_unavailable", "0")))
