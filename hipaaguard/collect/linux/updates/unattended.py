"""Whether security updates install themselves, by apt's periodic run and unattended-upgrades.

Every part has to be there: settings that switch both steps on, the program, something that starts
it, and patterns that cover the archives that security updates come from. One part that is missing
settles it; otherwise one that cannot be seen leaves it open.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.release import read_os_release
from hipaaguard.collect.linux.updates import mint
from hipaaguard.collect.linux.updates.apt import Archive, Config, allowed_origins, covers
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

PROGRAM = "/usr/bin/unattended-upgrade"
TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")
SERVICES = ("apt-daily.service", "apt-daily-upgrade.service")

_INTERVAL = re.compile(r"\d{1,9}[smhd]?|always")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
# HipaaGuard's own limit: updates that come less often are not what "automatic" promises a practice.
LONGEST_INTERVAL_S = 7 * 86_400
_DISTRIB = re.compile(r'^(DISTRIB_ID|DISTRIB_CODENAME)="?([^"\n]*)"?\s*$', re.MULTILINE)

Answer = bool | Unavailable


def automatic(
    host: Host, config: Config | Unavailable, archives: tuple[Archive, ...] | Unavailable
) -> Answer:
    """Whether security updates are installed without anyone asking.

    Args:
        host: whom to ask.
        config: apt's settings in effect.
        archives: the archives that security updates come from, by the lists on the machine.

    Returns:
        By the configuration in effect; tasks that somebody wrote for themselves are not looked for.
    """
    if isinstance(config, Unavailable):
        return config
    steps: tuple[Callable[[], Answer], ...] = (
        lambda: attempt(periodic, config),
        lambda: _program(host),
        lambda: _started(host),
        lambda: _covered(host, config, archives),
        lambda: _every_package(config),
    )
    answer = _all(step() for step in steps)
    return mint.automatic(host) if answer is False and mint.is_set_up(host) else answer


def _all(answers: Iterator[Answer]) -> Answer:
    """False with the first False, else the first Unavailable, else True."""
    open_question: Unavailable | None = None
    for answer in answers:
        if answer is False:
            return False
        if isinstance(answer, Unavailable):
            open_question = open_question or answer
    return open_question or True


def periodic(config: Config) -> bool:
    """Whether the settings switch on both steps: fetching lists, and installing.

    Returns:
        False also when a step is taken less than once a week.

    Raises:
        ParseError: A setting has a value that apt's daily script does not define.

    Source: the comments of /usr/lib/apt/apt.systemd.daily.
    """
    enable = config.get("apt::periodic::enable", ("1",))[-1]
    if not enable.isdecimal():
        raise ParseError("APT::Periodic::Enable is not a number")
    if int(enable) == 0:
        return False
    steps = ("apt::periodic::update-package-lists", "apt::periodic::unattended-upgrade")
    return all(_interval(config.get(step, ("0",))[-1]) for step in steps)


def _interval(value: str) -> bool:
    if not _INTERVAL.fullmatch(value):
        raise ParseError("an interval of APT::Periodic has a form that this version does not know")
    if value in ("0", "always"):
        return value == "always"
    count, unit = int(value.rstrip("smhd")), value[-1]
    seconds = count * _SECONDS.get(unit, _SECONDS["d"])
    return 0 < seconds <= LONGEST_INTERVAL_S


def _program(host: Host) -> Answer:
    found = host.entry(PROGRAM)
    if is_absent(found):
        return False
    return found if isinstance(found, Unavailable) else True


def _started(host: Host) -> Answer:
    """Whether systemd's timers, or without systemd cron, start the periodic run."""
    booted = host.names("/run/systemd/system")
    if is_absent(booted):
        return _cron(host)
    if isinstance(booted, Unavailable):
        return booted
    names = ("Id", "LoadState", "UnitFileState", "ActiveState")
    shown = host.run("systemctl", "show", f"--property={','.join(names)}", *TIMERS, *SERVICES)
    if isinstance(shown, Unavailable):
        return shown
    if shown.exit_code != 0:
        return Unavailable(Reason.FAILED, "systemd did not say whether its timers run")
    return attempt(timers_run, shown)


def timers_run(shown: Output) -> bool:
    """Whether both timers are enabled and waiting, and what they start is there.

    Args:
        shown: `systemctl show` of the timers and services, with Id and three states of each.

    Returns:
        False when one is masked, missing, disabled or stopped.

    Raises:
        ParseError: One of the units is not reported.

    Source: systemctl(1), `show`.
    """
    units: dict[str, Mapping[str, str]] = {}
    for block in shown.text.split("\n\n"):
        fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        units[fields.get("Id", "")] = fields
    if not {*TIMERS, *SERVICES} <= units.keys():
        raise ParseError("systemd does not report every unit that was asked for")
    return all(units[name].get("LoadState") == "loaded" for name in (*TIMERS, *SERVICES)) and all(
        units[name].get("UnitFileState") in {"enabled", "static", "generated"}
        and units[name].get("ActiveState") == "active"
        for name in TIMERS
    )


def _cron(host: Host) -> Answer:
    script = host.entry("/etc/cron.daily/apt-compat")
    if is_absent(script):
        return False
    if isinstance(script, Unavailable):
        return script
    running = read_text(host, "/run/crond.pid")
    if not isinstance(running, Unavailable) and running.strip().isdecimal():
        name = read_text(host, f"/proc/{running.strip()}/comm")
        if name == "cron\n":
            return True
    return Unavailable(Reason.UNRECOGNISED, "nothing shows that daily tasks are started")


def _covered(host: Host, config: Config, archives: tuple[Archive, ...] | Unavailable) -> Answer:
    """Whether every archive that security updates come from is covered by some pattern."""
    patterns = allowed_origins(config)
    if not patterns:
        return False
    if isinstance(archives, Unavailable):
        return archives
    if not archives:
        detail = "no security archive is among the lists of updates"
        return Unavailable(Reason.UNRECOGNISED, detail)
    variables = _variables(host)
    return _all(_any(patterns, archive, variables) for archive in archives)


def _every_package(config: Config) -> Answer:
    """Whether no package is left out: unattended-upgrades skips those that a list names or omits.

    Source: unattended-upgrades' README, `Package-Blacklist` and `Package-Whitelist`.
    """  # noqa: DOC201 - the first line says it
    lists = ("package-blacklist", "package-whitelist")
    if any(config.get(f"unattended-upgrade::{name}::") for name in lists):
        detail = "unattended-upgrades is told to leave some packages out"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return True


def _any(patterns: tuple[str, ...], archive: Archive, variables: Mapping[str, str]) -> Answer:
    answers = [covers(pattern, archive, variables) for pattern in patterns]
    if True in answers:
        return True
    if None in answers:
        detail = "unattended-upgrades selects archives in a way that this version cannot follow"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return False


def _variables(host: Host) -> Mapping[str, str]:
    """What `${distro_id}` and `${distro_codename}` stand for: what lsb_release(1) would answer."""
    _, release = read_os_release(host)
    text = read_text(host, "/etc/lsb-release")
    stated = {} if isinstance(text, Unavailable) else dict(_DISTRIB.findall(text))
    known = {} if isinstance(release, Unavailable) else release
    return {
        "distro_id": stated.get("DISTRIB_ID") or known.get("ID", "").capitalize(),
        "distro_codename": stated.get("DISTRIB_CODENAME") or known.get("VERSION_CODENAME", ""),
    }
