"""The nouns of the policy language, frozen: what a policy file says once it has been read.

- A condition is a tree of `Group` and `Compare`; `not` has been pushed down into `Compare.wanted`.
- Sentences are templates: `{fact.key}` and `{$setting}` stand for values and nothing else.
- A key may have a setting as its argument: `vpn.carries($vpn_target)`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from hipaaguard.model import Citation, Platform, Scalar, Severity, Status, Unavailable
from hipaaguard.policy.canonical import sha256
from hipaaguard.policy.question import Question

CONTEXT_FACTS = frozenset({"os.name", "os.version"})
"""Facts that every report holds, so that a reader knows what was audited."""

Values = Mapping[str, Scalar]
"""The value of every setting, by name."""

_ARGUMENT = re.compile(r"\(\$([a-z][a-z0-9_]*)\)")
SLOT = re.compile(r"\{([^{}]*)\}")
"""What stands between braces in a sentence."""


class SettingType(StrEnum):
    """What a setting's value can be."""

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    CHOICE = "choice"
    ADDRESS = "address"
    """An IP address or a network, or the empty text for none."""
    STRINGS = "strings"


class Stricter(StrEnum):
    """Which way a setting asks for more."""

    LOWER = "lower"
    HIGHER = "higher"
    FEWER = "fewer"
    """Of texts: what is on the list is allowed."""
    MORE = "more"
    """Of texts: what is on the list is asked for or forbidden."""
    TRUE = "true"
    FALSE = "false"
    FIRST = "first"
    """Of words: the choices stand in order, the strictest first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or word that a practice may choose.

    Attributes:
        name: lower case with underscores.
        type: what its value can be.
        unit: of an integer: `s`, `days`, or empty for a plain count.
        default: the value when the policy names none.
        minimum: the smallest integer allowed; None for other types.
        maximum: the largest integer allowed; None for other types.
        choices: the words allowed; empty unless the type is `choice`.
        meaning: one sentence.
        source: where the default comes from, one sentence.
        value: the value in this policy.
        stricter: which way it asks for more; None where no value asks for more than another.
    """

    name: str
    type: SettingType
    unit: str
    default: Scalar
    minimum: int | None
    maximum: int | None
    choices: tuple[str, ...]
    meaning: str
    source: str
    value: Scalar
    stricter: Stricter | None = None


class Op(StrEnum):
    """A comparison of a value with an operand."""

    EQUALS = "equals"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    ONE_OF = "one_of"
    """A text is one of the listed; of a list of texts, each is."""
    CONTAINS = "contains"
    """A list of texts holds this text."""
    NONE = "none"
    """A list of texts holds none of the listed."""
    EMPTY = "empty"
    VERSION_AT_LEAST = "version_at_least"
    BEGINS_WITH = "begins_with"


@dataclass(frozen=True, slots=True)
class Ref:
    """An operand that is the value of a setting."""

    setting: str


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison.

    Attributes:
        subject: a fact key, or `$` and a setting's name.
        op: the comparison.
        operand: a literal or a setting.
        wanted: what the comparison must come to; False below `not`.
        said: the sentence for a comparison that came out otherwise.
    """

    subject: str
    op: Op
    operand: Scalar | Ref
    wanted: bool
    said: str


class Junction(StrEnum):
    """How the parts of a group count together."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions; never empty."""

    junction: Junction
    parts: tuple["Condition", ...]


Condition = Compare | Group


CHOOSING_FACTS = CONTEXT_FACTS | {"screen_lock.desktop"}
"""Facts by which the steps for one release or desktop are chosen."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of putting it right.

    Attributes:
        text: one sentence, or the address of a settings page when `link` is true.
        link: whether it opens a page of the system's settings: `ms-settings:windowsupdate`.
        only: the releases or desktops that it is for; None for all.
    """

    text: str
    link: bool = False
    only: Condition | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """How to put it right on one system: its steps in order."""

    platform: Platform
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class GivenFact:
    """A fact of an example."""

    key: str
    value: Scalar | Unavailable


@dataclass(frozen=True, slots=True)
class GivenSetting:
    """A setting of an example."""

    name: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Example:
    """A case that the check must judge as said.

    Attributes:
        outcome: what must come out.
        facts: what is known; every other fact was not collected.
        settings: the settings that differ from their defaults.
        says: the sentence that must come out; empty for any.
    """

    outcome: Status
    facts: tuple[GivenFact, ...]
    settings: tuple[GivenSetting, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement.

    Attributes:
        check_id: lower case with hyphens; never given to another check.
        title: what it asks, a short noun phrase.
        looks_at: what it has to see, a noun phrase that can follow "Could not see".
        why: why it matters, one or two sentences.
        severity: how much a failure matters.
        platforms: the systems that it is for; never empty.
        when: the condition under which it applies; None for always.
        needs: facts that must also be known before it can pass; they are shown as evidence.
        expect: what must hold.
        met: the sentence for a pass.
        fix: the steps for each platform, in the order of `platforms`.
        changes: what else the steps may change for the person, one sentence; may be empty.
        undo: how to take the steps back, one sentence; may be empty.
        citations: the provisions that it supports, primary ones first.
        sources: where its thresholds come from, each one sentence.
        examples: cases that it must judge as said.
    """

    check_id: str
    title: str
    looks_at: str
    why: str
    severity: Severity
    platforms: tuple[Platform, ...]
    when: Condition | None
    needs: tuple[str, ...]
    expect: Condition
    met: str
    fix: tuple[Fix, ...]
    changes: str
    undo: str
    citations: tuple[Citation, ...]
    sources: tuple[str, ...]
    examples: tuple[Example, ...]

    def when_keys(self) -> tuple[str, ...]:
        """The fact keys that decide whether it applies, as written; may repeat."""
        return tuple(_fact_subjects(self.when)) if self.when else ()

    def expect_keys(self) -> tuple[str, ...]:
        """The fact keys that it is judged by once it applies, as written; may repeat."""
        return (*_fact_subjects(self.expect), *self.needs)

    def step_keys(self) -> frozenset[str]:
        """The facts that choose among its steps."""
        conditions = (step.only for fix in self.fix for step in fix.steps if step.only)
        return frozenset(key for only in conditions for key in _fact_subjects(only))

    def setting_names(self) -> frozenset[str]:
        """Every setting that it uses, in a comparison, an argument or a sentence."""
        names: set[str] = set()
        for key in (*self.when_keys(), *self.expect_keys()):
            names.update(_ARGUMENT.findall(key))
        for leaf in self.leaves():
            if leaf.subject.startswith("$"):
                names.add(leaf.subject[1:])
            if isinstance(leaf.operand, Ref):
                names.add(leaf.operand.setting)
        for sentence in (self.met, *(leaf.said for leaf in self.leaves())):
            names.update(slot[1:] for slot in SLOT.findall(sentence) if slot.startswith("$"))
        return frozenset(names)

    def leaves(self) -> Iterator[Compare]:
        """Every comparison, those of `when` first."""
        if self.when:
            yield from comparisons(self.when)
        yield from comparisons(self.expect)


class Basis(StrEnum):
    """The rule that a policy supports."""

    CURRENT = "current"
    PROPOSED = "proposed"
    """A rule that was proposed and is not in force."""


@dataclass(frozen=True)
class Policy:
    """What a practice asks of a workstation.

    Attributes:
        policy_id: lower case with hyphens.
        version: its version.
        title: its title.
        description: what it is for, a few sentences.
        settings: every setting that its checks use, sorted by name, with the value it has here.
        checks: in the policy's order; never empty; every id once.
        not_covered: what it does not look at, each one sentence.
        extends: id and version of the policy that it began with, or empty.
        basis: the rule that it supports.
        differs: how it differs from the policy that it began with, in sentences.
        questions: what it asks the person, in order; may be empty.
    """

    policy_id: str
    version: str
    title: str
    description: str
    settings: tuple[Setting, ...]
    checks: tuple[Check, ...]
    not_covered: tuple[str, ...]
    extends: str = ""
    basis: Basis = Basis.CURRENT
    differs: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256, lower-case hexadecimal, of the policy with every check and setting in full."""
        return sha256(self)

    @cached_property
    def values(self) -> Values:
        """The value of every setting."""
        return {setting.name: setting.value for setting in self.settings}

    def check(self, check_id: str) -> Check | None:
        """The check with this id, or None."""
        return next((check for check in self.checks if check.check_id == check_id), None)

    def fact_keys(self, platform: Platform | None) -> frozenset[str]:
        """The facts to collect, settings put into their arguments.

        Args:
            platform: the system to collect on; None for the facts of every system.

        Returns:
            The keys of every check that can apply there with these settings, and the context facts.
        """
        return self._fact_keys[platform]

    @cached_property
    def _fact_keys(self) -> Mapping[Platform | None, frozenset[str]]:
        # The judge builds on these nouns.
        from hipaaguard.policy.judge import keys_of

        keys = [(check.platforms, keys_of(check, self.values)) for check in self.checks]
        return {
            platform: CONTEXT_FACTS.union(
                *(used for platforms, used in keys if platform in {None, *platforms})
            )
            for platform in (None, *Platform)
        }

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """By check id, where its thresholds come from: its own sentences, then its settings'."""
        from hipaaguard.policy.judge import sources_of

        return {check.check_id: sources_of(check, self) for check in self.checks}


def digest(policy: Policy) -> str:
    """SHA-256, lower-case hexadecimal, of the policy with every check and setting in full."""
    return policy.digest


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison in a condition, in order."""
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def argument_setting(key: str) -> str:
    """The setting that a key has as its argument, or the empty text."""
    match = _ARGUMENT.search(key)
    return match[1] if match else ""


def fill_key(key: str, values: Values) -> str:
    """The key with the setting's value as its argument."""
    # Nearly every key has no argument, and every comparison of every judgement comes by here.
    if "(" not in key:
        return key
    return _ARGUMENT.sub(lambda match: f"({values[match[1]]})", key)


def _fact_subjects(condition: Condition) -> Iterator[str]:
    return (leaf.subject for leaf in comparisons(condition) if not leaf.subject.startswith("$"))
