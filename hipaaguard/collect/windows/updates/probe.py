"""The facts of updates on Windows."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.windows.release import find_release
from hipaaguard.collect.windows.updates import agent, settings
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

AGENT = "the Windows Update Agent"
POLICIES = "the Windows Update Agent, its settings, policies and services"
SERVICING = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing"
AUTO_UPDATE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update"
STORE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsStore\WindowsUpdate"
STORE_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsStore"

MAX_LIST_AGE_DAYS = 14
"""Days after which what the last search found says nothing about what waits now."""

_STORE_INSTALLS = {2: False, 4: True}


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates."""
    told = host.query("updates")
    if "updates.automatic" in keys or "updates.paused" in keys:
        yield from _by_settings(host, now)
    searched = told if isinstance(told, Unavailable) else attempt(agent.parse_searched, told)
    age = _days_since(searched, now, "Windows has never searched for updates with success")
    yield Fact("updates.lists_age_days", age, AGENT)
    if keys & {"updates.pending", "updates.pending_security"}:
        yield from _pending(host, age)
    if "updates.last_installed_days" in keys:
        yield Fact("updates.last_installed_days", _last_installed(host, now), AGENT)
    yield Fact("updates.reboot_required", _reboot(host), f"{SERVICING}, {AUTO_UPDATE}")
    yield Fact("updates.apps_automatic", _store(host), STORE)


def _by_settings(host: Host, now: datetime) -> Iterator[Fact]:
    release = find_release(host)
    keys = release if isinstance(release, Unavailable) else settings.read_keys(host, release)
    rows = host.query("updates")
    if isinstance(release, Unavailable) or isinstance(keys, Unavailable):
        why = release if isinstance(release, Unavailable) else keys
        if isinstance(why, Unavailable):
            yield Fact("updates.automatic", why, POLICIES)
            yield Fact("updates.paused", why, POLICIES)
        return
    yield Fact("updates.paused", attempt(settings.judge_paused, keys, now), settings.SETTINGS)
    level = rows if isinstance(rows, Unavailable) else attempt(settings.parse_level, rows)
    if isinstance(level, Unavailable):
        # What stands in the way does so whatever the agent would say; what is left is unknown.
        judged = attempt(settings.judge_automatic, keys, None, release, now)
        automatic: Scalar | Unavailable = False if judged is False else level
    else:
        automatic = attempt(settings.judge_automatic, keys, level, release, now)
    yield Fact("updates.automatic", automatic, POLICIES)


def _days_since(
    moment: datetime | Unavailable | None, now: datetime, never: str
) -> int | Unavailable:
    if moment is None:
        return Unavailable(Reason.NOT_INSTALLED, never)
    if isinstance(moment, Unavailable):
        return moment
    if (moment - now).days >= 1:
        return Unavailable(Reason.UNRECOGNISED, "a date of Windows Update lies in the future")
    return max(0, (now - moment).days)


def _last_installed(host: Host, now: datetime) -> int | Unavailable:
    rows = host.query("updates-history")
    last = rows if isinstance(rows, Unavailable) else attempt(agent.parse_last_installed, rows)
    # A feature upgrade or a reset empties the history: an empty one does not say "never".
    detail = "the history of updates, which a new version of Windows empties, has none yet"
    if last is None:
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _days_since(last, now, detail)


def _pending(host: Host, age: int | Unavailable) -> Iterator[Fact]:
    rows = host.query("updates-pending")
    counts = rows if isinstance(rows, Unavailable) else attempt(agent.parse_pending, rows)
    if isinstance(age, Unavailable):
        counts = age
    elif age > MAX_LIST_AGE_DAYS:
        detail = "Windows last searched for updates too long ago to say what waits"
        counts = Unavailable(Reason.UNRECOGNISED, detail)
    for index, name in enumerate(("updates.pending", "updates.pending_security")):
        value = counts if isinstance(counts, Unavailable) else counts[index]
        yield Fact(name, value, AGENT)


def _reboot(host: Host) -> bool | Unavailable:
    """Whether one of the two marks is set; their keys are there on every Windows."""
    marks = ((SERVICING, "rebootpending"), (AUTO_UPDATE, "rebootrequired"))
    answers = [(host.registry(path), mark) for path, mark in marks]
    for key, mark in answers:
        if not isinstance(key, Unavailable) and mark in {name.casefold() for name in key.keys}:
            return True
    return next((key for key, _ in answers if isinstance(key, Unavailable)), False)


def _store(host: Host) -> bool | Unavailable:
    """Whether the Store updates its apps; without a setting it does."""
    policy, own = host.registry(STORE_POLICY), host.registry(STORE)
    if isinstance(policy, Unavailable) and policy.reason is not Reason.NOT_INSTALLED:
        return policy
    for key in (policy, own):
        if isinstance(key, Unavailable):
            continue
        value = attempt(key.number, "AutoDownload")
        if isinstance(value, Unavailable):
            return value
        if value is not None:
            unknown = Unavailable(Reason.UNRECOGNISED, "the Store is set in an unknown way")
            return _STORE_INSTALLS.get(value, unknown)
    return own if isinstance(own, Unavailable) else True


PROBE = Probe(
    "updates",
    (
        "updates.apps_automatic",
        "updates.automatic",
        "updates.last_installed_days",
        "updates.lists_age_days",
        "updates.paused",
        "updates.pending",
        "updates.pending_security",
        "updates.reboot_required",
    ),
    collect,
)
