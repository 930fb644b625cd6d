"""What a person is asked, frozen."""

from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.model import Citation


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """A word that can be answered, and what it means."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that no program can see, and that a person is asked.

    Attributes:
        question_id: lower case with hyphens.
        title: what it asks about, a short noun phrase.
        asks: the question.
        why: why it is asked, one sentence.
        kind: how it is answered.
        options: the words that can be answered; empty for a date or a text.
        asked: the words that the policy asks for; empty for a date or a text.
        valid_days: for how many days an answer counts; a date counts from the day that it names.
        citations: the provisions that it bears on, primary ones first.
        also: other provisions, as "45 CFR 164.530(c)".
        source: where it comes from, one sentence.
    """

    question_id: str
    title: str
    asks: str
    why: str
    kind: QuestionKind
    options: tuple[Option, ...]
    asked: tuple[str, ...]
    valid_days: int
    citations: tuple[Citation, ...]
    also: tuple[str, ...]
    source: str
