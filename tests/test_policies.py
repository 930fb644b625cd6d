"""What ships: examples come out as said, every citation exists, no word overclaims."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hipaaguard import strict_yaml
from hipaaguard.facts import spec_of
from hipaaguard.model import Designation, Status
from hipaaguard.policy import library, load_policy, load_shipped, shipped, shipped_text
from hipaaguard.policy.family import Family, load_family, provisions
from hipaaguard.policy.lint import lint_check, lint_examples, try_example
from hipaaguard.policy.mappings import proposed_by, topic_of
from hipaaguard.policy.nouns import Basis, Check, Example, SettingType
from hipaaguard.policy.schema import render, schema
from hipaaguard.policy.words import overclaims
from tests.conftest import ROOT

FAMILIES = {
    name: load_family(library.family_text(name), f"checks/{name}.yaml")
    for name in library.family_names()
}
CHECKS = [
    (family, located.check) for family in FAMILIES.values() for located in family.checks.values()
]
EXAMPLES = [
    pytest.param(family, check, example, id=f"{check.check_id}-{number}-{example.outcome}")
    for family, check in CHECKS
    for number, example in enumerate(check.examples)
]
BY_ID = [pytest.param(family, check, id=check.check_id) for family, check in CHECKS]


@pytest.mark.parametrize(("family", "check", "example"), EXAMPLES)
def test_example(family: Family, check: Check, example: Example) -> None:
    assert try_example(check, example, family.settings) == ""


@pytest.mark.parametrize(("family", "check"), BY_ID)
def test_check_can_pass_and_fail(family: Family, check: Check) -> None:
    located = family.checks[check.check_id]
    lint_examples(located, family.settings)
    given = {item.name: item.value for e in check.examples for item in e.settings}
    defaults = {name: setting.default for name, setting in family.settings.items()}
    lint_check(located, defaults)
    if given:  # some apply only with the settings of their examples
        lint_check(located, {**defaults, **given})


@pytest.mark.parametrize(("family", "check"), BY_ID)
def test_each_comparison_is_the_reason_for_some_fail(family: Family, check: Check) -> None:
    """No sentence has never been said."""
    sentences = " ".join(e.says for e in check.examples)
    for leaf in check.leaves():
        fixed = max(re.split(r"\{[^}]*\}", leaf.said), key=len)
        assert fixed in sentences, f"no example says {leaf.said!r}"
    assert family.title


@pytest.mark.parametrize(("family", "check"), BY_ID)
def test_facts_can_be_told_where_the_check_is_for(family: Family, check: Check) -> None:
    keys = {*check.when_keys(), *check.expect_keys()}
    platforms = set.union(*(set(spec_of(key).platforms) for key in keys))
    assert platforms & set(check.platforms)
    assert {fix.platform for fix in check.fix} == set(check.platforms)
    assert check.check_id.startswith(family.name.replace("_", "-"))


def test_families() -> None:
    assert len(FAMILIES) == 16
    assert all(name == family.name for name, family in FAMILIES.items())
    settings = [name for family in FAMILIES.values() for name in family.settings]
    assert len(settings) == len(set(settings))
    ids = [check.check_id for _, check in CHECKS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", shipped())
def test_shipped_policy_is_in_order(name: str) -> None:
    policy = load_policy(shipped_text(name), f"{name}.yaml")
    assert policy.policy_id == name
    assert policy.not_covered
    data = strict_yaml.load(shipped_text(name), name).data
    jsonschema.Draft202012Validator(schema()).validate(data)


@pytest.mark.parametrize("name", library.family_names())
def test_the_schema_describes_the_families_checks(name: str) -> None:
    data: Any = strict_yaml.load(library.family_text(name), name).data
    definitions = schema()["$defs"]
    check = jsonschema.Draft202012Validator({"$ref": "#/$defs/check", "$defs": definitions})
    setting = jsonschema.Draft202012Validator({"$ref": "#/$defs/setting", "$defs": definitions})
    for item in data["checks"]:
        check.validate(item)
    for item in data.get("settings", {}).values():
        setting.validate(item)


def test_the_schema_file_is_current() -> None:
    text = (ROOT / "policies" / "policy.schema.json").read_text()
    assert text == render()
    assert json.loads(text) == schema()


def test_each_setting_says_which_way_is_stricter() -> None:
    for family, _ in CHECKS:
        for setting in family.settings.values():
            open_ended = setting.type in (SettingType.TEXT, SettingType.ADDRESS)
            assert (setting.stricter is None) is open_ended, setting.name


def test_the_proposed_rule_is_labelled_everywhere() -> None:
    policy = load_shipped("proposed-rule-2025")
    assert policy.basis is Basis.PROPOSED
    assert "not in force" in policy.title
    assert "not in force" in policy.description
    assert {load_shipped(name).basis for name in shipped() if name != policy.policy_id} == {
        Basis.CURRENT
    }


def test_every_check_has_its_place_in_other_catalogues() -> None:
    for _, check in CHECKS:
        assert proposed_by(check.check_id)
        topic = topic_of(check.check_id)
        assert topic
        assert "nist_800_53r5" in topic.places
    assert topic_of("software-required-zoom") is topic_of("software-forbidden-x")
    assert topic_of("practice-lock") is None
    assert proposed_by("practice-lock") == ()


def test_policies_check_finds_nothing() -> None:
    from scripts.policies_check import faults

    assert list(faults()) == []


def test_home_office_selects_every_check() -> None:
    selected = {check.check_id for check in load_shipped("home-office").checks}
    assert selected == {check.check_id for _, check in CHECKS}


def test_the_rule() -> None:
    """45 CFR 164.308 to 164.316: 22 standards; 24 required and 22 addressable specifications."""
    rows = provisions()
    counted = [row.designation for row in rows.values()]
    assert len(rows) == 68
    assert counted.count(Designation.STANDARD) == 22
    assert counted.count(Designation.REQUIRED) == 24
    assert counted.count(Designation.ADDRESSABLE) == 22
    for paragraph, title, designation in (
        ("164.312(a)(2)(iv)", "Encryption and decryption", Designation.ADDRESSABLE),
        ("164.312(a)(2)(iii)", "Automatic logoff", Designation.ADDRESSABLE),
        ("164.308(a)(1)(ii)(B)", "Risk management", Designation.REQUIRED),
    ):
        assert rows[paragraph].title == title
        assert rows[paragraph].designation is designation


@pytest.mark.parametrize(("family", "check"), BY_ID)
def test_citations(family: Family, check: Check) -> None:
    cited = {citation.provision for citation in check.citations}
    # "Security reminders" are messages to people, and never patches.
    assert "164.308(a)(5)(ii)(A)" not in cited
    if "164.312(a)(2)(iii)" in cited:
        assert family.name == "screen_lock"  # automatic logoff


@pytest.mark.parametrize(("family", "check"), BY_ID)
def test_outcomes_are_all_shown(family: Family, check: Check) -> None:
    outcomes = {example.outcome for example in check.examples}
    wanted = set(Status) if check.when else set(Status) - {Status.NOT_APPLICABLE}
    assert outcomes == wanted, family.name


WORDED = [
    path
    for pattern in (
        "policies/**/*.yaml",
        "hipaaguard/report/templates/**/*",
        "hipaaguard/**/*.py",
    )
    for path in sorted(ROOT.glob(pattern))
    if path.is_file() and path.name != "words.py"
]


@pytest.mark.parametrize("path", WORDED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_overclaims(path: Path) -> None:
    text = " ".join(path.read_text().split())
    assert overclaims(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "HIPAA compliant",
        "a HIPAA-certified laptop",
        "HIPAA requires a VPN",
        "legal advice",
        "guarantees",
    ],
)
def test_the_patterns_find_what_they_look_for(text: str) -> None:
    assert overclaims(text)


def test_the_notice_is_allowed() -> None:
    assert overclaims("This is not legal advice.") == ()


# A policy that changes in meaning takes a new version, and a line of its own here.
DIGESTS = {
    ("home-office", "1.0.0"): "d3f2c1afb1f396e5bc869ec8c261330fb3552c4060b0987880546823a218e10a",
    ("home-office", "1.1.0"): "b99285a78340a475d3dc13f1e5572ef748d5a582e557f545bf38b6d9d6aa8ba0",
    ("home-office", "2.0.0"): "5fcb5bb0aade5a76a0acbaf08f1d631049f0ed9503b4daa3483a4bc494f62e22",
    (
        "home-office-strict",
        "1.0.0",
    ): "0982b58eaf708155ddae1b0a9a4413f9eaa73f1612a5b3734921e17bcd25d56e",
    ("minimal", "1.0.0"): "9c153bd3d2c72b447484153a1641f699a71844b82e00c73e980e5642e09140d1",
    (
        "proposed-rule-2025",
        "1.0.0",
    ): "861f4486631538cdc28df695aa770fe5d4a8ec83299371fd4c3ad972b98ec738",
    ("view-only", "1.0.0"): "73ad55ff8431c75c0bc8c187f88dd5cb594a5502da6e2b26a3f6d90653e2ae86",
}


def test_a_policy_that_changed_has_a_new_version() -> None:
    for policy_id in shipped():
        policy = load_shipped(policy_id)
        assert DIGESTS[policy_id, policy.version] == policy.digest, "give it a new version"
