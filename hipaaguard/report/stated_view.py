"""What a report says of statements, decisions and the paragraphs of the rule, in words."""

from collections.abc import Iterator
from typing import NamedTuple

from hipaaguard.model import Answer, AnswerState, Choice, Decision, Paragraph, Report
from hipaaguard.report.say import say_citation
from hipaaguard.report.visible import show

STATE_WORDS = {
    AnswerState.OTHERWISE: "Stated: not as asked",
    AnswerState.EXPIRED: "Answer too old",
    AnswerState.UNANSWERED: "Not answered",
    AnswerState.AS_ASKED: "Stated: as asked",
    AnswerState.NOT_APPLICABLE: "Stated: does not apply",
}
"""Each state in words, in the order in which a person reads them."""

_CHOICES = {
    Choice.IMPLEMENTED: "Implemented.",
    Choice.ALTERNATIVE: "Not implemented; another measure stands in its place.",
    Choice.NOT_IMPLEMENTED: "Not implemented, and no other measure stands in its place.",
}
_COVERAGE = {
    "observed": "Observed here, in part",
    "attested": "Attested: a person stated something of it",
    "touched": "Touched by a check on something else",
    "not looked at": "Not looked at by this policy",
    "people": "Not answered by anybody here",
    "elsewhere": "Not by this tool: only the practice's own records show it",
    "seldom": "Usually does not apply to somebody who codes at home",
}
"""How a paragraph was dealt with, in the order in which a person reads it."""


class StatedView(NamedTuple):
    """One question and what was stated."""

    title: str
    asks: str
    said: str
    signed: str
    rules: tuple[str, ...]


class StatedGroup(NamedTuple):
    """The questions with one state, never empty."""

    state: AnswerState
    heading: str
    answers: tuple[StatedView, ...]


class ParagraphGroup(NamedTuple):
    """The paragraphs that were dealt with in one way, never empty."""

    heading: str
    rows: tuple[tuple[str, str], ...]


def stated_outcome(report: Report) -> str:
    """The counts of the questions in one sentence; empty when nothing was asked."""
    total = len(report.answers)
    if not total:
        return ""
    parts = [
        f"{count} {words}"
        for state, words in (
            (AnswerState.AS_ASKED, "answered as asked"),
            (AnswerState.OTHERWISE, "answered otherwise"),
            (AnswerState.NOT_APPLICABLE, "stated not to apply"),
            (AnswerState.EXPIRED, "answered too long ago"),
            (AnswerState.UNANSWERED, "not answered"),
        )
        if (count := sum(answer.state is state for answer in report.answers))
    ]
    noun = "question" if total == 1 else "questions"
    unverified = "; no answer was verified" if any(it.signer for it in report.answers) else ""
    return f"Of {total} {noun} to the person: {', '.join(parts)}{unverified}"


def questions_open(report: Report) -> int:
    """How many questions are not answered, or were answered too long ago."""
    due = (AnswerState.UNANSWERED, AnswerState.EXPIRED)
    return sum(answer.state in due for answer in report.answers)


def stated_groups(report: Report) -> tuple[StatedGroup, ...]:
    """Every question, by what was stated."""
    found = (
        (state, heading, tuple(_stated(it) for it in report.answers if it.state is state))
        for state, heading in STATE_WORDS.items()
    )
    return tuple(StatedGroup(*group) for group in found if group[2])


def _stated(answer: Answer) -> StatedView:
    signed = ""
    if answer.signer:
        signed = (
            f"Stated by {answer.signer} on {answer.answered_on}, not verified. "
            f"It counts until {answer.expires_on}."
        )
    rules = (
        *(say_citation(citation) for citation in answer.citations),
        *(f"Also bears on {show(provision)}" for provision in answer.also),
        f"Source: {show(answer.source)}",
    )
    return StatedView(show(answer.title), show(answer.asks), show(answer.said), show(signed), rules)


def decision_rows(decision: Decision | None, today: str) -> tuple[tuple[str, str], ...]:
    """The record of a decision as names and texts; empty when there is none.

    Args:
        decision: the record.
        today: the day of the report, YYYY-MM-DD.

    Returns:
        Its rows in the order in which they are read.
    """
    if decision is None:
        return ()
    late = (
        " This day has passed: it has to be looked at again." if today > decision.review_on else ""
    )
    rows = (
        ("Decided", _CHOICES[decision.choice]),
        ("Assessed", f"{decision.assessed_on} by {decision.assessed_by}"),
        ("What counted", decision.factors),
        ("Why it is not done", decision.reason),
        ("Instead", decision.measure),
        ("Look at it again by", f"{decision.review_on}.{late}"),
        ("Approved by", decision.approved_by or "nobody was named"),
    )
    return tuple((name, show(text)) for name, text in rows if text)


def paragraph_groups(report: Report) -> tuple[ParagraphGroup, ...]:
    """Every paragraph of the rule, by how it was dealt with."""
    kinds = {**_COVERAGE, **{it.coverage: it.coverage for it in report.paragraphs}, **_COVERAGE}
    found = (
        (show(heading), tuple(_paragraph(it) for it in report.paragraphs if it.coverage == kind))
        for kind, heading in kinds.items()
    )
    return tuple(ParagraphGroup(*group) for group in found if group[1])


def _paragraph(paragraph: Paragraph) -> tuple[str, str]:
    name = f"45 CFR {paragraph.provision} {paragraph.title} ({paragraph.designation})"
    return show(name), show(", ".join(_by(paragraph)))


def _by(paragraph: Paragraph) -> Iterator[str]:
    yield from paragraph.checks
    yield from (f"question {name}" for name in paragraph.questions)
