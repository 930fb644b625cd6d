"""Only a page of which every byte is what a known key signed is accepted."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.attest.keyring import parse_keyring
from hipaaguard.attest.keys import keyid, public_of
from hipaaguard.attest.page import MAX_PAGE_BYTES, split
from hipaaguard.attest.repeat import TOOL
from hipaaguard.attest.sign import seal, sign
from hipaaguard.attest.verify import Accepted, Refused, Step, verify
from hipaaguard.errors import EnvelopeError
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Chain, Fact, Platform, Report, Snapshot, Status
from hipaaguard.policy import Policy, load_shipped
from hipaaguard.report import html, json_v1
from scripts import make_vectors
from tests.conftest import NOW
from tests.keys import CONTRACTOR, TRUSTED
from tests.sample import FACTS, sample

POLICY = load_shipped("home-office")
REPORT = sample()
PAGE = sign(REPORT, CONTRACTOR, NOW)
SMALL = make_vectors.good()
SMALL_UNSIGNED = make_vectors.PAGE


def judged(policy: Policy = POLICY, tool: str = TOOL) -> Report:
    """The sample's facts and a desktop, judged by the policy."""
    desktop = Fact("screen_lock.desktop", "gnome", "loginctl show-session")
    seen = {**FACTS, desktop.key: desktop}
    facts = tuple(seen[key] for key in sorted(seen))
    snapshot = Snapshot(facts, Platform.LINUX, NOW)
    return evaluate(snapshot, policy, NOW, tool=tool, chain=Chain(1, ""))


JUDGED = judged()


def accept(page: bytes, **demands: object) -> Accepted:
    """The verdict, which must be accepted."""
    verdict = verify(page, TRUSTED, NOW, **demands)  # type: ignore[arg-type]
    assert isinstance(verdict, Accepted), verdict
    return verdict


def refuse(page: bytes, step: Step, **demands: object) -> str:
    """The detail of the verdict, which must be refused at this step."""
    verdict = verify(page, TRUSTED, NOW, **demands)  # type: ignore[arg-type]
    assert isinstance(verdict, Refused), verdict
    assert verdict.step is step
    return verdict.detail


def forged(report: Report, shown: Report | None = None) -> bytes:
    """A page by a dishonest key holder: signed data and another page."""
    page = html.render(shown or report).encode()
    return seal(page, json_v1.to_data(report), CONTRACTOR, NOW)


def test_accepted() -> None:
    verdict = accept(sign(JUDGED, CONTRACTOR, NOW), policy=POLICY, max_age_days=0)
    assert verdict.report == JUDGED
    assert verdict.keyid == verdict.key.keyid == keyid(public_of(CONTRACTOR))
    assert verdict.key.label == "Casey Contractor"
    assert verdict.signed_at == NOW
    assert verdict.notes == ()


def test_fractions_of_seconds_do_no_harm() -> None:
    moment = NOW - timedelta(microseconds=123_456)
    report = replace(REPORT, taken_at=moment, evaluated_at=moment)
    assert accept(sign(report, CONTRACTOR, NOW)).report == report


def test_a_signed_page_of_another_zone() -> None:
    zone = datetime.fromisoformat("2026-11-23T07:00:00-05:00")
    assert accept(sign(REPORT, CONTRACTOR, zone)).signed_at == NOW
    assert accept(sign(REPORT, CONTRACTOR, zone)).signed_at.tzinfo is UTC


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_no_byte_can_be_changed(mask: int) -> None:
    accept(SMALL)
    changed = bytearray(SMALL)
    for at in range(len(SMALL)):
        changed[at] ^= mask
        verdict = verify(bytes(changed), TRUSTED, NOW)
        assert isinstance(verdict, Refused), f"byte {at} changed by {mask:#x} was accepted"
        changed[at] ^= mask


def test_no_byte_can_be_cut_off_or_added() -> None:
    for end in range(len(SMALL)):
        assert isinstance(verify(SMALL[:end], TRUSTED, NOW), Refused)
        assert isinstance(verify(SMALL[end + 1 :], TRUSTED, NOW), Refused)
        assert isinstance(verify(SMALL[:end] + SMALL[end + 1 :], TRUSTED, NOW), Refused)
        assert isinstance(verify(SMALL[:end] + b"\n" + SMALL[end:], TRUSTED, NOW), Refused)


@given(st.binary(min_size=1, max_size=8), st.integers(0, len(PAGE)), st.integers(0, 8))
def test_no_part_of_a_real_page_can_be_replaced(new: bytes, start: int, length: int) -> None:
    changed = PAGE[:start] + new + PAGE[start + length :]
    assert changed == PAGE or isinstance(verify(changed, TRUSTED, NOW), Refused)


@given(st.binary(max_size=200))
def test_never_raises(content: bytes) -> None:
    for page in (content, make_vectors.put(content), make_vectors.fill(content)):
        assert isinstance(verify(page, TRUSTED, NOW), Refused)


def _json() -> st.SearchStrategy[object]:
    leaf = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
    return leaf | st.lists(leaf, max_size=2) | st.dictionaries(st.text(max_size=3), leaf)


@given(st.sampled_from(sorted(make_vectors.predicate())), _json())
def test_never_raises_on_signed_data(field: str, value: object) -> None:
    verdict = verify(
        make_vectors.stated(lambda it: it["predicate"].update({field: value})), TRUSTED, NOW
    )
    assert isinstance(verdict, (Accepted, Refused))


_HOSTILE = (2**53 - 1, "", "9999-12-31", "\x1b[2J<script>", "x" * 20_000, ["a"] * 5000, False)
_PAGE = html.render(JUDGED).encode()


@given(st.sampled_from(range(len(JUDGED.facts))), st.sampled_from(_HOSTILE) | _json())
def test_never_raises_on_facts_of_this_version(index: int, value: object) -> None:
    data = json_v1.to_data(JUDGED)
    data["facts"][index]["value"] = value
    with suppress(EnvelopeError):
        page = seal(_PAGE, data, CONTRACTOR, NOW)
        assert isinstance(verify(page, TRUSTED, NOW, policy=POLICY), (Accepted, Refused))


def test_size() -> None:
    largest = b" " * MAX_PAGE_BYTES
    refuse(largest, Step.SLOT)
    assert "16 MiB" in refuse(largest + b" ", Step.SIZE)


def test_unknown_key_is_named_by_its_fingerprint() -> None:
    other = parse_keyring(make_vectors.vectors()["trusted.keys"].splitlines()[-1], "mine.keys")
    verdict = verify(SMALL, other, NOW)
    assert isinstance(verdict, Refused)
    assert verdict.step is Step.KEY
    assert TRUSTED.find(keyid(public_of(CONTRACTOR))).fingerprint in verdict.detail  # type: ignore[union-attr]
    assert "mine.keys" in verdict.detail


def test_mail_program() -> None:
    assert "line ends" in refuse(PAGE.replace(b"\n", b"\r\n"), Step.PAGE)
    assert "ask for the original" in refuse(PAGE.replace(b"\n", b"\r"), Step.PAGE)


class TestTime:
    """Ten minutes of difference between clocks, one hour for an audit, and no more."""

    @pytest.mark.parametrize(
        ("moved", "accepted"), [(600, True), (601, False), (-600, True), (-86_400 * 400, False)]
    )
    def test_now(self, moved: int, accepted: bool) -> None:
        now = NOW - timedelta(seconds=moved)
        verdict = verify(PAGE, TRUSTED, now, max_age_days=365)
        assert isinstance(verdict, Accepted) is accepted

    @pytest.mark.parametrize(
        ("taken", "evaluated", "accepted"),
        [
            (-3600, -3600, True),
            (-3601, -3601, False),
            (600, 600, True),
            (601, 600, False),
            (0, 601, False),
            (0, -600, True),
            (0, -601, False),
        ],
    )
    def test_order(self, taken: int, evaluated: int, accepted: bool) -> None:
        report = replace(
            REPORT,
            taken_at=NOW + timedelta(seconds=taken),
            evaluated_at=NOW + timedelta(seconds=evaluated),
        )
        assert isinstance(verify(forged(report), TRUSTED, NOW), Accepted) is accepted

    def test_end_of_time(self) -> None:
        end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
        last = replace(REPORT, taken_at=end, evaluated_at=end)
        assert isinstance(verify(forged(last), TRUSTED, NOW), Refused)
        first = datetime(1, 1, 1, tzinfo=UTC)
        assert isinstance(verify(PAGE, TRUSTED, first), Refused)
        assert isinstance(verify(PAGE, TRUSTED, end, max_age_days=2_000_000_000), Accepted)


class TestReport:
    def test_recording(self) -> None:
        page = sign(replace(REPORT, replayed=True), CONTRACTOR, NOW)
        assert "recording" in refuse(page, Step.REPORT)

    @pytest.mark.parametrize(
        "tool",
        [
            "",
            f"{TOOL} ",
            f"{TOOL}\u00a0",
            TOOL.replace("a", "\u0430", 1),
            "hipaaguard 9\x1b[2J",
            f"{TOOL}; the page was compared",
            f"hipaaguard {'9' * 50}",
        ],
    )
    def test_a_version_that_only_looks_like_one(self, tool: str) -> None:
        page = forged(replace(REPORT, tool=tool))
        assert "program and version" in refuse(page, Step.REPORT)

    @pytest.mark.parametrize("name", ["", "home-office ", "home-offi\u0441e", "Home-office"])
    def test_a_policy_that_only_looks_like_one(self, name: str) -> None:
        stamp = replace(REPORT.policy, policy_id=name)
        page = forged(replace(REPORT, policy=stamp))
        assert "name a policy" in refuse(page, Step.REPORT)


class TestJudgement:
    """The signed facts, judged again."""

    def test_facts_that_no_check_asks_for(self) -> None:
        praise = Fact("zz.certified", "every requirement observed", "an authority")
        report = replace(JUDGED, facts=(*JUDGED.facts, praise))
        assert "other facts" in refuse(forged(report), Step.JUDGEMENT, policy=POLICY)

    def test_another_status(self) -> None:
        failed = next(it for it in JUDGED.results if it.status is Status.FAIL)
        results = tuple(
            replace(it, status=Status.PASS) if it is failed else it for it in JUDGED.results
        )
        lie = forged(replace(JUDGED, results=results))
        assert failed.check_id in refuse(lie, Step.JUDGEMENT, policy=POLICY)
        assert failed.check_id in refuse(lie, Step.JUDGEMENT, find_policy=load_shipped)
        elsewhere = forged(replace(JUDGED, results=results, tool="hipaaguard 9"))
        assert failed.check_id in refuse(elsewhere, Step.JUDGEMENT, policy=POLICY)

    def test_another_sentence(self) -> None:
        kinder = replace(JUDGED.results[0], sentence="All is well.")
        results = (kinder, *JUDGED.results[1:])
        refuse(forged(replace(JUDGED, results=results)), Step.JUDGEMENT, policy=POLICY)
        other = forged(replace(JUDGED, results=results, tool="hipaaguard 9"))
        notes = accept(other, policy=POLICY).notes
        assert notes[0] == "only outcomes were compared: it was made by hipaaguard 9"

    def test_a_missing_result(self) -> None:
        fewer = forged(replace(JUDGED, results=JUDGED.results[1:]))
        refuse(fewer, Step.JUDGEMENT, policy=POLICY)

    def test_another_setting(self) -> None:
        settings = tuple(replace(it, value="other") for it in JUDGED.policy.settings[:1])
        stamp = replace(JUDGED.policy, settings=settings + JUDGED.policy.settings[1:])
        refuse(forged(replace(JUDGED, policy=stamp)), Step.JUDGEMENT, policy=POLICY)

    def test_another_fact(self) -> None:
        facts = tuple(
            replace(it, value=60) if it.key == "screen_lock.idle_s" else it for it in JUDGED.facts
        )
        kept = {it.key: it for it in facts}
        results = tuple(
            replace(it, evidence=tuple(kept[fact.key] for fact in it.evidence))
            for it in JUDGED.results
        )
        refuse(forged(replace(JUDGED, facts=facts, results=results)), Step.JUDGEMENT, policy=POLICY)

    def test_only_the_demanded_policy(self) -> None:
        weaker = replace(POLICY, checks=POLICY.checks[1:])
        page = sign(judged(weaker), CONTRACTOR, NOW)
        assert "not the same" in refuse(page, Step.JUDGEMENT, policy=POLICY)
        assert "not the same" in refuse(page, Step.JUDGEMENT, find_policy=load_shipped)
        accept(page, policy=weaker)

    def test_another_version_of_the_policy(self) -> None:
        older = replace(POLICY, version="0.1")
        page = sign(judged(older), CONTRACTOR, NOW)
        refuse(page, Step.JUDGEMENT, policy=POLICY)
        # This version of the program never shipped that policy.
        refuse(page, Step.JUDGEMENT, find_policy=load_shipped)
        by_another = replace(judged(older), tool="hipaaguard 0.0.9")
        notes = accept(sign(by_another, CONTRACTOR, NOW), find_policy=load_shipped).notes
        assert "home-office 0.1" in notes[0]

    @pytest.mark.parametrize("demands", [{}, {"find_policy": lambda _: None}])
    def test_no_policy_at_hand(self, demands: dict[str, object]) -> None:
        (note,) = accept(sign(JUDGED, CONTRACTOR, NOW), **demands).notes
        assert "not repeated" in note


class TestRendering:
    """The signed data, rendered again."""

    def test_a_page_that_says_otherwise(self) -> None:
        kinder = replace(REPORT, results=REPORT.results[:2])
        lie = forged(REPORT, shown=kinder)
        assert "something else than the data" in refuse(lie, Step.RENDERING)
        assert "not compared" in accept(lie, rerender=False).notes[-1]

    def test_data_that_say_more(self) -> None:
        data = {**json_v1.to_data(REPORT), "certified": True}
        page = seal(html.render(REPORT).encode(), data, CONTRACTOR, NOW)
        refuse(page, Step.RENDERING)

    def test_another_version(self) -> None:
        notes = accept(forged(replace(REPORT, tool="hipaaguard 9"), shown=REPORT)).notes
        assert "made by hipaaguard 9" in notes[-1]

    def test_a_page_of_gigabytes(self) -> None:
        big = Fact("zz.big", ("x" * 20_000,) * 50, "")
        results = tuple(
            replace(REPORT.results[0], check_id=f"check-{number}", evidence=(big,))
            for number in range(500)
        )
        report = replace(REPORT, facts=(big,), results=results)
        page = seal(SMALL_UNSIGNED, json_v1.to_data(report), CONTRACTOR, NOW)
        assert "something else than the data" in refuse(page, Step.RENDERING)

    def test_without_the_envelope_the_page_is_the_rendering(self) -> None:
        assert split(PAGE).emptied == html.render(REPORT).encode()
