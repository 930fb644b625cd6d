"""The nouns: everything that flows from the machine to the page, frozen.

Times are aware UTC. Containers are tuples in a fixed order. Nothing here reads or writes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Scalar = bool | int | str | tuple[str, ...]
"""What an observed fact can be. No floats, no nulls, no nested shapes."""


class Platform(StrEnum):
    """An operating system that HipaaGuard knows."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


class Reason(StrEnum):
    """Why a fact could not be observed."""

    NOT_INSTALLED = "not-installed"
    """The program, file or device that would tell is not there."""
    NOT_PERMITTED = "not-permitted"
    """It is there, and needs rights that this run does not have."""
    TIMED_OUT = "timed-out"
    FAILED = "failed"
    """It was asked and answered with an error."""
    UNRECOGNISED = "unrecognised"
    """It answered in a form that HipaaGuard does not know, or knows to be ambiguous."""
    INTERNAL_ERROR = "internal-error"
    """A fault of HipaaGuard's own."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The value of a fact that could not be observed: neither good nor bad.

    Attributes:
        reason: the cause, from the closed list.
        detail: what happened, for a person: a fragment in lower case that can follow a colon;
            holds no user name, host name, address or serial number.
        settle: the one command that the person can run to settle it, or empty.
    """

    reason: Reason
    detail: str = ""
    settle: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One observation.

    Attributes:
        key: a key of `hipaaguard.facts.FACTS`, with its argument if it takes one:
            `vpn.carries(10.8.0.0/16)`.
        value: what was observed, or why nothing was.
        source: the command or file that told, for a person: `nft -j list ruleset`, `/proc/swaps`.
    """

    key: str
    value: Scalar | Unavailable
    source: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The facts of one machine at one time.

    Attributes:
        facts: sorted by key, each key once; may be empty.
        platform: the system the facts came from; None when a saved file does not say.
        taken_at: when the collection began; None when a saved file does not say.
        elevated: whether the collection ran with administrator rights.
    """

    facts: tuple[Fact, ...]
    platform: Platform | None
    taken_at: datetime | None
    elevated: bool = False

    def get(self, key: str) -> Fact | None:
        """The fact with this key, or None when it was not collected."""
        return next((fact for fact in self.facts if fact.key == key), None)


class Severity(StrEnum):
    """How much a failed check matters. A judgement of the policy's author: HIPAA ranks nothing."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """The outcome of one check."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Designation(StrEnum):
    """What the rule calls a provision (164.306(c) and (d))."""

    STANDARD = "standard"
    REQUIRED = "required"
    ADDRESSABLE = "addressable"


class Role(StrEnum):
    """How a check relates to a provision that it cites."""

    PRIMARY = "primary"
    SUPPORTING = "supporting"


@dataclass(frozen=True, slots=True)
class Citation:
    """A provision of 45 CFR that a check supports.

    Attributes:
        provision: the paragraph without its part's title: `164.312(a)(2)(iv)`.
        title: the rule's own name for it: "Encryption and decryption".
        designation: standard, required or addressable.
        role: whether the check bears on it directly or in support.
    """

    provision: str
    title: str
    designation: Designation
    role: Role


@dataclass(frozen=True, slots=True)
class Result:
    """What one check of the policy came to.

    Attributes:
        check_id: the check's id.
        title: what the check asks, a short noun phrase.
        status: the outcome.
        severity: how much a failure matters.
        sentence: what was found and what was asked, one or two plain sentences for a person.
        why: why it matters, one or two sentences.
        fix: steps for this machine's system, in order; each one sentence. May be empty.
        changes: what else the steps may change, one sentence; may be empty.
        undo: how to take the steps back, one sentence; may be empty.
        settle: commands that would settle an unknown; each once, in order. Empty unless unknown.
        citations: the provisions it supports, primary ones first.
        sources: where the thresholds come from, each one sentence. May be empty.
        evidence: the facts that the check looked at, sorted by key, each once.
    """

    check_id: str
    title: str
    status: Status
    severity: Severity
    sentence: str
    why: str
    fix: tuple[str, ...]
    changes: str
    undo: str
    settle: tuple[str, ...]
    citations: tuple[Citation, ...]
    sources: tuple[str, ...]
    evidence: tuple[Fact, ...]


class AnswerState(StrEnum):
    """What a person's answer to a question of the policy comes to. It is never a pass."""

    AS_ASKED = "as_asked"
    """They state what the policy asks for."""
    OTHERWISE = "otherwise"
    """They state something else."""
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    EXPIRED = "expired"
    """They stated something, too long ago."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that no program can answer, and what a person stated.

    Attributes:
        question_id: the question's id.
        title: what it asks about, a short noun phrase.
        asks: the question.
        state: what the answer comes to.
        value: the answer as it was given: a word, a day or a text; empty when there is none.
        said: the answer in words; empty when there is none.
        signer: who stated it; empty when there is none.
        answered_on: the day (UTC) of the statement, YYYY-MM-DD; empty when there is none.
        expires_on: the last day on which it counts, YYYY-MM-DD; empty when there is none.
        citations: the provisions that it bears on.
        also: other provisions, as "45 CFR 164.530(c)".
        source: where the question comes from, one sentence.
    """

    question_id: str
    title: str
    asks: str
    state: AnswerState
    value: str
    said: str
    signer: str
    answered_on: str
    expires_on: str
    citations: tuple[Citation, ...]
    also: tuple[str, ...]
    source: str


class Choice(StrEnum):
    """What somebody decided about an addressable specification: 45 CFR 164.306(d)(3)."""

    IMPLEMENTED = "implemented"
    ALTERNATIVE = "alternative"
    NOT_IMPLEMENTED = "not_implemented"


@dataclass(frozen=True, slots=True)
class Decision:
    """The record of a decision, as its author wrote it; it changes no result.

    Attributes:
        check_id: the check that it is about.
        choice: what was decided.
        assessed_on: the day of the assessment, YYYY-MM-DD.
        assessed_by: who assessed.
        factors: what of the environment counted (164.306(b)(2)).
        reason: why it is not reasonable and appropriate here; empty when it is implemented.
        measure: the equivalent measure; empty when there is none.
        review_on: the last day before it has to be looked at again, YYYY-MM-DD.
        approved_by: who approved it; may be empty.
    """

    check_id: str
    choice: Choice
    assessed_on: str
    assessed_by: str
    factors: str
    reason: str
    measure: str
    review_on: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the Security Rule, and who or what said anything of it in this report.

    Attributes:
        provision: `164.312(a)(1)`.
        title: the rule's own heading.
        designation: what the rule calls it.
        coverage: how it was dealt with, a word of `hipaaguard.policy.coverage.Coverage`.
        checks: ids of the checks that cite it, those first that support it directly.
        questions: ids of the questions on it that were answered.
    """

    provision: str
    title: str
    designation: Designation
    coverage: str
    checks: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting of the policy and the value it had for this judgement.

    Attributes:
        name: the setting's name.
        value: its value, of the setting's type.
        unit: the unit of an integer (`s`, `days`), or empty.
        meaning: one sentence for a person.
        changed: whether the value differs from the setting's default.
    """

    name: str
    value: Scalar
    unit: str
    meaning: str
    changed: bool


@dataclass(frozen=True, slots=True)
class PolicyStamp:
    """Which policy judged.

    Attributes:
        policy_id: its id.
        version: its version.
        title: its title.
        digest: SHA-256, lower-case hexadecimal, of the policy's canonical form with every check
            it selects.
        settings: every setting, sorted by name.
        not_covered: what the policy says it does not look at, each one sentence.
        proposed: whether it supports a rule that was proposed and is not in force.
        extends: id and version of the policy that it began with, or empty.
        differs: how it differs from that one, in sentences.
    """

    policy_id: str
    version: str
    title: str
    digest: str
    settings: tuple[SettingValue, ...]
    not_covered: tuple[str, ...]
    proposed: bool = False
    extends: str = ""
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """The place of a report in the series that one machine has signed.

    Attributes:
        sequence: 1 for the machine's first report, then one more each time.
        previous: SHA-256, lower-case hexadecimal, of the report before it; empty for the first.
        challenge: the text that the practice asked to be included against replay; may be empty.
        label: how the contractor names this computer to the practice; may be empty.
    """

    sequence: int
    previous: str
    challenge: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A judgement: which machine's facts, by which policy, when, and what came of it.

    Attributes:
        tool: name and version of the program: "hipaaguard 0.1.0".
        policy: which policy judged.
        platform: the audited system, None when unknown.
        taken_at: when the facts were collected, None when a saved file does not say.
        evaluated_at: the time that the judgement holds for.
        elevated: whether the facts were collected with administrator rights.
        results: one per check of the policy, in the policy's order; never empty.
        facts: every fact that the judgement could use, sorted by key.
        chain: the report's place in the machine's series; None when it is not to be signed.
        replayed: whether the facts come from a recording instead of this machine.
        answers: one per question of the policy, in the policy's order.
        decisions: the records on checks of the policy, in the order of the checks.
        paragraphs: every paragraph of the rule, in the rule's order.
    """

    tool: str
    policy: PolicyStamp
    platform: Platform | None
    taken_at: datetime | None
    evaluated_at: datetime
    elevated: bool
    results: tuple[Result, ...]
    facts: tuple[Fact, ...]
    chain: Chain | None
    replayed: bool = False
    answers: tuple[Answer, ...] = ()
    decisions: tuple[Decision, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()

    def count(self, status: Status) -> int:
        """How many results have this status."""
        return sum(result.status is status for result in self.results)
