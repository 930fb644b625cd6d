"""Name look-ups: from lists and settings to whether they leave encrypted."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.dns.forwarders import (
    FORWARDERS,
    PLAIN,
    parse_cloudflared,
    parse_dnscrypt,
    parse_socket,
    parse_stubby,
)
from hipaaguard.collect.linux.dns.probe import parse_servers
from hipaaguard.collect.linux.dns.resolved import all_encrypted, parse_scopes
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "opportunistic is not encrypted": "dns-resolved-opportunistic",
    "asking would start the service": "dns-resolved-not-running",
    "the global setting is not that of the link": "dns-resolved-global-only",
    "look-ups in a VPN are not encrypted look-ups": "dns-resolved-vpn-in-the-clear",
    "installed or running is not used": "dns-stubby-without-use",
    "another server beside the encrypting one": "dns-resolved-beside-another-server",
    "domains of networks are not asked for": "test_domains_of_networks_are_not_asked_for",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 192.168.1.1\nnameserver\t::1\n", {"192.168.1.1", "::1"}),
        ("  nameserver 9.9.9.9 ; of the street\n#nameserver 1.1.1.1\n", {"9.9.9.9"}),
        ("nameserver fe80::1%eth0\n", {"fe80::1"}),
        ("search lan\nnameservers 1.1.1.1\n", {"127.0.0.1"}),
        ("", {"127.0.0.1"}),
    ],
)
def test_servers(text, expected):
    assert parse_servers(text) == expected


@pytest.mark.parametrize("text", ["nameserver router\n", "nameserver 1.1.1\n", "nameserver %x\n"])
def test_servers_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_servers(text)


def test_scopes_on_several_lines():
    text = b"Global: 9.9.9.9#dns.example.org\n        2620:fe::fe\nLink 2 (br-0a.1):\n"
    assert parse_scopes(Output(0, text)) == {
        "Global": "9.9.9.9#dns.example.org 2620:fe::fe",
        "Link 2 (br-0a.1)": "",
    }


@pytest.mark.parametrize(
    "output", [Output(1, b"Global: yes\n"), Output(0, b"  x\n"), Output(0, b"Delegate a: 1\n")]
)
def test_scopes_in_no_known_form(output):
    with pytest.raises(ParseError):
        parse_scopes(output)


@pytest.mark.parametrize(
    ("servers", "modes"),
    [({}, {}), ({"Global": ""}, {"Global": "yes"}), ({"Global": "9.9.9.9"}, {"Global": "strict"})],
)
def test_modes_that_are_not_told(servers, modes):
    with pytest.raises(ParseError):
        all_encrypted(servers, modes)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "dns_transport_list: 7", "a: [", "dns_transport_list: [GETDNS_TRANSPORT_TLS]"),
        "dns_transport_list: []\ntls_authentication: GETDNS_AUTHENTICATION_REQUIRED\n",
    ],
)
def test_settings_of_stubby_that_prove_nothing(text):
    with pytest.raises(ParseError):
        parse_stubby(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"127.0.0.1"}),
        ("listen_addresses = []", set()),
        ("listen_addresses = ['127.0.0.1:5353', '[::1]:53']", {"::1"}),
        ("forwarding_rules = 'x'", None),
        ("listen_addresses = 7", None),
        ("listen_addresses", None),
    ],
)
def test_settings_of_dnscrypt_proxy(text, expected):
    if expected is not None:
        assert parse_dnscrypt(text) == expected
        return
    with pytest.raises(ParseError):
        parse_dnscrypt(text)


def test_sockets():
    assert parse_socket("ListenDatagram=127.0.2.1:53\nListenDatagram = [::1]:5353\n") == {
        "127.0.2.1"
    }


@pytest.mark.parametrize(
    "argv",
    [
        *((), ("cloudflared",), ("cloudflared", "tunnel", "run")),
        ("cloudflared", "proxy-dns", "--port", "5053"),
        ("cloudflared", "proxy-dns", "--address=0.0.0.0"),
        ("cloudflared", "--config", "x", "proxy-dns"),
    ],
)
def test_a_cloudflared_that_proves_nothing(argv):
    with pytest.raises(ParseError):
        parse_cloudflared(argv)


PARSERS = (
    parse_servers,
    parse_stubby,
    parse_dnscrypt,
    parse_socket,
    lambda text: parse_scopes(Output(0, text.encode())),
    lambda text: parse_cloudflared(tuple(text.split())),
)
WORDS = st.lists(
    st.sampled_from(
        ("nameserver ", "127.0.0.1", "::1", "%", "listen_addresses", " = [", "]", ": ", "\n", "- ")
    ),
    max_size=12,
).map("".join)


@given(st.one_of(st.text(max_size=60), WORDS), st.sampled_from(PARSERS))
def test_parsers_raise_nothing_else(text, parse):
    with suppress(ParseError):
        parse(text)


def test_names_of_programs_are_as_short_as_the_kernel_keeps_them():
    assert all(len(name) <= 15 for name in {*FORWARDERS, *PLAIN})
    assert PLAIN.isdisjoint(FORWARDERS)


def test_domains_of_networks_are_not_asked_for():
    recordings = (TESTS / "recordings/linux").glob("dns-*/recording.yaml")
    asked = {
        line for path in recordings for line in path.read_text().splitlines() if "- run:" in line
    }
    assert asked == {"  - run: [resolvectl, dns]", "  - run: [resolvectl, dnsovertls]"}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name):
    assert name in globals() or (TESTS / "recordings/linux" / name).is_dir()
