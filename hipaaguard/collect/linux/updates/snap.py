"""Updates of snaps: the snap daemon fetches and installs them, unless it is told to wait.

`snap refresh --list` asks the store over the network, so what waits is never asked for; nor is the
daemon woken where it does not run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.linux.services import find_units
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SNAPS = "/var/lib/snapd/snaps"
LIST = "snap refresh --list"
SERVICE, SOCKET = "snapd.service", "snapd.socket"
# Four times a day unless set otherwise; a practice is promised a week, as for the system.
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Refreshes:
    """When the snap daemon updates snaps.

    Attributes:
        held: whether it is told to wait, at the time of asking.
        next_at: when it looks for updates next, aware; None when it does not say.
        managed: whether another program decides when.
    """

    held: bool
    next_at: datetime | None
    managed: bool


def parse_refreshes(text: str, now: datetime) -> Refreshes:
    """What `snap refresh --time --abs-time` says.

    Args:
        text: lines `timer:` (of old, `schedule:`), `last:`, if there is one `hold:`, and `next:`,
            times as in RFC 3339, `forever` or `n/a`.
        now: the time to measure holds by.

    Returns:
        The times as values.

    Raises:
        ParseError: Another form.

    Source: snapd's cmd/snap/cmd_snap_op.go, `showRefreshTimes`.
    """
    fields = _fields(text)
    schedule = fields.get("timer") or fields.get("schedule")
    if not schedule or "next" not in fields:
        raise ParseError("snap does not say when it updates in a form that this version knows")
    hold = fields.get("hold")
    held = hold is not None and (hold == "forever" or _time(hold) > now)
    after = fields["next"].removesuffix(" (but held)")
    managed = schedule.split()[0] == "managed"
    return Refreshes(held, None if after == "n/a" else _time(after), managed)


def _fields(text: str) -> Mapping[str, str]:
    pairs = (line.split(":", 1) for line in text.splitlines() if line.strip())
    try:
        return {name.strip(): value.strip() for name, value in pairs}
    except ValueError as error:
        raise ParseError("snap does not say when it updates line by line") from error


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError("snap gave a time in a form that this version does not know") from error
    if moment.tzinfo is None:
        raise ParseError("snap gave a time without its zone")
    return moment


def parse_left_out(text: str) -> int:
    """How many snaps are not updated by the daemon: held ones, and those not from the store.

    Args:
        text: stdout of `snap list`: a heading, then a line a snap; empty when there is none.

    Returns:
        Their number.

    Raises:
        ParseError: Another form.

    Source: snapd's cmd/snap/cmd_list.go and notes.go.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if lines and (lines[0][:3] != ["Name", "Version", "Rev"] or lines[0][-1] != "Notes"):
        raise ParseError("snap lists the snaps in a form that this version does not know")
    if any(len(fields) < 4 for fields in lines[1:]):
        raise ParseError("snap lists a snap in a form that this version does not know")
    # A revision of one's own is x1, x2, …
    return sum("held" in fields[-1].split(",") or fields[2][0] == "x" for fields in lines[1:])


def in_use(host: Host) -> bool | Unavailable:
    """Whether any snap is installed."""
    names = host.names(SNAPS)
    if is_absent(names):
        return False
    if isinstance(names, Unavailable):
        return names
    return any(name.endswith(".snap") for name in names)


def automatic(host: Host, now: datetime) -> bool | Unavailable:
    """Whether every snap is updated by the daemon, at least once a week and from now on."""
    runs = _daemon_runs(host)
    if runs is not True:
        return runs
    times = _ask(host, "refresh", "--time", "--abs-time")
    listed = _ask(host, "list")
    if isinstance(times, Unavailable):
        return times
    if isinstance(listed, Unavailable):
        return listed
    regular = attempt(lambda: _regular(parse_refreshes(times.text, now), now))
    if regular is not True:
        return regular
    return attempt(lambda: parse_left_out(listed.text) == 0)


def _regular(times: Refreshes, now: datetime) -> bool:
    if times.held:
        return False
    if times.managed or times.next_at is None:
        raise ParseError("the snap daemon does not say when it looks for updates next")
    return times.next_at - now <= LONGEST_WAIT


def pending() -> Unavailable:
    """Why nobody can say how many snaps wait for an update."""
    detail = "only Snap's store tells which snaps wait for an update, and that needs the network"
    return Unavailable(Reason.UNRECOGNISED, detail, LIST)


def _daemon_runs(host: Host) -> bool | Unavailable:
    """Whether the daemon runs, so that asking it starts nothing; False when it cannot be started.

    Its socket starts it as soon as somebody asks.
    """  # noqa: DOC201 - the first line says it
    units = find_units(host, (SERVICE, SOCKET))
    if isinstance(units, Unavailable):
        return units
    if units[SERVICE].running:
        return True
    if units[SOCKET].running and units[SERVICE].present:
        return Unavailable(Reason.UNRECOGNISED, "the snap daemon sleeps, and is not woken to ask")
    return False


def _ask(host: Host, *args: str) -> Output | Unavailable:
    answer = host.run("snap", *args)
    if isinstance(answer, Unavailable) or answer.exit_code == 0:
        return answer
    return Unavailable(Reason.FAILED, "snap answered with an error")
