"""The accounts of this machine: who can log in, how, and with which rights.

No account's name leaves this folder.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt
from hipaaguard.collect.linux.accounts import privileges, rules, screens, users
from hipaaguard.collect.linux.accounts.consoles import console_logs_in
from hipaaguard.collect.linux.accounts.files import read_first, read_sources
from hipaaguard.collect.linux.accounts.users import Account
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.collect.linux.processes import is_running
from hipaaguard.model import Fact, Reason, Unavailable

_AUTOLOGIN = "accounts.autologin"
_EMPTY = "accounts.empty_passwords"
_GUEST = "accounts.guest_enabled"
_PEOPLE = "accounts.human_accounts"
_AFTER = "accounts.lockout_after"
_LOCKOUT = "accounts.lockout_enabled"
_LENGTH = "accounts.password_min_length"
_SUDO = "accounts.sudo_without_password"
_ADMIN = "accounts.user_is_admin"
_NAMES = (_AUTOLOGIN, _EMPTY, _GUEST, _PEOPLE, _AFTER, _LOCKOUT, _LENGTH, _SUDO, _ADMIN)

_PASSWD, _SHADOW = "/etc/passwd", "/etc/shadow"
_LOGIN_DEFS = ("/etc/login.defs", "/usr/etc/login.defs")
_SSSD = ("sssd", "sssd_be", "sssd_nss")
_GUESTS = frozenset({"guest", "xguest"})
# Fedora's xguest is let in without a password although its password is locked.
_OPEN_GUEST = "xguest"

_NO_SHADOW = Unavailable(
    Reason.NOT_PERMITTED, "passwords can be looked at only by an administrator", AS_ADMINISTRATOR
)
_ELSEWHERE = Unavailable(
    Reason.UNRECOGNISED, "some accounts come from a directory service and are not on this machine"
)
_HOMED = Unavailable(
    Reason.UNRECOGNISED, "some accounts are kept by systemd-homed, which HipaaGuard cannot list"
)
_NO_LENGTH = Unavailable(
    Reason.NOT_INSTALLED, "nothing on this machine asks for a length of new passwords"
)
_NO_LOCKOUT = Unavailable(
    Reason.NOT_INSTALLED, "nothing on this machine locks an account after failed log-ins"
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the accounts."""
    del now
    if keys & {_SUDO, _ADMIN}:
        rights = privileges.read_rights(host)
        yield Fact(_ADMIN, rights.admin, privileges.SOURCE)
        yield Fact(_SUDO, rights.without_password, privileges.SOURCE)
    if keys & {_AFTER, _LOCKOUT}:
        after = rules.read_lockout(host)
        yield Fact(_AFTER, _NO_LOCKOUT if after is None else after, "/etc/pam.d, faillock.conf")
        enabled = after if isinstance(after, Unavailable) else after is not None
        yield Fact(_LOCKOUT, enabled, "/etc/pam.d, faillock.conf")
    if _LENGTH in keys:
        length = rules.read_minimum_length(host)
        yield Fact(_LENGTH, _NO_LENGTH if length is None else length, "/etc/pam.d, pwquality.conf")
    if _AUTOLOGIN in keys:
        yield Fact(_AUTOLOGIN, _autologin(host), screens.SOURCE)
    if keys & {_EMPTY, _GUEST, _PEOPLE}:
        yield from _by_accounts(host)


PROBE = Probe("accounts", _NAMES, collect)


def _autologin(host: Host) -> bool | Unavailable:
    answers = [_screens_log_in(host), screens.suse_logs_in(host), console_logs_in(host)]
    return _any(*answers)


def _any(*answers: bool | Unavailable) -> bool | Unavailable:
    """Whether one is true; unavailable if that hangs on one that is."""
    if True in answers:
        return True
    return next((it for it in answers if isinstance(it, Unavailable)), False)


def _screens_log_in(host: Host) -> bool | Unavailable:
    managers = screens.find_managers(host)
    if isinstance(managers, Unavailable):
        return managers
    found = [screens.read_screen(host, name) for name in managers]
    return _any(*(it if isinstance(it, Unavailable) else it.autologin for it in found))


def _screens_let_guests_in(host: Host) -> bool | Unavailable:
    managers = screens.find_managers(host)
    if isinstance(managers, Unavailable):
        return managers
    found = [screens.read_screen(host, name) for name in managers if name == "lightdm"]
    return _any(*(it if isinstance(it, Unavailable) else it.guests for it in found))


def _by_accounts(host: Host) -> Iterator[Fact]:
    text = read_if_there(host, _PASSWD)
    if text is None:
        text = Unavailable(Reason.FAILED, "the list of accounts is not there")
    accounts = text if isinstance(text, Unavailable) else attempt(users.parse_passwd, text)
    if isinstance(accounts, Unavailable):
        yield from (Fact(name, accounts, _PASSWD) for name in (_EMPTY, _GUEST, _PEOPLE))
        return
    shadow = _shadow(host)
    yield Fact(_EMPTY, _empty(host, accounts, shadow), f"{_SHADOW}, {_PASSWD}, /etc/pam.d")
    guests = _any(_screens_let_guests_in(host), _guest_account(accounts, shadow))
    yield Fact(_GUEST, guests, f"{_PASSWD}, {screens.SOURCE}")
    yield Fact(_PEOPLE, _people(host, accounts), f"{_PASSWD}, /etc/login.defs")


def _shadow(host: Host) -> Mapping[str, str] | Unavailable:
    text = read_if_there(host, _SHADOW)
    if text is None:
        return Unavailable(Reason.UNRECOGNISED, "passwords are kept in a place that is not known")
    if isinstance(text, Unavailable):
        return _NO_SHADOW if text.reason is Reason.NOT_PERMITTED else text
    return attempt(users.parse_shadow, text)


def _empty(
    host: Host, accounts: tuple[Account, ...], shadow: Mapping[str, str] | Unavailable
) -> int | Unavailable:
    accepted = rules.accepts_empty(host)
    if isinstance(accepted, Unavailable):
        return accepted
    if isinstance(shadow, Unavailable):
        # What everyone can read is evidence that there are some, never that there are none.
        visible = len(users.without_password(accounts, {}))
        return visible if accepted and visible else shadow
    return len(users.without_password(accounts, shadow)) if accepted else 0


def _guest_account(
    accounts: tuple[Account, ...], shadow: Mapping[str, str] | Unavailable
) -> bool | Unavailable:
    guests = [it for it in accounts if it.name in _GUESTS and it.has_shell]
    if any(it.name == _OPEN_GUEST for it in guests):
        return True
    if not guests:
        return False
    if any(it.password == "" for it in guests):
        return True
    if isinstance(shadow, Unavailable):
        return shadow
    return any(not shadow.get(it.name, "!").startswith(("!", "*")) for it in guests)


def _people(host: Host, accounts: tuple[Account, ...]) -> int | Unavailable:
    sources = read_sources(host)
    defs = read_first(host, _LOGIN_DEFS)
    homes = names_in(host, "/home")
    if isinstance(sources, Unavailable):
        return sources
    if isinstance(defs, Unavailable):
        return defs
    if isinstance(homes, Unavailable):
        return homes
    elsewhere = _elsewhere(host, users.parse_foreign_sources(sources))
    if isinstance(elsewhere, Unavailable):
        return elsewhere
    if any(name.endswith((".home", ".homedir")) for name in homes):
        return _HOMED
    numbers = attempt(users.parse_uid_range, defs or "")
    if isinstance(numbers, Unavailable):
        return numbers
    return len(users.people(accounts, numbers))


def _elsewhere(host: Host, foreign: frozenset[str]) -> Unavailable | None:
    """Why accounts may be missing from the list, or None."""
    if foreign - {"sss"}:
        return _ELSEWHERE
    # Many systems name `sss` without a directory service behind it.
    running = _any(*(is_running(host, name) for name in _SSSD)) if foreign else False
    if isinstance(running, Unavailable):
        return running
    return _ELSEWHERE if running else None
