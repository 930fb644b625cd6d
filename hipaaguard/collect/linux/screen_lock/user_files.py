"""Where a session's user keeps their settings."""

import posixpath

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock.session import Session, is_own
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_SYSTEM = "/etc/xdg"


def parse_home(text: str) -> str:
    """The home folder in a line of passwd(5).

    Returns:
        An absolute path.

    Raises:
        ParseError: Not such a line, or no absolute path in it.
    """
    fields = text.strip().split(":")
    if len(fields) != 7 or not posixpath.isabs(fields[5]):
        raise ParseError("the account of the person at the desktop has no home folder")
    return fields[5]


def home_folder(host: Host, uid: int) -> str | Unavailable:
    """The user's home folder."""
    if uid == host.person.uid:
        return host.person.home
    # Not /etc/passwd: accounts may come from a directory service.
    answer = host.run("getent", "passwd", str(uid))
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the account of the person at the desktop was not found")
    return attempt(lambda: parse_home(answer.text))


def config_folder(host: Host, uid: int) -> str | Unavailable:
    """The user's folder for settings.

    Returns:
        XDG_CONFIG_HOME where this run can know it, else `.config` in the home folder.

    Source: XDG Base Directory Specification.
    """
    chosen = host.env("XDG_CONFIG_HOME") or ""
    if is_own(host, uid) and posixpath.isabs(chosen):
        return chosen
    home = home_folder(host, uid)
    return home if isinstance(home, Unavailable) else posixpath.join(home, ".config")


def system_folders(host: Host, session: Session, name: str) -> tuple[str, ...] | Unavailable:
    """The system's folders with settings, behind the user's own.

    Args:
        host: whom to ask.
        session: whose settings.
        name: the file that matters, below such a folder.

    Returns:
        Most important first; unknown where only a program of the session could tell them.

    Source: XDG Base Directory Specification.
    """
    named = (host.env("XDG_CONFIG_DIRS") or "") if is_own(host, session.uid) else ""
    folders = tuple(folder for folder in named.split(":") if posixpath.isabs(folder))
    if folders:
        return folders
    # Xubuntu, Lubuntu and others have a folder of their own, which only their sessions know of.
    names = host.names(_SYSTEM)
    if isinstance(names, Unavailable):
        return (_SYSTEM,) if is_absent(names) else names
    for folder in (posixpath.join(_SYSTEM, it) for it in names if it.startswith("xdg-")):
        path = posixpath.join(folder, name)
        kept = host.names(posixpath.dirname(path))
        if not is_absent(kept) and (
            isinstance(kept, Unavailable) or posixpath.basename(path) in kept
        ):
            return Unavailable(
                Reason.UNRECOGNISED,
                "this system has settings of its own for this desktop, which can be told only"
                " from a terminal of that desktop, without sudo",
            )
    return (_SYSTEM,)


def text_if_there(host: Host, path: str) -> str | Unavailable | None:
    """A settings file as text.

    Returns:
        None only where its folder says that there is no such file, or where there is no such folder
        either: then the program that reads it uses its own defaults.
    """
    text = read_text(host, path)
    if not is_absent(text):
        return text
    names = host.names(posixpath.dirname(path))
    if is_absent(names):
        return None
    if isinstance(names, Unavailable):
        return names
    if posixpath.basename(path) in names:
        return Unavailable(Reason.FAILED, "a file with settings is listed but cannot be read")
    return None
