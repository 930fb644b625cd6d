"""The facts of disk encryption."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, attempt
from hipaaguard.collect.windows.disk.bitlocker import State, parse_protectors
from hipaaguard.collect.windows.disk.survey import (
    TOLD,
    Survey,
    read_survey,
)
from hipaaguard.collect.windows.disk.volumes import (
    FIXED,
    Kind,
    Partition,
    Volume,
    parse_page_files,
)
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

PAGE_FILES = "volumes-pagefile"
POWER = r"HKLM\SYSTEM\CurrentControlSet\Control\Power"

_BY_METHODS = "BitLocker (Win32_EncryptableVolume)"
_BY_ICONS = "BitLocker, as the drives' icons show it"

_UNCLEAR = Unavailable(
    Reason.UNRECOGNISED,
    "Windows did not tell whether a readable drive is a fixed or a removable one",
)
_OTHER_SYSTEM = Unavailable(
    Reason.UNRECOGNISED, "a part of a disk is of a kind that only another system reads"
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of disk encryption."""
    del keys, now
    survey = read_survey(host)
    if isinstance(survey, Unavailable):
        yield from (Fact(name, survey, "Win32_Volume") for name in NAMES)
        return
    source = _BY_ICONS if isinstance(survey.told, Unavailable) else _BY_METHODS
    values: dict[str, Scalar | Unavailable] = {
        "disk.encryption_state": judge_state(survey),
        "disk.home_encrypted": _home(host, survey),
        "disk.key_protectors": _protectors(host, survey),
        "disk.removable_unencrypted": count_removable(survey),
        "disk.swap_encrypted": _swap(host, survey),
        "disk.system_encrypted": _protects(survey.state(survey.system)),
        "disk.unencrypted_volumes": _readable(host, survey),
        "disk.unmounted_unencrypted": count_unmounted(survey),
    }
    yield from (Fact(name, value, source) for name, value in values.items())


def _protects(state: State | Unavailable) -> bool | Unavailable:
    return state if isinstance(state, Unavailable) else state is State.ON


def _first_unknown(states: Iterable[State | Unavailable]) -> Unavailable | None:
    return next((it for it in states if isinstance(it, Unavailable)), None)


def _may_be_readable(survey: Survey, volumes: Iterable[Volume]) -> bool:
    return any(survey.state(it) is not State.ON for it in volumes)


def judge_state(survey: Survey) -> str | Unavailable:
    """The state of all fixed volumes in use together, whichever of the unclear ones are fixed."""
    fixed = [survey.state(volume) for volume in survey.fixed()]
    unclear = [survey.state(volume) for volume in survey.unclear()]
    least, most = _together(fixed), _together([*fixed, *unclear])
    return least if isinstance(least, Unavailable) or least == most else _UNCLEAR


def _together(states: Sequence[State | Unavailable]) -> str | Unavailable:
    if unknown := _first_unknown(states):
        return unknown
    known = {it for it in states if isinstance(it, State)}
    for state in (State.CONVERTING, State.SUSPENDED):
        if state in known:
            return state.value
    return "partial" if len(known) > 1 else next(iter(known)).value


def _home(host: Host, survey: Survey) -> bool | Unavailable:
    """Whether the volume with the person's profile protects it, links having been followed."""
    home = host.resolve(host.person.home)
    if isinstance(home, Unavailable):
        return home
    volume = volume_of(survey, home)
    if volume is None:
        return Unavailable(
            Reason.UNRECOGNISED, "the home folder lies on no volume of this computer"
        )
    return _protects(survey.state(volume))


def volume_of(survey: Survey, path: str) -> Volume | None:
    r"""The volume that a path lies on: of those mounted above it the one mounted deepest."""
    plain = path.replace("/", "\\").removeprefix("\\\\?\\").lower() + "\\"
    above = [it for it in survey.volumes if it.path and plain.startswith(it.path.lower())]
    return max(above, key=lambda it: len(it.path), default=None)


def _protectors(host: Host, survey: Survey) -> tuple[str, ...] | Unavailable:
    rows = host.query(TOLD)
    if isinstance(rows, Unavailable):
        return rows
    return attempt(parse_protectors, rows, survey.system.id)


def count_removable(survey: Survey) -> int | Unavailable:
    """How many file systems on removable disks can be read, at least."""
    plugged = [it for it in survey.volumes if survey.is_plugged(it) and _has_content(survey, it)]
    states = [survey.state(it) for it in plugged]
    readable = sum(isinstance(it, State) and it is not State.ON for it in states)
    if readable:
        return readable
    if unknown := _first_unknown(states):
        return unknown
    return _UNCLEAR if _may_be_readable(survey, survey.unclear()) else 0


def _has_content(survey: Survey, volume: Volume) -> bool:
    """Whether it is more than an empty slot for cards, on whose icon nothing is shown."""
    untold = isinstance(survey.shown, Unavailable)
    return volume.has_medium or untold or isinstance(survey.state(volume), State)


def _swap(host: Host, survey: Survey) -> bool | Unavailable:
    rows = host.query(PAGE_FILES)
    paths = rows if isinstance(rows, Unavailable) else attempt(parse_page_files, rows)
    if isinstance(paths, Unavailable):
        return paths
    found = [volume_of(survey, path) for path in paths]
    hibernates = _hibernates(host)
    if isinstance(hibernates, Unavailable):
        return hibernates
    if hibernates:
        # The file that the memory is saved to lies on the drive that Windows runs from.
        found.append(survey.system)
    if None in found:
        return Unavailable(Reason.UNRECOGNISED, "a page file lies on no volume of this computer")
    states = [survey.state(volume) for volume in found if volume is not None]
    if any(isinstance(it, State) and it is not State.ON for it in states):
        return False
    return _first_unknown(states) or True


def _hibernates(host: Host) -> bool | Unavailable:
    """Whether Windows may save the memory to the disk: unless it is switched off, it does so."""
    key = host.registry(POWER)
    if isinstance(key, Unavailable):
        return key
    enabled = attempt(RegistryKey.number, key, "HibernateEnabled")
    return enabled if isinstance(enabled, Unavailable) else enabled != 0


def _readable(host: Host, survey: Survey) -> tuple[str, ...] | Unavailable:
    """Where the fixed volumes in use are mounted that can be read without a key."""
    states = [(volume, survey.state(volume)) for volume in survey.fixed()]
    readable = [
        _shown_path(host, volume)
        for volume, state in states
        if isinstance(state, State) and state is not State.ON
    ]
    if readable:
        return tuple(sorted(readable))
    if unknown := _first_unknown(state for _, state in states):
        return unknown
    return _UNCLEAR if _may_be_readable(survey, survey.unclear()) else ()


def _shown_path(host: Host, volume: Volume) -> str:
    if volume.letter:
        return volume.letter
    path, home = volume.path.rstrip("\\"), host.person.home.rstrip("\\")
    inside = f"{path}\\".lower().startswith(f"{home}\\".lower())
    return f"~{path[len(home) :]}" if home and inside else path


def count_unmounted(survey: Survey) -> int | Unavailable:
    """How many file systems on fixed disks can be read that are not mounted, at least."""
    if isinstance(survey.partitions, Unavailable):
        return survey.partitions
    states = [survey.state(volume) for volume in _set_aside(survey)]
    readable = sum(isinstance(it, State) and it is not State.ON for it in states)
    if readable:
        return readable
    if any(it.kind is Kind.OTHER and not it.plugged for it in survey.partitions):
        return _OTHER_SYSTEM
    return _first_unknown(states) or _untold(survey, survey.partitions) or 0


def _set_aside(survey: Survey) -> Iterator[Volume]:
    """The volumes on fixed disks that are mounted nowhere, without those for start and repair."""
    for volume in survey.volumes:
        partition = survey.partition(volume)
        aside = partition is not None and partition.kind in {Kind.START, Kind.OTHER}
        mounted = bool(volume.path) or volume.type != FIXED or volume.starts_windows
        if not mounted and not aside and survey.is_plugged(volume) is not True:
            yield volume


def _untold(survey: Survey, partitions: tuple[Partition, ...]) -> Unavailable | None:
    """Why a partition for data is not known: Windows lists no volume on it."""
    ids = {volume.id for volume in survey.volumes}
    for partition in partitions:
        if (
            partition.kind is Kind.DATA
            and not partition.plugged
            and ids.isdisjoint(partition.paths)
        ):
            return Unavailable(
                Reason.UNRECOGNISED, "Windows sees no file system in a part of a disk"
            )
    return None


NAMES = (
    "disk.encryption_state",
    "disk.home_encrypted",
    "disk.key_protectors",
    "disk.removable_unencrypted",
    "disk.swap_encrypted",
    "disk.system_encrypted",
    "disk.unencrypted_volumes",
    "disk.unmounted_unencrypted",
)

PROBE = Probe("disk encryption", NAMES, collect)
