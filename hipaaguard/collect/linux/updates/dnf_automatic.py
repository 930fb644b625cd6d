"""Whether dnf installs security updates by itself: dnf-automatic, of dnf4 and of dnf5.

A timer that is switched on for good and waits, and settings that have it install. The timer
`dnf-automatic-install` installs whatever the settings say; those that only fetch or notify do not.
"""

import re

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.services import Unit, find_units, runs_systemd
from hipaaguard.collect.linux.updates.ini import Settings, parse_settings, parse_switch
from hipaaguard.collect.linux.updates.timers import Updater, installs_updates
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

BY_SETTINGS = ("dnf-automatic.timer", "dnf5-automatic.timer")
ALWAYS = ("dnf-automatic-install.timer", "dnf5-automatic-install.timer")
# dnf5-automatic(8): the second overrides the first; the third was the second's place before 5.2.
FILES = (
    "/usr/share/dnf5/dnf5-plugins/automatic.conf",
    "/etc/dnf/dnf5-plugins/automatic.conf",
    "/etc/dnf/automatic.conf",
)
MAIN = "/etc/dnf/dnf.conf"
SOURCE = "/etc/dnf/automatic.conf, systemctl show dnf-automatic.timer"

UPDATER = Updater(
    "dnf",
    (re.compile(r"upgrade|update|distro-sync"), re.compile(r"-y|--assumeyes")),
    re.compile(r"--downloadonly|--offline|--assumeno|--setopt=.*"),
)

Answer = bool | Unavailable


def automatic(host: Host, *, told_security: Answer) -> Answer:
    """Whether security updates are installed without anyone asking.

    Args:
        host: whom to ask.
        told_security: whether the lists mark security updates as such.

    Returns:
        By the configuration in effect.
    """
    answer = _by_timers(host, told_security)
    return installs_updates(host, UPDATER) if answer is False else answer


def _by_timers(host: Host, told_security: Answer) -> Answer:
    booted = runs_systemd(host)
    if not booted or isinstance(booted, Unavailable):
        return booted
    units = find_units(host, (*BY_SETTINGS, *ALWAYS))
    if isinstance(units, Unavailable):
        return units
    always = any(_runs(units[name]) for name in ALWAYS)
    if not always and not any(_runs(units[name]) for name in BY_SETTINGS):
        return False
    settings = _settings(host)
    if isinstance(settings, Unavailable):
        return settings
    return _installs(settings, always=always, told_security=told_security)


def _runs(timer: Unit) -> bool:
    return timer.present and timer.running and timer.at_boot


def _settings(host: Host) -> Settings | Unavailable:
    """The settings of every file that is there, merged; the sections of dnf's own included."""
    merged: dict[str, dict[str, str]] = {}
    for path in (MAIN, *FILES):
        text = read_text(host, path)
        if is_absent(text):
            continue
        settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
        if isinstance(settings, Unavailable):
            return settings
        for section, values in settings.items():
            merged.setdefault(section, {}).update(values)
    return merged


def _installs(settings: Settings, *, always: bool, told_security: Answer) -> Answer:
    applied = True if always else attempt(applies, settings)
    if applied is not True:
        return applied
    if leaves_out(settings):
        detail = "dnf is told to leave some packages out"
        return Unavailable(Reason.UNRECOGNISED, detail)
    only = attempt(only_security, settings)
    # Told to install security updates alone, it installs nothing where none are marked as such.
    if only is not True or told_security is True:
        return only if isinstance(only, Unavailable) else True
    if isinstance(told_security, Unavailable):
        return told_security
    detail = "only security updates install themselves, and the lists do not mark any"
    return Unavailable(Reason.UNRECOGNISED, detail)


def applies(settings: Settings) -> bool:
    """Whether the settings have updates installed; raises `ParseError` for neither on nor off."""
    return parse_switch(settings.get("commands", {}).get("apply_updates", "no"))


def only_security(settings: Settings) -> bool:
    """Whether only security updates are installed; raises `ParseError` for an unknown type."""
    kind = settings.get("commands", {}).get("upgrade_type", "default").lower()
    if kind not in {"default", "security"}:
        raise ParseError("dnf is told to install a type of updates that this version does not know")
    return kind == "security"


def leaves_out(settings: Settings) -> bool:
    """Whether some packages are never updated."""
    names = ("exclude", "excludepkgs", "includepkgs")
    return any(settings.get(part, {}).get(name) for part in ("main", "base") for name in names)
