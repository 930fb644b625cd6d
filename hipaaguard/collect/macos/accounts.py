"""The accounts of a Mac: who is there, with what rights, and what their passwords must be like."""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.macos.managed import read_managed
from hipaaguard.collect.macos.plists import (
    Dictionary,
    Value,
    dictionaries,
    flag,
    number,
    parse_plist,
    read_settings,
    text,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

LOGIN_WINDOW = "com.apple.loginwindow"
LOGIN_SETTINGS = f"/Library/Preferences/{LOGIN_WINDOW}.plist"
LOGIN_PASSWORD = "/etc/kcpassword"
PASSCODE = "com.apple.mobiledevice.passwordpolicy"
POLICIES = ("pwpolicy", "-getaccountpolicies")
MCX = "com.apple.MCX"
USERS = ("dscl", "-plist", ".", "-readall", "/Users", "UniqueID", "IsHidden", "UserShell")

ADMIN_GROUP = 80
FIRST_PERSON = 501
_LAST_NUMBER = 2**31

_ID = "dsAttrTypeStandard:UniqueID"
_HIDDEN = "dsAttrTypeNative:IsHidden"
_SHELL = "dsAttrTypeStandard:UserShell"
_NO_SHELL = re.compile(r".*/(false|nologin)")

_COUNTED = "policyAttributeFailedAuthentications"
_FAILURES = "policyAttributeMaximumFailedAuthentications"
_LENGTH = re.compile(r"policyAttributePassword matches '\.\{(\d{1,3}),\}\+?'")

_UNLIMITED = Unavailable(Reason.NOT_INSTALLED, "no number of wrong passwords locks an account")
_SHORT = Unavailable(Reason.NOT_INSTALLED, "no length of passwords is asked for")


def parse_groups(text: str) -> frozenset[int]:
    """The numbers of the groups that a person belongs to.

    Raises:
        ParseError: It is of another form.

    Source: id(1).
    """  # noqa: DOC201 - the first line says it
    words = text.split()
    if not words or not all(it.isascii() and it.isdecimal() and len(it) < 12 for it in words):
        raise ParseError("the groups of the person are not in a form that is known")
    return frozenset(map(int, words))


def parse_people(data: bytes) -> int:
    """How many accounts are people's: numbered from 501 on, not hidden, and with a shell.

    Accounts for file sharing alone have a shell that ends at once.

    Raises:
        ParseError: It is of another form, or lists no account at all.

    Source: dscl(1) and Open Directory's names of attributes.
    """  # noqa: DOC201 - the first line says it
    listed = parse_plist(data)
    if not isinstance(listed, list) or not listed:
        raise ParseError("the list of accounts is not in a form that is known")
    count = 0
    for entry in listed:
        if not isinstance(entry, dict):
            raise ParseError("the list of accounts is not in a form that is known")
        uid = _single(entry, _ID)
        if not re.fullmatch(r"-?\d{1,10}", uid):
            raise ParseError("an account has a number that is none")
        hidden = _HIDDEN in entry and _single(entry, _HIDDEN).lower() in ("1", "yes", "true")
        logs_in = _SHELL not in entry or _NO_SHELL.fullmatch(_single(entry, _SHELL)) is None
        count += FIRST_PERSON <= int(uid) < _LAST_NUMBER and not hidden and logs_in
    return count


def _single(entry: Dictionary, name: str) -> str:
    value = entry.get(name)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    raise ParseError("an account is not described in a form that is known")


def parse_policies(output: bytes) -> Dictionary:
    """The policies of accounts.

    Returns:
        May be empty.

    Raises:
        ParseError: There is no property list in it.

    Source: pwpolicy(8): one line, then a property list.
    """
    start = output.find(b"<?xml")
    found = parse_plist(output[start:]) if start >= 0 else []
    if isinstance(found, list):
        raise ParseError("the policies of accounts are not in a form that is known")
    return found


def failures_allowed(policies: Dictionary, managed: Dictionary) -> int | None:
    """How many wrong passwords lock an account; None when no number does.

    Raises:
        ParseError: A value is of another type, or failures are counted towards no known number.
    """  # noqa: DOC201 - the first line says it
    numbers = [number(managed, "maxFailedAttempts")]
    for policy in dictionaries(policies, "policyCategoryAuthentication"):
        rule = text(policy, "policyContent")
        if rule is None:
            raise ParseError("a policy of accounts has no rule")
        if _COUNTED not in rule:
            # A number that no rule compares locks nothing.
            continue
        allowed = number(_parameters(policy), _FAILURES)
        if allowed is None:
            raise ParseError("a policy locks accounts after a number that is not stated")
        numbers.append(allowed)
    return min((it for it in numbers if it and it > 0), default=None)


def length_needed(policies: Dictionary, managed: Dictionary) -> int | None:
    """How long a password must be; None when nothing is asked for.

    Raises:
        ParseError: A value is of another type.
    """  # noqa: DOC201 - the first line says it
    numbers = [number(managed, "minLength")]
    for policy in dictionaries(policies, "policyCategoryPasswordContent"):
        numbers.append(number(_parameters(policy), "minimumLength"))
        match = _LENGTH.search(text(policy, "policyContent") or "")
        numbers.append(int(match[1]) if match else None)
    return max((it for it in numbers if it), default=None)


def _parameters(policy: Dictionary) -> Dictionary:
    value: Value | None = policy.get("policyParameters")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ParseError("the parameters of a policy are not in a form that is known")
    return value


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of accounts."""
    del now
    if keys & {"accounts.autologin", "accounts.guest_enabled"}:
        settings = _login_settings(host)
        yield Fact("accounts.autologin", _autologin(host, settings), LOGIN_SETTINGS)
        yield Fact("accounts.guest_enabled", _guest(host), LOGIN_SETTINGS)
    if "accounts.user_is_admin" in keys:
        yield Fact("accounts.user_is_admin", _is_admin(host), "id")
    if "accounts.human_accounts" in keys:
        yield Fact("accounts.human_accounts", _people(host), "dscl")
    if keys & {
        "accounts.lockout_after",
        "accounts.lockout_enabled",
        "accounts.password_min_length",
    }:
        yield from _by_policies(host)


def _login_settings(host: Host) -> Dictionary | Unavailable:
    own = read_settings(host, LOGIN_SETTINGS)
    managed = read_managed(host, LOGIN_WINDOW)
    if isinstance(managed, Unavailable):
        return managed
    return own if isinstance(own, Unavailable) else {**own, **managed}


def _autologin(host: Host, settings: Dictionary | Unavailable) -> bool | Unavailable:
    """Whether somebody is logged in without a password: named, and with a password put down."""
    if isinstance(settings, Unavailable):
        return settings
    name = attempt(text, settings, "autoLoginUser")
    if isinstance(name, Unavailable):
        return name
    if not name:
        return False
    put_down = host.entry(LOGIN_PASSWORD)
    if isinstance(put_down, Unavailable):
        return False if is_absent(put_down) else put_down
    return True


def judge_guest(own: Dictionary, managed: Dictionary) -> bool | None:
    """Whether guests may log in; None when nothing says it.

    Args:
        own: settings of the log-in window.
        managed: those of profiles, of either name that the switch has had. Only there does it
            count: in the machine's own settings it has no effect.

    Raises:
        ParseError: A value is of another type.
    """  # noqa: DOC201 - the first line says it
    if flag(managed, "EnableGuestAccount"):
        return True
    if flag(managed, "DisableGuestAccount"):
        return False
    return flag({**own, **managed}, "GuestEnabled")


def _guest(host: Host) -> bool | Unavailable:
    own = read_settings(host, LOGIN_SETTINGS)
    by_login, by_accounts = read_managed(host, LOGIN_WINDOW), read_managed(host, MCX)
    if isinstance(by_login, Unavailable):
        return by_login
    if isinstance(by_accounts, Unavailable):
        return by_accounts
    if isinstance(own, Unavailable):
        return own
    found = attempt(judge_guest, own, {**by_login, **by_accounts})
    missing = Unavailable(Reason.UNRECOGNISED, "the settings do not say whether guests may log in")
    return missing if found is None else found


def _is_admin(host: Host) -> bool | Unavailable:
    answer = host.run("id", "-G", uid=host.person.uid)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists groups answered with an error")
    groups = attempt(_groups, answer)
    return groups if isinstance(groups, Unavailable) else ADMIN_GROUP in groups


def _groups(answer: Output) -> frozenset[int]:
    return parse_groups(answer.text)


def _people(host: Host) -> int | Unavailable:
    answer = host.run(*USERS)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists accounts answered with an error")
    return attempt(parse_people, answer.stdout)


def _by_policies(host: Host) -> Iterator[Fact]:
    managed = read_managed(host, PASSCODE)
    policies = _policies(host)
    names = ("accounts.lockout_after", "accounts.lockout_enabled", "accounts.password_min_length")
    if isinstance(managed, Unavailable) or isinstance(policies, Unavailable):
        why = managed if isinstance(managed, Unavailable) else policies
        yield from (Fact(name, _why(why), "pwpolicy") for name in names)
        return
    failures = attempt(failures_allowed, policies, managed)
    length = attempt(length_needed, policies, managed)
    enabled: Scalar | Unavailable = (
        failures if isinstance(failures, Unavailable) else failures is not None
    )
    yield Fact(names[0], _UNLIMITED if failures is None else failures, "pwpolicy")
    yield Fact(names[1], enabled, "pwpolicy")
    yield Fact(names[2], _SHORT if length is None else length, "pwpolicy")


def _why(found: Dictionary | Unavailable) -> Unavailable:
    unknown = Unavailable(Reason.FAILED, "the policies of accounts could not be read")
    return found if isinstance(found, Unavailable) else unknown


def _policies(host: Host) -> Dictionary | Unavailable:
    answer = host.run(*POLICIES)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that tells policies answered with an error")
    return attempt(parse_policies, answer.stdout)


PROBE = Probe(
    "accounts",
    (
        "accounts.autologin",
        "accounts.guest_enabled",
        "accounts.human_accounts",
        "accounts.lockout_after",
        "accounts.lockout_enabled",
        "accounts.password_min_length",
        "accounts.user_is_admin",
    ),
    collect,
)
