"""Strict access to a YAML document: every value is asked for by type.

What is not of that type is refused with a `PolicyError` that begins with `file:line:column`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from hipaaguard.errors import PolicyError
from hipaaguard.strict_yaml import Data, Document, Path

MAX_TEXT = 2_000
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document and where it stands."""

    document: Document
    path: Path
    data: Data

    def refused(self, why: str) -> PolicyError:
        """The error for this value: `file:line:column: why`."""
        return PolicyError(f"{self.document.place(self.path)}: {why}")

    def mapping(self, required: Collection[str], optional: Collection[str] = ()) -> "Mapping":
        """The mapping, if it has all of the required keys and no others than the optional ones."""
        entries = self.entries()
        known = (*required, *optional)
        for key, node in entries.items():
            if key not in known:
                raise node.refused(f"unknown key {key[:60]!r}: {say_choice(known)} can stand here")
        for key in required:
            if key not in entries:
                raise self.refused(f"the key {key!r} is missing")
        return Mapping(self, entries)

    def entries(self) -> dict[str, "Node"]:
        """The values of a mapping by key, in order; never empty."""
        if not isinstance(self.data, dict):
            raise self.refused(f"a mapping (`key: value`) is expected here, not {say(self.data)}")
        if not self.data:
            raise self.refused("an empty mapping says nothing")
        return {
            key: Node(self.document, (*self.path, key), value) for key, value in self.data.items()
        }

    def items(self) -> Iterator["Node"]:
        """The values of a list, in order; never empty."""
        if not isinstance(self.data, list):
            raise self.refused(f"a list is expected here, not {say(self.data)}")
        if not self.data:
            raise self.refused("an empty list says nothing")
        for index, value in enumerate(self.data):
            yield Node(self.document, (*self.path, index), value)

    def text(self) -> str:
        """The text: some printable characters in one line, folded lines joined."""
        if not isinstance(self.data, str):
            raise self.refused(
                f"a text is expected here, not {say(self.data)}: put it in quotes if it is one"
            )
        text = " ".join(self.data.split("\n")).strip()
        if not text:
            raise self.refused("an empty text says nothing")
        if len(text) > MAX_TEXT:
            raise self.refused(f"the text is longer than {MAX_TEXT:,} characters")
        if _UNPRINTABLE.search(text):
            raise self.refused("the text holds a character that cannot be printed")
        return text

    def sentence(self) -> str:
        """The text, if it ends as a sentence does."""
        text = self.text()
        if not text.endswith((".", "?", "!")):
            raise self.refused("a sentence is expected here: end it with a full stop")
        return text

    def texts(self) -> tuple[str, ...]:
        """The texts of a list; each once."""
        found: list[str] = []
        for item in self.items():
            text = item.text()
            if text in found:
                raise item.refused(f"{text!r} stands here twice")
            found.append(text)
        return tuple(found)

    def integer(self) -> int:
        """The whole number."""
        if isinstance(self.data, bool) or not isinstance(self.data, int):
            raise self.refused(f"a whole number is expected here, not {say(self.data)}")
        return self.data

    def name(self, form: re.Pattern[str], example: str) -> str:
        """The text, if it has this form."""
        text = self.text()
        if len(text) > 60 or not form.fullmatch(text):
            raise self.refused(f"{text!r} is not a name of the form {example}")
        return text

    def word(self, words: type[E]) -> E:
        """The member of the enumeration."""
        text = self.text()
        try:
            return words(text)
        except ValueError as error:
            raise self.refused(
                f"{text!r} is not known here: it is one of {', '.join(words)}"
            ) from error


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping whose keys have been checked."""

    node: Node
    entries: dict[str, Node]

    def __getitem__(self, key: str) -> Node:
        return self.entries[key]

    def get(self, key: str) -> Node | None:
        """The value of an optional key."""
        return self.entries.get(key)

    def sentences(self, key: str) -> tuple[str, ...]:
        """The sentences of an optional list; empty when the key is not there."""
        node = self.get(key)
        return tuple(item.sentence() for item in node.items()) if node else ()


def say(data: Data) -> str:
    """What a value is, for a message."""
    if isinstance(data, bool):
        return "true" if data else "false"
    if data is None:
        return "nothing"
    if isinstance(data, list):
        return "a list"
    if isinstance(data, dict):
        return "a mapping"
    if isinstance(data, str):
        return f"the text {data[:40]!r}"
    return f"the number {data}"


def say_choice(words: Collection[str]) -> str:
    """The words as "a", "a or b", "a, b or c"."""
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
