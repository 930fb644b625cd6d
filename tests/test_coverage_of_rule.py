"""Which paragraphs of the rule a policy looks at: each once, and no more is claimed than that."""

import json
from collections import Counter

import pytest

from hipaaguard.cli import run
from hipaaguard.model import Designation, Role
from hipaaguard.policy import Policy, load_shipped, shipped
from hipaaguard.policy.coverage import MEANINGS, Coverage, counts, page, rows
from hipaaguard.policy.family import provisions
from hipaaguard.policy.read_check import Evidence

POLICIES = [load_shipped(name) for name in shipped()]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.policy_id)
def test_every_paragraph_stands_there_once(policy: Policy) -> None:
    found = rows(policy)
    assert [row.provision for row in found] == list(provisions())
    assert sum(counts(found).values()) == 68
    assert Counter(row.designation for row in found) == {
        Designation.STANDARD: 22,
        Designation.REQUIRED: 24,
        Designation.ADDRESSABLE: 22,
    }


def test_who_can_show_anything_is_known_of_each() -> None:
    assert Counter(row.evidence for row in provisions().values()) == {
        Evidence.PEOPLE: 25,
        Evidence.BOTH: 24,
        Evidence.ELSEWHERE: 8,
        Evidence.SELDOM: 7,
        Evidence.MACHINE: 4,
    }


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.policy_id)
def test_only_what_a_check_supports_directly_is_called_observed(policy: Policy) -> None:
    for row in rows(policy, ()):
        roles = {
            citation.role
            for check in policy.checks
            for citation in check.citations
            if citation.provision == row.provision
        }
        assert (row.coverage is Coverage.OBSERVED) == (Role.PRIMARY in roles)
        assert (row.coverage is Coverage.TOUCHED) == (roles == {Role.SUPPORTING})
        assert bool(row.checks) == bool(roles)
    for row in rows(policy):
        if row.coverage is Coverage.ATTESTED:
            assert row.questions


def test_no_check_cites_what_a_computer_cannot_show() -> None:
    for policy in POLICIES:
        cited = {citation.provision for check in policy.checks for citation in check.citations}
        shown = {provisions()[paragraph].evidence for paragraph in cited}
        assert shown <= {Evidence.MACHINE, Evidence.BOTH}


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["coverage"]) == 0
    text = capsys.readouterr().out
    assert "is not thereby met" in " ".join(text.split())
    assert all(f"{paragraph} " in text for paragraph in provisions())
    assert max(map(len, text.splitlines())) <= 80
    assert run(["coverage", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["provision"] for row in told["provisions"]] == list(provisions())


def test_a_policy_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["coverage", "--policy", "no-such-policy"]) == 1
    assert "no-such-policy" in capsys.readouterr().err


def test_the_page_and_its_words() -> None:
    assert "is not thereby met" in page()
    for word in ("compliant", "complies", "certified", "satisfies"):
        assert word not in page()
        assert not any(word in meaning for meaning in MEANINGS.values())
