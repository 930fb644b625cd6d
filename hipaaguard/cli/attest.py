"""`hipaaguard attest`: asks what no program can see, and keeps the answers for the next report."""

import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from hipaaguard.cli import context
from hipaaguard.cli.screen import width
from hipaaguard.errors import CommandError, PolicyError
from hipaaguard.files import read_limited
from hipaaguard.model import Answer, AnswerState
from hipaaguard.policy import Policy
from hipaaguard.policy.family import document
from hipaaguard.policy.node import Node
from hipaaguard.policy.question import Question, QuestionKind
from hipaaguard.stated import Given, answers, check_answer, check_name, parse_day
from hipaaguard.statements import Statements
from hipaaguard.strict_yaml import MAX_BYTES

DUE = (AnswerState.UNANSWERED, AnswerState.EXPIRED)
SKIP, SAME, STOP = "", "same", "stop"
_STATES = {
    AnswerState.AS_ASKED: "answered",
    AnswerState.OTHERWISE: "answered, not as asked",
    AnswerState.NOT_APPLICABLE: "does not apply",
    AnswerState.UNANSWERED: "not answered",
    AnswerState.EXPIRED: "answered too long ago",
}


@click.command()
@context.policy_option()
@click.option("--answers", "file", metavar="FILE", help="Take the answers from a YAML file.")
@click.option("--name", metavar="NAME", help="Who answers; asked for when it is left out.")
@click.option("--again", is_flag=True, help="Ask everything, also what was answered of late.")
@click.option("--list", "listing", is_flag=True, help="Only show the questions and the answers.")
@click.pass_context
def attest(
    ctx: click.Context,
    policy_name: str,
    file: str | None,
    name: str | None,
    again: bool,
    listing: bool,
) -> int:
    """Answer what no program can see: your room, your training, your agreements.

    Skip a question by pressing Enter, stop at any time, and go on later. The answers stay on this
    computer until they are part of a report, which calls them stated and not verified.
    """
    policy = context.the_policy(policy_name)
    if not policy.questions:
        raise CommandError(f"the policy {policy.policy_id} asks no questions")
    folder = context.own_data_folder(ctx)
    kept = Statements(folder)
    today = context.now().date()
    if listing:
        _list(answers(policy, kept.stated(), today))
    elif file is not None:
        _take(policy, kept, file, today)
    else:
        _ask_all(policy, kept, name, today, again=again)
    return _say_rest(policy, kept, today)


def _list(found: tuple[Answer, ...]) -> None:
    for answer in found:
        signed = f" {answer.signer}, {answer.answered_on}." if answer.signer else ""
        said = f" “{answer.said}”{signed}" if answer.said else ""
        _say(f"{answer.question_id} ({_STATES[answer.state]}): {answer.asks}{said}")


def _say_rest(policy: Policy, kept: Statements, today: date) -> int:
    found = answers(policy, kept.stated(), today)
    due = sum(answer.state in DUE for answer in found)
    click.echo(f"{len(found) - due} of {len(found)} questions are answered.")
    if due:
        click.echo("To go on, run: hipaaguard attest", err=True)
    return 0


def _take(policy: Policy, kept: Statements, file: str, today: date) -> None:
    """Takes the answers of a file: all of them, or none and every reason why."""
    given = read_answers(read_limited(Path(file), MAX_BYTES, "answers"), file, policy, today)
    kept.answer(*given)
    click.echo(f"Answers taken from {file}: {len(given)}")


def read_answers(text: bytes, name: str, policy: Policy, today: date) -> tuple[Given, ...]:
    """The answers that a file states: who (`by`), when (`on`) and `answers` by question.

    The day stands in the file, so that a file which is read every day states nothing anew.

    Raises:
        PolicyError: Not such a file; one line `file:line:column: why` for each mistake.
    """
    found = document(text, name).mapping(("by", "on", "answers"))
    by, on = found["by"].text(), parse_day(found["on"].text())
    if check_name(by):
        raise found["by"].refused(check_name(by))
    if on is None or on > today:
        raise found["on"].refused("write the day of the statement as YYYY-MM-DD, not a later day")
    known = {question.question_id: question for question in policy.questions}
    given, wrong = [], []
    for question_id, node in found["answers"].entries().items():
        try:
            given.append(_given(known.get(question_id), node, by, on))
        except PolicyError as error:
            wrong.append(str(error))
    if wrong:
        raise PolicyError("\n".join(wrong))
    return tuple(given)


def _given(question: Question | None, node: Node, by: str, on: date) -> Given:
    if question is None:
        raise node.refused(f"the policy has no question named {str(node.path[-1])[:60]!r}")
    value = node.text()
    why = check_answer(question, value, on)
    if why:
        raise node.refused(why)
    return Given(question.question_id, value, by, on)


def _ask_all(
    policy: Policy, kept: Statements, name: str | None, today: date, *, again: bool
) -> None:
    found = answers(policy, kept.stated(), today)
    wanted = [
        (question, answer)
        for question, answer in zip(policy.questions, found, strict=True)
        if again or answer.state in DUE
    ]
    if not wanted:
        return
    click.echo("Press Enter to skip a question, and write 'stop' to go on another time.")
    click.echo("Write nothing about patients.\n")
    signer = _signer(name, kept)
    for number, (question, answer) in enumerate(wanted, 1):
        value = _ask(question, answer, f"{number} of {len(wanted)}", today)
        if value == STOP:
            return
        if value != SKIP:
            kept.answer(Given(question.question_id, value, signer, today))


def _signer(name: str | None, kept: Statements) -> str:
    last = next((it.signer for it in reversed(kept.stated().answers)), None)
    while True:
        said = name or _prompt("Your name", last)
        why = check_name(said)
        if not why:
            return said
        if name:
            raise CommandError(f"--name: {why}")
        click.echo(why)


def _ask(question: Question, before: Answer, place: str, today: date) -> str:
    """One answer that can be taken, or what stands for skipping or stopping."""
    for line in _said(question, before, place):
        _say(line)
    while True:
        value = _prompt(_how(question, before), "").strip()
        if value == SAME and before.value:
            value = before.value
        if value in (SKIP, STOP):
            return value
        why = check_answer(question, value, today)
        if not why:
            return value
        click.echo(why)


def _said(question: Question, before: Answer, place: str) -> Iterator[str]:
    yield f"\n[{place}] {question.title}"
    yield question.asks
    cited = [f"45 CFR {citation.provision}" for citation in question.citations]
    yield f"Why: {question.why} ({', '.join((*cited, *question.also))})"
    for option in question.options:
        if question.kind is QuestionKind.CHOICE or option.word not in ("yes", "no"):
            yield f"  {option.word}: {option.meaning}"
    if before.signer:
        yield f"Before, on {before.answered_on}: {before.said}"


def _how(question: Question, before: Answer) -> str:
    words = [option.word for option in question.options]
    if question.kind is QuestionKind.DATE:
        words = ["YYYY-MM-DD", *words]
    elif question.kind is QuestionKind.TEXT:
        words = ["a few words", *words]
    return ", ".join([*words, SAME] if before.value else words)


def _prompt(text: str, default: str | None) -> str:
    try:
        answer: str = click.prompt(text, default=default, show_default=bool(default))
    except click.Abort as error:
        raise CommandError(
            "nobody is there to answer; what was answered before is kept",
            hint="hipaaguard attest --answers FILE takes the answers from a file",
        ) from error
    return answer


def _say(text: str) -> None:
    for part in text.split("\n"):
        click.echo(
            textwrap.fill(part, width(), subsequent_indent="  ", break_on_hyphens=False)
            if part
            else ""
        )
