"""Three-valued logic over facts: true, false, or unknown because something could not be seen.

- `any` with one true part is true even if another is unknown; `all` with one false part is false.
- A fact that was not observed makes its comparison unknown, never false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest

from hipaaguard.model import Fact, Reason, Scalar, Unavailable
from hipaaguard.policy.nouns import Compare, Condition, Group, Junction, Op, Ref, Values, fill_key

Facts = Mapping[str, Fact]
"""The collected facts by key."""

NOT_COLLECTED = Unavailable(Reason.FAILED, "it was not collected")


class Truth(Enum):
    """The outcome of a condition."""

    TRUE = auto()
    FALSE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition came to, and by what.

    Attributes:
        truth: the outcome.
        said: when false, the sentences of the comparisons that made it so, each once, in order.
        unseen: when unknown, why each fact that would decide is not known, each once, in order.
    """

    truth: Truth
    said: tuple[str, ...] = ()
    unseen: tuple[Unavailable, ...] = ()


_TRUE = Finding(Truth.TRUE)


def decide(condition: Condition, facts: Facts, values: Values) -> Finding:
    """What the condition comes to.

    Args:
        condition: as read from a policy.
        facts: what was collected, by full key; a key that is absent was not collected.
        values: the value of every setting that the condition uses.

    Returns:
        The outcome with the sentences or gaps that explain it.
    """
    if isinstance(condition, Compare):
        return _compare(condition, facts, values)
    return _join(condition, [decide(part, facts, values) for part in condition.parts])


def _join(group: Group, parts: list[Finding]) -> Finding:
    every = group.junction is Junction.ALL
    if any(part.truth is (Truth.FALSE if every else Truth.TRUE) for part in parts):
        return Finding(Truth.FALSE, said=_said(parts)) if every else _TRUE
    if any(part.truth is Truth.UNKNOWN for part in parts):
        unseen = dict.fromkeys(gap for part in parts for gap in part.unseen)
        return Finding(Truth.UNKNOWN, unseen=tuple(unseen))
    return _TRUE if every else Finding(Truth.FALSE, said=_said(parts))


def _said(parts: list[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for part in parts for sentence in part.said))


def _compare(compare: Compare, facts: Facts, values: Values) -> Finding:
    value = _value(compare.subject, facts, values)
    if isinstance(value, Unavailable):
        return Finding(Truth.UNKNOWN, unseen=(value,))
    operand = compare.operand
    against = values[operand.setting] if isinstance(operand, Ref) else operand
    holds = _holds(value, compare.op, against)
    if holds is None:
        why = f"the version {value!r} cannot be compared with another"
        return Finding(Truth.UNKNOWN, unseen=(Unavailable(Reason.UNRECOGNISED, why),))
    return _TRUE if holds is compare.wanted else Finding(Truth.FALSE, said=(compare.said,))


def _value(subject: str, facts: Facts, values: Values) -> Scalar | Unavailable:
    if subject.startswith("$"):
        return values[subject[1:]]
    fact = facts.get(fill_key(subject, values))
    return NOT_COLLECTED if fact is None else fact.value


def _holds(value: Scalar, op: Op, operand: Scalar) -> bool | None:
    """Whether the comparison holds; None when a version is not one, false for other types."""
    match op, value, operand:
        case Op.EQUALS, _, _:
            return type(value) is type(operand) and value == operand
        case Op.AT_MOST, int(), int():
            return value <= operand
        case Op.AT_LEAST, int(), int():
            return value >= operand
        case Op.VERSION_AT_LEAST, str(), str():
            return _at_least(value, operand)
        case Op.BEGINS_WITH, str(), str():
            return value.startswith(operand)
        case _, tuple(), _:
            return _holds_list(value, op, operand)
        case Op.ONE_OF, str(), tuple():
            return value in operand
        case _:
            return False


def _holds_list(value: tuple[str, ...], op: Op, operand: Scalar) -> bool:
    match op, operand:
        case Op.ONE_OF, tuple():
            return set(value) <= set(operand)
        case Op.CONTAINS, str():
            return operand in value
        case Op.NONE, tuple():
            return set(value).isdisjoint(operand)
        case Op.EMPTY, bool():
            return (not value) is operand
        case _:
            return False


def version_parts(text: str) -> tuple[int, ...] | None:
    """The numbers of a version as `24.04` or `10.0.19045`; None for any other text."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _at_least(value: str, operand: str) -> bool | None:
    have, want = version_parts(value), version_parts(operand)
    if have is None or want is None:
        return None
    for left, right in zip_longest(have, want, fillvalue=0):
        if left != right:
            return left > right
    return True
