"""Settings files that need not exist: their text, or certainty that they are not there.

A file counts as absent only when its folder was listed and does not name it; so an answer that is
missing is never taken for a setting that is not set.
"""

import posixpath
from collections.abc import Callable, Iterable

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.model import Reason, Unavailable

_AT_ODDS = Unavailable(Reason.FAILED, "a settings file is listed, but could not be found")


def read_if_there(host: Host, path: str) -> str | Unavailable | None:
    """The file's text; None only when it certainly does not exist."""
    text = read_text(host, path)
    return _missing(host, path) if is_absent(text) else text


def is_there(host: Host, path: str) -> bool | Unavailable:
    """Whether there is something at the path; False only when that is certain."""
    entry = host.entry(path)
    if not isinstance(entry, Unavailable):
        return True
    if not is_absent(entry):
        return entry
    missing = _missing(host, path)
    return missing if isinstance(missing, Unavailable) else False


def _missing(host: Host, path: str) -> Unavailable | None:
    """None when the folder, or one above it, shows that there is nothing at the path."""
    folder, name = posixpath.split(path)
    names = host.names(folder)
    if not isinstance(names, Unavailable):
        return _AT_ODDS if name in names else None
    if not is_absent(names):
        return names
    return _AT_ODDS if folder == "/" else _missing(host, folder)


def read_first(host: Host, paths: Iterable[str]) -> str | Unavailable | None:
    """The text of the first of these files that exists; None when none does."""
    for path in paths:
        text = read_if_there(host, path)
        if text is not None:
            return text
    return None


def list_folder(host: Host, path: str) -> tuple[str, ...] | Unavailable:
    """The names in a folder, sorted; empty also when it certainly does not exist."""
    names = host.names(path)
    if not is_absent(names):
        return names
    missing = _missing(host, path)
    return missing if isinstance(missing, Unavailable) else ()


def read_sources(host: Host) -> str | Unavailable:
    """The text of nsswitch.conf(5), which says where accounts come from."""
    text = read_first(host, ("/etc/nsswitch.conf", "/usr/etc/nsswitch.conf"))
    if text is None:
        return Unavailable(Reason.FAILED, "the file that says where accounts come from is missing")
    return text


def read_folder(
    host: Host, path: str, wanted: Callable[[str], bool]
) -> tuple[str, ...] | Unavailable:
    """The texts of the folder's files with names that are wanted, in the order of their names."""
    names = list_folder(host, path)
    if isinstance(names, Unavailable):
        return names
    return read_all(host, (f"{path}/{name}" for name in names if wanted(name)))


def read_all(host: Host, paths: Iterable[str]) -> tuple[str, ...] | Unavailable:
    """The texts of those of these files that exist, in their order."""
    texts: list[str] = []
    for path in paths:
        text = read_if_there(host, path)
        if isinstance(text, Unavailable):
            return text
        texts += [] if text is None else [text]
    return tuple(texts)
