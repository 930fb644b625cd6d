"""The names that desktops go by: in session files, in XDG_CURRENT_DESKTOP and as processes.

A desktop has one word here, whatever its distribution calls it: `gnome`, `kde`, `xfce`, …
"""

import re
from collections.abc import Iterable, Mapping

# Names of session files, as display managers give them to pam_systemd, and registered and customary
# values of XDG_CURRENT_DESKTOP, in lower case.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "awesome": ("awesome",),
    "bspwm": ("bspwm",),
    "budgie": ("budgie", "budgie-desktop"),
    "cinnamon": ("cinnamon", "cinnamon2d", "cinnamon-wayland", "x-cinnamon"),
    "cosmic": ("cosmic",),
    "deepin": ("deepin", "dde", "dde-x11"),
    "dwm": ("dwm",),
    "enlightenment": ("enlightenment",),
    "fluxbox": ("fluxbox",),
    "gnome": (
        "gnome",
        "gnome-classic",
        "gnome-classic-wayland",
        "gnome-classic-xorg",
        "gnome-wayland",
        "gnome-xorg",
        "pop",
        "ubuntu",
        "ubuntu-wayland",
        "ubuntu-xorg",
        "zorin",
        "zorin-wayland",
        "zorin-xorg",
    ),
    "gnome-flashback": (
        "gnome-flashback",
        "gnome-flashback-compiz",
        "gnome-flashback-metacity",
    ),
    "hyprland": ("hyprland", "hyprland-uwsm"),
    "i3": ("i3", "i3-with-shmlog"),
    "icewm": ("icewm", "icewm-session"),
    "kde": (
        "kde",
        "kde-plasma",
        "plasma",
        "plasma-wayland",
        "plasma-x11",
        "plasmawayland",
        "plasmax11",
    ),
    "labwc": ("labwc",),
    "lxde": ("lxde",),
    "lxqt": ("lxqt", "lxqt-wayland", "lubuntu"),
    "mate": ("mate",),
    "niri": ("niri",),
    "openbox": ("openbox",),
    "pantheon": ("pantheon", "pantheon-wayland"),
    "phosh": ("phosh",),
    "qtile": ("qtile", "qtile-wayland"),
    "river": ("river",),
    "sway": ("sway", "sway-uwsm"),
    "unity": ("unity", "unity7"),
    "wayfire": ("wayfire",),
    "xfce": ("xfce", "xfce4", "xfce-wayland", "xubuntu"),
    "xmonad": ("xmonad",),
}
_BY_NAME = {alias: desktop for desktop, aliases in _ALIASES.items() for alias in aliases}

# Names in /proc/PID/comm, which the kernel cuts to 15 bytes, of processes that run for as long as
# their desktop does, and that no other desktop starts.
_DESKTOP_PROCESSES: Mapping[str, str] = {
    "budgie-panel": "budgie",
    "budgie-wm": "budgie",
    "cinnamon": "cinnamon",
    "cinnamon-sessio": "cinnamon",
    "cosmic-comp": "cosmic",
    "cosmic-session": "cosmic",
    "dde-session-dae": "deepin",
    "enlightenment": "enlightenment",
    "gala": "pantheon",
    "gnome-flashback": "gnome-flashback",
    "gnome-shell": "gnome",
    "ksmserver": "kde",
    "lxqt-session": "lxqt",
    "lxsession": "lxde",
    "mate-session": "mate",
    "phosh": "phosh",
    "plasmashell": "kde",
    "startplasma-way": "kde",
    "startplasma-x11": "kde",
    "unity-panel-ser": "unity",
    "xfce4-session": "xfce",
}
# Window managers and compositors; some desktops use them too, so they count only by themselves.
_WINDOW_MANAGERS: Mapping[str, str] = {
    "Hyprland": "hyprland",
    "awesome": "awesome",
    "bspwm": "bspwm",
    "dwm": "dwm",
    "fluxbox": "fluxbox",
    "i3": "i3",
    "icewm": "icewm",
    "labwc": "labwc",
    "niri": "niri",
    "openbox": "openbox",
    "qtile": "qtile",
    "river": "river",
    "sway": "sway",
    "wayfire": "wayfire",
    "xmonad": "xmonad",
    "xmonad-x86_64-l": "xmonad",
}
REMOTE_DISPLAYS = frozenset({"Xtightvnc", "Xtigervnc", "Xvnc"})
"""Display servers that no login screen uses."""
DISPLAYS = REMOTE_DISPLAYS | {
    "X",
    "Xorg",
    "Xwayland",
    "cage",
    "gamescope-wl",
    "kwin_wayland",
    "weston",
}
"""Display servers and bare compositors, which may run without a desktop that is known here."""
LOGIN_MANAGERS = frozenset({"gdm", "gdm3"})
"""GNOME's own login manager."""

KNOWN_PROCESSES = frozenset({*_DESKTOP_PROCESSES, *_WINDOW_MANAGERS, *DISPLAYS, *LOGIN_MANAGERS})
"""Every process name that says something about a desktop."""


def desktop_of(label: str) -> str | None:
    """The desktop that a session file's name or XDG_CURRENT_DESKTOP means.

    Returns:
        One word, or None when not known. The first of several names decides: `ubuntu:GNOME` is
        GNOME with other defaults, `Budgie:GNOME` is not, and of `Other:GNOME` only the processes
        can tell.
    """
    return _BY_NAME.get(label.split(":")[0].strip().lower())


def desktops_by_process(names: Iterable[str]) -> tuple[str, ...]:
    """The desktops of one user's processes, sorted; window managers count only by themselves."""
    running = set(names)
    for table in (_DESKTOP_PROCESSES, _WINDOW_MANAGERS):
        found = {table[name] for name in running & set(table)}
        if found:
            return tuple(sorted(found))
    return ()


# Session files that start whatever the person or the system has set.
_ANY_DESKTOP = frozenset({"custom", "default", "lightdm-xsession", "xinitrc", "xsession"})


def plain_name(label: str) -> str:
    """The label of a desktop that is not known here, as a word; empty if it names none."""
    word = label.split(":")[0].strip().lower()
    if word in _ANY_DESKTOP:
        return ""
    return word if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", word) else ""
