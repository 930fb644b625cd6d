"""YAML text as plain data, strictly, with the place of every value.

- Only mappings, sequences and plain scalars: no tags, no anchors, no aliases, no second document.
- A duplicate key is an error, as is a text of more than 1 MiB or nested deeper than 40 levels.
- YAML 1.2's core words: only `true` and `false` are bool, so `on`, `yes` and `no` are texts.
  Dates are texts.
- One pass over the parser's events: nothing is built before it has been allowed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from hipaaguard.errors import ParseError

MAX_BYTES = 1 << 20
MAX_DEPTH = 40

Data = bool | int | float | str | None | list["Data"] | dict[str, "Data"]
Path = tuple[str | int, ...]

_PYTHON_LOADER: Any = yaml.SafeLoader
_LOADER: Any = getattr(yaml, "CSafeLoader", _PYTHON_LOADER)

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document.

    Attributes:
        data: the plain data.
        name: the file's name, for messages.
        places: line and column, both from 1, of the value at each path; for a mapping's entry
            that of its key.
    """

    data: Data
    name: str
    places: dict[Path, tuple[int, int]] = field(repr=False)

    def place(self, path: Path) -> str:
        """`file:line:column` of the value at this path, or of the nearest one around it."""
        while path not in self.places and path:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def load(text: bytes, name: str) -> Document:
    """The document in this text.

    Args:
        text: UTF-8.
        name: the file's name, for messages.

    Returns:
        The data with its places.

    Raises:
        ParseError: Not such a document; the text begins with `file:line:column`.
    """
    if len(text) > MAX_BYTES:
        raise ParseError(f"{name}:1:1: the file is larger than 1 MiB")
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise ParseError(f"{name}:{line}:1: the file is not UTF-8 text") from error
    try:
        return _read(decoded, name, _LOADER)
    except (yaml.YAMLError, ValueError, OverflowError):
        # libyaml and PyYAML word and place the same mistake differently: PyYAML has the last word.
        return _read_in_python(decoded, name)


def _read_in_python(text: str, name: str) -> Document:
    try:
        return _read(text, name, _PYTHON_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        problem = (error.problem or "not YAML").replace("\n", " ")
        raise ParseError(f"{name}:{place}: {problem}") from error
    except yaml.YAMLError as error:
        raise ParseError(
            f"{name}:1:1: the file holds a character that YAML does not allow"
        ) from error
    except (ValueError, OverflowError) as error:  # PyYAML lets chr() fail on "\UFFFFFFFF"
        raise ParseError(f"{name}:1:1: the file holds an escape that is no character") from error


def _read(text: str, name: str, loader: Any) -> Document:  # noqa: ANN401 - PyYAML's loaders share no type
    reader = _Reader(name, yaml.parse(text, Loader=loader))
    return Document(reader.document(), name, reader.places)


class _Reader:
    """Turns one stream of events into data, remembering places; used once."""

    def __init__(self, name: str, events: Iterator[Event]) -> None:
        self.name = name
        self.events = events
        self.places: dict[Path, tuple[int, int]] = {}

    def document(self) -> Data:
        next(self.events)  # the stream's start
        if not isinstance(next(self.events), DocumentStartEvent):
            raise ParseError(f"{self.name}:1:1: the file is empty")
        data = self._data(self._next(), ())
        next(self.events)  # the document's end
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            raise self._refused(after, "only one document is allowed in a file")
        return data

    def _next(self) -> Event:
        """The next event, if it is one that a policy may hold."""
        event = next(self.events)
        if isinstance(event, AliasEvent):
            raise self._refused(event, "aliases are not allowed")
        if isinstance(event, NodeEvent) and event.anchor is not None:
            raise self._refused(event, "anchors are not allowed")
        if isinstance(event, (ScalarEvent, CollectionStartEvent)) and event.tag is not None:
            raise self._refused(event, "tags are not allowed")
        return event

    def _refused(self, event: Event, why: str) -> ParseError:
        line, column = _place(event)
        return ParseError(f"{self.name}:{line}:{column}: {why}")

    def _data(self, event: Event, path: Path) -> Data:
        """The data that begins with this event; no deeper recursion than `MAX_DEPTH`."""
        self.places.setdefault(path, _place(event))
        if isinstance(event, ScalarEvent):
            return _plain(event.value) if event.implicit[0] else self._text(event)
        if len(path) >= MAX_DEPTH:
            raise self._refused(event, f"nested deeper than {MAX_DEPTH} levels")
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _text(self, event: ScalarEvent) -> str:
        """The text, if it can be written as UTF-8: PyYAML makes lone surrogates of escapes."""
        text = str(event.value)
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise self._refused(event, "an escape here is half of a character")
        return text

    def _sequence(self, path: Path) -> list[Data]:
        items: list[Data] = []
        while not isinstance(event := self._next(), CollectionEndEvent):
            items.append(self._data(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Data]:
        data: dict[str, Data] = {}
        while not isinstance(event := self._next(), CollectionEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._refused(event, "a key must be a plain text")
            key = self._text(event)
            if key in data:
                raise self._refused(event, f"the key {key!r} stands here twice")
            inner = (*path, key)
            self.places[inner] = _place(event)
            data[key] = self._data(self._next(), inner)
        return data


def _place(event: Event) -> tuple[int, int]:
    """Line and column, both from 1; the parsers mark every event."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _plain(text: str) -> Data:
    """What a scalar without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-0123456789":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text
