"""The judgement: a pure function in which only evidence passes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.evaluate import evaluate, exit_code
from hipaaguard.facts import FactType, spec_of
from hipaaguard.model import (
    Chain,
    Fact,
    Platform,
    Reason,
    Report,
    Result,
    Scalar,
    Snapshot,
    Status,
    Unavailable,
)
from hipaaguard.policy import Policy, load_policy, load_shipped
from tests.conftest import NOW, TESTS

HOME_OFFICE = load_shipped("home-office")
GOOD = load_policy((TESTS / "policies" / "good.yaml").read_bytes(), "good.yaml")
ALL_MET: MappingProxyType[str, Scalar] = MappingProxyType(
    {
        "accounts.autologin": False,
        "accounts.guest_enabled": False,
        "boot.secure_boot": True,
        "browsers.outdated": (),
        "clock.time_service": True,
        "cloud.sync_clients": (),
        "disk.encryption_state": "on",
        "disk.home_encrypted": True,
        "disk.removable_unencrypted": 0,
        "disk.swap_encrypted": True,
        "disk.system_encrypted": True,
        "disk.unencrypted_volumes": (),
        "disk.unmounted_unencrypted": 0,
        "firewall.allowed_inbound": (),
        "firewall.at_boot": True,
        "firewall.default_inbound_v4": "deny",
        "firewall.default_inbound_v6": "deny",
        "firewall.manager": "ufw",
        "logs.kept": True,
        "os.name": "Ubuntu",
        "os.support_ends": "2029-05-31",
        "os.supported": True,
        "os.version": "24.04",
        "remote.desktop_sharing": (),
        "remote.ssh_listening": True,
        "remote.ssh_password_login": False,
        "remote.ssh_root_login": False,
        "screen_lock.desktop": "gnome",
        "screen_lock.enabled": True,
        "screen_lock.idle_s": 300,
        "screen_lock.on_suspend": True,
        "sharing.files": (),
        "sharing.guest_access": False,
        "updates.automatic": True,
        "updates.last_installed_days": 1,
        "updates.lists_age_days": 0,
        "updates.pending": 0,
        "updates.pending_security": 0,
        "updates.reboot_required": False,
        "vpn.active": True,
        "vpn.full_tunnel_v4": True,
        "vpn.full_tunnel_v6": True,
        "vpn.kind": "wireguard",
        "wifi.connected": True,
        "wifi.security": "wpa3",
    }
)


def snapshot(
    values: Mapping[str, Scalar | Unavailable], platform: Platform | None = Platform.LINUX
) -> Snapshot:
    facts = tuple(Fact(key, values[key], "a test") for key in sorted(values))
    return Snapshot(facts, platform, NOW - timedelta(minutes=1))


def judged(taken: Snapshot, policy: Policy = HOME_OFFICE) -> Report:
    return evaluate(taken, policy, NOW, tool="hipaaguard test")


def statuses(report: Report) -> dict[str, Status]:
    return {result.check_id: result.status for result in report.results}


def test_all_met() -> None:
    report = judged(snapshot(dict(ALL_MET)))
    not_asked = {
        *("vpn-practice-network", "vpn-configured", "tls-portal", "accounts-lockout"),
        *("antimalware-on", "antimalware-scanner", "antimalware-fresh", "system-integrity"),
        "backup-recent",
    }
    for check_id, status in statuses(report).items():
        assert status is (Status.NOT_APPLICABLE if check_id in not_asked else Status.PASS), check_id
    assert exit_code(report) == 11  # nobody answered the questions
    assert exit_code(replace(report, answers=())) == 0
    assert all(not result.fix and not result.settle for result in report.results)


def test_nothing_collected_passes_nothing() -> None:
    report = judged(snapshot({}))
    assert report.count(Status.PASS) == report.count(Status.FAIL) == 0
    assert exit_code(report) == 11
    first = report.results[0]
    assert (
        first.sentence
        == "Could not see whether the system disk is encrypted: it was not collected."
    )
    assert [fact.key for fact in first.evidence] == ["disk.system_encrypted"]
    assert all(isinstance(fact.value, Unavailable) for fact in report.facts)
    assert {fact.key for fact in report.facts} >= {fact.key for fact in first.evidence}


def test_one_fail_decides_the_exit_code() -> None:
    report = judged(snapshot({"disk.swap_encrypted": False}))
    assert exit_code(report) == 10


def test_no_check_that_applies_is_no_success() -> None:
    inline = replace(GOOD, checks=GOOD.checks[1:])
    report = judged(snapshot({}, Platform.WINDOWS), inline)
    assert [result.status for result in report.results] == [Status.NOT_APPLICABLE]
    assert report.results[0].sentence == "This check is for Linux."
    assert exit_code(report) == 11


def test_the_report_says_who_judged_what_and_when() -> None:
    chain = Chain(sequence=2, previous="ab" * 32)
    taken = replace(snapshot(dict(ALL_MET)), elevated=True)
    report = evaluate(taken, HOME_OFFICE, NOW, tool="t 1", chain=chain, replayed=True)
    assert (report.tool, report.evaluated_at, report.taken_at) == ("t 1", NOW, taken.taken_at)
    assert (report.chain, report.replayed, report.elevated) == (chain, True, True)
    assert report.policy.digest == HOME_OFFICE.digest
    assert report.policy.not_covered == HOME_OFFICE.not_covered
    assert [setting.name for setting in report.policy.settings] == sorted(HOME_OFFICE.values)
    assert not any(setting.changed for setting in report.policy.settings)


def test_facts_that_the_policy_does_not_use_are_left_out() -> None:
    values = {**ALL_MET, "vpn.configured": True, "vpn.carries(10.0.0.0/8)": True}
    report = judged(snapshot(values))
    assert [fact.key for fact in report.facts] == sorted(ALL_MET)


def _result(report: Report, check_id: str) -> Result:
    return next(result for result in report.results if result.check_id == check_id)


def test_steps_are_those_of_the_system() -> None:
    values = {"updates.reboot_required": True}
    linux = _result(judged(snapshot(values)), "updates-restarted")
    assert linux.fix == ("Save your work and restart the computer.",)
    of_any = _result(judged(snapshot(values, None)), "updates-restarted")
    assert [step.split(":")[0] for step in of_any.fix] == ["Linux", "Windows"]
    assert of_any.fix[0] == "Linux: Save your work and restart the computer."


def test_what_would_settle_an_unknown_is_said_once() -> None:
    gap = Unavailable(Reason.NOT_PERMITTED, "", "sudo x")
    keys = ("firewall.default_inbound_v4", "firewall.default_inbound_v6")
    results = judged(snapshot(dict.fromkeys(keys, gap))).results
    inbound = next(result for result in results if result.check_id == "firewall-inbound")
    assert inbound.settle == ("sudo x",)
    assert inbound.sentence.startswith(
        "Could not see the firewall's rules: this needs administrator rights;"
    )


def test_a_fact_that_is_only_needed_can_prevent_a_pass_but_not_a_fail() -> None:
    gap = Unavailable(Reason.TIMED_OUT)
    met = {**ALL_MET, "firewall.manager": gap}
    assert statuses(judged(snapshot(met)))["firewall-inbound"] is Status.UNKNOWN
    open_v6 = {**met, "firewall.default_inbound_v6": "allow"}
    assert statuses(judged(snapshot(open_v6)))["firewall-inbound"] is Status.FAIL


def test_a_changed_setting_is_shown_with_its_default() -> None:
    text = b"""
id: p
version: v1
title: P
description: D.
settings: {screen_lock_max_s: 240}
checks: [screen-lock-delay]
"""
    report = judged(snapshot(dict(ALL_MET)), load_policy(text, "p.yaml"))
    (result,) = report.results
    assert result.status is Status.FAIL
    assert (
        result.sentence
        == "The screen locks after 5 minutes without use; 4 minutes or less is asked for."
    )
    assert result.sources[0].startswith("Set by this policy; the default is 15 minutes. ")
    assert report.policy.settings[0].changed


OPEN_TEXTS = st.sampled_from(["none", "gnome", "24.04", "rolling", "", "{x}", "<b>", "\u202e"])
TEXTS = st.lists(st.sampled_from(["22/tcp", "5353/udp", "all", "/"]), max_size=3).map(tuple)
GAPS = st.builds(
    Unavailable, st.sampled_from(Reason), st.sampled_from(["", "it is so"]), st.just("sudo y")
)
KEYS = sorted({*HOME_OFFICE.fact_keys(None), "vpn.configured", "vpn.carries(10.0.0.0/8)"})


def values_of(key: str) -> st.SearchStrategy[Scalar]:
    spec = spec_of(key)
    match spec.type:
        case FactType.BOOL:
            return st.booleans()
        case FactType.INT:
            return st.integers(0, 5_000)
        case FactType.STR:
            return st.sampled_from(spec.values) if spec.values else OPEN_TEXTS
        case FactType.STRINGS:
            return TEXTS


FACT_VALUES = st.fixed_dictionaries(
    {}, optional={key: st.one_of(values_of(key), GAPS) for key in KEYS}
)
PLATFORMS = st.sampled_from([None, *Platform])
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(FACT_VALUES, PLATFORMS, TIMES)
def test_any_snapshot_has_one_result_a_check_in_order(values, platform, now) -> None:
    for policy in (HOME_OFFICE, GOOD):
        report = evaluate(snapshot(values, platform), policy, now, tool="t")
        assert [result.check_id for result in report.results] == [
            check.check_id for check in policy.checks
        ]
        for result in report.results:
            assert result.sentence
            assert bool(result.fix) is (result.status is Status.FAIL)
            assert not result.settle or result.status is Status.UNKNOWN
            keys = [fact.key for fact in result.evidence]
            assert keys == sorted(set(keys))
        assert exit_code(report) in {0, 10, 11}
        assert evaluate(snapshot(values, platform), policy, now, tool="t") == report


@given(FACT_VALUES, st.sampled_from(KEYS), st.one_of(st.none(), GAPS))
def test_losing_a_fact_never_gains_a_pass_or_a_fail(values, key, gap) -> None:
    before = statuses(judged(snapshot(values)))
    less = {name: value for name, value in values.items() if name != key}
    if gap is not None:
        less[key] = gap
    after = statuses(judged(snapshot(less)))
    for check_id, status in after.items():
        assert status in {before[check_id], Status.UNKNOWN}


@given(FACT_VALUES)
def test_judging_the_facts_of_a_report_gives_the_report(values) -> None:
    report = judged(snapshot(values))
    again = judged(Snapshot(report.facts, report.platform, report.taken_at))
    assert again == report
