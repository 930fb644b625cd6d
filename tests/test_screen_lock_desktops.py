"""The parsers of the desktops' own screen locks but GNOME's and KDE's; machines are recordings."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock import (
    budgie,
    cinnamon,
    cosmic,
    flashback,
    gnome,
    gsettings,
    kde,
    mate,
    pantheon,
    unity,
)
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.locker_process import state_of, while_running
from hipaaguard.collect.linux.screen_lock.running import Running
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

GNOME = {
    (gnome.SCREENSAVER, "lock-enabled"): "true",
    (gnome.SCREENSAVER, "lock-delay"): "uint32 30",
    (gnome.SCREENSAVER, "idle-activation-enabled"): "true",
    (gnome.SESSION, "idle-delay"): "uint32 300",
    (gnome.LOCKDOWN, "disable-lock-screen"): "false",
    ("org.gnome.gnome-flashback", "screensaver"): "true",
    ("io.elementary.desktop.screensaver", "lock-on-suspend"): "true",
}
CINNAMON = {
    ("org.cinnamon.desktop.screensaver", "lock-enabled"): "true",
    ("org.cinnamon.desktop.screensaver", "lock-delay"): "uint32 30",
    ("org.cinnamon.desktop.screensaver", "custom-screensaver-command"): "''",
    ("org.cinnamon.desktop.session", "idle-delay"): "uint32 300",
    ("org.cinnamon.desktop.lockdown", "disable-lock-screen"): "false",
    ("org.cinnamon.settings-daemon.plugins.power", "lock-on-suspend"): "true",
}
MATE = {
    ("org.mate.screensaver", "lock-enabled"): "true",
    ("org.mate.screensaver", "lock-delay"): "1",
    ("org.mate.screensaver", "idle-activation-enabled"): "true",
    ("org.mate.session", "idle-delay"): "5",
    ("org.mate.lockdown", "disable-lock-screen"): "false",
    ("org.mate.power-manager", "lock-use-screensaver"): "true",
    ("org.mate.power-manager", "lock-suspend"): "true",
}
Parser = Callable[[gsettings.Settings], Lock]
PARSERS: list[tuple[Parser, dict[gsettings.Key, str], int]] = [
    (budgie.parse_lock, GNOME, 330),
    (cinnamon.parse_lock, CINNAMON, 330),
    (flashback.parse_lock, GNOME, 330),
    (gnome.parse_lock, GNOME, 330),
    (mate.parse_lock, MATE, 360),
    (pantheon.parse_lock, GNOME, 330),
    (unity.parse_lock, GNOME, 330),
]


@pytest.mark.parametrize(("parse", "settings", "idle_s"), PARSERS)
def test_the_time_until_a_password_is_asked_for(
    parse: Parser, settings: dict[gsettings.Key, str], idle_s: int
) -> None:
    lock = parse(settings)
    assert (lock.enabled, lock.idle_s) == (True, idle_s)


@given(
    st.sampled_from(PARSERS),
    st.data(),
    st.sampled_from(["true", "false", "0", "-1", "uint32 0", "uint32 4294967295", "''", "", "@b x"])
    | st.text(),
)
def test_parsers_raise_only_their_own_error(
    chosen: tuple[Parser, dict[gsettings.Key, str], int], data: st.DataObject, value: str
) -> None:
    parse, settings, _ = chosen
    key = data.draw(st.sampled_from(sorted(settings)))
    try:
        lock = parse({**settings, key: value})
    except ParseError:
        return
    # However odd the settings, a lock without a time and a time without a lock do not exist.
    assert (lock.idle_s == NO_LOCK) is (lock.enabled is False)


@pytest.mark.parametrize(("parse", "settings", "_idle_s"), PARSERS)
def test_every_setting_that_lets_the_lock_be_turned_off_is_needed(
    parse: Parser, settings: dict[gsettings.Key, str], _idle_s: int
) -> None:
    used = [key for key in settings if key[0].rpartition(".")[2] in ("session", "lockdown")]
    for key in used:
        with pytest.raises(ParseError, match=key[1]):
            parse({other: settings[other] for other in settings if other != key})


@given(st.text(alphabet=st.sampled_from("org.mate session idle-delay 5\n'true")))
def test_printed_settings_raise_only_their_own_error(text: str) -> None:
    try:
        settings = gsettings.parse_settings(text)
    except ParseError:
        return
    assert len(settings) <= len(text.splitlines())


@pytest.mark.parametrize(
    ("value", "text"),
    [("''", ""), ("'zoom'", "zoom"), ('"it\'s"', "it's"), ("'a b'", "a b")],
)
def test_texts(value: str, text: str) -> None:
    assert gsettings.parse_text({("s", "k"): value}, "s", "k") == text


@pytest.mark.parametrize("value", ["", "'", "zoom", "'zoom", "'zoom\"", "5"])
def test_texts_refuse(value: str) -> None:
    with pytest.raises(ParseError):
        gsettings.parse_text({("s", "k"): value}, "s", "k")


@pytest.mark.parametrize(
    ("delay", "idle_s"), [("0", 300), ("-3", 300), ("480", 29100), ("2000", 29100)]
)
def test_mate_limits_the_delay_as_its_screen_saver_does(delay: str, idle_s: int) -> None:
    assert mate.parse_lock({**MATE, ("org.mate.screensaver", "lock-delay"): delay}).idle_s == idle_s


@pytest.mark.parametrize(
    ("changed", "locks"),
    [
        ({}, True),
        ({("org.mate.screensaver", "lock-enabled"): "false"}, False),
        ({("org.mate.power-manager", "lock-suspend"): "false"}, True),
        (
            {
                ("org.mate.power-manager", "lock-use-screensaver"): "false",
                ("org.mate.power-manager", "lock-suspend"): "false",
            },
            False,
        ),
        ({("org.mate.lockdown", "disable-lock-screen"): "true"}, False),
    ],
)
def test_mate_before_sleep(changed: dict[gsettings.Key, str], locks: bool) -> None:
    assert mate.parse_on_suspend({**MATE, **changed}) is locks


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Some(900000)", 900),
        (" Some( 60_000, )\n", 60),
        ("Some(1)", 1),
        ("Some(90500)", 91),
        ("None", None),
        ("None\n", None),
    ],
)
def test_cosmic_times(text: str, seconds: int | None) -> None:
    assert cosmic.parse_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "Some(0)", "Some(-1)", "Some(1.5)", "900000", "some(1)", "Some(1)Some(2)", "Some()"],
)
def test_cosmic_times_refuse(text: str) -> None:
    with pytest.raises(ParseError):
        cosmic.parse_time(text)


@given(st.text(alphabet=st.sampled_from("SomeN()0123456789_, \n")))
def test_cosmic_times_raise_only_their_own_error(text: str) -> None:
    try:
        seconds = cosmic.parse_time(text)
    except ParseError:
        return
    assert seconds is None or seconds > 0


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{ LockScreen: "loginctl lock-session" }', "loginctl lock-session"),
        ('{\n  Launcher: "a",\n  LockScreen : "b c",\n}', "b c"),
        ('{\n  // LockScreen: "a",\n}', None),
        ('{ OtherLockScreen: "a" }', None),
        ("{}", None),
    ],
)
def test_cosmic_actions(text: str, command: str | None) -> None:
    assert cosmic.parse_lock_action(text) == command


def test_cosmic_actions_refuse_two_ways() -> None:
    with pytest.raises(ParseError):
        cosmic.parse_lock_action('{ LockScreen: "a", LockScreen: "b" }')


@given(st.text(alphabet=st.sampled_from('{}LockScreen:"a, /\n')))
def test_cosmic_actions_raise_only_their_own_error(text: str) -> None:
    try:
        command = cosmic.parse_lock_action(text)
    except ParseError:
        return
    assert command is None or re.search(f'"{re.escape(command)}"', text)


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("[General]\nfont=x\n[Daemon]\nAutolock=false\n", True),
        ("  [Daemon][$i]\n", True),
        ("[General]\nDaemon=[Daemon]\n", False),
        ("[DaemonX]\n", False),
        ("", False),
    ],
)
def test_kde_settings_for_every_program(text: str, sets: bool) -> None:
    assert kde.sets_lock_for_all(text) is sets


# --- a locker must run

ON = Lock(True, 300, True, user_can_change=True, source="test")
HIDDEN = Unavailable(Reason.TIMED_OUT, "no answer")


def running(*names: str, complete: bool = True) -> Running:
    return Running(tuple(Process(9, name[:15], 1000, (name,)) for name in names), (), complete)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (running("a-locker"), True),
        (running("another", "a-locker", "swayidle"), True),
        (running(), False),
        (running("a-locker-helper"), False),
    ],
)
def test_whether_the_locker_runs(seen: Running, state: bool) -> None:
    assert state_of(seen, "a-locker") is state


@pytest.mark.parametrize("seen", [HIDDEN, running(complete=False), running("xss-lock")])
def test_whether_the_locker_runs_is_not_known(seen: Running | Unavailable) -> None:
    assert isinstance(state_of(seen, "a-locker"), Unavailable)
    lock = while_running(ON, seen, "a-locker")
    assert isinstance(lock.enabled, Unavailable)
    assert lock.enabled == lock.idle_s == lock.on_suspend


def test_a_locker_that_does_not_run_does_not_lock() -> None:
    lock = while_running(ON, running(), "a-locker")
    assert (lock.enabled, lock.idle_s) == (False, NO_LOCK)
    # It may be started when it is asked to lock before sleep.
    assert isinstance(lock.on_suspend, Unavailable)


@pytest.mark.parametrize("seen", [HIDDEN, running(), running("a-locker")])
def test_what_is_off_stays_off(seen: Running | Unavailable) -> None:
    off = Lock(enabled=False, idle_s=NO_LOCK, on_suspend=False, user_can_change=True, source="test")
    assert while_running(off, seen, "a-locker") == off
