"""Updates of Flatpak applications: what waits by the lists on the machine, and who installs it.

Flatpak itself installs nothing unasked. GNOME Software, Discover, Linux Mint's Update Manager and
timers of some distributions do: one of them has to be running, and be told to.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hipaaguard.collect.host import Entry, Host, Output, attempt, is_absent
from hipaaguard.collect.linux.processes import all_in_sight, find_processes, matches
from hipaaguard.collect.linux.screen_lock.gsettings import parse_flag, read_settings
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.services import find_units
from hipaaguard.collect.linux.updates import discover
from hipaaguard.collect.linux.updates.ages import from_epoch, whole_days
from hipaaguard.collect.linux.updates.manager import DEADLINE_S, STALE_DAYS
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from hipaaguard.words import say_count

SYSTEM = "/var/lib/flatpak"
UPDATE = "flatpak update"
# It answers from the lists alone: without them it fails. flatpak-remote-ls(1), `--cached`
QUESTION = ("flatpak", "remote-ls", "--updates", "--cached", "--all", "--columns=ref")

# Timers of Fedora's, Universal Blue's and others' images, for what the whole system has.
TIMERS = ("flatpak-automatic.timer", "flatpak-system-update.timer", "flatpak-update.timer")
# A program of the desktop, and the settings that together let it install; as the person has them.
BY_GSETTINGS = (
    ("gnome-software", "org.gnome.software", ("allow-updates", "download-updates")),
    ("mintUpdate", "com.linuxmint.updates", ("auto-update-flatpaks",)),
)


def own_folder(host: Host) -> str:
    """The folder of what the person installed for themselves alone."""
    return f"{host.person.home}/.local/share/flatpak"


def in_use(host: Host) -> bool | Unavailable:
    """Whether anything is installed from a Flatpak source, for all or for this person alone."""
    return _any(_installed(host, folder) for folder in (SYSTEM, own_folder(host)))


def _any(answers: Iterator[bool | Unavailable]) -> bool | Unavailable:
    found = tuple(answers)
    if True in found:
        return True
    return next((it for it in found if isinstance(it, Unavailable)), False)


def _installed(host: Host, folder: str) -> bool | Unavailable:
    names = host.names(f"{folder}/app")
    if is_absent(names):
        return False
    return names if isinstance(names, Unavailable) else bool(names)


def parse_updates(answer: Output) -> int:
    """How many applications and runtimes the lists have another version of.

    Args:
        answer: `flatpak remote-ls --updates --cached --all --columns=ref`: a line each.

    Returns:
        Their number.

    Raises:
        ParseError: It failed, as without lists, or a line names no application or runtime.

    Source: flatpak's app/flatpak-builtins-remote-ls.c.
    """
    if answer.exit_code != 0:
        raise ParseError("flatpak has no list of updates on this machine to answer from")
    lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
    if not all(line.startswith(("app/", "runtime/")) for line in lines):
        raise ParseError("flatpak names an update in a form that this version does not know")
    return len(lines)


def pending(host: Host, now: datetime) -> int | Unavailable:
    """How many updates wait, by the lists on the machine while they are young."""
    age = _lists_age(host, now)
    if isinstance(age, Unavailable):
        return age
    if age > STALE_DAYS:
        detail = f"the list of Flatpak's updates is {say_count(age, 'day')} old"
        return Unavailable(Reason.UNRECOGNISED, detail, UPDATE)
    answer = host.run(*QUESTION, deadline_s=DEADLINE_S, uid=_uid(host))
    return answer if isinstance(answer, Unavailable) else attempt(parse_updates, answer)


def _uid(host: Host) -> int | None:
    """Whose rights to ask with: the person's, whose lists and applications they are."""
    return host.person.uid if host.elevated and host.person.uid != 0 else None


def _lists_age(host: Host, now: datetime) -> int | Unavailable:
    """The age of the oldest list that Flatpak would answer from."""
    folders = [_lists_of_all(host)]
    own = _installed(host, own_folder(host))
    if isinstance(own, Unavailable):
        return own
    if own:
        folders.append(f"{own_folder(host)}/repo/tmp/cache/summaries")
    ages: list[int] = []
    for folder in folders:
        age = _oldest(host, folder, now)
        if isinstance(age, Unavailable):
            return age
        ages.append(age)
    return max(ages)


def _lists_of_all(host: Host) -> str:
    # Who may not write Flatpak's own folder keeps the lists for themselves.
    if host.person.uid == 0:
        return f"{SYSTEM}/repo/tmp/cache/summaries"
    return f"{host.person.home}/.cache/flatpak/system-cache/summaries"


def _oldest(host: Host, folder: str, now: datetime) -> int | Unavailable:
    names = host.names(folder)
    if isinstance(names, Unavailable):
        if is_absent(names):
            detail = "the list of Flatpak's updates has never been fetched"
            return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE)
        return names
    # NAME.idx, or of old NAME alone, is the list of the source NAME.
    lists = [name for name in names if name.endswith(".idx") or "." not in name]
    ages: list[int] = []
    for name in lists:
        entry = host.entry(f"{folder}/{name}")
        if isinstance(entry, Unavailable):
            return entry
        ages.append(_age(entry, now))
    if not ages or -1 in ages:
        detail = "the list of Flatpak's updates does not say how old it is"
        return Unavailable(Reason.UNRECOGNISED, detail, UPDATE)
    return max(ages)


def _age(entry: Entry, now: datetime) -> int:
    """Whole days; -1 for a date that cannot be right."""
    moment = from_epoch(entry.modified_s)
    age = None if moment is None else whole_days(now, moment, "the list")
    return age if isinstance(age, int) else -1


def automatic(host: Host) -> bool | Unavailable:
    """Whether some program installs updates of all that is installed, without asking."""
    return _any(iter((_by_timer(host), _by_desktop(host))))


def _by_timer(host: Host) -> bool | Unavailable:
    units = find_units(host, TIMERS)
    if is_absent(units):
        return False
    if isinstance(units, Unavailable):
        return units
    if not any(unit.present and unit.running for unit in units.values()):
        return False
    # What a person installed for themselves is not theirs to update.
    own = _installed(host, own_folder(host))
    return own if isinstance(own, Unavailable) else not own


def _by_desktop(host: Host) -> bool | Unavailable:
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    mine = [it for it in processes if it.uid == host.person.uid]

    def runs(name: str) -> bool:
        return any(matches(process, name) for process in mine)

    answers: list[bool | Unavailable] = [
        _told(host, schema, keys) for name, schema, keys in BY_GSETTINGS if runs(name)
    ]
    if runs(discover.NOTIFIER):
        answers.append(discover.told_to_install(host))
    if not all_in_sight(host):
        detail = "HipaaGuard cannot see every process of this machine, as in a container"
        answers.append(Unavailable(Reason.UNRECOGNISED, detail))
    return _any(iter(answers))


def _told(host: Host, schema: str, keys: Sequence[str]) -> bool | Unavailable:
    session = Session(host.person.uid, "", "", "/proc")
    settings = read_settings(host, session, (schema,), [(schema, key) for key in keys])
    if isinstance(settings, Unavailable):
        return settings
    # Every one is read: one that is missing refuses the answer, also after one that is false.
    flags = attempt(lambda: {parse_flag(settings, schema, key) for key in keys})
    return flags if isinstance(flags, Unavailable) else flags == {True}
