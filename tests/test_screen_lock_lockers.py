"""Desktops that lock by whichever locker runs: parsers; whole machines are recordings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.host import AS_ADMINISTRATOR
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock import (
    commands,
    gsettings,
    hypridle,
    hyprlang,
    idle,
    light_locker,
    lockers,
    lxqt,
    plan,
    running,
    swayidle,
    x11_idle,
    x_server,
    xfce,
    xfconf,
    xscreensaver,
)
from hipaaguard.collect.linux.screen_lock.commands import Means, parse_command
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.probe import READERS
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recording import Recording, read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import NOW, TESTS

RECORDINGS = TESTS / "recordings" / "linux"

TRAPS = {
    "XFCE counts in minutes, and xfconf does not store defaults": "screen-lock-xfce-minutes",
    "an absent XFCE key is the program's default": "screen-lock-xfce-default",
    "XFCE may use light-locker instead": "screen-lock-xfce-light-locker",
    "XFCE may use XScreenSaver instead": "screen-lock-xfce-xscreensaver",
    "two lockers run": "screen-lock-xfce-two-lockers",
    "a locker that is set up but does not run": "screen-lock-xfce-not-running",
    "0 read as within the limit": "screen-lock-xfce-light-locker-blank-never",
    "0 seconds after the screen saver is never": "screen-lock-xfce-light-locker-after-0",
    "locked settings decide who can change them": "screen-lock-xfce-kiosk-channel",
    "presentation mode": "screen-lock-xfce-presentation-mode",
    "root sees other settings than the session": "screen-lock-xfce-sudo-own-defaults",
    "sway: swayidle's arguments": "screen-lock-sway-swayidle",
    "sway: swayidle's settings file": "screen-lock-sway-settings-file",
    "sway installed but not used": "screen-lock-sway-not-running",
    "screen off is not a lock": "screen-lock-sway-screen-off-only",
    "the locker must be able to run": "screen-lock-sway-locker-not-installed",
    "swayidle's 0 is never": "screen-lock-sway-timeout-0",
    "the lock's delay adds to the idle time": "screen-lock-sway-grace",
    "lock-session with nothing that listens": "screen-lock-sway-asks-nobody",
    "hypridle must run": "screen-lock-hyprland-not-running",
    "hypridle: loginctl lock-session": "screen-lock-hyprland-hypridle",
    "hyprlock without settings does not lock": "screen-lock-hyprland-hyprlock-without-settings",
    "only the X server knows when its saver comes": "screen-lock-i3-xss-lock-without-display",
    "xss-lock's notifier delays the locker": "screen-lock-i3-xss-lock-notifier",
    "xautolock counts in minutes": "screen-lock-i3-xautolock",
    "xidlehook's timers add up": "screen-lock-i3-xidlehook",
    "XScreenSaver's hours, minutes and seconds": "test_xscreensaver_times",
    "substring matching: a program whose name begins alike": "test_a_program_is_its_whole_name",
    "a container hides processes": "screen-lock-i3-processes-hidden",
    "LXQt on battery": "screen-lock-lxqt-power-manager-only-on-mains",
}


def test_every_trap_has_its_test() -> None:
    here = {name for name in globals() if name.startswith("test_")}
    there = {path.name for path in RECORDINGS.iterdir()}
    assert set(TRAPS.values()) <= here | there


def test_every_such_desktop_has_the_reader() -> None:
    assert {READERS[name] for name in idle.DESKTOPS} == {idle.read_lock}


# --- commands


@pytest.mark.parametrize(
    "text",
    [
        "swaylock",
        "swaylock -f -c '#000000'",
        "/usr/bin/swaylock --daemonize -i ~/picture.png",
        "swaylock -i $HOME/picture.png",
        "swaylock -f &",
        "exec swaylock -f",
        "sh -c 'swaylock -f'",
        """bash -c "sh -c 'swaylock'" """,
        "pidof swaylock || swaylock -f",
        "pgrep -x swaylock || swaylock -f",
        "playerctl pause; swaylock -f",
        "playerctl pause & swaylock -f",
        "swaylock -f && wlopm --off '*'",
    ],
)
def test_commands_that_lock(text: str) -> None:
    found = parse_command(text)
    assert (found.means, found.name) == (Means.LOCKS, "swaylock")


@pytest.mark.parametrize(
    "text",
    [
        "hyprlock --immediate",
        "gtklock -d",
        "waylock -fork-on-lock",
        "i3lock --nofork",
        "slock",
        "physlock -d",
        "betterlockscreen -l dim",
        "xsecurelock",
        "xlock -mode blank",
        "xscreensaver-command -lock",
    ],
)
def test_every_locker_is_known(text: str) -> None:
    assert parse_command(text).means is Means.LOCKS


@pytest.mark.parametrize(
    "text",
    [
        "loginctl lock-session",
        "loginctl lock-session $XDG_SESSION_ID",
        'loginctl lock-session "${XDG_SESSION_ID}"',
        "pidof hyprlock || loginctl lock-session",
        "notify-send soon; loginctl lock-session",
    ],
)
def test_commands_that_ask(text: str) -> None:
    assert parse_command(text).means is Means.ASKS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "wlopm --off '*'",
        'swaymsg "output * power off"',
        "hyprctl dispatch dpms off",
        "niri msg action power-off-monitors",
        "xset dpms force off",
        "brightnessctl -s set 10 && notify-send 'swaylock soon'",
    ],
)
def test_commands_that_do_not_lock(text: str) -> None:
    assert parse_command(text).means is Means.NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "lock.sh",
        "~/bin/lock",
        "/home/user/bin/swaylock",
        "./swaylock",
        "swaylock-fancy",
        "swaylock --help",
        "i3lock --no-verify",
        "physlock -l",
        "xlock -nolock",
        "betterlockscreen -u picture.png",
        "xscreensaver-command -activate",
        "playerctl pause && swaylock",
        "test -e /tmp/awake || swaylock",
        "pidof swaylock || gtklock",
        "pidof awake || swaylock",
        "sleep 900; swaylock",
        "swaylock; pkill swaylock",
        "swaylock & sh undo.sh",
        "true # ; swaylock",
        "swaylock -c #000000",
        "notify-send ';' swaylock",
        'notify-send "&&" swaylock',
        "notify-send \\; swaylock",
        "swaylock $(options)",
        "swaylock `options`",
        "swaylock $OPTIONS",
        "swaylock > /dev/null",
        "(swaylock)",
        "true\nswaylock",
        "swaylock 'not closed",
        "PATH=/home/user swaylock",
        "swaymsg exec swaylock",
        "hyprctl dispatch exec hyprlock",
        "niri msg action spawn -- swaylock",
        "xset s activate",
        "systemctl suspend",
        "loginctl lock-sessions",
        "sh lock",
        "exec",
        'sh -c "sh -c \\"sh -c \'swaylock\'\\""',
    ],
)
def test_commands_that_are_not_recognised(text: str) -> None:
    assert parse_command(text).means is Means.UNKNOWN


def test_shells_are_followed_only_so_far() -> None:
    assert commands.parse_command("swaylock", commands.MAX_DEPTH + 1).means is Means.UNKNOWN
    assert commands.parse_words(["swaylock"], commands.MAX_DEPTH + 1).means is Means.UNKNOWN


@given(st.text(alphabet="swaylock -;&|'\"$#()\\\n") | st.text())
def test_a_command_is_always_understood_in_some_way(text: str) -> None:
    assert parse_command(text).means in Means


@pytest.mark.parametrize(
    ("arguments", "grace"),
    [
        ((), 0),
        (("-f",), 0),
        (("--grace", "5"), 5),
        (("--grace=60",), 60),
        (("--grace", "5s"), None),
        (("--grace",), None),
        (("--grace=-1",), None),
    ],
)
def test_grace_of_arguments(arguments: tuple[str, ...], grace: int | None) -> None:
    assert commands.grace_of(arguments) == grace


# --- processes


def process(*argv: str, name: str = "") -> Process:
    return Process(900, name or argv[0].rpartition("/")[2][:15], 1000, argv)


def test_a_program_is_its_whole_name() -> None:
    dialog = process("/usr/libexec/xfce4-screensaver-dialog")
    seen = running.Running((dialog,), (), complete=True)
    assert dialog.name == "xfce4-screensav"
    assert seen.named("xfce4-screensaver") == ()


def test_a_program_without_arguments_is_known_by_its_cut_name() -> None:
    bare = Process(900, "xfce4-screensav", 1000, ())
    seen = running.Running((bare,), (), complete=True)
    assert seen.named("xfce4-screensaver") == (bare,)


@pytest.mark.parametrize(
    ("desktop", "own", "others", "display"),
    [
        ("sway", (), (), running.Display.WAYLAND),
        ("i3", (), (), running.Display.X11),
        ("xfce", ("labwc",), ("Xorg",), running.Display.WAYLAND),
        ("xfce", (), ("Xorg",), running.Display.X11),
        ("xfce", ("Xwayland",), (), None),
        ("qtile", (), ("Xorg",), running.Display.X11),
    ],
)
def test_display_of(
    desktop: str, own: tuple[str, ...], others: tuple[str, ...], display: running.Display | None
) -> None:
    seen = running.Running(
        tuple(process(name) for name in own), tuple(process(name) for name in others), complete=True
    )
    assert running.display_of(Session(1000, desktop, "", ""), seen) is display


def test_qtile_says_whether_it_is_on_wayland() -> None:
    qtile = process("/usr/bin/python3", "/usr/bin/qtile", "start", "-b", "wayland", name="qtile")
    seen = running.Running((qtile,), (process("Xorg"),), complete=True)
    session = Session(1000, "qtile", "", "")
    assert running.display_of(session, seen) is running.Display.WAYLAND


# --- plans

LOCKS = parse_command("swaylock")
ASKS = parse_command("loginctl lock-session")
OTHER = parse_command("wlopm --off x")
SCRIPT = parse_command("lock.sh")
UNKNOWN = Unavailable(Reason.TIMED_OUT, "no answer")


def lock(plans: list[plan.Plan], effect: lockers.Effect = 0) -> Lock:
    return plan.lock_of(plans, lambda command: effect)


def after(*steps: tuple[int, commands.Command], **more: commands.Command) -> plan.Plan:
    return plan.Plan(steps, more.get("on_lock"), more.get("before_sleep"), "test")


@pytest.mark.parametrize(
    ("made", "enabled", "idle_s", "on_suspend"),
    [
        (after((300, LOCKS)), True, 300, False),
        (after((600, LOCKS), (300, LOCKS)), True, 300, False),
        (after((300, OTHER), (600, LOCKS), before_sleep=LOCKS), True, 600, True),
        (after((300, ASKS), on_lock=LOCKS, before_sleep=ASKS), True, 300, True),
        (after((300, ASKS), before_sleep=ASKS), False, NO_LOCK, False),
        (after((300, ASKS), on_lock=ASKS), False, NO_LOCK, False),
        (after((300, OTHER)), False, NO_LOCK, False),
        (after(), False, NO_LOCK, False),
        (after((100, SCRIPT), (300, LOCKS)), True, 300, False),
    ],
)
def test_lock_of_a_plan(
    made: plan.Plan, enabled: bool, idle_s: int | Unavailable, on_suspend: bool
) -> None:
    found = lock([made])
    assert (found.enabled, found.idle_s, found.on_suspend) == (enabled, idle_s, on_suspend)


def test_what_is_not_known_is_not_judged() -> None:
    script = lock([after((300, SCRIPT), before_sleep=SCRIPT)])
    assert isinstance(script.enabled, Unavailable)
    assert script.enabled == script.idle_s == script.on_suspend
    assert lock([after((300, LOCKS))], UNKNOWN).enabled == UNKNOWN
    late = replace(after(before_sleep=LOCKS), unknown=UNKNOWN)
    assert (lock([late]).enabled, lock([late]).on_suspend) == (UNKNOWN, True)


def test_a_grace_period_adds_up() -> None:
    assert lock([after((300, LOCKS))], 30).idle_s == 330


def test_a_locker_that_cannot_start_does_not_lock() -> None:
    found = lock([after((300, LOCKS), before_sleep=LOCKS)], None)
    assert (found.enabled, found.on_suspend) == (False, False)


def made_lock(enabled: bool | Unavailable, idle_s: int | Unavailable, **more: bool) -> Lock:
    suspend, change = more.get("on_suspend", False), more.get("user_can_change", True)
    return Lock(enabled, idle_s, suspend, change, "test")


def test_the_strongest_of_several_lockers_counts() -> None:
    off = made_lock(False, NO_LOCK)
    on = made_lock(True, 600, on_suspend=True, user_can_change=False)
    dark = made_lock(UNKNOWN, UNKNOWN)
    assert plan.strongest([off, on, dark]) == on
    assert plan.strongest([on, replace(on, idle_s=300)]).idle_s == 300
    assert plan.strongest([off, dark]).enabled == UNKNOWN
    assert plan.strongest([off, dark]).idle_s == UNKNOWN
    assert plan.strongest([off, off]).idle_s == NO_LOCK
    unclear = replace(off, user_can_change=UNKNOWN)
    assert plan.strongest([off, unclear]).user_can_change == UNKNOWN


# --- swayidle


def test_swayidle_arguments() -> None:
    words = ["-w", "-C", "/etc/idle", "-S", "seat1", "timeout", "300", "swaylock -f"]
    words += ["timeout", "600", "dark", "resume", "light", "before-sleep", "a", "lock", "b"]
    words += ["unlock", "c", "after-resume", "d", "idlehint", "60", "before-sleep", "e"]
    named, events = swayidle.parse_arguments(words)
    assert named == "/etc/idle"
    assert events.timeouts == ((300, "swaylock -f"), (600, "dark"))
    assert dict(events.single)["before-sleep"] == "e"
    assert events.last("lock") == parse_command("b")
    assert events.last("nothing") is None


def test_swayidle_settings() -> None:
    text = "# a comment\n\ntimeout 300 'swaylock -f' resume \"light on\"\nlock swaylock\n"
    events = swayidle.parse_settings(text)
    assert events.timeouts == ((300, "swaylock -f"),)
    assert events.last("lock") == LOCKS


@pytest.mark.parametrize(
    "words",
    [
        ["timeout", "300"],
        ["timeout", "5m", "swaylock"],
        ["timeout", "-1", "swaylock"],
        ["lock"],
        ["idlehint", "soon"],
        ["unheard-of", "x"],
        ["-x"],
        ["-C"],
    ],
)
def test_swayidle_refuses(words: list[str]) -> None:
    with pytest.raises(ParseError):
        swayidle.parse_arguments(words)


@pytest.mark.parametrize("text", ["timeout 300 'swaylock\n", "lock\n", "timeou 300 swaylock\n"])
def test_swayidle_settings_refuse(text: str) -> None:
    with pytest.raises(ParseError):
        swayidle.parse_settings(text)


# --- hyprlang, hypridle, hyprlock


def test_hyprlang() -> None:
    text = "$a = one\n$ab = two # and\ngeneral {\n  x = $ab ## $a\n deep {\n y=1\n }\n}\ng:z=2\n"
    found = [(it.category, it.block, it.key, it.value) for it in hyprlang.parse_entries(text)]
    assert found == [
        ("general", 1, "x", "two # one"),
        ("general:deep", 1, "y", "1"),
        ("g", 0, "z", "2"),
    ]


@pytest.mark.parametrize(
    "text", ["}", "a {", "a { y=1 }", "word", "= x", "# hyprlang if A\n# hyprlang endif"]
)
def test_hyprlang_refuses(text: str) -> None:
    with pytest.raises(ParseError):
        hyprlang.parse_entries(text)


def no_source(path: str) -> str:
    raise ParseError(f"no {path}")


def hypr_plan(text: str, open_source: Callable[[str], str] = no_source) -> plan.Plan:
    return hypridle.parse_plan(hyprlang.parse_entries(text, open_source))


def test_hypridle_listeners() -> None:
    text = "general:lock_cmd = hyprlock\nlistener {\n on-timeout = hyprlock\n timeout = 300\n}\n"
    text += "listener {\n on-timeout = hyprlock\n}\n"
    found = hypr_plan(text)
    assert found.after == ((300, parse_command("hyprlock")),)
    assert found.on_lock == parse_command("hyprlock")


def test_hypridle_reads_what_its_settings_name() -> None:
    files = {"a": "$lock = hyprlock\nsource = b\n", "b": "listener {\n timeout = 5\n}\n"}
    text = "listener {\n timeout = 9\n}\nsource = a\ngeneral {\n lock_cmd = $lock\n}\n"
    found = hypr_plan(text, files.__getitem__)
    assert [seconds for seconds, _ in found.after] == [9, 5]
    assert found.on_lock == parse_command("hyprlock")
    with pytest.raises(ParseError, match="too many"):
        hypr_plan("source = a\n", lambda path: "source = a\n")


def test_hypridle_waits_for_a_state_besides() -> None:
    found = hypr_plan("listener {\n timeout = 300\n on-timeout = hyprlock\n state = locked\n}\n")
    assert found.after[0][1].means is Means.UNKNOWN


@pytest.mark.parametrize("time", ["0", "-5", "5m", "{{5 * 60}}", ""])
def test_hypridle_refuses(time: str) -> None:
    with pytest.raises(ParseError):
        hypr_plan(f"listener {{\n timeout = {time}\n on-timeout = hyprlock\n}}\n")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), None), (("-q",), None), (("-c", "/a"), "/a"), (("--config", "/a", "-v"), "/a")],
)
def test_hypridle_arguments(arguments: tuple[str, ...], named: str | None) -> None:
    assert hypridle.parse_named_file(arguments) == named


def test_hypridle_arguments_refuse() -> None:
    with pytest.raises(ParseError):
        hypridle.parse_named_file(["--new"])


def test_grace_in_files() -> None:
    assert lockers.parse_swaylock_grace("color=0\ngrace=5\n") == 5
    assert lockers.parse_swaylock_grace("grace-no-mouse\n") == 0
    assert lockers.parse_hyprlock_grace("general {\n grace = 7\n}\nlabel {\n grace = 1\n}\n") == 7
    for parse, text in (
        (lockers.parse_swaylock_grace, "grace\n"),
        (lockers.parse_hyprlock_grace, "general {\n grace = x\n}\n"),
    ):
        with pytest.raises(ParseError):
            parse(text)


# --- plain X


def test_xss_lock() -> None:
    found = x11_idle.parse_xss_lock(["-l", "--notifier=dim", "-s", "2", "--", "i3lock", "-n"])
    assert (found.locker.name, found.notifies, found.ignores_sleep) == ("i3lock", True, False)
    assert x11_idle.parse_xss_lock(["--ignore-sleep", "slock"]).ignores_sleep


@pytest.mark.parametrize("words", [[], ["-l"], ["--new", "i3lock"], ["-n", "dim"]])
def test_xss_lock_refuses(words: list[str]) -> None:
    with pytest.raises(ParseError):
        x11_idle.parse_xss_lock(words)


def test_xss_lock_waits_for_a_picture_that_never_comes() -> None:
    found = x11_idle.parse_xss_lock(["-n", "dim", "i3lock"])
    assert x11_idle.plan_of_xss_lock(found, x_server.Saver(300, 0)).unknown is not None
    assert x11_idle.plan_of_xss_lock(found, x_server.Saver(300, 60)).after[0][0] == 360
    assert x11_idle.plan_of_xss_lock(found, x_server.Saver(0, 60)).after == ()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-time", "10"],
        ["-time", "0", "-locker", "slock"],
        ["-time", "61", "-locker", "slock"],
        ["-time", "600s", "-locker", "slock"],
        ["-time", "10", "-locker", "slock", "-exit"],
        ["-time"],
    ],
)
def test_xautolock_refuses(words: list[str]) -> None:
    with pytest.raises(ParseError):
        x11_idle.parse_xautolock(words)


@pytest.mark.parametrize("words", [["--time", "5"], ["--timer", "5"], ["--timer", "5m", "a", ""]])
def test_xidlehook_refuses(words: list[str]) -> None:
    with pytest.raises(ParseError):
        x11_idle.parse_xidlehook(words)


def test_xset_prints_the_saver() -> None:
    text = "Screen Saver:\n  prefer blanking:  yes\n  timeout:  600    cycle:  60\nColors:\n"
    assert x_server.parse_saver(text) == x_server.Saver(600, 60)


# --- XScreenSaver


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0:10:00", 600), ("1:00:30", 3630), ("0:05:00", 300), ("10", 600)],
)
def test_xscreensaver_times(value: str, seconds: int) -> None:
    assert xscreensaver.parse_time({"timeout": value}, "timeout") == seconds


def test_xscreensaver_settings() -> None:
    text = "# comment\ntimeout:\t0:10:00\nlock: True\nlock:\tFalse\nprograms:\t\\\n- a --b\n"
    found = xscreensaver.parse_settings(text)
    assert (found["timeout"], found["lock"]) == ("0:10:00", "False")


def xscreensaver_lock(text: str) -> Lock:
    return xscreensaver.parse_lock(xscreensaver.parse_settings(text), helper_runs=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lock: maybe\n",
        "lock: True\n",
        "lock: True\ntimeout: 0:00:00\n",
        "lock: True\ntimeout: 5:00\n",
        "lock: True\ntimeout: 0:99:00\n",
        "lock: True\ntimeout: 0:10:00\nlockTimeout: soon\n",
    ],
)
def test_xscreensaver_refuses(text: str) -> None:
    with pytest.raises(ParseError):
        xscreensaver_lock(text)


# --- light-locker

SCHEMA = "apps.light-locker"
LIGHT = {(SCHEMA, "lock-after-screensaver"): "uint32 5", (SCHEMA, "lock-on-suspend"): "true"}
SAVER = x_server.Saver(600, 600)


def test_light_locker_counts_from_the_screen_saver() -> None:
    assert light_locker.parse_lock(LIGHT, SAVER).idle_s == 605
    assert light_locker.parse_lock(LIGHT, UNKNOWN).enabled == UNKNOWN
    off = light_locker.parse_arguments(["--lock-after-screensaver=0"], LIGHT)
    assert light_locker.parse_lock(off, UNKNOWN).enabled is False
    asleep = light_locker.parse_arguments(["--no-lock-on-suspend", "--late-locking"], LIGHT)
    assert light_locker.parse_lock(asleep, SAVER).on_suspend is False


@pytest.mark.parametrize("argument", ["--lock-after-screensaver", "--new", "x"])
def test_light_locker_arguments_refuse(argument: str) -> None:
    with pytest.raises(ParseError):
        light_locker.parse_arguments([argument], LIGHT)


@pytest.mark.parametrize("missing", LIGHT)
def test_light_locker_refuses(missing: gsettings.Key) -> None:
    with pytest.raises(ParseError):
        light_locker.parse_lock({key: LIGHT[key] for key in LIGHT if key != missing}, SAVER)


# --- XFCE


def channel(body: str, attributes: str = "") -> xfconf.ChannelFile:
    text = f'<?xml version="1.0"?><channel name="c" version="1.0" {attributes}>{body}</channel>'
    return xfconf.parse_channel(text, "user")


def flag(name: str, value: str, attributes: str = "") -> str:
    return f'<property name="{name}" type="bool" value="{value}" {attributes}/>'


@pytest.mark.parametrize(
    ("attributes", "locked"),
    [
        ("", None),
        ('locked=""', None),
        ('locked="user"', True),
        ('locked="other;user"', True),
        ('locked="other"', False),
        ('unlocked="root"', True),
        ('unlocked="root;user"', False),
        ('locked="user" unlocked="user"', False),
        ('locked="user;@staff"', True),
    ],
)
def test_xfconf_locks(attributes: str, locked: bool | None) -> None:
    assert channel("", attributes).locked is locked
    assert channel(flag("a", "true", attributes)).properties["/a"].locked is locked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<channel>",
        "<property/>",
        "<channel><value/></channel>",
        "<channel><channel/></channel>",
        '<channel locked="@staff"/>',
        '<!DOCTYPE x [<!ENTITY a "b">]><channel/>',
        "<channel>" + "<property name='a'>" * 80 + "</property>" * 80 + "</channel>",
    ],
)
def test_xfconf_refuses(text: str) -> None:
    with pytest.raises(ParseError):
        xfconf.parse_channel(text, "user")


def test_xfconf_layers() -> None:
    base = channel(flag("a", "true") + flag("b", "true", 'locked="user"'))
    nearer = channel(flag("a", "false"))
    own = channel(flag("a", "true") + flag("b", "false"))
    merged = xfconf.merge([base, nearer], own)
    assert (merged.flag("/a", default=False), merged.flag("/b", default=False)) == (True, True)
    assert (merged.is_fixed("/a"), merged.is_fixed("/b")) == (False, True)
    assert xfconf.merge([base, nearer], None).flag("/a", default=True) is False


def test_xfconf_a_locked_channel_starts_anew_and_stays() -> None:
    before = channel(flag("a", "true"))
    locked = channel(flag("b", "true"), 'unlocked="root"')
    unlocks = channel(flag("b", "false"), 'locked="other"')
    merged = xfconf.merge([before, locked, unlocks], channel(flag("b", "false")))
    assert merged.all_fixed
    assert set(merged.properties) == {"/b"}
    assert merged.flag("/b", default=False) is True
    assert merged.is_fixed("/c")


def test_xfconf_refuses_locks_in_the_own_file() -> None:
    with pytest.raises(ParseError):
        xfconf.merge([], channel(flag("a", "true", 'locked="user"')))


@pytest.mark.parametrize(
    ("kind", "value"), [("int", "1"), ("bool", "1"), ("string", "true"), ("bool", "")]
)
def test_xfconf_a_flag_of_another_type(kind: str, value: str) -> None:
    found = xfconf.Channel({"/a": xfconf.Property(kind, value)})
    with pytest.raises(ParseError):
        found.flag("/a", default=True)
    with pytest.raises(ParseError):
        xfconf.Channel({"/a": xfconf.Property("string", "5")}).number("/a", default=1)


def test_xfce_presentation_mode_without_its_manager_is_not_judged() -> None:
    path = "/xfce4-power-manager/presentation-mode"
    power = xfconf.Channel({path: xfconf.Property("bool", "true")})
    with pytest.raises(ParseError):
        xfce.parse_lock(xfconf.Channel({}), power, power_manager_runs=False)


def test_xfce_delays_end_at_eight_hours() -> None:
    path = "/saver/idle-activation/delay"
    saver = xfconf.Channel({path: xfconf.Property("int", "1000")})
    found = xfce.parse_lock(saver, xfconf.Channel({}), power_manager_runs=True)
    assert found.idle_s == 480 * 60


# --- LXQt


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (r"@Variant(\0\0\0\xf\0\t'\xc0)", 600),
        (r"@Variant(\0\0\0\xf\0\x1bw@)", 1800),
        (r'"@Variant(\0\0\0\xf\0\r\xbb\xa0)"', 900),
    ],
)
def test_lxqt_times(value: str, seconds: int) -> None:
    assert lxqt.parse_time(value) == seconds


@pytest.mark.parametrize(
    "value", ["", "900", r"@Variant(\0\0\0\xf)", r"@Variant(\0\0\0\x10\0\0\0\0)", r"@Variant(\q)"]
)
def test_lxqt_times_refuse(value: str) -> None:
    with pytest.raises(ParseError):
        lxqt.parse_time(value)


def lxqt_after(battery: bool | Unavailable = False, **settings: str) -> tuple[int, ...]:
    made = lxqt.parse_plan({"enableIdlenessWatcher": "true"} | settings, LOCKS, battery=battery)
    return tuple(seconds for seconds, _ in made.after)


def test_lxqt_actions() -> None:
    assert lxqt_after(idlenessAction="-2") == (900,)
    assert lxqt_after(idlenessAction="-2", idlenessTimeSecs="5") == (60,)
    assert lxqt_after(idlenessAction="-2", enableIdlenessWatcher="false") == ()
    assert lxqt_after(idlenessACAction="-2") == (900,)
    assert lxqt_after(True, idlenessACAction="-2") == ()
    assert lxqt_after(idlenessAction="-1") == ()
    assert lxqt_after(idlenessAction="4") == ()
    settings = {"enableIdlenessWatcher": "true", "idlenessACAction": "-2"}
    assert lxqt.parse_plan(settings, LOCKS, battery=UNKNOWN).unknown == UNKNOWN


@pytest.mark.parametrize(
    ("names", "battery"),
    [
        ((), False),
        (("AC",), False),
        (("ADP1", "BAT0"), True),
        (("hidpp_battery_0",), False),
        (("CMB0",), True),
    ],
)
def test_lxqt_supplies(names: tuple[str, ...], battery: bool) -> None:
    assert lxqt.parse_supplies(names) is battery


def test_lxqt_supplies_refuse() -> None:
    with pytest.raises(ParseError):
        lxqt.parse_supplies(("some-new-cell",))


# --- every parser


def light_locker_settings(words: list[str]) -> object:
    return light_locker.parse_arguments(words, LIGHT)


def whole_channel(text: str) -> object:
    return xfconf.parse_channel(text, "user")


def parser_name(parse: Callable[..., object]) -> str:
    return f"{parse.__module__.rpartition('.')[2]}-{parse.__name__}"


WORDS = st.lists(
    st.sampled_from(["--", "-C", "timeout", "300", "lock", "--timer", "-time", "-locker", "-n"])
    | st.text(max_size=12),
    max_size=8,
)


@pytest.mark.parametrize(
    "parse",
    [
        swayidle.parse_arguments,
        swayidle.parse_events,
        hypridle.parse_named_file,
        x11_idle.parse_xss_lock,
        x11_idle.parse_xautolock,
        x11_idle.parse_xidlehook,
        lxqt.parse_supplies,
        light_locker_settings,
        commands.parse_words,
    ],
    ids=parser_name,
)
@given(words=WORDS)
def test_arguments_raise_only_their_own_error(
    parse: Callable[[list[str]], object], words: list[str]
) -> None:
    try:
        parse(words)
    except ParseError:
        pass


TEXTS = st.text() | st.text(alphabet="{}=\n#$a: \\\"'<>/@Variant()0xf!")


@pytest.mark.parametrize(
    "parse",
    [
        swayidle.parse_settings,
        hyprlang.parse_entries,
        hypr_plan,
        lockers.parse_swaylock_grace,
        lockers.parse_hyprlock_grace,
        x_server.parse_saver,
        xscreensaver_lock,
        whole_channel,
        lxqt.parse_settings,
        lxqt.parse_time,
    ],
    ids=parser_name,
)
@given(text=TEXTS)
def test_texts_raise_only_their_own_error(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except ParseError:
        pass


# --- whole machines

GOOD = {"screen_lock.enabled": True, "screen_lock.on_suspend": True}
CASES = sorted(
    path.parent
    for path in RECORDINGS.glob("screen-lock-*/recording.yaml")
    if path.parent.name.split("-")[2] in idle.DESKTOPS
)


def answers(recorded: Recorded) -> list[Recorded]:
    """The recording without each of its answers."""
    fewer: list[Recorded] = []
    for name in ("files", "folders", "links", "entries"):
        held = getattr(recorded, name)
        fewer += [
            msgspec.structs.replace(recorded, **{name: {k: v for k, v in held.items() if k != key}})
            for key in held
        ]
    fewer += [
        msgspec.structs.replace(
            recorded, commands=tuple(it for it in recorded.commands if it is not command)
        )
        for command in recorded.commands
    ]
    return fewer


def facts_of(recording: Recording) -> dict[str, object]:
    snapshot = collect(ReplayHost(recording), recording.recorded.facts, NOW)
    return {fact.key: fact.value for fact in snapshot.facts}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_answer_less_never_makes_it_better(case: Path) -> None:
    whole = read_recording(case)
    found = facts_of(whole)
    for fewer in answers(whole.recorded):
        less = facts_of(Recording(fewer, whole.side_files))
        for key, good in GOOD.items():
            assert less[key] is not good or found[key] is good, key
        if found["screen_lock.user_can_change"] is not False:
            assert less["screen_lock.user_can_change"] is not False
        idle_s, later = found["screen_lock.idle_s"], less["screen_lock.idle_s"]
        if isinstance(idle_s, int) and isinstance(later, int):
            assert later >= idle_s


def test_another_persons_file_names_the_command_that_settles_it() -> None:
    recording = read_recording(RECORDINGS / "screen-lock-sway-other-person")
    value = facts_of(recording)["screen_lock.enabled"]
    assert isinstance(value, Unavailable)
    assert value.settle == AS_ADMINISTRATOR
