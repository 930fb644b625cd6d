"""Updates: the parsers against real outputs and rubbish, and that asking apt changes nothing."""

import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.updates import apt
from hipaaguard.collect.linux.updates import debian as updates
from hipaaguard.collect.linux.updates.reboot import newer_kernel, version_order
from hipaaguard.collect.linux.updates.unattended import SERVICES, TIMERS, periodic, timers_run
from hipaaguard.errors import ParseError
from tests.conftest import CORPUS, TESTS

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no recorded outputs at {CORPUS}")

TRAPS = {
    "a failing Flatpak counts as nothing to do": "updates-flatpak-one-list-missing",
    "Flatpak's lists were never fetched": "updates-flatpak-lists-never-fetched",
    "old lists say that nothing waits": "updates-lists-stale",
    "lists that cannot be had are no pass": "updates-lists-absent",
    "one source that is not renewed looks young beside others": "updates-security-list-not-renewed",
    "apt: phased updates do not wait yet": "updates-phased",
    "apt: held and kept-back updates": "updates-held",
    "apt: fixes that need a subscription": "updates-subscription-only",
    "apt: the subscription is there": "updates-subscription-attached",
    "Livepatch does not make the newer kernel run": "updates-newer-kernel",
    "the settings of unattended-upgrades ship switched off": "updates-unattended-off",
    "settings in effect, not those of one file": "test_the_last_value_of_a_setting_counts",
    "timers that start nothing": "updates-timers-masked",
    "a security suite is told by its name, not by a part of it": "updates-no-security-archive",
    "localised output": "test_another_language_or_a_part_is_refused",
    "a package manager that hangs": "updates-timed-out",
    "pacman -Qu reads stale lists": "updates-pacman-stale-lists",
    "pacman is silent without lists": "updates-pacman-lists-never-fetched",
    "a rolling release marks no security updates": "updates-pacman-in-order",
    "pacman: installing a program is no update": "updates-pacman-no-upgrade-logged",
    "NixOS: a generation is not always an update": "updates-nixos-configuration-changed-only",
    "NixOS: a flake rebuilt as it is brings nothing": "updates-nixos-flake-rebuilt-as-it-is",
    "NixOS: upgrading fetches channels and renews no flake": "updates-nixos-flake-and-upgrade",
    "a package manager that is there keeps another system": "updates-pacman-dnf-beside",
    "snaps: what waits needs the network": "updates-snap-in-order",
    "snaps update themselves unless held": "updates-snap-held-for-ever",
    "asking would start the snap daemon": "updates-snap-daemon-sleeps",
    "a restart that a file asks for": "updates-reboot-mark",
    "a restart that only the kernel asks for": "updates-pacman-kernel-replaced",
    "updates that a restart installs": "updates-apt-packagekit-prepared",
    "root's settings are not the person's": "updates-flatpak-as-root",
    "Linux Mint: the timer is enabled and its mark is missing": "updates-apt-mint-switched-off",
    "support that ends with a day": "release-last-day",
    "extended maintenance is not free support": "release-extended-ubuntu-pro",
    "a subscription that ran out": "release-extended-ran-out",
}
"""Traps of this subject, each with the test or the recording that goes into it."""


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


@needs_corpus
def test_real_list_names_what_the_trial_upgrades() -> None:
    trial = (CORPUS / "linux/apt-get-s-upgrade/debian12-english.txt").read_text()
    listed = (CORPUS / "linux/apt-list-upgradable/debian12-english.txt").read_text()
    names = {line.partition("/")[0] for line in listed.splitlines() if "[upgradable from" in line}
    assert {package.name for package in apt.parse_simulation(trial)} == names


@needs_corpus
@pytest.mark.parametrize("name", ["debian12-german.txt", "linuxmint-22.3-mixed.txt"])
def test_another_language_or_a_part_is_refused(name: str) -> None:
    text = (CORPUS / "linux/apt-get-s-upgrade" / name).read_text()
    with pytest.raises(ParseError, match="not reported in full"):
        apt.parse_simulation(text)


SUMMARY = "1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"


@pytest.mark.parametrize(
    ("line", "packages"),
    [
        ("Inst a [1] (2 Ubuntu:24.04/noble-updates [amd64])", [("a", "amd64")]),
        ("Inst a:i386 [1] (2 Ubuntu:24.04/noble [i386]) []", [("a", "i386")]),
        ("Inst a [1:1~x+b2] (2 Docker CE:noble, My: Own/x-y [all]) [b:amd64 ]", [("a", "all")]),
        ("Inst a [1] (2 [amd64])", [("a", "amd64")]),
    ],
)
def test_forms_of_an_update(line: str, packages: list[tuple[str, str]]) -> None:
    found = apt.parse_simulation(f"{line}\n{SUMMARY}")
    assert found == {apt.Package(*package) for package in packages}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Inst a [1] (2 Ubuntu:24.04/noble [amd64])\n",
        SUMMARY,
        f"Inst a (2 Ubuntu:24.04/noble [amd64])\n{SUMMARY}",
        f"Inst a [1] 2 amd64\n{SUMMARY}",
    ],
    ids=["empty", "no summary", "fewer than counted", "new instead of newer", "unknown form"],
)
def test_a_trial_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        apt.parse_simulation(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Auflistung...\n",
        "Listing...\na/noble 2 amd64 [upgradable from: 1]\n\n",
        "Listing...\na/noble,now 1 amd64 [installed]\n\n",
        "Listing...\nsomething else entirely\n\n",
    ],
    ids=["empty", "German", "without the installed one", "nothing newer", "unknown form"],
)
def test_a_list_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        apt.parse_upgradable(text)


@given(st.text())
def test_parsers_raise_nothing_else_on_rubbish(text: str) -> None:
    for parse in (
        apt.parse_config,
        apt.parse_simulation,
        apt.parse_upgradable,
        apt.parse_archive,
        apt.parse_dpkg_log,
        lambda it: timers_run(Output(0, it.encode("utf-8", "replace"))),
    ):
        with suppress(ParseError):
            parse(text)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, False),
        ({"unattended-upgrade": "1"}, False),
        ({"update-package-lists": "1"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "1"}, True),
        ({"update-package-lists": "always", "unattended-upgrade": "12h"}, True),
        ({"update-package-lists": "1", "unattended-upgrade": "0"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "0h"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "7"}, True),
        ({"update-package-lists": "1", "unattended-upgrade": "168h"}, True),
        ({"update-package-lists": "1", "unattended-upgrade": "8"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "365"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "1", "enable": "0"}, False),
        ({"update-package-lists": "1", "unattended-upgrade": "1", "enable": "1"}, True),
    ],
)
def test_periodic(settings: dict[str, str], expected: bool) -> None:
    config = {f"apt::periodic::{name}": (value,) for name, value in settings.items()}
    assert periodic(config) is expected


def test_the_last_value_of_a_setting_counts() -> None:
    config = apt.parse_config(
        'APT::Periodic::Update-Package-Lists "1";\n'
        'APT::Periodic::Unattended-Upgrade "1";\n'
        'APT::Periodic::Unattended-Upgrade "0";\n'
    )
    assert periodic(config) is False


UBUNTU = apt.Archive(
    {"Origin": "Ubuntu", "Label": "Ubuntu", "Suite": "noble-security", "Codename": "noble"},
    datetime(2026, 10, 31, tzinfo=UTC),
)
VARIABLES = {"distro_id": "Ubuntu", "distro_codename": "noble"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("o=Ubuntu,a=noble-security", True),
        ("origin=${distro_id},suite=${distro_codename}-security", True),
        ("o=*", True),
        ("o=Ubuntu, archive=noble*", True),
        ("o=Ubuntu,a=noble", False),
        ("o=Ubuntu,n=noble,l=Debian-Security", False),
        ("o=Linuxmint,a=zara-security", False),
        ("site=mirror.example", None),
        ("o=Ubuntu,a=noble-security,c=main", None),
        ("o=Debian,c=main", False),
    ],
)
def test_covers(pattern: str, expected: bool | None) -> None:
    assert apt.covers(pattern, UBUNTU, VARIABLES) is expected


def test_both_forms_of_patterns_are_read() -> None:
    config = {
        "unattended-upgrade::allowed-origins::": ("Ubuntu:noble-security", "Ubuntu noble"),
        "unattended-upgrade::origins-pattern::": ("o=Debian",),
    }
    expected = ("o=Ubuntu,a=noble-security", "o=Ubuntu,a=noble", "o=Debian")
    assert apt.allowed_origins(config) == expected


def _units(**changed: str) -> Output:
    """`systemctl show` of units in order, but for the fields named `<unit's number>_<field>`."""
    blocks = []
    for number, name in enumerate((*TIMERS, *SERVICES)):
        fields = {"Id": name, "LoadState": "loaded", "UnitFileState": "enabled"}
        fields["ActiveState"] = "active" if name in TIMERS else "inactive"
        mine = {k[2:]: v for k, v in changed.items() if k.startswith(f"_{number}")}
        blocks.append("\n".join(f"{key}={value}" for key, value in (fields | mine).items()))
    return Output(0, "\n\n".join(blocks).encode())


@pytest.mark.parametrize(
    "changed",
    [
        {"_0LoadState": "masked"},
        {"_1LoadState": "not-found"},
        {"_1UnitFileState": "disabled"},
        {"_0ActiveState": "failed"},
        {"_3LoadState": "masked"},
    ],
)
def test_one_unit_out_of_order_stops_updates(changed: dict[str, str]) -> None:
    assert timers_run(_units()) is True
    assert timers_run(_units(**changed)) is False


def test_a_unit_that_is_not_reported_settles_nothing() -> None:
    with pytest.raises(ParseError):
        timers_run(_units(_2Id="something-else.service"))


def test_versions_sort_as_debian_does() -> None:
    # deb-version(7): a tilde sorts before the end, letters before all else, numbers by value.
    ascending = ["1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.0.1", "1.2", "1.10", "6.1.0-9", "6.1.0-40"]
    orders = [version_order(version) for version in ascending]
    assert all(lower < higher for lower, higher in pairwise(orders))


@pytest.mark.parametrize(
    ("running", "installed", "expected"),
    [
        ("6.8.0-85-generic", ["6.8.0-84-generic", "6.8.0-85-generic"], False),
        ("6.8.0-9-generic", ["6.8.0-10-generic", "6.8.0-9-generic"], True),
        ("6.1.0-40-amd64", ["6.1.0-40-amd64", "6.12.9-rt-amd64"], False),
        ("6.12.43+deb13-amd64", ["6.12.48+deb13-amd64"], True),
        ("6.1.0-44-cloud-amd64", ["6.1.0-44-cloud-amd64", "6.1.0-45-amd64"], False),
        ("6.18.44-fc-v669", ["6.1.0-40-amd64"], None),
        ("6.18.44", ["6.1.0-40-amd64"], None),
        ("6.1.0-40-amd64", [], None),
    ],
)
def test_newer_kernel(running: str, installed: list[str], expected: bool | None) -> None:
    names = tuple(f"vmlinuz-{release}" for release in installed)
    assert newer_kernel(running, ("config-9.9.9-generic", "vmlinuz", *names)) is expected


def test_dpkg_log_counts_upgrades_and_kernels_alone() -> None:
    log = (
        "2026-10-02 23:50:02 upgrade hello:amd64 2.10-2 2.10-3\n"
        "2026-10-03 23:50:02 install linux-image-6.8.0-49-generic:amd64 <none> 6.8.0-49.49\n"
        "2026-10-04 10:00:00 install cowsay:all <none> 3.03\n"
        "2026-10-04 23:50:02 remove hello:amd64 2.10-3 <none>\n"
        "2026-10-05 10:00:00 status installed hello:amd64 2.10-3\n"
    )
    assert apt.parse_dpkg_log(log) == date(2026, 10, 3)
    assert apt.parse_dpkg_log("") is None
    with pytest.raises(ParseError):
        apt.parse_dpkg_log("2026-13-40 10:00:00 upgrade a:amd64 1 2\n")


# What a system call that opens a file for writing, or changes a name, looks like to strace.
WRITES = ("O_WRONLY", "O_RDWR", "O_CREAT", "unlink", "rename", "mkdir", "chmod", "utimens")
CALLS = "openat,open,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,chmod,utimensat"


@pytest.mark.skipif(
    shutil.which("strace") is None or shutil.which("apt-get") is None,
    reason="needs strace and apt on this machine",
)
@pytest.mark.parametrize("question", updates.questions(elevated=True), ids=lambda it: it[0])
def test_asking_apt_writes_nothing(question: tuple[str, ...]) -> None:
    command = ["strace", "-f", "-qq", "-e", f"trace={CALLS}", *question]
    traced = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    lines = [line for line in traced.stderr.splitlines() if any(word in line for word in WRITES)]
    if not traced.stderr.count("openat"):
        pytest.skip("strace cannot trace on this machine")
    # Files without a name (O_TMPFILE) vanish with the process; devices are no files.
    left = [line for line in lines if "O_TMPFILE" not in line and '"/dev/' not in line]
    assert left == []
