"""Files written whole or not at all, and read up to a limit."""

import contextlib
import errno
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hipaaguard.errors import CommandError, StoreError

_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "your account may not do that",
    errno.EPERM: "your account may not do that",
    errno.ENOENT: "it does not exist, or its folder does not",
    errno.ENOTDIR: "one of its folders is a file",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long",
}
# Windows' own numbers, of which the C library's say less. System Error Codes (winerror.h)
_WHY_WINDOWS = {
    19: "the disk is write-protected",
    32: "another program has it open",
    33: "another program has it open",
    112: "the disk is full",
    123: "the name has a letter that Windows does not allow",
    206: "the name is too long",
}
# Names of devices, which Windows takes for them in any folder and with any ending.
_DEVICES = frozenset(
    {"aux", "con", "conin$", "conout$", "nul", "prn"}
    | {f"{name}{number}" for name in ("com", "lpt") for number in "123456789¹²³"}
)
_ATTEMPTS, _PAUSE_S = 10, 0.1
_ON_WINDOWS = os.name == "nt"


def read_limited(path: Path, limit: int, what: str) -> bytes:
    """The file's contents.

    Args:
        path: the file.
        limit: the most bytes that such a file may have.
        what: what the file is, for messages: "a policy".

    Returns:
        At most `limit` bytes.

    Raises:
        CommandError: It cannot be read, is not a file, or is larger.
    """
    data = read_up_to(path, limit + 1)
    if len(data) > limit:
        size = f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
        raise CommandError(f"{path} is too large to be {what}: more than {size}")
    return data


def read_up_to(path: Path, count: int) -> bytes:
    """The file's first bytes.

    Args:
        path: the file.
        count: how many bytes at most.

    Returns:
        As many as there are, up to `count`.

    Raises:
        CommandError: It cannot be read, or is not a file.
    """
    try:
        if path.exists() and not path.is_file():
            raise CommandError(f"{path} is not a file")
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {reason(error)}") from error


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Afterwards the file holds exactly this data; on failure it is as it was before.

    Raises:
        StoreError: It could not be written.
    """
    with prepared(path, data, mode):
        pass


@contextlib.contextmanager
def prepared(path: Path, data: bytes, mode: int = 0o644) -> Iterator[None]:
    """Writes beside the file, and puts it in place when the block ends without an exception.

    Raises:
        StoreError: It could not be written; the file is as it was before.
    """
    temporary: Path | None = None
    if _ON_WINDOWS and is_device(path.name):
        raise StoreError(f"cannot write {path}: Windows keeps this name for a device")
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".new"
        )
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        yield
        _put_in_place(temporary, path)
        temporary = None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {reason(error)}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _put_in_place(temporary: Path, path: Path) -> None:
    """Replaces the file; on Windows a virus scanner or an indexer may hold either for a moment."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            temporary.replace(path)
        except PermissionError:
            if not _ON_WINDOWS or attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def is_device(name: str) -> bool:
    """Whether Windows takes this file's name for a device: `nul`, `CON.html`, `com1 .txt`."""
    return name.partition(".")[0].rstrip(" ").casefold() in _DEVICES


def reason(error: OSError) -> str:
    """Why the system refused, as "the disk is full"."""
    on_windows = _WHY_WINDOWS.get(getattr(error, "winerror", None) or 0)
    if on_windows:
        return on_windows
    code = error.errno or 0
    return _WHY.get(code, (error.strerror or "the system gave an error").lower())
