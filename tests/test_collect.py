"""Collecting: exactly the facts asked for, whatever a probe does."""

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pytest

from hipaaguard import collect as module
from hipaaguard.collect import Collector, Probe, all_keys, collect, subjects
from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, decode, read_text
from hipaaguard.collect.memory import RememberingHost
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recording import Recording, read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Fact, Platform, Reason, Unavailable
from tests.conftest import NOW, TESTS
from tests.hosts import Question, Without

T = TypeVar("T")

KEYS = ("os.name", "os.version")
ARGUMENTS = (
    "process.running(x)",
    "software.installed(x)",
    "software.version(x)",
    "tls.valid(example.org:443)",
    "tls.version(example.org:443)",
    "vpn.carries(10.0.0.0/8)",
)


def empty(platform: Platform = Platform.LINUX) -> ReplayHost:
    return ReplayHost(Recording(Recorded(platform, "made by hand", NOW), {}))


def use(monkeypatch: pytest.MonkeyPatch, *collectors: Collector) -> None:
    found = tuple(
        Probe(f"subject {index}", (KEYS[index],), it) for index, it in enumerate(collectors)
    )
    monkeypatch.setattr(module, "probes", lambda platform: found)


def gives(*facts: Fact) -> Collector:
    return lambda host, keys, now: facts


def crash(host: Host, keys: frozenset[str], now: datetime) -> Iterable[Fact]:
    raise RuntimeError("boom")


def refuse(host: Host, keys: frozenset[str], now: datetime) -> Iterable[Fact]:
    raise ParseError("the answer is odd")


def value(key: str) -> object:
    fact = collect(empty(), KEYS, NOW).get(key)
    assert fact is not None
    return fact.value


def test_a_crash_is_one_unavailable_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, crash, gives(Fact("os.version", "12", "x")))
    found = value("os.name")
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.INTERNAL_ERROR
    assert value("os.version") == "12"


def test_a_parse_error_is_unrecognised(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, refuse)
    assert value("os.name") == Unavailable(Reason.UNRECOGNISED, "the answer is odd")


def test_a_missing_answer_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, gives())
    found = value("os.name")
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.INTERNAL_ERROR


def test_a_value_outside_the_dictionary_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, gives(Fact("os.name", 1, "x")))
    found = value("os.name")
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.INTERNAL_ERROR


def test_what_was_not_asked_for_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, gives(Fact("os.name", "x", "x"), Fact("vpn.active", True, "x")))
    assert [fact.key for fact in collect(empty(), ["os.name"], NOW).facts] == ["os.name"]


def test_only_what_is_needed_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, crash, gives(Fact("os.version", "12", "x")))
    assert subjects(Platform.LINUX, ["os.version"]) == ("subject 1",)
    done: list[str] = []
    snapshot = collect(empty(), ["os.version"], NOW, done.append)
    assert [fact.value for fact in snapshot.facts] == ["12"]
    assert done == ["subject 1"]


@pytest.mark.parametrize("platform", Platform)
def test_an_empty_recording_yields_no_value_at_all(platform: Platform) -> None:
    keys = {*all_keys(platform), *ARGUMENTS}
    snapshot = collect(empty(platform), keys, NOW)
    assert {fact.key for fact in snapshot.facts} == keys
    assert {name for name in FACTS if platform in FACTS[name].platforms} == {
        key.split("(")[0] for key in keys
    }
    values = {fact.key: fact.value for fact in snapshot.facts}
    assert {key: it for key, it in values.items() if not isinstance(it, Unavailable)} == {}
    reasons = {it.reason for it in values.values() if isinstance(it, Unavailable)}
    assert Reason.INTERNAL_ERROR not in reasons


def test_interrupting_stops_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(host: Host, keys: frozenset[str], now: datetime) -> Iterable[Fact]:
        raise KeyboardInterrupt

    stopped: list[bool] = []
    host = empty()
    monkeypatch.setattr(ReplayHost, "stop", lambda self: stopped.append(True))
    use(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        collect(host, KEYS, NOW)
    assert stopped == [True]


def test_text_that_is_not_utf8() -> None:
    answer = attempt(decode, b"\xff")
    assert isinstance(answer, Unavailable)
    assert answer.reason is Reason.UNRECOGNISED
    missing = read_text(empty(), "/x")
    assert isinstance(missing, Unavailable)


class Counting(Without):
    """Another host that counts how often each question reaches it."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.counts: Counter[Question] = Counter()

    def _answer(self, question: Question, answer: T) -> T | Unavailable:
        self.counts[question] += 1
        return answer


@pytest.mark.parametrize("name", ["machine-healthy", "machine-neglected"])
def test_nothing_is_asked_twice(name: str) -> None:
    recording = read_recording(TESTS / "recordings" / "linux" / name)
    host = Counting(ReplayHost(recording))
    collect(host, all_keys(Platform.LINUX), NOW)
    assert len(host.counts) > 50
    assert [question for question, count in host.counts.items() if count > 1] == []


def test_a_question_that_many_threads_ask_is_asked_once() -> None:
    class Slow(Counting):
        def read(self, path: str) -> bytes | Unavailable:
            time.sleep(0.05)
            return super().read(path)

    slow = Slow(empty())
    host = RememberingHost(slow)
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(host.read, ["/etc/x"] * 8))
    assert slow.counts == {("read", "/etc/x"): 1}


@pytest.mark.parametrize("elevated", [False, True])
def test_what_more_rights_settle_names_their_command(
    monkeypatch: pytest.MonkeyPatch, elevated: bool
) -> None:
    closed = Unavailable(Reason.NOT_PERMITTED, "the file is for others")
    own = Unavailable(
        Reason.NOT_PERMITTED, "the network is off", "hipaaguard audit --allow-network"
    )
    use(monkeypatch, gives(Fact("os.name", closed, "x")), gives(Fact("os.version", own, "x")))
    recorded = Recorded(Platform.LINUX, "made by hand", NOW, elevated=elevated)
    found = collect(ReplayHost(Recording(recorded, {})), KEYS, NOW)
    settles = [it.value.settle for it in found.facts if isinstance(it.value, Unavailable)]
    assert settles == ["" if elevated else AS_ADMINISTRATOR, own.settle]
