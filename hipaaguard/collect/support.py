"""The support table that ships with the program: until when a release gets free security updates.

The table is `os_support.yaml` beside this module, dated by its `as_of`. It only ever says what it
lists: a release that is not in it is neither supported nor unsupported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError

FILE_NAME = "os_support.yaml"


class Distribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One distribution's releases.

    Attributes:
        id: `ID` of os-release(5).
        source: where its maker says so.
        name: `NAME` of os-release(5), where two distributions share an ID; else empty.
        rolling: whether it has no releases.
        releases: last day of free security updates by version; empty for a rolling distribution.
    """

    id: str
    source: str
    name: str = ""
    rolling: bool = False
    releases: Mapping[str, date] = {}


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The support table: the day that it was compiled for, and its distributions."""

    as_of: date
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True)
class Support:
    """How long a release is supported.

    Attributes:
        ends: the last day of free security updates; None for a rolling distribution: it has no end.
    """

    ends: date | None

    def holds_on(self, day: date) -> bool:
        """Whether security updates are still given on this day."""
        return self.ends is None or day <= self.ends


def parse_table(text: bytes, name: str) -> Table:
    """The support table in this YAML text.

    Returns:
        The table; it may list a release with a day long past.

    Raises:
        ParseError: Not such a table, or one entry is neither rolling nor has releases, or is both.
    """
    document = strict_yaml.load(text, name)
    try:
        table = msgspec.convert(document.data, Table)
    except msgspec.ValidationError as error:
        raise ParseError(f"{name}: {error}") from error
    for entry in table.distributions:
        if entry.rolling == bool(entry.releases):
            raise ParseError(f"{name}: {entry.id!r} must either be rolling or have releases")
    return table


@cache
def shipped_table() -> Table:
    """The table that ships with the program."""
    return parse_table(files("hipaaguard.collect").joinpath(FILE_NAME).read_bytes(), FILE_NAME)


def find_support(table: Table, os_id: str, os_name: str, version: str) -> Support | None:
    """How long the release is supported.

    Args:
        table: the support table.
        os_id: `ID` of os-release(5): the distribution's own, never one that it resembles.
        os_name: `NAME` of os-release(5).
        version: `VERSION_ID` of os-release(5), may be empty.

    Returns:
        Its support by the longest version that matches, or None when the table does not list it.
    """
    for entry in table.distributions:
        if entry.id != os_id or entry.name not in {"", os_name}:
            continue
        if entry.rolling:
            return Support(None)
        parts = version.split(".")
        for length in range(len(parts), 0, -1):
            ends = entry.releases.get(".".join(parts[:length]))
            if ends is not None:
                return Support(ends)
    return None
