"""The rules of sudo, as far as they say who may run everything as root: pure parser.

Source: sudoers(5).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hipaaguard.errors import ParseError

_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)", re.DOTALL)
_DEFAULTS = re.compile(r"Defaults(?:(?P<kind>[:@!>])\s*(?P<for>(?:\\.|[^\s,\\]|\s*,\s*)+))?\s+(.*)")
_TAGS = re.compile(
    r"(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)\s*:\s*|"
    r"(SETENV|MAIL|LOG_INPUT|LOG_OUTPUT)\s*:\s*"
)
_OPTION = re.compile(r"(ROLE|TYPE|PRIVS|LIMITPRIVS|APPARMOR_PROFILE|CWD|CHROOT|TIMEOUT)=\S+\s+")
_DATES = re.compile(r"(NOTBEFORE|NOTAFTER)=\S+\s+")
# A list of several accounts stands in brackets, whose commas do not end the command.
_ITEM = re.compile(r'(?:\([^)]*\)|\\.|"[^"]*"|[^,\\"(])+')
_MAX_ALIASES = 50


@dataclass(frozen=True, slots=True)
class Rule:
    """One command, or list of commands, that some may run.

    Attributes:
        users: names, `%group`, `#uid`, `ALL`, aliases, each perhaps with `!` before it.
        hosts: the same for machines.
        runas: as whom; `root` where the rule does not say.
        command: `ALL`, a path, an alias, perhaps with `!` before it.
        password: False with NOPASSWD, True with PASSWD, None where the rule does not say.
        limited: it holds only at certain times.
    """

    users: tuple[str, ...]
    hosts: tuple[str, ...]
    runas: tuple[str, ...]
    command: str
    password: bool | None = None
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One `Defaults` line: the option with its `!` or value, and whom it is for; empty: all."""

    option: str
    kind: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sudoers:
    """What one or several files say, in their order.

    Attributes:
        rules: in order; the last one that fits counts.
        settings: in order; later ones win.
        aliases: members by kind and name: `User ADMINS`.
    """

    rules: tuple[Rule, ...] = ()
    settings: tuple[Setting, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def joined(self, other: "Sudoers") -> "Sudoers":
        """This one, and then the other."""
        return Sudoers(
            self.rules + other.rules,
            self.settings + other.settings,
            MappingProxyType({**self.aliases, **other.aliases}),
        )


def cut_at_include(text: str) -> tuple[str, str, str]:
    """What stands before the first include, `file PATH` or `folder PATH`, what stands after it."""
    # Without an include the last two are empty.
    found = re.search(r"^[ \t]*[@#](include|includedir)[ \t]+(\S.*)$", text, re.MULTILINE)
    if found is None:
        return text, "", ""
    kind = "folder" if found[1] == "includedir" else "file"
    return text[: found.start()], f"{kind} {_unquote(found[2].strip())}", text[found.end() :]


def parse_sudoers(text: str) -> Sudoers:
    """A file, or a part of one, without includes.

    Returns:
        Its rules.

    Raises:
        ParseError: A line that is none of sudo's.
    """
    rules: list[Rule] = []
    settings: list[Setting] = []
    aliases: dict[str, tuple[str, ...]] = {}
    for line in _lines(text):
        if alias := _ALIAS.fullmatch(line):
            aliases |= _parse_aliases(alias[1].replace("Cmd", "Cmnd"), alias[2])
        elif line.startswith("Defaults") and re.match(r"Defaults[\s:@!>]", line):
            settings += _parse_defaults(line)
        else:
            rules += _parse_rules(line)
    return Sudoers(tuple(rules), tuple(settings), MappingProxyType(aliases))


def _lines(text: str) -> Iterable[str]:
    joined = re.sub(r"\\\r?\n\s*", " ", text)
    for raw in joined.splitlines():
        # A number sign begins a comment unless a user or group number follows.
        line = re.sub(r"(?<!\\)#(?![0-9]|-1).*$", "", raw).strip()
        if line:
            yield line


def _unquote(text: str) -> str:
    return text.strip('"').replace("\\ ", " ")


def _split(text: str, mark: str) -> list[str]:
    """The parts between unescaped, unquoted marks, without the spaces around them."""
    parts = re.split(rf'((?:\\.|"[^"]*"|[^{mark}\\"])*){mark}', text + mark)
    if any(parts[::2]):
        raise ParseError("sudo's rules have a line that is not known")
    return [part.strip() for part in parts[1::2]]


def _parse_aliases(kind: str, text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for definition in _split(text, ":"):
        name, equals, members = definition.partition("=")
        if not equals or not re.fullmatch("[A-Z][A-Z0-9_]*", name.strip()):
            raise ParseError("sudo's rules have a list of names that is not known")
        found[f"{kind} {name.strip()}"] = tuple(_split(members, ","))
    return found


def _parse_defaults(line: str) -> list[Setting]:
    found = _DEFAULTS.fullmatch(line)
    if found is None:
        raise ParseError("sudo's rules have a setting that is not known")
    members = tuple(_split(found["for"], ",")) if found["for"] else ()
    return [
        Setting(re.sub(r"\s*([+-]?=)\s*", r"\1", option), found["kind"] or "", members)
        for option in _split(found[3], ",")
    ]


def _parse_rules(line: str) -> list[Rule]:
    """The rules of `users hosts = (runas) TAG: command, command : hosts = …`."""
    head, equals, rest = line.partition("=")
    words = re.split(r"(?<![,\\])\s+(?!,)", head.strip())
    if not equals or len(words) < 2:
        raise ParseError("sudo's rules have a line that is not known")
    users = tuple(_split(" ".join(words[:-1]), ","))
    parts = re.split(r"(?<!\\)\s:\s*(?=[^=:]+=)", rest)
    hosts = words[-1]
    found: list[Rule] = []
    for part in parts:
        if found:
            hosts, _, part = part.partition("=")
        found += _commands(users, tuple(_split(hosts, ",")), part)
    return found


def _commands(users: tuple[str, ...], hosts: tuple[str, ...], text: str) -> list[Rule]:
    found: list[Rule] = []
    runas: tuple[str, ...] = ("root",)
    password: bool | None = None
    limited = False
    if re.sub(_ITEM, "", text).strip(" \t,"):
        raise ParseError("sudo's rules have a line that is not known")
    for item in _ITEM.findall(text.strip()):
        rest = item.strip()
        if bracket := re.match(r"\(([^)]*)\)\s*", rest):
            runas = _runas(bracket[1])
            rest = rest[bracket.end() :]
        while option := _OPTION.match(rest) or _DATES.match(rest):
            limited = limited or option[0].startswith("NOT")
            rest = rest[option.end() :]
        password, rest = _tagged(rest, password=password)
        if not rest:
            raise ParseError("sudo's rules have a line without a command")
        found.append(Rule(users, hosts, runas, rest, password, limited))
    if not found:
        raise ParseError("sudo's rules have a line without a command")
    return found


def _tagged(text: str, *, password: bool | None) -> tuple[bool | None, str]:
    """Whether the tags before a command ask for a password, else as before; and the command."""
    while tag := _TAGS.match(text):
        if "PASSWD" in tag[0]:
            password = not tag[0].startswith("NO")
        text = text[tag.end() :]
    return password, text


def _runas(text: str) -> tuple[str, ...]:
    """The accounts in `(users:groups)`; the person's own account where only groups are given."""
    users = text.partition(":")[0].strip()
    return tuple(_split(users, ",")) if users else ("(own)",) if ":" in text else ("root",)


@dataclass(frozen=True, slots=True)
class Caller:
    """The person: name, number, and names and numbers of their groups."""

    name: str
    uid: int
    groups: frozenset[str]
    gids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Grant:
    """What the rules give one person.

    Attributes:
        everything: they may run every program as root with a password of their own.
        without_password: they may do so without any.
        some: they may run some programs that are not the system's own, with a password or not.
        some_without_password: they may do that without any.
    """

    everything: bool = False
    without_password: bool = False
    some: bool = False
    some_without_password: bool = False


def grant(rules: Sudoers, caller: Caller, own_programs: Iterable[str] = ()) -> Grant:
    """What the person may do.

    Args:
        rules: of all files.
        caller: the person.
        own_programs: beginnings of paths of programs that the system lets everyone run; a rule for
            one of them gives nothing.

    Returns:
        As the last rule says that fits the person and gives or takes everything.

    Raises:
        ParseError: It hangs on something that is not known: a net group, another machine's name.
    """
    own = tuple(own_programs)
    needs_password = _asks(rules, caller)
    theirs = _flag(rules, caller, "targetpw", "rootpw", "runaspw")
    result = Grant()
    for rule in rules.rules:
        if not _fits(rules, "User", rule.users, caller):
            continue
        if not _is_this_machine(rules, rule) or not _as_root(rules, rule):
            continue
        free = not (needs_password if rule.password is None else rule.password)
        command = rule.command
        if command == "!ALL":
            result = Grant()
        elif command == "ALL" or command in _all_commands(rules):
            # With the target's password, whoever knows it could also log in as the target.
            result = Grant(free or not theirs, free)
        elif not command.startswith(("!", *own)):
            result = Grant(
                result.everything,
                result.without_password,
                some=True,
                some_without_password=result.some_without_password or free,
            )
    return result


def _all_commands(rules: Sudoers) -> frozenset[str]:
    """The aliases of commands that hold `ALL`."""
    return frozenset(
        name.removeprefix("Cmnd ")
        for name, members in rules.aliases.items()
        if name.startswith("Cmnd ") and "ALL" in members
    )


def _is_this_machine(rules: Sudoers, rule: Rule) -> bool:
    if rule.limited:
        raise ParseError("a rule of sudo holds only at certain times")
    hosts = _expand(rules, "Host", rule.hosts)
    if "ALL" not in hosts and "localhost" not in hosts:
        raise ParseError("a rule of sudo holds only on machines with a certain name")
    return True


def _as_root(rules: Sudoers, rule: Rule) -> bool:
    names = _expand(rules, "Runas", rule.runas)
    if {"!root", "!#0", "!ALL"} & set(names):
        return False
    return bool({"ALL", "root", "#0"} & set(names))


def _asks(rules: Sudoers, caller: Caller) -> bool:
    """Whether a password is asked for where a rule does not say."""
    if not _flag(rules, caller, "authenticate", initial=True):
        return False
    for setting in rules.settings:
        if setting.option.startswith("exempt_group="):
            return setting.option.partition("=")[2].strip('"') not in caller.groups
    return True


def _flag(rules: Sudoers, caller: Caller, *names: str, initial: bool = False) -> bool:
    """Whether one of these options is on for the person when they become root."""
    values = dict.fromkeys(names, initial)
    for setting in rules.settings:
        name = setting.option.lstrip("! ")
        if name in values and _is_for(rules, setting, caller):
            values[name] = not setting.option.startswith("!")
    return any(values.values())


def _is_for(rules: Sudoers, setting: Setting, caller: Caller) -> bool:
    match setting.kind:
        case "":
            return True
        case ":":
            return _fits(rules, "User", setting.members, caller)
        case ">":
            return bool({"ALL", "root", "#0"} & set(_expand(rules, "Runas", setting.members)))
        case "!":
            return "ALL" in setting.members
        case _:
            return "ALL" in setting.members or "localhost" in setting.members


def _fits(rules: Sudoers, kind: str, members: tuple[str, ...], caller: Caller) -> bool:
    """Whether the last member that fits the person is one without `!`."""
    result = False
    for member in _expand(rules, kind, members):
        name = member.lstrip("!")
        if _is_caller(name.strip('"'), caller):
            result = (len(member) - len(name)) % 2 == 0
    return result


def _is_caller(name: str, caller: Caller) -> bool:
    if name.startswith(("+", "%:")):
        raise ParseError("a rule of sudo is for people that a directory service names")
    if name.startswith("%#"):
        return name[2:].isdecimal() and int(name[2:]) in caller.gids
    if name.startswith("%"):
        return name[1:].replace("\\", "") in caller.groups
    if name.startswith("#"):
        return name[1:] == str(caller.uid)
    return name in ("ALL", caller.name)


def _expand(rules: Sudoers, kind: str, members: tuple[str, ...]) -> tuple[str, ...]:
    """The members with every alias replaced by its own members."""
    pending, found = list(reversed(members)), list[str]()
    for _ in range(_MAX_ALIASES * _MAX_ALIASES):
        if not pending:
            return tuple(found)
        member = pending.pop()
        name = member.lstrip("! ")
        inner = rules.aliases.get(f"{kind} {name}")
        if inner is None:
            found.append(member.replace(" ", "") if member.startswith("!") else member)
        else:
            sign = "!" * (member.count("!", 0, len(member) - len(name)) % 2)
            pending += [f"{sign}{it}" for it in reversed(inner)]
    raise ParseError("sudo's lists of names hold each other without an end")
