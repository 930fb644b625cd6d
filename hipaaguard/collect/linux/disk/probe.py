"""Disk encryption: the facts, from what the kernel says of mounts and disks.

Nothing here trusts a name: a mount point called `crypt`, an entry in a configuration file or a disk
that claims to encrypt by itself proves nothing. Storage of a kind that is not understood makes a
fact unavailable.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.block import gone
from hipaaguard.collect.linux.disk.cover import (
    READABLE,
    Cover,
    Verdict,
    combine,
    cover_of_block,
    cover_of_mount,
    cover_of_path,
    legs,
)
from hipaaguard.collect.linux.disk.crypttab import TABLE
from hipaaguard.collect.linux.disk.keys import opened
from hipaaguard.collect.linux.disk.mounts import (
    Mount,
    Swap,
    mount_at,
    parse_resume,
    parse_swaps,
)
from hipaaguard.collect.linux.disk.spare import Spares, find_spares
from hipaaguard.collect.linux.disk.storage import MOUNTINFO, Storage, read_storage, zfs_paths
from hipaaguard.collect.linux.disk.volumes import (
    IMAGES,
    Volume,
    find_volumes,
    from_image,
    say_place,
    system_disks,
)
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

SWAPS = "/proc/swaps"
RESUME = "/sys/power/resume"
_STACK = f"{MOUNTINFO}, /sys/class/block"
_SPARE = "/sys/class/block, /run/udev/data"


@dataclass(frozen=True, slots=True)
class View:
    """What the facts are said about.

    Attributes:
        host: whom to ask for what is not in `storage`.
        storage: mounts and disks.
        swaps: the swap areas in use.
        resume: number of the device that the computer would wake from; empty for none.
        system: the verdict on everything below `/`.
        home: the verdict on the person's home folder.
        disks: names of the disks that the system and the home folder lie on.
        volumes: the file systems in use.
    """

    host: Host
    storage: Storage
    swaps: tuple[Swap, ...] | Unavailable
    resume: str | Unavailable
    system: Verdict
    home: Verdict
    disks: frozenset[str] | Unavailable
    volumes: tuple[Volume, ...]

    @property
    def fixed(self) -> tuple[Volume, ...]:
        """The volumes on disks that stay with the machine."""
        return tuple(volume for volume in self.volumes if volume.fixed)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterable[Fact]:
    """The facts asked for, without rights but for what only root can look into."""
    del now
    swaps, resume = _read_swaps(host), _read_resume(host)
    known = () if isinstance(swaps, Unavailable) else swaps
    storage = read_storage(host, (swap.path for swap in known))
    if isinstance(storage, Unavailable):
        # That nothing is swapped to needs no knowledge of the disks.
        none = swaps == () and resume == ""
        bare: Mapping[str, Scalar] = {"disk.swap_encrypted": True} if none else {}
        return tuple(Fact(key, bare.get(key, storage), _ANSWERS[key][1]) for key in sorted(keys))
    view = _view(host, storage, swaps, resume)
    tables = f", {TABLE}" if opened(storage.blocks.values()) else ""
    answers = ((key, *_ANSWERS[key]) for key in sorted(keys))
    return tuple(Fact(key, answer(view), source + tables) for key, answer, source in answers)


def _read_swaps(host: Host) -> tuple[Swap, ...] | Unavailable:
    text = read_text(host, SWAPS)
    return text if isinstance(text, Unavailable) else attempt(parse_swaps, text)


def _read_resume(host: Host) -> str | Unavailable:
    """The device that a saved image of the memory is read from; empty where there is none."""
    text = read_text(host, RESUME)
    if is_absent(text):
        # A kernel that cannot save the memory to a disk.
        return ""
    if isinstance(text, Unavailable):
        return Unavailable(text.reason, "where the memory is saved to a disk cannot be read")
    return attempt(parse_resume, text)


def _view(
    host: Host,
    storage: Storage,
    swaps: tuple[Swap, ...] | Unavailable,
    resume: str | Unavailable,
) -> View:
    home = host.resolve(host.person.home)
    disks = system_disks(storage, *(() if isinstance(home, Unavailable) else (home,)))
    stay = frozenset() if isinstance(disks, Unavailable) else disks
    return View(
        host,
        storage,
        swaps,
        resume,
        _cover_of_system(storage),
        _cover_of_home(host, storage, home),
        disks,
        find_volumes(storage, stay),
    )


def _cover_of_system(storage: Storage) -> Verdict:
    """The verdict on `/`; a system that runs from an image says nothing of the machine's own."""
    mount = mount_at(storage.mounts, "/")
    below = legs(storage, mount) if mount else gone()
    if mount is None or isinstance(below, Unavailable):
        return cover_of_path(storage, "/")
    blocks = [storage.blocks.get(name) for name in below]
    if mount.fs_type in IMAGES or any(block and block.is_loop for block in blocks):
        return from_image()
    return cover_of_mount(storage, mount)


def _cover_of_home(host: Host, storage: Storage, home: str | Unavailable) -> Verdict:
    if isinstance(home, Unavailable):
        return Unavailable(home.reason, "the home folder cannot be found")
    mount = mount_at(storage.mounts, home)
    verdict = cover_of_mount(storage, mount) if mount else gone()
    readable = verdict in (Cover.NONE, Cover.OPEN)
    if readable and mount and _may_be_encrypted_by_folder(host, mount, home):
        detail = "folders of this disk can be encrypted one by one; the home folder may be one"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return verdict


def _may_be_encrypted_by_folder(host: Host, mount: Mount, home: str) -> bool:
    """Whether fscrypt or systemd-homed(8) has left its mark where the home folder is."""
    marks = (mount.point.rstrip("/") + "/.fscrypt", f"{home}.homedir")
    return not all(is_absent(host.entry(mark)) for mark in marks)


def _bool(verdict: Verdict) -> bool | Unavailable:
    return verdict if isinstance(verdict, Unavailable) else verdict is Cover.FULL


def _swap_encrypted(view: View) -> Scalar | Unavailable:
    if isinstance(view.swaps, Unavailable):
        return view.swaps
    covers = [_cover_of_swap(view.storage, swap) for swap in view.swaps]
    if view.resume:
        covers.append(_cover_of_resume(view.storage, view.resume))
    return _bool(combine(covers)) if covers else True


def _cover_of_swap(storage: Storage, swap: Swap) -> Verdict:
    if swap.is_file:
        return cover_of_path(storage, swap.path)
    block = storage.at(swap.path)
    return cover_of_block(storage, block.name) if block else gone()


def _cover_of_resume(storage: Storage, number: str | Unavailable) -> Verdict:
    """The verdict on where hibernation saves the memory, also while nothing is swapped to there."""
    if isinstance(number, Unavailable):
        return number
    block = storage.numbered(number)
    return cover_of_block(storage, block.name) if block else gone()


def _unencrypted_volumes(view: View) -> Scalar | Unavailable:
    """The readable ones; when there are none, all others and the system itself must be known."""
    open_ones = (it.point for it in view.fixed if it.verdict in READABLE)
    places = tuple(sorted({say_place(point, view.host.person) for point in open_ones}))
    return places or _first_unknown((view.system, *(it.verdict for it in view.fixed))) or ()


def _unmounted_unencrypted(view: View) -> Scalar | Unavailable:
    spares = _spares(view)
    return spares if isinstance(spares, Unavailable) else spares.fixed


def _removable_unencrypted(view: View) -> Scalar | Unavailable:
    spares = _spares(view)
    if isinstance(spares, Unavailable):
        return spares
    mounted = [volume.verdict for volume in view.volumes if not volume.fixed]
    count = sum(it in READABLE for it in mounted)
    if isinstance(spares.portable, Unavailable):
        return count or spares.portable
    return count + spares.portable or _first_unknown(mounted) or 0


def _spares(view: View) -> Spares | Unavailable:
    """Seen from a container or live medium, the machine's own disks only seem not to be in use."""
    if isinstance(view.disks, Unavailable):
        return view.disks
    return find_spares(view.host, view.storage, _used(view), view.disks)


def _used(view: View) -> frozenset[str]:
    """The names of the devices that something in use lies on."""
    storage = view.storage
    lists = [legs(storage, mount) for mount in storage.mounts]
    names = {name for found in lists if not isinstance(found, Unavailable) for name in found}
    swaps = () if isinstance(view.swaps, Unavailable) else view.swaps
    backings = (it.backing for it in storage.blocks.values() if isinstance(it.backing, str))
    paths = (*zfs_paths(storage.zfs), *(swap.path for swap in swaps), *backings)
    at_paths = (storage.at(path) for path in paths if path)
    return frozenset(names | {block.name for block in at_paths if block})


def _encryption_state(view: View) -> Scalar | Unavailable:
    system = view.system
    others = (view.home, *(volume.verdict for volume in view.fixed))
    if isinstance(system, Unavailable):
        return system
    covers = {system, *others}
    if Cover.PARTLY in covers:
        return "converting"
    if {Cover.FULL, Cover.NONE} <= covers:
        return "partial"
    unknown = _first_unknown(others)
    if unknown:
        return unknown
    if Cover.NONE in covers:
        return "off"
    return "suspended" if Cover.OPEN in covers else "on"


def _first_unknown(verdicts: Iterable[Verdict]) -> Unavailable | None:
    return next((it for it in verdicts if isinstance(it, Unavailable)), None)


_ANSWERS: Mapping[str, tuple[Callable[[View], Scalar | Unavailable], str]] = {
    "disk.encryption_state": (_encryption_state, _STACK),
    "disk.home_encrypted": (lambda view: _bool(view.home), _STACK),
    "disk.removable_unencrypted": (_removable_unencrypted, _SPARE),
    "disk.swap_encrypted": (_swap_encrypted, f"{SWAPS}, {RESUME}, /sys/class/block"),
    "disk.system_encrypted": (lambda view: _bool(view.system), _STACK),
    "disk.unencrypted_volumes": (_unencrypted_volumes, _STACK),
    "disk.unmounted_unencrypted": (_unmounted_unencrypted, _SPARE),
}

PROBE = Probe("disk encryption", tuple(_ANSWERS), collect)
