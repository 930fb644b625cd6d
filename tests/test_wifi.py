"""Wi-Fi: from what the programs tell to how a link is protected."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.wifi.daemons import parse_iwctl, parse_wpa_cli
from hipaaguard.collect.linux.wifi.network_manager import (
    Profile,
    offer,
    parse_active,
    parse_offer,
    parse_profile,
    protection,
)
from hipaaguard.collect.redact import Redactor
from hipaaguard.collect.wifi_security import Security, weakest
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

TRAPS = {
    "no name of a network in a recording": "test_names_of_networks_are_replaced",
    "a scan would change what the card does": "test_nothing_is_looked_for_on_the_air",
    "mixed mode counts as its weakest": "wifi-network-manager-wpa-and-wpa2-mixed",
    "WPA2 and WPA3 in transition": "wifi-network-manager-wpa2-and-wpa3",
    "several links: the weakest": "wifi-network-manager-two-links",
    "a card that is not connected": "wifi-cable-only",
    "a link that is not let in yet": "wifi-being-let-in",
    "another access point in reach is better": "wifi-network-manager-wep",
    "what needs rights says so": "wifi-wpa-supplicant-as-user",
    "a container sees no card": "wifi-container",
}
UNKNOWN = Unavailable(Reason.FAILED, "unknown")
PSK = Profile("wpa-psk", frozenset())


def test_kinds_are_those_of_the_dictionary():
    assert FACTS["wifi.security"].values == tuple(sorted(Security))


def test_the_weakest_counts():
    assert weakest([Security.WPA3, Security.WPA, Security.ENTERPRISE]) is Security.WPA
    assert weakest([Security.WPA3, UNKNOWN]) is UNKNOWN
    assert weakest([UNKNOWN, Security.OPEN]) is Security.OPEN


@pytest.mark.parametrize(
    ("management", "offered"),
    [
        ("", ("WPA2", "(none)", "psk")),
        ("", ("WEP", "(none)", "(none)")),
        ("none", ("", "(none)", "(none)")),
        ("sae", ("WPA2", "(none)", "psk")),
        ("owe", ("OWE-TM", "(none)", "owe_transition_mode")),
        ("wpa-eap", ("WPA2", "(none)", "psk")),
        ("wpa-psk", ("WPA2 802.1X", "(none)", "802.1X")),
        ("wpa-new", ("WPA2", "(none)", "psk")),
    ],
)
def test_settings_that_do_not_fit_the_access_point(management, offered):
    with pytest.raises(ParseError):
        protection(Profile(management, frozenset()), offer(*offered))


@pytest.mark.parametrize("kept", ["WPA2:(none):psk", "WPA2 802.1X:(none):psk 802.1X"])
def test_a_password_is_never_taken_for_a_log_in(kept):
    assert protection(PSK, offer(*kept.split(":"))) is Security.WPA2


@pytest.mark.parametrize(
    "text",
    [
        *("", "no:wlan0:WPA2:(none):psk", "yes:wlan1:WPA2:(none):psk", "yes:wlan0:WPA2:(none)"),
        *("yes:wlan0:WPA2:(none):psk\n" * 2, "yes:wlan0:WPA2:(none):psk\nyes:x"),
    ],
)
def test_offers_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_offer(text, "wlan0")


def test_colons_inside_a_field():
    found = parse_offer("yes:wl\\:an:WPA2:(none):psk\n\nno:wlan1::(none):(none)\n", "wl:an")
    assert found == offer("WPA2", "(none)", "psk")


@pytest.mark.parametrize(
    "text", ["", "u:802-11-wireless:wlan1", "u:vpn:wlan0", "u:802-11-wireless", "u:a:wlan0:x"]
)
def test_connections_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_active(text, "wlan0")


@pytest.mark.parametrize("text", ["", "connection.type:vpn\n", "802-11-wireless\n"])
def test_settings_in_no_known_form(text):
    with pytest.raises(ParseError):
        parse_profile(text)


@pytest.mark.parametrize(
    ("parse", "output"),
    [
        (parse_iwctl, Output(1, b"State connected\nSecurity Open\n")),
        (parse_iwctl, Output(0, b"State disconnected\nSecurity Open\n")),
        (parse_iwctl, Output(0, b"State connected\n")),
        (parse_iwctl, Output(0, b"\xff")),
        (parse_wpa_cli, Output(1, b"wpa_state=COMPLETED\nkey_mgmt=SAE\n")),
        (parse_wpa_cli, Output(0, b"wpa_state=SCANNING\nkey_mgmt=SAE\n")),
        (parse_wpa_cli, Output(0, b"wpa_state=COMPLETED\nkey_mgmt=NONE\npairwise_cipher=X\n")),
        (parse_wpa_cli, Output(0, b"wpa_state=COMPLETED\n")),
    ],
)
def test_answers_in_no_known_form(parse, output):
    with pytest.raises(ParseError):
        parse(output)


LINES = st.lists(
    st.sampled_from(
        (
            "yes",
            ":",
            "\\",
            "wlan0",
            "(none)",
            "psk",
            "sae",
            "WPA2",
            "State ",
            "connected",
            "\n",
            "=",
        )
    ),
    max_size=16,
).map("".join)
PARSERS = (
    lambda text: parse_offer(text, "wlan0"),
    lambda text: parse_active(text, "wlan0"),
    parse_profile,
    lambda text: parse_iwctl(Output(0, text.encode())),
    lambda text: parse_wpa_cli(Output(0, text.encode())),
)


@given(st.one_of(st.text(max_size=60), LINES), st.sampled_from(PARSERS))
def test_parsers_raise_nothing_else(text, parse):
    with suppress(ParseError):
        parse(text)


def test_names_of_networks_are_replaced():
    redactor = Redactor(user="user", home="/home/user", host_name="host")
    told = "bssid=00:11:22:33:44:55\nssid=Our Home\n  \x1b[1m Connected network   Our Home  \n"
    text = redactor.text(told)
    assert "Our" not in text
    assert "00:11:22" not in text
    assert "ssid=name1" in text


def test_nothing_is_looked_for_on_the_air():
    recordings = (TESTS / "recordings/linux").glob("wifi-*/recording.yaml")
    asked = [line for path in recordings for line in path.read_text().splitlines()]
    lists = [line for line in asked if "wifi, list" in line]
    assert lists
    assert all('--rescan, "no"' in line and "SSID" not in line for line in lists)


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name):
    assert name in globals() or (TESTS / "recordings/linux" / name).is_dir()
