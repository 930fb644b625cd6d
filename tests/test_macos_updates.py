"""Updates of macOS: what is set, what was found, what was installed."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.updates import (
    judge_automatic,
    parse_declared,
    parse_last_installed,
    parse_pending,
    parse_scan,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import TESTS
from tests.test_languages import COLLECTORS, asked_in, asked_in_recordings

TRAPS = {
    "everything is on, on macOS 12": "updates-automatic-on-macos12",
    "everything is on, on macOS 13": "updates-automatic-on-macos13",
    "macOS 14 without a profile: others fail unmanaged Macs": "updates-automatic-on-macos14",
    "everything is on, on macOS 15": "updates-automatic-on-macos15",
    "everything is on, on macOS 26": "updates-automatic-on-macos26",
    "written as 1": "updates-automatic-on-as-numbers",
    "as administrator": "updates-automatic-on-as-root",
    "everything is off": "updates-automatic-all-off",
    "it does not look": "updates-automatic-no-check",
    "it looks, and fetches nothing": "updates-automatic-no-download",
    "it fetches, and installs nothing": "updates-automatic-no-install",
    "no security responses": "updates-automatic-no-critical",
    "no system data files": "updates-automatic-no-config-data",
    "what nobody changed is on": "updates-automatic-install-alone-set",
    "no settings are no pass: others pass them": "updates-automatic-nothing-set",
    "no file is no fail and no pass": "updates-automatic-missing",
    "a value of another type": "updates-automatic-of-another-type",
    "a file that may not be read": "updates-automatic-closed",
    "a profile over the person's off": "updates-automatic-managed-on",
    "a profile over the person's on": "updates-automatic-managed-off",
    "a profile that may not be read": "updates-automatic-managed-closed",
    "a profile of another type": "updates-automatic-managed-of-another-type",
    "a profile is a wish": "updates-automatic-managed-alone",
    "management declared on": "updates-automatic-declared-on",
    "management declared off": "updates-automatic-declared-off",
    "a declaration over a profile": "updates-automatic-declared-off-against-a-profile",
    "security alone declared off": "updates-automatic-declared-security-off",
    "a declaration that leaves it to the person": "updates-automatic-declared-up-to-the-person",
    "a declaration of other things": "updates-automatic-declared-nothing",
    "a declaration that may not be read": "updates-automatic-declared-closed",
    "a declaration of another type": "updates-automatic-declared-of-another-type",
    "a declaration that cannot be read": "updates-automatic-declared-garbled",
    "nothing waits, and the count stays 1 for ever": "updates-waiting-none",
    "nothing waits, and nothing is listed": "updates-waiting-none-listed",
    "counted and not listed": "updates-waiting-counted-but-not-listed",
    "neither counted nor listed": "updates-waiting-neither-counted-nor-listed",
    "an update of macOS waits": "updates-waiting-one-of-macos",
    "Safari and tools wait": "updates-waiting-safari-and-tools",
    "it was installed, and stays listed": "updates-waiting-installed-already",
    "15.10 is newer than 15.9: others compare letters": "updates-waiting-newer-than-what-runs",
    "15.9 is older than 15.10": "updates-waiting-older-than-what-runs",
    "another macOS is no update of this one": "updates-waiting-upgrade-to-another-macos",
    "a rapid response is not compared": "updates-waiting-rapid-response",
    "names of other things are translated": "updates-waiting-japanese",
    "it has never looked": "updates-waiting-never-scanned",
    "it looked too long ago: others pass offline": "updates-waiting-scan-long-ago",
    "it looked two weeks ago": "updates-waiting-two-weeks-ago",
    "it looked by itself alone": "updates-waiting-background-scan-alone",
    "it looked in the future": "updates-waiting-scan-in-the-future",
    "a day of another type": "updates-waiting-date-of-another-type",
    "a list of another type": "updates-waiting-list-of-another-type",
    "an update without a name": "updates-waiting-nameless",
    "an update without a version": "updates-waiting-version-of-another-form",
    "which macOS runs is not known": "updates-waiting-version-unread",
    "settings that cannot be read": "updates-waiting-garbled",
    "a search is no installation": "updates-history-empty",
    "an update was installed": "updates-history-macos",
    "data of XProtect are no update": "updates-history-only-config-data",
    "an app that is called after macOS": "updates-history-only-apps",
    "another macOS was installed": "updates-history-upgraded",
    "another macOS was only downloaded": "updates-history-installer-downloaded",
    "a rapid response was installed": "updates-history-rapid-response",
    "a background improvement was installed": "updates-history-background-improvement",
    "a security update was installed": "updates-history-security-update",
    "a history without days": "updates-history-without-a-date",
    "a day in the future": "updates-history-in-the-future",
    "no history": "updates-history-missing",
    "a history of another form": "updates-history-not-a-list",
    "the store updates apps": "updates-store-on",
    "the store updates nothing": "updates-store-off",
    "the store was never asked to": "updates-store-not-set",
    "the store has no settings": "updates-store-no-settings",
    "the store's settings may not be read": "updates-store-closed",
    "the store's settings of another type": "updates-store-of-another-type",
    "a profile forbids the store's updates": "updates-store-managed-off",
    "a profile demands the store's updates": "updates-store-managed-on",
    "a profile of other things": "updates-store-managed-other-things",
    "a profile for the store may not be read": "updates-store-managed-closed",
    "softwareupdate asks the network, in every language": "test_softwareupdate_is_never_run",
}
ON: dict[str, Any] = dict.fromkeys(
    (
        "AutomaticCheckEnabled",
        "AutomaticDownload",
        "AutomaticallyInstallMacOSUpdates",
        "ConfigDataInstall",
        "CriticalUpdateInstall",
    ),
    True,
)
INSTALL = "AutomaticallyInstallMacOSUpdates"
DAY = datetime(2026, 11, 5, 3, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


def test_softwareupdate_is_never_run() -> None:
    asked = asked_in(COLLECTORS / "macos") | asked_in_recordings("macos")
    assert "softwareupdate" not in asked


@pytest.mark.parametrize("name", ON)
def test_every_step_is_needed(name: str) -> None:
    assert judge_automatic(ON, {}) is True
    assert judge_automatic({**ON, name: False}, {}) is False
    assert judge_automatic({**ON, name: False}, {name: True}) is True
    assert judge_automatic(ON, {name: 0}) is False
    without = judge_automatic({key: ON[key] for key in ON if key != name}, {})
    assert isinstance(without, Unavailable) if name == INSTALL else without is True
    with pytest.raises(ParseError):
        judge_automatic({**ON, name: "on"}, {})


def declared(**values: object) -> dict[str, Any]:
    return {
        "SUCorePersistedStatePolicyFields": {
            "SUCoreDDMDeclarationGlobalSettings": {"enableGlobalNotifications": 1, **values}
        }
    }


@pytest.mark.parametrize(
    ("state", "fixed"),
    [
        ({}, {}),
        ({"SUCorePersistedStatePolicyFields": {}}, {}),
        (declared(), {}),
        (declared(automaticallyInstallOSUpdates=1), {INSTALL: True}),
        (declared(automaticallyInstallOSUpdates=0), {INSTALL: False}),
        (declared(automaticallyInstallOSUpdates=2), {}),
        (declared(automaticallyDownload=0), {"AutomaticDownload": False}),
        (
            declared(automaticallyInstallSystemAndSecurityUpdates=1),
            {"CriticalUpdateInstall": True},
        ),
    ],
)
def test_what_management_declares(state: dict[str, Any], fixed: dict[str, bool]) -> None:
    assert parse_declared(state) == fixed


@pytest.mark.parametrize(
    "state",
    [
        {"SUCorePersistedStatePolicyFields": []},
        {"SUCorePersistedStatePolicyFields": {"SUCoreDDMDeclarationGlobalSettings": 1}},
        declared(automaticallyDownload="AlwaysOn"),
        declared(automaticallyDownload=True),
    ],
)
def test_declarations_of_another_form_are_no_verdict(state: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_declared(state)


def listed(*updates: tuple[str, str]) -> dict[str, Any]:
    return {
        "RecommendedUpdates": [
            {"Display Name": name, "Display Version": version} for name, version in updates
        ]
    }


@pytest.mark.parametrize(
    ("running", "found", "waits"),
    [
        ("15.7.1", "15.7.2", True),
        ("15.7.2", "15.7.2", False),
        ("15.7", "15.7.0", False),
        ("15.9", "15.10", True),
        ("15.10", "15.9", False),
        ("15.7.2", "26.1", False),
        ("26.1", "26.0.1", False),
        ("13.4.1", "13.4.1.1", True),
    ],
)
def test_versions_are_numbers(running: str, found: str, waits: bool) -> None:
    own = listed(("macOS Sequoia", found))
    assert parse_pending(own, running) == (int(waits), int(waits))


def test_what_brings_fixes() -> None:
    own = listed(("Safari", "26.1"), ("Command Line Tools", "16.4"), ("macOS 26.2", "26.2"))
    assert parse_pending(own, "26.1") == (3, 2)
    assert parse_pending({"RecommendedUpdates": []}, "26.1") == (0, 0)


@pytest.mark.parametrize("count", [None, 1, 5, "0"])
def test_without_a_list_only_a_count_of_0_is_none(count: int | str | None) -> None:
    own: dict[str, Any] = {} if count is None else {"LastRecommendedUpdatesAvailable": count}
    with pytest.raises(ParseError):
        parse_pending(own, "26.1")
    assert parse_pending({"LastRecommendedUpdatesAvailable": 0}, "26.1") == (0, 0)


@pytest.mark.parametrize(
    "name", ["LastSuccessfulDate", "LastFullSuccessfulDate", "LastBackgroundSuccessfulDate"]
)
def test_the_latest_search_counts(name: str) -> None:
    earlier = DAY.replace(month=10)
    own: dict[str, Any] = {"LastSuccessfulDate": earlier, "LastFullSuccessfulDate": earlier}
    assert parse_scan({**own, name: DAY}) == DAY.replace(tzinfo=UTC)
    assert parse_scan({}) is None
    with pytest.raises(ParseError):
        parse_scan({**own, name: "2026-11-05"})


def installed(name: str, by: str = "softwareupdated", **more: object) -> dict[str, Any]:
    return {"displayName": name, "processName": by, "date": DAY, **more}


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (installed("macOS 15.7.2"), True),
        (installed("macOS Tahoe", "macOS Installer"), True),
        (installed("OS X El Capitan", "OS X Installer"), True),
        (installed("Security Update 2022-005"), True),
        (installed("macOS Rapid Security Response 13.4.1 (a)"), True),
        (installed("Background Security Improvement 26.3.1 (a)"), True),
        (installed("macOS 15.7.2", packageIdentifiers=["com.apple.pkg.update.os.15.7.2"]), True),
        (
            installed(
                "macOS Tahoe", packageIdentifiers=["com.apple.pkg.InstallAssistant.macOSTahoe"]
            ),
            False,
        ),
        (installed("macOSInstallerNotification_GM"), False),
        (installed("macOS Cleaner", "appstoreagent"), False),
        (installed("macOS 15.7.2", "installer"), False),
        (installed("XProtectPlistConfigData"), False),
        (installed("Gatekeeper Compatibility Data"), False),
        (installed("MRTConfigData"), False),
        (installed("Safari"), False),
        (installed("Update for macOS 15"), False),
    ],
)
def test_what_is_an_update_of_macos(entry: dict[str, Any], counts: bool) -> None:
    assert parse_last_installed([entry]) == (DAY.replace(tzinfo=UTC) if counts else None)


NAMES = st.sampled_from(
    [
        *ON,
        *("LastSuccessfulDate", "LastFullSuccessfulDate", "LastRecommendedUpdatesAvailable"),
        *("RecommendedUpdates", "Display Name", "Display Version", "displayName", "processName"),
        *("date", "packageIdentifiers", "SUCorePersistedStatePolicyFields"),
        *("SUCoreDDMDeclarationGlobalSettings", "automaticallyDownload"),
    ]
)
WORDS = st.sampled_from(["macOS 15.7.2", "15.7.2", "Safari", "softwareupdated", "", "15.x"])
VALUES = st.recursive(
    st.booleans()
    | st.integers(min_value=-1, max_value=3)
    | st.floats()
    | WORDS
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner),
    max_leaves=12,
)
SETTINGS = st.dictionaries(NAMES, VALUES, max_size=6)


@given(SETTINGS, SETTINGS, WORDS | st.text(max_size=9))
def test_parsers_raise_only_their_own_error(
    own: dict[str, Any], managed: dict[str, Any], version: str
) -> None:
    with suppress(ParseError):
        if judge_automatic(own, managed) is True:
            assert all({**own, **managed}.get(name, True) for name in ON)
    with suppress(ParseError):
        waiting, fixes = parse_pending(own, version)
        assert 0 <= fixes <= waiting
    with suppress(ParseError):
        parse_scan(own)
    with suppress(ParseError):
        assert set(parse_declared(own)) <= set(ON)


@given(st.lists(SETTINGS | VALUES, max_size=4))
def test_histories_raise_only_their_own_error(history: list[Any]) -> None:
    with suppress(ParseError):
        parse_last_installed(history)
