"""The three profiles of Windows' firewall: what is in force, and what is set to come back.

A network counts as a domain's, private or public, and each has its own switch. What is in force is
the sum of policies and own settings, which Windows computes itself; where it does not tell, the
same sum is made of the registry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from hipaaguard.collect.host import Host, RegistryKey, Row, attempt, is_absent
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

QUERY, NETWORKS = "firewall", "firewall-networks"

DOMAIN, PRIVATE, PUBLIC = "Domain", "Private", "Public"
NAMES = (DOMAIN, PRIVATE, PUBLIC)

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
OWN = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
MANAGED = rf"{OWN}\Mdm"

# MS-GPFAS 2.2.3: of policies both names, the newer one first; Windows' own settings have the older.
_KEYS = {
    DOMAIN: ("DomainProfile",),
    PRIVATE: ("PrivateProfile", "StandardProfile"),
    PUBLIC: ("PublicProfile",),
}
_OLD_FORM = Unavailable(
    Reason.UNRECOGNISED, "a policy sets the firewall in a form that is not known to this version"
)

# MSFT_NetConnectionProfile.NetworkCategory.
_CATEGORIES = {0: PUBLIC, 1: PRIVATE, 2: DOMAIN}


@dataclass(frozen=True, slots=True)
class Profile:
    """What happens on networks of one kind.

    Attributes:
        enabled: whether the firewall is on there.
        denies: whether it refuses what no rule lets in, on every interface.
        takes_rules: whether rules may let something in at all.
        takes_own_rules: whether the computer's own rules count beside those of policies.
    """

    enabled: bool
    denies: bool
    takes_rules: bool = True
    takes_own_rules: bool = True


Profiles = Mapping[str, Profile]


def parse_active(rows: Sequence[Row]) -> Profiles:
    """What is in force in each of the three profiles.

    Raises:
        ParseError: One is missing, or says nothing that is known.
    """  # noqa: DOC201 - the first line says it
    found = {text(row, "Name") or "": row for row in rows}
    if set(found) != set(NAMES):
        raise ParseError("Windows did not tell of all three profiles of its firewall")
    return {name: _active(found[name]) for name in NAMES}


def _active(row: Row) -> Profile:
    enabled, inbound = text(row, "Enabled"), text(row, "Inbound")
    known = enabled in {"True", "False"} and inbound in {"Allow", "Block", "NotConfigured"}
    if not known:
        raise ParseError("a profile of Windows' firewall is in no known state")
    on, without = enabled == "True", number(row, "Without") or 0
    return Profile(
        on,
        # What nobody has configured is refused (INetFwPolicy2.DefaultInboundAction).
        on and inbound != "Allow" and not without,
        text(row, "Rules") != "False",
        text(row, "Local") != "False",
    )


def read_active(host: Host) -> Profiles | Unavailable:
    """What is in force, as Windows tells or else as the registry says."""
    rows = host.query(QUERY)
    if isinstance(rows, Unavailable):
        return read_settings(host)
    return attempt(parse_active, rows)


def read_settings(host: Host) -> Profiles | Unavailable:
    """What is set in the registry, a policy's setting before the computer's own."""
    # What a policy for Windows XP's one profile means on public networks is not documented.
    if not is_absent(host.registry(rf"{POLICY}\StandardProfile")):
        return _OLD_FORM
    found = {}
    for name in NAMES:
        keys = _keys(host, name)
        profile = keys if isinstance(keys, Unavailable) else attempt(judge_settings, keys)
        if isinstance(profile, Unavailable):
            return profile
        found[name] = profile
    return found


def _keys(host: Host, name: str) -> tuple[RegistryKey, ...] | Unavailable:
    """The keys that set something for a profile, the strongest first."""
    found = []
    for root, key in product((POLICY, MANAGED, OWN), _KEYS[name]):
        answer = host.registry(rf"{root}\{key}")
        if is_absent(answer):
            continue
        if isinstance(answer, Unavailable):
            return answer
        found.append(answer)
    return tuple(found)


def judge_settings(keys: Sequence[RegistryKey]) -> Profile:
    """What the keys of one profile make together.

    Args:
        keys: the strongest first; may be empty.

    Returns:
        The profile, of whose settings only the switch has to be there.

    Raises:
        ParseError: None of them says whether the firewall is on.

    Source: MS-GPFAS 2.2.3; an action of 0 lets in, of 1 refuses.
    """
    on = _first(keys, "EnableFirewall")
    if on is None:
        raise ParseError("Windows did not tell whether its firewall is switched on")
    inbound = _first(keys, "DefaultInboundAction")
    without = any(key.value("DisabledInterfaces") for key in keys)
    return Profile(
        on != 0,
        on != 0 and inbound != 0 and not without,
        _first(keys, "DoNotAllowExceptions") in {None, 0},
        _first(keys, "AllowLocalPolicyMerge") != 0,
    )


def _first(keys: Sequence[RegistryKey], name: str) -> int | None:
    found = (key.number(name) for key in keys)
    return next((value for value in found if value is not None), None)


def read_in_use(host: Host) -> frozenset[str] | Unavailable:
    """The profiles of the networks that are connected; the public one when there is none."""
    rows = host.query(NETWORKS)
    return rows if isinstance(rows, Unavailable) else attempt(parse_in_use, rows)


def parse_in_use(rows: Sequence[Row]) -> frozenset[str]:
    """The profiles in use; public, which a network counts as until it is known, when none is.

    Raises:
        ParseError: A network of no known kind.
    """  # noqa: DOC201 - the first line says it
    numbers = [number(row, "Category") for row in rows]
    found = [None if it is None else _CATEGORIES.get(it) for it in numbers]
    known = frozenset(name for name in found if name is not None)
    if None in found:
        raise ParseError("Windows counts a network as of a kind that is not known")
    return known or frozenset({PUBLIC})
