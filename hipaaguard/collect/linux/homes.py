"""Whose home folder counts."""

import posixpath
from dataclasses import dataclass

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, is_absent
from hipaaguard.collect.linux.screen_lock.session import find_sessions
from hipaaguard.collect.linux.screen_lock.user_files import home_folder
from hipaaguard.model import Reason, Unavailable

_ROOT = "HipaaGuard was started by root alone, so it cannot tell whose home folder counts"


@dataclass(frozen=True, slots=True)
class Home:
    """A person's home folder that is there and can be looked into.

    Attributes:
        uid: whose it is.
        path: absolute; never leaves a collector.
    """

    uid: int
    path: str

    def __call__(self, part: str) -> str:
        """The path of what lies there, by its path below the home folder."""
        return posixpath.join(self.path, part)


def find_home(host: Host) -> Home | Unavailable:
    """The home folder of the person whose machine this is; of who is at the desktop, for root."""
    home = _home(host)
    if isinstance(home, Unavailable):
        return home
    found = host.entry(home.path)
    if is_absent(found):
        return Unavailable(Reason.FAILED, "the home folder is not there")
    if isinstance(found, Unavailable):
        return found
    if found.kind != "folder":
        return Unavailable(Reason.UNRECOGNISED, "the home folder is not a folder")
    return home


def _home(host: Host) -> Home | Unavailable:
    person = host.person
    if person.uid != 0:
        return Home(person.uid, person.home)
    sessions = find_sessions(host)
    if isinstance(sessions, Unavailable):
        return Unavailable(sessions.reason, _ROOT)
    uids = {session.uid for session in sessions if session.uid}
    if len(uids) != 1:
        return Unavailable(Reason.UNRECOGNISED, _ROOT)
    uid = uids.pop()
    path = home_folder(host, uid)
    return path if isinstance(path, Unavailable) else Home(uid, path)


def explained(host: Host, gap: Unavailable, what: str) -> Unavailable:
    """The gap; where rights were missing with what they are missing for, and what settles it."""
    if gap.reason is not Reason.NOT_PERMITTED:
        return gap
    settle = "" if host.elevated else AS_ADMINISTRATOR
    return Unavailable(gap.reason, f"{what} cannot be read without more rights", settle)
