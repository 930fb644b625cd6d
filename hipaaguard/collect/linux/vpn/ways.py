"""Whether what leaves the machine goes through a VPN: the kernel's own choice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.linux.vpn.exclusions import parse_exclusions
from hipaaguard.collect.linux.vpn.ipsec import Ipsec
from hipaaguard.collect.linux.vpn.links import Link
from hipaaguard.collect.linux.vpn.routes import Route, parse_destinations, parse_route
from hipaaguard.collect.linux.vpn.rules import ANY, Flow, Rules, read_rules
from hipaaguard.collect.linux.vpn.tunnels import Kind
from hipaaguard.collect.vpn_ways import (
    Address,
    Network,
    Way,
    carries_all,
    parse_target,
    samples,
)
from hipaaguard.model import Reason, Unavailable


@dataclass(frozen=True)
class Ways:
    """Where packets of one machine go.

    Attributes:
        host: whom to ask.
        links: its interfaces.
        kinds: of which kind of VPN each interface is, by name.
        ipsec: what is encrypted without an interface.
    """

    host: Host
    links: tuple[Link, ...]
    kinds: Mapping[str, Kind | Unavailable | None]
    ipsec: Ipsec

    def to(
        self, targets: Sequence[Address], flows: Sequence[Flow] = (ANY,)
    ) -> Iterator[Way | Unavailable]:
        """Where packets of each kind of traffic to each address end up."""
        return (self._way(target, flow) for flow in flows for target in targets)

    def _way(self, target: Address, flow: Flow) -> Way | Unavailable:
        route = self._route(target, flow)
        if isinstance(route, Unavailable):
            return route
        if route.here:
            return Way.HERE
        if not route.device:
            return Way.NOWHERE
        encrypted = self._encrypted(route, target)
        return encrypted or self._beyond(route.device)

    def _route(self, target: Address, flow: Flow) -> Route | Unavailable:
        # As the person, also under sudo: routes can differ from one user to the next.
        user = ("uid", str(self.host.person.uid))
        family = f"-{target.version}"
        output = self.host.run("ip", family, "-j", "route", "get", str(target), *user, *flow.args)
        if isinstance(output, Unavailable):
            return output
        return attempt(
            lambda: parse_route(
                output.exit_code, output.text, output.stderr.decode(errors="replace")
            )
        )

    def _encrypted(self, route: Route, target: Address) -> Way | None:
        """What IPsec without an interface does with the packets, None when nothing."""
        policy = self.ipsec.deciding(route.source, target)
        if policy is None or not (policy.drop or policy.tunnel):
            return None
        return Way.NOWHERE if policy.drop else Way.TUNNEL

    def _beyond(self, device: str) -> Way | Unavailable:
        """What lies beyond an interface."""
        link = next((link for link in self.links if link.name == device), None)
        if link is None:
            return Unavailable(Reason.FAILED, "a network interface came up during the audit")
        kind = self.kinds.get(device)
        if isinstance(kind, Unavailable):
            return kind
        if kind is not None and link.in_service:
            return Way.TUNNEL
        if link.kind == "dummy" or link.name == "lo":
            return Way.NOWHERE
        policies = self.ipsec.policies
        return policies if isinstance(policies, Unavailable) else Way.OUTSIDE

    def carry_all(self, probes: Sequence[Address], *, nothing_leaves: bool) -> bool | Unavailable:
        """Whether a VPN carries all that leaves the machine, also by routes past the tunnel.

        Args:
            probes: public addresses of one family, spread over it.
            nothing_leaves: as for `carries_all`.

        Returns:
            Unavailable also where the probes are carried but the routes cannot be listed.
        """
        found = tuple(self.to(probes))
        verdict = carries_all(found, nothing_leaves=nothing_leaves)
        # The probes miss a range that was left out. Without a tunnel there is none to leave out of.
        if verdict is not True or not (Way.TUNNEL in found or self._has_tunnel):
            return verdict
        version = probes[0].version
        rules = self._rules(version)
        if isinstance(rules, Unavailable):
            return rules
        excluded = self._exclusions(version, rules)
        if isinstance(excluded, Unavailable):
            return excluded
        singled_out = self.to((*probes, *excluded), rules.flows)
        past = (*found, *self.to(excluded), *singled_out)
        return carries_all(past, nothing_leaves=nothing_leaves)

    @cached_property
    def _tunnels(self) -> frozenset[str]:
        """The interfaces that carry what they are given."""
        in_service = (link.name for link in self.links if link.in_service)
        return frozenset(name for name in in_service if isinstance(self.kinds.get(name), Kind))

    @property
    def _has_tunnel(self) -> bool:
        return bool(self._tunnels) or self.ipsec.active is True

    def _rules(self, version: int) -> Rules | Unavailable:
        output = self.host.run("ip", f"-{version}", "-j", "rule", "show")
        return output if isinstance(output, Unavailable) else attempt(read_rules, output, version)

    def _listed(self, version: int) -> str | Unavailable:
        output = ask_ip(self.host, f"-{version}", "-j", "route", "show", "table", "all")
        return output if isinstance(output, Unavailable) else attempt(lambda: output.text)

    def _exclusions(self, version: int, rules: Rules) -> tuple[Address, ...] | Unavailable:
        text = self._listed(version)
        if isinstance(text, Unavailable):
            return text
        return attempt(parse_exclusions, text, version, self._tunnels, rules.targets)

    def carries(self, argument: str) -> bool | Unavailable:
        """Whether a VPN carries everything to the address or network that a practice named."""
        target = attempt(parse_target, argument)
        if isinstance(target, Unavailable):
            return target
        rules = self._rules(target.version)
        if isinstance(rules, Unavailable):
            return rules
        addresses = self._samples(target, rules)
        if isinstance(addresses, Unavailable):
            return addresses
        found = tuple(self.to(addresses, (ANY, *rules.flows)))
        if len(addresses) > 1:
            # The machine's own addresses in the network and the network's own are no destinations.
            found = tuple(way for way in found if way is not Way.HERE)
        if not {Way.OUTSIDE, Way.NOWHERE, Way.HERE}.isdisjoint(found):
            return False
        doubt = next((way for way in found if isinstance(way, Unavailable)), None)
        return doubt or Way.TUNNEL in found

    def _samples(
        self, target: Address | Network, rules: Rules
    ) -> tuple[Address, ...] | Unavailable:
        if not isinstance(target, (IPv4Network, IPv6Network)):
            return (target,)
        text = self._listed(target.version)
        known = text if isinstance(text, Unavailable) else attempt(parse_destinations, text)
        if isinstance(known, Unavailable):
            return known
        return attempt(samples, target, (*known, *rules.targets))


def ask_ip(host: Host, *args: str) -> Output | Unavailable:
    """What `ip` answers, when it answers."""
    output = host.run("ip", *args)
    if isinstance(output, Unavailable) or output.exit_code == 0:
        return output
    return Unavailable(Reason.FAILED, "ip ended with an error")
