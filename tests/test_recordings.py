"""Every recording must yield exactly the facts that it says: one test a recording."""

from datetime import UTC
from pathlib import Path

import pytest

from hipaaguard.collect import collect
from hipaaguard.collect.recorded import Refusal
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.model import Unavailable
from tests.conftest import TESTS

CASES = sorted(path.parent for path in (TESTS / "recordings").glob("*/*/recording.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_facts(case: Path) -> None:
    recording = read_recording(case)
    recorded = recording.recorded
    assert recorded.facts, "a recording without expected facts tests nothing"
    snapshot = collect(ReplayHost(recording), recorded.facts, recorded.taken_at.astimezone(UTC))
    found = {fact.key: _comparable(fact.value) for fact in snapshot.facts}
    expected = {
        key: f"unavailable {value.unavailable}" if isinstance(value, Refusal) else value
        for key, value in recorded.facts.items()
    }
    assert found == expected


def _comparable(value: object) -> object:
    return f"unavailable {value.reason}" if isinstance(value, Unavailable) else value
