"""Every way in which macOS locks the screen, and what looks like one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.screen_lock.delay import Delay, parse_status
from hipaaguard.collect.macos.screen_lock.idle import (
    NEVER,
    darkness_after,
    parse_display,
    parse_saver,
)
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "a password at once": "screen-lock-laptop-macos15",
    "macOS 12": "screen-lock-laptop-macos12",
    "macOS 13": "screen-lock-laptop-macos13",
    "macOS 26": "screen-lock-laptop-macos26",
    "a password after a while": "screen-lock-delay-5-minutes",
    "one second, in the singular": "screen-lock-delay-1-second",
    "the delay adds up: eight hours": "screen-lock-delay-8-hours",
    "never, as a profile writes it": "screen-lock-delay-never",
    "no password at all": "screen-lock-off",
    "no password on macOS 26": "screen-lock-off-macos26",
    "macOS 14 answers on standard error: others read nothing": "screen-lock-laptop-macos14",
    "the answer on standard output": "screen-lock-status-on-stdout",
    "an empty answer is no delay of 0": "screen-lock-status-silent",
    "words that are not known": "screen-lock-status-unknown-words",
    "the tool is missing": "screen-lock-status-missing",
    "the tool fails": "screen-lock-status-refused",
    "an administrator asks as the person": "screen-lock-as-root",
    "the person's own key is not in force": "screen-lock-own-ask-for-password-not-believed",
    "the screen saver begins before the screen goes dark": "screen-lock-saver-first",
    "people who lock by the dark screen: others fail them": "screen-lock-saver-off-screen-dark",
    "a password at once after never: others pass it": "screen-lock-never-either-way",
    "0 is less than any limit, and never": "screen-lock-managed-time-never",
    "dark on battery, and never on mains": "screen-lock-screen-never-dark-on-mains",
    "a Mac without a battery": "screen-lock-desktop-mac-without-battery",
    "a Mac at a battery for the mains": "screen-lock-on-a-ups",
    "a screen saver that nobody set": "screen-lock-saver-not-set",
    "no default is made up": "screen-lock-saver-not-set-screen-never-dark",
    "a new home folder": "screen-lock-no-settings-of-this-mac",
    "the time for all Macs is not that of this one": (
        "screen-lock-own-time-of-all-macs-not-believed"
    ),
    "settings that came from another Mac": "screen-lock-settings-of-two-macs",
    "the same, where they decide": "screen-lock-settings-of-two-macs-screen-never-dark",
    "a time before 0": "screen-lock-saver-time-negative",
    "the log-in window's time is another": "screen-lock-log-in-window-time-alone",
    "the log-in window's time by a profile": "screen-lock-managed-log-in-window-alone",
    "the profile over the person's own": "screen-lock-managed",
    "a profile for the person alone": "screen-lock-managed-for-the-person",
    "a profile of the time alone": "screen-lock-managed-time-alone",
    "a profile of the password alone": "screen-lock-managed-password-alone",
    "a profile is a wish": "screen-lock-managed-but-off",
    "a profile that may not be read": "screen-lock-managed-closed",
    "the same, where it decides": "screen-lock-managed-closed-screen-never-dark",
    "a profile of another type is none that leaves it open": (
        "screen-lock-managed-of-another-type"
    ),
    "a managed time of another type": "screen-lock-managed-time-of-another-type",
    "what keeps the screen awake just now": "screen-lock-power-kept-awake",
    "a corner that holds the screen saver off": "screen-lock-hot-corner",
    "a source of power without a time": "screen-lock-power-without-the-screen",
    "the tool for power is missing": "screen-lock-power-missing",
    "the tool for power fails": "screen-lock-power-error",
    "the tool for power in German": "screen-lock-power-garbled",
    "never dark needs no delay to fail": "screen-lock-status-missing-but-never-dark",
    "nobody at the screen": "screen-lock-nobody-at-the-screen",
    "somebody else at the screen": "screen-lock-somebody-else-at-the-screen",
    "who is at the screen cannot be seen": "screen-lock-console-unseen",
}
BEFORE = "2026-11-20 09:00:00.123 sysadminctl[4711:90210] "
TIMES = st.integers(min_value=0, max_value=7200)


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("screenLock is off", None),
        ("screenLock delay is immediate", 0),
        ("screenLock delay is 1 second", 1),
        ("screenLock delay is 5 seconds", 5),
        ("screenLock delay is 300 seconds", 300),
        ("screenLock delay is 28800 seconds", 28_800),
        ("screenLock delay is 2147483646 seconds", 2_147_483_646),
        ("screenLock delay is 2147483647 seconds", None),
    ],
)
def test_when_a_password_is_asked_for(said: str, seconds: int | None) -> None:
    for text in (said, f"{BEFORE}{said}\n", f"{BEFORE}something else\n{BEFORE}{said}\n"):
        assert parse_status(text) == Delay(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "screenLock",
        "screenLock is on",
        "screenLock is off by default",
        "screenLock delay is",
        "screenLock delay is -1 seconds",
        "screenLock delay is 5 minutes",
        "screenLock delay is 300 seconds or so",
        "screenLock delay is immediate\nscreenLock is off\n",
        "noscreenLock is off",
        "Die Bildschirmsperre ist aus",
    ],
)
def test_other_words_are_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_status(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("AC Power:\n displaysleep         10\n", (600,)),
        ("Battery Power:\n displaysleep 2\nAC Power:\n displaysleep 0\n", (120, NEVER)),
        ("AC Power:\n displaysleep 10 (display sleep prevented by Keynote)\n", (600,)),
        (
            "AC Power:\n sleep 1\n displaysleep 5\n disksleep 10\nUPS Power:\n displaysleep 1\n",
            None,
        ),
    ],
)
def test_when_the_screen_goes_dark(text: str, seconds: tuple[int, ...] | None) -> None:
    assert parse_display(text) == (seconds or (300, 60))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " displaysleep 10\n",
        "AC Power:\n",
        "AC Power:\n sleep 10\n",
        "AC Power:\n displaysleep never\n",
        "AC Power:\n displaysleep -1\n",
        "Battery Power:\n displaysleep 2\nAC Power:\n",
        "Netzbetrieb:\n displaysleep 10\n",
    ],
)
def test_power_of_another_form_is_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_display(text)


@pytest.mark.parametrize("value", ["300", 300.0, True, -1, b"5"])
def test_another_time_of_the_screen_saver_is_none(value: str | float | bytes) -> None:
    with pytest.raises(ParseError):
        parse_saver({"idleTime": value})


@pytest.mark.parametrize(
    ("saver", "display", "after"),
    [
        (300, (120, 600), 300),
        (NEVER, (120, 600), 600),
        (NEVER, (120, NEVER), NEVER),
        (1200, (120, NEVER), 1200),
        (None, (120, 600), 600),
        (None, (120, NEVER), None),
    ],
)
def test_the_longest_until_dark(
    saver: int | None, display: tuple[int, ...], after: int | None
) -> None:
    assert darkness_after(saver, display) == after


@given(st.none() | TIMES, st.lists(TIMES, min_size=1, max_size=3))
def test_never_is_never_a_short_time(saver: int | None, display: list[int]) -> None:
    after = darkness_after(saver, tuple(display))
    without = saver in (None, NEVER) and NEVER in display
    assert (not after) is without
    assert (after is None) is (without and saver is None)
    if after:
        # A screen saver that is not known can only be sooner.
        assert after <= (darkness_after(NEVER, tuple(display)) or after)


@given(st.text(alphabet="screnLock delays imt057of\n:", max_size=60), st.text(max_size=20))
def test_parsers_of_text_raise_only_their_own_error(text: str, other: str) -> None:
    for line in (text, other, f"screenLock {text}", f"AC Power:\n displaysleep {other}\n{text}"):
        for parse in (parse_status, parse_display):
            with suppress(ParseError):
                parse(line)


@given(
    st.dictionaries(
        st.sampled_from(["idleTime", "askForPassword"]),
        st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    )
)
def test_parsers_of_settings_raise_only_their_own_error(
    settings: dict[str, bool | int | float | str | bytes],
) -> None:
    with suppress(ParseError):
        seconds = parse_saver(settings)
        assert seconds is None or seconds >= 0
