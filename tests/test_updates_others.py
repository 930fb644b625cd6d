"""Updates apart from apt: what pacman, Portage, NixOS, Snap, Flatpak and Ubuntu Pro say."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.updates import (
    discover,
    flatpak,
    nixos,
    pacman,
    portage,
    snap,
    ubuntu_pro,
)
from hipaaguard.collect.linux.updates.arch import UPDATER as PACMAN
from hipaaguard.collect.linux.updates.gentoo import UPDATER as EMERGE
from hipaaguard.collect.linux.updates.packagekit import or_prepared
from hipaaguard.collect.linux.updates.timers import Updater
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import NOW, TESTS

TEXT_PARSERS: tuple[Callable[[str], object], ...] = (
    pacman.parse_updates,
    pacman.parse_time,
    pacman.last_upgrade,
    pacman.last_fetch,
    portage.parse_timestamp,
    portage.last_update,
    portage.plain_release,
    nixos.parse_version_date,
    nixos.parse_upgrade_script,
    lambda text: snap.parse_refreshes(text, NOW),
    snap.parse_left_out,
    discover.parse_unattended,
)
DATA_PARSERS: tuple[Callable[[bytes], object], ...] = (
    nixos.parse_generations,
    lambda data: ubuntu_pro.parse_status(data, NOW),
    lambda data: portage.parse_advisories(Output(6, data)),
    lambda data: flatpak.parse_updates(Output(0, data)),
)
# So that rubbish gets past the first condition, too.
STARTS = (
    "",
    "[2026-10-29T20:01:10+0100] [ALPM] upgraded ",
    "[2026-99-29T20:01:10+0100] [ALPM] upgraded ",
    "1793000000:  *** emerge --update\n99999999999:  ::: completed emerge ",
    "timer: 4\nnext: ",
    "Name Version Rev Notes\n",
    "[Global]\nUseUnattendedUpdates=",
    "25.11.20269999.",
    "nixos-rebuild switch ",
)


@given(st.sampled_from(STARTS), st.text())
def test_text_parsers_raise_nothing_else_on_rubbish(start: str, text: str) -> None:
    for parse in TEXT_PARSERS:
        with suppress(ParseError):
            parse(start + text)


@given(st.sampled_from((b"", b'{"attached": true, "services": [', b"[{")), st.binary())
def test_data_parsers_raise_nothing_else_on_rubbish(start: bytes, data: bytes) -> None:
    for parse in DATA_PARSERS:
        with suppress(ParseError):
            parse(start + data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("firefox 144.0-1 -> 144.0.2-1\n", 1),
        ("a 1:2.0-1 -> 1:2.1-1\nlinux 6.17.5.arch1-1 -> 6.17.6.arch1-1 [ignored]\n", 2),
    ],
)
def test_updates_of_pacman(text: str, expected: int) -> None:
    assert pacman.parse_updates(text) == expected


@pytest.mark.parametrize("text", ["firefox\n", "firefox 144.0-1\n", ":: Starting upgrade\n"])
def test_what_is_no_update_of_pacman(text: str) -> None:
    with pytest.raises(ParseError):
        pacman.parse_updates(text)


@pytest.mark.parametrize(
    ("running", "kernels", "expected"),
    [
        ("6.1-arch1-1", {"6.1-arch1-1": "linux"}, False),
        ("6.1-arch1-1", {"6.2-arch1-1": "linux"}, True),
        ("6.1-arch1-1", {"6.1-arch1-1": "linux", "6.2-arch1-1": "linux"}, True),
        ("6.1-1-lts", {"6.1-1-lts": "linux-lts", "6.2-arch1-1": "linux"}, False),
        ("6.1-arch1-1", {}, None),
    ],
)
def test_newer_kernel_of_pacman(
    running: str, kernels: dict[str, str], expected: bool | None
) -> None:
    assert pacman.newer_kernel(running, kernels) is expected


@pytest.mark.parametrize(
    ("updater", "command", "expected"),
    [
        (PACMAN, "/usr/bin/pacman -Syu --noconfirm", True),
        (PACMAN, "pacman --noconfirm -Syyu", True),
        (PACMAN, "/usr/bin/pacman -Syu", False),
        (PACMAN, "/usr/bin/pacman -Su --noconfirm", False),
        (PACMAN, "/usr/bin/pacman -Syu --noconfirm --ignore firefox", False),
        (PACMAN, "/usr/bin/pacman -Sy --noconfirm", False),
        (PACMAN, "/usr/bin/pacman -Syuw --noconfirm", False),
        (PACMAN, "/usr/bin/pacman -Syu --downloadonly --noconfirm", False),
        (PACMAN, "/usr/bin/echo pacman -Syu --noconfirm", False),
        (PACMAN, "", False),
        (EMERGE, "/usr/bin/emerge -uDN @world", True),
        (EMERGE, "/usr/bin/emerge --update --deep world", True),
        (EMERGE, "/usr/bin/emerge -puDN @world", False),
        (EMERGE, "/usr/bin/emerge --update --ask @world", False),
        (EMERGE, "/usr/bin/emerge --sync", False),
    ],
)
def test_what_installs_updates(updater: Updater, command: str, expected: bool) -> None:
    assert updater.starts_with(command) is expected


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("6.12.21-gentoo-dist", "6.12.21-0-gentoo-dist"),
        ("6.12.21-gentoo-r2-dist", "6.12.21-2-gentoo-dist"),
        ("6.6.1-gentoo-r1-x86_64", "6.6.1-1-gentoo-x86_64"),
        ("6.6.1", "6.6.1"),
    ],
)
def test_release_of_a_gentoo_kernel(release: str, expected: str) -> None:
    assert portage.plain_release(release) == expected


def test_an_update_of_gentoo_is_what_was_asked_for_as_one() -> None:
    log = (
        "1792000000:  *** emerge --ask app/x\n1792000100:  ::: completed emerge (1 of 1) app/x-1\n"
    )
    assert portage.last_update(log) is None
    log += (
        "1792900000:  *** emerge --update @world\n1792900100:  ::: completed emerge (1 of 1) a/b\n"
    )
    assert portage.last_update(log) == datetime.fromtimestamp(1792900100, UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25.11.20261029.a1b2c3d", date(2026, 10, 29)),
        ("25.11.20261029.a1b2c3d\n", date(2026, 10, 29)),
        ("25.11.811135.a421ac6595", None),
        ("25.11.20269929.a1b2c3d", None),
        ("25.11pre-git", None),
    ],
)
def test_day_in_a_version_of_nixos(text: str, expected: date | None) -> None:
    found = nixos.parse_version_date(text)
    assert (found.date() if found else None) == expected


def test_generations_after_the_one_in_use_do_not_count() -> None:
    data = (
        b'[{"generation": 3, "date": "2026-10-30 01:02:03", "nixosVersion": "c", "current": false},'
        b' {"generation": 2, "date": "2026-10-20 01:02:03", "nixosVersion": "b", "current": true},'
        b' {"generation": 1, "date": "2026-10-10 01:02:03", "nixosVersion": "a", "current": false}]'
    )
    generations = nixos.parse_generations(data)
    assert [it.generation for it in generations] == [1, 2]
    assert nixos.last_update(generations) == datetime(2026, 10, 20, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("/nix/store/x/bin/nixos-rebuild switch --upgrade", True),
        ("nixos-rebuild boot --upgrade-all", True),
        ("nixos-rebuild switch --flake . --update-input nixpkgs", True),
        ("nixos-rebuild switch --refresh --flake github:a/b", None),
        ("nixos-rebuild switch --refresh --flake /etc/nixos --upgrade", None),
        ("nixos-rebuild switch --flake . --update-input home-manager", None),
        ("nixos-rebuild switch --flake . --recreate-lock-file", True),
        ("nixos-rebuild switch -I nixpkgs=https://example.org/nixexprs.tar.xz", True),
        ("nixos-rebuild switch -I nixpkgs=/srv/nixpkgs", None),
    ],
)
def test_script_that_upgrades_nixos(script: str, expected: bool | None) -> None:
    assert nixos.parse_upgrade_script(f"#! bash\n{script}\n") is expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("nixos-rebuild switch --no-build-output --upgrade", None),
        ("nixos-rebuild switch --no-flake --upgrade", True),
        ("nixos-rebuild switch --update-input nixpkgs", True),
    ],
)
def test_a_flake_in_its_usual_place_is_what_the_system_is_built_from(
    script: str, expected: bool | None
) -> None:
    assert nixos.parse_upgrade_script(script, flake=True) is expected


def test_a_script_that_only_tries_is_refused() -> None:
    with pytest.raises(ParseError):
        nixos.parse_upgrade_script("nixos-rebuild dry-build --upgrade\n")


SNAPS = "Name  Version  Rev  Tracking  Publisher  Notes\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("", 0),
        ("core22 2026 2115 latest/stable canonical** base\n", 0),
        ("codium 1.99 420 latest/stable vscodium classic,held\n", 1),
        ("mine 1 x1 - - -\n", 1),
    ],
)
def test_snaps_that_nobody_updates(rows: str, expected: int) -> None:
    assert snap.parse_left_out(SNAPS + rows) == expected


def test_no_snaps_print_nothing() -> None:
    assert snap.parse_left_out("") == 0


@pytest.mark.parametrize("text", ["held\n", "Name Version\n", SNAPS + "core22 2026\n"])
def test_another_list_of_snaps_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        snap.parse_left_out(text)


@pytest.mark.parametrize(
    ("hold", "held"),
    [
        ("", False),
        ("hold: forever\n", True),
        ("hold: 2026-11-23T11:59:59Z\n", False),
        ("hold: 2026-11-23T13:30:00+01:00\n", True),
        ("hold: 2315-08-14T00:00:00Z\n", True),
    ],
)
def test_a_hold_counts_while_it_lasts(hold: str, held: bool) -> None:
    text = f"timer: 00:00~24:00/4\nlast: n/a\n{hold}next: 2026-11-23T18:00:00Z\n"
    assert snap.parse_refreshes(text, NOW).held is held


@pytest.mark.parametrize("moment", ["today at 07:47 UTC", "2026-11-23T18:00:00", "soon"])
def test_times_of_snap_that_are_none(moment: str) -> None:
    with pytest.raises(ParseError):
        snap.parse_refreshes(f"timer: 4\nnext: {moment}\n", NOW)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (Output(0, b""), 0),
        (Output(0, b"app/org.gimp.GIMP/x86_64/stable\n\n"), 1),
    ],
)
def test_updates_of_flatpak(output: Output, expected: int) -> None:
    assert flatpak.parse_updates(output) == expected


@pytest.mark.parametrize(
    "output", [Output(1, b""), Output(0, b"Name  Application ID\n"), Output(0, b"\xff")]
)
def test_a_failing_flatpak_is_not_nothing_to_do(output: Output) -> None:
    with pytest.raises(ParseError):
        flatpak.parse_updates(output)


@pytest.mark.parametrize(
    ("own", "shared", "expected"),
    [
        ("", "", False),
        ("[Global]\nUseUnattendedUpdates=true\n", "", True),
        ("[Other]\nUseUnattendedUpdates=true\n", "", False),
        ("", "[Global]\nUseUnattendedUpdates=true\n", True),
        ("[Global]\nUseUnattendedUpdates=false\n", "[Global]\nUseUnattendedUpdates=true\n", False),
        (
            "[Global]\nUseUnattendedUpdates=false\n",
            "[Global]\nUseUnattendedUpdates[$i]=true\n",
            True,
        ),
    ],
)
def test_settings_of_discover(own: str, shared: str, expected: bool) -> None:
    assert discover.parse_unattended(own, shared) is expected


@pytest.mark.parametrize(
    ("version", "day", "expected"),
    [
        ("22.04", date(2032, 3, 31), True),
        ("22.04", date(2032, 4, 1), False),
        ("16.04", date(2026, 11, 1), False),
        ("25.04", date(2026, 11, 1), False),
        ("24.10", date(2026, 11, 1), False),
        ("", date(2026, 11, 1), False),
    ],
)
def test_ubuntu_pro_lasts_ten_years(version: str, day: date, expected: bool) -> None:
    assert ubuntu_pro.still_maintained(version, day) is expected


def test_a_restart_is_due_for_either_reason() -> None:
    folder = TESTS / "recordings" / "linux"
    unsure = Unavailable(Reason.FAILED, "not seen")

    def asked(case: Path, answer: bool | Unavailable) -> bool | Unavailable:
        return or_prepared(ReplayHost(read_recording(case)), answer)

    ready = folder / "updates-apt-packagekit-prepared"
    assert [asked(ready, it) for it in (True, False, unsure)] == [True, True, True]
    none = folder / "updates-debian-in-order"
    assert [asked(none, it) for it in (True, False, unsure)] == [True, False, unsure]
