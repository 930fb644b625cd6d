"""`hipaaguard attest`, `decide` and `explain`, from the keyboard to the signed report."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hipaaguard.cli import context, group
from hipaaguard.errors import CommandError, HipaaGuardError, PolicyError, StoreError
from hipaaguard.policy import load_shipped
from hipaaguard.stated import NOTHING
from hipaaguard.statements import Statements
from tests.conftest import TESTS
from tests.machines import MACHINES, name_of

POLICY = """\
id: short
version: 1.0.0
title: Short
description: Four questions.
extends: minimal
questions: [room, others-at-home, training, who-to-tell, own-policies]
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(POLICY)
    return path


def call(tmp_path: Path, *args: str, keys: str | None = None) -> Result:
    whole = ["--data-folder", str(tmp_path / "data"), *args]
    return CliRunner().invoke(group, whole, input=keys)


def stored(tmp_path: Path) -> dict[str, str]:
    found = Statements(tmp_path / "data").stated().answers
    return {given.question_id: given.value for given in found}


def test_answers_by_keyboard_are_kept_one_by_one(tmp_path: Path, policy: Path) -> None:
    keys = "Jane Roe\nyes\n\n2026-13-01\n2026-05-01\nHer SSN is 123-45-6789\nstop\n"
    done = call(tmp_path, "attest", "--policy", str(policy), keys=keys)
    assert done.exception is None
    assert stored(tmp_path) == {"room": "yes", "training": "2026-05-01"}
    assert "[1 of 5] Room that can be closed off" in done.output
    assert "Write a day as YYYY-MM-DD" in done.output
    assert "That looks like a Social Security number." in done.output
    assert "2 of 5 questions are answered." in done.output
    # Going on asks only what is left, and knows the name.
    again = call(tmp_path, "attest", "--policy", str(policy), keys="\nno\n(555) 010-4477\nna\n")
    assert "[1 of 3] Others at home" in again.output
    assert stored(tmp_path)["own-policies"] == "na"
    assert "5 of 5 questions are answered." in again.output
    nothing = call(tmp_path, "attest", "--policy", str(policy))
    assert "5 of 5" in nothing.output
    kept = call(tmp_path, "attest", "--policy", str(policy), "--again", keys="\nsame\nstop\n")
    assert "Before, on " in kept.output
    listed = call(tmp_path, "attest", "--policy", str(policy), "--list")
    assert "room (answered): " in listed.output
    assert "own-policies (does not apply): " in listed.output


def test_nobody_at_the_keyboard(tmp_path: Path, policy: Path) -> None:
    done = call(tmp_path, "attest", "--policy", str(policy), keys="Jane\nyes\n")
    assert isinstance(done.exception, CommandError)
    assert "--answers" in done.exception.hint
    assert stored(tmp_path) == {"room": "yes"}


def test_a_bad_name(tmp_path: Path, policy: Path) -> None:
    done = call(tmp_path, "attest", "--policy", str(policy), "--name", "123")
    assert isinstance(done.exception, CommandError)
    done = call(tmp_path, "attest", "--policy", str(policy), keys="12\nJane\nstop\n")
    assert "Write the name of the person" in done.output


def test_a_policy_without_questions(tmp_path: Path) -> None:
    done = call(tmp_path, "attest", "--policy", "minimal")
    assert isinstance(done.exception, CommandError)


ANSWERS = """\
by: Jane Roe
on: 2026-01-01
answers:
  room: yes
  others-at-home: no
  training: 2025-12-01
"""


def take(tmp_path: Path, policy: Path, text: str) -> Result:
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    return call(tmp_path, "attest", "--policy", str(policy), "--answers", str(path))


def test_answers_from_a_file(tmp_path: Path, policy: Path) -> None:
    done = take(tmp_path, policy, ANSWERS)
    assert done.exception is None, done.output
    assert stored(tmp_path) == {"room": "yes", "others-at-home": "no", "training": "2025-12-01"}
    assert "Answers taken from" in done.output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("room: yes", "room: perhaps", ":4:3: Answer with one of: yes, no."),
        ("room: yes", "rum: yes", ":4:3: the policy has no question named 'rum'"),
        ("room: yes", "room: true", ":4:3: a text is expected here"),
        ("by: Jane Roe", "by: 17a DOB", ":1:1: That looks like a date of birth"),
        ("2026-01-01", "2999-01-01", ":2:1: write the day of the statement"),
        ("2026-01-01", "soon", ":2:1: write the day of the statement"),
        ("  training: 2025-12-01", "  who-to-tell: MRN 0012345", ":6:3: That looks like a record"),
        ("answers:", "answer:", "unknown key 'answer'"),
    ],
)
def test_a_file_with_a_mistake_is_not_taken_at_all(
    tmp_path: Path, policy: Path, old: str, new: str, said: str
) -> None:
    done = take(tmp_path, policy, ANSWERS.replace(old, new))
    assert isinstance(done.exception, PolicyError)
    assert said in str(done.exception)
    assert "0012345" not in str(done.exception)
    assert stored(tmp_path) == {}


def test_every_mistake_is_told(tmp_path: Path, policy: Path) -> None:
    done = take(tmp_path, policy, ANSWERS.replace("yes", "x").replace("no\n", "y\n"))
    assert len(str(done.exception).splitlines()) == 2


def test_a_damaged_store_is_said_and_kept(tmp_path: Path, policy: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "answers.json").write_text("{")
    done = call(tmp_path, "attest", "--policy", str(policy), "--list")
    assert isinstance(done.exception, StoreError)
    assert (folder / "answers.json").read_text() == "{"


def test_a_data_folder_that_is_a_file(tmp_path: Path, policy: Path) -> None:
    (tmp_path / "data").write_text("")
    done = call(tmp_path, "attest", "--policy", str(policy), keys="Jane\nyes\n")
    assert isinstance(done.exception, HipaaGuardError)


OPTIONS = (
    *("--choice", "alternative", "--by", "Jane Roe", "--factors", "A desktop in a locked room"),
    *("--reason", "The disk is too old", "--measure", "Nothing is stored on it"),
    *("--review-on", "2999-05-31", "--approved-by", "Dr Doe"),
)


def test_a_decision_is_kept_and_withdrawn(tmp_path: Path) -> None:
    done = call(tmp_path, "decide", "disk-swap", *OPTIONS)
    assert done.exception is None, done.output
    (record,) = Statements(tmp_path / "data").stated().decisions
    assert record.measure == "Nothing is stored on it"
    assert record.approved_by == "Dr Doe"
    assert "disk-swap: alternative" in call(tmp_path, "decide", "--list").output
    assert "Forgotten" in call(tmp_path, "decide", "disk-swap", "--withdraw").output
    assert "There was none" in call(tmp_path, "decide", "disk-swap", "--withdraw").output
    assert Statements(tmp_path / "data").stated() == NOTHING


def test_a_decision_by_keyboard(tmp_path: Path) -> None:
    keys = "perhaps\nimplemented\nJane Roe\nA locked room\nsoon\n2020-01-01\n2999-01-01\n"
    done = call(tmp_path, "decide", "disk-swap", keys=keys)
    assert done.exception is None, done.output
    assert "Write one of: implemented" in done.output
    assert "That day has passed" in done.output
    cut = call(tmp_path, "decide", "disk-home", keys="implemented\n")
    assert isinstance(cut.exception, CommandError)
    assert len(Statements(tmp_path / "data").stated().decisions) == 1


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("no-such-check",),
        ("updates-automatic", *OPTIONS[:2]),  # supports required specifications only
        ("disk-swap", *OPTIONS, "--by", "DOB"),
        ("disk-swap", *OPTIONS, "--factors", "patient 12345"),
        ("disk-swap", *OPTIONS, "--review-on", "2020-01-01"),
        ("disk-swap", *OPTIONS, "--approved-by", "1"),
        ("disk-swap", *OPTIONS, "--choice", "implemented"),
        ("disk-swap", *OPTIONS, "--choice", "not_implemented"),
    ],
)
def test_what_cannot_be_decided(tmp_path: Path, args: tuple[str, ...]) -> None:
    done = call(tmp_path, "decide", *args)
    assert isinstance(done.exception, CommandError), done.output
    assert Statements(tmp_path / "data").stated() == NOTHING


def test_a_check_that_is_only_required_leaves_nothing_to_decide() -> None:
    cited = next(
        it for it in load_shipped("home-office").checks if it.check_id == "browsers-current"
    )
    assert any(it.designation == "addressable" for it in cited.citations)


def test_the_report_tells_stated_from_decided_from_observed(tmp_path: Path, policy: Path) -> None:
    today = context.now().date().isoformat()
    take(tmp_path, policy, ANSWERS.replace("2026-01-01", today))
    call(tmp_path, "decide", "disk-system", "--policy", str(policy), *OPTIONS)
    page = tmp_path / "report.html"
    done = call(tmp_path, "audit", "--policy", str(policy), "-o", str(page), "--json")
    report = json.loads(done.stdout)
    states = {it["questionId"]: it["state"] for it in report["answers"]}
    assert states == {
        "room": "as_asked",
        "others-at-home": "as_asked",
        "training": "as_asked",
        "who-to-tell": "unanswered",
        "own-policies": "unanswered",
    }
    assert [it["checkId"] for it in report["decisions"]] == ["disk-system"]
    assert len(report["paragraphs"]) == 68
    text = page.read_text()
    assert f"Stated by Jane Roe on {today}, not verified." in text
    assert "Decided, not observed." in text
    assert "Of 5 questions to the person: 3 answered as asked, 2 not answered" in text
    keyring = tmp_path / "keys.txt"
    call(tmp_path, "key", "export", "-o", str(keyring))
    verified = call(
        tmp_path, "verify", str(page), "--keyring", str(keyring), "--policy", str(policy)
    )
    assert "ACCEPTED" in verified.output.upper(), verified.output


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_explain_gives_the_steps_for_the_machine(tmp_path: Path, machine: Path) -> None:
    done = call(tmp_path, "explain", "screen-lock-on", "--replay", str(machine))
    assert done.exception is None, done.output
    assert "How to put it right on this computer" in done.output
    assert "To undo it: " in done.output
    old = name_of(machine) in ("macos/machine-home-bad", "macos/machine-odd-bad")
    if name_of(machine).startswith("macos"):
        assert ("macOS 12 and older" in done.output) is old
        assert ("com.apple.Lock-Screen-Settings" in done.output) is not old
    if name_of(machine).startswith("linux"):
        assert "KDE Plasma" not in done.output
        assert "GNOME" in done.output


def test_explain_of_another_system(tmp_path: Path) -> None:
    linux = TESTS / "recordings" / "linux" / "machine-healthy"
    done = call(tmp_path, "explain", "antimalware-fresh", "--replay", str(linux))
    assert "does not apply to this computer" in done.output
    assert isinstance(call(tmp_path, "explain", "nothing").exception, CommandError)


def test_show_against(tmp_path: Path, policy: Path) -> None:
    done = call(tmp_path, "policy", "show", "view-only", "--against", "home-office")
    assert "- Left out: " in done.output
    same = call(tmp_path, "policy", "show", "minimal", "--against", "minimal")
    assert "Both ask the same." in same.output
    whole = call(tmp_path, "policy", "show", str(policy))
    assert "How it differs from minimal 1.0.0" in whole.output


def test_policies_that_extend_one_another_are_checked_together(
    tmp_path: Path, policy: Path
) -> None:
    child = tmp_path / "child.yaml"
    child.write_text(
        "id: child\nversion: 1\ntitle: C\ndescription: C.\nextends: short\n".replace(
            " 1\n", ' "1"\n'
        )
    )
    alone = call(tmp_path, "policy", "check", str(child))
    assert "there is no policy 'short' to extend" in alone.output
    both = call(tmp_path, "policy", "check", str(child), str(policy), str(tmp_path / "none.yaml"))
    assert "child 1 is in order" in both.output
    shown = call(tmp_path, "policy", "show", str(child), "--parent", str(policy))
    assert "It asks the same." in shown.output
