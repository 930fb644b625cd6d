"""How long after the screen goes dark macOS asks for a password.

Since macOS 10.13 the keys `askForPassword` of a person's own settings are not what is in force;
`sysadminctl` tells that, on its standard error, and only to the person whose screen it is. It is
not localised.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt, decode
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "sysadminctl -screenLock status"
DOMAIN = "com.apple.screensaver"

_STATUS = re.compile(
    r"(?:^|\s)screenLock (?:(?P<off>is off)"
    r"|delay is (?:(?P<now>immediate)|(?P<seconds>\d{1,10}) seconds?))\s*$",
    re.MULTILINE,
)

# Apple's documentation of the profile `Screensaver`: this `askForPasswordDelay` is never.
_NEVER_S = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Delay:
    """When a password is asked for.

    Attributes:
        seconds: after the screen saver began or the screen went dark; None for never.
    """

    seconds: int | None


def parse_status(text: str) -> Delay:
    """When a password is asked for.

    Raises:
        ParseError: It does not say, or says it twice.

    Source: recorded outputs of `sysadminctl -screenLock status`, each with a time before it.
    """  # noqa: DOC201 - the first line says it
    found = list(_STATUS.finditer(text))
    if len(found) != 1:
        raise ParseError("macOS does not say when the screen asks for a password")
    match = found[0]
    if match["off"]:
        return Delay(None)
    seconds = 0 if match["now"] else int(match["seconds"])
    return Delay(None if seconds >= _NEVER_S else seconds)


def find_delay(host: Host) -> Delay | Unavailable:
    """When a password is asked for, as it is in force: a profile's wish is not asked for."""
    answer = host.run("sysadminctl", "-screenLock", "status", uid=host.person.uid)
    return answer if isinstance(answer, Unavailable) else attempt(_parse, answer)


def _parse(answer: Output) -> Delay:
    if answer.exit_code != 0:
        raise ParseError("macOS does not say when the screen asks for a password")
    return parse_status(decode(answer.stderr) + "\n" + decode(answer.stdout))


NOBODY = Unavailable(Reason.NOT_INSTALLED, "nobody is logged in at the screen")
