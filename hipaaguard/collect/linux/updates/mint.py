"""Linux Mint's own automatic updates: a timer of its Update Manager, and what it is told to leave.

It installs nothing while a laptop runs on its battery.
"""

from hipaaguard.collect.host import Entry, Host, is_absent, read_text
from hipaaguard.collect.linux.services import find_units
from hipaaguard.model import Reason, Unavailable

TIMER = "mintupdate-automation-upgrade.timer"
SERVICE = "mintupdate-automation-upgrade.service"
LINK = f"/etc/systemd/system/timers.target.wants/{TIMER}"
# What the service starts, by the version of mintupdate.
PROGRAMS = (
    "/usr/lib/linuxmint/mintUpdate/automatic_upgrades.py",
    "/usr/lib/linuxmint/mintUpdate/system_automatic_upgrades.py",
)
# In all but old versions the program ends at once without this mark.
FLAG = "/var/lib/linuxmint/mintupdate-automatic-upgrades-enabled"
OPTIONS = "/etc/mintupdate-automatic-upgrades.conf"
IGNORED = "/etc/mintupdate.blacklist"

# Options of mintupdate-cli(8) that leave no security update out.
_WHOLE = frozenset(
    {"-s", "--only-security", "--install-recommends", "--keep-configuration", "-r", "-y", "--yes"}
)


def settings(text: str) -> tuple[str, ...]:
    """The lines of a file that are neither empty nor comments."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def is_set_up(host: Host) -> bool:
    """Whether the timer is enabled: then its Update Manager's settings decide."""
    return isinstance(host.entry(LINK), Entry)


def automatic(host: Host) -> bool | Unavailable:
    """Whether the Update Manager installs every security update by itself."""
    units = find_units(host, (TIMER, SERVICE))
    if isinstance(units, Unavailable):
        return units
    if not units[TIMER].running or not all(unit.present for unit in units.values()):
        return False
    marked = _marked(host)
    return _leaves_none_out(host) if marked is True else marked


def _marked(host: Host) -> bool | Unavailable:
    """Whether the mark is there that the program asks for, if it asks for one."""
    for path in PROGRAMS:
        script = read_text(host, path)
        if is_absent(script):
            continue
        if isinstance(script, Unavailable):
            return script
        if FLAG not in script:
            return True
        return _is_there(host.entry(FLAG))
    detail = "the program of Linux Mint that installs updates by itself was not found"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _is_there(mark: Entry | Unavailable) -> bool | Unavailable:
    if is_absent(mark):
        return False
    return mark if isinstance(mark, Unavailable) else True


def _leaves_none_out(host: Host) -> bool | Unavailable:
    for path, harmless in ((OPTIONS, _WHOLE), (IGNORED, frozenset[str]())):
        text = read_text(host, path)
        if is_absent(text):
            continue
        if isinstance(text, Unavailable):
            return text
        if not harmless.issuperset(settings(text)):
            detail = "Linux Mint's Update Manager is told to leave some updates out"
            return Unavailable(Reason.UNRECOGNISED, detail)
    return True
