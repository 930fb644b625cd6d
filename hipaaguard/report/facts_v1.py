"""Facts alone as JSON: what `hipaaguard facts --json` prints and `hipaaguard evaluate` reads.

    {"elevated": false, "facts": {"disk.home_encrypted": {"source": "/sys/block", "value": true}},
     "platform": "linux", "takenAt": "2026-11-23T12:00:00Z", "tool": "hipaaguard 0.1.0"}

A file may be written by hand: everything but `facts` may be left out, as may a fact's `source`
and `detail`.
"""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from hipaaguard.errors import ParseError
from hipaaguard.facts import check_value, spec_of
from hipaaguard.model import Fact, Platform, Snapshot, Unavailable
from hipaaguard.report.wire import (
    MAX_FACTS,
    Observation,
    Text,
    decode,
    parse_time,
    say_refusal,
    say_time,
    value_of,
)

MAX_BYTES = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class WireSnapshot(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A `Snapshot` in JSON; each fact is read on its own, so that an error can name its key."""

    facts: Annotated[dict[str, Any], Meta(max_length=MAX_FACTS)]
    platform: Platform | UnsetType = UNSET
    taken_at: Text | UnsetType = UNSET
    elevated: bool | UnsetType = UNSET
    tool: Text = ""


def facts_to_data(snapshot: Snapshot, tool: str = "") -> dict[str, Any]:
    """The snapshot as plain data.

    Args:
        snapshot: the facts.
        tool: name and version of the program that collected them; left out when empty.

    Returns:
        JSON data with sorted keys; what the snapshot does not know is left out.
    """
    wire = WireSnapshot(
        facts={fact.key: _observation(fact) for fact in snapshot.facts},
        platform=UNSET if snapshot.platform is None else snapshot.platform,
        taken_at=UNSET if snapshot.taken_at is None else say_time(snapshot.taken_at),
        elevated=snapshot.elevated,
        tool=tool,
    )
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(wire, order="sorted"))
    return data


def parse_facts(data: bytes) -> Snapshot:
    """The snapshot in a JSON text.

    Args:
        data: UTF-8, with or without a byte order mark, at most 1 MiB.

    Returns:
        Facts sorted by key, every one as the fact dictionary allows.

    Raises:
        ParseError: Not such a text; the text names the fact where one is at fault.
    """
    decoded = decode(data.removeprefix(_BYTE_ORDER_MARK), MAX_BYTES)
    try:
        wire = msgspec.convert(decoded, WireSnapshot)
    except msgspec.ValidationError as error:
        raise ParseError(say_refusal("these are not facts as JSON", error)) from error
    return Snapshot(
        tuple(_fact(key, wire.facts[key]) for key in sorted(wire.facts)),
        None if wire.platform is UNSET else wire.platform,
        None if wire.taken_at is UNSET else parse_time(wire.taken_at),
        elevated=wire.elevated is True,
    )


def _observation(fact: Fact) -> Observation:
    if isinstance(fact.value, Unavailable):
        why = fact.value
        return Observation(
            unavailable=why.reason, detail=why.detail, settle=why.settle, source=fact.source
        )
    return Observation(value=fact.value, source=fact.source)


def _fact(key: str, entry: object) -> Fact:
    spec_of(key)
    try:
        seen = msgspec.convert(entry, Observation)
    except msgspec.ValidationError as error:
        raise ParseError(say_refusal(f"the fact {key!r}", error)) from error
    value = value_of(key, seen)
    if not isinstance(value, Unavailable):
        value = check_value(key, value)
    return Fact(key, value, seen.source)
