"""When the X server's own screen saver comes: what xss-lock and light-locker wait for.

Only the server knows. It is asked only where exactly one real X server runs: to connect to the
display of a Wayland session could start Xwayland.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock.running import (
    Display,
    Running,
    display_of,
    has_x_server,
)
from hipaaguard.collect.linux.screen_lock.session import Session, is_own
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "xset q"
# Where X servers listen. Xserver(1)
_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - the place that X itself uses; nothing is written there


@dataclass(frozen=True, slots=True)
class Saver:
    """The X server's screen saver.

    Attributes:
        timeout_s: seconds without use until it comes; 0 is never.
        cycle_s: seconds until it changes its picture; 0 is never.
    """

    timeout_s: int
    cycle_s: int


def parse_saver(text: str) -> Saver:
    """The screen saver that `xset q` prints.

    Returns:
        Its times.

    Raises:
        ParseError: They are not printed.

    Source: xset(1).
    """
    match = re.search(
        r"^\s+timeout:\s+([0-9]{1,7})\s+cycle:\s+([0-9]{1,7})\s*$", text, re.MULTILINE
    )
    if match is None:
        raise ParseError("xset did not print when the X server's screen saver comes")
    return Saver(int(match[1]), int(match[2]))


def read_saver(host: Host, session: Session, running: Running) -> Saver | Unavailable:
    """The screen saver of the session's X server."""
    display = host.env("DISPLAY") or ""
    number = re.fullmatch(r":([0-9]{1,4})(\.[0-9])?", display)
    if session.uid != host.person.uid or number is None:
        return _unknown("only a program on the desktop itself can be told when X blanks the screen")
    sockets = host.names(_SOCKETS)
    if isinstance(sockets, Unavailable):
        return sockets
    only_one = sockets == (f"X{number[1]}",) and has_x_server(running)
    if not only_one or display_of(session, running) is not Display.X11:
        return _unknown("it is not certain which X server shows this session")
    uid = None if is_own(host, session.uid) else session.uid
    answer = host.run("xset", "-display", display, "q", uid=uid)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the X server did not answer xset")
    return attempt(lambda: parse_saver(answer.text))


def _unknown(detail: str) -> Unavailable:
    return Unavailable(Reason.UNRECOGNISED, detail)
