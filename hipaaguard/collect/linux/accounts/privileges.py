"""Whether the person can act as administrator, and whether without a password: asks the host."""

from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt
from hipaaguard.collect.linux.accounts import grants, sudoers, users
from hipaaguard.collect.linux.accounts.files import (
    is_there,
    read_all,
    read_first,
    read_folder,
    read_sources,
)
from hipaaguard.collect.linux.accounts.sudoers import Caller, Sudoers
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.collect.linux.screen_lock.session import find_sessions
from hipaaguard.model import Reason, Unavailable

SOURCE = "sudoers, doas.conf, polkit's rules, /etc/group"

_SUDOERS = ("/etc/sudoers", "/usr/etc/sudoers")
_DOAS = "/etc/doas.conf"
# polkit(8): the folders whose files count, in no order; their names decide.
_POLKIT = (
    "/etc/polkit-1/rules.d",
    "/run/polkit-1/rules.d",
    "/usr/local/share/polkit-1/rules.d",
    "/usr/share/polkit-1/rules.d",
)
_POLKIT_OLD = "/etc/polkit-1/localauthority.conf.d"
# What Linux Mint lets everyone run without a password: mintupdate and mintdrivers.
_OWN_PROGRAMS = (
    "/usr/bin/mint-refresh-cache",
    "/usr/bin/mintdrivers-",
    "/usr/lib/linuxmint/",
)
_MAX_INCLUDES = 200

_SOME = Unavailable(
    Reason.UNRECOGNISED,
    "a rule lets the person run single programs as administrator, and HipaaGuard cannot judge them",
)
_NOT_HERE = Unavailable(
    Reason.UNRECOGNISED, "the person's account or groups come from a directory service"
)
_ROOT = "HipaaGuard was started by root alone, so it cannot tell whose rights count"

Answer = bool | Unavailable


@dataclass(frozen=True, slots=True)
class Rights:
    """Whether the person can act as administrator, and whether without a password."""

    admin: Answer
    without_password: Answer


def read_rights(host: Host) -> Rights:
    """The person's rights."""
    uid = _whose(host)
    if uid == 0:
        return Rights(admin=True, without_password=True)
    caller = uid if isinstance(uid, Unavailable) else _caller(host, uid)
    if isinstance(caller, Unavailable):
        return Rights(caller, caller)
    by_sudo = _by_sudo(host, caller)
    by_doas = _by_doas(host, caller)
    foreign = _foreign_groups(host)
    return Rights(
        _any(by_sudo.admin, by_doas.admin, _by_polkit(host, caller), foreign),
        _any(by_sudo.without_password, by_doas.without_password, foreign),
    )


def _whose(host: Host) -> int | Unavailable:
    """The person's number; where root alone started this, as a timer, who sits at the desktop."""
    if host.person.uid:
        return host.person.uid
    sessions = find_sessions(host)
    if isinstance(sessions, Unavailable):
        return Unavailable(sessions.reason, _ROOT)
    uids = {session.uid for session in sessions}
    return uids.pop() if len(uids) == 1 else Unavailable(Reason.UNRECOGNISED, _ROOT)


def _settled(answer: Unavailable, what: str) -> Unavailable:
    """The answer, with the command that settles it where only rights are missing."""
    if answer.reason is not Reason.NOT_PERMITTED:
        return answer
    detail = f"{what} can be read only by an administrator"
    return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)


def _any(*answers: Answer) -> Answer:
    if True in answers:
        return True
    return next((it for it in answers if isinstance(it, Unavailable)), False)


def _caller(host: Host, uid: int) -> Caller | Unavailable:
    text = read_if_there(host, "/etc/passwd")
    accounts = _required(text, "accounts")
    group_text = _required(read_if_there(host, "/etc/group"), "groups")
    if isinstance(accounts, Unavailable):
        return accounts
    if isinstance(group_text, Unavailable):
        return group_text
    return attempt(_find_caller, accounts, group_text, uid)


def _required(text: str | Unavailable | None, what: str) -> str | Unavailable:
    missing = Unavailable(Reason.FAILED, f"the list of {what} could not be read")
    return missing if text is None else text


def _find_caller(accounts: str, groups: str, uid: int) -> Caller | Unavailable:
    found = [it for it in users.parse_passwd(accounts) if it.uid == uid]
    if not found:
        return _NOT_HERE
    account, known = found[0], users.parse_group(groups)
    names = users.groups_of(account, known)
    numbers = {group.gid for group in known if group.name in names} | {account.gid}
    return Caller(account.name, uid, names, frozenset(numbers))


def _foreign_groups(host: Host) -> Answer:
    """False when every group is in /etc/group; else why the person may have others."""
    text = read_sources(host)
    if isinstance(text, Unavailable):
        return text
    groups = users.parse_foreign_sources(text, "group")
    rules = users.parse_foreign_sources(text, "sudoers")
    # Many systems name `sss` for groups without a directory service behind it.
    return _NOT_HERE if groups - {"sss"} or rules else False


def _by_sudo(host: Host, caller: Caller) -> Rights:
    rules = _sudo_rules(host)
    if rules is None:
        return Rights(admin=False, without_password=False)
    if isinstance(rules, Unavailable):
        refused = _settled(rules, "the rules of sudo")
        return Rights(refused, refused)
    given = attempt(sudoers.grant, rules, caller, _OWN_PROGRAMS)
    if isinstance(given, Unavailable):
        return Rights(given, given)
    return Rights(
        given.everything or (_SOME if given.some else False),
        given.without_password or (_SOME if given.some_without_password else False),
    )


def _sudo_rules(host: Host) -> Sudoers | Unavailable | None:
    """The rules of all files, each include in its place; None where there are none."""
    text = read_first(host, _SUDOERS)
    if text is None:
        return _unless_installed(host, ("/usr/bin/sudo", "/run/wrappers/bin/sudo"))
    if isinstance(text, Unavailable):
        return text
    total = Sudoers()
    pending = [text]
    for _ in range(_MAX_INCLUDES):
        if not pending:
            return total
        before, include, after = sudoers.cut_at_include(pending.pop())
        rules = attempt(sudoers.parse_sudoers, before)
        texts = _included(host, include) if include else ()
        if isinstance(rules, Unavailable):
            return rules
        if isinstance(texts, Unavailable):
            return texts
        total = total.joined(rules)
        # What the include holds comes first, then what stands after it.
        pending += [*([after] if include else []), *reversed(texts)]
    return Unavailable(Reason.UNRECOGNISED, "sudo's rules include too many files")


def _unless_installed(host: Host, programs: Iterable[str]) -> Unavailable | None:
    """None when none of these programs exists, so that rules which are missing say nothing."""
    for program in programs:
        there = is_there(host, program)
        if isinstance(there, Unavailable):
            return there
        if there:
            return Unavailable(Reason.FAILED, "the rules of an installed program were not found")
    return None


def _included(host: Host, include: str) -> tuple[str, ...] | Unavailable:
    kind, _, path = include.partition(" ")
    if "%" in path:
        return Unavailable(Reason.UNRECOGNISED, "sudo's rules are in a file that is not known")
    if not path.startswith("/"):
        path = f"/etc/{path}"
    if kind == "file":
        return read_all(host, (path,))
    # sudoers(5): a name with a dot or a tilde at its end is passed over.
    return read_folder(host, path.rstrip("/"), lambda it: "." not in it and not it.endswith("~"))


def _by_doas(host: Host, caller: Caller) -> Rights:
    text = read_if_there(host, _DOAS)
    if text is None:
        text = _unless_installed(host, ("/usr/bin/doas", "/run/wrappers/bin/doas"))
    if isinstance(text, Unavailable):
        refused = _settled(text, "the rules of doas")
        return Rights(refused, refused)
    given = attempt(grants.parse_doas, text or "", caller)
    if isinstance(given, Unavailable):
        return Rights(given, given)
    return Rights(given.everything, given.without_password)


def _by_polkit(host: Host, caller: Caller) -> Answer:
    """Whether polkit takes the person for an administrator."""
    # The rules in /etc can be read by root alone; what the system ships is taken to hold then.
    old = read_folder(host, _POLKIT_OLD, lambda name: name.endswith(".conf"))
    files: dict[str, str] = {}
    unread: list[Unavailable] = [] if not isinstance(old, Unavailable) else [old]
    for folder in _POLKIT:
        found = _rule_files(host, folder)
        if isinstance(found, Unavailable):
            unread.append(found)
        else:
            files |= found
    named = attempt(grants.first_admin_rule, files)
    if isinstance(named, Unavailable):
        return named
    if grants.is_named((*named, *_last(old)), caller):
        return True
    return _settled(unread[0], "the rules of polkit") if unread else False


def _last(texts: Iterable[str] | Unavailable) -> tuple[str, ...]:
    if isinstance(texts, Unavailable):
        return ()
    found = [grants.parse_admin_identities(text) for text in texts]
    return next((it for it in reversed(found) if it is not None), ())


def _rule_files(host: Host, folder: str) -> dict[str, str] | Unavailable:
    names = names_in(host, folder)
    if isinstance(names, Unavailable):
        return names
    found: dict[str, str] = {}
    for name in names:
        text = read_if_there(host, f"{folder}/{name}") if name.endswith(".rules") else None
        if isinstance(text, Unavailable):
            return text
        found |= {} if text is None else {f"{folder}/{name}": text}
    return found
