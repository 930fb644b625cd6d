"""Tries the checks of a policy: examples must come out as said, and no outcome may be impossible.

A check that passes whatever the machine is like would be a green light that means nothing.
"""

from collections.abc import Iterator
from itertools import product
from math import prod

from hipaaguard.facts import FactType, spec_of
from hipaaguard.model import Fact, Scalar, Status
from hipaaguard.policy.condition import Facts, Truth, decide
from hipaaguard.policy.judge import can_apply, judge
from hipaaguard.policy.nouns import (
    Check,
    Condition,
    Example,
    Op,
    Ref,
    Values,
    argument_setting,
    comparisons,
    fill_key,
)
from hipaaguard.policy.read_check import Located
from hipaaguard.policy.read_condition import Settings

MAX_CASES = 4_096
"""More combinations than this are not tried; the examples still are."""

_OTHER = "another text"
_OUTCOMES = (Status.PASS, Status.FAIL, Status.UNKNOWN)


def lint_check(located: Located, values: Values) -> None:
    """Refuses a check that with these settings has an empty argument or cannot pass or cannot fail.

    Args:
        located: the check, and where the policy names it.
        values: the value of every setting.

    Raises:
        PolicyError: As said above; the place is where the policy names the check.
    """
    check, node = located.check, located.node
    if not can_apply(check, values):
        return
    for key in (*check.when_keys(), *check.expect_keys()):
        name = argument_setting(key)
        if name and not values[name]:
            raise node.refused(
                f"the check {check.check_id!r} needs the setting {name!r}, which is empty"
            )
    for leaf in comparisons(check.expect):
        if not leaf.subject.startswith("$") and len(_outcomes(leaf, values)) == 1:
            raise node.refused(
                f"in the check {check.check_id!r} the comparison "
                f"{leaf.subject!r} {leaf.op} always comes out the same"
            )
    outcomes = _outcomes(check.expect, values)
    if outcomes == {Truth.TRUE}:
        raise node.refused(f"the check {check.check_id!r} cannot fail, whatever the facts are")
    if outcomes == {Truth.FALSE}:
        raise node.refused(f"the check {check.check_id!r} cannot pass, whatever the facts are")


def _outcomes(condition: Condition, values: Values) -> set[Truth]:
    """What the condition can come to; empty when there are too many cases to try."""
    samples = _samples(condition, values)
    if prod(len(sample) for sample in samples.values()) > MAX_CASES:
        return set()
    return {
        decide(condition, dict(zip(samples, facts, strict=True)), values).truth
        for facts in product(*samples.values())
    }


def _samples(condition: Condition, values: Values) -> dict[str, tuple[Fact, ...]]:
    """For each fact of the condition, values on every side of every comparison."""
    operands: dict[str, list[Scalar]] = {}
    for leaf in comparisons(condition):
        if not leaf.subject.startswith("$"):
            operand = leaf.operand
            against = values[operand.setting] if isinstance(operand, Ref) else operand
            operands.setdefault(fill_key(leaf.subject, values), []).append(against)
    return {
        key: tuple(Fact(key, value, "") for value in dict.fromkeys(_sides(key, against)))
        for key, against in operands.items()
    }


def _sides(key: str, operands: list[Scalar]) -> Iterator[Scalar]:
    spec = spec_of(key)
    texts = [text for operand in operands for text in _texts(operand)]
    match spec.type:
        case FactType.BOOL:
            yield from (True, False)
        case FactType.INT:
            yield 0
            for number in (operand for operand in operands if isinstance(operand, int)):
                yield from (max(0, number - 1), number, number + 1)
        case FactType.STR:
            yield from spec.values or (*texts, _OTHER, "0", "999999999")
        case FactType.STRINGS:
            yield from ((), (_OTHER,), tuple(texts), (*texts, _OTHER))
            yield from ((text,) for text in texts)


def _texts(operand: Scalar) -> tuple[str, ...]:
    if isinstance(operand, str):
        return (operand,)
    return operand if isinstance(operand, tuple) else ()


def lint_examples(located: Located, settings: Settings) -> None:
    """Refuses a check whose examples do not come out as said, or which lacks one for an outcome.

    Args:
        located: the check, and where it is written out.
        settings: the settings that it can use; the examples hold for the defaults.

    Raises:
        PolicyError: As said above; the place is the example's.
    """
    check, node = located.check, located.node
    examples = node.mapping(tuple(node.entries()))["examples"]
    for example, place in zip(check.examples, examples.items(), strict=True):
        wrong = try_example(check, example, settings)
        if wrong:
            raise place.refused(wrong)
    needed = (*_OUTCOMES, Status.NOT_APPLICABLE) if check.when else _OUTCOMES
    missing = [status for status in needed if status not in {e.outcome for e in check.examples}]
    if missing:
        raise examples.refused(f"the check {check.check_id!r} has no example of {missing[0]}")
    if any(e.outcome is Status.FAIL and not e.says for e in check.examples):
        raise examples.refused("an example of fail also says the sentence: add `says`")
    if _bare_numbers(check) and not check.sources:
        raise examples.refused("a number in a comparison needs its source: add `sources`")


def _bare_numbers(check: Check) -> bool:
    """Whether a limit other than 0 and 1 stands in the check itself."""
    return any(
        leaf.op in {Op.AT_MOST, Op.AT_LEAST, Op.EQUALS}
        and isinstance(leaf.operand, int)
        and leaf.operand > 1
        for leaf in comparisons(check.expect)
    )


def try_example(check: Check, example: Example, settings: Settings) -> str:
    """What is wrong with an example; empty when it comes out as said."""
    values = {name: setting.default for name, setting in settings.items()}
    values.update({given.name: given.value for given in example.settings})
    units = {name: setting.unit for name, setting in settings.items()}
    facts: Facts = {given.key: Fact(given.key, given.value, "") for given in example.facts}
    found = judge(check, facts, values, units, None)
    if found.status is not example.outcome:
        return f"this example comes out as {found.status}, not {example.outcome}: {found.sentence}"
    if example.says and found.sentence != example.says:
        return f"this example says another sentence: {found.sentence}"
    unused = facts.keys() - {fact.key for fact in found.evidence}
    if unused:
        return f"this example gives facts that are not looked at: {', '.join(sorted(unused))}"
    return ""
