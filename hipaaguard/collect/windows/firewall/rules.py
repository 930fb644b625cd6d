"""The rules of Windows' firewall, as the registry holds them: one text each.

`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Public|LPort=22|App=…|Name=…|`

Field names and values are the same in every language (MS-GPFAS 2.2.2.19); only `Name` and `Desc`
are written for people, and they are not looked at.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from hipaaguard.collect.windows.firewall.profiles import NAMES

_VERSION = re.compile(r"v\d+\.\d+")
_PROTOCOLS = {"6": "tcp", "17": "udp"}

# Ports that Windows hands out itself: for tunnels of IPv6 and for screens that it found. None is
# open unless such a service runs, and none has a number.
_OWN_PORTS = frozenset({"teredo", "iphttpsin", "iphttps", "iptlsin", "ply2disc"})
# Where procedure calls are answered: the mapper, and the ports that Windows hands out since Vista.
_CALL_PORTS = {"rpc-epmap": "135", "rpc": "49152-65535"}

# Single devices of a network, or those that Windows found itself, not any neighbour.
_CHOSEN = frozenset({"defaultgateway", "dhcp", "dns", "wins", "ply2renders", "playtodevice"})

_WINDOWS = ("%systemroot%\\", "%windir%\\", "c:\\windows\\", "\\systemroot\\")

# What makes a rule hold for chosen users, computers or paired devices alone.
_NARROW = frozenset({"security", "security2", "security2_9", "ruauth", "rmauth"}) | frozenset(
    {"ttk", "ttk2_22", "ttk2_27", "ttk2_28"}
)
# What says for which program of the Store a rule is.
_STORE = frozenset({"apppkgid", "pfn", "luown"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for what comes in.

    Attributes:
        allows: whether it lets in; else it refuses.
        profiles: those that it holds for.
        protocol: IANA's number as text; empty for every protocol.
        ports: as written, `22` or `5000-5020` or a name of Windows'; empty for every port.
        program: the path of the program that it is limited to; empty for none.
        service: the service that it is limited to; empty for none.
        remote: the addresses that it is limited to; empty for none.
        fields: the names of all its fields, in lower case.
    """

    allows: bool
    profiles: frozenset[str]
    protocol: str
    ports: tuple[str, ...]
    program: str
    service: str
    remote: tuple[str, ...]
    fields: frozenset[str]

    @property
    def reaches_neighbours(self) -> bool:
        """Whether any neighbour may use it, not chosen users or devices alone."""
        if self.fields & (_NARROW | _STORE):
            return False
        return not self.remote or any(_is_near(address) for address in self.remote)

    def opens(self) -> tuple[str, ...]:
        """What it opens: ports, else a program at whatever port it waits on, else `all`."""
        names = ("tcp", "udp") if not self.protocol else (_PROTOCOLS.get(self.protocol, ""),)
        if not names[0]:
            return ()
        if self.ports:
            return tuple(
                f"{_CALL_PORTS.get(port.lower(), port)}/{name}"
                for port in self.ports
                for name in names
                if port.lower() not in _OWN_PORTS
            )
        return self._unlimited()

    def _unlimited(self) -> tuple[str, ...]:
        if self.program.lower().startswith(_WINDOWS):
            return ()
        bound = self.program.rpartition("\\")[2] or self.service
        return (bound or "all",)

    def covers(self, other: "Rule", profiles: frozenset[str]) -> bool:
        """Whether all that another rule is about in these profiles is what this one is about."""
        limited = self.remote or self.service or self.fields & (_NARROW | _STORE)
        same = self.program.lower() in {"", other.program.lower()}
        alike = self.protocol in {"", other.protocol}
        ports = not self.ports or (bool(other.ports) and set(other.ports) <= set(self.ports))
        return (
            not limited and same and alike and ports and other.profiles & profiles <= self.profiles
        )


def parse_rule(value: str) -> Rule | None:
    """A rule for what comes in and that is switched on; None for any other text.

    Windows itself passes over what is no rule.
    """  # noqa: DOC201 - the first line says it
    version, *parts = value.split("|")
    if not _VERSION.fullmatch(version):
        return None
    pairs = [
        (name.lower(), given) for name, sep, given in (it.partition("=") for it in parts) if sep
    ]
    single = dict(pairs)
    action = single.get("action", "").lower()
    active = single.get("active", "").lower() == "true" and single.get("dir", "").lower() == "in"
    if not active or action not in {"allow", "block"}:
        return None
    named = frozenset(given.title() for name, given in pairs if name == "profile")
    return Rule(
        action == "allow",
        named & frozenset(NAMES) or frozenset(NAMES),
        "" if single.get("protocol") == "256" else single.get("protocol", ""),
        tuple(given for name, given in pairs if name.startswith("lport") and given),
        single.get("app", ""),
        single.get("svc", "").replace("*", ""),
        tuple(given for name, given in pairs if name.startswith(("ra4", "ra6")) and given != "*"),
        frozenset(single),
    )


def _is_near(address: str) -> bool:
    """Whether an address, range or name of Windows' takes in a network of a home."""
    if address.lower() in _CHOSEN:
        return False
    first = address.split("-")[0]
    try:
        network = ip_network(first, strict=False)
    except ValueError:
        # The local network by name; also names that are not known, so as not to hide a port.
        return True
    single = "-" not in address and network.num_addresses == 1
    return not single and (network.is_private or network.prefixlen == 0)


def open_to_neighbours(rules: Sequence[Rule], profiles: frozenset[str]) -> tuple[str, ...]:
    """What neighbours can reach in any of these profiles.

    Returns:
        Ports by number, then programs; `all` alone when everything is open.
    """
    blocks = [rule for rule in rules if not rule.allows]
    opened = {
        entry
        for rule in rules
        if rule.allows and rule.profiles & profiles and rule.reaches_neighbours
        if not any(block.covers(rule, profiles) for block in blocks)
        for entry in rule.opens()
    }
    return ordered(opened)


def ordered(opened: Iterable[str]) -> tuple[str, ...]:
    """Ports by number, then programs; `all` alone when everything is open."""
    found = set(opened)
    return ("all",) if "all" in found else tuple(sorted(found, key=_order))


def _order(entry: str) -> tuple[int, str]:
    digits = re.match(r"\d+", entry)
    return (int(digits[0]) if digits and "/" in entry else 1 << 16, entry.lower())


def parse_rules(values: Iterable[object]) -> tuple[Rule, ...]:
    """The rules for what comes in among the values of a registry key."""
    found = (parse_rule(value) for value in values if isinstance(value, str))
    return tuple(rule for rule in found if rule is not None)
