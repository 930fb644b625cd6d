"""The facts of the firewall."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, Row, attempt, is_absent
from hipaaguard.collect.windows.firewall.profiles import (
    MANAGED,
    OWN,
    POLICY,
    Profiles,
    read_active,
    read_in_use,
    read_settings,
)
from hipaaguard.collect.windows.firewall.rules import (
    Rule,
    open_to_neighbours,
    ordered,
    parse_rules,
)
from hipaaguard.collect.windows.rows import number
from hipaaguard.collect.windows.security_center import parse_products
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

PRODUCTS, RUNNING = "firewall-products", "firewall-services"
SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"

# ServiceControllerStatus.Running, and SERVICE_AUTO_START.
_RUNNING, _AUTOMATIC = 4, 2
# The firewall, and the engine below it that filters.
_FILTERS = ("mpssvc", "BFE")

_OTHERS = Unavailable(
    Reason.UNRECOGNISED, "a program of another maker is the firewall, and its rules cannot be seen"
)
_OLD_FORM = Unavailable(
    Reason.UNRECOGNISED, "a policy opens ports in a form that is not known to this version"
)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the firewall.

    Attributes:
        others: names of the firewalls of other makers that say that they are on.
        runs: whether the services that filter run.
        profiles: what Windows' own does.
    """

    others: tuple[str, ...] | Unavailable
    runs: bool | Unavailable
    profiles: Profiles | Unavailable


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the firewall."""
    del keys, now
    state = State(_others(host), _runs(host), read_active(host))
    inbound = judge_inbound(state)
    values: dict[str, Scalar | Unavailable] = {
        "firewall.allowed_inbound": _allowed(host, state),
        "firewall.at_boot": _at_boot(host, state),
        "firewall.default_inbound_v4": inbound,
        "firewall.default_inbound_v6": inbound,
        "firewall.manager": judge_manager(state),
        "firewall.product": state.others,
    }
    source = "Windows Security" if state.others else "Windows Defender Firewall"
    yield from (Fact(name, value, source) for name, value in values.items())


def _others(host: Host) -> tuple[str, ...] | Unavailable:
    rows = host.query(PRODUCTS)
    if is_absent(rows):
        # Windows Server: nothing can register.
        return ()
    found = rows if isinstance(rows, Unavailable) else attempt(parse_products, rows)
    if isinstance(found, Unavailable):
        return found
    return tuple(sorted({it.name for it in found if it.on}))


def _runs(host: Host) -> bool | Unavailable:
    rows = host.query(RUNNING)
    return rows if isinstance(rows, Unavailable) else attempt(parse_services, rows)


def parse_services(rows: Sequence[Row]) -> bool:
    """Whether both services run.

    Raises:
        ParseError: They are not the two, or one says nothing.
    """  # noqa: DOC201 - the first line says it
    found = [number(row, "Status") for row in rows]
    if len(found) != len(_FILTERS) or None in found:
        raise ParseError("Windows did not tell whether its firewall runs")
    return all(status == _RUNNING for status in found)


def judge_inbound(state: State) -> str | Unavailable:
    """What becomes of connections that nothing was opened for, in the worst of the profiles."""
    if state.others and not isinstance(state.others, Unavailable):
        return "deny"
    if isinstance(state.runs, Unavailable):
        return state.runs
    denies: bool | Unavailable = False
    if state.runs:
        denies = _denies(state.profiles)
    if denies is False and isinstance(state.others, Unavailable):
        return state.others
    return denies if isinstance(denies, Unavailable) else "deny" if denies else "allow"


def _denies(profiles: Profiles | Unavailable) -> bool | Unavailable:
    if isinstance(profiles, Unavailable):
        return profiles
    return all(profile.denies for profile in profiles.values())


def judge_manager(state: State) -> str | Unavailable:
    """Which program is the firewall."""
    if isinstance(state.others, Unavailable):
        return state.others
    if state.others:
        return "third-party"
    if isinstance(state.runs, Unavailable):
        return state.runs
    if not state.runs:
        return "none"
    if isinstance(state.profiles, Unavailable):
        return state.profiles
    return "windows" if any(it.enabled for it in state.profiles.values()) else "none"


def _at_boot(host: Host, state: State) -> bool | Unavailable:
    """Whether the services start by themselves, and the profiles are set to refuse."""
    if isinstance(state.others, Unavailable):
        return state.others
    if state.others:
        return Unavailable(
            Reason.UNRECOGNISED, "whether another maker's firewall comes back cannot be seen"
        )
    settings = read_settings(host)
    starts = [_starts(host, name) for name in _FILTERS]
    for answer in (settings, *starts):
        if isinstance(answer, Unavailable):
            return answer
    return all(it is True for it in starts) and _denies(settings)


def _starts(host: Host, service: str) -> bool | Unavailable:
    key = host.registry(rf"{SERVICES}\{service}")
    if isinstance(key, Unavailable):
        return key
    start = attempt(RegistryKey.number, key, "Start")
    return start if isinstance(start, Unavailable) else start == _AUTOMATIC


def _allowed(host: Host, state: State) -> tuple[str, ...] | Unavailable:
    if isinstance(state.others, Unavailable):
        return state.others
    if state.others:
        return _OTHERS
    if isinstance(state.runs, Unavailable):
        return state.runs
    if not state.runs:
        return ("all",)
    in_use = read_in_use(host)
    if isinstance(state.profiles, Unavailable):
        return state.profiles
    return in_use if isinstance(in_use, Unavailable) else _let_in(host, state.profiles, in_use)


def _let_in(
    host: Host, profiles: Profiles, in_use: frozenset[str]
) -> tuple[str, ...] | Unavailable:
    """What rules let in on the networks in use, each kind of which takes its own rules."""
    if not all(profiles[name].denies for name in in_use):
        return ("all",)
    of_policies, own = _rules(host, (POLICY, MANAGED)), _rules(host, (OWN,))
    if isinstance(of_policies, Unavailable):
        return of_policies
    if isinstance(own, Unavailable):
        return own
    if _in_old_form(host):
        return _OLD_FORM
    taking = frozenset(name for name in in_use if profiles[name].takes_rules)
    own_too = frozenset(name for name in taking if profiles[name].takes_own_rules)
    found = set(open_to_neighbours((*of_policies, *own), own_too)) if own_too else set()
    if rest := taking - own_too:
        found |= set(open_to_neighbours(of_policies, rest))
    return ordered(found)


def _rules(host: Host, roots: Sequence[str]) -> tuple[Rule, ...] | Unavailable:
    found: list[Rule] = []
    for root in roots:
        key = host.registry(rf"{root}\FirewallRules")
        if is_absent(key) and root != OWN:
            continue
        if isinstance(key, Unavailable):
            return key
        found += parse_rules(key.values.values())
    return tuple(found)


def _in_old_form(host: Host) -> bool:
    """Whether a policy lists ports or programs as Windows XP had them, or that is not told."""
    names = product(
        ("DomainProfile", "StandardProfile"), ("GloballyOpenPorts", "AuthorizedApplications")
    )
    keys = (host.registry(rf"{POLICY}\{profile}\{what}\List") for profile, what in names)
    return any(not is_absent(key) for key in keys)


PROBE = Probe(
    "the firewall",
    (
        "firewall.allowed_inbound",
        "firewall.at_boot",
        "firewall.default_inbound_v4",
        "firewall.default_inbound_v6",
        "firewall.manager",
        "firewall.product",
    ),
    collect,
)
