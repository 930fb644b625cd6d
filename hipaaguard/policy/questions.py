"""The questions that come with HipaaGuard: what no program can see."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hipaaguard.policy import fields, library
from hipaaguard.policy.family import document, provisions
from hipaaguard.policy.node import Mapping as Fields
from hipaaguard.policy.node import Node
from hipaaguard.policy.question import Option, Question, QuestionKind
from hipaaguard.policy.read_check import ID, read_citations

NOT_APPLICABLE = "na"
"""The answer that a question does not apply to the person."""
MAX_VALID_DAYS = 400


@cache
def questions() -> Mapping[str, Question]:
    """Every question that comes with HipaaGuard by its id, in the order in which it is asked."""
    return read_questions(library.questions_text(), "questions.yaml")


def read_questions(text: bytes, name: str) -> Mapping[str, Question]:
    """The questions that a file says.

    Args:
        text: YAML, UTF-8.
        name: the file's name, for messages.

    Returns:
        The questions by id, in the file's order.

    Raises:
        PolicyError: Not such a file; the text begins with `file:line:column`.
    """
    found: dict[str, Question] = {}
    for node in document(text, name).mapping(("questions",))["questions"].items():
        question = _question(node)
        if question.question_id in found:
            raise node.refused(f"the question {question.question_id!r} stands here twice")
        found[question.question_id] = question
    return MappingProxyType(found)


def _question(node: Node) -> Question:
    found = node.mapping(fields.QUESTION.required, fields.QUESTION.optional)
    kind = found["kind"].word(QuestionKind)
    options = _options(found, kind)
    cited, also = found.get("citations"), found.get("also")
    if cited is None and also is None:
        raise node.refused("a question needs `citations` or `also`")
    return Question(
        question_id=found["id"].name(ID, "lock-when-leaving"),
        title=found["title"].text(),
        asks=found["asks"].sentence(),
        why=found["why"].sentence(),
        kind=kind,
        options=options,
        asked=_asked(found, options),
        valid_days=_days(found["valid_days"]),
        citations=read_citations(cited, provisions()) if cited else (),
        also=also.texts() if also else (),
        source=found["source"].sentence(),
    )


def _days(node: Node) -> int:
    days = node.integer()
    if not 1 <= days <= MAX_VALID_DAYS:
        raise node.refused(f"an answer counts from 1 to {MAX_VALID_DAYS} days")
    return days


def _options(found: Fields, kind: QuestionKind) -> tuple[Option, ...]:
    choices, spare = found.get("choices"), found.get("not_applicable")
    if (choices is not None) is not (kind is QuestionKind.CHOICE):
        raise found.node.refused("choices belong to the kind 'choice', and to no other")
    if choices:
        options = tuple(Option(word, entry.sentence()) for word, entry in choices.entries().items())
    elif kind is QuestionKind.YES_NO:
        options = (Option("yes", "Yes."), Option("no", "No."))
    else:
        options = ()
    return (*options, Option(NOT_APPLICABLE, spare.sentence())) if spare else options


def _asked(found: Fields, options: tuple[Option, ...]) -> tuple[str, ...]:
    node = found.get("asked")
    words = [option.word for option in options if option.word != NOT_APPLICABLE]
    if not words:
        if node:
            raise node.refused("a date or a text is asked for as such: leave `asked` out")
        return ()
    if node is None:
        raise found.node.refused("the key 'asked' is missing")
    asked = node.texts()
    if not set(asked) < set(words):
        raise node.refused(f"some of {', '.join(words)} is asked for, and not all of them")
    return asked
