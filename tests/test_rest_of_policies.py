"""The corners of the policy language that no shipped policy turns."""

import dataclasses
import re
from dataclasses import replace

import pytest

from hipaaguard.attest.repeat import Demand, judgement
from hipaaguard.errors import EnvelopeError, PolicyError
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Platform, Report, Scalar, Snapshot
from hipaaguard.policy import load_policy, load_shipped, policy_id, shipped
from hipaaguard.policy.catalogue import page
from hipaaguard.policy.condition import Truth, decide
from hipaaguard.policy.difference import differences
from hipaaguard.policy.family import shipped_family
from hipaaguard.policy.library import family_names
from hipaaguard.policy.mappings import read_topics
from hipaaguard.policy.nouns import Compare, Op, Policy, Setting, Stricter
from hipaaguard.policy.questions import questions
from hipaaguard.stated import Given, Stated
from tests.conftest import NOW, TESTS

GOOD = (TESTS / "policies" / "good.yaml").read_text()
HOME_OFFICE = load_shipped("home-office")


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        load_policy(text.encode(), "p.yaml")
    assert re.match(r"p\.yaml:\d+:\d+: ", str(caught.value))
    return str(caught.value)


def test_the_catalogue_names_everything() -> None:
    text = page()
    for name in shipped():
        assert f"| `{name}` |" in text
    for name in family_names():
        for check_id in shipped_family(name).checks:
            assert f"`{check_id}`" in text
    for question_id in questions():
        assert f"| `{question_id}` |" in text
    assert "**Proposed, not in force.**" in text
    assert "How `view-only` differs from home-office" in text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{step: Do it., only: {os.name: {equals: Debian}}}", ""),
        ("{step: Do it., only: {not: {os.version: {version_at_least: '12'}}}}", ""),
        ("{link: 'ms-settings:windowsupdate'}", "is not the address of a settings page"),
        ("{link: 'https://example.org/'}", "is not the address of a settings page"),
        ("{step: Do it., link: 'ms-settings:a'}", "a step has either a sentence"),
        ("{only: {os.name: {equals: Debian}}}", "a step has either a sentence"),
        ("{step: Do it., only: {disk.system_encrypted: {equals: true}}}", "steps are chosen by"),
        ("{step: Do it., only: {os.name: {equals: D, found: No.}}}", "unknown key 'found'"),
        ("{step: Do it}", "a sentence is expected here"),
        ("{}", "an empty mapping says nothing"),
    ],
)
def test_a_step(step: str, said: str) -> None:
    text = GOOD.replace("[Open the settings.]", f"[Open the settings., {step}]")
    assert text != GOOD
    if said:
        assert said in refusal(text)
    else:
        load_policy(text.encode(), "p.yaml")


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("ms-settings:windowsupdate", True),
        ("windowsdefender:", True),
        ("windowsdefender://network", True),
        ("ms-settings:a&calc", False),
        ("ms-settings:", False),
        ("file:///c:/windows", False),
    ],
)
def test_only_settings_pages_can_be_opened(link: str, good: bool) -> None:
    text = GOOD.replace("platforms: [linux]", "platforms: [linux, windows]").replace(
        "linux: [Open the settings.]",
        f"{{linux: [Open the settings.], windows: [Open it., {{link: '{link}'}}]}}",
    )
    if good:
        load_policy(text.encode(), "p.yaml")
    else:
        assert "is not the address" in refusal(text)


@pytest.mark.parametrize("word", ["higher", "first", "true", "fewer", "soon"])
def test_which_way_is_stricter_suits_the_type(word: str) -> None:
    text = GOOD.replace("    type: int\n", f"    type: int\n    stricter: {word}\n")
    if word == "higher":
        load_policy(text.encode(), "p.yaml")
    else:
        assert "does not suit a setting of type 'int'" in refusal(text)


def test_begins_with() -> None:
    from hipaaguard.model import Fact

    leaf = Compare("os.name", Op.BEGINS_WITH, "Windows 10", wanted=True, said="")
    for name, truth in (("Windows 10 Home", Truth.TRUE), ("Windows 11 Pro", Truth.FALSE)):
        assert decide(leaf, {"os.name": Fact("os.name", name, "")}, {}).truth is truth


def setting(value: Scalar, stricter: Stricter | None, choices: tuple[str, ...] = ()) -> Setting:
    found = next(it for it in HOME_OFFICE.settings if it.name == "screen_lock_max_s")
    return dataclasses.replace(
        found,
        value=value,
        unit="",
        stricter=stricter,
        choices=choices,
    )


@pytest.mark.parametrize(
    ("before", "after", "stricter", "word"),
    [
        (5, 6, Stricter.LOWER, "Looser"),
        (5, 4, Stricter.LOWER, "Stricter"),
        (5, 6, Stricter.HIGHER, "Stricter"),
        (True, False, Stricter.TRUE, "Looser"),
        (True, False, Stricter.FALSE, "Stricter"),
        ("a", "b", Stricter.FIRST, "Looser"),
        ("b", "a", Stricter.FIRST, "Stricter"),
        (("a",), ("a", "b"), Stricter.FEWER, "Looser"),
        (("a",), ("a", "b"), Stricter.MORE, "Stricter"),
        (("a", "b"), ("a",), Stricter.FEWER, "Stricter"),
        (("a",), ("b",), Stricter.FEWER, "Changed"),
        ("a", "b", None, "Changed"),
    ],
)
def test_which_way_a_setting_went(
    before: Scalar, after: Scalar, stricter: Stricter | None, word: str
) -> None:
    old, new = (setting(value, stricter, ("a", "b")) for value in (before, after))
    first, second = (replace(HOME_OFFICE, settings=(it,)) for it in (old, new))
    (line,) = differences(second, first)
    assert line.startswith(f"{word}: screen_lock_max_s is ")


def test_a_check_that_is_judged_in_another_way_is_said() -> None:
    check = replace(HOME_OFFICE.checks[0], title="Another")
    other = replace(HOME_OFFICE, checks=(check, *HOME_OFFICE.checks[1:]))
    assert differences(other, HOME_OFFICE) == (
        "Changed: Another (disk-system) is judged in another way.",
    )
    fewer = replace(HOME_OFFICE, questions=HOME_OFFICE.questions[1:])
    assert differences(HOME_OFFICE, fewer)[0].startswith("Added: the question ")
    assert differences(fewer, HOME_OFFICE)[0].startswith("Left out: the question ")


def test_the_id_of_a_file() -> None:
    assert policy_id(GOOD.encode(), "p.yaml") == "practice"
    for text in ("[]", "title: A\n", "id: [a]\n"):
        with pytest.raises(PolicyError, match=r"p\.yaml:1:1: "):
            policy_id(text.encode(), "p.yaml")


def test_a_program_that_no_fact_can_name() -> None:
    head = "id: a\nversion: 1.0.0\ntitle: A\ndescription: A.\nextends: minimal\n"
    assert refusal(head + 'software: {required: ["a(b"]}\n')


def test_a_check_has_one_subject() -> None:
    text = "topics:\n  a: {checks: [x], proposed: ['1']}\n  b: {checks: [x], proposed: ['1']}\n"
    with pytest.raises(PolicyError, match="'x' has two subjects"):
        read_topics(text.encode(), "mappings.yaml")


def judged(stated: Stated) -> Report:
    snapshot = Snapshot((), Platform.LINUX, NOW)
    from hipaaguard.attest.repeat import TOOL

    return evaluate(snapshot, HOME_OFFICE, NOW, tool=TOOL, stated=stated)


def demand(report: Report, policy: Policy = HOME_OFFICE) -> tuple[str, ...]:
    return judgement(report, Demand(policy=policy))


def test_statements_are_judged_again() -> None:
    report = judged(Stated((Given("room", "no", "Jane Roe", NOW.date()),)))
    assert demand(report) == ()
    (room,) = (it for it in report.answers if it.question_id == "room")
    others = tuple(it for it in report.answers if it != room)
    place = report.answers.index(room)

    def with_room(**changes: object) -> Report:
        changed = replace(room, **changes)  # type: ignore[arg-type]
        return replace(report, answers=(*others[:place], changed, *others[place:]))

    for forged in (
        with_room(state="as_asked"),
        with_room(said="Yes."),
        with_room(value="yes"),
        with_room(expires_on="2099-01-01"),
        with_room(signer=""),
        replace(report, answers=others),
    ):
        with pytest.raises(EnvelopeError, match="than its statements come to"):
            demand(forged)
    with pytest.raises(EnvelopeError, match="was given on no day"):
        demand(with_room(answered_on="soon"))
    with pytest.raises(EnvelopeError, match="covers other paragraphs"):
        demand(replace(report, paragraphs=report.paragraphs[1:]))
