"""Name look-ups and open ports on Windows."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.dns import parse_build, parse_flags, parse_policy
from hipaaguard.collect.windows.listening import (
    Listener,
    is_passing,
    parse_listeners,
    parse_passing,
)
from hipaaguard.collect.windows.processes import parse_processes
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "Windows 10 does not heed the settings": "dns-windows-10",
    "preferred is not required": "dns-encryption-preferred",
    "the second server": "dns-second-server-in-the-clear",
    "the second interface": "dns-second-interface-in-the-clear",
    "the policy wins": "dns-policy-prohibits",
    "a policy that may not be read": "dns-policy-locked",
    "rules for some names": "dns-rules-for-some-names",
    "a program that takes look-ups": "dns-program-on-this-computer",
    "loopback, also written as IPv6": "listening-loopback-and-own-server",
    "passing ports are no servers": "listening-as-installed",
    "the range of passing ports can be changed": "listening-other-range",
    "the programs are not told": "listening-programs-not-told",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


@pytest.mark.parametrize(
    ("flags", "encrypted"),
    [(0, False), (1, True), (2, True), (4, False), (5, False), (6, False), (9, True), (10, True)],
)
def test_flags_of_a_server(flags: int, encrypted: bool) -> None:
    assert parse_flags(RegistryKey({"DohFlags": flags})) is encrypted


@pytest.mark.parametrize("values", [{}, {"DohFlags": 16}, {"DohFlags": "1"}])
def test_flags_that_say_nothing(values: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_flags(RegistryKey(values))


def test_passing_ports() -> None:
    passing = parse_passing(
        [{"DynamicPortRangeStartPort": 49152, "DynamicPortRangeNumberOfPorts": 16384}]
    )
    assert is_passing(Listener("udp", 65535, loopback=False, pid=1), passing)
    assert is_passing(Listener("udp", 68, loopback=False, pid=1), passing)
    assert not is_passing(Listener("tcp", 49664, loopback=False, pid=1), passing)
    assert not is_passing(Listener("udp", 49151, loopback=False, pid=1), passing)


CELL = st.none() | st.booleans() | st.integers(-3, 1 << 17) | st.text(max_size=5)
NAMES = ("LocalAddress", "LocalPort", "OwningProcess", "Id", "Name", "DynamicPortRangeStartPort")
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), CELL), max_size=3)
VALUES = st.dictionaries(
    st.sampled_from(("DohFlags", "DoHPolicy", "DohPolicySetting", "CurrentBuildNumber")),
    st.integers(0, 40) | st.text(max_size=5) | st.binary(max_size=4),
)


@given(ROWS, VALUES)
def test_only_parse_errors_escape(rows: list[dict[str, Any]], values: dict[str, Any]) -> None:
    for protocol in ("tcp", "udp"):
        with contextlib.suppress(ParseError):
            parse_listeners(rows, protocol)
    for parse_rows in (parse_passing, parse_processes):
        with contextlib.suppress(ParseError):
            parse_rows(rows)
    for parse in (parse_build, parse_flags, parse_policy):
        with contextlib.suppress(ParseError):
            parse(RegistryKey(values))
