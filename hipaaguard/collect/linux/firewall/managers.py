"""Which program manages the packet filter, and whether its protection comes back after a restart.

What is in force decides, not what is installed: a service can be active while no rule is loaded.

Source: ufw(8), firewalld(1), nft(8), systemctl(1), netfilter-persistent(8).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import basename, dirname

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.firewall.inbound import Fate, judge
from hipaaguard.collect.linux.firewall.iptables import TABLES, parse_save
from hipaaguard.collect.linux.firewall.packet_filter import ChainId, Filter, Jump, Verdict
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_UFW_SWITCH, _UFW_DEFAULTS = "/etc/ufw/ufw.conf", "/etc/default/ufw"
_NFTABLES_FILES = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf")
# Services and their saved rules: Debian's iptables-persistent, then Fedora's, Arch's and Alpine's.
_IPTABLES_FILES: Mapping[bool, tuple[tuple[str, str], ...]] = {
    False: (
        ("netfilter-persistent", "/etc/iptables/rules.v4"),
        ("iptables", "/etc/sysconfig/iptables"),
        ("iptables", "/etc/iptables/iptables.rules"),
        ("iptables", "/etc/iptables/rules-save"),
    ),
    True: (
        ("netfilter-persistent", "/etc/iptables/rules.v6"),
        ("ip6tables", "/etc/sysconfig/ip6tables"),
        ("ip6tables", "/etc/iptables/ip6tables.rules"),
        ("ip6tables", "/etc/iptables/rules6-save"),
    ),
}
MAX_INCLUDES = 50


@dataclass(frozen=True, slots=True)
class Protection:
    """What is to come back after a restart.

    Attributes:
        manager: the program, as in `firewall.manager`.
        v4: the base chains that end unasked IPv4 connections; empty when IPv4 is not protected.
        v6: the same for IPv6.
    """

    manager: str
    v4: tuple[ChainId, ...]
    v6: tuple[ChainId, ...]


def manager_of(
    packets: Filter, tables: tuple[tuple[str, str], ...], closing: tuple[ChainId, ...]
) -> str:
    """The program that the rules in force belong to.

    Args:
        packets: the rules on the way in.
        tables: nftables' tables as family and name.
        closing: the base chains that end unasked connections; may be empty.

    Returns:
        A value of `firewall.manager`; `none` where no rule on the way in stops anything.
    """
    names = {chain for _, _, _, chain in _reachable_chains(packets)}
    if any(name == "firewalld" for _, name in tables) or "INPUT_ZONES" in names:
        return "firewalld"
    if any(name.startswith(("ufw-", "ufw6-")) for name in names):
        return "ufw"
    chains = closing or tuple(base.chain for base in packets.bases if _stops(packets, base.chain))
    if not chains:
        return "none"
    return "iptables" if _of_iptables(chains[0]) else "nftables"


def _reachable_chains(packets: Filter) -> set[ChainId]:
    found = {base.chain for base in packets.bases}
    for rule in packets.reachable():
        found |= {action.chain for _, action in rule.branches if isinstance(action, Jump)}
    return found


def _stops(packets: Filter, chain: ChainId) -> bool:
    """Whether anything can end in a base chain."""
    bases = tuple(base for base in packets.bases if base.chain == chain)
    rules = Filter(packets.chains, bases).reachable()
    stopping = (Verdict.DROP, Verdict.ASK)
    by_rule = any(action in stopping for rule in rules for _, action in rule.branches)
    return by_rule or any(base.drops for base in bases)


def _of_iptables(chain: ChainId) -> bool:
    """Whether iptables made the chain: one of its names in one of its tables."""
    program, family, table, name = chain
    named = family in ("ip", "ip6") and table in TABLES and name in ("INPUT", "PREROUTING")
    return program == "iptables" or named


def configured_manager(host: Host) -> str | None:
    """The program that is set up and running, for when no rule can be read; None when unknown."""
    if _active(host, "firewalld"):
        return "firewalld"
    switch = _settings(host, _UFW_SWITCH)
    if switch is not None and switch.get("ENABLED") == "yes" and _active(host, "ufw"):
        return "ufw"
    return None


def _active(host: Host, service: str) -> bool:
    answer = host.run("systemctl", "is-active", f"{service}.service")
    return not isinstance(answer, Unavailable) and answer.stdout.strip() == b"active"


def at_boot(host: Host, protection: Protection) -> bool | Unavailable:
    """Whether the same protection comes back after a restart.

    Args:
        host: whom to ask.
        protection: what is in force now.
    """  # noqa: DOC201 - the first line says it
    if not (protection.v4 or protection.v6):
        return False
    match protection.manager:
        case "ufw":
            return _ufw_at_boot(host)
        case "firewalld":
            return _enabled(host, "firewalld")
        case "iptables":
            return _iptables_at_boot(host, protection)
        case _:
            return _nftables_at_boot(host, (*protection.v4, *protection.v6))


def _enabled(host: Host, service: str) -> bool | Unavailable:
    """Whether the service is started with the system."""
    answer = host.run("systemctl", "is-enabled", f"{service}.service")
    if isinstance(answer, Unavailable):
        return _enabled_elsewhere(host, service) if is_absent(answer) else answer
    word = answer.stdout.strip()
    if word:
        # `enabled-runtime` is gone after the restart; `static` is not started by itself.
        return word in (b"enabled", b"generated")
    if b"No such file" in answer.stderr or b"not-found" in answer.stderr:
        return False
    return Unavailable(Reason.FAILED, "systemctl could not tell what starts with the computer")


def _enabled_elsewhere(host: Host, service: str) -> bool | Unavailable:
    """The same for OpenRC and System V init, which have a link for each service that is started."""
    levels = {"/etc/runlevels/boot": service, "/etc/runlevels/default": service}
    levels |= dict.fromkeys(("/etc/rcS.d", "/etc/rc2.d"), f"S[0-9][0-9]{service}")
    answers = {folder: host.names(folder) for folder in levels}
    known = {folder: it for folder, it in answers.items() if isinstance(it, tuple)}
    if not known:
        return Unavailable(Reason.NOT_INSTALLED, "nothing tells what starts with the computer")
    return any(
        fnmatchcase(name, levels[folder]) for folder, names in known.items() for name in names
    )


def _ufw_at_boot(host: Host) -> bool | Unavailable:
    switch, defaults = _settings(host, _UFW_SWITCH), _settings(host, _UFW_DEFAULTS)
    if switch is None or defaults is None:
        return Unavailable(Reason.FAILED, "the settings of ufw could not be read")
    policy = defaults.get("DEFAULT_INPUT_POLICY", "")
    if switch.get("ENABLED") != "yes" or policy not in ("DROP", "REJECT"):
        return False
    return _enabled(host, "ufw")


def _settings(host: Host, path: str) -> Mapping[str, str] | None:
    text = read_text(host, path)
    return None if isinstance(text, Unavailable) else parse_settings(text)


def parse_settings(text: str) -> Mapping[str, str]:
    """The assignments of a file for the shell, without quotes; the last of a name counts."""
    found = re.findall(r"^\s*(\w+)=[\"']?([^\"'#\s]*)", text, re.MULTILINE)
    return dict(found)


def _iptables_at_boot(host: Host, protection: Protection) -> bool | Unavailable:
    if not is_absent(host.entry("/etc/NIXOS")):
        return Unavailable(Reason.UNRECOGNISED, "NixOS loads its rules in a way that is not known")
    sides = ((False, protection.v4), (True, protection.v6))
    answers = [_saved(host, v6=v6) for v6, chains in sides if chains]
    if False in answers:
        return False
    return next((it for it in answers if isinstance(it, Unavailable)), True)


def _saved(host: Host, *, v6: bool) -> bool | Unavailable:
    """Whether rules that end unasked connections are saved, and loaded by a service."""
    for service, path in _IPTABLES_FILES[v6]:
        text = read_text(host, path)
        if is_absent(text):
            continue
        if isinstance(text, Unavailable):
            return text
        saved = attempt(parse_save, text, v6=v6)
        if isinstance(saved, Unavailable):
            return saved
        inbound = judge(saved.packets, None)
        if (inbound.v6 if v6 else inbound.v4) is Fate.CLOSED:
            return _enabled(host, service)
    return False


def _nftables_at_boot(host: Host, closing: tuple[ChainId, ...]) -> bool | Unavailable:
    """Whether the tables in force are in the file that a service loads."""
    enabled = _enabled(host, "nftables")
    if enabled is not True:
        return enabled
    tables = {(family, table) for _, family, table, _ in closing}
    for path in _NFTABLES_FILES:
        text = attempt(_with_includes, host, path)
        if isinstance(text, Unavailable):
            if is_absent(text):
                continue
            return text
        return _loads(text, tables)
    return Unavailable(Reason.NOT_INSTALLED, "the file that nftables' service loads was not found")


def _loads(text: str, tables: set[tuple[str, str]]) -> bool | Unavailable:
    """Whether a file for nft brings these tables, and in them what ends unasked connections."""
    if tables <= protecting_tables(text):
        return True
    if re.search(r"\badd\s+(?:table|chain|rule)\b", _without_comments(text)):
        detail = "nftables' file adds its rules one by one, which HipaaGuard does not follow"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if tables <= _tables(text, _stops_some):
        detail = "whether nftables' file refuses all connections or only some cannot be told"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return False


def _with_includes(host: Host, path: str) -> str | Unavailable:
    """The file, followed by the files that it includes.

    Raises:
        ParseError: They include too many.
    """  # noqa: DOC201 - the first line says it
    main = read_text(host, path)
    if isinstance(main, Unavailable):
        return main
    texts, waiting, seen = [main], list(_includes(host, main)), {path}
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        if len(seen) > MAX_INCLUDES:
            raise ParseError("nftables' file includes more files than HipaaGuard reads")
        seen.add(name)
        text = read_text(host, name)
        if isinstance(text, Unavailable):
            return Unavailable(Reason.FAILED, "a file that nftables' file includes is not readable")
        texts.append(text)
        waiting += _includes(host, text)
    return "\n".join(texts)


def _includes(host: Host, text: str) -> Iterator[str]:
    for pattern in re.findall(r"^\s*include\s+[\"']([^\"']+)[\"']", text, re.MULTILINE):
        path = pattern if pattern.startswith("/") else f"/etc/{pattern}"
        if "*" not in path:
            yield path
            continue
        names = host.names(dirname(path))
        for name in names if isinstance(names, tuple) else ():
            if fnmatchcase(name, basename(path)):
                yield f"{dirname(path)}/{name}"


def protecting_tables(text: str) -> frozenset[tuple[str, str]]:
    """The tables, as family and name, that end what nothing was opened for on the way in.

    Args:
        text: a file that nft can load, with its tables and chains in braces.
    """  # noqa: DOC201 - the first line says it
    return _tables(text, _protects)


Chains = Mapping[str, str]
"""What stands between the braces of each chain of a table, by the chain's name."""


def _tables(text: str, test: Callable[[Chains], bool]) -> frozenset[tuple[str, str]]:
    code = _without_comments(text)
    found: set[tuple[str, str]] = set()
    for match in re.finditer(r"\btable\s+(?:(ip6?|inet)\s+)?([\w./-]+)\s*\{", code):
        body = _block(code, match.end())
        starts = re.finditer(r"\bchain\s+([\w./-]+)\s*\{", body)
        if test({start[1]: _block(body, start.end()) for start in starts}):
            found.add((match[1] or "ip", match[2]))
    return frozenset(found)


def _without_comments(text: str) -> str:
    # What stands in quotation marks can hold any word, and a `#`.
    return re.sub(r"#.*", "", re.sub(r'"[^"\n]*"', '""', text))


def _protects(chains: Chains) -> bool:
    """Whether a chain on the way in ends everything, itself or in one it always hands over to."""
    # What is let through before that, and whether it is too much, is not looked at here.
    return any(
        re.search(r"\bpolicy\s+drop\b", hooked)
        or _ends_all(hooked)
        or any(_ends_all(chains.get(name, "")) for name in _always_next(hooked))
        for hooked in _hooked(chains)
    )


def _stops_some(chains: Chains) -> bool:
    """The same for something that a packet may or may not meet."""
    hooked = _hooked(chains)
    handing_over = any(re.search(r"\b(?:jump|goto)\b", it) for it in hooked)
    stopping = chains.values() if handing_over else hooked
    return any(re.search(r"\b(?:drop|reject)\b", it) for it in stopping)


def _hooked(chains: Chains) -> list[str]:
    return [it for it in chains.values() if re.search(r"\bhook\s+(?:input|prerouting)\b", it)]


# A statement without a condition, of a chain's text whose quoted words are taken out: nft(8).
_SILENTLY = r'(?:counter\s+|log\s+(?:(?:prefix\s+""|level\s+\w+|flags\s+\w+)\s+)*)*'
_END = re.compile(_SILENTLY + r"(?:drop|reject(?:\s+with\s+icmpx\s.*)?)(?:\s+comment\s+.*)?")
_NEXT = re.compile(_SILENTLY + r"(?:jump|goto)\s+([\w./-]+)")


def _ends_all(chain: str) -> bool:
    return any(_END.fullmatch(it.strip()) for it in re.split(r"[\n;]", chain))


def _always_next(chain: str) -> list[str]:
    found = (_NEXT.fullmatch(it.strip()) for it in re.split(r"[\n;]", chain))
    return [match[1] for match in found if match]


def _block(text: str, start: int) -> str:
    """The text from there to the brace that closes the block."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    return text[start:]
