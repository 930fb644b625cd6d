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


def flag(settings: Dictionary, name: str) -> bool | None:
    """The value as true or false, of which settings often write 1 and 0; None when it is not set.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = settings.get(name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise ParseError(f"{name} is neither true nor false")


def text(settings: Dictionary, name: str) -> str | None:
    """The value as text; None when it is not set.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = settings.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ParseError(f"{name} is not a text")


def number(settings: Dictionary, name: str) -> int | None:
    """The value as a whole number; None when it is not set.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = settings.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ParseError(f"{name} is not a whole number")


def dictionaries(settings: Dictionary, name: str) -> tuple[Dictionary, ...]:
    """The value as a list of dictionaries; none when it is not set.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = settings.get(name, [])
    found = tuple(it for it in value if isinstance(it, dict)) if isinstance(value, list) else None
    if found is None or not isinstance(value, list) or len(found) < len(value):
        raise ParseError(f"{name} is not a list of dictionaries")
    return found


def texts(settings: Dictionary, name: str) -> tuple[str, ...]:
    """The value as a list of texts; none when it is not set.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = settings.get(name, [])
    found = tuple(it for it in value if isinstance(it, str)) if isinstance(value, list) else None
    if found is None or not isinstance(value, list) or len(found) < len(value):
        raise ParseError(f"{name} is not a list of texts")
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
