"""The language of Hyprland's settings files, as far as hypridle and hyprlock need it.

Source: the Hyprland wiki on hyprlang; `src/config.cpp` of hyprlang.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hipaaguard.errors import ParseError

MAX_LINES = 20_000
MAX_FILES = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment.

    Attributes:
        category: the categories that it stands in, outermost first, with `:`: `general`; may be
            empty.
        block: the number of the outermost block that it stands in; each `{` at the top starts one.
        key: left of `=`.
        value: right of it, with variables put in.
    """

    category: str
    block: int
    key: str
    value: str


Open = Callable[[str], str]
"""From the path that a `source` line names to the file's text; raises `ParseError`."""


def parse_entries(text: str, open_source: Open | None = None) -> tuple[Entry, ...]:
    """Every assignment of a file, and of the files that it names with `source`.

    Args:
        text: the file.
        open_source: reads a file that it names; without it `source` is an entry like any other.

    Returns:
        In the order in which they count, with variables put in.

    Raises:
        ParseError: A block that is not closed, a condition, another line that is not known, too
            many files, or what `open_source` raises.
    """
    reading = _Reading(open_source)
    reading.read(text)
    return tuple(reading.entries)


@dataclass
class _Reading:
    """What has been met so far, in all files."""

    open_source: Open | None
    entries: list[Entry] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    blocks: int = 0
    files: int = 0

    def read(self, text: str) -> None:
        self.files += 1
        if self.files > MAX_FILES:
            raise ParseError("Hyprland's settings lead to too many files")
        inside: list[str] = []
        for line in text.splitlines()[:MAX_LINES]:
            code = _without_comment(line)
            if code == "}":
                if not inside:
                    raise ParseError("a block is closed that was not opened")
                inside.pop()
            elif code.endswith("{"):
                self.blocks += not inside
                inside.append(code.removesuffix("{").strip())
            elif code:
                self._assign(code, inside)
        if inside:
            raise ParseError("a block of Hyprland's settings is not closed")

    def _assign(self, code: str, inside: list[str]) -> None:
        key, equals, value = (part.strip() for part in code.partition("="))
        if not equals or not key or "{" in key:
            raise ParseError("Hyprland's settings hold a line that is not an assignment")
        value = _put_in(value, self.variables)
        if key.startswith("$"):
            self.variables[key] = value
        elif key == "source" and not inside and self.open_source is not None:
            self.read(self.open_source(value))
        else:
            *outer, name = key.split(":")
            category = ":".join([*inside, *outer])
            self.entries.append(Entry(category, self.blocks if inside else 0, name, value))


def _without_comment(line: str) -> str:
    """The line up to a `#`; `##` stands for the character itself."""
    if re.match(r"\s*#\s*hyprlang\s+(if|else|endif)\b", line):
        raise ParseError("Hyprland's settings hold a condition, which this version cannot follow")
    return re.sub(r"(?<!#)#(?!#).*", "", line).replace("##", "#").strip()


def _put_in(value: str, known: Mapping[str, str]) -> str:
    """The value with variables put in, those with longer names first."""
    for name in sorted(known, key=len, reverse=True):
        value = value.replace(name, known[name])
    return value
