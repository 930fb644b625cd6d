"""Accounts and groups as passwd(5), shadow(5), group(5) and login.defs(5) hold them.

Names stay within the collector.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hipaaguard.errors import ParseError

_NO_LOGIN = frozenset({"false", "nologin", "true", "sync", "shutdown", "halt", "git-shell"})
# Sources of accounts on this machine itself. nsswitch.conf(5); nss-systemd(8); nss-altfiles is
# where image-based systems keep the accounts of services.
_LOCAL_SOURCES = frozenset({"files", "compat", "systemd", "altfiles", "mymachines"})
# shadow-utils, lib/getdef.c: what holds where login.defs does not say.
_UID_MIN, _UID_MAX = 1000, 60_000


@dataclass(frozen=True, slots=True)
class Account:
    """A line of passwd(5).

    Attributes:
        name: log-in name.
        password: the second field: `x`, empty, or a hash.
        uid: its number.
        gid: the number of its own group.
        shell: the program that a log-in starts; empty stands for `/bin/sh`.
    """

    name: str
    password: str
    uid: int
    gid: int
    shell: str

    @property
    def has_shell(self) -> bool:
        """Whether its shell lets someone in."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_LOGIN


@dataclass(frozen=True, slots=True)
class Group:
    """A line of group(5): its name, number, and the names of its members."""

    name: str
    gid: int
    members: frozenset[str]


def parse_passwd(text: str) -> tuple[Account, ...]:
    """The accounts, in their order.

    Returns:
        Of two with one name only the first counts, as for log-ins. NIS entries (`+…`) are refused.

    Raises:
        ParseError: A line that is no account, or none at all.

    Source: passwd(5).
    """
    found: dict[str, Account] = {}
    for fields in _lines(text, 7, "an account"):
        name, password, uid, gid, _, _, shell = fields
        account = Account(name, password, _number(uid), _number(gid), shell.strip())
        found.setdefault(name, account)
    if not found:
        raise ParseError("the list of accounts is empty")
    return tuple(found.values())


def parse_shadow(text: str) -> Mapping[str, str]:
    """The password fields by account name, from shadow(5); raises `ParseError` for other lines."""
    found: dict[str, str] = {}
    for fields in _lines(text, 9, "a password"):
        found.setdefault(fields[0], fields[1])
    if not found:
        raise ParseError("the list of passwords is empty")
    return found


def parse_group(text: str) -> tuple[Group, ...]:
    """The groups, in their order, from group(5); raises `ParseError` for other lines."""
    return tuple(
        Group(name, _number(gid), frozenset(filter(None, members.strip().split(","))))
        for name, _, gid, members in _lines(text, 4, "a group")
    )


def _lines(text: str, count: int, what: str) -> Iterable[list[str]]:
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(":")
        if len(fields) != count or not re.fullmatch(r"[^\s+-][^\s:]*", fields[0]):
            raise ParseError(f"the list of accounts has a line that is not {what}")
        yield fields


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", text):
        raise ParseError("an account or a group has no number")
    return int(text)


def groups_of(account: Account, groups: Iterable[Group]) -> frozenset[str]:
    """The names of the groups that the account belongs to."""
    return frozenset(
        group.name for group in groups if group.gid == account.gid or account.name in group.members
    )


def parse_uid_range(text: str) -> range:
    """The numbers of people's accounts that login.defs gives.

    Returns:
        From UID_MIN to UID_MAX, with shadow-utils' defaults for what is not set.

    Raises:
        ParseError: One of them is not a number.

    Source: login.defs(5).
    """
    values = {"UID_MIN": _UID_MIN, "UID_MAX": _UID_MAX}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] in values:
            values[words[0]] = _number(words[1])
    return range(values["UID_MIN"], values["UID_MAX"] + 1)


def parse_foreign_sources(text: str, database: str = "passwd") -> frozenset[str]:
    """What nsswitch.conf(5) asks for accounts beyond this machine: `sss`, `ldap`, …."""
    found: set[str] = set()
    for line in text.splitlines():
        name, colon, rest = line.split("#", 1)[0].partition(":")
        if colon and name.strip() in (database, f"{database}_compat"):
            found |= set(re.sub(r"\[[^]]*\]?", " ", rest).split())
    return frozenset(found - _LOCAL_SOURCES)


def people(accounts: Iterable[Account], numbers: range) -> tuple[Account, ...]:
    """The accounts for people that can log in."""
    return tuple(it for it in accounts if it.uid in numbers and it.has_shell)


def without_password(accounts: Iterable[Account], shadow: Mapping[str, str]) -> tuple[Account, ...]:
    """The accounts with a shell whose password is empty; in passwd(5) `x` points to shadow(5)."""
    return tuple(
        it
        for it in accounts
        if it.has_shell and not (shadow.get(it.name, "!") if it.password == "x" else it.password)
    )
