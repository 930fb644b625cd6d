"""What firewalld's zones say of unasked connections, as firewalld itself tells anyone who asks.

firewalld is asked only while it runs: asking must not start it.

Source: firewall-cmd(1), firewalld.zones(5), firewalld.zone(5), firewalld.richlanguage(5).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.linux.firewall.conditions import is_virtual
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

SOURCE = "firewall-cmd --list-all-zones"
# What becomes of what no service or port of the zone lets in; older versions say REJECT plainly.
_CLOSING = frozenset({"default", "DROP", "%%REJECT%%", "REJECT"})
_HEAD = re.compile(r"(?P<name>[\w-]+)(?: \((?P<flags>active|default|active, default)\))?")
_FIELD = re.compile(r"\s+(?P<key>[a-z][a-z -]*): ?(?P<value>.*)")
# An answer to everything, of one family or both, whoever asks.
_OPENING_RULE = re.compile(r'rule(?: priority="-?\d+")?(?: family="ipv[46]")? accept')


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone of firewalld.

    Attributes:
        name: `public`, `home`, …
        target: what becomes of unasked connections: `default`, `ACCEPT`, `DROP`, `%%REJECT%%`.
        interfaces: the network cards in it.
        sources: the addresses and networks in it.
        rich_rules: its rules in firewalld's own language.
    """

    name: str
    target: str
    interfaces: tuple[str, ...]
    sources: tuple[str, ...]
    rich_rules: tuple[str, ...]

    @property
    def virtual(self) -> bool:
        """Whether only containers' and virtual machines' own networks are in it."""
        cards = bool(self.interfaces) and all(is_virtual(name) for name in self.interfaces)
        return cards and not self.sources

    @property
    def opens(self) -> bool:
        """Whether it lets in what nothing was opened for.

        Raises:
            ParseError: Its target is none that is known.
        """
        if self.target != "ACCEPT" and self.target not in _CLOSING:
            raise ParseError("a zone of firewalld has a target that HipaaGuard does not know")
        rules = any(_OPENING_RULE.fullmatch(rule) for rule in self.rich_rules)
        return self.target == "ACCEPT" or rules


def inbound(host: Host) -> str | Unavailable:
    """What becomes of an unasked connection by firewalld's zones: `allow` or `deny`.

    Args:
        host: a machine on which firewalld runs.

    Returns:
        `allow` where the default zone, or any zone with a real network card, lets all in.
    """
    zones = _ask(host, "--list-all-zones")
    default = _ask(host, "--get-default-zone")
    if isinstance(zones, Unavailable):
        return zones
    if isinstance(default, Unavailable):
        return default
    return attempt(_judge, zones, default)


def _judge(zones: str, default: str) -> str:
    return judge(parse_zones(zones), default.strip())


def judge(zones: Mapping[str, Zone], default: str) -> str:
    """The same, from the zones and the default zone's name.

    Returns:
        `allow` or `deny`.

    Raises:
        ParseError: There is no such zone, or one for some addresses alone lets all in.
    """
    if default not in zones:
        raise ParseError("firewalld's default zone is not among its zones")
    used = [zone for zone in zones.values() if zone.interfaces or zone.sources]
    real = [zones[default], *(zone for zone in used if not zone.virtual)]
    opening = [zone for zone in real if zone.opens]
    if any(zone.name == default or zone.interfaces for zone in opening):
        return "allow"
    if opening:
        raise ParseError("a zone of firewalld lets in everything from some addresses")
    return "deny"


def _ask(host: Host, option: str) -> str | Unavailable:
    answer = host.run("firewall-cmd", option)
    if isinstance(answer, Unavailable):
        return answer
    return attempt(_text, answer)


def _text(answer: Output) -> str:
    if answer.exit_code != 0:
        raise ParseError("firewalld did not tell its settings")
    return answer.text


def parse_zones(text: str) -> Mapping[str, Zone]:
    """The zones that `firewall-cmd --list-all-zones` or `--list-all` prints.

    Args:
        text: blocks, each of a zone's name and indented lines `key: value`; the rich rules stand
            one a line below their key. Advice that is printed before a single zone is passed over.

    Returns:
        By name, in its order; never empty.

    Raises:
        ParseError: Not of that form, or a zone without a target.
    """
    blocks: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if line[:1].isspace() and current is not None:
            current.append(line)
        elif line.strip():
            current = blocks.setdefault(head[1], []) if (head := _HEAD.fullmatch(line)) else None
    if not blocks:
        raise ParseError("firewalld printed no zones")
    return {name: _zone(name, lines) for name, lines in blocks.items()}


def _zone(name: str, lines: list[str]) -> Zone:
    fields: dict[str, str] = {}
    rules: list[str] = []
    for line in lines:
        if line.strip().startswith("rule "):
            rules.append(line.strip())
        elif match := _FIELD.fullmatch(line):
            fields[match["key"]] = match["value"].strip()
    if not {"target", "interfaces", "sources"} <= fields.keys():
        raise ParseError("firewalld printed a zone in a form that HipaaGuard does not know")
    cards, sources = (tuple(fields[key].split()) for key in ("interfaces", "sources"))
    return Zone(name, fields["target"], cards, sources, tuple(rules))
