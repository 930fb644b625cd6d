"""Networks and VPNs of macOS in the corpus."""

from ipaddress import ip_address, ip_network

import pytest

from hipaaguard.collect.host import Output
from hipaaguard.collect.macos.interfaces import parse_interfaces
from hipaaguard.collect.macos.vpn.routes import parse_choice, parse_routes
from hipaaguard.collect.macos.vpn.services import parse_services
from hipaaguard.errors import ParseError
from tests.corpus import Case, Reader


def read_interfaces(case: Case) -> None:
    """The one that was asked for a single interface is no list of all."""
    if "address" in case.facts:
        with pytest.raises(ParseError):
            parse_interfaces(case.text)
        return
    # Its author hid an address behind letters.
    text = case.text.replace("BB.CC.DD.AA", "192.0.2.7")
    found = {it.name: it for it in parse_interfaces(text)}
    assert ip_address("127.0.0.1") in found["lo0"].addresses
    tunnels = [it for name, it in found.items() if name.startswith("utun")]
    assert bool(tunnels) or "utun_present" not in case.facts


def read_routes(case: Case) -> None:
    """The default route may be left in place while narrower ones take all of the traffic."""
    routes = parse_routes(case.text, 4)
    default = [it.interface for it in routes if it.network == ip_network("0.0.0.0/0")]
    assert default[0] == case.facts.get("default_if", "en0")
    if "full_tunnel_if" in case.facts:
        taken = {it.network for it in routes if it.interface == case.facts["full_tunnel_if"]}
        assert ip_network("128.0.0.0/1") in taken
        assert ip_network("1.0.0.0/8") in taken
        assert any(it.interface == case.facts["tailscale_if"] for it in routes)


def read_choice(case: Case) -> None:
    chosen = parse_choice(Output(0, case.data, b""))
    assert chosen == case.facts.get("interface", "en1")


def read_services(case: Case) -> None:
    services = parse_services(case.text)
    assert len(services) == case.facts["services"]
    assert sum(it.is_connected for it in services) == len(case.facts["connected"])
    if "modem" in case.name:
        assert [it.kind for it in services] == ["", "", "", "ppp"]


READERS: dict[str, Reader] = {
    "ifconfig": read_interfaces,
    "netstat-rn": read_routes,
    "route-get-default": read_choice,
    "scutil-nc-list": read_services,
}
UNUSED: dict[str, str] = {}
