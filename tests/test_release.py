"""The operating system: os-release(5) as systems really have it, and the table of support."""

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.linux.release import MAX_VALUE, parse_os_release, parse_support_end
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.collect.support import Support, find_support, parse_table, shipped_table
from hipaaguard.errors import ParseError
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Status
from hipaaguard.policy import Policy, load_policy, load_shipped
from tests.conftest import CORPUS, TESTS

REAL = CORPUS / "linux/os-release"
needs_corpus = pytest.mark.skipif(not REAL.is_dir(), reason=f"no recorded os-release at {REAL}")
INDEX: list[dict[str, Any]] = (
    yaml.safe_load((REAL / "INDEX.yaml").read_text())["cases"] if REAL.is_dir() else []
)


@needs_corpus
def test_support_of_real_systems() -> None:
    """What the table says of each, apart from those that it does not list."""
    found = {}
    for case in INDEX:
        release = parse_os_release((REAL / case["file"]).read_text())
        support = find_support(
            shipped_table(),
            release.get("ID", ""),
            release.get("NAME", ""),
            release.get("VERSION_ID", ""),
        )
        if support is not None:
            found[case["file"].removesuffix(".txt")] = str(support.ends or "rolling")
    assert len(found) > 50
    assert {key: found[key] for key in EXPECTED} == EXPECTED
    assert not {"debian-rolling", "rhel-9_0", "sles-15_7", "ubuntu-linux-18_04"} & found.keys()


EXPECTED = {
    "almalinux-9_6": "2032-05-31",
    "alpine-3_22_1": "2027-05-01",
    "amzn-2017_03": "2023-12-31",
    "arch-rolling": "rolling",
    "centos-10": "2030-01-01",
    "centos-7": "2024-06-30",
    "debian-12": "2028-06-30",
    "fedora-42": "2026-05-27",
    "gentoo-2_18": "rolling",
    "linuxmint-21_3": "2027-04-30",
    "linuxmint-22": "2029-04-30",
    "nixos-18_09_1436_a7fd4310c0c": "2019-04-30",
    "opensuse-leap-15_6": "2026-04-30",
    "opensuse-tumbleweed-20230108": "rolling",
    "ubuntu-22_04": "2027-06-01",
    "ubuntu-25_10": "2026-07-09",
    "ubuntu-26_04": "2031-05-29",
}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=Gentoo", "Gentoo"),
        ('NAME="Debian GNU/Linux"', "Debian GNU/Linux"),
        ("NAME='Debian GNU/Linux'", "Debian GNU/Linux"),
        (r'NAME="a \"b\" \$c \\ \`d"', r'a "b" $c \ `d'),
        ("  NAME=Void  ", "Void"),
        ("NAME=", ""),
        ('NAME=""', ""),
        ("NAME=Void\nNAME=Arch", "Arch"),
        ("NAME=Void\r", "Void"),
        ("#NAME=Void", None),
        ('NAME="Void', None),
        ('NAME="Void" # comment', None),
        ("NAME=Void Linux", None),
        ('NAME="Void"; reboot', None),
        ("export NAME=Void", None),
        ('NAME="\x1b[31mVoid"', None),
        (f"NAME={'x' * MAX_VALUE}", "x" * MAX_VALUE),
        (f"NAME={'x' * (MAX_VALUE + 1)}", None),
    ],
)
def test_forms_of_an_assignment(line: str, value: str | None) -> None:
    assert parse_os_release(line).get("NAME") == value


@given(st.text())
def test_any_text_gives_printable_values(text: str) -> None:
    for value in parse_os_release(f'NAME="{text}"\n{text}').values():
        assert value.isprintable()
        assert len(value) <= MAX_VALUE


@pytest.mark.parametrize("value", ["", "2030", "2030-13-01", "30-01-01", "2030-01-01T00:00"])
def test_a_day_of_support_that_is_no_date(value: str) -> None:
    with pytest.raises(ParseError):
        parse_support_end(value)


def test_support_ends_with_its_last_day() -> None:
    support = Support(date(2026, 8, 31))
    assert support.holds_on(date(2026, 8, 31))
    assert not support.holds_on(date(2026, 9, 1))
    assert Support(None).holds_on(date(2999, 1, 1))


TABLE = parse_table(
    b"""
as_of: 2026-11-23
distributions:
  - {id: one, source: x, releases: {"9": 2030-01-01, "9.10": 2031-01-01}}
  - {id: two, name: Two Stream, source: x, releases: {"9": 2032-01-01}}
  - {id: two, name: Two, source: x, releases: {"9": 2033-01-01}}
  - {id: three, source: x, rolling: true}
""",
    "table.yaml",
)


@pytest.mark.parametrize(
    ("os_id", "name", "version", "expected"),
    [
        ("one", "One", "9", "2030-01-01"),
        ("one", "One", "9.1", "2030-01-01"),
        ("one", "One", "9.10.3", "2031-01-01"),
        ("one", "One", "90", None),
        ("one", "One", "", None),
        ("two", "Two", "9", "2033-01-01"),
        ("two", "Two Stream", "9", "2032-01-01"),
        ("two", "Two Desktop", "9", None),
        ("three", "Three", "", "None"),
        ("four", "One", "9", None),
    ],
)
def test_the_longest_version_counts(
    os_id: str, name: str, version: str, expected: str | None
) -> None:
    support = find_support(TABLE, os_id, name, version)
    assert (str(support.ends) if support else None) == expected


@pytest.mark.parametrize(
    "entry",
    [
        "{id: a, source: x}",
        '{id: a, source: x, rolling: true, releases: {"1": 2030-01-01}}',
        '{id: a, source: x, releases: {"1": 2030-02-30}}',
        '{id: a, source: x, releases: {"1": soon}}',
        '{id: a, source: x, releases: {"1": 2030-01-01, "1": 2031-01-01}}',
        '{id: a, releases: {"1": 2030-01-01}}',
        '{id: a, source: x, release: {"1": 2030-01-01}}',
    ],
    ids=["nothing", "both", "no such day", "no day", "twice", "no source", "unknown key"],
)
def test_a_faulty_table_is_refused(entry: str) -> None:
    text = f"as_of: 2026-11-23\ndistributions:\n  - {entry}\n"
    with pytest.raises(ParseError, match=r"table\.yaml"):
        parse_table(text.encode(), "table.yaml")


def test_the_shipped_table_names_its_sources_and_each_distribution_once() -> None:
    table = shipped_table()
    named = [(entry.id, entry.name) for entry in table.distributions]
    assert len(set(named)) == len(named)
    assert all(entry.source.startswith("https://") for entry in table.distributions)


ASKS_FOR_EITHER = load_policy(
    b"""
id: practice
version: 1.0.0
title: A practice
description: What the practice asks.
checks:
  - id: practice-maintained
    title: System is maintained
    looks_at: whether this release is maintained
    why: A release without updates keeps its holes.
    severity: high
    platforms: [linux]
    expect:
      any:
        - os.supported: {equals: true, found: There are no free updates.}
        - os.extended_support: {equals: true, found: There is no extended maintenance.}
    met: It is maintained.
    fix:
      linux: [Upgrade it.]
    citations: {164.308(a)(1)(ii)(A): primary}
    examples:
      - {outcome: pass, facts: {os.supported: false, os.extended_support: true}}
      - outcome: fail
        facts: {os.supported: false, os.extended_support: false}
        says: "There are no free updates. There is no extended maintenance."
      - {outcome: unknown, facts: {}}
""",
    "practice.yaml",
)


@pytest.mark.parametrize(
    ("case", "shipped", "either"),
    [
        ("release-extended-ubuntu-pro", Status.FAIL, Status.PASS),
        ("release-extended-ubuntu-2204-after-standard", Status.FAIL, Status.PASS),
        ("release-extended-ran-out", Status.FAIL, Status.FAIL),
        ("release-extended-not-attached", Status.FAIL, Status.FAIL),
        ("release-extended-debian-elts-ended", Status.FAIL, Status.FAIL),
        ("release-extended-ubuntu-2204-pro", Status.PASS, Status.PASS),
        ("release-extended-ubuntu-2404-not-attached", Status.PASS, Status.PASS),
    ],
)
def test_extended_maintenance_counts_only_where_a_policy_asks_for_it(
    case: str, shipped: Status, either: Status
) -> None:
    home = load_shipped("home-office")
    assert judge(case, home, "updates-os-supported") is shipped
    assert judge(case, ASKS_FOR_EITHER, "practice-maintained") is either


def judge(case: str, policy: Policy, check_id: str) -> Status:
    """How the check of the policy comes out on the recorded machine."""
    recording = read_recording(TESTS / "recordings/linux" / case)
    host, moment = ReplayHost(recording), recording.recorded.taken_at
    snapshot = collect(host, policy.fact_keys(host.platform), moment)
    results = evaluate(snapshot, policy, moment, tool="test").results
    return next(it.status for it in results if it.check_id == check_id)
