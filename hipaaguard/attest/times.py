"""Whether a report's times can be true, and are recent enough."""

from datetime import UTC, datetime, timedelta

from hipaaguard.attest.keyring import KnownKey
from hipaaguard.errors import EnvelopeError
from hipaaguard.model import Report
from hipaaguard.words import say_count

CLOCK_ERROR = timedelta(minutes=10)
"""How far two clocks may be apart, or one clock may be set back during an audit."""
MAX_AUDIT = timedelta(hours=1)
"""How long an audit may take from its first fact to its signature."""

_DAY_S = 86_400


def check(
    report: Report, signed_at: datetime, key: KnownKey, now: datetime, max_age_days: int | None
) -> None:
    """The report's times are in order, not to come, not too long ago, and in the key's days.

    Args:
        report: whose facts' and judgement's times are looked at.
        signed_at: when the signer says it was signed.
        key: the key that signed.
        now: the time to judge by.
        max_age_days: how old the facts may be; None for any age.

    Raises:
        EnvelopeError: One of them is not so.
    """
    if report.taken_at is None:
        raise EnvelopeError("the report does not say when the computer was looked at")
    _check_order(report.taken_at, report.evaluated_at, signed_at)
    if signed_at - now > CLOCK_ERROR:
        raise EnvelopeError(
            f"the report says it was signed at {_say(signed_at)}, which is still to come; "
            "either computer's clock may be wrong"
        )
    age_s = (now - report.taken_at).total_seconds()
    if max_age_days is not None and age_s > max_age_days * _DAY_S:
        raise EnvelopeError(
            f"the computer was looked at on {_say(report.taken_at)}, "
            f"more than {say_count(max_age_days, 'day')} ago"
        )
    _check_key_days(key, signed_at)


def _check_order(taken_at: datetime, evaluated_at: datetime, signed_at: datetime) -> None:
    """The look at the computer, the judgement and the signature follow each other, and closely."""
    if taken_at - signed_at > CLOCK_ERROR:
        raise EnvelopeError("the computer was looked at after the report was signed")
    if signed_at - taken_at > MAX_AUDIT:
        raise EnvelopeError(
            f"the computer was looked at on {_say(taken_at)}, "
            "more than an hour before the report was signed"
        )
    if taken_at - evaluated_at > CLOCK_ERROR or evaluated_at - signed_at > CLOCK_ERROR:
        raise EnvelopeError(
            "the report was not judged between the look at the computer and the signature"
        )


def _check_key_days(key: KnownKey, signed_at: datetime) -> None:
    day = signed_at.astimezone(UTC).date()
    if key.valid_from is not None and day < key.valid_from:
        raise EnvelopeError(
            f"it was signed on {day}, and the key of {key.label} is valid from {key.valid_from}"
        )
    if key.valid_until is not None and day > key.valid_until:
        raise EnvelopeError(
            f"it was signed on {day}, and the key of {key.label} was valid until {key.valid_until}"
        )


def _say(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
