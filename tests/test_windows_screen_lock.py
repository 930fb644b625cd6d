"""Every way in which Windows locks the screen, and what looks like one."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.power import parse_capabilities
from hipaaguard.collect.windows.screen_lock import ways
from hipaaguard.collect.windows.screen_lock.ways import Keys
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "a limit of idle time": "screen-lock-limit",
    "a limit of 0 is less than any and no limit": "screen-lock-limit-zero",
    "a limit of all ones is no limit": "screen-lock-limit-all-ones",
    "a policy that may not be read": "screen-lock-limit-closed",
    "a limit of another type says nothing": "screen-lock-limit-of-another-type",
    "device management counts in minutes": "screen-lock-managed-limit",
    "a managed limit of 0 is no limit": "screen-lock-managed-limit-zero",
    "a screen saver that asks for a password": "screen-lock-saver",
    "a screen saver that asks for none": "screen-lock-saver-without-a-password",
    "a secure screen saver without a program never starts": "screen-lock-saver-without-a-program",
    "nor does one whose program is empty": "screen-lock-saver-with-an-empty-program",
    "a screen saver after 0 seconds never starts": "screen-lock-saver-time-zero",
    "a time that is not set is not made up": "screen-lock-saver-time-not-set",
    "a screen saver that is switched off": "screen-lock-saver-off",
    "the policy over the person's own": "screen-lock-saver-policy-over-person",
    "a policy switches the person's own off": "screen-lock-saver-policy-switches-off",
    "the policy of the saver may not be read": "screen-lock-saver-policy-closed",
    "a dark screen locks nothing": "screen-lock-never-sleeps-on-mains",
    "sleep with a sign-in": "screen-lock-laptop-sleeps",
    "0 is no sign-in, and not unknown": "screen-lock-no-sign-in-on-mains",
    "battery counts like mains": "screen-lock-no-sign-in-on-battery",
    "without a battery only mains counts": "screen-lock-no-sign-in-without-battery-counts-mains",
    "the power policy over the plan": "screen-lock-policy-does-not-ask",
    "a time to sleep on a computer that cannot": "screen-lock-cannot-sleep",
    "a virtual machine with a limit": "screen-lock-cannot-sleep-but-limit",
    "a virtual machine that does not try to sleep": "screen-lock-cannot-sleep-nor-tries",
    "Modern Standby asks every time by default": "screen-lock-modern-standby-default",
    "Modern Standby asks every time": "screen-lock-modern-standby-every-time",
    "Modern Standby never asks": "screen-lock-modern-standby-never",
    "never, written as a signed number": "screen-lock-modern-standby-never-signed",
    "the delay adds to the time until dark": "screen-lock-modern-standby-15-minutes",
    "the plan's sign-in is nothing to Modern Standby": (
        "screen-lock-modern-standby-console-lock-does-not-count"
    ),
    "Modern Standby with a screen that stays on": "screen-lock-modern-standby-display-never-dark",
    "dynamic lock alone": "screen-lock-dynamic-lock-alone",
    "a policy that forbids to lock": "screen-lock-locking-forbidden",
    "that policy, absent or 0, locks nothing": "screen-lock-locking-not-forbidden",
    "several ways: the quickest": "screen-lock-quickest-counts",
    "a plan that cannot be read": "screen-lock-plan-missing",
    "no desktop": "screen-lock-server-core",
    "an elevated run reads the person's own keys": "screen-lock-as-administrator",
}
SAVER: dict[str, Any] = {
    "ScreenSaveActive": "1",
    "ScreenSaverIsSecure": "1",
    "ScreenSaveTimeOut": "600",
    "SCRNSAVE.EXE": r"C:\Windows\system32\scrnsave.scr",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


def keys(**values: dict[str, Any]) -> Keys:
    fields = ("machine", "person", "managed", "desktop_policy", "desktop")
    return Keys(**{it: RegistryKey(values[it]) if it in values else None for it in fields})


@pytest.mark.parametrize(
    ("seconds", "limit"),
    [
        (0, None),
        (1, 1),
        (900, 900),
        (599_940, 599_940),
        (599_941, None),
        (0xFFFFFFFF, None),
        (-1, None),
    ],
)
def test_a_limit_of_idle_time(seconds: int, limit: int | None) -> None:
    assert ways.idle_limit(keys(machine={"InactivityTimeoutSecs": seconds})) == limit


def test_of_two_limits_the_shorter_that_is_one() -> None:
    machine = {"InactivityTimeoutSecs": 0}
    assert (
        ways.idle_limit(keys(machine=machine, managed={"MaxInactivityTimeDeviceLock": 15})) == 900
    )
    machine = {"InactivityTimeoutSecs": 600}
    assert (
        ways.idle_limit(keys(machine=machine, managed={"MaxInactivityTimeDeviceLock": 15})) == 600
    )
    assert ways.idle_limit(keys()) is None


@pytest.mark.parametrize(
    ("policy", "own", "seconds"),
    [
        ({}, SAVER, 600),
        (SAVER, {}, 600),
        ({"ScreenSaveTimeOut": "300"}, SAVER, 300),
        ({"ScreenSaverIsSecure": "0"}, SAVER, None),
        ({"SCRNSAVE.EXE": ""}, SAVER, None),
        (SAVER, {"ScreenSaverIsSecure": "0", "ScreenSaveActive": "0"}, 600),
        ({}, {**SAVER, "ScreenSaveTimeOut": "0"}, None),
        ({}, {**SAVER, "ScreenSaverIsSecure": "2"}, None),
    ],
)
def test_policy_over_own_setting(
    policy: dict[str, Any], own: dict[str, Any], seconds: int | None
) -> None:
    assert ways.saver(keys(desktop_policy=policy, desktop=own)) == seconds


@pytest.mark.parametrize("name", list(SAVER))
def test_every_part_of_the_screen_saver_is_needed(name: str) -> None:
    rest = keys(desktop={key: value for key, value in SAVER.items() if key != name})
    if name == "ScreenSaveTimeOut":
        with pytest.raises(ParseError):
            ways.saver(rest)
    else:
        assert ways.saver(rest) is None


@pytest.mark.parametrize("seconds", ["", "-1", "soon", "10.5", "٦٠٠", "9" * 8])
def test_a_time_of_another_form_is_no_time(seconds: str) -> None:
    with pytest.raises(ParseError):
        ways.saver(keys(desktop={**SAVER, "ScreenSaveTimeOut": seconds}))


@pytest.mark.parametrize("name", ["ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut"])
def test_the_person_can_change_what_no_policy_sets(name: str) -> None:
    assert ways.saver_is_fixed(keys(desktop_policy=SAVER))
    rest = {key: value for key, value in SAVER.items() if key != name}
    assert not ways.saver_is_fixed(keys(desktop_policy=rest, desktop=SAVER))


@pytest.mark.parametrize(
    ("value", "delay"), [({}, 0), (0, 0), (60, 60), (0xFFFFFFFF, None), (-1, None)]
)
def test_the_delay_of_modern_standby(value: Any, delay: int | None) -> None:
    values = {} if value == {} else {"DelayLockInterval": value}
    assert ways.delay_after_dark(keys(desktop=values)) == delay


@pytest.mark.parametrize("place", ["machine", "person"])
def test_a_policy_that_forbids_to_lock(place: str) -> None:
    assert ways.locking_is_off(keys(**{place: {"DisableLockWorkstation": 1}}))
    assert not ways.locking_is_off(keys(**{place: {"DisableLockWorkstation": 0}}))
    assert not ways.locking_is_off(keys(**{place: {}}))


NAMES = (
    *SAVER,
    "InactivityTimeoutSecs",
    "MaxInactivityTimeDeviceLock",
    "DisableLockWorkstation",
    "DelayLockInterval",
)
VALUES = st.dictionaries(
    st.sampled_from(NAMES),
    st.integers()
    | st.text(max_size=9)
    | st.sampled_from(["0", "1", "600"])
    | st.binary(max_size=4)
    | st.lists(st.text(max_size=3), max_size=3).map(tuple),
)


@given(st.lists(st.none() | VALUES.map(RegistryKey), min_size=5, max_size=5))
def test_only_parse_errors_escape(found: list[RegistryKey | None]) -> None:
    everything = Keys(*found)
    for judge in (
        ways.idle_limit,
        ways.saver,
        ways.saver_is_fixed,
        ways.locking_is_off,
        ways.delay_after_dark,
    ):
        with contextlib.suppress(ParseError):
            value = judge(everything)
            assert value is None or isinstance(value, bool) or value >= 0


FLAGS = st.sampled_from(["Lid", "Batteries", "ModernStandby", "S3"])


@given(
    st.lists(
        st.dictionaries(FLAGS, st.booleans() | st.none() | st.integers() | st.text()), max_size=2
    )
)
def test_only_parse_errors_escape_from_capabilities(rows: list[dict[str, Any]]) -> None:
    try:
        able = parse_capabilities(rows)
    except ParseError:
        return
    assert (able.lid, able.sleeps) == (rows[0]["Lid"], rows[0]["S3"])
