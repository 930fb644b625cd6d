"""What products told Windows Security of themselves: the bits of `productState`.

Windows Server has no Windows Security, and no product registers there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError

# The fourth hexadecimal digit from the right: off, on, paused by the user, licence run out. It is
# what iwscapi.h names WSC_SECURITY_PRODUCT_STATE, in another order.
_ON = 1
_STATES = frozenset({0, 1, 2, 3})

_DEFENDER = "{d68ddc3a-831f-4fae-9e44-da132c1acf46}"


@dataclass(frozen=True, slots=True)
class Product:
    """A product that has registered.

    Attributes:
        name: what its maker calls it.
        on: whether it says that it protects now.
        is_defender: whether it is the one that comes with Windows.
    """

    name: str
    on: bool
    is_defender: bool = False


def parse_products(rows: Sequence[Row]) -> tuple[Product, ...]:
    """The products, as registered; may be empty.

    Raises:
        ParseError: A row is no product, or its state is none that is known.
    """  # noqa: DOC201 - the first line says it
    return tuple(_product(row) for row in rows)


def _product(row: Row) -> Product:
    name = text(row, "displayName")
    if name is None:
        raise ParseError("a product that registered with Windows Security has no name")
    defender = (text(row, "instanceGuid") or "").lower() == _DEFENDER
    on = _is_on(number(row, "productState"))
    return Product("Microsoft Defender" if defender else name, on, defender)


def _is_on(state: int | None) -> bool:
    digit = None if state is None else state >> 12 & 0xF
    if digit not in _STATES:
        raise ParseError("a product told Windows Security a state that is not known")
    return digit == _ON
