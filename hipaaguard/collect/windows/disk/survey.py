"""Every volume with its place and its state, as far as Windows tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.windows.disk.bitlocker import State, States, parse_shown, parse_told
from hipaaguard.collect.windows.disk.volumes import (
    FIXED,
    REMOVABLE,
    Kind,
    Partition,
    Volume,
    parse_partitions,
    parse_volumes,
)
from hipaaguard.model import Reason, Unavailable

VOLUMES, PARTITIONS = "volumes", "volumes-partitions"
TOLD, SHOWN = "bitlocker", "bitlocker-shell"

_NOT_SHOWN = "Windows shows the encryption of drives with a letter alone"


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of the volumes.

    Attributes:
        volumes: all of them; one holds Windows.
        partitions: those of all disks, or why they are not told.
        told: BitLocker's own states, by id.
        shown: those on the drives' icons, by letter.
    """

    volumes: tuple[Volume, ...]
    partitions: tuple[Partition, ...] | Unavailable
    told: States | Unavailable
    shown: States | Unavailable

    @property
    def system(self) -> Volume:
        """The volume that Windows runs from."""
        return next(it for it in self.volumes if it.holds_windows)

    def partition(self, volume: Volume) -> Partition | None:
        """The partition that the volume lies on; None where it is not told or lies on several."""
        if isinstance(self.partitions, Unavailable):
            return None
        return next((it for it in self.partitions if volume.id in it.paths), None)

    def is_plugged(self, volume: Volume) -> bool | None:
        """Whether it lies on a removable disk; None when that is not told."""
        if volume.holds_windows or volume.type not in {FIXED, REMOVABLE}:
            return False
        if volume.type == REMOVABLE:
            return True
        partition = self.partition(volume)
        if partition is not None:
            return partition.plugged
        # Windows makes dynamic disks of fixed ones alone; their volumes have no partition.
        return False if self._has_sets else None

    @property
    def _has_sets(self) -> bool:
        found = () if isinstance(self.partitions, Unavailable) else self.partitions
        return any(it.kind is Kind.SET for it in found)

    def state(self, volume: Volume) -> State | Unavailable:
        """Whether it can be read without a key, its disk's file being behind the drive's."""
        own = self._own_state(volume)
        partition = self.partition(volume)
        if own is State.ON or partition is None or not partition.file_on:
            return own
        under = next((it for it in self.volumes if it.letter == partition.file_on), None)
        if under is None or under.id == volume.id:
            return own
        below = self._own_state(under)
        return own if below in {State.OFF, State.SUSPENDED, State.CONVERTING} else below

    def _own_state(self, volume: Volume) -> State | Unavailable:
        if not isinstance(self.told, Unavailable):
            told = self.told.get(volume.id)
            if told is not None and (not volume.letter or isinstance(told, State)):
                return told
        if volume.letter:
            return self._shown_state(volume.letter)
        why = self.told.reason if isinstance(self.told, Unavailable) else Reason.UNRECOGNISED
        return Unavailable(why, _NOT_SHOWN)

    def _shown_state(self, letter: str) -> State | Unavailable:
        if isinstance(self.shown, Unavailable):
            return self.shown
        missing = Unavailable(Reason.UNRECOGNISED, "Windows shows nothing of a drive's encryption")
        return self.shown.get(letter, missing)

    def fixed(self) -> Iterator[Volume]:
        """The volumes in use on fixed disks, without the one that Windows is started by."""
        for volume in self.volumes:
            in_use = volume.path and volume.type == FIXED and not volume.starts_windows
            if in_use and self.is_plugged(volume) is False:
                yield volume

    def unclear(self) -> Iterator[Volume]:
        """The volumes in use of which it is not told whether their disks are fixed."""
        for volume in self.volumes:
            if volume.path and not volume.starts_windows and self.is_plugged(volume) is None:
                yield volume


def read_survey(host: Host) -> Survey | Unavailable:
    """What is known of the volumes; unavailable when Windows does not list them."""
    rows = host.query(VOLUMES)
    volumes = rows if isinstance(rows, Unavailable) else attempt(parse_volumes, rows)
    if isinstance(volumes, Unavailable):
        return volumes
    return Survey(
        volumes,
        _partitions(host, volumes),
        _states(host.query(TOLD), parse_told),
        _states(host.query(SHOWN), parse_shown),
    )


def _states(
    rows: tuple[Row, ...] | Unavailable, parse: Callable[[tuple[Row, ...]], States]
) -> States | Unavailable:
    return rows if isinstance(rows, Unavailable) else attempt(parse, rows)


def _partitions(host: Host, volumes: tuple[Volume, ...]) -> tuple[Partition, ...] | Unavailable:
    """The partitions; without rights Windows may leave some out, seen by the system's missing."""
    rows = host.query(PARTITIONS)
    found = rows if isinstance(rows, Unavailable) else attempt(parse_partitions, rows)
    if isinstance(found, Unavailable):
        return found
    system = next(it.id for it in volumes if it.holds_windows)
    if any(system in it.paths or it.kind is Kind.SET for it in found):
        return found
    reason = Reason.UNRECOGNISED if host.elevated else Reason.NOT_PERMITTED
    return Unavailable(reason, "Windows does not list the partition that it runs from")
