"""From snapshot, policy and time to a report: a pure function, same inputs, same bytes."""

from datetime import UTC, datetime

from hipaaguard.model import (
    Answer,
    AnswerState,
    Chain,
    Fact,
    Paragraph,
    Platform,
    PolicyStamp,
    Report,
    Result,
    SettingValue,
    Snapshot,
    Status,
)
from hipaaguard.policy.condition import NOT_COLLECTED, Facts, Truth, decide
from hipaaguard.policy.coverage import rows
from hipaaguard.policy.judge import judge
from hipaaguard.policy.nouns import Basis, Check, Policy, Step
from hipaaguard.stated import NOTHING, Stated, answers, decisions
from hipaaguard.words import PLATFORM_NAMES

EXIT_MET, EXIT_FAIL, EXIT_UNKNOWN = 0, 10, 11


def evaluate(
    snapshot: Snapshot,
    policy: Policy,
    evaluated_at: datetime,
    *,
    tool: str,
    chain: Chain | None = None,
    replayed: bool = False,
    stated: Stated = NOTHING,
) -> Report:
    """The judgement of a snapshot by a policy; never raises on facts of the dictionary's types.

    Args:
        snapshot: the facts; those that the policy does not use are left out of the report, those
            that it uses and that were not collected are there as unavailable.
        policy: what is asked.
        evaluated_at: the time that the judgement holds for, aware UTC.
        tool: name and version of the program.
        chain: the report's place in the machine's series; None when it is not to be signed.
        replayed: whether the facts come from a recording.
        stated: what the person answered and decided; it changes no result.

    Returns:
        The report, with one result per check of the policy in the policy's order.
    """
    given = {fact.key: fact for fact in snapshot.facts}
    facts = {
        key: given.get(key) or Fact(key, NOT_COLLECTED, "")
        for key in sorted(policy.fact_keys(snapshot.platform))
    }
    units = {setting.name: setting.unit for setting in policy.settings}
    results: list[Result] = []
    for check in policy.checks:
        found = judge(check, facts, policy.values, units, snapshot.platform)
        failed = found.status is Status.FAIL
        results.append(
            Result(
                check_id=check.check_id,
                title=check.title,
                status=found.status,
                severity=check.severity,
                sentence=found.sentence,
                why=check.why,
                fix=steps(check, facts, snapshot.platform) if failed else (),
                changes=check.changes if failed else "",
                undo=check.undo if failed else "",
                settle=found.settle,
                citations=check.citations,
                sources=policy.sources[check.check_id],
                evidence=found.evidence,
            )
        )
    today = evaluated_at.astimezone(UTC).date()
    answered = answers(policy, stated, today)
    return Report(
        tool=tool,
        policy=stamp(policy),
        platform=snapshot.platform,
        taken_at=snapshot.taken_at,
        evaluated_at=evaluated_at,
        elevated=snapshot.elevated,
        results=tuple(results),
        facts=tuple(facts.values()),
        chain=chain,
        replayed=replayed,
        answers=answered,
        decisions=decisions(policy, stated),
        paragraphs=_paragraphs(policy, answered),
    )


def exit_code(report: Report) -> int:
    """0 when all is met or does not apply, 10 with a fail, 11 when something is not known."""
    states = {answer.state for answer in report.answers}
    # A report in which no check applies has shown nothing, and counts as unknown.
    statuses = {result.status for result in report.results}
    if Status.FAIL in statuses or AnswerState.OTHERWISE in states:
        return EXIT_FAIL
    if states & {AnswerState.UNANSWERED, AnswerState.EXPIRED}:
        return EXIT_UNKNOWN
    if Status.UNKNOWN in statuses or Status.PASS not in statuses:
        return EXIT_UNKNOWN
    return EXIT_MET


def _paragraphs(policy: Policy, answered: tuple[Answer, ...]) -> tuple[Paragraph, ...]:
    spoken = {AnswerState.AS_ASKED, AnswerState.OTHERWISE}
    told = {answer.question_id for answer in answered if answer.state in spoken}
    return tuple(
        Paragraph(
            row.provision, row.title, row.designation, row.coverage, row.checks, row.questions
        )
        for row in rows(policy, told)
    )


def stamp(policy: Policy) -> PolicyStamp:
    """Which policy judged, with the value that every setting had."""
    return PolicyStamp(
        policy_id=policy.policy_id,
        version=policy.version,
        title=policy.title,
        digest=policy.digest,
        settings=tuple(
            SettingValue(
                name=setting.name,
                value=setting.value,
                unit=setting.unit,
                meaning=setting.meaning,
                changed=setting.value != setting.default,
            )
            for setting in policy.settings
        ),
        not_covered=policy.not_covered,
        proposed=policy.basis is Basis.PROPOSED,
        extends=policy.extends,
        differs=policy.differs,
    )


def steps(check: Check, facts: Facts, platform: Platform | None) -> tuple[str, ...]:
    """The steps that put a check right, for one system, release and desktop.

    Args:
        check: the check.
        facts: what is known; a step stays unless they show that it is for another system.
        platform: the system; None gives the steps of every system, each with its name.

    Returns:
        One sentence for each step, in order.
    """
    if platform is None:
        return tuple(
            f"{PLATFORM_NAMES[fix.platform]}: {_say(step, fix.platform)}"
            for fix in check.fix
            for step in fix.steps
        )
    fixes = (fix for fix in check.fix if fix.platform is platform)
    return tuple(_say(step, platform) for fix in fixes for step in fix.steps if _suits(step, facts))


def _suits(step: Step, facts: Facts) -> bool:
    return step.only is None or decide(step.only, facts, {}).truth is not Truth.FALSE


def _say(step: Step, platform: Platform) -> str:
    if not step.link:
        return step.text
    if platform is Platform.WINDOWS:
        return f"The short way: press the Windows key and R, type {step.text} and press Enter."
    return f'The short way: open Terminal and run: open "{step.text}"'
