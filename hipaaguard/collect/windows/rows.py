"""Properties of the rows that Windows tells, by type."""

from hipaaguard.collect.host import Cell, Row
from hipaaguard.errors import ParseError


def number(row: Row, name: str) -> int | None:
    """The property as a whole number; None when it is missing or empty.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = row.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ParseError(f"{name} is not a whole number")


def flag(row: Row, name: str) -> bool | None:
    """The property as true or false; None when it is missing or empty.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise ParseError(f"{name} is neither true nor false")


def text(row: Row, name: str) -> str | None:
    """The property as text; None when it is missing or empty.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise ParseError(f"{name} is not a text")


def numbers(row: Row, name: str) -> tuple[int, ...]:
    """The property as numbers, also when it is a single one; none when it is missing.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    found = tuple(item for item in _items(row, name) if isinstance(item, int))
    if len(found) < len(_items(row, name)) or any(isinstance(item, bool) for item in found):
        raise ParseError(f"{name} is not a list of whole numbers")
    return found


def texts(row: Row, name: str) -> tuple[str, ...]:
    """The property as texts, also when it is a single one; none when it is missing.

    Raises:
        ParseError: It is of another type.
    """  # noqa: DOC201 - the first line says it
    found = tuple(item for item in _items(row, name) if isinstance(item, str))
    if len(found) < len(_items(row, name)):
        raise ParseError(f"{name} is not a list of texts")
    return found


def _items(row: Row, name: str) -> tuple[Cell, ...]:
    value = row.get(name)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
