"""The VPN on Windows: adapters by their makers' descriptions, and the route that packets take."""

import contextlib
import re
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.vpn_ways import PROBES_V4, PROBES_V6
from hipaaguard.collect.windows import batch
from hipaaguard.collect.windows.interfaces import (
    PPP,
    VIRTUAL,
    Interface,
    parse_interfaces,
)
from hipaaguard.collect.windows.vpn.routes import choose, parse_choices, parse_routes
from hipaaguard.collect.windows.vpn.tunnels import (
    Connection,
    Kind,
    is_active,
    kind_of,
    parse_connections,
)
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

TRAPS = {
    "half routes leave the home's default route in place": "vpn-openvpn-half-routes",
    "a tunnel of IPv4 alone leaks IPv6": "vpn-wireguard-ipv6-leaks",
    "a home without IPv6 leaks none": "vpn-none-wifi-only-ipv4",
    "a route without an address leads nowhere": "vpn-ipv6-route-without-address",
    "a split tunnel is up and carries little": "vpn-openvpn-split-tunnel",
    "one subnet past the tunnel": "vpn-openvpn-one-subnet-past-the-tunnel",
    "a public range past the tunnel": "vpn-anyconnect-leaves-out-video-calls",
    "an adapter that is down": "vpn-forticlient-disconnected",
    "an adapter with an address that Windows made up": "vpn-openvpn-disconnected",
    "a mesh is no full tunnel": "vpn-tailscale-mesh",
    "switches of virtual machines": "vpn-hyper-v-wsl-virtualbox",
    "connection names are translated": "vpn-windows-ikev2-all-traffic",
    "Windows' own VPN with split tunnelling": "vpn-windows-split-tunnel",
    "a dial-up line is perhaps the home's own": "vpn-dial-up-line",
    "a far end that never answered": "vpn-wireguard-nothing-received",
    "installed does not mean set up": "vpn-nordvpn-idle",
    "settings that only the system may see": "vpn-wireguard-settings-locked",
    "the table and Windows' choice differ": "vpn-routes-disagree",
    "two routes at the same cost": "vpn-equal-routes",
    "no way to the internet is no leak and no tunnel": "vpn-offline",
}

INTERFACE = Interface(
    7, "a", 6, up=True, description="", received=1, addresses=(ip_address("10.8.0.2"),)
)


def named(description: str, kind: int = 6) -> Interface:
    return Interface(7, "a", kind, up=True, description=description, addresses=INTERFACE.addresses)


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


def test_kinds_are_those_of_the_dictionary() -> None:
    assert set(Kind) <= set(FACTS["vpn.kind"].values)


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("WireGuard Tunnel", Kind.WIREGUARD),
        ("WireGuard Tunnel #2", Kind.WIREGUARD),
        ("Wintun Userspace Tunnel", Kind.TUN),
        ("TAP-Windows Adapter V9", Kind.OPENVPN),
        ("TAP-Windows Adapter V9 for OpenVPN Connect", Kind.OPENVPN),
        ("OpenVPN Data Channel Offload", Kind.OPENVPN),
        ("ovpn-dco-win", Kind.OPENVPN),
        ("TAP-NordVPN Windows Adapter V9", Kind.NORDVPN),
        ("NordLynx Tunnel", Kind.NORDVPN),
        ("TAP-ProtonVPN Windows Adapter V9", Kind.PROTONVPN),
        ("TAP-Surfshark Windows Adapter V9", Kind.OPENVPN),
        ("Mullvad Tunnel", Kind.MULLVAD),
        ("Tailscale Tunnel", Kind.TAILSCALE),
        ("ZeroTier Virtual Port", Kind.ZEROTIER),
        ("Zscaler Network Adapter 1.0.2.0", Kind.ZSCALER),
        ("Cloudflare WARP Interface Tunnel", Kind.WARP),
        ("Cisco AnyConnect Virtual Miniport Adapter for Windows x64", Kind.ANYCONNECT),
        (
            "Cisco AnyConnect Secure Mobility Client Virtual Miniport Adapter for Windows x64",
            Kind.ANYCONNECT,
        ),
        ("PANGP Virtual Ethernet Adapter Secure", Kind.GLOBALPROTECT),
        ("Fortinet SSL VPN Virtual Ethernet Adapter", Kind.FORTICLIENT),
        ("Fortinet Virtual Ethernet Adapter (NDIS 6.30)", Kind.FORTICLIENT),
        ("Juniper Networks Virtual Adapter", Kind.IVANTI),
        ("Check Point Virtual Network Adapter For Endpoint VPN Client", Kind.CHECKPOINT),
        ("SonicWall NetExtender Adapter", Kind.SONICWALL),
        ("F5 Networks VPN Adapter", Kind.TUN),
        ("VPN Client Adapter - VPN", Kind.TUN),
        ("Hyper-V Virtual Ethernet Adapter #2", None),
        ("VirtualBox Host-Only Ethernet Adapter", None),
        ("VMware Virtual Ethernet Adapter for VMnet8", None),
        ("Bluetooth Device (Personal Area Network)", None),
        ("Microsoft Wi-Fi Direct Virtual Adapter", None),
        ("Microsoft Teredo Tunneling Adapter", None),
        ("Teredo Tunneling Pseudo-Interface", None),
        ("Microsoft ISATAP Adapter #3", None),
        ("Microsoft 6to4 Adapter", None),
        ("Npcap Loopback Adapter", None),
        ("WAN Miniport (IKEv2)", None),
        ("Remote NDIS based Internet Sharing Device", None),
    ],
)
def test_the_makers_description_decides(description: str, kind: Kind | None) -> None:
    assert kind_of(named(description), ()) is kind


def test_the_kind_of_adapter_gives_an_unknown_maker_away() -> None:
    assert kind_of(named("Something Else", VIRTUAL), ()) is Kind.TUN
    assert kind_of(named("Something Else"), ()) is None


def test_a_dial_up_interface_is_known_by_its_connection() -> None:
    line = named("Practice", PPP)
    assert kind_of(line, (Connection(Kind.IPSEC, "a"),)) is Kind.IPSEC
    assert isinstance(kind_of(line, (Connection(Kind.IPSEC, ""),)), Unavailable)
    failed = Unavailable(Reason.FAILED, "x")
    assert kind_of(line, failed) is failed


@pytest.mark.parametrize(
    ("kind", "received", "active"),
    [
        (Kind.WIREGUARD, 0, None),
        (Kind.WIREGUARD, 148, True),
        (Kind.TUN, None, None),
        (Kind.OPENVPN, 0, True),
        (Kind.IPSEC, None, True),
    ],
)
def test_what_proves_the_far_end(kind: Kind, received: int | None, active: bool | None) -> None:
    tunnel = Interface(
        7, "a", 53, up=True, description="", received=received, addresses=INTERFACE.addresses
    )
    found = is_active(tunnel, kind)
    assert (found if isinstance(found, bool) else None) is active


METRICS = [
    {"Index": 5, "Family": 2, "Metric": 25, "State": 1},
    {"Index": 9, "Family": 2, "Metric": 5, "State": 1},
    {"Index": 8, "Family": 2, "Metric": 1, "State": 0},
]


def row(prefix: str, index: int, metric: int = 0) -> dict[str, str | int]:
    return {
        "DestinationPrefix": prefix,
        "NextHop": "::",
        "InterfaceIndex": index,
        "RouteMetric": metric,
    }


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([row("0.0.0.0/0", 5), row("0.0.0.0/0", 9)], {9}),
        ([row("0.0.0.0/0", 5), row("0.0.0.0/0", 9, 100)], {5}),
        ([row("0.0.0.0/0", 5), row("0.0.0.0/0", 9, 20)], {5, 9}),
        ([row("20.0.0.0/8", 5, 9000), row("0.0.0.0/0", 9)], {5}),
        ([row("0.0.0.0/0", 5), row("0.0.0.0/1", 9, 500)], {9}),
        ([row("0.0.0.0/0", 5), row("0.0.0.0/0", 8)], {5}),
        ([row("10.0.0.0/8", 9)], set()),
    ],
)
def test_the_longest_prefix_then_the_lowest_cost(
    rows: list[dict[str, Any]], chosen: set[int]
) -> None:
    assert choose(parse_routes(rows, METRICS), ip_address("20.200.100.50")) == chosen


@pytest.mark.parametrize(
    "rows",
    [[], [row("0.0.0.0/0", 77)], [row("somewhere", 5)], [{**row("0.0.0.0/0", 5), "NextHop": None}]],
)
def test_routes_of_another_form_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ParseError):
        parse_routes(rows, METRICS)


def test_windows_is_asked_about_the_probes() -> None:
    asked = re.findall(r"'([0-9a-f.:]+)'", batch.bodies()["routes-choices"])
    assert [ip_address(it) for it in asked] == [*PROBES_V4, *PROBES_V6]


CELL = st.none() | st.booleans() | st.integers(-9, 1 << 40) | st.text(max_size=9)
CELLS = CELL | st.lists(CELL, max_size=3).map(tuple)
NAMES = (
    *("Index", "Id", "Type", "Status", "Description", "Received", "Addresses", "Dns", "To"),
    *("DestinationPrefix", "NextHop", "InterfaceIndex", "RouteMetric", "Family", "Metric", "State"),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), CELLS), max_size=4)


@given(ROWS, ROWS)
def test_only_parse_errors_escape(
    rows: list[dict[str, Any]], metrics: list[dict[str, Any]]
) -> None:
    for parse in (parse_interfaces, parse_connections, parse_choices):
        with contextlib.suppress(ParseError):
            parse(rows)
    with contextlib.suppress(ParseError):
        parse_routes(rows, metrics)
