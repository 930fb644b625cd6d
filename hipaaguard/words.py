"""Values in plain English: the one place that turns seconds into minutes and lists into prose."""

from hipaaguard.facts import spec_of
from hipaaguard.model import Platform, Scalar, Unavailable

PLATFORM_NAMES = {
    Platform.LINUX: "Linux",
    Platform.MACOS: "macOS",
    Platform.WINDOWS: "Windows",
}
"""What people call each system."""

_SECONDS_PER = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def say_duration(seconds: int) -> str:
    """Seconds as "15 minutes", "1 hour 30 minutes" or "no time"; nothing is rounded."""
    parts: list[str] = []
    rest = seconds
    for word, size in _SECONDS_PER:
        count, rest = divmod(rest, size)
        if count:
            parts.append(say_count(count, word))
    return " ".join(parts) or "no time"


def say_count(number: int, noun: str) -> str:
    """The number with its noun, singular or plural: "1 day", "2 days"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def say_list(items: tuple[str, ...]) -> str:
    """The items as "none", "a", "a and b" or "a, b and c"."""
    if not items:
        return "none"
    *head, last = items
    return f"{', '.join(head)} and {last}" if head else last


def say_value(value: Scalar, unit: str = "") -> str:
    """A value as a person would say it, given the unit of an integer (`s`, `days` or none)."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        if unit == "s":
            return say_duration(value)
        return say_count(value, unit.removesuffix("s")) if unit else f"{value:,}"
    if isinstance(value, tuple):
        return say_list(value)
    return value


def say_fact(key: str, value: Scalar | Unavailable) -> str:
    """A fact's value as a person would say it; an unavailable one as "not determined"."""
    if isinstance(value, Unavailable):
        return "not determined"
    return say_value(value, spec_of(key).unit)
