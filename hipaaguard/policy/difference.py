"""What one policy asks otherwise than another, in words; nothing gets looser without being said."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hipaaguard.model import Scalar
from hipaaguard.policy.nouns import Policy, Setting, Stricter
from hipaaguard.words import say_value

_NO_REASONS: Mapping[str, str] = MappingProxyType({})


def differences(
    policy: Policy, other: Policy, reasons: Mapping[str, str] = _NO_REASONS
) -> tuple[str, ...]:
    """What the policy asks otherwise than the other one, what is looser first.

    Args:
        policy: the policy.
        other: what it is held against.
        reasons: why a check of the other was removed, by check id.

    Returns:
        One sentence or two for each difference; empty when both ask the same.
    """
    told = (
        *_settings(policy, other),
        *_checks(policy, other, reasons),
        *_questions(policy, other),
    )
    return tuple(sorted(told, key=lambda sentence: not sentence.startswith(("Looser", "Left out"))))


def _settings(policy: Policy, other: Policy) -> Iterator[str]:
    before = {setting.name: setting for setting in other.settings}
    for setting in policy.settings:
        old = before.get(setting.name)
        if old is not None and old.value != setting.value:
            was, now = (say_value(it.value, it.unit) or "nothing" for it in (old, setting))
            yield f"{_direction(old, setting.value)}: {setting.name} is {now} instead of {was}."


def _checks(policy: Policy, other: Policy, reasons: Mapping[str, str]) -> Iterator[str]:
    here = {check.check_id: check for check in policy.checks}
    there = {check.check_id: check for check in other.checks}
    for check_id, check in there.items():
        if check_id not in here:
            yield f"Left out: {check.title} ({check_id}). {reasons.get(check_id, '')}".rstrip()
        elif here[check_id] != check:
            yield f"Changed: {here[check_id].title} ({check_id}) is judged in another way."
    for check_id, check in here.items():
        if check_id not in there:
            yield f"Added: {check.title} ({check_id})."


def _questions(policy: Policy, other: Policy) -> Iterator[str]:
    here, there = ({it.question_id: it for it in each.questions} for each in (policy, other))
    for name, question in there.items():
        if name not in here:
            yield f"Left out: the question {question.title} ({name})."
    for name, question in here.items():
        if name not in there:
            yield f"Added: the question {question.title} ({name})."


def _direction(old: Setting, value: Scalar) -> str:
    """Looser, stricter, or changed where no value asks for more than another."""
    more = _asks_for_more(old, value)
    if more is None:
        return "Changed"
    return "Stricter" if more else "Looser"


def _asks_for_more(old: Setting, value: Scalar) -> bool | None:
    match old.stricter, old.value, value:
        case Stricter.LOWER | Stricter.HIGHER, int(before), int(after):
            return (after < before) is (old.stricter is Stricter.LOWER)
        case Stricter.TRUE | Stricter.FALSE, _, bool(after):
            return after is (old.stricter is Stricter.TRUE)
        case Stricter.FIRST, str(before), str(after):
            return old.choices.index(after) < old.choices.index(before)
        case Stricter.FEWER | Stricter.MORE, tuple(before), tuple(after):
            return _fewer(set(before), set(after), old.stricter)
        case _:
            return None


def _fewer(before: set[str], after: set[str], stricter: Stricter | None) -> bool | None:
    """Whether a changed list asks for more; None when some words came and others went."""
    if not (before <= after or after <= before):
        return None
    return (after < before) is (stricter is Stricter.FEWER)
