"""One check, judged by facts and settings: the outcome, and the sentence that a person reads."""

from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.model import Fact, Platform, Reason, Status, Unavailable
from hipaaguard.policy.condition import NOT_COLLECTED, Facts, Finding, Truth, decide
from hipaaguard.policy.nouns import SLOT, Check, Policy, Setting, Values, fill_key
from hipaaguard.words import PLATFORM_NAMES, say_fact, say_list, say_value

_WHY = {
    Reason.NOT_INSTALLED: "the program or file that would tell is not on this computer",
    Reason.NOT_PERMITTED: "this needs administrator rights",
    Reason.TIMED_OUT: "the computer did not answer in time",
    Reason.FAILED: "the computer answered with an error",
    Reason.UNRECOGNISED: "the answer has a form that HipaaGuard does not know",
    Reason.INTERNAL_ERROR: "there was a fault in HipaaGuard itself",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check came to.

    Attributes:
        status: the outcome.
        sentence: what was found and what was asked, for a person.
        settle: commands that would settle an unknown; each once, in order.
        evidence: the facts that were looked at, sorted by key; one that was not collected is there
            as unavailable.
    """

    status: Status
    sentence: str
    settle: tuple[str, ...]
    evidence: tuple[Fact, ...]


def judge(
    check: Check,
    facts: Facts,
    values: Values,
    units: dict[str, str],
    platform: Platform | None,
) -> Judgement:
    """What the check comes to; never raises on facts of the dictionary's types.

    Args:
        check: the check.
        facts: what was collected, by full key.
        values: the value of every setting.
        units: the unit of every setting.
        platform: the audited system; None judges the check as if it were for that system.

    Returns:
        The judgement.
    """
    if platform is not None and platform not in check.platforms:
        names = say_list(tuple(PLATFORM_NAMES[known] for known in check.platforms))
        return Judgement(Status.NOT_APPLICABLE, f"This check is for {names}.", (), ())
    applies = decide(check.when, facts, values) if check.when else Finding(Truth.TRUE)
    keys = [*check.when_keys()]
    if applies.truth is not Truth.FALSE:
        keys += check.expect_keys()
    evidence = _evidence((fill_key(key, values) for key in keys), facts)
    if applies.truth is Truth.FALSE:
        sentence = _say(applies.said, facts, values, units)
        return Judgement(Status.NOT_APPLICABLE, sentence, (), evidence)
    if applies.truth is Truth.UNKNOWN:
        return _unknown(check, applies.unseen, evidence)
    return _judge_expect(check, facts, values, units, evidence)


def _judge_expect(
    check: Check, facts: Facts, values: Values, units: dict[str, str], evidence: tuple[Fact, ...]
) -> Judgement:
    found = decide(check.expect, facts, values)
    if found.truth is Truth.FALSE:
        return Judgement(Status.FAIL, _say(found.said, facts, values, units), (), evidence)
    needed = _evidence((fill_key(key, values) for key in check.needs), facts)
    gaps = (fact.value for fact in needed if isinstance(fact.value, Unavailable))
    unseen = tuple(dict.fromkeys((*found.unseen, *gaps)))
    if unseen:
        return _unknown(check, unseen, evidence)
    return Judgement(Status.PASS, _say((check.met,), facts, values, units), (), evidence)


def keys_of(check: Check, values: Values) -> frozenset[str]:
    """The full keys of the facts that the check can use; none if the settings rule it out."""
    if not can_apply(check, values):
        return frozenset()
    keys = (*check.when_keys(), *check.expect_keys(), *check.step_keys())
    return frozenset(fill_key(key, values) for key in keys)


def can_apply(check: Check, values: Values) -> bool:
    """Whether some facts would make the check apply with these settings."""
    return check.when is None or decide(check.when, {}, values).truth is not Truth.FALSE


def sources_of(check: Check, policy: Policy) -> tuple[str, ...]:
    """Where the thresholds of the check come from: its own sentences, then its settings'."""
    if not can_apply(check, policy.values):
        return check.sources
    settings = (it for it in policy.settings if it.name in check.setting_names())
    return (*check.sources, *(_source(setting) for setting in settings))


def _source(setting: Setting) -> str:
    if setting.value == setting.default:
        return setting.source
    default = say_value(setting.default, setting.unit) or "nothing"
    return f"Set by this policy; the default is {default}. {setting.source}"


def say_gap(gap: Unavailable) -> str:
    """Why a fact is not known, a fragment that can follow a colon."""
    if not gap.detail:
        return _WHY[gap.reason]
    if gap.reason is Reason.NOT_PERMITTED and "administrator" not in gap.detail:
        return f"{_WHY[gap.reason]} ({gap.detail})"
    return gap.detail


def _unknown(
    check: Check, unseen: tuple[Unavailable, ...], evidence: tuple[Fact, ...]
) -> Judgement:
    whys = "; ".join(dict.fromkeys(say_gap(gap) for gap in unseen))
    settle = tuple(dict.fromkeys(gap.settle for gap in unseen if gap.settle))
    return Judgement(Status.UNKNOWN, f"Could not see {check.looks_at}: {whys}.", settle, evidence)


def _evidence(keys: Iterable[str], facts: Facts) -> tuple[Fact, ...]:
    return tuple(facts.get(key) or Fact(key, NOT_COLLECTED, "") for key in sorted(set(keys)))


def _say(templates: tuple[str, ...], facts: Facts, values: Values, units: dict[str, str]) -> str:
    """The sentences with values for their slots."""

    def fill(slot: str) -> str:
        if slot.startswith("$"):
            return say_value(values[slot[1:]], units[slot[1:]])
        key = fill_key(slot, values)
        fact = facts.get(key)
        return say_fact(key, NOT_COLLECTED if fact is None else fact.value)

    return " ".join(SLOT.sub(lambda match: fill(match[1]), template) for template in templates)
