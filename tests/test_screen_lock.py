"""The screen lock's parsers, and what several sessions come to; whole machines are recordings."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.host import AS_ADMINISTRATOR
from hipaaguard.collect.linux.screen_lock import desktop_names, gnome, gsettings, kde, session
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.probe import weakest
from hipaaguard.collect.linux.screen_lock.user_files import parse_home
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

UNKNOWN = Unavailable(Reason.TIMED_OUT, "no answer")


TRAPS = {
    "the desktop is chosen by installed programs": "screen-lock-kde-with-gsettings",
    "gsettings prints GNOME's defaults on KDE too": "screen-lock-kde-with-gsettings",
    "sway installed but not used": "screen-lock-sway-not-running",
    "a later result overwrites an earlier one": "test_the_weakest_lock_counts",
    "several sessions: only one is judged": "screen-lock-two-sessions",
    "headless or by ssh is no failure": "screen-lock-headless-server",
    "a text session over the network is no desktop": "screen-lock-ssh-only",
    "nothing to judge is no pass": "test_nothing_is_known_without_a_session",
    "an absent key counts as 0": "screen-lock-gnome-key-missing",
    "0 means never and passes <=": "screen-lock-gnome-idle-never",
    "0 means never on KDE": "screen-lock-kde-timeout-0",
    "0 means never on MATE": "screen-lock-mate-idle-never",
    "gsettings fails on a missing schema": "screen-lock-gnome-no-schema",
    "gsettings without dconf prints defaults": "screen-lock-gnome-without-dconf-module",
    "an error counts as a pass": "screen-lock-gnome-dconf-warns",
    "a program that hangs": "screen-lock-gnome-hangs",
    "KDE's file missing counts as a pass": "screen-lock-kde-settings-elsewhere",
    "xfconf does not store defaults": "screen-lock-xfce-default",
    "root's settings instead of the person's": "screen-lock-gnome-sudo",
    "a timer without the person's message bus": "screen-lock-gnome-root-timer",
    "a policy's intent instead of what is in effect": "screen-lock-gnome-half-managed",
    "lock-enabled without a look at the idle time": "screen-lock-gnome-idle-never",
    "lock-delay adds to idle-delay": "screen-lock-gnome-30-minutes",
    "disable-lock-screen wins over lock-enabled": "screen-lock-gnome-lockdown-forbids-lock",
    "Ubuntu has its own key for sleep": "screen-lock-gnome-no-lock-on-suspend",
    "no shield without GDM": "screen-lock-gnome-by-sddm",
    "only LockOnResume is looked at": "screen-lock-kde-autolock-off",
    "RequirePassword is missed": "screen-lock-kde-password-not-required",
    "Timeout is a double": "screen-lock-kde-half-minute",
    "Timeout is in minutes and LockGrace in seconds": "screen-lock-kde-default",
    "the cascade from /etc/xdg": "screen-lock-kde-system-file",
    "XFCE counts minutes": "screen-lock-xfce-minutes",
    "light-locker in place of XFCE's own": "screen-lock-xfce-light-locker",
    "xscreensaver in place of XFCE's own": "screen-lock-xfce-xscreensaver",
    "XFCE's power manager decides on sleep": "screen-lock-xfce-no-lock-on-suspend",
    "Cinnamon counts seconds": "screen-lock-cinnamon-lock-delay-in-seconds",
    "Cinnamon's own command for the lock": "screen-lock-cinnamon-own-locker",
    "Cinnamon's key for sleep is elsewhere": "screen-lock-cinnamon-lock-on-suspend",
    "MATE counts minutes": "screen-lock-mate-lock-delay-in-minutes",
    "MATE's lockdown": "screen-lock-mate-lockdown-forbids-lock",
    "COSMIC counts milliseconds": "screen-lock-cosmic-five-minutes",
    "COSMIC's None is never": "screen-lock-cosmic-never",
    "swayidle's arguments and its file": "screen-lock-sway-settings-file",
    "hypridle is set up and does not run": "screen-lock-hyprland-not-running",
    "the locker is not installed": "screen-lock-sway-locker-not-installed",
    "the locker does not run": "screen-lock-cinnamon-locker-not-running",
}
"""How screen locks have been judged wrongly, and the test or recording that shows it done right."""


@pytest.mark.parametrize("name", sorted(set(TRAPS.values())))
def test_every_trap_has_its_test(name: str) -> None:
    recorded = (TESTS / "recordings/linux" / name / "recording.yaml").is_file()
    assert recorded or callable(globals().get(name))


# --- sessions


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        ("No sessions.\n", ()),
        ("     2 1000 user seat0 tty2 active no -\n    c1  120 gdm  seat0 tty1\n", ("2", "c1")),
        ("2 1000 user seat0\n\n", ("2",)),
    ],
)
def test_session_ids(text: str, ids: tuple[str, ...]) -> None:
    assert session.parse_session_ids(text) == ids


def test_session_ids_refuses_prose() -> None:
    with pytest.raises(ParseError, match="not a session"):
        session.parse_session_ids("Failed: bus is gone\n")


LOGIN = "User=1000\nType=wayland\nClass=user\nState=active\nActive=yes\n"


@pytest.mark.parametrize(
    ("changed", "to", "graphical"),
    [
        ("wayland", "wayland", True),
        ("wayland", "x11", True),
        ("wayland", "mir", True),
        ("wayland", "tty", False),
        ("wayland", "unspecified", False),
        ("Class=user", "Class=user-early", True),
        ("Class=user", "Class=greeter", False),
        ("Class=user", "Class=lock-screen", False),
        ("Class=user", "Class=manager", False),
        ("State=active", "State=online", True),
        ("State=active", "State=closing", False),
    ],
)
def test_graphical_sessions(changed: str, to: str, graphical: bool) -> None:
    assert session.parse_login(LOGIN.replace(changed, to)).graphical is graphical


@pytest.mark.parametrize("missing", ["User=1000\n", "Type=wayland\n", "Class=user\n"])
def test_login_refuses_a_session_without(missing: str) -> None:
    with pytest.raises(ParseError):
        session.parse_login(LOGIN.replace(missing, ""))


# --- names of desktops


@pytest.mark.parametrize(
    ("label", "desktop"),
    [
        ("ubuntu:GNOME", "gnome"),
        ("pop:GNOME", "gnome"),
        ("GNOME-Classic:GNOME", "gnome"),
        ("ubuntu-xorg", "gnome"),
        ("KDE", "kde"),
        ("plasmax11", "kde"),
        ("X-Cinnamon", "cinnamon"),
        ("Unity:Unity7:ubuntu", "unity"),
        ("Budgie:GNOME", "budgie"),
        ("GNOME-Flashback:GNOME", "gnome-flashback"),
        ("Other:GNOME", None),
        ("lightdm-xsession", None),
        ("", None),
    ],
)
def test_desktop_of_a_label(label: str, desktop: str | None) -> None:
    assert desktop_names.desktop_of(label) == desktop


@pytest.mark.parametrize(
    ("names", "desktops"),
    [
        ((), ()),
        (("Xorg", "gdm3"), ()),
        (("plasmashell", "ksmserver"), ("kde",)),
        (("openbox", "lxqt-session"), ("lxqt",)),
        (("openbox",), ("openbox",)),
        (("plasmashell", "gnome-shell"), ("gnome", "kde")),
    ],
)
def test_desktops_of_processes(names: tuple[str, ...], desktops: tuple[str, ...]) -> None:
    assert desktop_names.desktops_by_process(names) == desktops


def test_process_names_are_as_long_as_the_kernel_keeps_them() -> None:
    assert {len(name) > 15 for name in desktop_names.KNOWN_PROCESSES} == {False}


@pytest.mark.parametrize(
    ("label", "name"),
    [("Aurora:GNOME", "aurora"), ("a<b", ""), ("", ""), ("x" * 41, "")],
)
def test_plain_name(label: str, name: str) -> None:
    assert desktop_names.plain_name(label) == name


# --- GNOME


def gnome_text(**values: str) -> str:
    """What gsettings prints of the three schemas, with these values instead of the defaults."""
    settings = {"lock_enabled": "true", "lock_delay": "uint32 0", "idle_delay": "uint32 300"}
    settings |= {"disable_lock_screen": "false"} | values
    schemas = {"idle_delay": "session", "disable_lock_screen": "lockdown"}
    return "".join(
        f"org.gnome.desktop.{schemas.get(key, 'screensaver')} {key.replace('_', '-')} {value}\n"
        for key, value in settings.items()
    )


def gnome_lock(text: str) -> Lock:
    return gnome.parse_lock(gsettings.parse_settings(text))


@pytest.mark.parametrize(
    "wrong",
    [
        {"lock_enabled": "1"},
        {"lock_enabled": "'true'"},
        {"idle_delay": "300"},
        {"idle_delay": "int32 300"},
        {"idle_delay": "uint32 -1"},
        {"lock_delay": "uint32 0x10"},
        {"disable_lock_screen": "@mb nothing"},
        {"ubuntu_lock_on_suspend": ""},
    ],
    ids=str,
)
def test_gnome_refuses(wrong: dict[str, str]) -> None:
    with pytest.raises(ParseError):
        gnome_lock(gnome_text(**wrong))


@given(st.text())
def test_gnome_raises_only_its_own_error(text: str) -> None:
    with pytest.raises(ParseError):
        gnome_lock(text)


# --- KDE


def kde_lock(*files: str) -> Lock:
    """The lock by a system file and, if there is a second, the person's own."""
    layers = [
        kde.Layer(kde.parse_group(text, "Daemon"), of_administrator=index == 0)
        for index, text in enumerate(files)
    ]
    values, fixed = kde.merge(layers)
    return kde.parse_lock(values, user_can_change=len(fixed) < 5)


def test_kde_defaults() -> None:
    assert kde_lock() == Lock(True, 305, True, True, "kscreenlockerrc")


@pytest.mark.parametrize(
    ("system", "own", "idle_s"),
    [
        ("[Daemon]\nTimeout=10", "[Daemon]\nTimeout=20", 1205),
        ("[Daemon]\nTimeout[$i]=10", "[Daemon]\nTimeout=20", 605),
        ("[Daemon]\nTimeout[$ei]=10", "[Daemon]\nTimeout=20", 605),
        ("[Daemon]\nTimeout[$e]=10", "[Daemon]\nTimeout=20", 1205),
        ("[Daemon][$i]\nTimeout=10", "[Daemon]\nTimeout=20", 605),
        ("[$i]\n[Daemon]\nTimeout=10", "[Daemon]\nTimeout=20", 605),
        ("[$i]\n[Other]\nx=1", "[Daemon]\nTimeout=20", 305),
        ("[Other][$i]\nx=1", "[Daemon]\nTimeout=20", 1205),
        ("[Daemon]\nTimeout=10", "[Daemon]\nTimeout[$d]", 305),
        ("[Daemon]\nTimeout=10\nTimeout=11", "", 665),
        ("[Daemon]\nTimeout[$i]=10\nTimeout=11", "", 605),
        ("[Daemon]\nTimeout[de]=20", "", 305),
        ("[Daemon][Sub]\nTimeout=20", "", 305),
        ("  [Daemon]  \n# Timeout=1\n  Timeout =  20  \n", "", 1205),
        ("Timeout=20\n[daemon]\nTimeout=21", "", 305),
        ("[Daemon]\ntimeout=20\nTimeout\n", "", 305),
    ],
)
def test_kde_files(system: str, own: str, idle_s: int) -> None:
    assert kde_lock(system, own).idle_s == idle_s


ALL_FIXED = (
    "Autolock[$i]=true\nTimeout[$i]=5\nLock[$i]=true\nLockGrace[$i]=5\nRequirePassword[$i]=true"
)


@pytest.mark.parametrize(
    ("system", "own", "user_can_change"),
    [
        (f"[Daemon]\n{ALL_FIXED}", "", False),
        ("[Daemon][$i]", "", False),
        ("[$i]", "", False),
        ("", "[$i]\n[Daemon]\nTimeout=5", True),
        *[
            ("[Daemon]\n" + ALL_FIXED.replace(f"{key}[$i]", key), "", True)
            for key in ("Autolock", "Timeout", "\nLock", "LockGrace", "RequirePassword")
        ],
    ],
)
def test_kde_user_can_change(system: str, own: str, user_can_change: bool) -> None:
    assert kde_lock(system, own).user_can_change is user_can_change


@pytest.mark.parametrize(
    ("entry", "enabled", "on_suspend"),
    [
        ("Autolock=no", False, True),
        ("Autolock=0", False, True),
        ("Autolock=OFF", False, True),
        ("Autolock=yes", True, True),
        ("Timeout=-1", False, True),
        ("Lock=false", False, False),
        ("RequirePassword=false", False, False),
        ("LockGrace=-1", False, True),
        ("LockOnResume=false", True, False),
    ],
)
def test_kde_values(entry: str, enabled: bool, on_suspend: bool) -> None:
    lock = kde_lock(f"[Daemon]\n{entry}")
    assert (lock.enabled, lock.on_suspend) == (enabled, on_suspend)


@pytest.mark.parametrize(
    "entry",
    [
        "Autolock=",
        "Autolock=maybe",
        "Timeout=",
        "Timeout=1e3",
        "Timeout=nan",
        "Timeout=$MINUTES",
        "Timeout=\N{ARABIC-INDIC DIGIT FIVE}",
        "LockGrace=1.5",
        "LockGrace=9999999",
    ],
)
def test_kde_refuses(entry: str) -> None:
    with pytest.raises(ParseError):
        kde_lock(f"[Daemon]\n{entry}")


@given(st.text(alphabet=st.sampled_from("[]$ide=#\n Timeout1.-AutolckLGrace")))
def test_kde_raises_only_its_own_error(text: str) -> None:
    try:
        lock = kde_lock(f"[Daemon]\n{text}")
    except ParseError:
        return
    # However odd the file, a lock without a time and a time without a lock do not exist.
    assert (lock.idle_s == NO_LOCK) is (lock.enabled is False)


# --- all sessions together


def lock(
    enabled: bool | Unavailable, idle_s: int | Unavailable, change: bool | Unavailable
) -> Lock:
    return Lock(enabled, idle_s, enabled, change, "test")


@pytest.mark.parametrize(
    ("locks", "enabled", "idle_s", "change"),
    [
        ([(True, 300, False), (True, 600, False)], True, 600, False),
        ([(True, 300, False), (False, NO_LOCK, True)], False, NO_LOCK, True),
        ([(True, 300, False), (UNKNOWN, UNKNOWN, UNKNOWN)], UNKNOWN, UNKNOWN, UNKNOWN),
        ([(UNKNOWN, UNKNOWN, UNKNOWN), (False, NO_LOCK, True)], False, UNKNOWN, True),
    ],
)
def test_the_weakest_lock_counts(
    locks: list[tuple[bool, int, bool]], enabled: object, idle_s: object, change: object
) -> None:
    worst = weakest([lock(*values) for values in locks])
    assert (worst.enabled, worst.idle_s, worst.user_can_change) == (enabled, idle_s, change)
    assert worst.on_suspend == enabled


def test_nothing_is_known_without_a_session() -> None:
    assert isinstance(weakest([]).enabled, Unavailable)


def test_missing_rights_name_the_command_that_settles_them() -> None:
    recording = read_recording(TESTS / "recordings/linux/screen-lock-gnome-other-person")
    now = recording.recorded.taken_at.astimezone(UTC)
    fact = collect(ReplayHost(recording), ["screen_lock.enabled"], now).get("screen_lock.enabled")
    assert fact is not None
    assert isinstance(fact.value, Unavailable)
    assert fact.value.settle == AS_ADMINISTRATOR


@pytest.mark.parametrize("text", ["", "user:x:1000", "user:x:1000:1000:User:home:/bin/sh"])
def test_home_refuses(text: str) -> None:
    with pytest.raises(ParseError):
        parse_home(text)


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("[org.gnome.desktop.session:ubuntu]\nidle-delay=0\n", True),
        ("[org.gnome.desktop.screensaver:GNOME]\npicture-uri=''\nlock-enabled = false\n", True),
        ("[org.gnome.desktop.screensaver:ubuntu]\npicture-uri=''\n", False),
        ("[org.gnome.desktop.session]\nidle-delay=0\n", False),
        ("[a:ubuntu]\nidle-delay=0\n[org.gnome.desktop.session]\nidle-delay=0\n", False),
        ("", False),
    ],
)
def test_defaults_for_one_desktop(text: str, sets: bool) -> None:
    assert (
        gsettings.sets_for_one_desktop(text, (*gnome.STORE.decisive, *gnome.STORE.others)) is sets
    )
