"""Updates of macOS: how they are set, when it last looked, what waits, what was installed.

- Settings are those of a management declaration over those of a profile over the machine's. macOS
  15 and later keep the truth elsewhere, and may write it here late.
- `softwareupdate --list` would ask Apple over the network, take half a minute, and answer in the
  person's language: it is never run.
- What a scan found stays noted after it was installed: an update that is not newer than what runs
  does not wait.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.macos.managed import read_managed
from hipaaguard.collect.macos.plists import (
    Dictionary,
    Value,
    dictionaries,
    flag,
    number,
    read_plist,
    read_settings,
    text,
)
from hipaaguard.collect.macos.version import SYSTEM_VERSION
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

DOMAIN = "com.apple.SoftwareUpdate"
SETTINGS = f"/Library/Preferences/{DOMAIN}.plist"
STORE = "/Library/Preferences/com.apple.commerce.plist"
HISTORY = "/Library/Receipts/InstallHistory.plist"
# Apps without rights read it. Without declarations it is missing, or has no `_GLOBAL`.
DECLARED = "/private/var/db/softwareupdate/SoftwareUpdateDDMStatePersistence.plist"
MAX_SCAN_AGE_DAYS = 14

# Without one of these nothing is installed by itself; what a Mac that nobody changed has is on.
_STEPS = (
    "AutomaticCheckEnabled",
    "AutomaticDownload",
    "ConfigDataInstall",
    "CriticalUpdateInstall",
)
_INSTALL = "AutomaticallyInstallMacOSUpdates"
_APPS = "AutomaticallyInstallAppUpdates"
# What a management declaration has for them: 1 is always on, 0 always off, others leave it open.
_DECLARED = {
    "automaticallyDownload": "AutomaticDownload",
    "automaticallyInstallOSUpdates": _INSTALL,
    "automaticallyInstallSystemAndSecurityUpdates": "CriticalUpdateInstall",
}
_GLOBAL = "SUCoreDDMDeclarationGlobalSettings"
_SCANS = ("LastSuccessfulDate", "LastFullSuccessfulDate", "LastBackgroundSuccessfulDate")

_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}")
# Updates of the system by their names, which are not translated. XProtect and its like, which come
# every few days by themselves, have others.
_OF_SYSTEM = re.compile(r"(macOS|OS X|Security Update|Background Security Improvement)\b.*")
_INSTALLERS = frozenset({"softwareupdated", "macOS Installer", "OS X Installer"})
# A program that could install macOS, and was only downloaded.
_DOWNLOADED = "com.apple.pkg.InstallAssistant"


def judge_automatic(own: Dictionary, managed: Dictionary) -> bool | Unavailable:
    """Whether updates of macOS install themselves.

    Args:
        own: the machine's settings.
        managed: those of a profile or a declaration, which win.

    Returns:
        Unavailable where nothing says that they are installed and nothing says that they are not.

    Raises:
        ParseError: A value is of another type.
    """
    effective = {**own, **managed}
    if any(flag(effective, name) is False for name in (*_STEPS, _INSTALL)):
        return False
    if flag(effective, _INSTALL):
        return True
    return Unavailable(
        Reason.UNRECOGNISED, "macOS does not say whether it installs updates by itself"
    )


def parse_declared(state: Dictionary) -> Dictionary:
    """What a management declaration fixes, by the names that the settings have for it.

    Returns:
        Empty where none fixes anything.

    Raises:
        ParseError: It is of another form.

    Source: the rules of the macOS Security Compliance Project for macOS 26, which read this file.
    """
    found = _inner(_inner(state, "SUCorePersistedStatePolicyFields"), _GLOBAL)
    values = {name: number(found, theirs) for theirs, name in _DECLARED.items()}
    return {name: bool(value) for name, value in values.items() if value in (0, 1)}


def _inner(outer: Dictionary, name: str) -> Dictionary:
    value: Value = outer.get(name, {})
    if not isinstance(value, dict):
        raise ParseError("what management declared is not in a form that is known")
    return value


def parse_scan(own: Dictionary) -> datetime | None:
    """When macOS last looked for updates with success, UTC; None for never.

    Raises:
        ParseError: A date is of another type.
    """  # noqa: DOC201 - the first line says it
    moments = [own.get(name) for name in _SCANS]
    found = [it for it in moments if it is not None]
    if not all(isinstance(it, datetime) for it in found):
        raise ParseError("the day of the last search for updates is not a date")
    return max((it.replace(tzinfo=UTC) for it in found if isinstance(it, datetime)), default=None)


def parse_pending(own: Dictionary, version: str) -> tuple[int, int]:
    """How many updates wait, and how many of them are of macOS or Safari, which bring fixes.

    Args:
        own: the machine's settings, with what the last scan found.
        version: of the macOS that runs, as `15.7.2`.

    Returns:
        Upgrades to another macOS, and what is not newer than what runs, are not counted.

    Raises:
        ParseError: An update is of another form, the version is none, or nothing was listed though
            something was found.
    """
    # The count alone says nothing: it stays above 0 for ever on Macs that have every update.
    if "RecommendedUpdates" not in own and number(own, "LastRecommendedUpdatesAvailable") != 0:
        raise ParseError("macOS does not list what its last search for updates found")
    waiting = fixes = 0
    for update in dictionaries(own, "RecommendedUpdates"):
        name = text(update, "Display Name") or ""
        if not name:
            raise ParseError("an update that waits has no name")
        if _OF_SYSTEM.fullmatch(name):
            if not _is_next(text(update, "Display Version") or "", version):
                continue
            fixes += 1
        elif name.startswith("Safari"):
            fixes += 1
        waiting += 1
    return waiting, fixes


def _is_next(found: str, running: str) -> bool:
    """Whether it is a newer one of the same macOS."""
    new, old = _numbers(found), _numbers(running)
    return new[0] == old[0] and new > old


def _numbers(version: str) -> tuple[int, ...]:
    if _VERSION.fullmatch(version) is None:
        raise ParseError("the version of an update is not of a form that is known")
    numbers = [int(part) for part in version.split(".")]
    return tuple((*numbers, 0, 0, 0)[:4])


def parse_last_installed(history: list[Value]) -> datetime | None:
    """When an update of macOS was last installed, UTC; None when there was none.

    Raises:
        ParseError: An entry has no date.
    """  # noqa: DOC201 - the first line says it
    moments = []
    for entry in history:
        if not isinstance(entry, dict):
            raise ParseError("the history of installations holds something unknown")
        name, process = entry.get("displayName"), entry.get("processName")
        if not isinstance(name, str) or not _OF_SYSTEM.fullmatch(name):
            continue
        if process not in _INSTALLERS or _is_download(entry):
            continue
        moment = entry.get("date")
        if not isinstance(moment, datetime):
            raise ParseError("an entry of the history of installations has no date")
        moments.append(moment.replace(tzinfo=UTC))
    return max(moments, default=None)


def _is_download(entry: Dictionary) -> bool:
    packages = entry.get("packageIdentifiers")
    found = packages if isinstance(packages, list) else []
    return any(isinstance(it, str) and it.startswith(_DOWNLOADED) for it in found)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates."""
    own = read_settings(host, SETTINGS)
    managed = read_managed(host, DOMAIN)
    automatic = _automatic(own, managed, _declared(host))
    yield Fact("updates.automatic", automatic, f"{SETTINGS}, managed settings")
    scan = own if isinstance(own, Unavailable) else attempt(parse_scan, own)
    age = _days_since(scan, now, "macOS has never looked for updates with success")
    yield Fact("updates.lists_age_days", age, SETTINGS)
    counts = _pending(host, own, age)
    for index, name in enumerate(("updates.pending", "updates.pending_security")):
        yield Fact(name, counts if isinstance(counts, Unavailable) else counts[index], SETTINGS)
    if "updates.last_installed_days" in keys:
        yield Fact("updates.last_installed_days", _last_installed(host, now), HISTORY)
    yield Fact("updates.apps_automatic", _apps(host, managed), f"{STORE}, managed settings")


def _automatic(
    own: Dictionary | Unavailable,
    managed: Dictionary | Unavailable,
    declared: Dictionary | Unavailable,
) -> bool | Unavailable:
    if isinstance(declared, Unavailable):
        return declared
    if isinstance(managed, Unavailable):
        return managed
    if isinstance(own, Unavailable):
        return own
    return attempt(judge_automatic, own, {**managed, **declared})


def _declared(host: Host) -> Dictionary | Unavailable:
    """What a management declaration fixes; empty on a Mac that has never had one."""
    state = read_settings(host, DECLARED)
    if isinstance(state, Unavailable):
        return {} if is_absent(state) else state
    return attempt(parse_declared, state)


def _days_since(
    moment: datetime | Unavailable | None, now: datetime, never: str
) -> int | Unavailable:
    if moment is None:
        return Unavailable(Reason.NOT_INSTALLED, never)
    if isinstance(moment, Unavailable):
        return moment
    if (moment - now).days >= 1:
        return Unavailable(Reason.UNRECOGNISED, "a date of the updates lies in the future")
    return max(0, (now - moment).days)


def _pending(
    host: Host, own: Dictionary | Unavailable, age: int | Unavailable
) -> tuple[int, int] | Unavailable:
    if isinstance(own, Unavailable):
        return own
    if isinstance(age, Unavailable):
        return age
    if age > MAX_SCAN_AGE_DAYS:
        detail = "macOS last looked for updates too long ago to say what waits"
        return Unavailable(Reason.UNRECOGNISED, detail)
    system = read_settings(host, SYSTEM_VERSION)
    version = system if isinstance(system, Unavailable) else attempt(text, system, "ProductVersion")
    if isinstance(version, Unavailable):
        return version
    return attempt(parse_pending, own, version or "")


def _last_installed(host: Host, now: datetime) -> int | Unavailable:
    history = read_plist(host, HISTORY)
    if isinstance(history, Unavailable):
        return history
    if not isinstance(history, list):
        return Unavailable(Reason.UNRECOGNISED, "the history of installations is not a list")
    last = attempt(parse_last_installed, history)
    # A Mac set up anew, or from another, starts without one.
    detail = "the history of installations has no update of macOS"
    if last is None:
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _days_since(last, now, detail)


def _apps(host: Host, managed: Dictionary | Unavailable) -> bool | Unavailable:
    """Whether the App Store updates its apps: by a profile, else as it is set."""
    fixed = managed if isinstance(managed, Unavailable) else attempt(flag, managed, _APPS)
    if fixed is not None:
        return fixed
    own = read_settings(host, STORE)
    if isinstance(own, Unavailable):
        missing = Unavailable(Reason.UNRECOGNISED, "nobody set whether apps are updated")
        return missing if is_absent(own) else own
    found = attempt(flag, own, "AutoUpdate")
    if found is None:
        return Unavailable(Reason.UNRECOGNISED, "nobody set whether apps are updated")
    return found


PROBE = Probe(
    "updates",
    (
        "updates.apps_automatic",
        "updates.automatic",
        "updates.last_installed_days",
        "updates.lists_age_days",
        "updates.pending",
        "updates.pending_security",
    ),
    collect,
)
