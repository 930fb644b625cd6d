"""What a person states: days, expiry, patient data refused, and that nothing stated is a pass."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.errors import PolicyError
from hipaaguard.evaluate import EXIT_FAIL, EXIT_UNKNOWN, evaluate, exit_code
from hipaaguard.model import AnswerState, Choice, Decision, Platform, Snapshot, Status
from hipaaguard.patient_data import looks_like, refusal
from hipaaguard.policy import Policy, load_policy, load_shipped
from hipaaguard.policy.question import Question, QuestionKind
from hipaaguard.policy.questions import questions, read_questions
from hipaaguard.stated import (
    Given,
    Stated,
    answers,
    check_answer,
    check_name,
    decisions,
    given_again,
    last_day,
    parse_day,
)
from tests.conftest import NOW

TODAY = NOW.date()
HOME_OFFICE = load_shipped("home-office")


def good(question: Question) -> str:
    """An answer as the policy asks."""
    if question.kind is QuestionKind.DATE:
        return TODAY.isoformat()
    if question.kind is QuestionKind.TEXT:
        return "Jane Roe, at the practice's own number."
    return question.asked[0]


def as_asked(policy: Policy = HOME_OFFICE, on: date = TODAY) -> Stated:
    """Every question answered as the policy asks."""
    return Stated(tuple(Given(it.question_id, good(it), "Jane Roe", on) for it in policy.questions))


def state_of(value: str, on: date, question_id: str = "room", today: date = TODAY) -> AnswerState:
    stated = Stated((Given(question_id, value, "Jane Roe", on),))
    found = {it.question_id: it for it in answers(HOME_OFFICE, stated, today)}
    return found[question_id].state


def test_without_answers_all_are_unanswered() -> None:
    found = answers(HOME_OFFICE, Stated(), TODAY)
    assert len(found) == len(HOME_OFFICE.questions) == 38
    assert {answer.state for answer in found} == {AnswerState.UNANSWERED}
    assert all(not answer.signer and not answer.said for answer in found)


def test_answers_as_asked() -> None:
    found = answers(HOME_OFFICE, as_asked(), TODAY)
    assert {answer.state for answer in found} == {AnswerState.AS_ASKED}
    assert given_again(found) == as_asked().answers
    assert answers(HOME_OFFICE, Stated(given_again(found)), TODAY) == found


@pytest.mark.parametrize(
    ("value", "days", "state"),
    [
        ("yes", 0, AnswerState.AS_ASKED),
        ("yes", 1, AnswerState.AS_ASKED),  # the last day counts
        ("yes", 2, AnswerState.EXPIRED),
        ("no", 0, AnswerState.OTHERWISE),
        ("no", 2, AnswerState.EXPIRED),
        ("yes", -1, AnswerState.UNANSWERED),  # from the future
        ("perhaps", 0, AnswerState.UNANSWERED),
        ("na", 0, AnswerState.UNANSWERED),  # not one of its answers
    ],
)
def test_an_answer_counts_for_its_days(value: str, days: int, state: AnswerState) -> None:
    assert state_of(value, TODAY - timedelta(days=days)) is state


def test_a_date_counts_from_the_day_that_it_names() -> None:
    assert state_of((TODAY - timedelta(days=365)).isoformat(), TODAY, "training") is (
        AnswerState.AS_ASKED
    )
    assert state_of((TODAY - timedelta(days=366)).isoformat(), TODAY, "training") is (
        AnswerState.EXPIRED
    )
    assert state_of("na", TODAY, "own-policies") is AnswerState.NOT_APPLICABLE


def test_a_day_near_the_end_of_the_calendar() -> None:
    question = questions()["training"]
    assert last_day(question, Given("training", "9999-12-30", "J", TODAY)) == date.max


def test_answers_change_no_result_and_count_for_the_exit_code() -> None:
    empty = Snapshot((), Platform.LINUX, NOW)
    plain = evaluate(empty, HOME_OFFICE, NOW, tool="t 1")
    stated = evaluate(empty, HOME_OFFICE, NOW, tool="t 1", stated=as_asked())
    assert plain.results == stated.results
    assert exit_code(plain) == exit_code(stated) == EXIT_UNKNOWN
    refused = Stated((Given("room", "no", "Jane Roe", TODAY),))
    assert exit_code(evaluate(empty, HOME_OFFICE, NOW, tool="t 1", stated=refused)) == EXIT_FAIL
    covered = {it.provision: it.coverage for it in stated.paragraphs}
    before = {it.provision: it.coverage for it in plain.paragraphs}
    assert len(covered) == 68
    assert before["164.308(a)(5)(i)"] == "people"
    assert covered["164.308(a)(5)(i)"] == "attested"


def test_a_decision_stands_beside_the_result() -> None:
    record = Decision(
        "disk-swap", Choice.ALTERNATIVE, "2026-11-01", "Jane Roe", "f", "r", "m", "2027-11-01", ""
    )
    stated = Stated(decisions=(record,))
    assert decisions(HOME_OFFICE, stated) == (record,)
    assert decisions(load_shipped("minimal"), stated) == ()
    report = evaluate(Snapshot((), Platform.LINUX, NOW), HOME_OFFICE, NOW, tool="t", stated=stated)
    assert report.decisions == (record,)
    found = next(it for it in report.results if it.check_id == "disk-swap")
    assert found.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("her number is 123-45-6789", "a Social Security number"),
        ("123 45 6789", "a Social Security number"),
        ("123456789", "a number of nine digits"),
        ("1EG4-TE5-MK73", "a Medicare number"),
        ("MRN 0012345", "a record number"),
        ("patient no. 4711", "a record number"),
        ("DOB: see chart", "a date of birth"),
        ("born in May", "a date of birth"),
        ("4/7/1961", "a date of birth"),
        ("7.4.61", "a date of birth"),
        ("1961-04-07", "a date of birth"),
    ],
)
def test_what_looks_like_a_patient_is_refused(text: str, what: str) -> None:
    assert looks_like(text) == what
    said = refusal(f"It was {text}")
    assert what in said
    assert text not in said
    assert check_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Roe, (555) 010-4477",
        "security@practice.example, within 24 hours",
        "The practice owns it; it is kept in my study in Boise and has not moved.",
        "Trained on 2026-05-01.",
    ],
)
def test_what_an_honest_answer_holds_is_taken(text: str) -> None:
    assert refusal(text) == ""


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(refusal(text), str)
    for question in HOME_OFFICE.questions:
        said = check_answer(question, text, TODAY)
        assert not said or said.endswith((".", "!"))


@pytest.mark.parametrize(
    "text", ["2026-02-30", "20260101", "2026-1-1", "yesterday", "", "\uff12026-01-01"]
)
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize("name", ["", "  ", "123", "x" * 101, "a\nb", "\u202ejane"])
def test_what_is_no_name(name: str) -> None:
    assert check_name(name)


QUESTION = """questions:
  - id: one
    title: One
    asks: "Is it so?"
    why: It matters.
    kind: yes_no
    asked: ["yes"]
    valid_days: 1
    by: contractor
    source: Ours.
    citations: {164.310(b): primary}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("valid_days: 1", "valid_days: 0", "an answer counts from 1"),
        ('    asked: ["yes"]\n', "", "the key 'asked' is missing"),
        ('["yes"]', '["yes", "no"]', "and not all of them"),
        ('["yes"]', '["maybe"]', "and not all of them"),
        ("kind: yes_no", "kind: date", "leave `asked` out"),
        ("kind: yes_no", "kind: choice", "choices belong"),
        ("    citations: {164.310(b): primary}\n", "", "needs `citations` or `also`"),
        ("164.310(b)", "164.999", "is not a provision"),
        ("kind: yes_no", "kind: essay", "is not known here"),
    ],
)
def test_a_file_of_questions(old: str, new: str, said: str) -> None:
    text = QUESTION.replace(old, new) if old else QUESTION
    if not said:
        assert list(read_questions(text.encode(), "q.yaml")) == ["one"]
        return
    with pytest.raises(PolicyError) as caught:
        read_questions(text.encode(), "q.yaml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("q.yaml:")


def test_a_question_twice() -> None:
    twice = QUESTION + QUESTION.removeprefix("questions:\n")
    with pytest.raises(PolicyError, match="stands here twice"):
        read_questions(twice.encode(), "q.yaml")


def test_a_policy_names_known_questions() -> None:
    head = "id: a\nversion: 1.0.0\ntitle: A\ndescription: A.\nextends: minimal\n"
    policy = load_policy(f"{head}questions: [room]\n".encode(), "a.yaml")
    assert [it.question_id for it in policy.questions] == ["room"]
    with pytest.raises(PolicyError, match=r"a\.yaml:6:\d+: there is no question named 'rum'"):
        load_policy(f"{head}questions: [rum]\n".encode(), "a.yaml")


def test_every_question_can_be_answered_as_asked() -> None:
    for question in questions().values():
        assert isinstance(question, Question)
        assert check_answer(question, good(question), TODAY) == ""
        assert question.asks.endswith("?")
