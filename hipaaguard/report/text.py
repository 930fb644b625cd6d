"""The report as plain text, for terminals without styling, mail and screen readers.

What to do comes before what is well; every line fits the width unless a single word does not.
"""

import textwrap
from collections.abc import Iterable, Iterator

from hipaaguard.model import AnswerState, Report, Status
from hipaaguard.report.notices import TITLE, VERIFY, notices
from hipaaguard.report.say import Row
from hipaaguard.report.stated_view import StatedView
from hipaaguard.report.view import CheckView, Group, Open, View, view

STATED_OPEN = (AnswerState.OTHERWISE, AnswerState.EXPIRED, AnswerState.UNANSWERED)
MIN_WIDTH, MAX_WIDTH = 40, 120
MARKS = {Status.FAIL: "x", Status.UNKNOWN: "?", Status.PASS: "+", Status.NOT_APPLICABLE: "-"}
"""One character for each status, beside the word in the heading."""


def render(report: Report, width: int = 80, *, brief: bool = False) -> str:
    """The report as lines of text.

    Args:
        report: what to say.
        width: columns; below 40 counts as 40, above 120 as 120.
        brief: only what somebody at the audited computer needs to act: the outcome, what to do,
            what would settle the rest, and the titles of what is well.

    Returns:
        Lines, each with its end; no control character but line ends.
    """
    page = _Page(max(MIN_WIDTH, min(width, MAX_WIDTH)), brief=brief)
    return "".join(f"{line}\n" for line in page.lines(view(report)))


class _Page:
    """The layout for one width."""

    def __init__(self, width: int, *, brief: bool) -> None:
        self.width = width
        self.brief = brief

    def lines(self, seen: View) -> Iterator[str]:
        yield TITLE.upper()
        yield from self.wrap(seen.heading)
        yield ""
        for headline, sentence in seen.warnings:
            yield from self.wrap(f"{headline.upper()} {sentence}", "! ", "  ")
        if seen.warnings:
            yield ""
        yield from self.wrap(f"{seen.outcome}.")
        if seen.stated_outcome:
            yield from self.wrap(f"{seen.stated_outcome}.")
        yield ""
        yield from self.table(seen.stamp)
        for group in seen.groups:
            yield from self.group(group, seen.opens)
        yield from self.stated(seen)
        if not self.brief:
            yield from self.rest(seen)

    def stated(self, seen: View) -> Iterator[str]:
        """What a person stated; in short only what is still to be answered, or to be changed."""
        for group in seen.stated:
            open_ended = group.state in STATED_OPEN
            if self.brief and not open_ended:
                continue
            yield from self.heading(f"{group.heading} ({len(group.answers)})")
            if self.brief and group.state is not AnswerState.OTHERWISE:
                yield from self.wrap("To answer, run:")
                yield "    hipaaguard attest"
                continue
            for answer in group.answers:
                yield from self.answer(answer)

    def answer(self, answer: StatedView) -> Iterator[str]:
        """One question with its answer."""
        said = f" Answer: {answer.said}" if answer.said else ""
        yield from self.wrap(f"{answer.title}: {answer.asks}{said}", "* ", "  ")
        if answer.signed:
            yield from self.wrap(answer.signed, "  ")
        if not self.brief:
            yield from self.wrap("; ".join(answer.rules), "  ", "    ")

    def group(self, group: Group, opens: tuple[Open, ...]) -> Iterator[str]:
        yield from self.heading(f"{group.heading} ({len(group.checks)})")
        if group.status is Status.UNKNOWN:
            yield from self.opens(opens)
        open_ended = group.status in (Status.FAIL, Status.UNKNOWN)
        for place, check in enumerate(group.checks):
            if open_ended and place:
                yield ""
            mark = MARKS[group.status]
            yield from self.in_full(mark, check) if open_ended else self.in_short(mark, check)

    def opens(self, opens: tuple[Open, ...]) -> Iterator[str]:
        for each in opens:
            titles = "; ".join(check.title for check in each.checks)
            if not each.commands and self.brief:
                continue
            if not each.commands:
                yield from self.wrap(f"No command is known that would settle: {titles}")
            else:
                yield from self.wrap(f"To settle: {titles}, run:")
                for command in each.commands:
                    yield f"    {command}"
            yield ""

    def in_full(self, mark: str, check: CheckView) -> Iterator[str]:
        yield from self.wrap(f"{check.title} [{check.severity}]", f"{mark} ", "  ")
        yield from self.wrap(check.sentence, "  ")
        yield from self.wrap(f"Why it matters: {check.why}", "  ")
        for number, step in enumerate(check.fix, start=1):
            if number == 1:
                yield "  What to do:" if mark == MARKS[Status.FAIL] else "  If it is not met:"
            yield from self.wrap(step, f"    {number}. ", "       ")
        if check.changes:
            yield from self.wrap(f"What else may change: {check.changes}", "  ")
        if check.undo:
            yield from self.wrap(f"To undo it: {check.undo}", "  ")
        yield from self.decision(check)
        if self.brief:
            return
        for row in check.rows:
            yield from self.wrap(_evidence(row), "  | ", "  |   ")
        for sentence in (*check.citations, *check.sources):
            yield from self.wrap(sentence, "  ", "    ")

    def in_short(self, mark: str, check: CheckView) -> Iterator[str]:
        # Why something does not apply is worth a line everywhere; that it is well needs none.
        plain = self.brief and mark == MARKS[Status.PASS]
        text = check.title if plain else f"{check.title}: {check.sentence}"
        yield from self.wrap(text, f"{mark} ", "  ")
        yield from self.decision(check)

    def decision(self, check: CheckView) -> Iterator[str]:
        """The record of a decision, in its author's words."""
        if check.decision:
            yield "  Decided, not observed:"
        for name, text in check.decision:
            yield from self.wrap(f"{name}: {text}", "    ", "      ")

    def matrix(self, seen: View) -> Iterator[str]:
        """Every paragraph of the rule, by how it was dealt with."""
        if seen.paragraphs:
            yield from self.heading("The Security Rule, paragraph by paragraph")
        for group in seen.paragraphs:
            yield from self.wrap(f"{group.heading} ({len(group.rows)}):")
            yield from self.items(f"{name}: {by}" if by else name for name, by in group.rows)

    def rest(self, seen: View) -> Iterator[str]:
        if seen.other:
            yield from self.heading("Other facts in this report")
            yield from self.items(map(_evidence, seen.other))
        if seen.settings:
            yield from self.heading("Settings of the policy")
            for setting in seen.settings:
                changed = " (changed from the default)" if setting.changed else ""
                text = f"{setting.name} = {setting.value}{changed}: {setting.meaning}"
                yield from self.wrap(text, "- ", "  ")
        if seen.extends:
            yield from self.heading("How the policy differs")
            yield from self.wrap(f"It begins with {seen.extends}.")
            yield from self.items(seen.differs or ("It asks the same.",))
        yield from self.heading("What was not checked")
        yield from self.items(seen.not_covered)
        yield from self.matrix(seen)
        yield from self.heading("What this report is, and is not")
        yield from self.items(" ".join(notice) for notice in notices(seen.keep_until))
        if seen.signed:
            yield from self.heading("How to check this report")
            for number, step in enumerate(VERIFY, start=1):
                yield from self.wrap(step, f"{number}. ", "   ")
        yield from self.heading("Technical data")
        yield from self.table(seen.technical)

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        if not self.brief:
            yield ""
        yield text.upper()
        yield "-" * len(text)

    def items(self, sentences: Iterable[str]) -> Iterator[str]:
        for sentence in sentences:
            yield from self.wrap(sentence, "- ", "  ")

    def table(self, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
        margin = max(len(name) for name, _ in rows) + 2
        for name, text in rows:
            yield from self.wrap(text, name.ljust(margin), " " * margin)

    def wrap(self, text: str, first: str = "", then: str | None = None) -> list[str]:
        """The text in lines; `first` stands before the first, `then` (or `first`) before others."""
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=first if then is None else then,
            break_on_hyphens=False,
        ) or [first.rstrip()]


def _evidence(row: Row) -> str:
    source = f" [{row.source}]" if row.source else ""
    return f"{row.label}: {row.value}{source}"
