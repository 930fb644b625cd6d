"""What pacman's programs and files say, as values: nothing here asks the machine."""

import re
from collections.abc import Mapping
from datetime import datetime

from hipaaguard.errors import ParseError

_UPDATE = re.compile(r"\S+ \S+ -> \S+(?: \[ignored\])?")
_ENTRY = re.compile(r"^\[(?P<when>\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\]]*)\] \[(?P<what>.*)$")


def parse_updates(text: str) -> int:
    """How many installed packages the lists have a newer version of, those told to be ignored too.

    Args:
        text: stdout of `pacman -Qu`: `name 1.0-1 -> 1.0-2`, a line each; empty when there is none.

    Returns:
        Their number.

    Raises:
        ParseError: A line of another form.

    Source: pacman(8), `--upgrades`; src/pacman/package.c and query.c.
    """
    lines = text.splitlines()
    if not all(_UPDATE.fullmatch(line) for line in lines):
        raise ParseError("pacman names an update in a form that this version does not know")
    return len(lines)


def parse_time(text: str) -> datetime:
    """The time that heads an entry of pacman's log.

    Args:
        text: `2026-10-30T09:12:01+0100`, or in logs from before 2019 `2018-10-30 09:12`.

    Returns:
        Aware; without a zone it is taken as UTC, right to within a day.

    Raises:
        ParseError: Not such a time.

    Source: libalpm's lib/libalpm/log.c.
    """
    old = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text) is not None
    try:
        if old:
            return datetime.strptime(f"{text} +0000", "%Y-%m-%d %H:%M %z")
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as error:
        raise ParseError("pacman's log has a time that this version does not know") from error


def last_upgrade(log: str) -> datetime | None:
    """When a package was last replaced by another version of it.

    Args:
        log: `pacman.log` or its end, oldest entry first.

    Returns:
        Aware; None when the log tells of none.

    Raises:
        ParseError: The time of the entry is not one.
    """
    return _last(log, "ALPM] upgraded ")


def last_fetch(log: str) -> datetime | None:
    """When pacman last fetched every list: it begins to upgrade only if that went well.

    Args:
        log: as for `last_upgrade`.

    Returns:
        Aware; None when the log tells of no such time.

    Raises:
        ParseError: The time of the entry is not one.

    Source: src/pacman/sync.c, `pacman_sync`.
    """
    fetched: str | None = None
    begun: str | None = None
    for line in log.splitlines():
        entry = _ENTRY.match(line)
        if entry is None:
            continue
        if entry["what"].startswith("PACMAN] synchronizing package lists"):
            begun = entry["when"]
        elif entry["what"].startswith("PACMAN] starting full system upgrade"):
            fetched, begun = begun or fetched, None
        elif entry["what"].startswith("PACMAN] Running "):
            # Another run: what the one before it began to fetch did not arrive for certain.
            begun = None
    return None if fetched is None else parse_time(fetched)


def _last(log: str, start: str) -> datetime | None:
    found: str | None = None
    for line in log.splitlines():
        entry = _ENTRY.match(line)
        if entry is not None and entry["what"].startswith(start):
            found = entry["when"]
    return None if found is None else parse_time(found)


def newer_kernel(running: str, kernels: Mapping[str, str]) -> bool | None:
    """Whether the package of the running kernel now holds another release of it.

    Args:
        running: its release, as `6.17.5-arch1-1`.
        kernels: the package of each release that is installed: `linux`, `linux-lts`, …

    Returns:
        None when it cannot be told: no kernel is installed here.

    Source: Arch's kernel packages put their name into `/usr/lib/modules/RELEASE/pkgbase`.
    """
    if not kernels:
        return None
    mine = kernels.get(running)
    # pacman takes the modules of the running kernel away when it replaces its package.
    return mine is None or any(
        package == mine for release, package in kernels.items() if release != running
    )
