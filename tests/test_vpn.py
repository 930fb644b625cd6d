"""The VPN: interfaces, routes and settings, from text to facts."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.vpn import probe as vpn
from hipaaguard.collect.linux.vpn import running, tunnels
from hipaaguard.collect.linux.vpn import setup as vpn_setup
from hipaaguard.collect.linux.vpn.exclusions import MAX_EXCLUSIONS, parse_exclusions
from hipaaguard.collect.linux.vpn.links import Link, parse_links
from hipaaguard.collect.linux.vpn.routes import Route, parse_destinations, parse_route
from hipaaguard.collect.linux.vpn.rules import ANY, MAX_FLOWS, Rules, parse_rules, read_rules
from hipaaguard.collect.linux.vpn.tunnels import Kind, answered, kind_of
from hipaaguard.collect.linux.vpn.wireguard import FRESH_S, is_fresh, parse_table
from hipaaguard.collect.linux.vpn.xfrm import parse_policies, parse_state_count
from hipaaguard.collect.recorded import Command, Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.collect.vpn_ways import (
    MAX_LOOKUPS,
    PROBES_V4,
    PROBES_V6,
    Way,
    carries_all,
    parse_target,
    samples,
)
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Fact, Platform, Reason, Unavailable
from tests.conftest import NOW, TESTS

TRAPS = {
    "docker0, virbr0, veth are not VPNs": "vpn-docker-and-virtual-machine",
    "lxdbr0, vboxnet0, br-… are not VPNs": "vpn-bridges-of-containers-and-machines",
    "an interface without an address": "vpn-interface-without-address",
    "0/1 and 128/1 beside the default route": "vpn-openvpn-halves-ipv6-leak",
    "only one half": "vpn-one-half-only",
    "OpenVPN without redirect-gateway is split": "vpn-openvpn-split",
    "wg-quick's mark and table 51820": "vpn-wireguard-full-tunnel",
    "Tailscale's table 52": "vpn-tailscale-exit-node",
    "Tailscale without an exit node is a mesh": "vpn-tailscale-without-exit-node",
    "Tailscale asked for its state": "vpn-tailscale-logged-out",
    "IPv4 tunnelled, IPv6 not": "vpn-protonvpn-ipv6-leak",
    "policies of IPsec without an interface": "vpn-strongswan-as-root",
    "the same without rights": "vpn-strongswan-as-user",
    "IPsec with an interface": "vpn-strongswan-interface-full-tunnel",
    "WireGuard up with a dead far end": "vpn-wireguard-stale-handshake-as-root",
    "WireGuard up that never heard its far end": "vpn-wireguard-never-answered",
    "what NetworkManager knows": "vpn-network-manager-not-connected",
    "a route looks like everything and is not": "vpn-office-excluded",
    "a range left out by a rule": "vpn-wireguard-range-excluded-by-rule",
    "a kind of traffic left out by a rule": "vpn-wireguard-web-excluded-by-rule",
    "the home's own dial-up line": "vpn-pppoe-home-line",
    "names of interfaces prove nothing": "test_kind_of_an_interface",
    "no VPN at 3 in the morning": "vpn-no-network",
    "a client that is installed and not set up": "vpn-warp-installed",
}

UNKNOWN = Unavailable(Reason.UNRECOGNISED, "unknown")
HIDDEN = Unavailable(Reason.NOT_PERMITTED, "hidden")
NONE: frozenset[str] = frozenset()


def test_probe_addresses_are_public_and_spread():
    assert all(address.is_global for address in (*PROBES_V4, *PROBES_V6))
    eighths = [int(address) >> 29 for address in PROBES_V4]
    assert eighths == list(range(7)), "one in each eighth below the multicast range"
    halves = [ip_network(text) for text in ("0.0.0.0/1", "128.0.0.0/1")]
    assert all(any(address in half for address in PROBES_V4) for half in halves)
    assert all(address in ip_network("2000::/3") for address in PROBES_V6)


def test_process_names_are_as_short_as_the_kernel_keeps_them():
    assert all(0 < len(name) <= 15 for name in running.KNOWN)


@pytest.mark.parametrize(
    ("link", "programs", "home_line", "kind"),
    [
        (Link("wg0", "wireguard"), NONE, False, Kind.WIREGUARD),
        (Link("nordlynx", "wireguard"), NONE, False, Kind.NORDVPN),
        (Link("wg0-mullvad", "wireguard"), NONE, False, Kind.MULLVAD),
        (Link("tun0", "ovpn-dco"), NONE, False, Kind.OPENVPN),
        (Link("ipsec0", "vti"), NONE, False, Kind.IPSEC),
        (Link("tailscale0", "tun", "tun"), NONE, False, Kind.TAILSCALE),
        (Link("cscotun0", "tun", "tun"), NONE, False, Kind.ANYCONNECT),
        (Link("gpd0", "tun", "tun"), NONE, False, Kind.GLOBALPROTECT),
        (Link("CloudflareWARP", "tun", "tun"), NONE, False, Kind.WARP),
        (Link("tun0", "tun", "tun"), frozenset({"openvpn"}), False, Kind.OPENVPN),
        (Link("tun0", "tun", "tun"), frozenset({"openvpn", "vpnc"}), False, Kind.TUN),
        (Link("tun0", "tun", "tun"), NONE, False, Kind.TUN),
        (Link("tun0", "tun", "tun"), UNKNOWN, False, Reason.UNRECOGNISED),
        (Link("tun0", "tun", "tun"), frozenset({"tayga", "openvpn"}), False, Reason.UNRECOGNISED),
        (Link("gpd0", "tun", "tun"), UNKNOWN, False, Kind.GLOBALPROTECT),
        (Link("fctvpn1a2b3c4d", "tun", "tun"), NONE, False, Kind.FORTICLIENT),
        (Link("zcctun0", "tun", "tun"), NONE, False, Kind.ZSCALER),
        (Link("nordtun", "tun", "tun"), frozenset({"openvpn"}), False, Kind.NORDVPN),
        (Link("proton0", "wireguard"), NONE, False, Kind.PROTONVPN),
        (Link("moz0", "wireguard"), NONE, False, Kind.MOZILLA),
        (Link("tun0", "ovpn"), NONE, False, Kind.OPENVPN),
        (Link("clat", "tun", "tun"), NONE, False, None),
        (Link("ppp0", "ppp"), frozenset({"xl2tpd"}), False, Kind.PPP),
        (Link("ppp0", "ppp"), frozenset({"pppoe"}), False, None),
        (Link("ppp0", "ppp"), NONE, True, None),
        (Link("ppp0", "ppp"), frozenset({"xl2tpd", "chat"}), False, Reason.UNRECOGNISED),
        (Link("ppp0", "ppp"), UNKNOWN, True, Reason.UNRECOGNISED),
        (Link("ppp0", "ppp"), frozenset({"xl2tpd"}), UNKNOWN, Reason.UNRECOGNISED),
        (
            Link("tap0", "tun", "tap", running=True, addressed=True),
            NONE,
            False,
            Reason.UNRECOGNISED,
        ),
        (Link("tap0", "tun", "", running=True, addressed=True), NONE, False, Reason.UNRECOGNISED),
        (Link("vnet0", "tun", "tap", member=True, running=True, addressed=True), NONE, False, None),
        (Link("tap0", "tun", "tap", running=True), NONE, False, None),
        # A name alone makes no tunnel.
        (Link("tun0", "dummy", running=True, addressed=True), NONE, False, None),
        (Link("wg0", "bridge", running=True, addressed=True), NONE, False, None),
        (Link("tailscale0", "", running=True, addressed=True), NONE, False, None),
        (Link("wg0", "veth", running=True, addressed=True), NONE, False, None),
        *(
            (Link(f"{kind}1", kind, running=True, addressed=True), NONE, False, None)
            for kind in ("bond", "gre", "ipip", "ip6tnl", "sit", "team", "vlan", "vxlan", "macvtap")
        ),
    ],
)
def test_kind_of_an_interface(link, programs, home_line, kind):
    found = kind_of(link, programs, home_line=home_line)
    assert (found.reason if isinstance(found, Unavailable) else found) == kind


@pytest.mark.parametrize(
    ("kind", "link_kind", "received", "handshake", "associations", "expected"),
    [
        (Kind.WIREGUARD, "wireguard", 9, None, 0, True),
        (Kind.WIREGUARD, "wireguard", 0, None, 0, False),
        (Kind.WIREGUARD, "wireguard", None, None, 0, Reason.UNRECOGNISED),
        (Kind.WIREGUARD, "wireguard", 9, False, 0, False),
        (Kind.WIREGUARD, "wireguard", 9, UNKNOWN, 0, Reason.UNRECOGNISED),
        (Kind.WIREGUARD, "tun", 0, None, 0, Reason.UNRECOGNISED),
        (Kind.NORDVPN, "wireguard", 0, None, 0, False),
        (Kind.ZEROTIER, "tun", 0, None, 0, Reason.UNRECOGNISED),
        (Kind.IPSEC, "xfrm", 9, None, 2, True),
        (Kind.IPSEC, "xfrm", 9, None, 1, False),
        (Kind.IPSEC, "xfrm", 0, None, UNKNOWN, Reason.UNRECOGNISED),
        (Kind.IPSEC, "vti6", 9, None, UNKNOWN, Reason.UNRECOGNISED),
        (Kind.IPSEC, "vti6", 9, None, HIDDEN, True),
        (Kind.IPSEC, "vti6", 0, None, HIDDEN, Reason.NOT_PERMITTED),
        (Kind.OPENVPN, "tun", 0, None, 0, True),
        (Kind.PPP, "ppp", 0, None, 0, True),
    ],
)
def test_whether_the_far_end_answered(kind, link_kind, received, handshake, associations, expected):
    link = Link("x0", link_kind, received=received)
    found = answered(link, kind, handshake=handshake, associations=associations)
    assert (found.reason if isinstance(found, Unavailable) else found) == expected


@pytest.mark.parametrize(
    ("age", "keepalive", "expected"),
    [
        (0, 0, True),
        (FRESH_S, 0, True),
        (-FRESH_S, 0, True),
        (-FRESH_S - 1, 25, False),
        (FRESH_S + 1, 25, False),
        (FRESH_S + 1, 0, Reason.UNRECOGNISED),
        (None, 0, False),
        (None, 25, False),
    ],
)
def test_age_of_a_handshake(age, keepalive, expected):
    now = 1_800_000_000
    last = 0 if age is None else now - age
    found = is_fresh({"old": 0, "far": last}, {"far": keepalive}, now)
    assert (found.reason if isinstance(found, Unavailable) else found) == expected
    assert is_fresh({}, {}, now) is False


def test_a_route_that_leads_outside_decides():
    others: tuple[Way | Unavailable, ...] = (Way.TUNNEL, Way.NOWHERE, Way.HERE, UNKNOWN)
    for ways in combinations(others, 3):
        for nothing_leaves in (True, False):
            assert carries_all((*ways, Way.OUTSIDE), nothing_leaves=nothing_leaves) is False


def test_nothing_but_tunnels_is_carried():
    for ways in product((*Way, UNKNOWN), repeat=3):
        if carries_all(ways, nothing_leaves=False) is True:
            assert Way.TUNNEL in ways
            assert Way.OUTSIDE not in ways
            assert UNKNOWN not in ways


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("RTNETLINK answers: Network is unreachable\n", Route()),
        ("RTNETLINK answers: No route to host\n", Route()),
        ("RTNETLINK answers: Permission denied\n", Route()),
        ("RTNETLINK answers: Operation not supported\n", Route()),
        ("RTNETLINK answers: Operation not permitted\n", None),
        ('Error: argument "uid" is wrong: invalid\n', None),
        ("", None),
    ],
)
def test_no_route(said, expected):
    if expected is not None:
        assert parse_route(2, "", said) == expected
        return
    with pytest.raises(ParseError):
        parse_route(2, "", said)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"dev": "wg0", "prefsrc": "10.0.0.2"}, Route("wg0", ip_address("10.0.0.2"))),
        ({"dev": "wg0", "flags": ["linkdown"], "new": {"a": 1}}, Route("wg0")),
        ({"type": "local", "dev": "lo"}, Route("lo", None, here=True)),
        ({"type": "broadcast", "dev": "eth0"}, Route("eth0", None, here=True)),
        ({"type": "unreachable", "dev": "lo", "error": -101}, Route()),
    ],
)
def test_route(shown, expected):
    assert parse_route(0, json.dumps([shown]), "") == expected


BROKEN = ("", "nonsense", "{}", "[]", "[[]]", "[1]", "null", '[{"dev": 1}]', '[{"ifname": 7}]')


@pytest.mark.parametrize("text", [*BROKEN, '[{"dev": "a"}, {"dev": "b"}]', '[{"prefsrc": "x"}]'])
def test_routes_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_route(0, text, "")


@pytest.mark.parametrize("text", [*BROKEN, "[{}, {}]"])
def test_interfaces_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_links(text)


def test_interfaces_of_old_releases_and_odd_shapes():
    shown = [
        {},
        {"ifname": "lo", "flags": ["LOOPBACK", "UP", "LOWER_UP"]},
        {"ifname": "c0", "linkinfo": {"info_kind": "can", "info_data": {"type": 7}}},
        {"ifname": "tun0", "linkinfo": {"info_kind": "tun", "info_data": {"type": 7}}},
        {"ifname": "e0", "flags": ["UP"], "addr_info": [{}, {"local": "x", "scope": "global"}]},
    ]
    assert parse_links(json.dumps(shown)) == (
        Link("lo", running=True),
        Link("c0", "can"),
        Link("tun0", "tun"),
        Link("e0"),
    )


@pytest.mark.parametrize(
    ("address", "scope", "usable"),
    [
        ("10.8.0.6", "global", True),
        ("fd00::6", "global", True),
        ("169.254.3.4", "global", False),
        ("fe80::6", "link", False),
        ("fe80::6", "global", False),
        ("127.0.0.1", "global", False),
        ("10.8.0.6", "host", False),
    ],
)
def test_address_of_an_interface(address, scope, usable):
    shown = [{"ifname": "tun0", "addr_info": [{"local": address, "scope": scope}]}]
    assert parse_links(json.dumps(shown))[0].addressed is usable


@pytest.mark.parametrize(
    "text",
    [
        *("practice.example", "", "10.0.0.0/33", "10.0.0.5/8", "10.0.0.1%eth0", "fe80::1%eth0"),
        *("010.0.0.1", "10.1", "1", "-6", "10.0.0.1 dev tun0", "::/0/0", "10.0.0.0/8/8", "/8"),
    ],
)
def test_what_is_no_target(text):
    with pytest.raises(ParseError):
        parse_target(text)


def test_an_address_has_itself_as_sample():
    assert samples(parse_target("10.20.3.4"), [ip_network("10.20.0.0/16")]) == (
        ip_address("10.20.3.4"),
    )
    assert samples(parse_target("10.20.3.4/32"), []) == (ip_address("10.20.3.4"),)


PARTS = st.builds(
    lambda number, length: ip_network((number >> (32 - length) << (32 - length), length)),
    st.integers(int(ip_address("10.20.0.0")), int(ip_address("10.20.255.255"))),
    st.integers(12, 32),
)


@given(st.lists(PARTS, max_size=8), st.integers(0, 65535))
def test_every_address_of_a_network_is_routed_like_a_sample(parts, offset):
    """A route is chosen by the parts that an address lies in: each such choice has a sample."""
    target = ip_network("10.20.0.0/16")
    chosen = {frozenset(p for p in parts if it in p) for it in samples(target, parts)}
    assert frozenset(p for p in parts if target[offset] in p) in chosen


def test_a_network_in_too_many_parts():
    parts = [ip_network(f"10.20.{n}.0/25") for n in range(MAX_LOOKUPS)]
    with pytest.raises(ParseError):
        samples(ip_network("10.20.0.0/16"), parts)


def test_parts_of_the_other_family_do_not_count():
    assert len(samples(ip_network("10.20.0.0/16"), [ip_network("2001:db8::/64")])) == 3


def test_destinations():
    text = json.dumps(
        [{"dst": "default"}, {"dst": "10.8.0.6", "type": "local"}, {"dst": "10.20.0.0/16"}]
    )
    found = [str(network) for network in parse_destinations(text)]
    assert found == ["10.8.0.6/32", "10.20.0.0/16"]
    for broken in ("", "{}", '[{"dst": "x"}]', '[{"dst": 1}]'):
        with pytest.raises(ParseError):
            parse_destinations(broken)


def test_rules_that_tell_traffic_apart():
    shown = [
        {"priority": 0, "src": "all", "table": "local"},
        {"src": "all", "dst": "10.3.0.0", "dstlen": 16, "table": "77"},
        {"not": None, "src": "all", "dst": "30.0.0.1", "table": "77"},
        {"src": "all", "ipproto": "tcp", "dport": 443, "table": "77"},
        {"src": "all", "ipproto": "udp", "sport_start": 10, "sport_end": 20, "table": "77"},
        {"src": "all", "dport": 80, "table": "77"},
        {"src": "all", "ipproto": "icmp", "iif": "lo", "table": "77"},
        # For marks, devices and addresses that a program must choose, and for no program at all.
        {"src": "all", "ipproto": "tcp", "dport": 1, "fwmark": "0x1", "table": "77"},
        {"src": "all", "ipproto": "tcp", "dport": 2, "oif": "eth1", "table": "77"},
        {"src": "all", "ipproto": "tcp", "dport": 3, "iif": "br0", "table": "77"},
        {"src": "192.0.2.1", "ipproto": "tcp", "dport": 4, "table": "77"},
        {"src": "all", "ipproto": "gre", "table": "77"},
    ]
    rules = parse_rules(json.dumps(shown), 4)
    assert [str(network) for network in rules.targets] == ["10.3.0.0/16", "30.0.0.1/32"]
    assert [" ".join(flow.args) for flow in rules.flows] == [
        "ipproto tcp dport 443",
        "ipproto udp sport 10",
        "ipproto tcp dport 80",
        "ipproto udp dport 80",
        "ipproto icmp",
    ]
    assert ANY.args == ()


def test_rules_without_a_family_of_addresses():
    said = b"RTNETLINK answers: Address family not supported by protocol\nDump terminated\n"
    assert read_rules(Output(1, b"", said), 6) == Rules()
    with pytest.raises(ParseError):
        read_rules(Output(1, b"", b"no"), 6)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[1]", '[{"dst": "x"}]', '[{"dst": "10.0.0.0", "dstlen": 99}]'),
        json.dumps([{"dport": port} for port in range(1, MAX_FLOWS)]),
    ],
)
def test_rules_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_rules(text, 4)


def test_a_range_of_a_rule_is_looked_up_unless_it_is_no_ones():
    networks = [ip_network(text) for text in ("52.0.0.0/8", "10.3.0.0/16", "9.9.9.9/32")]
    assert [str(it) for it in parse_exclusions("[]", 4, (), networks)] == ["52.0.0.0"]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"dst": "40.0.0.0/8", "gateway": "192.168.1.1", "dev": "eth0"}, "40.0.0.0"),
        ({"dst": "40.0.0.0/8", "via": {"host": "fe80::1"}, "dev": "eth0"}, "40.0.0.0"),
        ({"dst": "40.0.0.0/8", "nexthops": [{"dev": "tun0"}, {"dev": "eth0"}]}, "40.0.0.0"),
        ({"dst": "40.0.0.0/8", "nhid": 7}, "40.0.0.0"),
        ({"dst": "40.0.0.0/8", "dev": "ppp0"}, "40.0.0.0"),
        ({"dst": "40.0.0.0/8", "type": "throw", "table": "52"}, "40.0.0.0"),
        ({"dst": "default", "dev": "ppp0"}, "1.0.0.0"),
        ({"dst": "40.0.0.0/8", "gateway": "10.8.0.1", "dev": "tun0"}, None),
        ({"dst": "40.0.0.0/8", "nexthops": [{"dev": "tun0"}, {"dev": "tun0"}]}, None),
        ({"dst": "40.0.0.0/20", "dev": "eth0"}, None),
        ({"dst": "40.0.0.9", "gateway": "192.168.1.1", "dev": "eth0"}, None),
        ({"dst": "10.0.0.0/8", "gateway": "192.168.1.1", "dev": "eth0"}, None),
        ({"dst": "40.0.0.0/8", "type": "blackhole"}, None),
        ({"dst": "2600::/16", "gateway": "fe80::1", "dev": "eth0"}, None),
    ],
)
def test_what_a_route_may_exclude(shown, expected):
    found = [str(it) for it in parse_exclusions(json.dumps([shown]), 4, {"tun0"})]
    assert found == ([] if expected is None else [expected])


def test_more_exclusions_than_are_looked_up():
    past = {"gateway": "192.168.1.1", "dev": "eth0"}
    small = [{"dst": f"40.0.{n}.0/24", **past} for n in range(2 * MAX_EXCLUSIONS)]
    found = parse_exclusions(json.dumps([*small, {"dst": "104.0.0.0/6", **past}]), 4, ())
    assert len(found) == MAX_EXCLUSIONS
    assert str(found[0]) == "104.0.0.0"


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"dst": "x"}]', '[{"dst": 1}]'])
def test_exclusions_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_exclusions(text, 4, ())


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "src 10.0.0.0/8 dst 10.0.0.0/8\n\tdir out\n",
        "src x/8 dst 10.0.0.0/8\n\tdir out priority 1\n",
        "\tdir out priority 1\n",
    ],
)
def test_policies_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_policies(text)


def test_a_policy_that_may_let_packets_through_is_no_tunnel():
    text = (
        "src 10.0.0.0/8 dst 0.0.0.0/0 \n\tdir out priority 1 ptype main \n"
        "\ttmpl src 192.0.2.1 dst 192.0.2.9\n\t\tproto {proto} reqid 1 mode tunnel{level}\n"
    )
    for proto, level, tunnel in (
        ("esp", "", True),
        ("esp", "\n\t\tlevel use", False),
        ("ah", "", False),
    ):
        assert parse_policies(text.format(proto=proto, level=level))[0].tunnel is tunnel


@pytest.mark.parametrize("text", ["", "SAD", "SAD count x", "\t SAD count 2 SPD count 3"])
def test_count_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_state_count(text)


def test_handshakes():
    assert parse_table("wg0\tA=\t1800000000\nwg0\tB=\t0\nwg1\tC=\toff\n") == {
        "wg0": {"A=": 1_800_000_000, "B=": 0},
        "wg1": {"C=": 0},
    }
    for broken in ("wg0", "wg0\tA=\tnever", "wg0\tA=\t-1", "a\tb\tc\td"):
        with pytest.raises(ParseError):
            parse_table(broken)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conn practice\n  auto=start\n", True),
        ("conn %default\n\tkeyexchange=ikev2\n", False),
        ("# conn practice\n  conn indented\n", False),
        ("config setup\nconnection x\n", False),
    ],
)
def test_connections_of_ipsec_conf(text, expected):
    assert vpn_setup.has_connection(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("connections {\n  practice {\n    version = 2\n  }\n}\n", True),
        ("connections {\n  # practice {\n}\n", False),
        ("# connections { practice { } }\nsecrets { ike { } }\n", False),
        ("connections { }", False),
    ],
)
def test_connections_of_swanctl_conf(text, expected):
    assert vpn_setup.has_swanctl_connection(text) is expected


@pytest.mark.parametrize(
    ("exit_code", "said", "expected"),
    [
        (0, "", True),
        (1, "Tailscale is stopped.\n", True),
        (1, "Logged out.\nLog in at: https://login.example/a/1\n", False),
        (1, "unexpected state: NoState\n", None),
        (1, "", None),
    ],
)
def test_tailscale(exit_code, said, expected):
    output = Output(exit_code, said.encode())
    if expected is not None:
        assert vpn_setup.parse_tailscale(output) is expected
        return
    with pytest.raises(ParseError):
        vpn_setup.parse_tailscale(output)


@pytest.mark.parametrize("output", [Output(8, b""), Output(0, b"id\n"), Output(0, b"a:b:c\n")])
def test_connections_in_no_known_form(output):
    with pytest.raises(ParseError):
        vpn_setup.parse_connections(output)


# Every process is in sight, and there are no others.
SEEN = {
    f"/proc/{number}/{name}": text
    for number, title in ((1, "systemd"), (2, "kthreadd"))
    for name, text in (("comm", f"{title}\n"), ("status", "Uid:\t0\t0\n"), ("cmdline", ""))
}


def replay(*commands: Command, otherwise: str = "absent") -> dict[str, Fact]:
    files = SEEN if otherwise == "absent" else {}
    recorded = Recorded(
        Platform.LINUX, "by hand", NOW, files=files, commands=commands, otherwise=otherwise
    )
    keys = frozenset({*vpn.NAMES} - {"vpn.carries"} | {"vpn.carries(10.0.0.0/8)"})
    found = vpn.collect(ReplayHost(Recording(recorded, {})), keys, datetime.now(UTC))
    return {fact.key: fact for fact in found}


SHOW = ("ip", "-j", "-d", "-s", "address", "show")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Command(SHOW, unavailable=Reason.TIMED_OUT), Reason.TIMED_OUT),
        (Command(SHOW, unavailable=Reason.NOT_PERMITTED), Reason.NOT_PERMITTED),
        (Command(SHOW, exit=1, stderr="no"), Reason.FAILED),
        (Command(SHOW, stdout="[]"), Reason.UNRECOGNISED),
        (Command(SHOW, stdout="x" * 1000), Reason.UNRECOGNISED),
        (Command(("true",)), Reason.NOT_INSTALLED),
    ],
)
def test_without_the_list_of_interfaces_nothing_is_said(command, reason):
    for fact in replay(command).values():
        assert isinstance(fact.value, Unavailable), fact
        assert fact.value.reason is reason


def test_an_empty_recording_says_nothing():
    facts = replay(otherwise="unknown")
    assert len(facts) == len(vpn.NAMES)
    assert all(isinstance(fact.value, Unavailable) for fact in facts.values())


def test_an_interface_that_came_up_in_between_is_not_judged():
    probe = ("ip", "-4", "-j", "route", "get", str(PROBES_V4[0]), "uid", "1000")
    facts = replay(
        Command(SHOW, stdout='[{"ifname": "lo"}]'),
        *(
            Command((*probe[:5], str(address), *probe[6:]), stdout='[{"dev": "wg0"}]')
            for address in PROBES_V4
        ),
    )
    value = facts["vpn.full_tunnel_v4"].value
    assert isinstance(value, Unavailable)
    assert value.reason is Reason.FAILED


def test_every_kind_is_a_word():
    assert all(kind == kind.lower() and kind.isalpha() for kind in tunnels.Kind)


def test_kinds_are_those_of_the_dictionary():
    assert set(tunnels.Kind) <= set(FACTS["vpn.kind"].values)


KEYS = st.sampled_from(
    ("ifname", "flags", "addr_info", "local", "dst", "dstlen", "dev", "type", "dport", "ipproto")
)
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
PARSERS = (
    parse_links,
    parse_destinations,
    parse_policies,
    parse_state_count,
    parse_table,
    lambda text: parse_route(0, text, ""),
    lambda text: parse_rules(text, 4),
    lambda text: parse_exclusions(text, 4, {"tun0"}),
    lambda text: vpn_setup.parse_connections(Output(0, text.encode())),
    lambda text: vpn_setup.parse_tailscale(Output(1, text.encode())),
    parse_target,
)


@given(st.one_of(st.text(max_size=60), SHAPES.map(json.dumps)), st.sampled_from(PARSERS))
def test_parsers_raise_nothing_else(text, parse):
    with suppress(ParseError):
        parse(text)


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name):
    assert name in globals() or (TESTS / "recordings/linux" / name).is_dir()
