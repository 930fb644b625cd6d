"""The JSON forms: whole reports (`json_v1`) and facts alone (`facts_v1`)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS, FactType
from hipaaguard.model import (
    Chain,
    Fact,
    Platform,
    Reason,
    Report,
    Scalar,
    Snapshot,
    Status,
    Unavailable,
)
from hipaaguard.report import facts_v1, html, json_v1, text
from hipaaguard.report.facts_v1 import facts_to_data, parse_facts
from hipaaguard.report.wire import MAX_TEXT
from tests import sample
from tests.conftest import NOW

words = st.text(st.characters(codec="utf-8"), max_size=60)
times = st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
values: dict[FactType, st.SearchStrategy[Scalar]] = {
    FactType.BOOL: st.booleans(),
    FactType.INT: st.integers(0, 2**53 - 1),
    FactType.STR: words,
    FactType.STRINGS: st.lists(words, max_size=5).map(tuple),
}
missing = st.builds(Unavailable, st.sampled_from(Reason), words, words)


@st.composite
def facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    names = draw(st.sets(st.sampled_from([key for key in FACTS if not FACTS[key].parameter])))
    found = []
    for key in sorted(names | draw(st.sampled_from([set(), {"vpn.carries(10.0.0.0/8)"}]))):
        spec = FACTS[key.partition("(")[0]]
        known: st.SearchStrategy[Scalar] = (
            st.sampled_from(spec.values) if spec.values else values[spec.type]
        )
        found.append(Fact(key, draw(known | missing), draw(words)))
    return tuple(found)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = draw(facts())
    some = st.sets(st.sampled_from(found)) if found else st.just(set())
    results = tuple(
        replace(
            sample.sample().results[place],
            status=draw(st.sampled_from(Status)),
            sentence=draw(words),
            settle=tuple(draw(st.lists(words, max_size=2))),
            evidence=tuple(sorted(draw(some), key=lambda fact: fact.key)),
        )
        for place in range(draw(st.integers(1, 4)))
    )
    return replace(
        sample.sample(),
        tool=draw(words),
        platform=draw(st.none() | st.sampled_from(Platform)),
        taken_at=draw(st.none() | times),
        evaluated_at=draw(times),
        elevated=draw(st.booleans()),
        replayed=draw(st.booleans()),
        results=results,
        facts=found,
        chain=draw(st.none() | st.builds(Chain, st.integers(1, 9999), st.just(""), words, words)),
    )


# Whole reports


@settings(deadline=None)
@given(reports())
def test_nothing_is_lost(report: Report) -> None:
    line = json_v1.render(report)
    assert json_v1.parse(line.encode()) == report
    assert json_v1.parse(json_v1.to_data(report)) == report
    assert json.loads(line) == json_v1.to_data(report)


@pytest.mark.parametrize(
    "make",
    [sample.sample, sample.replayed, sample.smallest, sample.large],
    ids=lambda it: it.__name__,
)
def test_nothing_is_lost_of_samples(make) -> None:
    assert json_v1.parse(json_v1.render(make()).encode()) == make()


def test_canonical() -> None:
    line = json_v1.render(sample.sample())
    assert line.endswith("}\n")
    again = json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert line == again + "\n"


def test_what_is_absent_is_left_out() -> None:
    data = json_v1.to_data(replace(sample.smallest(), chain=None))
    assert not {"platform", "takenAt", "chain"} & set(data)
    assert "null" not in json.dumps(data)


def test_what_a_later_version_adds_is_ignored() -> None:
    data = json_v1.to_data(sample.sample())
    data["later"] = {"x": 1.5, "y": None}
    data["results"][0]["later"] = "new"
    assert json_v1.parse(data) == sample.sample()
    assert (
        json_v1.parse(json.dumps(data, indent=1).encode().replace(b"1.5", b"1")) == sample.sample()
    )


def test_a_fact_of_a_later_version_is_kept_and_shown() -> None:
    fact = Fact("zz.later(x)", ("a", "b"), "somewhere")
    report = replace(sample.sample(), facts=(*sample.sample().facts, fact))
    assert json_v1.parse(json_v1.to_data(report)) == report
    for module in (html, text):
        assert "zz.later(x)" in module.render(report)


def _set(*path: str | int, to: object) -> Callable[[Any], None]:
    """A change of the data: the value at the path replaced, or removed when it is `GONE`."""

    def change(data: Any) -> None:
        *above, last = path
        for step in above:
            data = data[step]
        if to is GONE:
            del data[last]
        else:
            data[last] = to

    return change


GONE = object()
RESULT = ("results", 0)
FACT = ("facts", 0)
REFUSED = {
    "no status": (_set(*RESULT, "status", to=GONE), "status"),
    "another status": (_set(*RESULT, "status", to="ok"), "status"),
    "null status": (_set(*RESULT, "status", to=None), "status"),
    "no evidence field": (_set(*RESULT, "evidence", to=GONE), "evidence"),
    "evidence that is no fact": (_set(*RESULT, "evidence", to=["os.nothing"]), "os.nothing"),
    "evidence twice": (_set(*RESULT, "evidence", to=["os.name", "os.name"]), "each once"),
    "evidence unsorted": (_set(*RESULT, "evidence", to=["os.version", "os.name"]), "sorted"),
    "no results": (_set("results", to=[]), "length >= 1"),
    "results missing": (_set("results", to=GONE), "results"),
    "two results of one check": (_set(*RESULT, "checkId", to="disk-home"), "two results"),
    "replayed missing": (_set("replayed", to=GONE), "replayed"),
    "elevated a number": (_set("elevated", to=1), "bool"),
    "fact without value": (_set(*FACT, "value", to=GONE), "neither"),
    "fact with both": (_set(*FACT, "unavailable", to="failed"), "both"),
    "value with a detail": (_set(*FACT, "detail", to="x"), "both"),
    "another reason": (_set("facts", 7, "unavailable", to="shrug"), "enum"),
    "value a float": (_set("facts", 2, "value", to=0.0), "float"),
    "value null": (_set("facts", 2, "value", to=None), "null"),
    "value of another type": (_set("facts", 1, "value", to="true"), "disk.home_encrypted"),
    "value outside the closed set": (_set(*FACT, "value", to="perhaps"), "perhaps"),
    "value negative": (_set("facts", 2, "value", to=-1), "negative"),
    "value too large": (_set("facts", 2, "value", to=2**53), "int"),
    "fact key of no form": (_set(*FACT, "key", to="Disk"), "fact key"),
    "fact twice": (_set("facts", 1, "key", to="disk.encryption_state"), "sorted by key"),
    "facts unsorted": (_set("facts", 0, "key", to="zz.z"), "sorted by key"),
    "time without zone": (_set("evaluatedAt", to="2026-11-23T12:00:00"), "not a time"),
    "time with offset": (_set("evaluatedAt", to="2026-11-23T12:00:00+00:00"), "not a time"),
    "time that is none": (_set("evaluatedAt", to="2026-02-30T12:00:00Z"), "there is no time"),
    "time in other digits": (_set("takenAt", to="\uff12026-11-23T12:00:00Z"), "not a time"),
    "digest of another form": (_set("policy", "digest", to="a" * 64 + "\n"), "regex"),
    "previous of another form": (_set("chain", "previous", to="A" * 64), "regex"),
    "sequence zero": (_set("chain", "sequence", to=0), ">= 1"),
    "text too long": (_set(*RESULT, "title", to="x" * (MAX_TEXT + 1)), "20000"),
    "half a character": (_set("tool", to="\ud800"), "Unicode"),
    "too many results": (_set("results", to=[{}] * 501), "length <= 500"),
    "too many facts": (_set("facts", to=[{}] * 5001), "length <= 5000"),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_refused_data(change, why: str) -> None:
    data = json_v1.to_data(sample.sample())
    change(data)
    with pytest.raises(ParseError, match=why):
        json_v1.parse(data)


GOOD = json_v1.render(sample.sample()).encode()
REFUSED_BYTES = {
    "empty": (b"", "not JSON"),
    "not JSON": (b"<html>", "not JSON"),
    "cut short": (GOOD[:-3], "not JSON"),
    "two values": (GOOD + GOOD, "not JSON"),
    "a list": (b"[]", "expected"),
    "not UTF-8": (GOOD.replace(b"Home office", b"Home \xff"), "not JSON"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "not JSON"),
    "duplicate key": (GOOD.replace(b'"elevated":', b'"elevated":true,"elevated":', 1), "elevated"),
    "duplicate key in a result": (
        GOOD.replace(b'"status":"pass"', b'"status":"fail","status":"pass"', 1),
        "'status' stands twice",
    ),
    "duplicate key, written otherwise": (
        GOOD.replace(b'"status":"pass"', b'"status":"fail","st\\u0061tus":"pass"', 1),
        "'status' stands twice",
    ),
    "not a number": (GOOD.replace(b'"elevated":false', b'"elevated":NaN'), "not JSON"),
    "float somewhere": (GOOD.replace(b'"tool":', b'"later": 1.5,"tool":'), "whole number"),
    "half a character": (GOOD.replace(b'"hipaaguard ', b'"\\ud800 '), "not JSON"),
    "nested without end": (b"[" * 200_000, "nested too deeply"),
    "endless number": (b"1" * 100_000, "expected|not JSON"),
    "too large": (b" " * (json_v1.MAX_BYTES + 1), "larger than 16 MiB"),
}


@pytest.mark.parametrize(("data", "why"), REFUSED_BYTES.values(), ids=REFUSED_BYTES)
def test_refused_bytes(data: bytes, why: str) -> None:
    with pytest.raises(ParseError, match=why):
        json_v1.parse(data)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_changed_byte_means_another_report_or_is_refused(place: int, byte: int) -> None:
    data = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    try:
        report = json_v1.parse(data)
    except ParseError:
        return
    assert (report == sample.sample()) == (json.loads(data) == json.loads(GOOD))


# Facts alone

SNAPSHOT = Snapshot(
    sample.sample().facts, Platform.LINUX, NOW.replace(microsecond=7), elevated=True
)


@settings(deadline=None)
@given(facts(), st.none() | st.sampled_from(Platform), st.none() | times, st.booleans())
def test_facts_nothing_is_lost(found, platform, taken_at, elevated) -> None:
    snapshot = Snapshot(found, platform, taken_at, elevated)
    data = facts_to_data(snapshot)
    assert parse_facts(json.dumps(data).encode()) == snapshot
    assert parse_facts(json.dumps(data, ensure_ascii=False, indent=2).encode()) == snapshot


def test_facts_form() -> None:
    reason = Unavailable(Reason.NOT_PERMITTED, "needs rights", "sudo x")
    found = (Fact("disk.home_encrypted", True, "/sys"), Fact("firewall.at_boot", reason, "nft"))
    assert facts_to_data(Snapshot(found, Platform.LINUX, NOW, elevated=False), "hipaaguard 1") == {
        "elevated": False,
        "facts": {
            "disk.home_encrypted": {"source": "/sys", "value": True},
            "firewall.at_boot": {
                "detail": "needs rights",
                "settle": "sudo x",
                "source": "nft",
                "unavailable": "not-permitted",
            },
        },
        "platform": "linux",
        "takenAt": "2026-11-23T12:00:00Z",
        "tool": "hipaaguard 1",
    }


def test_facts_by_hand() -> None:
    written = b"""\xef\xbb\xbf{"facts": {
        "screen_lock.idle_s": {"value": 300},
        "disk.home_encrypted": {"unavailable": "timed-out"}}}"""
    assert parse_facts(written) == Snapshot(
        (
            Fact("disk.home_encrypted", Unavailable(Reason.TIMED_OUT), ""),
            Fact("screen_lock.idle_s", 300, ""),
        ),
        None,
        None,
        elevated=False,
    )


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('"os.nothing": {"value": 1}', "os.nothing"),
        ('"Bad": {"value": 1}', "Bad"),
        ('"vpn.carries": {"value": true}', "vpn.carries"),
        ('"os.name(x)": {"value": "x"}', "os.name"),
        ('"screen_lock.idle_s": {"value": "300"}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"value": true}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"value": -1}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"value": null}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": 300', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"value": 3, "unavailable": "failed"}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"unavailable": "shrug"}', "screen_lock.idle_s"),
        ('"screen_lock.idle_s": {"value": 3.0}', "3.0"),
        ('"disk.home_encrypted": {"value": 1}', "disk.home_encrypted"),
        ('"firewall.manager": {"value": "other"}', "firewall.manager"),
        ('"firewall.allowed_inbound": {"value": [22]}', "firewall.allowed_inbound"),
        ('"os.name": {"value": "a"}, "os.name": {"value": "b"}', "'os.name' stands twice"),
        ('"os.name": {"value": "a", "value": "b"}', "'value' stands twice"),
        ('"os.name": {"value": "\\ud800"}', "not JSON"),
    ],
)
def test_facts_refused(entry: str, why: str) -> None:
    with pytest.raises(ParseError, match=why):
        parse_facts(f'{{"facts": {{{entry}}}}}'.encode())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{}", "facts"),
        (b'{"facts": []}', "object"),
        (b'{"facts": {}, "platform": "amiga"}', "platform"),
        (b'{"facts": {}, "takenAt": "today"}', "not a time"),
        (b'{"facts": {}, "elevated": "no"}', "bool"),
        (b'{"facts": {}, "platform": null}', "null"),
        (b'{"facts": {}, "facts": {}}', "'facts' stands twice"),
        ('{"facts": {}}'.encode("utf-16"), "not JSON"),
        (b" " * (facts_v1.MAX_BYTES + 1), "larger than 1 MiB"),
    ],
)
def test_facts_file_refused(data: bytes, why: str) -> None:
    with pytest.raises(ParseError, match=why):
        parse_facts(data)


@given(st.binary(max_size=200) | words.map(str.encode))
def test_parsers_raise_their_own_error_only(data: bytes) -> None:
    for parse in (parse_facts, json_v1.parse):
        with pytest.raises(ParseError):
            parse(data)
