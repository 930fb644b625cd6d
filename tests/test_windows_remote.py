"""Remote access and sharing on Windows."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.remote.desktop import parse_denied, parse_port
from hipaaguard.collect.windows.remote.programs import PROGRAMS
from hipaaguard.collect.windows.remote.ssh import parse_login
from hipaaguard.collect.windows.sharing.smb import (
    Doors,
    judge_guests,
    parse_doors,
    parse_printer,
    parse_shares,
    parse_smb1,
)
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from tests.conftest import TESTS

TRAPS = {
    "the policy over the computer's own setting": "remote-desktop-policy-denies",
    "a policy that may not be read": "remote-desktop-policy-locked",
    "Windows Home has the setting and nobody who waits": "remote-desktop-home-edition",
    "another port": "remote-desktop-on-at-another-port",
    "an absent setting is neither on nor off": "remote-desktop-setting-missing",
    "viewers are no remote control": "remote-viewers-only",
    "a 32-bit program, and one of the person's own": "remote-programs-installed",
    "started without being installed": "remote-programs-running",
    "VNC on loopback": "remote-vnc-for-this-computer-only",
    "CRLF and the block for administrators": "remote-ssh-as-installed",
    "a block that allows passwords again": "remote-ssh-password-for-one-group",
    "the shares for administration": "sharing-as-installed",
    "the drivers of shared printers": "sharing-printer-only",
    "shares that no server offers": "sharing-server-off",
    "guests without anything to see": "sharing-guest-on-without-shares",
    "an old Windows accepts SMB 1 unless told otherwise": "sharing-smb1-by-default",
    "the feature is there, and switched off": "sharing-smb1-switched-off",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


@pytest.mark.parametrize("fact", ["remote.control_installed", "remote.desktop_sharing"])
def test_the_dictionary_names_every_program(fact: str) -> None:
    ids = [program.id for program in PROGRAMS]
    assert ids == sorted(ids)
    words = FACTS[fact].meaning.replace(".", " ").replace(",", " ").split()
    assert set(ids) <= set(words)


def test_every_program_can_be_found() -> None:
    for program in PROGRAMS:
        marks = (*program.processes, *program.services)
        assert program.processes
        assert program.services or program.names
        assert all(it == it.lower() for it in marks)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("anydesk", "anydesk"),
        ("teamviewer", "teamviewer"),
        ("teamviewer 15 host", "teamviewer"),
        ("teamviewer host (msi wrapper)", "teamviewer"),
        ("realvnc server 7.13", "realvnc"),
        ("ultravnc 1.4.3.6", "vnc"),
        ("tigervnc viewer", None),
        ("teamviewer meeting", None),
        ("logmein hamachi", None),
        ("logmein client", None),
        ("realvnc viewer 7.12.0", None),
        ("splashtop business", None),
        ("remote utilities - viewer", None),
        ("my anydesk notes", None),
    ],
)
def test_names_of_installed_programs(name: str, program: str | None) -> None:
    found = [it.id for it in PROGRAMS if it.is_installed((), (name,))]
    assert found == ([program] if program else [])


@pytest.mark.parametrize(
    ("policy", "own", "denied"),
    [(None, 0, False), (None, 1, True), (0, 1, False), (1, 0, True), (0, None, False)],
)
def test_the_policy_over_the_setting(policy: int | None, own: int | None, denied: bool) -> None:
    keys = [RegistryKey({} if it is None else {"fdenytsconnections": it}) for it in (policy, own)]
    assert parse_denied(keys[0], keys[1]) is denied


DOORS = {"guest": False, "null": False, "anonymous": False, "shares": frozenset[str]()}
MAYBE = object()


@pytest.mark.parametrize(
    ("doors", "open_to_all"),
    [
        ({}, False),
        ({"anonymous": True}, False),
        ({"guest": True}, MAYBE),
        ({"null": True}, MAYBE),
        ({"null": True, "anonymous": True}, True),
        ({"shares": frozenset({"photos"}), "anonymous": True}, True),
        ({"shares": frozenset({"others"}), "anonymous": True}, False),
    ],
)
def test_who_is_let_in_without_a_password(doors: dict[str, Any], open_to_all: object) -> None:
    found = judge_guests(frozenset({"photos"}), Doors(**{**DOORS, **doors}))
    assert (found if isinstance(found, bool) else MAYBE) is open_to_all
    assert judge_guests(frozenset(), Doors(**{**DOORS, **doors})) is False


@pytest.mark.parametrize(
    ("start", "setting", "accepted"),
    [(3, None, True), (3, 1, True), (3, 0, False), (4, None, False), (4, 1, False)],
)
def test_smb1(start: int, setting: int | None, accepted: bool) -> None:
    server = RegistryKey({} if setting is None else {"SMB1": setting})
    assert parse_smb1(RegistryKey({"Start": start}), server) is accepted


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("", True),
        ("PasswordAuthentication no", False),
        ("#PasswordAuthentication no", True),
        ("passwordauthentication=NO", False),
        ("PasswordAuthentication no\nPasswordAuthentication yes", False),
        ("PasswordAuthentication no\nMatch User a\nPasswordAuthentication yes", True),
        ("Match User a\nPasswordAuthentication no", True),
        ("AuthenticationMethods publickey", False),
        ("AuthenticationMethods publickey,password password", True),
    ],
)
def test_ssh_passwords(text: str, password: bool) -> None:
    assert parse_login(text).password is password


VALUE = st.integers(0, 9) | st.text(max_size=9) | st.binary(max_size=4)
NAMES = ("Type", "NullSessionShares", "Start", "SMB1", "Attributes", "PortNumber", "Disabled")
VALUES = st.dictionaries(
    st.sampled_from(NAMES), VALUE | st.lists(st.text(max_size=9), max_size=3).map(tuple)
)
GUESTS = st.lists(
    st.dictionaries(st.just("Disabled"), st.none() | st.booleans() | st.integers()), max_size=2
)


@given(VALUES, GUESTS)
def test_only_parse_errors_escape(values: dict[str, Any], guests: list[dict[str, Any]]) -> None:
    key = RegistryKey(values)
    for parse in (parse_shares, parse_printer, parse_port):
        with contextlib.suppress(ParseError):
            parse(key)
    with contextlib.suppress(ParseError):
        parse_doors(guests, key, key)
    with contextlib.suppress(ParseError):
        parse_smb1(key, key)


@given(
    st.text()
    | st.lists(st.sampled_from(["Match", "all", "no", "\n", '"', "=", "Include"])).map(" ".join)
)
def test_only_parse_errors_escape_from_ssh_settings(text: str) -> None:
    with contextlib.suppress(ParseError):
        parse_login(text)
