"""What rules ask of a packet: a neighbour's first packet, and the conditions that it meets or not.

- A condition that is not understood is `UNKNOWN`, and what depends on it is never a verdict.
- The neighbour is free where a packet's sender is free (source port, timing, options): `EITHER`.
"""

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, collapse_addresses
from typing import Protocol, cast

Network = IPv4Network | IPv6Network
Address = IPv4Interface | IPv6Interface
Span = tuple[int, int]
"""First and last port."""

EVERY_PORT: Span = (1, 65535)
OTHER_INTERFACE = "~"
"""A network card that no rule names."""


class Truth(Enum):
    """Whether a condition holds for a packet."""

    NO = "no"
    YES = "yes"
    EITHER = "either"
    """The sender can bring about both."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What conditions depend on besides the packet.

    Attributes:
        addresses: the machine's own addresses on network cards, None when not known.
        effects: what the rules do to packets on their way in: `meta mark`, `ct mark`, `untracked`,
            `translated`.
    """

    addresses: tuple[Address, ...] | None = None
    effects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection from a neighbour to one of the machine's own addresses.

    Attributes:
        v6: whether it is IPv6.
        protocol: `tcp` or `udp`.
        port: its destination; None for a port that no rule names.
        interface: where it arrives, never the loopback.
        surroundings: what else decides.
    """

    v6: bool
    protocol: str
    port: int | None
    interface: str
    surroundings: Surroundings


class Condition(Protocol):
    """Something that is asked of a packet."""

    def test(self, packet: Packet) -> Truth:
        """Whether it holds."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same answer for every packet."""

    truth: Truth

    def test(self, packet: Packet) -> Truth:
        """The answer."""
        del packet
        return self.truth


ALWAYS, NEVER = Constant(Truth.YES), Constant(Truth.NO)
SENDER_DECIDES, NOT_UNDERSTOOD = Constant(Truth.EITHER), Constant(Truth.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Version:
    """The packet is IPv6, or is IPv4."""

    v6: bool

    def test(self, packet: Packet) -> Truth:
        """Whether it is."""
        return _truth(packet.v6 is self.v6)


@dataclass(frozen=True, slots=True)
class Protocols:
    """The packet's transport protocol is one of these."""

    names: frozenset[str]

    def test(self, packet: Packet) -> Truth:
        """Whether it is."""
        return _truth(packet.protocol in self.names)


@dataclass(frozen=True, slots=True)
class Ports:
    """The destination port lies in one of the spans."""

    spans: tuple[Span, ...]

    def test(self, packet: Packet) -> Truth:
        """Whether it does; a port that no rule names lies only in a span of every port."""
        if packet.port is None:
            return _truth(any(_covers(span, EVERY_PORT) for span in self.spans))
        return _truth(any(first <= packet.port <= last for first, last in self.spans))


@dataclass(frozen=True, slots=True)
class Interfaces:
    """The packet arrives on an interface of one of these names; a final `*` is for anything."""

    patterns: frozenset[str]

    def test(self, packet: Packet) -> Truth:
        """Whether it does."""
        return _truth(any(_fits(pattern, packet.interface) for pattern in self.patterns))


@dataclass(frozen=True, slots=True)
class Sources:
    """The sender's address lies in one of the networks."""

    networks: tuple[Network, ...]

    def test(self, packet: Packet) -> Truth:
        """Whether neighbours in a network of this machine are meant; single hosts are not."""
        networks = _of_version(self.networks, packet)
        if _everywhere(networks):
            return Truth.YES
        # A range without the network's ends, or half a network, holds neighbours too.
        networks = tuple(it for it in networks if it.prefixlen < it.max_prefixlen)
        if not networks:
            return Truth.NO
        own = packet.surroundings.addresses
        if own is None:
            return Truth.UNKNOWN
        near = (it.network for it in own if it.version == (6 if packet.v6 else 4))
        inside = any(_overlaps(network, lan) for lan in near for network in networks)
        return Truth.EITHER if inside else Truth.NO


@dataclass(frozen=True, slots=True)
class Destinations:
    """The packet's destination lies in one of the networks."""

    networks: tuple[Network, ...]

    def test(self, packet: Packet) -> Truth:
        """Whether an address of this machine is meant; groups and broadcasts are no connections."""
        networks = _of_version(self.networks, packet)
        if _everywhere(networks):
            return Truth.YES
        if all(network.is_multicast or network.is_loopback for network in networks):
            return Truth.NO
        own = packet.surroundings.addresses
        if own is None:
            return Truth.UNKNOWN
        return Truth.EITHER if any(it.ip in net for it in own for net in networks) else Truth.NO


@dataclass(frozen=True, slots=True)
class States:
    """Connection tracking calls the packet one of these."""

    names: frozenset[str]

    def test(self, packet: Packet) -> Truth:
        """Whether `new` is among them; not known where rules take packets out of tracking."""
        if "untracked" in packet.surroundings.effects:
            return Truth.UNKNOWN
        return _truth("new" in self.names)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark (`meta mark` or `ct mark`) has a value.

    Attributes:
        kind: the effect that sets it.
        zero: whether the value asked for is that of an unmarked packet.
    """

    kind: str
    zero: bool

    def test(self, packet: Packet) -> Truth:
        """Whether an unmarked packet fits; not known where rules set marks."""
        return Truth.UNKNOWN if self.kind in packet.surroundings.effects else _truth(self.zero)


@dataclass(frozen=True, slots=True)
class Translated:
    """The packet's destination was rewritten on its way in."""

    def test(self, packet: Packet) -> Truth:
        """Not, unless rules do so."""
        return Truth.UNKNOWN if "translated" in packet.surroundings.effects else Truth.NO


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: Condition

    def test(self, packet: Packet) -> Truth:
        """The opposite."""
        truth = self.condition.test(packet)
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(truth, truth)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every condition holds."""

    conditions: tuple[Condition, ...]

    def test(self, packet: Packet) -> Truth:
        """Three-valued and."""
        return _weakest(self.conditions, packet, (Truth.NO, Truth.UNKNOWN, Truth.EITHER), Truth.YES)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some condition holds."""

    conditions: tuple[Condition, ...]

    def test(self, packet: Packet) -> Truth:
        """Three-valued or."""
        return _weakest(self.conditions, packet, (Truth.YES, Truth.UNKNOWN, Truth.EITHER), Truth.NO)


def _weakest(
    conditions: tuple[Condition, ...], packet: Packet, order: tuple[Truth, ...], rest: Truth
) -> Truth:
    """The first of the order that some condition answers; the first of all stops the search."""
    seen: set[Truth] = set()
    for condition in conditions:
        truth = condition.test(packet)
        if truth is order[0]:
            return truth
        seen.add(truth)
    return next((truth for truth in order if truth in seen), rest)


def _truth(holds: bool) -> Truth:  # noqa: FBT001 - a conversion
    return Truth.YES if holds else Truth.NO


def _covers(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _fits(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _of_version(networks: tuple[Network, ...], packet: Packet) -> tuple[Network, ...]:
    return tuple(net for net in networks if net.version == (6 if packet.v6 else 4))


def _everywhere(networks: tuple[Network, ...]) -> bool:
    """Whether the networks, all of one version, are together every address there is."""
    # Only wide networks can add up to everything; long lists of hosts are not worth adding up.
    wide = [cast(IPv4Network, net) for net in networks if net.prefixlen <= 8]
    return any(net.prefixlen == 0 for net in collapse_addresses(wide))


def _overlaps(one: Network, other: Network) -> bool:
    # Of two networks that share an address, one contains the other.
    return one.network_address in other or other.network_address in one


# Names that the programs behind containers, virtual machines and tunnels give. Neighbours on the
# local network do not arrive there. What is not known to be one counts as a network card.
_VIRTUAL = re.compile(
    r"lo|docker.*|br-[0-9a-f]{12}|veth.*|virbr.*|vnet\d.*|vmnet.*|vboxnet.*|lxc.*|lxdbr.*|incusbr.*|podman.*|"
    r"cni.*|flannel.*|cali.*|cilium.*|kube.*|tailscale.*|zt.*|wg.*|tun.*|tap.*|utun.*|ipsec.*|xfrm.*|vti.*|"
    r"nordlynx.*|nordtun.*|proton.*|mullvad.*|cscotun.*|gpd.*|nebula.*|ham\d.*|dummy.*|ifb.*|waydroid.*"
)


def is_virtual(interface: str) -> bool:
    """Whether it is the loopback, a tunnel, or the interface of a container or virtual machine."""
    return _VIRTUAL.fullmatch(interface) is not None
