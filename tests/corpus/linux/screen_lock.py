"""Real outputs about the screen lock; XFCE's are in `xfconf`."""

from typing import Any

import pytest

from hipaaguard.collect.linux.screen_lock import cinnamon, gnome, gsettings, kde, mate, session
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.errors import ParseError
from tests.corpus import Case

SCREENSAVER = gnome.SCREENSAVER


def agree(lock: Lock, facts: dict[str, Any], seconds: int) -> None:
    """Whether a lock is what the index says of the settings, by the seconds in their unit."""
    locks = facts.get("lock_enabled") and not facts.get("disable_lock_screen")
    assert lock.enabled is bool(locks and facts.get("idle_delay", 1))
    if not lock.enabled:
        assert lock.idle_s == NO_LOCK
    elif "idle_delay" in facts:
        assert lock.idle_s == (facts["idle_delay"] + facts["lock_delay"]) * seconds


def read_settings(case: Case) -> None:
    settings = dict(gsettings.parse_settings(case.text))
    if "org.mate." in case.text:
        agree(mate.parse_lock(settings), case.facts, 60)
    elif "org.cinnamon." in case.text:
        # The case is of three schemas, and sleep is in a fourth.
        with pytest.raises(ParseError, match="lock-on-suspend"):
            cinnamon.parse_lock(settings)
        settings["org.cinnamon.settings-daemon.plugins.power", "lock-on-suspend"] = "false"
        agree(cinnamon.parse_lock(settings), case.facts, 1)
    else:
        lock = gnome.parse_lock(settings)
        agree(lock, case.facts, 1)
        locks = case.facts.get("lock_enabled") and not case.facts.get("disable_lock_screen")
        assert lock.on_suspend is bool(locks)


def read_values(case: Case) -> None:
    names = ("lock-enabled", "idle-delay", "lock-delay")
    settings = {(SCREENSAVER, name): "" for name in names}
    lines = case.text.splitlines()
    settings |= {(SCREENSAVER, name): line for name, line in zip(names, lines, strict=False)}
    if case.facts.get("error"):
        with pytest.raises(ParseError):
            gsettings.parse_flag(settings, SCREENSAVER, "lock-enabled")
        return
    assert gsettings.parse_flag(settings, SCREENSAVER, names[0]) is case.facts["lock_enabled"]
    assert gsettings.parse_unsigned(settings, SCREENSAVER, names[1]) == case.facts["idle_delay"]
    assert gsettings.parse_unsigned(settings, SCREENSAVER, names[2]) == case.facts["lock_delay"]


def read_kscreenlockerrc(case: Case) -> None:
    layer = kde.Layer(kde.parse_group(case.text, "Daemon"), of_administrator=False)
    values, fixed = kde.merge([layer])
    lock = kde.parse_lock(values, user_can_change=True)
    assert not fixed
    assert lock.enabled is (case.facts["autolock"] is not False)
    if "lock_on_resume" in case.facts:
        assert lock.on_suspend is case.facts["lock_on_resume"]
    if lock.enabled:
        idle = case.facts["timeout_minutes"] * 60 + case.facts["grace_seconds"]
        assert lock.idle_s == idle


def read_login(case: Case) -> None:
    login = session.parse_login(case.text)
    assert (login.kind, login.graphical) == (case.facts["type"], False)


READERS = {
    "gsettings-get": read_values,
    "gsettings-list-recursively": read_settings,
    "kscreenlockerrc": read_kscreenlockerrc,
    "loginctl-show-session": read_login,
}

UNUSED: dict[str, str] = {}
