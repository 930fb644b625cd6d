"""The firewall of macOS: states by their numbers, and who is believed."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.firewall import State, parse_report, parse_settings, parse_state
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "off": "firewall-off",
    "on": "firewall-on-macos15",
    "2, block all, is on too: others fail it": "firewall-blocks-all",
    "words without a number": "firewall-words-without-a-number",
    "a state that is not known": "firewall-unknown-state",
    "macOS 15 tells administrators alone": "firewall-tool-wants-root-no-report",
    "then the report: on": "firewall-tool-wants-root-report-on",
    "then the report: blocks all": "firewall-tool-wants-root-report-blocks-all",
    "then the report: off": "firewall-tool-wants-root-report-off",
    "settings that an upgrade left behind": "firewall-stale-settings-macos15",
    "settings of macOS 14, on": "firewall-settings-macos14",
    "settings of macOS 13, off": "firewall-settings-off-macos13",
    "settings in an unknown state": "firewall-settings-unknown-state-macos13",
    "a profile is what somebody wants, not what is": "firewall-managed-profile-but-off",
    "the tool is missing": "firewall-tool-missing",
    "as administrator": "firewall-as-root",
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b"Firewall is disabled. (State = 0)\n", State.OFF),
        (b"Firewall is enabled. (State = 1)\n", State.LIMITS),
        (b"Firewall is enabled. (State = 2)\n", State.BLOCKS_ALL),
        (b"Firewall is blocking all non-essential incoming connections. (State = 2)", 2),
        (b"Firewall is disabled. (State = 1)\n", State.LIMITS),
        (b"Firewall is enabled. (State = 0)\nBlock all DISABLED! \n", State.OFF),
    ],
)
def test_the_number_decides_and_never_the_words(said: bytes, state: int) -> None:
    assert parse_state(said) == state


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Firewall is enabled.",
        b"Firewall is enabled. (State = 3)",
        b"Firewall is enabled. (State = -1)",
        b"Firewall is enabled. (State = 12)",
        b"(State = 1)(State = 0)",
        b"usage: socketfilterfw [--getglobalstate]",
    ],
)
def test_without_one_known_number_there_is_no_verdict(said: bytes) -> None:
    with pytest.raises(ParseError):
        parse_state(said)


def report(*words: object) -> bytes:
    rows = [{"_name": "spfirewall_settings", "spfirewall_globalstate": word} for word in words]
    return json.dumps({"SPFirewallDataType": rows}).encode()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("allow_all", State.OFF),
        ("off", State.OFF),
        ("limit_connections", State.LIMITS),
        ("block_all", State.BLOCKS_ALL),
    ],
)
def test_the_words_of_the_report(word: str, state: State) -> None:
    assert parse_report(report(f"spfirewall_globalstate_{word}")) is state


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        report(),
        report("on"),
        report(1),
        report(None),
        report("Limit incoming connections"),
        report(*["spfirewall_globalstate_block_all"] * 2),
    ],
)
def test_another_report_is_no_verdict(answer: bytes) -> None:
    with pytest.raises(ParseError):
        parse_report(answer)


@pytest.mark.parametrize("value", [None, -1, 3, True, "on", b"1"])
def test_other_settings_are_no_verdict(value: bool | int | str | bytes | None) -> None:
    with pytest.raises(ParseError):
        parse_settings({} if value is None else {"globalstate": value})


@given(st.binary(max_size=40))
def test_parsers_raise_only_their_own_error(data: bytes) -> None:
    for answer in (data, b"(State = " + data + b")", b'{"SPFirewallDataType": [' + data + b"]}"):
        for parse in (parse_state, parse_report):
            with suppress(ParseError):
                parse(answer)
