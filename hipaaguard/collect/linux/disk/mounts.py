"""Mounts and swap areas as the kernel lists them: pure parsers.

Source: proc_pid_mountinfo(5), proc_swaps(5).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hipaaguard.errors import ParseError

_ESCAPE = re.compile(r"\\([0-3][0-7]{2})")
_DELETED = " (deleted)"


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo.

    Attributes:
        id: number of the mount.
        parent: number of the mount that it is mounted in.
        number: `major:minor` of the device; the major is 0 for file systems without one.
        root: the folder of the file system that is seen; `/` for all of it.
        point: absolute path where it is mounted.
        fs_type: `ext4`, `btrfs`, `fuse.gocryptfs`, …
        source: the device or whatever the file system calls its source.
        options: of the file system, as `subvol=/@`.
    """

    id: int
    parent: int
    number: str
    root: str
    point: str
    fs_type: str
    source: str
    options: tuple[str, ...] = ()

    @property
    def has_device(self) -> bool:
        """Whether `number` is that of a block device."""
        return not self.number.startswith("0:")


@dataclass(frozen=True, slots=True)
class Swap:
    """One area that pages of memory are written to.

    Attributes:
        path: the device or file; "(deleted)" is taken off.
        is_file: whether it is a file in some file system.
    """

    path: str
    is_file: bool


def unescape(text: str) -> str:
    """The text with the octal escapes decoded that the kernel writes for blanks and backslashes."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text)


def parse_mountinfo(text: str) -> tuple[Mount, ...]:
    """Every mount.

    Args:
        text: contents of `/proc/self/mountinfo`.

    Returns:
        In the kernel's order; never empty.

    Raises:
        ParseError: A line is not in the documented form, or there is none.
    """
    mounts = tuple(_mount(line) for line in text.split("\n") if line)
    if not mounts:
        raise ParseError("the list of mounts is empty")
    return mounts


def _mount(line: str) -> Mount:
    fields = line.split(" ")
    try:
        dash = fields.index("-", 6)
        identity, parent = int(fields[0]), int(fields[1])
        number, root, point = fields[2:5]
        fs_type, source, options = fields[dash + 1 : dash + 4]
    except ValueError as error:
        raise ParseError("a line of the list of mounts is not in the known form") from error
    if not re.fullmatch(r"[0-9]+:[0-9]+", number) or not point.startswith("/"):
        raise ParseError("a line of the list of mounts is not in the known form")
    return Mount(
        identity,
        parent,
        number,
        unescape(root),
        unescape(point),
        unescape(fs_type),
        unescape(source),
        tuple(unescape(option) for option in options.split(",")),
    )


def parse_swaps(text: str) -> tuple[Swap, ...]:
    """Every swap area in use.

    Args:
        text: contents of `/proc/swaps`, with its heading.

    Returns:
        In the kernel's order; empty when there is none.

    Raises:
        ParseError: Not in the documented form.
    """
    heading, *lines = text.split("\n")
    if heading.split() != ["Filename", "Type", "Size", "Used", "Priority"]:
        raise ParseError("the list of swap areas is not in the known form")
    return tuple(_swap(line) for line in lines if line)


def _swap(line: str) -> Swap:
    fields = line.split()
    if len(fields) != 5 or fields[1] not in ("partition", "file"):
        raise ParseError("a line of the list of swap areas is not in the known form")
    path = unescape(fields[0]).removesuffix(_DELETED)
    if not path.startswith("/"):
        raise ParseError("a line of the list of swap areas is not in the known form")
    return Swap(path, fields[1] == "file")


def parse_resume(text: str) -> str:
    """The device that the computer would wake from after it was put to sleep on a disk.

    Args:
        text: contents of `/sys/power/resume`.

    Returns:
        `major:minor`; empty when none is set.

    Raises:
        ParseError: Not in the documented form.
    """
    number = text.strip()
    if not re.fullmatch(r"[0-9]+:[0-9]+", number):
        raise ParseError("where the memory is saved to a disk is not in the known form")
    return "" if number == "0:0" else number


def mount_at(mounts: Sequence[Mount], path: str) -> Mount | None:
    """The mount that a path is seen through, as the kernel would walk it.

    Going down from the outermost mount on `/` obeys what hides what; neither the order of the list
    nor the longest mount point does, since the system's root is often moved to `/` late.

    Args:
        mounts: as `parse_mountinfo` gives them.
        path: absolute, without links.

    Returns:
        None when the list has no outermost mount on `/`.
    """
    ids = {mount.id for mount in mounts}
    outermost = [
        mount
        for mount in mounts
        if mount.point == "/" and (mount.parent not in ids or mount.parent == mount.id)
    ]
    current = outermost[-1] if outermost else None
    # Every step enters another mount, so there are no more steps than mounts, whatever the ids say.
    for _ in mounts:
        inner = _entered(mounts, current, path) if current else None
        if inner is None:
            break
        current = inner
    return current


def _entered(mounts: Sequence[Mount], outer: Mount, path: str) -> Mount | None:
    """The first mount inside `outer` on the way down to the path."""
    inside = [
        mount
        for mount in mounts
        if mount.parent == outer.id and mount.id != outer.id and is_below(path, mount.point)
    ]
    return min(inside, key=lambda mount: len(mount.point), default=None)


def is_below(path: str, folder: str) -> bool:
    """Whether the path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
