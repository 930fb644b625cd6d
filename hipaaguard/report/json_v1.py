"""The report as JSON, version 1: all that the page says, for programs and under the signature.

Frozen once released: a change of meaning is a `json_v2.py` beside this file. Fields are named as in
`hipaaguard.model`, in lowerCamelCase; what is absent (`platform`, `takenAt`, `chain`, a fact's
`value` or its `unavailable`) is left out. A result's `evidence` names facts by key, and each fact
stands once in `facts`.

- Reading what was written gives the same report again.
- A fact that this version does not know is kept; one that it knows must be as the dictionary says.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import msgspec.structs
from msgspec import UNSET, Meta, Struct, UnsetType

from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS, check_value, split_key
from hipaaguard.model import (
    Answer,
    AnswerState,
    Chain,
    Choice,
    Citation,
    Decision,
    Designation,
    Fact,
    Paragraph,
    Platform,
    PolicyStamp,
    Report,
    Result,
    Role,
    SettingValue,
    Severity,
    Status,
    Unavailable,
)
from hipaaguard.report import wire
from hipaaguard.report.wire import Text, Texts, WireValue

MAX_BYTES = 16 << 20
MAX_RESULTS = 500

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
DigestOrNone = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]


class WireFact(wire.Observation, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A `Fact`."""

    key: Text


class WireCitation(Struct, frozen=True, rename="camel"):
    """A `Citation`."""

    provision: Text
    title: Text
    designation: Designation
    role: Role


class WireResult(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `Result`; nothing can be left out, least of all the status."""

    check_id: Text
    title: Text
    status: Status
    severity: Severity
    sentence: Text
    why: Text
    fix: Texts
    changes: Text
    undo: Text
    settle: Texts
    citations: Annotated[tuple[WireCitation, ...], Meta(max_length=wire.MAX_ITEMS)]
    sources: Texts
    evidence: Texts


class WireSetting(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `SettingValue`."""

    name: Text
    value: WireValue
    unit: Text
    meaning: Text
    changed: bool


class WirePolicy(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `PolicyStamp`."""

    policy_id: Text
    version: Text
    title: Text
    digest: Digest
    settings: Annotated[tuple[WireSetting, ...], Meta(max_length=wire.MAX_ITEMS)]
    not_covered: Texts
    proposed: bool
    extends: Text
    differs: Texts


class WireChain(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `Chain`."""

    sequence: Annotated[int, Meta(ge=1, le=wire.MAX_INTEGER)]
    previous: DigestOrNone
    challenge: Text
    label: Text


class WireAnswer(Struct, frozen=True, kw_only=True, rename="camel"):
    """An `Answer`."""

    question_id: Text
    title: Text
    asks: Text
    state: AnswerState
    value: Text
    said: Text
    signer: Text
    answered_on: Text
    expires_on: Text
    citations: Annotated[tuple[WireCitation, ...], Meta(max_length=wire.MAX_ITEMS)]
    also: Texts
    source: Text


class WireDecision(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `Decision`."""

    check_id: Text
    choice: Choice
    assessed_on: Text
    assessed_by: Text
    factors: Text
    reason: Text
    measure: Text
    review_on: Text
    approved_by: Text


class WireParagraph(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `Paragraph`."""

    provision: Text
    title: Text
    designation: Designation
    coverage: Text
    checks: Texts
    questions: Texts


class WireReport(Struct, frozen=True, kw_only=True, rename="camel"):
    """A `Report`."""

    tool: Text
    policy: WirePolicy
    platform: Platform | UnsetType = UNSET
    taken_at: Text | UnsetType = UNSET
    evaluated_at: Text
    elevated: bool
    results: Annotated[tuple[WireResult, ...], Meta(min_length=1, max_length=MAX_RESULTS)]
    facts: Annotated[tuple[WireFact, ...], Meta(max_length=wire.MAX_FACTS)]
    chain: WireChain | UnsetType = UNSET
    replayed: bool
    answers: Annotated[tuple[WireAnswer, ...], Meta(max_length=MAX_RESULTS)]
    decisions: Annotated[tuple[WireDecision, ...], Meta(max_length=MAX_RESULTS)]
    paragraphs: Annotated[tuple[WireParagraph, ...], Meta(max_length=MAX_RESULTS)]


def render(report: Report) -> str:
    """The report as canonical JSON: UTF-8, sorted keys, no spaces, one line with its end."""
    return msgspec.json.encode(_to_wire(report), order="sorted").decode() + "\n"


def to_data(report: Report) -> dict[str, Any]:
    """The report as plain data, exactly what a reader of `render` gets."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_to_wire(report)))
    return data


def parse(data: bytes | Mapping[str, Any]) -> Report:
    """The report in a JSON text, or in the plain data of one.

    Args:
        data: UTF-8 text of at most 16 MiB, or decoded JSON without duplicate keys.

    Returns:
        A report whose every field was stated, and each of whose evidence is one of its facts.

    Raises:
        ParseError: Not a report of version 1.
    """
    try:
        decoded = wire.decode(data, MAX_BYTES) if isinstance(data, bytes) else data
        found = msgspec.convert(decoded, WireReport)
        # A decoder may let half a character through, which nothing could write again.
        msgspec.json.encode(found)
    except msgspec.ValidationError as error:
        raise ParseError(wire.say_refusal("this is not a report of version 1", error)) from error
    except UnicodeEncodeError as error:
        raise ParseError("this is not a report of version 1: a text is not Unicode") from error
    return _from_wire(found)


def _to_wire(report: Report) -> WireReport:
    return WireReport(
        tool=report.tool,
        policy=_wire_policy(report.policy),
        platform=UNSET if report.platform is None else report.platform,
        taken_at=UNSET if report.taken_at is None else wire.say_time(report.taken_at),
        evaluated_at=wire.say_time(report.evaluated_at),
        elevated=report.elevated,
        results=tuple(map(_wire_result, report.results)),
        facts=tuple(map(_wire_fact, report.facts)),
        chain=UNSET if report.chain is None else _wire_chain(report.chain),
        replayed=report.replayed,
        answers=tuple(map(_wire_answer, report.answers)),
        decisions=tuple(WireDecision(**_fields(it)) for it in report.decisions),
        paragraphs=tuple(WireParagraph(**_fields(it)) for it in report.paragraphs),
    )


def _wire_policy(policy: PolicyStamp) -> WirePolicy:
    return WirePolicy(
        policy_id=policy.policy_id,
        version=policy.version,
        title=policy.title,
        digest=policy.digest,
        settings=tuple(
            WireSetting(
                name=it.name, value=it.value, unit=it.unit, meaning=it.meaning, changed=it.changed
            )
            for it in policy.settings
        ),
        not_covered=policy.not_covered,
        proposed=policy.proposed,
        extends=policy.extends,
        differs=policy.differs,
    )


def _wire_chain(chain: Chain) -> WireChain:
    return WireChain(
        sequence=chain.sequence,
        previous=chain.previous,
        challenge=chain.challenge,
        label=chain.label,
    )


def _wire_result(result: Result) -> WireResult:
    return WireResult(
        check_id=result.check_id,
        title=result.title,
        status=result.status,
        severity=result.severity,
        sentence=result.sentence,
        why=result.why,
        fix=result.fix,
        changes=result.changes,
        undo=result.undo,
        settle=result.settle,
        citations=tuple(
            WireCitation(it.provision, it.title, it.designation, it.role) for it in result.citations
        ),
        sources=result.sources,
        evidence=tuple(fact.key for fact in result.evidence),
    )


def _fields(noun: Decision | Paragraph) -> dict[str, Any]:
    return {field.name: getattr(noun, field.name) for field in dataclasses.fields(noun)}


def _wire_answer(answer: Answer) -> WireAnswer:
    cited = tuple(
        WireCitation(it.provision, it.title, it.designation, it.role) for it in answer.citations
    )
    rest = (f for f in dataclasses.fields(answer) if f.name != "citations")
    return WireAnswer(citations=cited, **{f.name: getattr(answer, f.name) for f in rest})


def _answer(found: WireAnswer) -> Answer:
    cited = tuple(
        Citation(it.provision, it.title, it.designation, it.role) for it in found.citations
    )
    return Answer(**{**msgspec.structs.asdict(found), "citations": cited})


def _wire_fact(fact: Fact) -> WireFact:
    if isinstance(fact.value, Unavailable):
        why = fact.value
        return WireFact(
            key=fact.key,
            unavailable=why.reason,
            detail=why.detail,
            settle=why.settle,
            source=fact.source,
        )
    return WireFact(key=fact.key, value=fact.value, source=fact.source)


def _from_wire(found: WireReport) -> Report:
    if not wire.strictly_sorted([fact.key for fact in found.facts]):
        raise ParseError("the report's facts are not sorted by key, each once")
    facts = {fact.key: _fact(fact) for fact in found.facts}
    results = tuple(_result(result, facts) for result in found.results)
    if len({result.check_id for result in results}) != len(results):
        raise ParseError("the report has two results for one check")
    return Report(
        tool=found.tool,
        policy=_policy(found.policy),
        platform=None if found.platform is UNSET else found.platform,
        taken_at=None if found.taken_at is UNSET else wire.parse_time(found.taken_at),
        evaluated_at=wire.parse_time(found.evaluated_at),
        elevated=found.elevated,
        results=results,
        facts=tuple(facts.values()),
        chain=None if found.chain is UNSET else _chain(found.chain),
        replayed=found.replayed,
        answers=tuple(map(_answer, found.answers)),
        decisions=tuple(Decision(**msgspec.structs.asdict(it)) for it in found.decisions),
        paragraphs=tuple(Paragraph(**msgspec.structs.asdict(it)) for it in found.paragraphs),
    )


def _fact(found: WireFact) -> Fact:
    value = wire.value_of(found.key, found)
    if found.key.partition("(")[0] not in FACTS:
        split_key(found.key)
    elif not isinstance(value, Unavailable):
        value = check_value(found.key, value)
    return Fact(found.key, value, found.source)


def _result(found: WireResult, facts: Mapping[str, Fact]) -> Result:
    if not wire.strictly_sorted(found.evidence):
        raise ParseError(f"the evidence of {found.check_id!r} is not sorted by key, each once")
    missing = next((key for key in found.evidence if key not in facts), None)
    if missing is not None:
        raise ParseError(
            f"the evidence of {found.check_id!r} names {missing!r}, which is no fact here"
        )
    return Result(
        check_id=found.check_id,
        title=found.title,
        status=found.status,
        severity=found.severity,
        sentence=found.sentence,
        why=found.why,
        fix=found.fix,
        changes=found.changes,
        undo=found.undo,
        settle=found.settle,
        citations=tuple(
            Citation(it.provision, it.title, it.designation, it.role) for it in found.citations
        ),
        sources=found.sources,
        evidence=tuple(facts[key] for key in found.evidence),
    )


def _policy(found: WirePolicy) -> PolicyStamp:
    settings = (
        SettingValue(it.name, it.value, it.unit, it.meaning, it.changed) for it in found.settings
    )
    return PolicyStamp(
        policy_id=found.policy_id,
        version=found.version,
        title=found.title,
        digest=found.digest,
        settings=tuple(settings),
        not_covered=found.not_covered,
        proposed=found.proposed,
        extends=found.extends,
        differs=found.differs,
    )


def _chain(found: WireChain) -> Chain:
    return Chain(found.sequence, found.previous, found.challenge, found.label)
