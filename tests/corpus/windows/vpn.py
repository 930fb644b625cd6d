"""Adapters, routes and VPNs of Windows in the corpus, turned into the rows that collectors read."""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from hipaaguard.collect.host import Row
from hipaaguard.collect.vpn_ways import PROBES_V4
from hipaaguard.collect.windows.interfaces import Interface, parse_interfaces
from hipaaguard.collect.windows.vpn.routes import choose, parse_routes
from hipaaguard.collect.windows.vpn.tunnels import Kind, is_active, kind_of, parse_connections
from tests.corpus import Case

# What the descriptions of the corpus' machines have that carries no VPN, in whatever language.
_NO_VPN = (
    r"Intel|Realtek|Hyper-V|VMware|Bluetooth|Microsoft|Carte |WAN Miniport|RAS Async|"
    r"DisplayLink|Lenovo|Dell|ASIX|Broadcom|Atheros|VirtualBox|Karten|Adaptateur|Marvell|Software"
)


def blocks(case: Case) -> Iterator[dict[str, str]]:
    """The objects of a list that `wmic /format:list` printed."""
    for block in re.split(r"\r?\n\r?\n+", case.data.decode("utf-16").strip("\ufeff\r\n")):
        yield dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)


def adapter(description: str, kind: int = 6, status: int = 1, addresses: str = "") -> Interface:
    found = tuple(re.findall(r'"([^"]+)"', addresses))
    row: Row = {
        "Index": 7,
        "Id": None,
        "Type": kind,
        "Status": status,
        "Description": description,
        "Received": None,
        "Addresses": found,
        "Dns": None,
    }
    return parse_interfaces([row])[0]


def check(interface: Interface) -> Kind | None:
    """Its kind of VPN, which must be one exactly where the description is none of a known card."""
    kind = kind_of(interface, ())
    assert not isinstance(kind, str) or kind in set(Kind)
    assert (kind is None) == (re.match(_NO_VPN, interface.description) is not None), interface
    return kind if isinstance(kind, Kind) else None


def read_adapters(case: Case) -> None:
    for item in json.loads(case.text):
        assert check(adapter(item["InterfaceDescription"])) is None


def read_msft_adapters(case: Case) -> None:
    up = case.path.stem == "vpn-up"
    found = {}
    for block in blocks(case):
        interface = adapter(
            block["InterfaceDescription"],
            int(block["InterfaceType"]),
            int(block["InterfaceOperationalStatus"]),
        )
        kind = check(interface)
        if kind is not None:
            found[interface.description] = (kind, interface.up)
    assert found["Fortinet SSL VPN Virtual Ethernet Adapter"] == (Kind.FORTICLIENT, up)
    assert found["Fortinet Virtual Ethernet Adapter (NDIS 6.30)"] == (Kind.FORTICLIENT, False)


def read_adapters_of_wmi(case: Case) -> None:
    kinds = {check(adapter(block["Description"])) for block in blocks(case)}
    assert kinds == {None, Kind.FORTICLIENT if case.path.stem == "vpn-up" else Kind.OPENVPN}


def read_configurations(case: Case) -> None:
    active = []
    for block in blocks(case):
        addresses = block["IPAddress"]
        interface = adapter(block["Description"], status=1 if addresses else 2, addresses=addresses)
        kind = check(interface)
        active += [kind for _ in [0] if kind and is_active(interface, kind) is True]
    wanted = [Kind.FORTICLIENT] if case.facts.get("vpn_connected") else []
    assert active == wanted


def read_ipconfig(case: Case) -> None:
    text = case.data.decode(errors="replace")
    descriptions = re.findall(r"^\s+Description[ .]+: (.+?)\s*$", text, re.MULTILINE)
    assert descriptions
    found = [it for it in descriptions if check(adapter(it)) is not None]
    assert found == case.facts.get("vpn_adapters_present", [])


def read_connections(case: Case) -> None:
    objects = [
        dict(re.findall(r"^(\w+) +: ?(.*?)\s*$", block, re.MULTILINE))
        for block in re.split(r"\n\s*\n", case.text.replace("\r", "").strip())
    ]
    rows: list[Row] = [
        {
            "Type": it["TunnelType"],
            "Id": it["Guid"] if it["ConnectionStatus"] == "Connected" else None,
        }
        for it in objects
    ]
    found = parse_connections(rows)
    kinds = {"Ikev2": Kind.IPSEC, "Automatic": Kind.WINDOWS}
    wanted = case.facts.get("tunnel_types") or [case.facts["tunnel"]]
    assert [it.kind for it in found] == [kinds[it] for it in wanted]
    assert any(it.id for it in found) == bool(case.facts.get("connected"))


def read_routes(case: Case) -> None:
    """The table of IPv4; its interfaces are told by their addresses, its costs are sums already."""
    table = case.text.split("IPv4 Route Table")[1].split("Persistent Routes")[0]
    lines = re.findall(
        r"^\s+([\d.]+)\s+([\d.]+)\s+(\S+)\s+([\d.]+)\s+(\d+)\s*$", table, re.MULTILINE
    )
    indices = {it: place for place, it in enumerate(dict.fromkeys(line[3] for line in lines))}
    rows: list[Row] = [
        {
            "DestinationPrefix": str(ip_network(f"{target}/{mask}", strict=False)),
            "NextHop": "::" if gateway == "On-link" else gateway,
            "InterfaceIndex": indices[own],
            "RouteMetric": int(metric),
        }
        for target, mask, gateway, own, metric in lines
    ]
    metrics: list[Row] = [
        {"Index": it, "Family": 2, "Metric": 0, "State": 1} for it in indices.values()
    ]
    routes = parse_routes(rows, metrics)
    home = indices[case.facts["default_interface"]]
    assert [choose(routes, probe) for probe in PROBES_V4] == [{home}] * len(PROBES_V4)
    assert choose(routes, ip_address(case.facts["default_gateway"])) == {home}
    names = re.findall(r"\.\.\.([^.\r\n]+?)\s*$", case.text.split("IPv4 Route")[0], re.MULTILINE)
    assert (Kind.OPENVPN in {check(adapter(it)) for it in names}) == case.facts[
        "tap_adapter_listed"
    ]


READERS = {
    "get-netadapter": read_adapters,
    "get-vpnconnection": read_connections,
    "ipconfig-all": read_ipconfig,
    "msft-netadapter": read_msft_adapters,
    "route-print": read_routes,
    "wmi-win32-networkadapter": read_adapters_of_wmi,
    "wmi-win32-networkadapterconfiguration": read_configurations,
}
UNUSED = {
    "get-netipaddress": "The addresses come with the interfaces themselves, without their names.",
    "wg-show-dump": "It tells keys, and only to administrators; Windows counts bytes without it.",
}
