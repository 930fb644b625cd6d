"""Root's rights, given up for those of the person as soon as the machine has been looked at."""

import os
import sys
from pathlib import Path

from hipaaguard.collect.host import Person
from hipaaguard.errors import CommandError


def home_of_another(person: Person) -> Path | None:
    """The home of this person when we run as somebody else, as under sudo; else None.

    Windows has no such case: an administrator's rights leave the account as it is, and what another
    account may write in the person's folders is theirs.
    """
    if sys.platform != "win32" and person.uid != os.getuid():
        return Path(person.home)
    return None


def step_down(person: Person) -> None:
    """Gives up root's rights for those of the person who called sudo.

    Everything that is kept afterwards (key, journal, report) is theirs, and nothing they can place
    in their own folders makes root write elsewhere.

    Raises:
        CommandError: There is no such user.
    """
    if sys.platform != "win32" and os.geteuid() == 0 and person.uid != 0:
        import pwd

        try:
            account = pwd.getpwuid(person.uid)
        except KeyError as error:
            raise CommandError(
                f"the user who called sudo (number {person.uid}) is not a user of this computer"
            ) from error
        os.initgroups(account.pw_name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(person.uid)
