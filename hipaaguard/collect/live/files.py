"""Files and folders of this machine, on any system."""

import errno
import os
import stat as stat_module
from pathlib import Path

from hipaaguard.collect.host import MAX_FILE_BYTES, SILENCE, Entry
from hipaaguard.model import Reason, Unavailable

_REASONS = {
    errno.ENOENT: Reason.NOT_INSTALLED,
    errno.ENOTDIR: Reason.NOT_INSTALLED,
    # What /sys and /proc answer for a device or process that has just gone.
    errno.ENODEV: Reason.NOT_INSTALLED,
    errno.ENXIO: Reason.NOT_INSTALLED,
    errno.ESRCH: Reason.NOT_INSTALLED,
    errno.EACCES: Reason.NOT_PERMITTED,
    errno.EPERM: Reason.NOT_PERMITTED,
    errno.EISDIR: Reason.UNRECOGNISED,
}


# ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION, which Python gives as EACCES.
_IN_USE = (32, 33)
# Non-blocking, so that a FIFO in the place of a file cannot hang the audit.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
)


def refusal(error: OSError) -> Unavailable:
    """Why the system refused, each cause with its own reason."""
    if getattr(error, "winerror", None) in _IN_USE:
        return Unavailable(Reason.FAILED, "another program has it open")
    reason = _REASONS.get(error.errno or 0, Reason.FAILED)
    words = (error.strerror or "the system gave an error").lower()
    return Unavailable(reason, SILENCE.get(reason, words))


class Files:
    """The part of a host that reads files."""

    def read(self, path: str) -> bytes | Unavailable:
        """The file's contents; only of a regular file, at most `MAX_FILE_BYTES`."""
        try:
            handle = os.open(path, _FLAGS)
        except OSError as error:
            return refusal(error)
        try:
            return _read_all(handle)
        except OSError as error:
            return refusal(error)
        finally:
            os.close(handle)

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """The names in the folder, sorted."""
        try:
            return tuple(sorted(os.listdir(path)))  # noqa: PTH208 - names are asked for, not paths
        except OSError as error:
            return refusal(error)

    def resolve(self, path: str) -> str | Unavailable:
        """The absolute path with every link followed."""
        try:
            return str(Path(path).resolve(strict=True))
        except OSError as error:
            return refusal(error)
        except RuntimeError:
            return Unavailable(Reason.FAILED, "its links lead in a circle")

    def entry(self, path: str) -> Entry | Unavailable:
        """What `stat` says of the file."""
        try:
            found = Path(path).stat()
        except OSError as error:
            return refusal(error)
        mode = found.st_mode
        kinds = (
            ("file", stat_module.S_ISREG(mode)),
            ("folder", stat_module.S_ISDIR(mode)),
            ("socket", stat_module.S_ISSOCK(mode)),
            ("device", stat_module.S_ISBLK(mode) or stat_module.S_ISCHR(mode)),
        )
        kind = next((name for name, holds in kinds if holds), "other")
        permissions = stat_module.S_IMODE(mode)
        return Entry(kind, found.st_size, int(found.st_mtime), permissions, found.st_uid)


def _read_all(handle: int) -> bytes | Unavailable:
    if not stat_module.S_ISREG(os.fstat(handle).st_mode):
        return Unavailable(Reason.UNRECOGNISED, "it is not a regular file")
    data = bytearray()
    # In small pieces: the kernel refuses to read /proc/sys in very large ones.
    while chunk := os.read(handle, 1 << 16):
        data += chunk
        if len(data) > MAX_FILE_BYTES:
            return Unavailable(Reason.UNRECOGNISED, "it is larger than expected")
    return bytes(data)
