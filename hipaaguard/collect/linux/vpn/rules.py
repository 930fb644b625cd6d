"""Which traffic the rules of policy routing tell apart, from `ip -j rule show`: text to data.

A rule can send an address range, or one kind of traffic to everywhere, past a tunnel that carries
the rest. Rules for one user need no reading: routes are looked up as the person. Rules for marked
packets are left out, for the packets of every tunnel itself are marked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

import msgspec

from hipaaguard.collect.host import Output
from hipaaguard.collect.vpn_ways import Network
from hipaaguard.errors import ParseError

MAX_FLOWS = 8
"""How many kinds of traffic are looked up, each to every address."""

# Of the others `ip route get` knows none (iproute2 6.1, `lib/utils.c`), nor does a person use them.
_PROTOCOLS = {4: ("tcp", "udp", "icmp"), 6: ("tcp", "udp", "ipv6-icmp")}
# strerror(3) where this family of addresses is switched off in the kernel.
_NO_FAMILY = b"Address family not supported by protocol"


@dataclass(frozen=True, slots=True)
class Flow:
    """A kind of traffic.

    Attributes:
        protocol: `tcp`, `udp`, `icmp` or `ipv6-icmp`; empty for what no rule singles out.
        source_port: 0 for any.
        target_port: 0 for any.
    """

    protocol: str = ""
    source_port: int = 0
    target_port: int = 0

    @property
    def args(self) -> tuple[str, ...]:
        """What `ip route get` is given for it."""
        named = (("ipproto", self.protocol), ("sport", self.source_port))
        return tuple(
            str(word)
            for name, value in (*named, ("dport", self.target_port))
            if value
            for word in (name, value)
        )


ANY = Flow()


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules of one family of addresses tell apart.

    Attributes:
        targets: networks that a rule names as destination, in the order of the rules.
        flows: kinds of traffic that a rule singles out, each once; never `ANY`.
    """

    targets: tuple[Network, ...] = ()
    flows: tuple[Flow, ...] = ()


class _Shown(msgspec.Struct, frozen=True):
    src: str = "all"
    dst: str = ""
    dstlen: int | None = None
    fwmark: str = ""
    iif: str = ""
    oif: str = ""
    ipproto: str = ""
    sport: int = 0
    sport_start: int = 0
    dport: int = 0
    dport_start: int = 0

    @property
    def is_ordinary(self) -> bool:
        """Whether it can speak for what a program sends that chose no address, device or mark."""
        return self.src == "all" and not self.fwmark and not self.oif and self.iif in ("", "lo")


def read_rules(output: Output, version: int) -> Rules:
    """What the answer of `ip -4 -j rule show` (or `-6`) tells apart.

    Returns:
        Nothing where the kernel does not have the family of addresses.

    Raises:
        ParseError: `ip` failed or answered in another form.
    """
    if output.exit_code and _NO_FAMILY in output.stderr:
        return Rules()
    if output.exit_code:
        raise ParseError("ip could not list the rules of routing")
    return parse_rules(output.text, version)


def parse_rules(text: str, version: int) -> Rules:
    """What the rules tell apart, besides users, marks, and own addresses and devices.

    Args:
        text: stdout of `ip -4 -j rule show` (or `-6`): a JSON list of objects.
        version: 4 or 6.

    Returns:
        Both parts may be empty.

    Raises:
        ParseError: Another form, or more than `MAX_FLOWS` kinds of traffic.

    Source: ip-rule(8); iproute2 6.1, `ip/iprule.c`; tests/test_vpn_netns.py.
    """
    try:
        shown = msgspec.json.decode(text, type=tuple[_Shown, ...])
        targets = tuple(
            ip_network(rule.dst if rule.dstlen is None else f"{rule.dst}/{rule.dstlen}")
            for rule in shown
            if rule.dst not in ("", "all")
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise ParseError("ip listed the rules of routing in a form that is not known") from error
    ordinary = (rule for rule in shown if rule.is_ordinary)
    flows = tuple(dict.fromkeys(flow for rule in ordinary for flow in _flows(rule, version)))
    if len(flows) > MAX_FLOWS:
        raise ParseError("the rules of routing single out more kinds of traffic than are looked up")
    return Rules(tuple(it for it in targets if it.version == version), flows)


def _flows(rule: _Shown, version: int) -> Iterator[Flow]:
    source = rule.sport or rule.sport_start
    target = rule.dport or rule.dport_start
    if rule.ipproto:
        if rule.ipproto in _PROTOCOLS[version]:
            yield Flow(rule.ipproto, source, target)
    elif source or target:
        yield from (Flow(protocol, source, target) for protocol in ("tcp", "udp"))
