"""Settings files that need not exist, several at once: their texts, where they are surely there."""

from collections.abc import Callable, Iterable

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.linux.folders import is_listed, names_in, read_if_there
from hipaaguard.model import Reason, Unavailable

_AT_ODDS = Unavailable(Reason.FAILED, "a settings file is listed, but could not be found")


def is_there(host: Host, path: str) -> bool | Unavailable:
    """Whether there is something at the path; False only when that is certain."""
    entry = host.entry(path)
    if not isinstance(entry, Unavailable):
        return True
    if not is_absent(entry):
        return entry
    return _AT_ODDS if (listed := is_listed(host, path)) is True else listed


def read_first(host: Host, paths: Iterable[str]) -> str | Unavailable | None:
    """The text of the first of these files that exists; None when none does."""
    for path in paths:
        text = read_if_there(host, path)
        if text is not None:
            return text
    return None


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
    names = names_in(host, path)
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
