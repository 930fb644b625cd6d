"""The screen lock of sessions that lock by whichever locker runs in them.

XFCE, LXQt, LXDE, sway, Hyprland, i3 and other window managers have no lock of their own: one or
several of the programs below lock the screen, each by itself, or none does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock import (
    hypridle,
    light_locker,
    lxqt,
    swayidle,
    x11_idle,
    xfce,
    xscreensaver,
)
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.lockers import effect_of
from hipaaguard.collect.linux.screen_lock.plan import Plan, lock_of, strongest
from hipaaguard.collect.linux.screen_lock.running import (
    SOURCE,
    Display,
    Running,
    display_of,
    find_running,
)
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.model import Reason, Unavailable

DESKTOPS = (
    *("awesome", "bspwm", "dwm", "fluxbox", "hyprland", "i3", "icewm", "labwc", "lxde", "lxqt"),
    *("niri", "openbox", "qtile", "river", "sway", "wayfire", "xfce", "xmonad"),
)
"""The desktops of such sessions."""

_LOCKS: Mapping[str, Callable[[Host, Session, Running], Lock]] = {
    xfce.NAME: xfce.read_lock,
    xscreensaver.NAME: xscreensaver.read_lock,
}
_X11_LOCKS = {light_locker.NAME: light_locker.read_lock}
_PLANS: Mapping[str, Callable[[Host, Session, Process], Plan | Unavailable]] = {
    swayidle.NAME: swayidle.read_plan,
    hypridle.NAME: hypridle.read_plan,
}
# Programs that can lock the screen by themselves, and whose settings this version cannot read.
_UNREAD = (
    *("cosmic-idle", "dms", "mate-screensaver", "gnome-screensaver", "cinnamon-screensaver"),
    *("noctalia-shell", "qs", "quickshell", "stasis", "wayidle"),
)
_HIDDEN = Unavailable(
    Reason.UNRECOGNISED, "HipaaGuard cannot see every process of this machine, as in a container"
)
# Where systemd lists what is started before sleep. systemd.special(7)
_BEFORE_SLEEP = tuple(
    f"/etc/systemd/system/{target}.target.{kind}"
    for target in ("sleep", "suspend", "hibernate", "hybrid-sleep")
    for kind in ("wants", "requires")
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock that the lockers which run in this session come to."""
    running = find_running(host, session)
    if isinstance(running, Unavailable):
        return unreadable(running, SOURCE)
    locks = _locks(host, session, running)
    lock = strongest(locks) if locks else _none(running)
    if not running.complete:
        lock = _perhaps_more(lock)
    if lock.on_suspend is False:
        lock = replace(lock, on_suspend=_on_suspend(host, session, running))
    return lock


def _none(running: Running) -> Lock:
    """What holds where no locker was seen."""
    if not running.complete:
        return unreadable(_HIDDEN, SOURCE)
    return Lock(
        enabled=False, idle_s=NO_LOCK, on_suspend=False, user_can_change=True, source=SOURCE
    )


def _perhaps_more(lock: Lock) -> Lock:
    """The lock where other lockers may run unseen: what is off may be on by them."""
    return replace(
        lock,
        enabled=lock.enabled or _HIDDEN,
        idle_s=_HIDDEN if lock.enabled is False else lock.idle_s,
        on_suspend=lock.on_suspend or _HIDDEN,
        user_can_change=_HIDDEN if lock.enabled is False else lock.user_can_change,
    )


def _locks(host: Host, session: Session, running: Running) -> list[Lock]:
    """One lock for each locker that runs, those with the same kind of plan together."""
    wayland = display_of(session, running) is Display.WAYLAND
    readers = {**_LOCKS, **({} if wayland else _X11_LOCKS)}
    locks = [read(host, session, running) for name, read in readers.items() if running.named(name)]
    plans: list[Plan] = []
    for plan in _plans(host, session, running):
        if isinstance(plan, Plan):
            plans.append(plan)
        else:
            locks.append(_unread(plan))
    if plans:
        locks.append(lock_of(plans, lambda command: effect_of(host, session, running, command)))
    if unread := running.named(*_UNREAD):
        detail = f"{unread[0].program} may lock the screen, and this version cannot read how"
        locks.append(_unread(Unavailable(Reason.UNRECOGNISED, detail)))
    return locks


def _unread(why: Unavailable) -> Lock:
    """A locker's lock of which nothing is known but that it is in the person's own hands."""
    return replace(unreadable(why, SOURCE), user_can_change=True)


def _plans(host: Host, session: Session, running: Running) -> list[Plan | Unavailable]:
    """What each idle manager that runs will do."""
    wayland = display_of(session, running) is Display.WAYLAND
    plans = [
        read(host, session, process)
        for name, read in _PLANS.items()
        for process in running.named(name)
    ]
    if not wayland:
        plans += [
            read(host, session, running, process)
            for name, read in x11_idle.READERS.items()
            for process in running.named(name)
        ]
    if running.named(lxqt.NAME):
        plans.append(lxqt.read_plan(host, session, wayland=wayland))
    if running.named(lxqt.SESSION_NAME) and not wayland:
        plans.append(lxqt.read_session_plan(host, session))
    return plans


def _on_suspend(host: Host, session: Session, running: Running) -> bool | Unavailable:
    """Whether something else locks before sleep where no locker does so by itself."""
    # xflock4, which the desktop starts before a sleep of its own making, asks these to lock; the
    # desktop's own screen saver goes by the same setting for every sleep.
    asked = running.named(xscreensaver.NAME, light_locker.NAME)
    if session.desktop == "xfce" and asked:
        detail = "XFCE may lock before a sleep that it starts itself, and not before others"
        return Unavailable(Reason.UNRECOGNISED, detail)
    for folder in _BEFORE_SLEEP:
        names = host.names(folder)
        if isinstance(names, tuple) and any(re.search("lock|saver", name) for name in names):
            detail = "a service of this system runs before sleep and may lock the screen"
            return Unavailable(Reason.UNRECOGNISED, detail)
    return False
