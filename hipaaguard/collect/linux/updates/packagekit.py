"""Updates that lie ready and are installed by a restart: PackageKit's, of any package manager.

GNOME Software and Discover fetch them so, and then ask for the restart.
"""

from hipaaguard.collect.host import Entry, Host, is_absent
from hipaaguard.model import Unavailable

Answer = bool | Unavailable

# Set for the next start: systemd.offline-updates(7); the second place since systemd 250.
TRIGGERS = ("/system-update", "/etc/system-update")
# Written when updates have been downloaded and tested: PackageKit's docs/offline-updates.txt.
PREPARED = "/var/lib/PackageKit/prepared-update"
SOURCE = f"{PREPARED}, {TRIGGERS[0]}"


def prepared(host: Host) -> Answer:
    """Whether updates lie ready that only a restart installs.

    Returns:
        False only when none of the marks is there.
    """
    marks = [host.entry(path) for path in (PREPARED, *TRIGGERS)]
    if any(isinstance(mark, Entry) for mark in marks):
        return True
    return next(
        (mark for mark in marks if isinstance(mark, Unavailable) and not is_absent(mark)), False
    )


def or_prepared(host: Host, answer: Answer) -> Answer:
    """Whether a restart is due, by what a collector found out or because updates lie ready."""
    waiting = prepared(host)
    if answer is True or waiting is True:
        return True
    return answer if isinstance(answer, Unavailable) else waiting
