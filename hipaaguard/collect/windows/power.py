r"""Settings of the power plan in use, and what closing the lid does.

A setting is looked for where Windows does: the policy, the plan as the person changed it, the
plan's default. Each has a value for mains and one for the battery.

Source: the `PowerSettings` and `User\PowerSchemes` keys, and the identifiers of winnt.h.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Row, attempt, is_absent
from hipaaguard.collect.windows.batch import POWER
from hipaaguard.collect.windows.rows import flag
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control\Power"
PLANS = rf"{CONTROL}\User\PowerSchemes"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Power\PowerSettings"

# Each setting by its group and its own identifier.
SIGN_IN_ON_WAKE = "fea3413e-7e05-4911-9a71-700331f1c294\\0e796bdb-100d-47d6-a2d5-f7d2daa51f51"
DISPLAY_IDLE = "7516b95f-f776-4464-8c53-06167f40cc99\\3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"
SLEEP_IDLE = "238c9fa8-0aad-41ed-83f4-97be242c8f20\\29f6c1db-86da-48c5-9fdb-f2b67b1f44da"
LID_ACTION = "4f971e89-eebd-4455-a8de-9e59040e7347\\5ca83367-6e45-459f-a27b-476b1d01c936"

_LID_ACTIONS = {0: "nothing", 1: "suspend", 2: "hibernate", 3: "power-off"}
_NOT_SAID = Unavailable(
    Reason.UNRECOGNISED, "the power plan in use does not say this in a way that is known"
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the computer can do.

    Attributes:
        lid: whether it has a lid.
        battery: whether it has a battery.
        modern_standby: whether it stays half awake instead of sleeping.
        sleeps: whether it can sleep with its memory kept (S3), which a virtual one seldom can.
    """

    lid: bool
    battery: bool
    modern_standby: bool
    sleeps: bool


def parse_capabilities(rows: Sequence[Row]) -> Capabilities:
    """What the computer can do.

    Raises:
        ParseError: There is not exactly one row, or something is missing in it.
    """  # noqa: DOC201 - the first line says it
    if len(rows) != 1:
        raise ParseError("Windows did not tell how this computer sleeps")
    values = [flag(rows[0], name) for name in ("Lid", "Batteries", "ModernStandby", "S3")]
    lid, battery, modern, sleeps = values
    if lid is None or battery is None or modern is None or sleeps is None:
        raise ParseError("Windows did not tell how this computer sleeps")
    return Capabilities(lid, battery, modern, sleeps)


def find_capabilities(host: Host) -> Capabilities | Unavailable:
    """What the computer can do."""
    rows = host.query(POWER)
    return rows if isinstance(rows, Unavailable) else attempt(parse_capabilities, rows)


def find_setting(host: Host, setting: str, *, battery: bool) -> tuple[int, ...] | Unavailable:
    """A setting of the power plan in use: for mains, and for the battery where there is one.

    Args:
        host: whom to ask.
        setting: one of the identifiers above.
        battery: whether the computer has a battery.

    Returns:
        One value or two.
    """
    plan = _plan(host)
    if isinstance(plan, Unavailable):
        return plan
    own = setting.partition("\\")[2]
    paths = (
        (rf"{POLICY}\{own}", "SettingIndex"),
        (rf"{PLANS}\{plan}\{setting}", "SettingIndex"),
        (rf"{CONTROL}\PowerSettings\{setting}\DefaultPowerSchemeValues\{plan}", "SettingIndex"),
    )
    found = []
    for source in ("Ac", "Dc")[: 1 + battery]:
        value = _first(host, paths, source)
        if isinstance(value, Unavailable):
            return value
        found.append(value)
    return tuple(found)


def _plan(host: Host) -> str | Unavailable:
    key = host.registry(PLANS)
    if isinstance(key, Unavailable):
        return key
    plan = attempt(key.text, "ActivePowerScheme")
    return _NOT_SAID if plan is None else plan


def _first(host: Host, paths: tuple[tuple[str, str], ...], source: str) -> int | Unavailable:
    """The first value that is set; names are the same in any case."""
    for path, name in paths:
        key = host.registry(path)
        if isinstance(key, Unavailable):
            if not is_absent(key):
                return key
            continue
        value = attempt(key.number, source + name)
        if value is not None:
            return value
    return _NOT_SAID


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """What closing the lid does."""
    del keys, now
    able = find_capabilities(host)
    yield Fact("power.on_lid_close", _on_lid(host, able), "the power plan in use")


def _on_lid(host: Host, able: Capabilities | Unavailable) -> str | Unavailable:
    if isinstance(able, Unavailable):
        return able
    if not able.lid:
        return "no-lid"
    values = find_setting(host, LID_ACTION, battery=able.battery)
    if isinstance(values, Unavailable):
        return values
    # Of two sources of power the one that does less.
    return _LID_ACTIONS.get(min(values), _NOT_SAID)


PROBE = Probe("the lid", ("power.on_lid_close",), collect)
