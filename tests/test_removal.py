"""Only evidence passes: with any single answer of a machine missing, nothing looks better."""

from datetime import UTC
from pathlib import Path

import pytest

from hipaaguard.collect import collect
from hipaaguard.collect.host import Host
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Reason, Scalar, Snapshot, Status, Unavailable
from hipaaguard.policy import load_shipped
from tests.conftest import TESTS
from tests.hosts import Question, Without

CASES = sorted(path.parent for path in (TESTS / "recordings").glob("*/*/recording.yaml"))

WORSE_WHEN_TRUE = frozenset(
    {
        "accounts.autologin",
        "accounts.guest_enabled",
        "accounts.sudo_without_password",
        "accounts.user_is_admin",
        "remote.ssh_listening",
        "remote.ssh_password_login",
        "remote.ssh_root_login",
        "screen_lock.user_can_change",
        "cloud.folders_redirected",
        "sharing.guest_access",
        "sharing.media",
        "sharing.printers",
        "sharing.smb1",
        "updates.paused",
        "updates.reboot_required",
    }
)
"""Yes-or-no facts of which `false` is what a practice would rather see."""

AT_LEAST = frozenset(
    {
        "browsers.outdated",
        "disk.removable_unencrypted",
        "disk.unencrypted_volumes",
        "disk.unmounted_unencrypted",
        "network.listening",
    }
)
"""Facts that say at least how much is amiss, so that some may go unseen, but not all."""

AT_MOST = frozenset({"screen_lock.idle_s"})
"""Facts that say at most how long something takes: a larger number is worse."""


def better(key: str, before: Scalar | Unavailable, after: Scalar | Unavailable) -> bool:
    """Whether a fact improved, or was made up, when an answer went missing."""
    if isinstance(after, Unavailable) or after == before:
        return False
    if isinstance(after, bool):
        return after is not (key in WORSE_WHEN_TRUE)
    if key in AT_MOST and isinstance(before, int) and isinstance(after, int):
        return after < before
    if key in AT_LEAST and after:
        return _amount(after) > _amount(before)
    return True


def _amount(value: Scalar | Unavailable) -> int:
    if isinstance(value, Unavailable):
        return 0
    return value if isinstance(value, int) else len(value)


def removals(asked: dict[Question, None]) -> list[tuple[Question, Reason]]:
    """Each question with a way to lose its answer; a program may also not be installed."""
    found = [(question, Reason.FAILED) for question in asked]
    found += [(question, Reason.NOT_INSTALLED) for question in asked if question[0] == "run"]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_missing_answer_never_improves_a_fact(case: Path) -> None:
    recording = read_recording(case)
    recorded = recording.recorded
    moment = recorded.taken_at.astimezone(UTC)
    whole = Without(ReplayHost(recording))
    before = collect(whole, recorded.facts, moment)
    worse = []
    for question, why in removals(whole.asked):
        after = collect(Without(ReplayHost(recording), question, why), recorded.facts, moment)
        worse += [
            f"{fact.key}: {_value(before, fact.key)} -> {fact.value} without {question} ({why})"
            for fact in after.facts
            if better(fact.key, _value(before, fact.key), fact.value)
        ]
    assert not worse, "\n".join(worse)


def _value(snapshot: Snapshot, key: str) -> Scalar | Unavailable:
    found = snapshot.get(key)
    assert found is not None
    return found.value


@pytest.mark.parametrize("case", [it for it in CASES if it.name.startswith("machine-")], ids=str)
def test_a_missing_answer_never_makes_a_check_pass(case: Path) -> None:
    recording = read_recording(case)
    moment = recording.recorded.taken_at.astimezone(UTC)
    policy = load_shipped("home-office")

    def passed(host: Host) -> set[str]:
        snapshot = collect(host, policy.fact_keys(host.platform), moment)
        report = evaluate(snapshot, policy, moment, tool="test")
        return {it.check_id for it in report.results if it.status is Status.PASS}

    whole = Without(ReplayHost(recording))
    before = passed(whole)
    for question, why in removals(whole.asked):
        after = passed(Without(ReplayHost(recording), question, why))
        assert after <= before, (question, why)
