"""KDE's Discover, whose notifier installs updates by itself if it is told to.

It takes Flatpaks and, by way of PackageKit, the packages of the system, which the next restart then
installs; which of the two it finds depends on the plugins that are installed.
"""

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.processes import find_processes, matches
from hipaaguard.collect.linux.screen_lock.kde import parse_group
from hipaaguard.collect.linux.screen_lock.user_files import text_if_there
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

NOTIFIER = "DiscoverNotifier"
_KEY = "UseUnattendedUpdates"


def parse_unattended(own: str, shared: str = "") -> bool:
    """Whether Discover is told to install updates by itself; where no file says so, it is not.

    Args:
        own: the person's `PlasmaDiscoverUpdates`, may be empty.
        shared: the one for everybody, may be empty.

    Returns:
        The value of `UseUnattendedUpdates` below `[Global]`; the shared one where that is fixed.

    Raises:
        ParseError: It is neither true nor false.

    Source: Discover's libdiscover/updatessettings.kcfg; KConfig's key flags.
    """
    everybody, person = parse_group(shared, "Global"), parse_group(own, "Global")
    fixed = everybody.all_fixed or _KEY in everybody.fixed
    values = (everybody,) if fixed else (everybody, person)
    found = [it.values[_KEY] for it in values if it.values.get(_KEY) is not None]
    if found and found[-1] not in ("true", "false"):
        raise ParseError("Discover's setting for updates is neither true nor false")
    return found[-1:] == ["true"]


def told_to_install(host: Host) -> bool | Unavailable:
    """Whether the person's settings tell it to install updates by itself."""
    texts: list[str] = []
    for folder in (f"{host.person.home}/.config", "/etc/xdg"):
        text = text_if_there(host, f"{folder}/PlasmaDiscoverUpdates")
        if isinstance(text, Unavailable):
            return text
        texts.append(text or "")
    return attempt(parse_unattended, *texts)


def installs(host: Host) -> bool:
    """Whether it is seen to run for this person, and to be told so."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return False
    mine = (it for it in processes if it.uid == host.person.uid)
    return any(matches(it, NOTIFIER) for it in mine) and told_to_install(host) is True
