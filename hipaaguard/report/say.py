"""The report's nouns as words for a person: dates, counts, systems, provisions, observations.

Every result is safe to show. Nothing depends on the clock, the locale or the environment.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from hipaaguard.facts import FACTS
from hipaaguard.model import (
    Citation,
    Fact,
    Reason,
    Report,
    Role,
    Status,
    Unavailable,
)
from hipaaguard.report.visible import show
from hipaaguard.words import PLATFORM_NAMES, say_value

STATUS_WORDS = {
    Status.FAIL: "Not met",
    Status.UNKNOWN: "Could not be determined",
    Status.PASS: "Observed",
    Status.NOT_APPLICABLE: "Does not apply",
}
"""Each status in words, in the order in which a person reads them."""

_REASON_WORDS = {
    Reason.NOT_INSTALLED: "what would tell is not on this computer",
    Reason.NOT_PERMITTED: "administrator rights are needed",
    Reason.TIMED_OUT: "there was no answer in time",
    Reason.FAILED: "the system answered with an error",
    Reason.UNRECOGNISED: "the answer was not understood",
    Reason.INTERNAL_ERROR: "a fault of HipaaGuard's own",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Row(NamedTuple):
    """A fact as evidence: what it is, what was observed, and what told."""

    label: str
    value: str
    source: str


def outcome(report: Report) -> str:
    """The counts: "3 of 5 requirements observed; 2 not met; 4 do not apply", of 9 in all."""
    fails, unknowns, others = (
        report.count(status) for status in (Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE)
    )
    total = len(report.results) - others
    noun = "requirement" if total == 1 else "requirements"
    if not total:
        return "none of the requirements applies"
    parts = [f"{report.count(Status.PASS)} of {total} {noun} observed"]
    if fails:
        parts.append(f"{fails} not met")
    if unknowns:
        parts.append(f"{unknowns} could not be determined")
    if others:
        parts.append(f"{others} {'does' if others == 1 else 'do'} not apply")
    return "; ".join(parts)


def say_date(day: date) -> str:
    """The day as "23 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_moment(time: datetime) -> str:
    """The minute as "23 November 2026, 12:00 UTC"."""
    utc = time.astimezone(UTC)
    return f"{say_date(utc.date())}, {utc.hour:02}:{utc.minute:02} UTC"


def six_years_after(time: datetime) -> date:
    """The first day on which six whole years have passed since the time."""
    start = time.astimezone(UTC).date()
    year = min(start.year + 6, date.max.year)
    try:
        return start.replace(year=year)
    except ValueError:  # There is no 29 February in that year.
        return date(year, 3, 1)


def system_name(report: Report) -> str:
    """The audited system: "Ubuntu 24.04", "a Linux system", or "a system that was not named"."""
    found = {fact.key: fact.value for fact in report.facts if fact.key in ("os.name", "os.version")}
    name = found.get("os.name")
    if isinstance(name, str):
        version = found.get("os.version")
        return show(f"{name} {version}" if isinstance(version, str) else name)
    if report.platform is None:
        return "a system that was not named"
    return f"a {PLATFORM_NAMES[report.platform]} system"


def say_digest(digest: str) -> str:
    """The beginning of a digest in groups of four, to compare by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, 12, 4))


@lru_cache(maxsize=1024)
def say_citation(citation: Citation) -> str:
    """What the check supports, with the rule's designation of it."""
    verb = "Supports" if citation.role is Role.PRIMARY else "Also bears on"
    text = f"{verb} 45 CFR {citation.provision} {citation.title} ({citation.designation})"
    return show(text)


def say_row(fact: Fact) -> Row:
    """The fact as evidence; one that could not be observed with the reason why."""
    label, unit = _label_and_unit(fact.key)
    if isinstance(fact.value, Unavailable):
        value = f"not determined: {fact.value.detail or _REASON_WORDS[fact.value.reason]}"
    else:
        value = say_value(fact.value, unit) or "empty"
    return Row(label, show(value), show(fact.source))


@lru_cache(maxsize=1024)
def _label_and_unit(key: str) -> tuple[str, str]:
    """The dictionary's words for the key; a fact of a newer version goes by its key."""
    name, _, rest = key.partition("(")
    spec = FACTS.get(name)
    if spec is None:
        return show(key), ""
    return show(f"{spec.label} {rest.removesuffix(')')}".rstrip()), spec.unit
