"""What systemd says of its units: whether they are there, running, and started with the system."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_PROPERTIES = ("Id", "LoadState", "ActiveState", "UnitFileState")
# What loads: `loaded`; what does not: `not-found`, `masked`, `bad-setting`, `error`.
_RUNNING = frozenset({"active", "reloading"})
# `enabled-runtime` is gone after a restart.
_AT_BOOT = frozenset({"enabled", "alias"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, as `systemctl show` describes it.

    Attributes:
        name: with its ending: `sshd.service`; for an alias the name of the unit behind it.
        load_state: `loaded`, `not-found`, `masked`, `bad-setting` or `error`.
        active_state: `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`.
        file_state: `enabled`, `disabled`, `static`, `masked`, …; empty for what has no file.
    """

    name: str
    load_state: str
    active_state: str
    file_state: str

    @property
    def present(self) -> bool:
        """Whether it can be started at all."""
        return self.load_state == "loaded"

    @property
    def running(self) -> bool:
        """Whether it runs now; a timer or socket: whether it waits now."""
        return self.active_state in _RUNNING

    @property
    def at_boot(self) -> bool:
        """Whether it is started with the system; not so one that only others start (`static`)."""
        return self.file_state in _AT_BOOT


def runs_systemd(host: Host) -> bool | Unavailable:
    """Whether systemd started this system."""
    # As sd_booted(3) tells.
    booted = host.names("/run/systemd/system")
    if is_absent(booted):
        return False
    return booted if isinstance(booted, Unavailable) else True


def find_units(host: Host, names: Iterable[str]) -> Mapping[str, Unit] | Unavailable:
    """The units by the names asked for; a unit that does not exist is there as not `present`.

    Args:
        host: whom to ask.
        names: with their endings, without repeats; at least one.

    Returns:
        One entry for each name; `not-installed` where systemd does not run.
    """
    asked = tuple(names)
    booted = runs_systemd(host)
    if isinstance(booted, Unavailable):
        return booted
    if not booted:
        return Unavailable(Reason.NOT_INSTALLED, "this system was not started by systemd")
    answer = host.run("systemctl", "show", f"--property={','.join(_PROPERTIES)}", *asked)
    if is_absent(answer):
        # Not the same as a system without systemd, of which absence would be evidence.
        return Unavailable(Reason.FAILED, "systemctl is not installed")
    if isinstance(answer, Unavailable):
        return answer
    return attempt(_by_name, answer, asked)


def _by_name(answer: Output, asked: tuple[str, ...]) -> Mapping[str, Unit]:
    if answer.exit_code != 0:
        raise ParseError("systemctl could not describe the services of this system")
    units = parse_units(answer.text)
    if len(units) != len(asked):
        raise ParseError("systemctl described other services than those asked for")
    return MappingProxyType(dict(zip(asked, units, strict=True)))


def parse_units(text: str) -> tuple[Unit, ...]:
    """The units that `systemctl show --property=Id,LoadState,ActiveState,UnitFileState` describes.

    Args:
        text: blocks of lines `Key=Value` in any order, with an empty line between them, in the
            order in which the units were asked for.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: A block without one of the first three properties.

    Source: systemctl(1); src/systemctl/systemctl-show.c.
    """
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return tuple(_parse_unit(block) for block in blocks)


def _parse_unit(block: str) -> Unit:
    pairs = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    try:
        name, load, active = (pairs[key] for key in _PROPERTIES[:3])
    except KeyError as error:
        raise ParseError("systemctl described a service without its state") from error
    return Unit(name, load, active, pairs.get("UnitFileState", ""))
