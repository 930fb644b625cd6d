"""The policy language: what is refused, with its place, and what a policy comes to.

`tests/policies/` holds one defect a file; the first line says the place and the reason that must
come out, or "in order".
"""

from itertools import product
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard import strict_yaml
from hipaaguard.errors import PolicyError
from hipaaguard.facts import FACTS as FACTS_BY_NAME
from hipaaguard.facts import FactType
from hipaaguard.model import Fact, Platform, Reason, Unavailable
from hipaaguard.policy import digest, library, load_policy, load_shipped, shipped, shipped_text
from hipaaguard.policy.condition import Truth, decide, version_parts
from hipaaguard.policy.family import load_family
from hipaaguard.policy.lint import _outcomes
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Compare, Group, Junction, Op
from hipaaguard.policy.read_condition import Grammar, read_condition
from hipaaguard.policy.schema import schema
from tests.conftest import TESTS

FILES = sorted((TESTS / "policies").glob("*.yaml"))
GOOD = (TESTS / "policies" / "good.yaml").read_text()
SELECTED = "id: p\nversion: v1\ntitle: P\ndescription: D.\nchecks: [{}]\n"


def outcome(text: bytes, name: str) -> str:
    try:
        load_policy(text, name)
    except PolicyError as error:
        return str(error)
    return "in order"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_defect_is_refused_at_its_place(file: Path) -> None:
    text = file.read_bytes()
    expected = text.decode().splitlines()[0].removeprefix("# ")
    prefix = "" if file.stem == "good" else f"{file.name}:"
    assert outcome(text, file.name) == f"{prefix}{expected}"


def test_defects_differ_from_the_good_policy() -> None:
    texts = [file.read_text().partition("\n")[2] for file in FILES]
    assert len(texts) > 60
    assert len(set(texts)) == len(texts)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_place(text: bytes) -> None:
    assert outcome(text, "p.yaml").startswith("p.yaml:")


LINES = GOOD.splitlines(keepends=True)
LINE_NUMBERS = st.integers(0, len(LINES) - 1)
JUNK = st.sampled_from(
    ["", "[]", "{}", "null", "true", "-1", '"{"', "$x", "on", "&a b", "x" * 5_000]
)


@given(LINE_NUMBERS, JUNK)
def test_a_line_with_another_value_loads_or_is_refused_with_a_place(number: int, junk: str) -> None:
    key, colon, _ = LINES[number].partition(":")
    changed = "".join([*LINES[:number], f"{key}{colon} {junk}\n", *LINES[number + 1 :]])
    found = outcome(changed.encode(), "p.yaml")
    assert found == "in order" or found.startswith("p.yaml:")
    assert len(found) < 3_000


@given(LINE_NUMBERS)
def test_a_policy_cut_off_anywhere_is_refused(number: int) -> None:
    # The last line alone is an example of a second unknown; without it the policy is whole.
    cut = "".join(LINES[:number])
    assert outcome(cut.encode(), "p.yaml").startswith("p.yaml:")


def test_too_large() -> None:
    assert outcome(b"#" * (1 << 20) + b"\n", "p") == "p:1:1: the file is larger than 1 MiB"


def test_the_digest_depends_on_meaning_alone() -> None:
    policy = load_policy(GOOD.encode(), "a.yaml")
    data = yaml.safe_load(GOOD)
    data["version"] = "1.0.0"
    laid_out_otherwise = yaml.safe_dump(data, default_flow_style=True, sort_keys=True)
    assert load_policy(laid_out_otherwise.encode(), "b.yaml").digest == policy.digest
    assert digest(policy) == policy.digest
    for old, new in (
        ("default: 600", "default: 601"),
        ("severity: high", "severity: low"),
        ("  - disk-swap\n", "  - disk-home\n"),
        ("1.0.0", "1.0.1"),
    ):
        changed = GOOD.replace(old, new)
        if old == "default: 600":
            changed = changed.replace("10 minutes", "10 minutes 1 second")
        assert load_policy(changed.encode(), "c.yaml").digest != policy.digest


def test_a_setting_has_the_value_of_the_policy() -> None:
    text = SELECTED.format("screen-lock-on") + "settings: {screen_lock_max_s: 300}\n"
    (setting,) = load_policy(text.encode(), "p.yaml").settings
    assert (setting.value, setting.default, setting.unit) == (300, 900, "s")


VPN = "vpn-connected, vpn-full-tunnel, vpn-practice-network, vpn-configured"
CONTEXT = {"os.name", "os.version"}
DESKTOP = "screen_lock.desktop"  # may choose among the steps
MODES = [
    ("{vpn_required: none}", set()),
    ("{vpn_required: configured}", {"vpn.configured", "vpn.kind"}),
    (
        "{vpn_required: full_tunnel}",
        {"vpn.active", "vpn.kind", "vpn.full_tunnel_v4", "vpn.full_tunnel_v6"},
    ),
    (
        "{vpn_required: practice_network, vpn_target: 10.20.0.0/16}",
        {"vpn.active", "vpn.kind", "vpn.carries(10.20.0.0/16)"},
    ),
]


@pytest.mark.parametrize(("settings", "keys"), MODES, ids=[settings for settings, _ in MODES])
def test_only_what_the_settings_ask_for_is_collected(settings: str, keys: set[str]) -> None:
    text = SELECTED.format(VPN) + f"settings: {settings}\n"
    policy = load_policy(text.encode(), "p.yaml")
    for platform in (None, Platform.LINUX):
        assert policy.fact_keys(platform) - {DESKTOP} == (CONTEXT | keys) - {DESKTOP}


def test_a_check_for_another_system_collects_nothing() -> None:
    policy = load_policy(GOOD.encode(), "good.yaml")
    assert "screen_lock.idle_s" in policy.fact_keys(Platform.LINUX)
    assert "screen_lock.idle_s" in policy.fact_keys(None)
    assert "screen_lock.idle_s" not in policy.fact_keys(Platform.WINDOWS)


def test_shipped_policies() -> None:
    assert "home-office" in shipped()
    assert library.PROVISIONS not in shipped()
    assert shipped() == tuple(sorted(shipped()))
    policy = load_shipped("home-office")
    assert policy == load_policy(shipped_text("home-office"), "home-office.yaml")
    assert policy.check("disk-system") is policy.checks[0]
    assert policy.check("disk-nothing") is None


@pytest.mark.parametrize("name", ["hipaa", "../pyproject", "nothing", ""])
def test_no_other_file_is_a_shipped_policy(name: str) -> None:
    with pytest.raises(PolicyError, match="no policy named"):
        shipped_text(name)


def test_the_id_of_a_check_begins_with_its_family() -> None:
    text = library.family_text("disk").replace(b"id: disk-swap", b"id: swap-disk")
    with pytest.raises(PolicyError, match=r"^f:\d+:5: the id of a check .* begins with 'disk-'$"):
        load_family(text, "f")


def test_a_setting_of_a_family_is_used() -> None:
    text = library.family_text("firewall").replace(b"$firewall_allowed_ports\n", b"[22/tcp]\n")
    text = text.replace(b"{$firewall_allowed_ports}", b"22/tcp")
    with pytest.raises(PolicyError, match="no check here uses the setting"):
        load_family(text, "f")


def test_the_schema_knows_the_language() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    assert validator.is_valid(yaml.safe_load(GOOD))
    refused = {
        file.stem
        for file in FILES
        if file.stem not in {"alias", "tag", "duplicate-key", "cannot-be-read"}
        and not validator.is_valid(yaml.safe_load(file.read_text()))
    }
    assert refused >= {
        "unknown-key-in-policy",
        "unknown-key-in-check",
        "unknown-fact",
        "missing-key",
        "comparison-does-not-suit",
        "two-comparisons",
        "value-outside-the-closed-set",
        "no-sentence-for-a-fail",
        "severity-unknown",
        "platform-unknown",
        "sentence-without-an-end",
    }


YES = Compare("updates.automatic", Op.EQUALS, operand=True, wanted=True, said="No.")
UNSEEN = Compare("vpn.active", Op.EQUALS, operand=True, wanted=True, said="Not active.")
NO = Compare("updates.automatic", Op.EQUALS, operand=False, wanted=True, said="Yes.")
FACTS = {
    "updates.automatic": Fact("updates.automatic", True, ""),
    "vpn.active": Fact("vpn.active", Unavailable(Reason.FAILED), ""),
}
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("junction", "parts", "truth"),
    [
        (Junction.ALL, (YES, YES), T),
        (Junction.ALL, (YES, NO), F),
        (Junction.ALL, (YES, UNSEEN), U),
        (Junction.ALL, (UNSEEN, NO), F),
        (Junction.ANY, (NO, YES), T),
        (Junction.ANY, (UNSEEN, YES), T),
        (Junction.ANY, (UNSEEN, NO), U),
        (Junction.ANY, (NO, NO), F),
    ],
)
def test_three_valued_logic(junction: Junction, parts: tuple[Compare, ...], truth: Truth) -> None:
    found = decide(Group(junction, parts), FACTS, {})
    assert found.truth is truth
    assert bool(found.said) is (truth is F)
    assert bool(found.unseen) is (truth is U)


A, B = "updates.automatic", "updates.reboot_required"
BOTH = f"{{{A}: {{equals: true, found: A.}}, {B}: {{equals: true, found: B.}}}}"
EITHER = f"{{any: [{{{A}: {{equals: true, found: A.}}}}, {{{B}: {{equals: true, found: B.}}}}]}}"
NEGATIONS = [
    (BOTH, lambda a, b: a and b),
    (EITHER, lambda a, b: a or b),
    (f"{{not: {BOTH}}}", lambda a, b: not (a and b)),
    (f"{{not: {EITHER}}}", lambda a, b: not (a or b)),
    (f"{{not: {{not: {BOTH}}}}}", lambda a, b: a and b),
    (f"{{not: {{all: [{BOTH}, {{not: {EITHER}}}]}}}}", lambda a, b: True),
]


@pytest.mark.parametrize(("text", "meaning"), NEGATIONS, ids=[text for text, _ in NEGATIONS])
def test_not_means_the_opposite_of_all_that_is_in_it(text: str, meaning) -> None:
    document = strict_yaml.load(text.encode(), "c.yaml")
    condition = read_condition(Node(document, (), document.data), Grammar({}, "found"))
    for a, b in product((True, False), repeat=2):
        found = decide(condition, {A: Fact(A, a, ""), B: Fact(B, b, "")}, {})
        assert found.truth is (T if meaning(a, b) else F)
        assert bool(found.said) is (found.truth is F)


STRINGS_FACT, TEXT_FACT, NUMBER_FACT = "firewall.allowed_inbound", "os.version", "updates.pending"
COMPARISONS = [
    (NUMBER_FACT, 5, Op.AT_MOST, 5, T),
    (NUMBER_FACT, 6, Op.AT_MOST, 5, F),
    (NUMBER_FACT, 5, Op.AT_LEAST, 5, T),
    (NUMBER_FACT, 4, Op.AT_LEAST, 5, F),
    (NUMBER_FACT, 1, Op.EQUALS, True, F),
    (TEXT_FACT, "a", Op.ONE_OF, ("a", "b"), T),
    (TEXT_FACT, "c", Op.ONE_OF, ("a", "b"), F),
    (TEXT_FACT, "24.04", Op.VERSION_AT_LEAST, "24.4", T),
    (TEXT_FACT, "9.10", Op.VERSION_AT_LEAST, "9.9", T),
    (TEXT_FACT, "9", Op.VERSION_AT_LEAST, "9.0.1", F),
    (TEXT_FACT, "9.0", Op.VERSION_AT_LEAST, "9", T),
    (TEXT_FACT, "rolling", Op.VERSION_AT_LEAST, "9", U),
    (STRINGS_FACT, ("a", "b"), Op.CONTAINS, "a", T),
    (STRINGS_FACT, ("ab",), Op.CONTAINS, "a", F),
    (STRINGS_FACT, ("a",), Op.NONE, ("b", "c"), T),
    (STRINGS_FACT, ("a", "c"), Op.NONE, ("b", "c"), F),
    (STRINGS_FACT, ("a",), Op.ONE_OF, ("a", "b"), T),
    (STRINGS_FACT, ("a", "c"), Op.ONE_OF, ("a", "b"), F),
    (STRINGS_FACT, (), Op.EMPTY, True, T),
    (STRINGS_FACT, ("a",), Op.EMPTY, True, F),
    (STRINGS_FACT, ("a",), Op.EMPTY, False, T),
    # Reading refuses these; should one come through, it does not hold.
    (STRINGS_FACT, ("a",), Op.AT_MOST, 5, F),
    (TEXT_FACT, "a", Op.CONTAINS, "a", F),
]


@pytest.mark.parametrize(("key", "value", "op", "operand", "truth"), COMPARISONS)
def test_comparisons(key, value, op, operand, truth) -> None:
    facts = {key: Fact(key, value, "")}
    assert decide(Compare(key, op, operand, wanted=True, said="x"), facts, {}).truth is truth
    inverted = {T: F, F: T, U: U}[truth]
    assert decide(Compare(key, op, operand, wanted=False, said="x"), facts, {}).truth is inverted


@pytest.mark.parametrize("text", ["", ".", "1.", "1.x", "-1", "+1", "1 2", "\u0661", "9" * 10])
def test_what_is_no_version(text: str) -> None:
    assert version_parts(text) is None


def test_a_condition_of_many_facts_is_tried_by_its_examples_alone() -> None:
    """13 facts have more combinations than are tried; a set of cases that large is left out."""
    numbers = [name for name, spec in FACTS_BY_NAME.items() if spec.type is FactType.INT]
    parts = tuple(
        Compare(name, Op.AT_MOST, operand=limit, wanted=True, said="x")
        for name in numbers
        for limit in (10, 20, 30)
    )
    assert _outcomes(Group(Junction.ALL, parts), {}) == set()
    assert _outcomes(Group(Junction.ALL, parts[:3]), {}) == {T, F}


def test_a_setting_inside_a_condition_is_not_tried_but_taken() -> None:
    asked = Compare("$mode", Op.EQUALS, operand="strict", wanted=True, said="")
    either = Group(Junction.ANY, (asked, YES))
    assert _outcomes(either, {"mode": "strict"}) == {Truth.TRUE}
    assert _outcomes(either, {"mode": "loose"}) == {Truth.TRUE, Truth.FALSE}


def test_a_folder_without_policies_is_said(tmp_path: Path, monkeypatch) -> None:
    library.folder.cache_clear()
    monkeypatch.setattr(library, "_PACKAGE", tmp_path / "hipaaguard")
    try:
        with pytest.raises(PolicyError, match="are not there"):
            library.folder()
        (tmp_path / "policies").mkdir()
        (tmp_path / "policies" / "hipaa.yaml").write_text("provisions: {}")
        assert library.shipped() == ()
        with pytest.raises(PolicyError, match=r"checks/disk\.yaml .* cannot be read"):
            library.family_text("disk")
    finally:
        library.folder.cache_clear()
