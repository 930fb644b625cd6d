"""The facts of disk encryption on macOS."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.macos.disk.filevault import State, find_state
from hipaaguard.collect.macos.disk.volumes import (
    DATA,
    Cover,
    Volume,
    container_of_the_system,
    find_volumes,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

FILEVAULT = "fdesetup status"
VOLUMES = "fdesetup status, diskutil list, diskutil apfs list"
SWAP = "sysctl vm.swapusage"

NOT_UNDERSTOOD = Unavailable(
    Reason.UNRECOGNISED, "a volume is of a kind that this version does not know"
)
_SWAP = re.compile(
    r"total = [\d.,]+[KMGT]?\s+used = [\d.,]+[KMGT]?\s+free = [\d.,]+[KMGT]?"
    r"(?P<mark>\s+\(encrypted\))?"
)


@dataclass(frozen=True, slots=True)
class Disks:
    """The volumes apart from those that FileVault itself answers for.

    Attributes:
        system: what FileVault says.
        fixed: other volumes of built-in disks, and of the disk that macOS runs from.
        removable: volumes of the others.
    """

    system: State
    fixed: tuple[Volume, ...]
    removable: tuple[Volume, ...]


def sort_volumes(state: State, volumes: tuple[Volume, ...], container: str) -> Disks:
    """The volumes by what they mean.

    Args:
        state: what FileVault says.
        volumes: every volume with somebody's files.
        container: the one that macOS keeps its data in.

    Returns:
        The volumes; system and data volume of the container in use are in `system` alone.

    Raises:
        ParseError: FileVault and the list of volumes contradict each other.
    """
    own = [volume for volume in volumes if volume.container == container]
    data = [volume for volume in own if volume.mounted_at == DATA]
    if len(data) != 1:
        raise ParseError("the volume that macOS keeps its data on is not listed")
    if state is not State.CONVERTING and (data[0].cover is Cover.KEY) != (state is State.ON):
        raise ParseError("FileVault and the list of volumes contradict each other")
    others = [volume for volume in volumes if volume is not data[0]]
    fixed = tuple(it for it in others if not it.external or it.container == container)
    removable = tuple(it for it in others if it.external and it.container != container)
    return Disks(state, fixed, removable)


def judge_state(disks: Disks) -> str | Unavailable:
    """The state of all fixed volumes in use together, as `disk.encryption_state` has it."""
    used = [volume.cover for volume in disks.fixed if volume.mounted_at]
    covers = set(used)
    if State.CONVERTING is disks.system or Cover.CONVERTING in covers:
        return "converting"
    readable = (disks.system is State.OFF, *(it is Cover.NOTHING for it in used))
    if Cover.UNKNOWN in covers and not (any(readable) and disks.system is State.ON):
        return NOT_UNDERSTOOD
    if not any(readable):
        return "on"
    return "off" if all(readable) else "partial"


def readable_places(disks: Disks) -> tuple[str, ...] | Unavailable:
    """Where readable fixed volumes are mounted, as `disk.unencrypted_volumes` has it."""
    mounted = [volume for volume in disks.fixed if volume.mounted_at]
    places = {volume.mounted_at for volume in mounted if volume.cover in _OPEN}
    if disks.system is not State.ON:
        places |= {"/", "~"}
    if not places and any(volume.cover is Cover.UNKNOWN for volume in mounted):
        return NOT_UNDERSTOOD
    return tuple(sorted(places))


# While a volume is being encrypted, what was not yet reached can be read.
_OPEN = (Cover.NOTHING, Cover.CONVERTING)


def count_readable(volumes: tuple[Volume, ...]) -> int | Unavailable:
    """How many of these can be read without a key."""
    count = sum(volume.cover in _OPEN for volume in volumes)
    if not count and any(volume.cover is Cover.UNKNOWN for volume in volumes):
        return NOT_UNDERSTOOD
    return count


def parse_swap(text: str) -> bool:
    """Whether what memory cannot hold is encrypted before it is written.

    Raises:
        ParseError: It is of another form.

    Source: `vm.swapusage` as sysctl(8) prints it.
    """  # noqa: DOC201 - the first line says it
    match = _SWAP.fullmatch(text.strip())
    if match is None:
        raise ParseError("the state of the swap space is not in a form that this version knows")
    return match["mark"] is not None


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of disk encryption."""
    del now
    if "disk.swap_encrypted" in keys:
        yield Fact("disk.swap_encrypted", _swap(host), SWAP)
    if keys == {"disk.swap_encrypted"}:
        return
    state = find_state(host)
    system: Scalar | Unavailable = state
    if not isinstance(state, Unavailable):
        system = state is State.ON
    disks = _disks(host, state)
    if not isinstance(state, Unavailable) and isinstance(disks, Unavailable):
        # FileVault alone says "on" where the volumes do not bear it out: that is no evidence.
        system = False if state is not State.ON else disks
    yield Fact("disk.system_encrypted", system, VOLUMES)
    yield Fact("disk.home_encrypted", _home(host, system), VOLUMES)
    for key, value in _of_volumes(disks).items():
        yield Fact(key, value, VOLUMES)


def _of_volumes(disks: Disks | Unavailable) -> dict[str, Scalar | Unavailable]:
    if isinstance(disks, Unavailable):
        return dict.fromkeys(_OF_VOLUMES, disks)
    unmounted = tuple(volume for volume in disks.fixed if not volume.mounted_at)
    values = (
        judge_state(disks),
        count_readable(disks.removable),
        readable_places(disks),
        count_readable(unmounted),
    )
    return dict(zip(_OF_VOLUMES, values, strict=True))


_OF_VOLUMES = (
    "disk.encryption_state",
    "disk.removable_unencrypted",
    "disk.unencrypted_volumes",
    "disk.unmounted_unencrypted",
)


def _disks(host: Host, state: State | Unavailable) -> Disks | Unavailable:
    if isinstance(state, Unavailable):
        return state
    volumes = find_volumes(host)
    container = container_of_the_system(host)
    if isinstance(volumes, Unavailable):
        return volumes
    if isinstance(container, Unavailable):
        return container
    return attempt(sort_volumes, state, volumes, container)


def _home(host: Host, system: Scalar | Unavailable) -> Scalar | Unavailable:
    """The home folder lies on the data volume, unless somebody moved it."""
    place = host.resolve(host.person.home)
    if isinstance(place, Unavailable):
        return Unavailable(place.reason, "where the home folder lies could not be seen")
    if place.startswith(("/Users/", f"{DATA}/Users/")):
        return system
    return Unavailable(Reason.UNRECOGNISED, "the home folder is not where macOS puts it")


def _swap(host: Host) -> bool | Unavailable:
    answer = host.run("sysctl", "-n", "vm.swapusage")
    return answer if isinstance(answer, Unavailable) else attempt(_parse_swap, answer)


def _parse_swap(answer: Output) -> bool:
    return parse_swap(answer.text)


PROBE = Probe(
    "disk encryption",
    (
        "disk.encryption_state",
        "disk.home_encrypted",
        "disk.removable_unencrypted",
        "disk.swap_encrypted",
        "disk.system_encrypted",
        "disk.unencrypted_volumes",
        "disk.unmounted_unencrypted",
    ),
    collect,
)
