"""Accounts of Windows: who is there, with what rights, and what passwords must be like."""

import contextlib
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.host import RegistryKey, Row
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.collect.windows.accounts import parse_accounts, parse_autologin, parse_policy
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import TESTS

RECORDINGS = TESTS / "recordings/windows"
TRAPS = {
    "somebody is logged in by itself": "accounts-autologin-on",
    "it is switched off": "accounts-autologin-off",
    "it was never set": "accounts-autologin-not-set",
    "a number where a text should be": "accounts-autologin-on-as-a-number",
    "the password lies in a safe place": "accounts-autologin-password-elsewhere",
    "Windows finishes its updates": "accounts-autologin-signs-in-after-restart",
    "the key cannot be read": "accounts-autologin-closed",
    "one person": "accounts-people-one",
    "accounts that Windows makes for itself": "accounts-people-two-windows10",
    "the built-in administrator is a person": "accounts-people-built-in-administrator-on",
    "a guest is let in": "accounts-people-guest-on",
    "no guest listed is no guest kept out": "accounts-people-guest-not-listed",
    "an empty list says nothing": "accounts-people-none-listed",
    "the list is for administrators": "accounts-people-closed",
    "nothing locks and no length is asked for": "accounts-policy-none",
    "Windows 11 locks after ten": "accounts-policy-default-windows11",
    "Windows 10 does not lock": "accounts-policy-default-windows10",
    "a domain's policy": "accounts-policy-domain",
    "a number below 0": "accounts-policy-negative",
    "an administrator whose rights are asleep": "accounts-rights-administrator",
    "an administrator at work": "accounts-rights-administrator-elevated",
    "no administrator": "accounts-rights-ordinary",
    "another account's rights are not the person's": "accounts-rights-another-account",
}
COMPUTER = "S-1-5-21-1111111111-2222222222-3333333333"


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (RECORDINGS / name).is_dir()


def test_no_answer_names_anybody() -> None:
    for path in RECORDINGS.glob("accounts-*"):
        recording = read_recording(path)
        moment = recording.recorded.taken_at.astimezone(UTC)
        found = collect(ReplayHost(recording), recording.recorded.facts, moment)
        for fact in found.facts:
            detail = fact.value.detail if isinstance(fact.value, Unavailable) else ""
            assert recording.recorded.person.name not in f"{detail} {fact.source}".split()
            assert "S-1-" not in detail


def test_accounts_are_known_by_the_last_part_of_their_identifiers() -> None:
    rows: list[Row] = [
        {"SID": f"{COMPUTER}-{last}", "Disabled": last < 1000} for last in (500, 501, 1001)
    ]
    assert parse_accounts(rows) == {500: False, 501: False, 1001: True}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"SID": f"{COMPUTER}-500"},
        {"Disabled": True},
        {"SID": "", "Disabled": True},
        {"SID": "Guest", "Disabled": True},
        {"SID": f"{COMPUTER}-500 ", "Disabled": True},
        {"SID": f"{COMPUTER}-500", "Disabled": "TRUE"},
        {"SID": f"{COMPUTER}-500", "Disabled": 0},
    ],
)
def test_an_account_of_another_form_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_accounts([{"SID": f"{COMPUTER}-501", "Disabled": True}, row])


@pytest.mark.parametrize(
    ("value", "on"),
    [("1", True), (" 1", True), (1, True), ("0", False), (0, False), ("", False), (None, False)],
    ids=repr,
)
def test_somebody_is_logged_in(value: int | str | None, on: bool) -> None:
    key = RegistryKey({} if value is None else {"AutoAdminLogon": value, "DefaultPassword": "x"})
    assert parse_autologin(key) is on


def test_a_policy_is_one_row_of_two_numbers() -> None:
    assert parse_policy([{"Lockout": 10, "Length": 0}]) == (10, 0)
    for rows in ([], [{"Lockout": 10}], [{"Lockout": -1, "Length": 0}]):
        with pytest.raises(ParseError):
            parse_policy(rows)


CELLS = st.none() | st.booleans() | st.integers() | st.text() | st.just(f"{COMPUTER}-500")
COLUMNS = st.sampled_from(["SID", "Disabled", "Lockout", "Length"])


@given(st.lists(st.dictionaries(COLUMNS, CELLS), max_size=3))
def test_only_parse_errors_escape(rows: list[dict[str, Any]]) -> None:
    for parse in (parse_accounts, parse_policy):
        with contextlib.suppress(ParseError):
            parse(rows)


@given(st.integers() | st.text() | st.binary() | st.lists(st.text()).map(tuple))
def test_only_parse_errors_escape_from_winlogon(value: Any) -> None:
    with contextlib.suppress(ParseError):
        parse_autologin(RegistryKey({"AutoAdminLogon": value}))
