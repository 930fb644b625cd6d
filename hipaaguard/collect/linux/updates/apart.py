"""Asking programs that would leave traces, so that they leave none.

- Without rights: what only an administrator can write stays as it is.
- In a closed room: the whole system read-only, folders for logs and locks in memory that are gone
  afterwards, and no network. bubblewrap makes the room; it comes with most desktops (Flatpak).
"""

from dataclasses import replace

from hipaaguard.collect.host import Host, Output, is_absent
from hipaaguard.collect.linux.updates.manager import DEADLINE_S
from hipaaguard.model import Unavailable

ROOM = "bwrap"
# nobody, by the same number on every distribution in support that uses rpm.
NOBODY_UID = 65534
# Not root to the program inside: as root it would lock and log in the folders of the system.
_WALLS = (
    *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--tmpfs", "/run", "--tmpfs", "/tmp", "--tmpfs", "/var/log", "--tmpfs", "/var/tmp"),  # noqa: S108 - hidden in the room, not used
    *("--unshare-net", "--unshare-user", "--uid", str(NOBODY_UID), "--gid", str(NOBODY_UID)),
    "--die-with-parent",
)


def without_rights(host: Host, *command: str, deadline_s: int = DEADLINE_S) -> Output | Unavailable:
    """What a program answers when it is run without administrator rights."""
    return host.run(*command, deadline_s=deadline_s, uid=_plain_uid(host))


def in_room(host: Host, *command: str, installer: str) -> Output | Unavailable:
    """What a program answers in a closed room.

    Args:
        host: whom to ask.
        command: the program and its arguments.
        installer: the command that installs what makes the room.

    Returns:
        The program's output; `not-installed` when nothing here makes such a room.
    """
    answer = without_rights(host, ROOM, *_WALLS, *command)
    if is_absent(answer):
        detail = "bubblewrap is not installed, without which asking would leave traces"
        return replace(answer, detail=detail, settle=installer)
    return answer


def _plain_uid(host: Host) -> int | None:
    """The user without rights to run as; None when this run has none."""
    if not host.elevated:
        return None
    return host.person.uid or NOBODY_UID
