"""Installed programs and browsers on macOS."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.software import parse_app, wanted_apps
from hipaaguard.collect.software_names import find_product
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "an app whose name begins alike": "software-like-named",
    "in the home folder": "software-of-the-person",
    "by Homebrew, whose own count is no version": "software-by-homebrew",
    "a folder that was not listed is not empty": "software-folder-closed",
    "a damaged app is not absent": "software-garbled",
    "no version is not an old one": "software-version-not-told",
    "a second browser of the person": "browsers-of-the-person-outdated",
    "Safari is no reason for a verdict": "browsers-safari-alone",
    "Brave writes Chromium's number first": "browsers-several-outdated",
    "a browser without a version": "browsers-version-not-told",
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    assert (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()


def test_apps_are_known_by_the_whole_of_their_names() -> None:
    assert "zoom.us.app" in wanted_apps(find_product("Zoom"))
    assert all(name.endswith(".app") for name in wanted_apps(find_product("Firefox")))


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=80)


@given(
    st.dictionaries(st.just("CFBundleShortVersionString"), VALUES.filter(lambda it: it is not None))
)
def test_any_app_is_read_or_refused(settings: dict[str, bool | int | str]) -> None:
    with suppress(ParseError):
        version = parse_app(settings).version
        assert version.isprintable()
        assert len(version) <= 60
