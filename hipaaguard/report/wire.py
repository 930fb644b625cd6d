"""What the JSON forms share: strict reading, limits, times, and the shape of an observation.

- Integers only; no float, no null, no duplicate key, nothing nested without end.
- What is unknown to this version is ignored; what is missing is an error or the emptiest value,
  never a pass.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, NoReturn

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Scalar, Unavailable

MAX_FACTS = 5000
MAX_ITEMS = 5000
MAX_TEXT = 20_000
# The largest integer that every JSON reader keeps exactly: RFC 8259 section 6.
MAX_INTEGER = (1 << 53) - 1

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=MAX_ITEMS)]
WireValue = bool | Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | Text | Texts
"""A `Scalar` in JSON; a tuple is an array."""

# Newer versions of Python read 24:00 as the next day's beginning, older ones refuse it.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z")


class Observation(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A fact without its key: a value, or the reason why there is none."""

    value: WireValue | UnsetType = UNSET
    unavailable: Reason | UnsetType = UNSET
    detail: Text = ""
    settle: Text = ""
    source: Text = ""


def value_of(key: str, seen: Observation) -> Scalar | Unavailable:
    """What the observation holds.

    Args:
        key: the fact's key, for the error.
        seen: the observation.

    Returns:
        The value, or why there is none.

    Raises:
        ParseError: Both a value and a reason, or neither; the text names the key.
    """
    if seen.unavailable is not UNSET and seen.value is UNSET:
        return Unavailable(seen.unavailable, seen.detail, seen.settle)
    if seen.value is UNSET:
        raise ParseError(f"the fact {key!r} has neither a value nor a reason why there is none")
    if seen.unavailable is not UNSET or seen.detail or seen.settle:
        raise ParseError(f"the fact {key!r} has both a value and a reason why there is none")
    return seen.value


def say_time(time: datetime) -> str:
    """The time as RFC 3339 in UTC with `Z`; microseconds only where there are some."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The time that `say_time` wrote.

    Returns:
        An aware time in UTC.

    Raises:
        ParseError: Not in exactly that form, or no such time.
    """
    if _TIME.fullmatch(text) is None:
        raise ParseError(f"{text[:40]!r} is not a time in the form 2026-11-23T12:00:00Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError(f"there is no time {text!r}") from error


def decode(data: bytes, max_bytes: int) -> object:
    """The JSON value that the bytes hold.

    Args:
        data: UTF-8.
        max_bytes: how many bytes there may be.

    Returns:
        Plain data: objects, lists, texts, integers and booleans.

    Raises:
        ParseError: Too large, not JSON, a duplicate key, or a number that is not an integer.
    """
    if len(data) > max_bytes:
        raise ParseError(f"the text is larger than {max_bytes >> 20} MiB")
    try:
        value: object = msgspec.json.decode(data)
        # In a text that is sorted and without spaces, as HipaaGuard writes it, no key stands twice.
        if msgspec.json.encode(value, order="sorted") == data.removesuffix(b"\n"):
            return value
        return _decode_slowly(data)
    except RecursionError as error:
        raise ParseError("the JSON text is nested too deeply") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise ParseError(f"the text is not JSON: {error}") from error


def say_refusal(what: str, error: msgspec.ValidationError) -> str:
    """The sentence for data of another shape: what it is not, what is wrong and where."""
    sentence = str(error)
    return f"{what}: {sentence[:1].lower()}{sentence[1:]}"


def strictly_sorted(keys: Sequence[str]) -> bool:
    """Whether each key comes after the one before it, so that none stands twice."""
    return all(before < after for before, after in pairwise(keys))


def _decode_slowly(data: bytes) -> object:
    # msgspec has refused every lone surrogate already.
    return json.loads(
        data, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ParseError(f"the key {twice[:200]!r} stands twice in one JSON object")
    return found


def _no_float(text: str) -> NoReturn:
    raise ParseError(f"{text[:40]} is not a whole number, and HipaaGuard uses no other")
