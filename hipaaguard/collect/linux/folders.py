"""Files and folders that may be missing: whether they surely are, by what the folder above lists.

An answer that failed to come must not read as "there is none", so absence needs a second witness.
"""

import posixpath

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.model import Reason, Unavailable

# file-hierarchy(7); the last is NixOS's.
_PROGRAM_FOLDERS = (
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/run/current-system/sw/bin",
)
_CONTRADICTION = Unavailable(
    Reason.FAILED, "a file or folder that should be there could not be found"
)


def names_in(host: Host, path: str) -> tuple[str, ...] | Unavailable:
    """The names in a folder; none where the folder above says that there is no such folder."""
    names = host.names(path)
    if not is_absent(names) or path == "/":
        return names
    there = is_listed(host, path)
    if isinstance(there, Unavailable):
        return there
    return _CONTRADICTION if there else ()


def is_listed(host: Host, path: str) -> bool | Unavailable:
    """Whether the folder above lists this file or folder."""
    above, name = posixpath.split(path)
    names = names_in(host, above)
    return names if isinstance(names, Unavailable) else name in names


def read_if_there(host: Host, path: str) -> str | Unavailable | None:
    """A file's text; None where the folder above says that there is no such file."""
    text = read_text(host, path)
    if not is_absent(text):
        return text
    there = is_listed(host, path)
    if isinstance(there, Unavailable):
        return there
    return _CONTRADICTION if there else None


def find_programs(host: Host, names: frozenset[str]) -> frozenset[str] | Unavailable:
    """Which of these programs lie in the system's own folders."""
    found: set[str] = set()
    for folder in _PROGRAM_FOLDERS:
        held = names_in(host, folder)
        if isinstance(held, Unavailable):
            return held
        found |= names.intersection(held)
    return frozenset(found)
