"""Accounts of a Mac: who logs in, with what rights, and what passwords must be like."""

import plistlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.accounts import (
    failures_allowed,
    judge_guest,
    length_needed,
    parse_groups,
    parse_people,
    parse_policies,
)
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "nobody is logged in by itself": "accounts-login-usual",
    "the same on macOS 12": "accounts-login-usual-macos12",
    "somebody is logged in by itself": "accounts-login-automatic",
    "a name alone logs nobody in": "accounts-login-name-without-a-password",
    "a password alone logs nobody in": "accounts-login-password-file-left-behind",
    "an empty name logs nobody in": "accounts-login-empty-name",
    "a name of another type": "accounts-login-name-of-another-type",
    "whether a password was put down is not seen": "accounts-login-password-file-unseen",
    "no settings of the log-in": "accounts-login-missing",
    "settings of the log-in that may not be read": "accounts-login-closed",
    "settings of the log-in that cannot be read": "accounts-login-garbled",
    "a profile for the log-in that may not be read": "accounts-login-profile-closed",
    "guests may log in": "accounts-login-guest",
    "no word of guests is no pass": "accounts-login-guest-not-said",
    "a word of guests of another type": "accounts-login-guest-of-another-type",
    "a profile keeps guests out": "accounts-login-guest-switched-off-by-profile",
    "the profile of today keeps guests out": "accounts-login-guest-switched-off-by-mcx-profile",
    "the profile's switch without a profile does nothing": (
        "accounts-login-guest-switched-off-without-effect"
    ),
    "a profile lets guests in": "accounts-login-guest-switched-on-by-profile",
    "a profile for guests of another type": "accounts-login-guest-profile-of-another-type",
    "a profile for guests that may not be read": "accounts-login-guest-profile-closed",
    "the person is an administrator": "accounts-admin-yes",
    "an administrator asks about the person": "accounts-admin-yes-as-root",
    "the person is none": "accounts-admin-no",
    "80 within another number": "accounts-admin-number-within-a-number",
    "names of groups are not read": "accounts-admin-garbled",
    "a list that was cut short by an error": "accounts-admin-error",
    "an empty list is no pass": "accounts-admin-empty",
    "groups cannot be asked for": "accounts-admin-missing",
    "one person": "accounts-people-one",
    "three people": "accounts-people-three",
    "nobody": "accounts-people-none",
    "an account that is hidden": "accounts-people-hidden-one",
    "an account for file sharing alone": "accounts-people-for-file-sharing-alone",
    "shells from elsewhere": "accounts-people-shells-of-homebrew",
    "the guest is no person": "accounts-people-guest",
    "an empty list of accounts": "accounts-people-empty",
    "a list of another form": "accounts-people-garbled",
    "a number of another form": "accounts-people-number-of-another-form",
    "a shell of another form": "accounts-people-shell-of-another-form",
    "accounts cannot be listed": "accounts-people-missing",
    "accounts are listed with an error": "accounts-people-error",
    "as delivered: nothing locks": "accounts-policies-default",
    "no policies at all": "accounts-policies-nothing",
    "five wrong passwords lock": "accounts-policies-lockout",
    "a number that no rule compares": "accounts-policies-number-without-a-rule",
    "a rule with a number of its own": "accounts-policies-rule-with-its-own-number",
    "a policy without a rule": "accounts-policies-no-rule",
    "0 wrong passwords lock nobody out": "accounts-policies-zero-failures",
    "0 of a profile is no limit": "accounts-policies-managed-zero",
    "a length is asked for": "accounts-policies-length",
    "a profile": "accounts-policies-managed",
    "a profile and a policy: the strictest": "accounts-policies-two-numbers",
    "a profile that may not be read": "accounts-policies-managed-closed",
    "an answer without a list": "accounts-policies-no-list",
    "an error": "accounts-policies-error",
    "a number of another type": "accounts-policies-of-another-type",
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(
    ("own", "managed", "guests"),
    [
        ({"GuestEnabled": True}, {}, True),
        ({"GuestEnabled": 0}, {}, False),
        ({}, {}, None),
        ({"GuestEnabled": True}, {"DisableGuestAccount": True}, False),
        ({"GuestEnabled": True, "DisableGuestAccount": True}, {}, True),
        ({"GuestEnabled": False, "EnableGuestAccount": True}, {}, False),
        ({"GuestEnabled": False}, {"EnableGuestAccount": True}, True),
        ({}, {"EnableGuestAccount": True, "DisableGuestAccount": True}, True),
        ({"GuestEnabled": True}, {"DisableGuestAccount": False}, True),
        ({"GuestEnabled": True}, {"GuestEnabled": False}, False),
    ],
)
def test_guests(own: dict[str, Any], managed: dict[str, Any], guests: bool | None) -> None:
    assert judge_guest(own, managed) is guests


@pytest.mark.parametrize(
    ("text", "groups"),
    [("20 12 80\n", {20, 12, 80}), ("180\n", {180}), ("80", {80})],
)
def test_numbers_of_groups(text: str, groups: set[int]) -> None:
    assert parse_groups(text) == groups


@pytest.mark.parametrize("text", ["", " \n", "staff admin", "20,80", "-2", "٨٠", "9" * 12])
def test_groups_of_another_form_are_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_groups(text)


def user(uid: int, shell: str = "", hidden: str = "") -> dict[str, list[str]]:
    found = {"dsAttrTypeStandard:UniqueID": [str(uid)]}
    if shell:
        found["dsAttrTypeStandard:UserShell"] = [shell]
    if hidden:
        found["dsAttrTypeNative:IsHidden"] = [hidden]
    return found


@pytest.mark.parametrize(
    ("account", "counts"),
    [
        (user(501), True),
        (user(501, "/bin/zsh"), True),
        (user(501, "/opt/homebrew/bin/fish"), True),
        (user(501, "/usr/bin/false"), False),
        (user(501, "/sbin/nologin"), False),
        (user(501, "/bin/zsh", "0"), True),
        (user(501, "/bin/zsh", "1"), False),
        (user(501, "/bin/zsh", "YES"), False),
        (user(500), False),
        (user(0), False),
        (user(-2), False),
        (user(2**31 - 2), True),
        (user(2**32 - 2), False),
    ],
    ids=str,
)
def test_who_is_a_person(account: dict[str, list[str]], counts: bool) -> None:
    assert parse_people(plistlib.dumps([account])) == counts
    assert parse_people(plistlib.dumps([account, user(502)])) == 1 + counts


@pytest.mark.parametrize(
    "listed",
    [
        [],
        {},
        ["501"],
        [{}],
        [{"dsAttrTypeStandard:UniqueID": "501"}],
        [{"dsAttrTypeStandard:UniqueID": ["501", "502"]}],
        [{"dsAttrTypeStandard:UniqueID": ["501a"]}],
        [{**user(501), "dsAttrTypeStandard:UserShell": []}],
    ],
    ids=str,
)
def test_accounts_of_another_form_are_refused(listed: list[Any] | dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_people(plistlib.dumps(listed))


COMPARES = "policyAttributeFailedAuthentications < policyAttributeMaximumFailedAuthentications"


def lockout(number: object, rule: str = COMPARES) -> dict[str, Any]:
    return {
        "policyContent": rule,
        "policyParameters": {"policyAttributeMaximumFailedAuthentications": number},
    }


@pytest.mark.parametrize(
    ("policies", "managed", "failures"),
    [
        ([], None, None),
        ([lockout(5)], None, 5),
        ([lockout(0)], None, None),
        ([lockout(-1)], None, None),
        ([lockout(5), lockout(3)], 10, 3),
        ([lockout(5, "policyAttributeCurrentTime > 0")], None, None),
        ([], 10, 10),
        ([], 0, None),
    ],
    ids=str,
)
def test_how_many_wrong_passwords_lock(
    policies: list[dict[str, Any]], managed: int | None, failures: int | None
) -> None:
    profile = {} if managed is None else {"maxFailedAttempts": managed}
    found: dict[str, Any] = {"policyCategoryAuthentication": policies}
    assert failures_allowed(found, profile) == failures


@pytest.mark.parametrize(
    "policy",
    [
        {"policyContent": "policyAttributeFailedAuthentications < 5"},
        {"policyParameters": {"policyAttributeMaximumFailedAuthentications": 5}},
        {"policyContent": COMPARES, "policyParameters": [5]},
        lockout("5"),
        lockout(True),
    ],
    ids=str,
)
def test_a_lock_of_another_form_is_no_verdict(policy: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        failures_allowed({"policyCategoryAuthentication": [policy]}, {})


@pytest.mark.parametrize(
    ("policy", "managed", "length"),
    [
        ({}, {}, None),
        ({"policyContent": "policyAttributePassword matches '.{4,}+'"}, {}, 4),
        ({"policyContent": "policyAttributePassword matches '.{12,}'"}, {"minLength": 8}, 12),
        ({"policyContent": "policyAttributePassword matches '.{4,}+'"}, {"minLength": 8}, 8),
        ({"policyParameters": {"minimumLength": 10}}, {}, 10),
        ({"policyContent": "policyAttributePassword matches '(.*[0-9].*){1,}+'"}, {}, None),
        ({"policyContent": "policyAttributePassword matches '.{0,}'"}, {}, None),
    ],
    ids=str,
)
def test_how_long_a_password_must_be(
    policy: dict[str, Any], managed: dict[str, Any], length: int | None
) -> None:
    assert length_needed({"policyCategoryPasswordContent": [policy]}, managed) == length


def test_only_the_list_of_policies_is_read() -> None:
    listed = plistlib.dumps({"policyCategoryAuthentication": []})
    for line in (b"", b"Getting global account policies\n\n", "Öffentlich\n".encode("latin-1")):
        assert parse_policies(line + listed) == {"policyCategoryAuthentication": []}
    for answer in (b"", b"Getting global account policies\n", plistlib.dumps([])):
        with pytest.raises(ParseError):
            parse_policies(answer)


NAMES = st.sampled_from(
    [
        *("policyCategoryAuthentication", "policyCategoryPasswordContent", "policyContent"),
        *("policyParameters", "policyAttributeMaximumFailedAuthentications", "minimumLength"),
        *("maxFailedAttempts", "minLength", "GuestEnabled", "DisableGuestAccount"),
        *("dsAttrTypeStandard:UniqueID", "dsAttrTypeNative:IsHidden"),
        "dsAttrTypeStandard:UserShell",
    ]
)
WORDS = st.sampled_from([COMPARES, "policyAttributePassword matches '.{4,}'", "501", "1"])
VALUES = st.recursive(
    st.booleans() | st.integers(-9, 999) | WORDS | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
SETTINGS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(SETTINGS, SETTINGS)
def test_parsers_of_settings_raise_only_their_own_error(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    for judge in (failures_allowed, length_needed):
        with suppress(ParseError):
            found = judge(one, other)
            assert found is None or found > 0
    with suppress(ParseError):
        judge_guest(one, other)


@given(st.binary(max_size=40), VALUES, st.text(max_size=20))
def test_parsers_of_answers_raise_only_their_own_error(data: bytes, listed: Any, text: str) -> None:
    for answer in (data, b"<?xml" + data, plistlib.dumps(listed), data + plistlib.dumps(listed)):
        with suppress(ParseError):
            parse_people(answer)
        with suppress(ParseError):
            parse_policies(answer)
    with suppress(ParseError):
        parse_groups(text)
