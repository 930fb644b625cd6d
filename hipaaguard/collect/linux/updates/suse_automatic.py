"""Whether zypper's systems install security updates by themselves.

By transactional-update (MicroOS, Aeon), by os-update, by YaST's online update, or by a timer that
somebody wrote.
"""

import re
from collections.abc import Mapping

from hipaaguard.collect.host import Entry, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.services import Unit, find_units, runs_systemd
from hipaaguard.collect.linux.updates.timers import Updater, installs_updates
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

TRANSACTIONAL = "transactional-update.timer"
OS_UPDATE = "os-update.timer"
# The second overrides the first: os-update(8).
OS_UPDATE_FILES = ("/usr/etc/os-update.conf", "/etc/os-update.conf")
YAST = "/etc/sysconfig/automatic_online_update"
# What YaST links its script into; a month is longer than "automatic" promises a practice.
YAST_LINKS = tuple(f"/etc/cron.{often}/opensuse.org-online_update" for often in ("daily", "weekly"))
SOURCE = f"systemctl show {TRANSACTIONAL}, {YAST}"

UPDATER = Updater(
    "zypper",
    (
        re.compile(r"up|update|dup|dist-upgrade|patch"),
        re.compile(r"-n|--non-interactive|-y|--no-confirm"),
    ),
    re.compile(r"-D|--dry-run|-d|--download-only|--download=only|--root=.*"),
)
_SETTING = re.compile(r"^\s*([A-Z_]+)=[\"']?([^\"'\n#]*?)[\"']?\s*(?:#.*)?$", re.MULTILINE)

Answer = bool | Unavailable


def automatic(host: Host) -> Answer:
    """Whether security updates are installed without anyone asking, by what is in effect."""
    booted = runs_systemd(host)
    if isinstance(booted, Unavailable):
        return booted
    answers = [_by_timers(host) if booted else False, _by_yast(host)]
    if True in answers:
        return True
    open_question = next((it for it in answers if isinstance(it, Unavailable)), None)
    return open_question or installs_updates(host, UPDATER)


def _by_timers(host: Host) -> Answer:
    units = find_units(host, (TRANSACTIONAL, OS_UPDATE))
    if isinstance(units, Unavailable):
        return units
    if _runs(units[TRANSACTIONAL]):
        return True
    return _by_os_update(host) if _runs(units[OS_UPDATE]) else False


def _runs(timer: Unit) -> bool:
    return timer.present and timer.running and timer.at_boot


def _by_os_update(host: Host) -> Answer:
    settings: dict[str, str] = {}
    for path in OS_UPDATE_FILES:
        text = read_text(host, path)
        if not is_absent(text):
            if isinstance(text, Unavailable):
                return text
            settings |= parse_sysconfig(text)
    # os-update.conf: by itself it installs patches where there are any, else everything.
    command = settings.get("UPDATE_CMD", "auto")
    if command in {"auto", "security", "patch", "up", "dup"}:
        return True
    detail = "os-update is told to do something that this version does not know"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _by_yast(host: Host) -> Answer:
    links = [host.entry(path) for path in YAST_LINKS]
    if not any(isinstance(it, Entry) for it in links):
        return next(
            (it for it in links if isinstance(it, Unavailable) and not is_absent(it)), False
        )
    text = read_text(host, YAST)
    if is_absent(text):
        return False
    settings = text if isinstance(text, Unavailable) else parse_sysconfig(text)
    if isinstance(settings, Unavailable):
        return settings
    answer = attempt(yast_installs, settings)
    if answer is None:
        detail = "updates that ask for a restart are left out of those that install themselves"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return answer


def parse_sysconfig(text: str) -> Mapping[str, str]:
    """The variables that are set, by name; lines of another form are passed over."""
    return {match[1]: match[2].strip() for match in _SETTING.finditer(text)}


def yast_installs(settings: Mapping[str, str]) -> bool | None:
    """Whether YaST's online update installs security patches.

    Args:
        settings: of `/etc/sysconfig/automatic_online_update`.

    Returns:
        None when it leaves some out: patches that ask for a restart count as interactive.

    Raises:
        ParseError: A switch is neither true nor false.

    Source: the comments of that file; yast2-online-update-configuration.
    """
    if not _switch(settings, "AOU_ENABLE_CRONJOB", "false"):
        return False
    categories = settings.get("AOU_PATCH_CATEGORIES", "").split()
    if categories and "security" not in categories:
        return False
    return None if _switch(settings, "AOU_SKIP_INTERACTIVE_PATCHES", "true") else True


def _switch(settings: Mapping[str, str], name: str, default: str) -> bool:
    value = settings.get(name) or default
    if value not in {"true", "false"}:
        raise ParseError("a setting of the online update is neither true nor false")
    return value == "true"
