"""Policies that extend others: what they inherit, what they change, and what is refused where."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.errors import PolicyError
from hipaaguard.model import Status
from hipaaguard.policy import load_policy, load_shipped
from hipaaguard.policy.difference import differences
from hipaaguard.policy.load import MAX_GENERATIONS
from hipaaguard.policy.nouns import Policy
from tests.conftest import NOW

HEAD = """\
id: our-practice
version: 1.0.0
title: Our practice
description: What we ask.
"""
DERIVED = (
    HEAD
    + """\
extends: home-office
settings:
  screen_lock_max_s: 300
  vpn_required: practice_network
  vpn_target: 10.20.0.0/16
  updates_max_pending_security: 3
removed:
  disk-swap: We look at that ourselves.
software:
  required: [Zoom]
  forbidden: [AnyDesk]
"""
)


def derived(text: str, **parents: str) -> Policy:
    given_parents = {
        name.replace("_", "-"): (it.encode(), f"{name}.yaml") for name, it in parents.items()
    }
    return load_policy(text.encode(), "our.yaml", given_parents)


def refusal(text: str, **parents: str) -> str:
    with pytest.raises(PolicyError) as caught:
        derived(text, **parents)
    return str(caught.value)


def test_it_begins_with_the_checks_of_its_parent() -> None:
    parent, policy = load_shipped("home-office"), derived(DERIVED)
    ids = [check.check_id for check in policy.checks]
    kept = [check.check_id for check in parent.checks if check.check_id != "disk-swap"]
    assert ids == [*kept, "software-required-zoom", "software-forbidden-anydesk"]
    assert policy.extends == f"home-office {parent.version}"
    assert policy.values["screen_lock_max_s"] == 300
    assert policy.not_covered == parent.not_covered
    assert policy.digest != parent.digest


def test_what_differs_is_said_and_what_is_looser_first() -> None:
    said = derived(DERIVED).differs
    assert said[:2] == (
        "Looser: updates_max_pending_security is 3 instead of 0.",
        "Looser: vpn_required is practice_network instead of full_tunnel.",
    )
    assert said[2].startswith("Left out: ")
    assert said[2].endswith("(disk-swap). We look at that ourselves.")
    assert "Stricter: screen_lock_max_s is 5 minutes instead of 15 minutes." in said
    assert "Added: Zoom installed (software-required-zoom)." in said
    assert said == differences(
        derived(DERIVED), load_shipped("home-office"), {"disk-swap": "We look at that ourselves."}
    )
    assert differences(load_shipped("home-office"), load_shipped("home-office")) == ()


def test_programs_are_judged_by_their_facts() -> None:
    from hipaaguard.evaluate import evaluate
    from hipaaguard.model import Fact, Platform, Snapshot

    facts = (
        Fact("software.installed(AnyDesk)", True, "dpkg"),
        Fact("software.installed(Zoom)", True, "dpkg"),
    )
    policy = derived(DERIVED)
    assert policy.fact_keys(Platform.LINUX) >= {fact.key for fact in facts}
    report = evaluate(Snapshot(facts, Platform.LINUX, NOW), policy, NOW, tool="hipaaguard 0")
    found = {result.check_id: result for result in report.results}
    assert found["software-required-zoom"].status is Status.PASS
    assert found["software-forbidden-anydesk"].status is Status.FAIL
    assert found["software-forbidden-anydesk"].sentence == (
        "AnyDesk is installed. AnyDesk is asked to be removed."
    )
    assert report.policy.differs == policy.differs
    nothing = evaluate(Snapshot((), Platform.LINUX, NOW), policy, NOW, tool="hipaaguard 0")
    by_id = {result.check_id: result.status for result in nothing.results}
    assert by_id["software-required-zoom"] is Status.UNKNOWN
    assert by_id["software-forbidden-anydesk"] is Status.UNKNOWN


def test_a_parent_can_be_handed_over_and_extends_another_itself() -> None:
    child = HEAD.replace("our-practice", "our-team") + "extends: our-practice\n"
    policy = derived(child, our_practice=DERIVED)
    assert policy.extends == "our-practice 1.0.0"
    assert policy.differs == ()
    assert policy.values["screen_lock_max_s"] == 300


LOOP = HEAD + "extends: other-practice\n"
OTHER = HEAD.replace("our-practice", "other-practice") + "extends: our-practice\n"


@pytest.mark.parametrize(
    ("text", "parents", "said"),
    [
        (HEAD + "extends: our-practice\n", {}, "our.yaml:5:1: a loop: our-practice extends"),
        (LOOP, {"other_practice": OTHER, "our_practice": LOOP}, "other_practice.yaml:5:1: a loop"),
        (HEAD + "extends: nobody\n", {}, "our.yaml:5:1: there is no policy 'nobody' to extend"),
        (HEAD + "extends: ../../etc/passwd\n", {}, "our.yaml:5:1: '../../etc/passwd' is not"),
        (HEAD, {}, "our.yaml:1:1: the key 'checks' is missing"),
        (HEAD + "removed:\n  disk-swap: No.\nchecks: [disk-home]\n", {}, "only a policy that"),
        (DERIVED.replace("disk-swap", "disk-swop"), {}, "our.yaml:12:3: home-office has no check"),
        (DERIVED.replace("ourselves.", "ourselves"), {}, "our.yaml:12:3: a sentence is expected"),
        (DERIVED + "checks: [disk-home]\n", {}, "the check 'disk-home' stands here twice"),
        (DERIVED.replace("[Zoom]", "[Zoom, zoom]"), {}, "our.yaml:14:20: 'zoom' stands here twice"),
        (DERIVED.replace("[AnyDesk]", "[Zoom]"), {}, "our.yaml:15:15: 'Zoom' stands here twice"),
        (DERIVED.replace("[Zoom]", '["{Zoom}"]'), {}, "cannot be the name of a program"),
        (DERIVED.replace("[Zoom]", '["…"]'), {}, "cannot be the name of a program"),
        (DERIVED.replace("[Zoom]", f"[{'a' * 50}]"), {}, "our.yaml:14:14: "),
        (DERIVED.replace("[Zoom]", str([f"p{n}" for n in range(60)])), {}, "more than 50 programs"),
        (DERIVED.replace("10.20.0.0/16", '""'), {}, "our.yaml:5:1: the check"),
        (DERIVED.replace("300", "3000000"), {}, "our.yaml:7:3: "),
        (HEAD + "extends: [home-office]\n", {}, "our.yaml:5:1: a text is expected here"),
        (DERIVED + "basis: future\n", {}, "our.yaml:16:1: 'future' is not known here"),
    ],
)
def test_refused_with_its_place(text: str, parents: dict[str, str], said: str) -> None:
    refused = refusal(text, **parents)
    assert said in refused
    assert re.match(r"[a-z_]+\.yaml:\d+:\d+: ", refused)


def test_a_policy_that_removes_everything_is_refused() -> None:
    removed = "".join(
        f"  {check.check_id}: Not here.\n" for check in load_shipped("home-office").checks
    )
    said = refusal(HEAD + "extends: home-office\nremoved:\n" + removed)
    assert said == "our.yaml:1:1: every check is removed, so the policy asks nothing"


def test_a_long_line_of_parents_is_refused() -> None:
    parents = {
        f"p{n}": HEAD.replace("our-practice", f"p{n}") + f"extends: p{n + 1}\n" for n in range(40)
    }
    assert f"more than {MAX_GENERATIONS} policies" in refusal(HEAD + "extends: p0\n", **parents)


LINES = DERIVED.splitlines(keepends=True)


@given(st.integers(0, len(LINES) - 1), st.text(max_size=40))
def test_any_other_line_loads_or_is_refused_with_a_place(number: int, junk: str) -> None:
    text = "".join([*LINES[:number], junk, "\n", *LINES[number + 1 :]])
    try:
        load_policy(text.encode("utf-8", "replace"), "our.yaml")
    except PolicyError as error:
        assert re.match(r"(our|[a-z-]+)\.yaml:\d+:\d+: ", str(error))  # noqa: PT017 - either is right
