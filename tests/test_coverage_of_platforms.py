"""Every fact that the dictionary promises is backed by recordings, on every variant."""

import pytest

from hipaaguard.collect import PLATFORMS
from hipaaguard.collect.recording import read_recording
from hipaaguard.facts import FACTS
from hipaaguard.model import Platform
from scripts import support_matrix
from scripts.coverage_of_platforms import RECORDINGS, matrix, variants

# Desktops whose lock is set in the person's own files, which nothing can override.
OWN_FILES = (
    *("awesome", "bspwm", "cosmic", "dwm", "fluxbox", "hyprland", "i3", "icewm", "labwc"),
    *("lxde", "lxqt", "niri", "openbox", "qtile", "river", "sway", "wayfire", "xmonad"),
)

IMPOSSIBLE: dict[tuple[Platform, str, str], tuple[str, ...]] = {
    # Nothing marks a security update as one on a release that rolls: all its updates count.
    (Platform.LINUX, "updates.pending_security", "pacman"): ("value",),
    # NixOS keeps no list of what waits: computing its next generation is the only way to know.
    (Platform.LINUX, "updates.pending", "nix"): ("value",),
    (Platform.LINUX, "updates.pending_security", "nix"): ("value",),
    # Only planning a whole update tells, which takes minutes: longer than a program may take here.
    (Platform.LINUX, "updates.pending", "portage"): ("value",),
    **{(Platform.LINUX, "screen_lock.user_can_change", desktop): ("no",) for desktop in OWN_FILES},
    # XProtect is part of macOS: where it is not found, macOS hid it, and others may be there too.
    **{
        (Platform.MACOS, f"antimalware.{name}", "any"): ("no",)
        for name in ("present", "real_time", "running")
    },
}
"""What no machine of a variant can state, by platform, fact and variant."""


@pytest.mark.parametrize("platform", support_matrix.VERSIONS)
def test_every_recording_says_of_which_version_it_is(platform: Platform) -> None:
    for path in (RECORDINGS / platform).glob("*/recording.yaml"):
        support_matrix.version_of(platform, read_recording(path.parent).recorded.system)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_promised_cell_is_empty(platform: Platform) -> None:
    found = matrix(platform)
    gaps = {}
    for name, spec in FACTS.items():
        if platform not in spec.platforms:
            continue
        for variant in variants(platform, name):
            lacks = set(found.cell(name, variant).lacks(spec.type))
            lacks -= set(IMPOSSIBLE.get((platform, name, variant), ()))
            if lacks:
                gaps[name, variant] = lacks
    assert not gaps


def test_what_is_called_impossible_is_not_recorded() -> None:
    found = {platform: matrix(platform) for platform in PLATFORMS}
    for (platform, name, variant), what in IMPOSSIBLE.items():
        lacking = found[platform].cell(name, variant).lacks(FACTS[name].type)
        assert set(what) <= set(lacking), (platform, name, variant)
