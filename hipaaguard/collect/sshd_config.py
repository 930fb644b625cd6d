"""The settings of OpenSSH's server: its file, the files that this includes, and `Match` blocks.

Rules, from OpenSSH's `servconf.c` and sshd_config(5):

- of a setting that is given several times the first value counts, but one in a `Match` block that
  applies counts before those outside of blocks;
- `Match all` always applies; a block ends at the next `Match`, or at the end of its file;
- an included file is read in place, and inside a block only where the block applies;
- AllowUsers and its like add up.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hipaaguard.errors import ParseError

# servconf.c, SERVCONF_MAX_DEPTH
_MAX_DEPTH = 16
_MAX_FILES = 200
_WORD = re.compile(r'\s*(?:"([^"]*)"|([^\s"]+))')

Line = tuple[str, tuple[str, ...]]
"""A keyword in lower case and its arguments."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the settings.

    Attributes:
        keyword: in lower case.
        values: its arguments.
        conditions: of every `Match` that it stands below, in lower case; none of `Match all`.
        in_match: whether it stands below a `Match`, be it `Match all`.
    """

    keyword: str
    values: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    in_match: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All lines, in the order in which the server reads them."""

    lines: tuple[Setting, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every condition of a `Match`, each once, in the order of the lines."""
        return tuple(dict.fromkeys(it for line in self.lines for it in line.conditions))

    def first(self, names: Iterable[str], default: str, applies: frozenset[str]) -> str:
        """The first value that a setting is given, where these conditions apply."""
        found = self._given(names, applies)
        return found[0].values[0] if found else default

    def words(self, name: str, applies: frozenset[str]) -> tuple[str, ...]:
        """The arguments of the first line that gives this setting; empty when none does."""
        found = self._given((name,), applies)
        return found[0].values if found else ()

    def every(self, name: str, applies: frozenset[str]) -> tuple[str, ...]:
        """The arguments of all lines that give this setting, those of blocks alone if any do."""
        found = self._given((name,), applies)
        in_match = any(line.in_match for line in found)
        return tuple(it for line in found if line.in_match or not in_match for it in line.values)

    def _given(self, names: Iterable[str], applies: frozenset[str]) -> list[Setting]:
        wanted = frozenset(names)
        found = [
            line
            for line in self.lines
            if line.keyword in wanted and line.values and applies.issuperset(line.conditions)
        ]
        return sorted(found, key=lambda line: not line.in_match)


def parse_lines(text: str) -> tuple[Line, ...]:
    """The lines of a settings file that are neither empty nor comments.

    Args:
        text: lines `Keyword arguments` or `Keyword=arguments`; arguments may stand in double
            quotes, `#` begins a comment.

    Returns:
        In their order; may be empty. Keywords that OpenSSH does not know are kept.

    Raises:
        ParseError: A quotation mark that is not closed.

    Source: sshd_config(5).
    """
    lines: list[Line] = []
    for raw in text.splitlines():
        match = re.match(r"\s*([^\s=#\"]+)(?:\s*=\s*|\s+|$)", raw)
        if match is not None:
            lines.append((match[1].lower(), _words(raw[match.end() :])))
    return tuple(lines)


def _words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    at = 0
    while (rest := text[at:].strip()) and not rest.startswith("#"):
        match = _WORD.match(text, at)
        if match is None:
            raise ParseError("a line of the SSH server's settings has an unpaired quotation mark")
        words.append(match[1] if match[2] is None else match[2])
        at = match.end()
    return tuple(words)


Include = Callable[[str], tuple[str, ...]]
"""From a pattern of an `Include` to the texts of the files that it means, in order."""


def parse_settings(text: str, include: Include) -> Settings:
    """The settings of a file with those that it includes.

    Args:
        text: the file.
        include: gives the texts of included files; may raise `ParseError`.

    Returns:
        All lines in the order in which the server reads them; may be empty.

    Raises:
        ParseError: As `parse_lines`; files that include each other without end.
    """
    return Settings(tuple(_Reader(include).read(text, (), in_match=False, depth=0)))


class _Reader:
    """Counts the files, so that no set of files is read for ever."""

    def __init__(self, include: Include) -> None:
        self._include = include
        self._files = 0

    def read(
        self, text: str, outer: tuple[str, ...], *, in_match: bool, depth: int
    ) -> list[Setting]:
        self._files += 1
        if depth > _MAX_DEPTH or self._files > _MAX_FILES:
            raise ParseError("the SSH server's settings include too many files")
        found: list[Setting] = []
        conditions = outer
        for keyword, values in parse_lines(text):
            if keyword == "match":
                conditions, in_match = (*outer, *_condition(values)), True
            elif keyword == "include":
                for inner in (it for pattern in values for it in self._include(pattern)):
                    found += self.read(inner, conditions, in_match=in_match, depth=depth + 1)
            else:
                found.append(Setting(keyword, values, conditions, in_match))
        return found


def _condition(values: tuple[str, ...]) -> tuple[str, ...]:
    """What a `Match` asks for, as one text; nothing for `Match all`."""
    text = " ".join(values).lower()
    if not text:
        raise ParseError("a Match line of the SSH server's settings says no condition")
    return () if text == "all" else (text,)
