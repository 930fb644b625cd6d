"""What a person states: their answers judged by day, and their decisions put beside the results.

Pure: days come in as arguments. Nothing stated is ever a pass of a check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from hipaaguard.errors import ParseError
from hipaaguard.model import Answer, AnswerState, Decision
from hipaaguard.patient_data import refusal
from hipaaguard.policy.nouns import Policy
from hipaaguard.policy.question import Question, QuestionKind
from hipaaguard.policy.questions import NOT_APPLICABLE

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as a person gave it.

    Attributes:
        question_id: the question.
        value: a word, a day as YYYY-MM-DD, or a text.
        signer: who stated it.
        answered_on: when, a day in UTC.
    """

    question_id: str
    value: str
    signer: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class Stated:
    """Everything that a person states beside what was observed."""

    answers: tuple[Given, ...] = ()
    decisions: tuple[Decision, ...] = ()


NOTHING = Stated()


def check_answer(question: Question, value: str, today: date) -> str:
    """Why an answer cannot be taken, one sentence; empty when it can.

    Args:
        question: the question.
        value: the answer.
        today: the day of the statement.

    Returns:
        The reason.
    """
    words = [option.word for option in question.options]
    if value in words:
        return ""
    if question.kind in (QuestionKind.YES_NO, QuestionKind.CHOICE):
        return f"Answer with one of: {', '.join(words)}."
    if question.kind is QuestionKind.DATE:
        day = parse_day(value)
        if day is None:
            return "Write a day as YYYY-MM-DD, such as 2026-05-31."
        return "That day is still to come." if day > today else ""
    return refusal(value)


def parse_day(text: str) -> date | None:
    """The day written as YYYY-MM-DD; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def check_name(name: str) -> str:
    """Why this cannot be the name of somebody who states something; empty when it can."""
    if not any(letter.isalpha() for letter in name):
        return "Write the name of the person who answers."
    return refusal(name, MAX_NAME)


def answers(policy: Policy, stated: Stated, today: date) -> tuple[Answer, ...]:
    """Every question of the policy with what the answer to it comes to on a day.

    Args:
        policy: whose questions count.
        stated: what was answered; answers to other questions are left out.
        today: the day, UTC.

    Returns:
        One answer for each question, in the policy's order.
    """
    given = {it.question_id: it for it in stated.answers}
    return tuple(_answer(it, given.get(it.question_id), today) for it in policy.questions)


def _answer(question: Question, given: Given | None, today: date) -> Answer:
    value, signer, answered_on, expires_on, said = "", "", "", "", ""
    state = AnswerState.UNANSWERED
    if given is not None and not _unusable(question, given, today):
        until = last_day(question, given)
        state = _state(question, given.value) if today <= until else AnswerState.EXPIRED
        value, signer, said = given.value, given.signer, _said(question, given.value)
        answered_on, expires_on = given.answered_on.isoformat(), until.isoformat()
    return Answer(
        question_id=question.question_id,
        title=question.title,
        asks=question.asks,
        state=state,
        value=value,
        said=said,
        signer=signer,
        answered_on=answered_on,
        expires_on=expires_on,
        citations=question.citations,
        also=question.also,
        source=question.source,
    )


def _unusable(question: Question, given: Given, today: date) -> bool:
    """Whether the answer fits another version of the question, or is from the future."""
    if given.answered_on > today or check_name(given.signer):
        return True
    return bool(check_answer(question, given.value, given.answered_on))


def last_day(question: Question, given: Given) -> date:
    """The last day on which an answer counts; that of a date counts from the day that it names."""
    named = parse_day(given.value) if question.kind is QuestionKind.DATE else None
    begins = named or given.answered_on
    return begins + timedelta(days=min(question.valid_days, (date.max - begins).days))


def _state(question: Question, value: str) -> AnswerState:
    if value == NOT_APPLICABLE and any(it.word == value for it in question.options):
        return AnswerState.NOT_APPLICABLE
    as_asked = not question.asked or value in question.asked
    return AnswerState.AS_ASKED if as_asked else AnswerState.OTHERWISE


def _said(question: Question, value: str) -> str:
    return next((it.meaning for it in question.options if it.word == value), value)


def given_again(found: tuple[Answer, ...]) -> tuple[Given, ...]:
    """The answers of a report as they were given, to judge them again.

    Args:
        found: the report's answers.

    Returns:
        Those that were answered.

    Raises:
        ParseError: The day of one is no day.
    """
    return tuple(_again(answer) for answer in found if answer.signer)


def _again(answer: Answer) -> Given:
    day = parse_day(answer.answered_on)
    if day is None:
        raise ParseError(f"the answer to {answer.question_id!r} was given on no day")
    return Given(answer.question_id, answer.value, answer.signer, day)


def decisions(policy: Policy, stated: Stated) -> tuple[Decision, ...]:
    """The decisions on checks of the policy, in the order of the checks, one for each."""
    by_check: Mapping[str, Decision] = {it.check_id: it for it in stated.decisions}
    found = (by_check.get(check.check_id) for check in policy.checks)
    return tuple(it for it in found if it is not None)
