"""Canonical JSON and base64: one text per value, so that no two readers can see two meanings.

`reports/FORMAT.md`, section 3. Reading decodes, encodes again, and compares.
"""

from functools import cache, reduce
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hipaaguard.errors import EnvelopeError

MAX_DEPTH = 8
"""How many objects and arrays may lie in each other."""
MAX_INTEGER = (1 << 53) - 1
"""The largest that every JSON reader keeps exactly: RFC 8259, section 6."""


def encode(value: object) -> bytes:
    """The value as UTF-8 JSON: keys sorted by code point, no spaces, only the necessary escapes."""
    return msgspec.json.encode(value, order="sorted")


def decode(text: bytes, what: str) -> object:
    """The value of a canonical text.

    Args:
        text: UTF-8 JSON.
        what: what the text is, for the message: "the signature".

    Returns:
        A dict, list, str, int, bool or None.

    Raises:
        EnvelopeError: Not JSON, a number that is not whole or too large, nested deeper than
            `MAX_DEPTH`, or another text for the same value (a duplicate key, a space, …).
    """
    try:
        value = _decoder().decode(text)
    # ValueError is text that is not UTF-8.
    except (msgspec.MsgspecError, ValueError) as error:
        raise EnvelopeError(f"{what} is damaged: it is not JSON of the allowed kind") from error
    if encode(value) != text:
        raise EnvelopeError(f"{what} is damaged: it is not canonical JSON")
    return value


def decode_base64(text: bytes, what: str) -> bytes:
    """The bytes that a standard base64 text with padding stands for.

    Args:
        text: the text.
        what: what the text is, for the message: "the signature".

    Returns:
        The bytes.

    Raises:
        EnvelopeError: Not base64, or another text for the same bytes (with spaces, without padding,
            with trailing bits).
    """
    # msgspec's base64, in a JSON text, is twice as fast as the standard library's. What it may let
    # through does not matter, because the comparison lets only the one text through.
    quoted = b'"%b"' % text
    try:
        value = _BASE64.decode(quoted)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EnvelopeError(f"{what} is damaged: it is not base64") from error
    if msgspec.json.encode(value) != quoted:
        raise EnvelopeError(f"{what} is damaged: it is not canonical base64")
    return value


_BASE64 = msgspec.json.Decoder(bytes)


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    """Reads what `decode` allows; as the nesting is in the type, no input exhausts the stack."""
    integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
    scalar: Any = None | bool | integer | str
    kind = reduce(
        lambda inner, _: scalar | list[inner] | dict[str, inner],  # type: ignore[valid-type]
        range(MAX_DEPTH),
        scalar,
    )
    return msgspec.json.Decoder(kind)
