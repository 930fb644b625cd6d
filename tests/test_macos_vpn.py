"""The VPN on macOS: interfaces, services and routes, from text to facts."""

from contextlib import suppress
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.macos.interfaces import Interface, parse_interfaces
from hipaaguard.collect.macos.processes import Process, parse_processes
from hipaaguard.collect.macos.vpn.routes import Route, parse_choice, parse_routes
from hipaaguard.collect.macos.vpn.services import _APPS, Service, parse_services
from hipaaguard.collect.macos.vpn.tunnels import _HOLDERS, is_tunnel, kind_of
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

TRAPS = {
    "no VPN on macOS 12": "vpn-none-macos12",
    "no VPN on macOS 13": "vpn-none-macos13",
    "no VPN on macOS 14": "vpn-none-macos14",
    "several utun without an address are the system's": "vpn-none-macos15",
    "no VPN on macOS 26": "vpn-none-macos26",
    "no VPN, and IPv6": "vpn-none-with-ipv6",
    "no VPN at 3 in the morning, nor a network": "vpn-offline",
    "a bridge of a virtual machine": "vpn-bridge-of-a-virtual-machine",
    "a default route with a link is no tunnel: others pass it": "vpn-default-route-of-a-bridge",
    "a default route for those who ask by name": "vpn-scoped-default-alone",
    "0/1 and 128.0/1 beside the home's default route": "vpn-openvpn-full",
    "OpenVPN for IPv6 too": "vpn-openvpn-full-ipv6-too",
    "OpenVPN without redirect-gateway is split": "vpn-openvpn-split",
    "IPv4 in the tunnel, IPv6 beside it": "vpn-openvpn-full-leaks-ipv6",
    "a route looks like everything and is not": "vpn-openvpn-with-a-hole",
    "a hole that no probe meets": "vpn-openvpn-with-a-hole-between-probes",
    "OpenVPN set up, and down": "vpn-openvpn-down",
    "WireGuard": "vpn-wireguard-full",
    "WireGuard set up, and down": "vpn-wireguard-disconnected",
    "WireGuard of Homebrew, down": "vpn-wireguard-of-homebrew-down",
    "macOS' own IKEv2": "vpn-ikev2-full",
    "macOS' own L2TP": "vpn-l2tp-full",
    "a modem is no VPN": "vpn-modem-connected",
    "a dial-up line of nobody": "vpn-ppp-of-no-service",
    "Tailscale without an exit node is a mesh": "vpn-tailscale-mesh",
    "Tailscale with an exit node": "vpn-tailscale-exit-node",
    "Tailscale that scutil does not know": "vpn-tailscale-of-homebrew",
    "Tailscale beside another VPN": "vpn-tailscale-beside-openvpn",
    "a maker's client, connected": "vpn-anyconnect-full",
    "a maker's service always runs": "vpn-anyconnect-idle",
    "a maker's client that keeps its settings": "vpn-mullvad-closed",
    "two clients": "vpn-two-clients",
    "a tunnel of nobody known": "vpn-unknown-tunnel",
    "the link to a phone": "vpn-link-to-a-phone",
    "the link to a phone beside a VPN": "vpn-link-to-a-phone-and-openvpn",
    "the practice's network without a tunnel": "vpn-practice-network-without-a-tunnel",
    "the practice's network, but one part": "vpn-practice-network-with-a-hole",
    "an address of the home": "vpn-target-in-home-network",
    "a name is no address": "vpn-target-garbled",
    "interfaces are not told": "vpn-interfaces-unread",
    "interfaces of another form": "vpn-interfaces-garbled",
    "services are not told": "vpn-services-unread",
    "services in German": "vpn-services-garbled",
    "programs are not told": "vpn-programs-unread",
    "routes are not told": "vpn-routes-unread",
    "routes are told with an error": "vpn-routes-list-fails",
    "routes of other columns": "vpn-routes-of-other-columns",
    "the kernel is not asked": "vpn-route-tool-fails",
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


def test_kinds_are_those_of_the_dictionary() -> None:
    named = {kind for _, kind in (*_APPS, *_HOLDERS)}
    assert named <= set(FACTS["vpn.kind"].values)


def interface(name: str, *addresses: str, up: bool = True) -> Interface:
    return Interface(name, up, tuple(map(ip_address, addresses)))


WORK = Service(is_connected=True, kind="ppp", over_ppp=True)
MODEM = Service(is_connected=True, kind="", over_ppp=True)
IDLE = Service(is_connected=False, kind="ppp", over_ppp=True)
APP = Service(is_connected=True, kind="wireguard", over_ppp=False)
LINE = interface("ppp0", "10.0.0.7")


@pytest.mark.parametrize(
    ("found", "tunnel"),
    [
        (interface("utun4", "10.8.0.6"), True),
        (interface("utun4", "2001:db8::6"), True),
        (interface("utun4", "fe80::1", "10.8.0.6"), True),
        (interface("utun4", "fd00::6", "10.8.0.6"), True),
        (interface("utun4"), False),
        (interface("utun4", "fe80::1"), False),
        (interface("utun4", "169.254.7.7"), False),
        (interface("utun4", "10.8.0.6", up=False), False),
        (interface("utun6", "fe80::1", "fd07:60d:89a4::2"), None),
        (interface("ipsec0", "10.8.0.6"), True),
        (interface("tun0", "10.8.0.6"), True),
        (interface("tap1", "10.8.0.6"), True),
        (interface("feth1234", "10.8.0.6"), True),
        (interface("bridge100", "192.168.64.1"), False),
        (interface("vmenet0", "192.168.64.1"), False),
        (interface("en0", "192.168.1.23"), False),
        (interface("awdl0", "fe80::1"), False),
        (interface("lo0", "127.0.0.1"), False),
        (interface("xutun4", "10.8.0.6"), False),
    ],
    ids=str,
)
def test_which_interfaces_are_tunnels(found: Interface, tunnel: bool | None) -> None:
    judged = is_tunnel(found, ())
    assert (None if isinstance(judged, Unavailable) else judged) is tunnel


@pytest.mark.parametrize(
    ("services", "tunnel"),
    [
        ((WORK,), True),
        ((WORK, IDLE, APP), True),
        ((MODEM,), False),
        ((MODEM, WORK), None),
        ((IDLE,), None),
        ((APP,), None),
        ((), None),
        (Unavailable(Reason.FAILED, "x"), None),
    ],
    ids=str,
)
def test_a_dial_up_line_is_known_by_its_service(
    services: tuple[Service, ...] | Unavailable, tunnel: bool | None
) -> None:
    judged = is_tunnel(LINE, services)
    assert (None if isinstance(judged, Unavailable) else judged) is tunnel


def service(kind: str) -> Service:
    return Service(is_connected=True, kind=kind, over_ppp=False)


UTUN, MESH = interface("utun4", "10.8.0.6"), interface("utun5", "100.101.102.103")


@pytest.mark.parametrize(
    ("found", "services", "programs", "kind"),
    [
        (LINE, [service("wireguard")], ["openvpn"], "ppp"),
        (interface("ipsec0", "10.8.0.6"), [], [], "ipsec"),
        (UTUN, [], [], "tun"),
        (UTUN, [], ["openvpn"], "openvpn"),
        (UTUN, [], ["openvpn", "vpnagentd"], "tun"),
        (UTUN, [service("wireguard")], ["vpnagentd"], "wireguard"),
        (UTUN, [service("wireguard"), service("nordvpn")], [], "tun"),
        (UTUN, [service("tailscale")], ["openvpn"], "openvpn"),
        (UTUN, [service("tailscale")], [], "tun"),
        (UTUN, [], ["tailscaled"], "tun"),
        (MESH, [service("tailscale")], ["openvpn"], "tailscale"),
        (MESH, [], ["tailscaled"], "tailscale"),
        (MESH, [], ["openvpn"], "openvpn"),
    ],
    ids=str,
)
def test_whose_tunnel_it_is(
    found: Interface, services: list[Service], programs: list[str], kind: str
) -> None:
    processes = [Process(0, f"/opt/{name}") for name in programs]
    assert kind_of(found, tuple(services), processes) == kind
    assert kind in FACTS["vpn.kind"].values


def test_programs_of_persons_hold_no_tunnel() -> None:
    assert kind_of(UTUN, (), [Process(501, "/opt/openvpn")]) == "tun"


HEAD = "Available network connection services in the current set (*=enabled):\n"
UUID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("line", "kind", "connected", "over_ppp"),
    [
        (f'* (Connected)   {UUID} PPP --> L2TP  "Büro" [PPP:L2TP]', "ppp", True, True),
        (f'* (Connected)   {UUID} PPP --> Modem (x) "y" [PPP:Modem]', "", True, True),
        (f'* (Connecting)  {UUID} PPP --> PPPoE "y" [PPP:PPPoE]', "", False, True),
        (f'* (Connected)   {UUID} VPN (IKEv2) "y" [VPN:IKEv2]', "ipsec", True, False),
        (f'  (Disconnected) {UUID} IPSec "y" [IPSec]', "ipsec", False, False),
        (
            f'* (Connected) {UUID} VPN (com.wireguard.macos) "[a]" [VPN:com.wireguard.macos]',
            "wireguard",
            True,
            False,
        ),
        (f'* (Invalid) {UUID} VPN (org.x) "(Connected)" [VPN:org.x]', "tun", False, False),
        (
            f'* (No Service) {UUID} VPN (io.tailscale.ipn) "T" [VPN:io.tailscale.ipn]',
            "tailscale",
            False,
            False,
        ),
    ],
)
def test_services_of_macos(line: str, kind: str, connected: bool, over_ppp: bool) -> None:
    (found,) = parse_services(f"{HEAD}{line}\n")
    assert found == Service(is_connected=connected, kind=kind, over_ppp=over_ppp)


@pytest.mark.parametrize(
    "text", ["", "\n", "Verfügbare Dienste\n", f"{HEAD}nonsense\n", f'{HEAD}* {UUID} "y" [VPN:x]\n']
)
def test_services_of_another_form_are_refused(text: str) -> None:
    assert parse_services(HEAD) == ()
    with pytest.raises(ParseError):
        parse_services(text)


COLUMNS = "Destination        Gateway            Flags           Netif Expire\n"


@pytest.mark.parametrize(
    ("line", "network", "is_host", "is_own"),
    [
        ("default 192.168.1.1 UGScg en0", "0.0.0.0/0", False, False),
        ("default link#22 UCSg utun4", "0.0.0.0/0", False, True),
        ("0/1 10.8.0.5 UGSc utun4", "0.0.0.0/1", False, False),
        ("128.0/1 10.8.0.5 UGSc utun4", "128.0.0.0/1", False, False),
        ("2/7 198.18.0.1 UGSc utun4", "2.0.0.0/7", False, False),
        ("1 198.18.0.1 UGSc utun4", "1.0.0.0/8", False, False),
        ("100.64/10 link#22 UCS utun4", "100.64.0.0/10", False, True),
        ("127 127.0.0.1 UCS lo0", "127.0.0.0/8", False, True),
        ("192.168.1 link#11 UCS en0 !", "192.168.1.0/24", False, True),
        ("192.168.1.1/32 link#11 UCS en0 !", "192.168.1.1/32", False, True),
        ("203.0.113.9 192.168.1.1 UGHS en0", "203.0.113.9/32", True, False),
        ("10 10.0.0.1 UGHS en0", "10.0.0.0/32", True, False),
    ],
)
def test_netstat_leaves_out_what_can_be_guessed(
    line: str, network: str, is_host: bool, is_own: bool
) -> None:
    name = line.split()[3]
    expected = Route(ip_network(network), name, is_host=is_host, is_own=is_own)
    assert parse_routes(f"Routing tables\n\nInternet:\n{COLUMNS}{line}\n\n", 4) == (expected,)


def test_routes_of_ipv6() -> None:
    lines = (
        "default fe80::1%en0 UGcg en0\n"
        "default fe80::%utun0 UGcIg utun0\n"
        "::1 ::1 UHL lo0\n"
        "2000::/3 fe80::1%utun4 UGSc utun4\n"
        "fe80::%lo0/64 fe80::1%lo0 UcI lo0\n"
        "fe80::1%lo0 link#1 UHLI lo0\n"
        "fe80::%en0/64 link#11 UC en0\n"
    )
    found = parse_routes(f"Routing tables\n\nInternet6:\n{COLUMNS}{lines}", 6)
    assert [str(it.network) for it in found] == ["::/0", "::1/128", "2000::/3", "fe80::/64"]


def test_columns_of_an_older_netstat() -> None:
    text = (
        "Destination Gateway Flags Refs Use Mtu Netif Expire\n"
        "default 192.168.1.254 UGSc 83 24 1500 en0\n"
    )
    assert [it.interface for it in parse_routes(text, 4)] == ["en0"]
    assert parse_routes("Routing tables\n", 6) == ()


@pytest.mark.parametrize(
    "text",
    [
        "netstat: no such family\n",
        "Destination Gateway\ndefault 192.168.1.1\n",
        "Destination Gateway Flags\ndefault 192.168.1.1 UGSc\n",
        f"{COLUMNS}default 192.168.1.1 UGSc\n",
        f"{COLUMNS}somewhere 192.168.1.1 UGSc en0\n",
        f"{COLUMNS}256.1 192.168.1.1 UGSc en0\n",
        f"{COLUMNS}10/33 192.168.1.1 UGSc en0\n",
    ],
)
def test_routes_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_routes(text, 4)


CHOICE = (
    "   route to: 20.200.100.50\ndestination: default\n  interface: {}\n      flags: <{}>\n"
    " recvpipe  sendpipe\n"
)


@pytest.mark.parametrize(
    ("flags", "chosen"),
    [
        ("UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL", "utun4"),
        ("UP,DONE", "utun4"),
        ("UP,DONE,REJECT", None),
        ("UP,DONE,STATIC,BLACKHOLE", None),
    ],
)
def test_the_kernels_choice(flags: str, chosen: str | None) -> None:
    assert parse_choice(Output(0, CHOICE.format("utun4", flags).encode())) == chosen


def test_no_way_is_an_answer_and_an_error_is_none() -> None:
    refused = b"route: writing to routing socket: not in table\n"
    assert parse_choice(Output(1, b"", refused)) is None
    for answer in (
        Output(1, b"", b"route: bad address\n"),
        Output(0, b""),
        Output(0, b"  interface: utun4\n"),
        Output(1, CHOICE.format("utun4", "UP").encode()),
        Output(0, b"\xff"),
    ):
        with pytest.raises(ParseError):
            parse_choice(answer)


LINES = st.lists(
    st.sampled_from(
        [
            *("Routing tables", "", COLUMNS.strip(), "Destination Gateway", HEAD.strip()),
            *("default 192.168.1.1 UGSc en0", "default", "0/1 x y", "::/0 a b c"),
            *("lo0: flags=8049<UP,RUNNING> mtu 1", "\tinet 127.0.0.1 netmask 0xff000000"),
            *("utun4: flags=8051<UP,RUNNING> mtu 1", "\tinet6 fe80::1%utun4 prefixlen 64"),
            *("\tinet 999.1", "\tinet6 :::", f'* (Connected) {UUID} VPN (x) "y" [VPN:x]'),
            *("  interface: utun4", "      flags: <UP>", "    0 /sbin/launchd", "not in table"),
        ]
    )
    | st.text(max_size=20),
    max_size=6,
)


@given(LINES, st.integers(0, 1), st.sampled_from([4, 6]))
def test_parsers_raise_only_their_own_error(lines: list[str], code: int, version: int) -> None:
    text = "\n".join(lines)
    for parse in (parse_services, parse_interfaces, parse_processes):
        with suppress(ParseError):
            parse(text)
    with suppress(ParseError):
        parse_routes(text, version)
    with suppress(ParseError):
        parse_choice(Output(code, text.encode(), b""))
