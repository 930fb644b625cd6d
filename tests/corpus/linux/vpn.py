"""Interfaces, routes and VPNs in the corpus."""

from ipaddress import ip_network

import pytest

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.vpn.exclusions import parse_exclusions
from hipaaguard.collect.linux.vpn.links import parse_links
from hipaaguard.collect.linux.vpn.routes import parse_destinations
from hipaaguard.collect.linux.vpn.setup import parse_connections
from hipaaguard.errors import ParseError
from tests.corpus import Case


def read_links(case: Case) -> None:
    links = {link.name: link for link in parse_links(case.text)}
    assert links["eth0"].running
    # Without a program that holds it the tunnel has no carrier, and without `-d` no kind.
    for name in case.facts.get("tun", ()):
        assert links[name].addressed
        assert not links[name].in_service


def read_routes(case: Case) -> None:
    version = 6 if " -6 " in case.entry["command"] else 4
    found = parse_destinations(case.text)
    if version == 6:
        assert set(found) == {ip_network("fe80::/64")}
    if "full_tunnel_dev" in case.facts:
        halves = {ip_network("0.0.0.0/1"), ip_network("128.0.0.0/1")}
        assert halves <= set(found)
        # Only the home's default route may lead past the tunnel; the halves lead past the home's.
        tunnel, home = case.facts["full_tunnel_dev"], case.facts["default_dev"]
        assert len(parse_exclusions(case.text, 4, {tunnel})) == 1
        assert len(parse_exclusions(case.text, 4, {home})) == 2


def refuse(case: Case) -> None:
    """What nmcli says in place of an answer is not taken for one."""
    with pytest.raises(ParseError):
        parse_connections(Output(case.entry.get("exit_code", 2), case.data))
    with pytest.raises(ParseError):
        parse_connections(Output(0, case.data))


READERS = {
    "ip-j-addr": read_links,
    "ip-j-link": read_links,
    "ip-j-route": read_routes,
    "nmcli-errors": refuse,
}
UNUSED = {
    "ip-addr": "The collectors ask ip for JSON, which has the same in a form without guesses.",
    "ip-route": "The collectors ask ip for JSON, which has the same in a form without guesses.",
    "nmcli": "The overview is for people; its fields are asked for by name instead.",
    "nmcli-connection": "A table for people; the collectors ask for UUID and type alone.",
    "nmcli-connection-show": "It tells names of networks; one field of it is asked for instead.",
    "nmcli-device": "A table with names of networks; fields without names are asked for instead.",
    "nmcli-device-show": "It tells names and addresses; fields without them are asked for instead.",
    "wg-show": "It tells keys and addresses; the collectors ask for handshakes and calls alone.",
}
