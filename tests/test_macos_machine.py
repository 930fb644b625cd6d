"""Time Machine, the clock and the hypervisor of macOS."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.backup import NAME, parse_last_backup, parse_tools
from hipaaguard.collect.macos.system import parse_hypervisor
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "a fresh backup": "backup-time-machine-fresh",
    "an old backup": "backup-time-machine-old",
    "set up and never run": "backup-time-machine-never",
    "only when somebody asks for it": "backup-time-machine-by-hand",
    "switched on with nowhere to go": "backup-time-machine-no-disk",
    "it is not said whether it backs up by itself": "backup-time-machine-automatic-not-said",
    "a date in the future": "backup-time-machine-in-the-future",
    "its notes are kept from programs": "backup-time-machine-kept-from-us",
    "no settings are no verdict": "backup-no-settings",
    "the clock is set by hand": "system-clock-by-hand",
    "a profile wins over the own setting": "system-clock-managed",
    "a profile that cannot be read": "system-clock-managed-closed",
    "the clock's setting is for administrators": "system-clock-closed",
    "a missing setting is no default": "system-clock-not-said",
    "a virtual machine": "system-virtual",
    "a kernel that does not say": "system-silent",
}
KEYS = st.sampled_from(["AutoBackup", "Destinations", "SnapshotDates"])
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
)


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


def test_the_latest_of_all_disks_counts() -> None:
    first, last = datetime(2026, 1, 1), datetime(2026, 3, 1)  # noqa: DTZ001 - as plistlib has them
    settings: dict[str, Any] = {
        "AutoBackup": True,
        "Destinations": [{"SnapshotDates": [last, first]}, {"SnapshotDates": [first]}, {}],
    }
    assert parse_last_backup(settings) == last.replace(tzinfo=UTC)
    assert parse_tools(settings) == (NAME,)
    assert parse_last_backup({"Destinations": [{}]}) is None


@pytest.mark.parametrize(
    "settings", [{"Destinations": [{}]}, {"AutoBackup": "yes", "Destinations": [{}]}]
)
def test_unless_it_is_said_nothing_backs_up_by_itself(settings: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_tools(settings)


@pytest.mark.parametrize(("text", "virtual"), [("0\n", False), ("1\n", True)])
def test_the_hypervisor(text: str, virtual: bool) -> None:
    assert parse_hypervisor(text) is virtual


@pytest.mark.parametrize("text", ["", "2", "yes", "kern.hv_vmm_present: 1"])
def test_another_answer_is_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_hypervisor(text)


@given(st.dictionaries(KEYS, VALUES))
def test_parsers_raise_only_their_own_error(settings: dict[str, Any]) -> None:
    for parse in (parse_tools, parse_last_backup):
        with suppress(ParseError):
            parse(settings)
