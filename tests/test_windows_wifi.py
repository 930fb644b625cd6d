"""Wi-Fi on Windows: protection by number, never by word."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.wifi_security import Security
from hipaaguard.collect.windows import batch
from hipaaguard.collect.windows.wifi import Link, judge_link, parse_links
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "words are translated, numbers are not": "wifi-wpa2",
    "what was not read is zero, as is an open network": "wifi-nothing-told",
    "open authentication with a key is WEP": "wifi-wep-open-system",
    "networks of the past": "wifi-former-connections",
    "a card that is off": "wifi-cable-only",
    "two cards: the weakest": "wifi-two-cards-weakest",
    "a hot spot of its own": "wifi-hot-spot-of-its-own",
    "a later Windows' number": "wifi-unknown-number",
    "no name of a network is asked for": "test_no_name_is_asked_for",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert callable(globals().get(name)) or (TESTS / "recordings/windows" / name).is_dir()


def test_no_name_is_asked_for() -> None:
    query = batch.bodies()["wifi"].lower()
    assert not any(
        word in query for word in ("ssid", "profilename", "signal", "wlanconnectionprofiledetails")
    )


@pytest.mark.parametrize(
    ("authentication", "encryption", "security"),
    [
        (2, 0, Security.OPEN),
        (2, 2, Security.WEP),
        (2, 3, Security.WEP),
        (3, 4, Security.WEP),
        (4, 5, Security.ENTERPRISE),
        (5, 5, Security.WPA),
        (7, 6, Security.ENTERPRISE),
        (8, 5, Security.WPA2),
        (8, 6, Security.WPA2),
        (10, 11, Security.ENTERPRISE),
        (11, 6, Security.WPA3),
        (12, 6, Security.OWE),
        (13, 10, Security.ENTERPRISE),
        (0, 0, None),
        (0, 6, None),
        (1, 1, None),
        (2, 6, None),
        (3, 0, None),
        (6, 6, None),
        (8, 0, None),
        (8, 2, None),
        (9, 9, None),
        (14, 6, None),
    ],
)
def test_each_number(authentication: int, encryption: int, security: Security | None) -> None:
    link = Link("a", live=True, authentication=authentication, encryption=encryption)
    if security is None:
        with pytest.raises(ParseError):
            judge_link(link)
    else:
        assert judge_link(link) is security


CELL = st.none() | st.booleans() | st.integers(-3, 20) | st.text(max_size=5)
NAMES = ("Interface", "Level", "Authentication", "Encryption")


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), CELL), max_size=3))
def test_only_parse_errors_escape(rows: list[dict[str, Any]]) -> None:
    with contextlib.suppress(ParseError):
        for link in parse_links(rows):
            judge_link(link)
