"""Outdated browsers: what the table can prove, and when it is too old to say more."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.browser_table import (
    MAX_AGE_DAYS,
    Browser,
    Verdict,
    judge,
    parse_table,
    shipped_table,
)
from hipaaguard.collect.browsers import outdated
from hipaaguard.collect.installs import Finding, Install
from hipaaguard.collect.software_names import find_product, shipped_names
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

TRAPS = {
    "a table that is old cannot say current": "browsers-table-too-old",
    "an old table still proves outdated": "browsers-table-too-old-but-proves-outdated",
    "a long-term release is not outdated": "browsers-dpkg-current",
    "an enterprise distribution's firefox is the long-term one": (
        "browsers-rpm-enterprise-long-term"
    ),
    "an ordinary release with the long-term one's number": (
        "browsers-firefox-old-release-is-not-esr"
    ),
    "a long-term release that has ended": "browsers-firefox-esr-ended",
    "a package that only fetches the snap": "browsers-ubuntu-transitional-package",
    "of several installs the worst counts": "browsers-two-installs-worst-counts",
    "nothing installed is not everything current": "browsers-none-installed",
    "a browser that nobody can judge": "browsers-not-judged",
    "rpm says not installed when it cannot look": "browsers-rpm-database-locked",
    "a release that is being handed out": "browsers-replaced-last-week",
    "GNOME Web is mended under its old number": "test_gnome_web_is_not_judged",
}

TABLE = parse_table(
    b"""
browsers:
  - product: One
    as_of: 2026-11-12
    source: x
    releases: {"155": 2026-10-06, "157": 2026-11-03}
    long_term: ["153"]
  - {product: Two, as_of: 2026-11-12, source: x}
""",
    "table.yaml",
)
ONE, TWO = TABLE.browsers


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


@pytest.mark.parametrize(
    ("version", "day", "verdict"),
    [
        ("157.0.1", "2026-11-20", Verdict.CURRENT),
        ("158.0", "2026-11-20", Verdict.CURRENT),
        ("156.0", "2026-11-17", Verdict.CURRENT),
        ("156.9", "2026-11-18", Verdict.OUTDATED),
        ("155", "2026-11-18", Verdict.OUTDATED),
        ("154.0", "2026-10-20", Verdict.CURRENT),
        ("154.0", "2026-10-21", Verdict.OUTDATED),
        ("15.7", "2026-11-20", Verdict.OUTDATED),
        ("153.0.4", "2026-11-20", Verdict.OUTDATED),
        ("153.1.0", "2026-11-20", Verdict.CURRENT),
        ("152.9", "2026-11-20", Verdict.OUTDATED),
        ("157.0", "2026-12-27", Verdict.CURRENT),
        ("157.0", "2026-12-28", Verdict.TABLE_TOO_OLD),
        ("153.1.0", "2026-12-28", Verdict.TABLE_TOO_OLD),
        ("156.0", "2026-12-28", Verdict.OUTDATED),
        ("157.0beta", "2026-11-20", Verdict.NOT_JUDGED),
        ("", "2026-11-20", Verdict.NOT_JUDGED),
    ],
)
def test_verdicts(version: str, day: str, verdict: Verdict) -> None:
    assert judge(ONE, version, date.fromisoformat(day), long_term=False) is verdict


def test_an_install_can_say_itself_that_it_is_long_term() -> None:
    day = date(2026, 11, 20)
    assert judge(ONE, "153.0.4", day, long_term=True) is Verdict.CURRENT
    assert judge(ONE, "140.15", day, long_term=True) is Verdict.OUTDATED
    assert judge(TWO, "7.6", day, long_term=False) is Verdict.NOT_JUDGED


@given(st.text(max_size=30), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_nothing_is_current_by_an_old_table(version: str, day: date) -> None:
    verdict = judge(ONE, version, day, long_term=False)
    if verdict is Verdict.CURRENT:
        assert day <= ONE.as_of + timedelta(days=MAX_AGE_DAYS)


def findings(*versions: str, gap: bool = False) -> dict[str, Finding]:
    gaps = (Unavailable(Reason.NOT_PERMITTED, "x"),) if gap else ()
    one = Finding(tuple(Install(version, "x") for version in versions), gaps)
    return {"One": one, "Two": Finding((), ())}


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (findings("157.0"), ()),
        (findings("157.0", "150.0"), ("One",)),
        (findings("157.0", gap=True), Reason.NOT_PERMITTED),
        (findings("150.0", gap=True), ("One",)),
        (findings("157.0", ""), Reason.UNRECOGNISED),
        (findings(), Reason.NOT_INSTALLED),
        (findings(gap=True), Reason.NOT_PERMITTED),
    ],
)
def test_what_is_said_of_all_browsers(found: dict[str, Finding], value: object) -> None:
    answer = outdated(TABLE.browsers, found, date(2026, 11, 20))
    assert (answer.reason if isinstance(answer, Unavailable) else answer) == value


@pytest.mark.parametrize(
    "entry",
    [
        "{product: A, source: x}",
        "{product: A, as_of: 2026-11-12}",
        '{product: A, as_of: 2026-11-12, source: x, releases: {"1a": 2026-01-01}}',
        '{product: A, as_of: 2026-11-12, source: x, releases: {"2": 2026-01-01, "1": 2026-02-01}}',
        '{product: A, as_of: 2026-11-12, source: x, releases: {"1": 2026-02-01, "2": 2026-01-01}}',
        '{product: A, as_of: 2026-11-12, source: x, releases: {"1": 2026-12-01}}',
        "{product: A, as_of: 2026-11-12, source: x, long_term: [esr]}",
        "{product: A, as_of: 2026-11-12, source: x, newest: 1}",
    ],
)
def test_a_faulty_table_is_refused(entry: str) -> None:
    with pytest.raises(ParseError, match=r"table\.yaml"):
        parse_table(f"browsers:\n  - {entry}\n".encode(), "table.yaml")


def test_a_browser_is_listed_once() -> None:
    entry = "{product: A, as_of: 2026-11-12, source: x}"
    with pytest.raises(ParseError, match="twice"):
        parse_table(f"browsers:\n  - {entry}\n  - {entry}\n".encode(), "table.yaml")


def test_the_shipped_browsers_are_in_the_names_table_and_have_sources() -> None:
    known = {product.name for product in shipped_names().products}
    for browser in shipped_table().browsers:
        assert browser.product in known
        assert browser.source
        assert not browser.releases or len(browser.releases) > 1


def test_gnome_web_is_not_judged() -> None:
    packages = {find_product(it.product).deb for it in shipped_table().browsers}
    assert not any("epiphany-browser" in names for names in packages)


def test_the_same_engine_has_the_same_releases() -> None:
    table: dict[str, Browser] = {it.product: it for it in shipped_table().browsers}
    assert table["Chromium"].releases == table["Google Chrome"].releases
    assert table["Firefox"].releases == table["Firefox ESR"].releases
    assert table["Firefox"].long_term == table["Firefox ESR"].long_term
