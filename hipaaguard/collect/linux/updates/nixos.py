"""Updates of NixOS: each a generation of the whole system, made from a channel or a flake.

- There is no list of what waits: to know it, the next generation would have to be computed.
- A generation is an update when it was made from another revision of the packages.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from hipaaguard.collect.host import Entry, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.services import find_units
from hipaaguard.collect.linux.updates.ages import whole_days
from hipaaguard.collect.linux.updates.manager import DEADLINE_S
from hipaaguard.collect.linux.updates.timers import comes_weekly
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

VERSION = "/run/current-system/nixos-version"
TIMER = "nixos-upgrade.timer"
SERVICE = "nixos-upgrade.service"
UNITS = "/etc/systemd/system"
NEXT = "/nix/var/nix/profiles/system"
# What a restart replaces, by `system.autoUpgrade.allowReboot` of NixOS.
PARTS = ("initrd", "kernel", "kernel-modules")

_START = re.compile(r"^ExecStart=[-@:+!|]*(/\S+)", re.MULTILINE)
_REBUILD = re.compile(r"(?:^|/)nixos-rebuild\s+(?:switch|boot)\b(?P<rest>.*)$", re.MULTILINE)
# What fetches a channel. NixOS adds the first for a flake, too, where it does nothing.
_FETCHES = re.compile(r"\s(?:--upgrade(?:-all)?|-I nixpkgs=https?://\S+)\s")
# What renews the packages among a flake's inputs.
_RENEWS = re.compile(r"\s(?:--recreate-lock-file|--update-input \S*nixpkgs\S*)\s")
# nixos-rebuild(8): where it is, it is what the system is built from, unless told otherwise.
FLAKE = "/etc/nixos/flake.nix"


class Generation(msgspec.Struct, frozen=True, rename={"version": "nixosVersion"}):
    """One generation of the system.

    Attributes:
        generation: its number.
        date: when it was made, by the machine's own clock: `2026-10-30 10:11:12`.
        version: of NixOS, with the revision of the packages.
        current: whether it is the one in use.
    """

    generation: int
    date: str
    version: str
    current: bool


def parse_version_date(text: str) -> datetime | None:
    """The day of the packages that a system was made from, as a flake's version tells it.

    Args:
        text: `25.11.20261029.a1b2c3d`; of a channel `25.11.811135.a1b2c3d`, which tells no day.

    Returns:
        Midnight UTC; None where the version tells none.

    Source: nixpkgs' flake.nix, `system.nixos.versionSuffix`.
    """
    match = re.fullmatch(r"\d\d\.\d\d\.(20\d{6})\.[0-9a-f]{6,12}", text.strip())
    if match is None:
        return None
    try:
        return datetime.strptime(f"{match[1]}+0000", "%Y%m%d%z")
    except ValueError:
        return None


def parse_generations(data: bytes) -> tuple[Generation, ...]:
    """The generations that `nixos-rebuild list-generations --json` prints.

    Returns:
        By number, up to the one in use; never empty.

    Raises:
        ParseError: Not of that form, or none is in use.
    """
    try:
        found = msgspec.json.decode(data, type=tuple[Generation, ...])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParseError("the generations of the system are not in a form known here") from error
    ordered = sorted(found, key=lambda it: it.generation)
    used = [number for number, it in enumerate(ordered) if it.current]
    if len(used) != 1:
        raise ParseError("the list of generations does not say which one is in use")
    return tuple(ordered[: used[0] + 1])


def last_update(generations: Sequence[Generation]) -> datetime | None:
    """When the system was first made from the packages that it is made from now.

    Args:
        generations: by number, never empty.

    Returns:
        Right to within a day, as the zone is not told; None where no generation before is left.

    Raises:
        ParseError: Its date is not one.
    """
    first = None
    for generation in reversed(generations):
        if generation.version != generations[-1].version:
            break
        first = generation
    if first is None or first is generations[0]:
        return None
    try:
        return datetime.strptime(first.date, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ParseError("a generation of the system has an impossible date") from error


def parse_upgrade_script(text: str, *, flake: bool = False) -> bool | None:
    """Whether the script of `nixos-upgrade.service` fetches newer packages before it rebuilds.

    Args:
        text: the script.
        flake: whether the system is built from a flake where the script names none.

    Returns:
        None when it cannot be told: it rebuilds from a flake that somebody else must renew.

    Raises:
        ParseError: It does not rebuild the system.

    Source: nixpkgs' nixos/modules/tasks/auto-upgrade.nix.
    """
    commands = [match["rest"] for match in _REBUILD.finditer(text)]
    if not commands:
        raise ParseError("the service that upgrades the system does something else")
    return True if any(_fetches(command, flake=flake) for command in commands) else None


def _fetches(command: str, *, flake: bool) -> bool:
    words = command.split()
    of_flake = "--no-flake" not in words and (flake or "--flake" in words)
    wanted = _RENEWS if of_flake else _FETCHES
    return wanted.search(f" {' '.join(words)} ") is not None


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates of NixOS."""
    if "updates.automatic" in keys:
        yield Fact("updates.automatic", _automatic(host), f"systemctl show {TIMER}, {SERVICE}")
    yield Fact("updates.lists_age_days", _lists_age(host, now), VERSION)
    detail = "NixOS keeps no list of updates: only computing its next generation tells what waits"
    waiting = Unavailable(Reason.NOT_INSTALLED, detail)
    yield Fact("updates.pending", waiting, VERSION)
    yield Fact("updates.pending_security", waiting, VERSION)
    if "updates.last_installed_days" in keys:
        source = "nixos-rebuild list-generations --json"
        yield Fact("updates.last_installed_days", _last_installed(host, now), source)
    if "updates.reboot_required" in keys:
        source = "/run/booted-system, /run/current-system"
        yield Fact("updates.reboot_required", _restart_due(host), source)


def _automatic(host: Host) -> bool | Unavailable:
    units = find_units(host, (TIMER, SERVICE))
    if isinstance(units, Unavailable):
        return units
    if not units[TIMER].running or not all(unit.present for unit in units.values()):
        return False
    often = comes_weekly(host, TIMER)
    return often if isinstance(often, Unavailable) else _renews(host)


def _renews(host: Host) -> bool | Unavailable:
    text = read_text(host, f"{UNITS}/{SERVICE}")
    if isinstance(text, Unavailable):
        return text
    script = _START.search(text)
    if script is None:
        return Unavailable(Reason.UNRECOGNISED, "the service that upgrades has no command")
    lines = read_text(host, script[1])
    if isinstance(lines, Unavailable):
        return lines
    flake = host.entry(FLAKE)
    if isinstance(flake, Unavailable) and not is_absent(flake):
        return flake
    answer = attempt(parse_upgrade_script, lines, flake=isinstance(flake, Entry))
    if answer is None:
        detail = "the system is rebuilt by itself from a flake that somebody else must renew"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return answer


def _lists_age(host: Host, now: datetime) -> int | Unavailable:
    text = read_text(host, VERSION)
    if isinstance(text, Unavailable):
        return text
    made = parse_version_date(text)
    if made is None:
        detail = "the channel that the system is made from does not say how old it is"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return whole_days(now, made, "the system's packages")


def _last_installed(host: Host, now: datetime) -> int | Unavailable:
    answer = host.run("nixos-rebuild", "list-generations", "--json", deadline_s=DEADLINE_S)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the generations of the system could not be listed")
    moment = attempt(lambda: last_update(parse_generations(answer.stdout)))
    if moment is None:
        detail = "no generation made from older packages is left to tell"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if isinstance(moment, Unavailable):
        return moment
    return whole_days(now, moment, "the last update")


def _restart_due(host: Host) -> bool | Unavailable:
    """Whether the kernel's parts changed since the start, or another system starts next time."""
    pairs = [(f"/run/booted-system/{it}", f"/run/current-system/{it}") for it in PARTS]
    for booted, current in pairs:
        before, after = host.resolve(booted), host.resolve(current)
        if isinstance(before, Unavailable):
            return before
        if isinstance(after, Unavailable):
            return after
        if before != after:
            return True
    return _other_next_time(host)


def _other_next_time(host: Host) -> bool | Unavailable:
    """Whether a system that was never in use starts next time: `nixos-rebuild boot` installs so."""
    systems = [host.resolve(it) for it in (NEXT, "/run/booted-system", "/run/current-system")]
    refused = next((it for it in systems if isinstance(it, Unavailable)), None)
    return systems[0] not in systems[1:] if refused is None else refused
