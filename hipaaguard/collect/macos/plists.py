"""Property lists, in which macOS keeps settings and its tools answer."""

import plistlib
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from xml.parsers.expat import ExpatError

from hipaaguard.collect.host import Host, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Value: TypeAlias = "bool | int | float | str | bytes | datetime | list[Value] | Dictionary"
Dictionary: TypeAlias = Mapping[str, "Value"]

MAX_DEPTH = 30

# What plistlib raises for damaged property lists, of either form.
_FAULTS = (
    plistlib.InvalidFileException,
    ExpatError,
    AttributeError,
    IndexError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
)


def parse_plist(data: bytes) -> Dictionary | list[Value]:
    """The property list, XML or binary, whose outermost value is a dictionary or a list.

    Raises:
        ParseError: It is none, or nested too deeply.
    """  # noqa: DOC201 - the first line says it
    try:
        found = plistlib.loads(data)
    except _FAULTS as error:
        raise ParseError("it is not a property list") from error
    if not isinstance(found, dict | list):
        raise ParseError("the property list holds a single value")
    _check(found, MAX_DEPTH)
    return found


def read_plist(host: Host, path: str) -> Dictionary | list[Value] | Unavailable:
    """The property list in this file; `not-installed` when there is no such file."""
    data = host.read(path)
    return data if isinstance(data, Unavailable) else attempt(parse_plist, data)


def read_settings(host: Host, path: str) -> Dictionary | Unavailable:
    """As `read_plist`, of a file whose outermost value is a dictionary, as settings are."""
    found = read_plist(host, path)
    if isinstance(found, list):
        return Unavailable(Reason.UNRECOGNISED, "the property list is not a dictionary")
    return found


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise ParseError("the property list is nested too deeply")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ParseError("the property list has keys that are not texts")
        for item in value.values():
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif not isinstance(value, bool | int | float | str | bytes | datetime):
        raise ParseError("the property list holds a value of an unknown type")
