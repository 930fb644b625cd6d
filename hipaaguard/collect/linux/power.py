"""What happens when the lid is closed: a sleeping laptop keeps its disk's key in memory.

Source: logind.conf(5) (`HandleLidSwitch=`), src/login/logind-inhibit.c (`/run/systemd/inhibit`),
the kernel's Documentation/admin-guide/acpi; SMBIOS chassis types.
"""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, read_text
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.collect.linux.processes import find_processes, matches
from hipaaguard.collect.linux.services import runs_systemd
from hipaaguard.collect.linux.systemd_settings import read_settings
from hipaaguard.model import Fact, Reason, Unavailable

LID = "/proc/acpi/button/lid"
CHASSIS = "/sys/class/dmi/id/chassis_type"
# Where logind notes who has asked it to leave something alone.
INHIBITORS = "/run/systemd/inhibit"
# Portable, laptop, notebook, sub notebook, tablet, convertible, detachable. SMBIOS 7.4.1
_PORTABLE = frozenset({"8", "9", "10", "14", "30", "31", "32"})
# Parts of desktops that take the lid over from logind.
_MANAGERS = (
    "org_kde_powerdevil",
    "xfce4-power-manager",
    "mate-power-manager",
    "csd-power",
    "lxqt-powermanagement",
    # GNOME Tweaks, told not to suspend.
    "gnome-tweak-tool-lid-inhibitor",
)
# What systemd does where it is told nothing, and its words for the rest.
_DEFAULT = "suspend"
_WORDS = {
    "ignore": "nothing",
    "lock": "lock",
    "suspend": "suspend",
    "sleep": "suspend",
    "hibernate": "hibernate",
    "hybrid-sleep": "suspend",
    # Asleep for hours before it hibernates, by the charger perhaps for ever.
    "suspend-then-hibernate": "suspend",
    "poweroff": "power-off",
    "halt": "power-off",
}

NAMES = ("power.on_lid_close",)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The fact of the lid."""
    del keys, now
    yield Fact("power.on_lid_close", on_lid_close(host), f"{LID}, logind.conf")


PROBE = Probe("the lid", NAMES, collect)


def on_lid_close(host: Host) -> str | Unavailable:
    """What closing the lid does: `suspend`, …; `no-lid` for a machine without one."""
    lids = names_in(host, LID)
    if isinstance(lids, Unavailable):
        return lids
    if not lids:
        return _without_lid(host)
    manager = _manager(host)
    if isinstance(manager, Unavailable):
        return manager
    inhibited = _inhibited(host)
    if isinstance(inhibited, Unavailable):
        return inhibited
    if manager or inhibited:
        detail = "the desktop's own power settings decide what closing the lid does"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _by_logind(host)


def _without_lid(host: Host) -> str | Unavailable:
    """No lid, where the machine's form says so too; some lids are no part of ACPI."""
    form = read_text(host, CHASSIS)
    if isinstance(form, str) and form.strip().isdecimal() and form.strip() not in _PORTABLE:
        return "no-lid"
    return Unavailable(Reason.UNRECOGNISED, "whether this computer has a lid cannot be told")


def _manager(host: Host) -> bool | Unavailable:
    running = find_processes(host)
    if isinstance(running, Unavailable):
        return running
    return any(matches(process, name) for process in running for name in _MANAGERS)


def _inhibited(host: Host) -> bool | Unavailable:
    """Whether a program has asked logind to leave the lid to it."""
    names = names_in(host, INHIBITORS)
    if isinstance(names, Unavailable):
        return names
    for name in names:
        # Beside each note lies a pipe, through which logind learns that the program has ended.
        text = "" if name.endswith(".ref") else read_if_there(host, f"{INHIBITORS}/{name}")
        if isinstance(text, Unavailable):
            return text
        if text and takes_the_lid(text):
            return True
    return False


def takes_the_lid(note: str) -> bool:
    """Whether a note of logind's says that it is to leave the lid alone.

    Args:
        note: lines such as `WHAT=handle-power-key:handle-lid-switch` and `MODE=block`.

    Returns:
        False for one that only delays.
    """
    pairs = dict(line.split("=", 1) for line in note.splitlines() if "=" in line)
    what = pairs.get("WHAT", "").split(":")
    return "handle-lid-switch" in what and pairs.get("MODE", "block").startswith("block")


def _by_logind(host: Host) -> str | Unavailable:
    booted = runs_systemd(host)
    if isinstance(booted, Unavailable):
        return booted
    if not booted:
        return Unavailable(Reason.UNRECOGNISED, "what handles the lid on this system is not known")
    settings = read_settings(host, "logind.conf", "Login")
    if isinstance(settings, Unavailable):
        return settings
    word = settings.get("HandleLidSwitch", _DEFAULT)
    charging = settings.get("HandleLidSwitchExternalPower", word)
    if not {word, charging} <= _WORDS.keys():
        return Unavailable(Reason.UNRECOGNISED, "the lid's setting is none that is known")
    if _WORDS[word] != _WORDS[charging]:
        detail = "what closing the lid does depends on whether the charger is plugged in"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _WORDS[word]
