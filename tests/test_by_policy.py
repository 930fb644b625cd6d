"""One machine, several policies: the reports differ exactly as the policies say."""

import json

import pytest

from hipaaguard.cli import run
from hipaaguard.policy import load_policy, load_shipped
from tests.conftest import TESTS
from tests.machines import ONE, PRACTICE, by_policy

GOLDEN = TESTS / "golden" / "policies"
REPORTS = by_policy()


def outcomes(policy: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run(["audit", "--replay", str(ONE), "--policy", policy, "--json"])
    results = json.loads(capsys.readouterr().out)["results"]
    return {result["checkId"]: result["status"] for result in results}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_report_reads_as_it_did(name: str) -> None:
    assert REPORTS[name] == (GOLDEN / name).read_bytes()


def test_no_report_is_left_of_a_policy_that_is_gone() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(REPORTS)


def test_view_only_asks_less_and_judges_the_rest_alike(capsys: pytest.CaptureFixture[str]) -> None:
    everything, fewer = outcomes("home-office", capsys), outcomes("view-only", capsys)
    removed = everything.keys() - fewer.keys()
    assert len(load_shipped("view-only").differs) == len(removed) + 3  # three questions
    assert removed >= {"disk-removable", "backup-recent", "vpn-connected"}
    assert fewer == {name: status for name, status in everything.items() if name not in removed}


def test_the_practice_differs_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    everything, theirs = outcomes("home-office", capsys), outcomes(str(PRACTICE), capsys)
    changed = {
        name: (everything.get(name), theirs.get(name))
        for name in everything.keys() | theirs.keys()
        if everything.get(name) != theirs.get(name)
    }
    assert changed.pop("system-secure-boot")[1] is None
    assert changed.pop("software-required-cisco-secure-client")[0] is None
    assert changed.pop("software-forbidden-anydesk")[0] is None
    # Its other settings can change only the checks that use them.
    policy = load_policy(PRACTICE.read_bytes(), "practice.yaml")
    set_here = {"screen_lock_max_s", "vpn_required", "vpn_target", "remote_allowed"}
    set_here |= {"updates_max_install_age_days"}
    touched = {it.check_id for it in policy.checks if it.setting_names() & set_here}
    assert changed.keys() <= touched
    assert any(line.startswith("Looser: updates_max_install_age_days") for line in policy.differs)


def test_the_proposed_rule_says_that_it_is_not_in_force() -> None:
    text = REPORTS["proposed-rule-2025.txt"].decode()
    assert "! PROPOSED, NOT IN FORCE." in text
    assert "PROPOSED, NOT IN FORCE" not in REPORTS["home-office.txt"].decode()
