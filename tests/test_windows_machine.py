"""The computer itself, its lid, its programs and its backups, where it is Windows."""

import contextlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.browser_table import shipped_table
from hipaaguard.collect.browsers import outdated
from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.installs import Finding, Install
from hipaaguard.collect.software_names import shipped_names
from hipaaguard.collect.windows.backup import parse_saved
from hipaaguard.collect.windows.machine import parse_clock, parse_model, parse_secure_boot
from hipaaguard.collect.windows.software import (
    STORE_SOURCE,
    parse_entry,
    parse_packages,
    plain_name,
    wanted_names,
)
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "Secure Boot is on": "boot-start-secure",
    "Secure Boot is off": "boot-start-off",
    "old firmware has no Secure Boot": "boot-start-old-firmware",
    "a missing key is not old firmware": "boot-start-not-said",
    "the key may not be read": "boot-start-closed",
    "the chip without rights": "tpm-2-0",
    "a chip of the old version": "tpm-1-2",
    "no chip": "tpm-none",
    "the clock is kept by the network": "clock-network",
    "the clock is kept by the domain": "clock-domain",
    "the service of the clock is disabled": "clock-disabled",
    "the service has no source": "clock-no-source",
    "Windows' own hypervisor makes no virtual machine": "system-model-surface",
    "a virtual machine": "system-model-hyper-v",
    "sticks are kept out by a policy": "usb-policy",
    "one of two drivers is left": "usb-one-driver-left",
    "both drivers are off": "usb-drivers-off",
    "closing the lid does least on mains": "lid-nothing-on-mains",
    "no lid": "lid-none",
    "an action that is not known": "lid-unknown",
    "a fresh backup": "backup-file-history",
    "an old backup": "backup-file-history-old",
    "set up and never run": "backup-file-history-never",
    "a backup in the future": "backup-in-the-future",
    "no backup": "backup-none",
    "the settings may not be read": "backup-closed",
    "a program for all": "software-installed",
    "a 32-bit program": "software-32-bit",
    "a program of the person": "software-of-the-person",
    "the person's own in an elevated run": "software-of-the-person-as-administrator",
    "a package of the Store": "software-store",
    "two packages of the Store": "software-store-two-versions-lowest-counts",
    "versions are numbers and not letters": "software-store-two-versions-numbers-not-letters",
    "a Windows without the Store": "software-no-store",
    "the Store's list may not be read": "software-store-closed",
    "a plug-in is not the program": "software-plugin-is-not-the-program",
    "an entry without a name": "software-entry-without-a-name",
    "a list that is not there says nothing": "software-list-missing",
    "one entry may not be read": "software-one-entry-closed",
    "a version of another type elsewhere": "software-version-of-another-type-elsewhere",
    "every browser is current": "browsers-current",
    "a browser is outdated": "browsers-chrome-outdated",
    "an old one beside a current one": "browsers-two-installs-worst-counts",
    "two packages of one browser": "browsers-store-two-versions-worst-counts",
    "an old release is not a long-term one": "browsers-firefox-old-release-is-not-esr",
    "a long-term release": "browsers-firefox-esr",
    "Chromium's number before Brave's own": "browsers-brave-outdated",
    "a part of Windows is no browser": "browsers-webview-is-no-browser",
    "nothing to judge is no pass": "browsers-none-installed",
    "what may not be read may be outdated": "browsers-list-closed",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


@pytest.mark.parametrize(
    ("maker", "model", "virtual"),
    [
        ("LENOVO", "20TBS57S00", False),
        ("Microsoft Corporation", "Surface Laptop 5", False),
        ("Microsoft Corporation", "Virtual Machine", True),
        ("VMware, Inc.", "VMware7,1", True),
        ("VMware, Inc.", "VMware Virtual Platform", True),
        ("innotek GmbH", "VirtualBox", True),
        ("QEMU", "Standard PC (Q35 + ICH9, 2009)", True),
        ("Red Hat", "KVM", True),
        ("Google", "Google Compute Engine", True),
        ("Google", "Eve", False),
        ("Amazon EC2", "t3.medium", True),
        ("Parallels International GmbH.", "Parallels ARM Virtual Machine", True),
        ("Xenon Systems", "Workstation", False),
        ("ASUS", "Virtual Machine Builder", False),
        ("", "20TBS57S00", False),
    ],
)
def test_virtual_machines(maker: str, model: str, virtual: bool) -> None:
    key = RegistryKey({"SystemManufacturer": maker, "SystemProductName": model})
    assert parse_model(key) is virtual


@pytest.mark.parametrize(
    ("start", "kind", "on"),
    [(3, "NTP", True), (2, "NT5DS", True), (3, "NoSync", False), (4, "NTP", False)],
)
def test_the_clock(start: int, kind: str, on: bool) -> None:
    assert parse_clock(RegistryKey({"Start": start}), RegistryKey({"Type": kind})) is on


@pytest.mark.parametrize(("value", "on"), [(1, True), (0, False)])
def test_secure_boot(value: int, on: bool) -> None:
    assert parse_secure_boot(RegistryKey({"UEFISecureBootEnabled": value})) is on


@pytest.mark.parametrize("value", [None, 2, -1, "1"])
def test_secure_boot_of_another_value_is_no_verdict(value: int | str | None) -> None:
    key = RegistryKey({} if value is None else {"UEFISecureBootEnabled": value})
    with pytest.raises(ParseError):
        parse_secure_boot(key)


def test_file_history_counts_from_1601() -> None:
    saved = parse_saved(RegistryKey({"ProtectedUpToTime": 134_080_704_000_000_000}))
    assert saved == datetime(2025, 11, 20, tzinfo=UTC)
    assert parse_saved(RegistryKey({"ProtectedUpToTime": 0})) is None
    assert parse_saved(RegistryKey({})) is None


@pytest.mark.parametrize(
    ("listed", "plain"),
    [
        ("Mozilla Firefox (x64 en-US)", "mozilla firefox"),
        ("Mozilla Firefox 57.0.2 (fr)", "mozilla firefox"),
        ("Mozilla Firefox 128.5.0 ESR (x64 de)", "mozilla firefox esr"),
        ("7-Zip 23.01 (x64)", "7-zip"),
        ("Zoom(64bit)", "zoom"),
        ("Zoom Workplace (64-bit)", "zoom workplace"),
        ("Zoom Outlook Plugin", "zoom outlook plugin"),
        ("Citrix Workspace 2402", "citrix workspace"),
        ("Microsoft 365 Apps", "microsoft 365 apps"),
        ("Cisco Secure Client - AnyConnect VPN", "cisco secure client anyconnect vpn"),
        ("Opera Stable 140.0.5600.21", "opera stable"),
        ("OpenVPN 2.6.14-I001 amd64", "openvpn"),
        ("1Password", "1password"),
        ("(x64)", ""),
    ],
)
def test_names_without_versions(listed: str, plain: str) -> None:
    assert plain_name(listed) == plain


def test_no_product_is_left_without_a_name() -> None:
    for product in shipped_names().products:
        assert all(wanted_names(product))


def test_an_entry() -> None:
    found = parse_entry(RegistryKey({"DisplayName": "Zoom", "DisplayVersion": " 6.6.1 "}))
    assert found is not None
    assert (found[0], found[1].version) == ("zoom", "6.6.1")
    assert parse_entry(RegistryKey({"DisplayVersion": "6.6.1"})) is None


@pytest.mark.parametrize("version", [None, 6, "", "6\x1b[31m", "9" * 61, b"6", ("6",)], ids=repr)
def test_a_version_of_another_form_is_not_told(version: Any) -> None:
    values = {"DisplayName": "Zoom"} | ({} if version is None else {"DisplayVersion": version})
    found = parse_entry(RegistryKey(values))
    assert found is not None
    assert found[1].version == ""


def test_packages_of_the_store() -> None:
    names = (
        "MSTeams_24004.1309.2689.2246_x64__8wekyb3d8bbwe",
        "MSTeams_25290.205.4069.4894_x64__8wekyb3d8bbwe",
        "Not a package",
        "Half_1.0",
    )
    found = parse_packages(RegistryKey({}, names))
    assert [name for name, _ in found] == ["msteams", "msteams"]
    assert {it.version[:5] for _, it in found} == {"24004", "25290"}


@pytest.mark.parametrize(
    ("version", "old"),
    [
        ("144.1.86.142", True),
        ("1.86.142", True),
        ("157.1.97.70", False),
        ("1.97.70", False),
    ],
)
def test_brave_is_judged_by_its_own_number(version: str, old: bool) -> None:
    browsers = tuple(it for it in shipped_table().browsers if it.product == "Brave")
    finding = Finding((Install(version, STORE_SOURCE),), ())
    assert outdated(browsers, {"Brave": finding}, date(2026, 11, 20)) == (("Brave",) if old else ())


VALUES = st.dictionaries(
    st.sampled_from(
        [
            *("UEFISecureBootEnabled", "SystemManufacturer", "SystemProductName", "Start"),
            *("Type", "ProtectedUpToTime", "DisplayName", "DisplayVersion"),
        ]
    ),
    st.integers(-(1 << 63), 1 << 64)
    | st.text(max_size=9)
    | st.binary(max_size=4)
    | st.lists(st.text(max_size=3), max_size=3).map(tuple),
)


@given(VALUES, st.lists(st.text(max_size=30), max_size=3))
def test_only_parse_errors_escape(values: dict[str, Any], below: list[str]) -> None:
    key = RegistryKey(values, tuple(below))
    for parse in (parse_secure_boot, parse_model, parse_saved, parse_entry, parse_packages):
        with contextlib.suppress(ParseError):
            parse(key)
    with contextlib.suppress(ParseError):
        parse_clock(key, key)


@given(st.text())
def test_a_plain_name_has_neither_spaces_at_its_ends_nor_parentheses(name: str) -> None:
    plain = plain_name(name)
    assert plain == " ".join(plain.split())
    assert "(" not in plain or ")" not in plain[plain.index("(") :]
