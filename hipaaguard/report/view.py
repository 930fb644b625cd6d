"""What a report says to a person, in the order it is read: shared by the page and the plain text.

A view holds words only, every one of them safe to show; a format adds layout, and no words of its
own about the machine.
"""

from datetime import UTC, timedelta
from typing import NamedTuple

from hipaaguard.model import Chain, Report, Result, SettingValue, Severity, Status
from hipaaguard.report.notices import (
    NEVER_COVERED,
    NOTHING_JUDGED,
    NOTHING_OPEN,
    PROPOSED,
    REPLAYED,
    UNSIGNED,
)
from hipaaguard.report.say import (
    STATUS_WORDS,
    Row,
    outcome,
    say_citation,
    say_date,
    say_digest,
    say_moment,
    say_row,
    six_years_after,
    system_name,
)
from hipaaguard.report.stated_view import (
    ParagraphGroup,
    StatedGroup,
    decision_rows,
    paragraph_groups,
    questions_open,
    stated_groups,
    stated_outcome,
)
from hipaaguard.report.visible import show
from hipaaguard.words import say_value

FIRST_STEPS = 5
"""How many failures are named at the top."""

_URGENCY = {severity: place for place, severity in enumerate(Severity)}


class CheckView(NamedTuple):
    """One result; `number` counts the results in the order of the policy, from 1."""

    number: int
    title: str
    severity: str
    sentence: str
    why: str
    rows: tuple[Row, ...]
    citations: tuple[str, ...]
    sources: tuple[str, ...]
    fix: tuple[str, ...]
    changes: str
    undo: str
    decision: tuple[tuple[str, str], ...]
    settle: tuple[str, ...]


class Group(NamedTuple):
    """The results with one status, never empty, the most severe first."""

    status: Status
    heading: str
    checks: tuple[CheckView, ...]


class Open(NamedTuple):
    """Unknown results that the same commands settle; no commands: nothing known settles them."""

    commands: tuple[str, ...]
    checks: tuple[CheckView, ...]


class Setting(NamedTuple):
    """A setting of the policy."""

    name: str
    value: str
    meaning: str
    changed: bool


class View(NamedTuple):
    """A whole report.

    Attributes:
        heading: the shortest name of what was audited.
        outcome: the counts in one sentence.
        stated_outcome: the counts of the questions in one sentence, or empty.
        warnings: what a reader must know before anything else: headline and sentence.
        stamp: what, when and by which policy: name and text.
        first: the failures to begin with, the most severe first.
        more_first: how many failures are not among them.
        opens: the unknown results by what settles them.
        questions_open: how many questions are not answered, or were too long ago.
        nothing_open: what to say when nothing failed and nothing is unknown.
        groups: every result, by status.
        stated: every question, by what was stated.
        paragraphs: every paragraph of the rule, by how it was dealt with.
        other: facts that no check used.
        settings: of the policy, sorted by name.
        differs: how the policy differs from the one that it began with, one sentence each.
        extends: id and version of that one.
        not_covered: what was not looked at, one sentence each.
        keep_until: the first day on which six years have passed.
        signed: whether the report is made to be signed.
        technical: name and text.
    """

    heading: str
    outcome: str
    stated_outcome: str
    warnings: tuple[tuple[str, str], ...]
    stamp: tuple[tuple[str, str], ...]
    first: tuple[CheckView, ...]
    more_first: int
    opens: tuple[Open, ...]
    questions_open: int
    nothing_open: str
    groups: tuple[Group, ...]
    stated: tuple[StatedGroup, ...]
    paragraphs: tuple[ParagraphGroup, ...]
    other: tuple[Row, ...]
    settings: tuple[Setting, ...]
    differs: tuple[str, ...]
    extends: str
    not_covered: tuple[str, ...]
    keep_until: str
    signed: bool
    technical: tuple[tuple[str, str], ...]


def view(report: Report) -> View:
    """The report in words."""
    system = system_name(report)
    groups = _groups(report)
    checks = {group.status: group.checks for group in groups}
    failed = checks.get(Status.FAIL, ())
    return View(
        heading=show(report.chain.label) if report.chain and report.chain.label else _title(system),
        outcome=outcome(report),
        stated_outcome=stated_outcome(report),
        warnings=_warnings(report),
        stamp=_stamp(report, system),
        first=failed[:FIRST_STEPS],
        more_first=len(failed[FIRST_STEPS:]),
        opens=_opens(checks.get(Status.UNKNOWN, ())),
        questions_open=questions_open(report),
        nothing_open=NOTHING_OPEN if Status.PASS in checks else NOTHING_JUDGED,
        groups=groups,
        stated=stated_groups(report),
        paragraphs=paragraph_groups(report),
        other=_other(report),
        settings=tuple(map(_setting, report.policy.settings)),
        differs=tuple(map(show, report.policy.differs)),
        extends=show(report.policy.extends),
        not_covered=(*map(show, report.policy.not_covered), *NEVER_COVERED),
        keep_until=say_date(six_years_after(report.evaluated_at)),
        signed=report.chain is not None,
        technical=_technical(report),
    )


def _groups(report: Report) -> tuple[Group, ...]:
    by_status: dict[Status, list[tuple[int, Result]]] = {status: [] for status in STATUS_WORDS}
    for item in enumerate(report.results, start=1):
        by_status[item[1].status].append(item)
    by_check = {decision.check_id: decision for decision in report.decisions}
    today = report.evaluated_at.astimezone(UTC).date().isoformat()

    def check(number: int, result: Result) -> CheckView:
        return _check(number, result, decision_rows(by_check.get(result.check_id), today))

    return tuple(
        Group(status, STATUS_WORDS[status], tuple(check(*item) for item in _urgent_first(items)))
        for status, items in by_status.items()
        if items
    )


def _urgent_first(items: list[tuple[int, Result]]) -> list[tuple[int, Result]]:
    return sorted(items, key=lambda item: _URGENCY[item[1].severity])


def _check(number: int, result: Result, decision: tuple[tuple[str, str], ...]) -> CheckView:
    helpful = result.status in (Status.FAIL, Status.UNKNOWN)
    return CheckView(
        number,
        show(result.title),
        result.severity.value,
        show(result.sentence),
        show(result.why),
        tuple(map(say_row, result.evidence)),
        tuple(map(say_citation, result.citations)),
        tuple(map(show, result.sources)),
        tuple(map(show, result.fix)) if helpful else (),
        show(result.changes) if helpful else "",
        show(result.undo) if helpful else "",
        decision,
        tuple(map(show, result.settle)),
    )


def _opens(unknown: tuple[CheckView, ...]) -> tuple[Open, ...]:
    """By what settles them, those with commands before the one group without."""
    by_commands: dict[tuple[str, ...], list[CheckView]] = {}
    for check in unknown:
        by_commands.setdefault(check.settle, []).append(check)
    opens = [Open(commands, tuple(checks)) for commands, checks in by_commands.items()]
    return tuple(sorted(opens, key=lambda it: not it.commands))


def _warnings(report: Report) -> tuple[tuple[str, str], ...]:
    known = (
        (report.policy.proposed, PROPOSED),
        (report.replayed, REPLAYED),
        (report.chain is None, UNSIGNED),
    )
    return tuple(warning for applies, warning in known if applies)


def _stamp(report: Report, system: str) -> tuple[tuple[str, str], ...]:
    policy = report.policy
    taken = report.taken_at
    changed = sum(setting.changed for setting in policy.settings)
    rows = [("System", _title(system))] if report.chain and report.chain.label else []
    rows += [
        ("Observed", "at a time that was not recorded" if taken is None else say_moment(taken)),
    ]
    if taken is None or abs(report.evaluated_at - taken) >= timedelta(minutes=1):
        rows.append(("Judged as of", say_moment(report.evaluated_at)))
    rows.append(("Policy", show(f"{policy.title} ({policy.policy_id} {policy.version})")))
    if changed:
        rows.append(("Settings", f"{changed} changed from the policy's defaults"))
    rows.append(("Policy digest", f"begins {say_digest(show(policy.digest))}"))
    return tuple(rows)


def _other(report: Report) -> tuple[Row, ...]:
    used = {fact.key for result in report.results for fact in result.evidence}
    return tuple(say_row(fact) for fact in report.facts if fact.key not in used)


def _setting(setting: SettingValue) -> Setting:
    value = say_value(setting.value, setting.unit) or "empty"
    return Setting(show(setting.name), show(value), show(setting.meaning), setting.changed)


def _technical(report: Report) -> tuple[tuple[str, str], ...]:
    taken = report.taken_at
    rights = "with administrator rights" if report.elevated else "without administrator rights"
    return (
        ("Made by", show(report.tool)),
        ("Platform", report.platform.value if report.platform else "not stated"),
        ("Observed at", say_moment(taken) if taken else "not stated"),
        ("Judged as of", say_moment(report.evaluated_at)),
        ("Rights", rights),
        ("Policy digest", show(report.policy.digest)),
        *(_series(report.chain) if report.chain else (("Signature", "none"),)),
    )


def _series(chain: Chain) -> tuple[tuple[str, str], ...]:
    return (
        ("Report number", f"{chain.sequence:,} of this computer"),
        ("Report before it", show(chain.previous) or "none: it is the first"),
        ("Challenge", show(chain.challenge) or "none"),
    )


def _title(system: str) -> str:
    # A name such as macOS stays as its maker writes it.
    return system if system.startswith("macOS") else f"{system[:1].upper()}{system[1:]}"
