"""The accounts of a Windows computer: who is there, with what rights, what passwords must be like.

Accounts and groups are known by their identifiers, because Windows translates the names of those
that it makes itself. Accounts of a domain or of Microsoft Entra are not on the computer.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, Row, attempt
from hipaaguard.collect.windows.rows import flag, number, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

WINLOGON = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
LOCAL = "Win32_UserAccount"
POLICY = "the account policy of this computer"

_SID = re.compile(r"S-1-\d{1,2}(-\d{1,10}){1,14}")
# Numbers of accounts that Windows makes for itself: guests, defaults, its sandbox.
_GUEST = 501
_NOT_PEOPLE = frozenset({_GUEST, 503, 504})

_UNLIMITED = Unavailable(Reason.NOT_INSTALLED, "no number of wrong passwords locks an account")
_SHORT = Unavailable(Reason.NOT_INSTALLED, "no length of passwords is asked for")
_SOMEBODY_ELSE = Unavailable(
    Reason.UNRECOGNISED, "the audit ran with another account than that of the person"
)


def parse_accounts(rows: Sequence[Row]) -> dict[int, bool]:
    """Whether each account of the computer is switched on, by the last part of its identifier.

    Raises:
        ParseError: A row is of another form, or there is none.

    Source: Win32_UserAccount.
    """  # noqa: DOC201 - the first line says it
    found = {}
    for row in rows:
        sid, disabled = text(row, "SID") or "", flag(row, "Disabled")
        if not _SID.fullmatch(sid) or disabled is None:
            raise ParseError("Windows listed an account without its identifier")
        found[int(sid.rpartition("-")[2])] = not disabled
    if not found:
        raise ParseError("Windows listed no account")
    return found


def parse_policy(rows: Sequence[Row]) -> tuple[int, int]:
    """How many wrong passwords lock an account, and how long one must be; 0 for no limit.

    Raises:
        ParseError: There is not exactly one row, or it is of another form.

    Source: ADSI's WinNT provider, `MaxBadPasswordsAllowed` and `MinPasswordLength`.
    """  # noqa: DOC201 - the first line says it
    if len(rows) != 1:
        raise ParseError("Windows did not tell what it asks of passwords")
    lockout, length = number(rows[0], "Lockout"), number(rows[0], "Length")
    if lockout is None or length is None or lockout < 0 or length < 0:
        raise ParseError("Windows did not tell what it asks of passwords")
    return lockout, length


def parse_autologin(key: RegistryKey) -> bool:
    """Whether somebody is logged in without a password being asked for.

    Where the password lies, here or in a safe place, makes no difference.

    Raises:
        ParseError: A value is of another type.

    Source: "Turn on automatic logon in Windows".
    """  # noqa: DOC201 - the first line says it
    value = key.value("AutoAdminLogon")
    if value is not None and not isinstance(value, (int, str)):
        raise ParseError("the registry's AutoAdminLogon is neither a text nor a number")
    return str(value).strip() == "1"


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of accounts."""
    del now
    if keys & {"accounts.guest_enabled", "accounts.human_accounts"}:
        yield from _of_accounts(host)
    if "accounts.user_is_admin" in keys:
        yield Fact("accounts.user_is_admin", _is_admin(host), "the person's own rights")
    if keys & {
        "accounts.lockout_after",
        "accounts.lockout_enabled",
        "accounts.password_min_length",
    }:
        yield from _of_policy(host)
    key = host.registry(WINLOGON)
    told = key if isinstance(key, Unavailable) else attempt(parse_autologin, key)
    yield Fact("accounts.autologin", told, WINLOGON)


def _of_accounts(host: Host) -> Iterator[Fact]:
    rows = host.query("accounts")
    found = rows if isinstance(rows, Unavailable) else attempt(parse_accounts, rows)
    if isinstance(found, Unavailable):
        yield Fact("accounts.guest_enabled", found, LOCAL)
        yield Fact("accounts.human_accounts", found, LOCAL)
        return
    missing = Unavailable(Reason.UNRECOGNISED, "Windows did not list its account for guests")
    yield Fact("accounts.guest_enabled", found.get(_GUEST, missing), LOCAL)
    people = sum(on for last, on in found.items() if last not in _NOT_PEOPLE)
    yield Fact("accounts.human_accounts", people, LOCAL)


def _is_admin(host: Host) -> bool | Unavailable:
    rows = host.query("accounts-rights")
    return rows if isinstance(rows, Unavailable) else attempt(_rights, rows, host.person.uid)


def _rights(rows: Sequence[Row], person: int) -> bool | Unavailable:
    if len(rows) != 1:
        raise ParseError("Windows did not tell who asks")
    sid, administrator = text(rows[0], "Sid") or "", flag(rows[0], "Administrator")
    if not _SID.fullmatch(sid) or administrator is None:
        raise ParseError("Windows did not tell who asks")
    return administrator if sid.endswith(f"-{person}") else _SOMEBODY_ELSE


def _of_policy(host: Host) -> Iterator[Fact]:
    rows = host.query("accounts-policy")
    found = rows if isinstance(rows, Unavailable) else attempt(parse_policy, rows)
    names = ("accounts.lockout_after", "accounts.lockout_enabled", "accounts.password_min_length")
    if isinstance(found, Unavailable):
        yield from (Fact(name, found, POLICY) for name in names)
        return
    lockout, length = found
    yield Fact(names[0], lockout or _UNLIMITED, POLICY)
    yield Fact(names[1], lockout > 0, POLICY)
    yield Fact(names[2], length or _SHORT, POLICY)


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
