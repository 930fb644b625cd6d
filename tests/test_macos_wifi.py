"""Wi-Fi on macOS: names of states, of which only known ones are believed."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.wifi import Card, judge_mode, parse_cards
from hipaaguard.collect.wifi_security import Security
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "an open network nearby is not the one in use": "wifi-open-neighbour",
    "a name without its first letter": "wifi-wpa3-beside-wpa2",
    "WPA beside WPA2": "wifi-wpa-beside-wpa2",
    "a protection that is not told is not open": "wifi-protection-not-told",
    "a protection that is not known": "wifi-unknown-protection",
    "AirDrop's own interface is no link": "wifi-in-no-network",
    "switched off": "wifi-off",
    "no card": "wifi-no-card",
    "the weaker of two cards": "wifi-two-cards",
    "words, which macOS translates": "wifi-garbled",
    "an unknown state": "wifi-unknown-state",
    "the name of a network is in no recording": ("test_names_of_networks_are_not_kept"),
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    elsewhere = (TESTS / "test_record_others.py").read_text(encoding="utf-8")
    assert recorded or f"def {place}(" in elsewhere


@pytest.mark.parametrize(
    "mode", ["", "none", "spairport_security_mode_", "spairport_security_mode_WEP", "WPA2 Personal"]
)
def test_a_protection_in_other_words_is_not_known(mode: str) -> None:
    with pytest.raises(ParseError):
        judge_mode(mode)


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"SPAirPortDataType": {}}', b"\xff"])
def test_another_form_is_no_answer(answer: bytes) -> None:
    with pytest.raises(ParseError):
        parse_cards(answer)


INTERFACES = st.fixed_dictionaries(
    {},
    optional={
        "spairport_status_information": st.sampled_from(
            ["spairport_status_connected", "spairport_status_off", "x", 1]
        ),
        "spairport_current_network_information": st.fixed_dictionaries(
            {"spairport_security_mode": st.text(max_size=3) | st.integers()}
        ),
    },
)


@given(st.lists(INTERFACES, max_size=3))
def test_any_report_is_read_or_refused(interfaces: list[dict[str, object]]) -> None:
    report = {"SPAirPortDataType": [{"spairport_airport_interfaces": interfaces}]}
    with suppress(ParseError):
        assert all(isinstance(card, Card) for card in parse_cards(json.dumps(report).encode()))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_cards(data)


@given(st.text(max_size=40))
def test_any_word_is_known_or_refused(mode: str) -> None:
    with suppress(ParseError):
        assert judge_mode(mode) in Security
