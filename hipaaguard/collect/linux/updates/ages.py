"""Ages in whole days, and logs that may be too long to be read whole."""

from datetime import UTC, datetime, timedelta

from hipaaguard.collect.host import Host, attempt, read_text
from hipaaguard.model import Reason, Unavailable

# Logs that nothing rotates: their end tells of the last updates.
_END_BYTES = 1 << 20


def whole_days(now: datetime, moment: datetime, what: str) -> int | Unavailable:
    """How long ago the moment was.

    Args:
        now: the time to measure by.
        moment: aware.
        what: what happened then, for a person: "the last update".

    Returns:
        Whole days; `unrecognised` for a moment more than a day ahead, as a wrong clock makes it.
    """
    age = now - moment
    if age < timedelta(days=-1):
        return Unavailable(Reason.UNRECOGNISED, f"{what} is dated in the future")
    return max(age.days, 0)


def from_epoch(seconds: int) -> datetime | None:
    """The moment so many seconds after 1970 UTC; None beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def read_end(host: Host, path: str) -> str | Unavailable:
    """A log's text; of one too long to be read, the lines at its end."""
    text = read_text(host, path)
    if not isinstance(text, Unavailable) or text.reason is not Reason.UNRECOGNISED:
        return text
    answer = host.run("tail", "-c", str(_END_BYTES), path)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the end of the log could not be read")
    # The first line may be cut, even within a character.
    rest = answer.stdout.partition(b"\n")[2]
    return attempt(lambda: rest.decode(errors="replace"))
