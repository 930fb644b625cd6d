"""What the firewall's rules let in: single rules, hostile input, and the corpus."""

import contextlib
import json
import time
from collections.abc import Sequence
from ipaddress import ip_interface
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.linux.firewall import firewalld
from hipaaguard.collect.linux.firewall.conditions import is_virtual
from hipaaguard.collect.linux.firewall.configured import combine
from hipaaguard.collect.linux.firewall.inbound import Fate, Inbound, judge
from hipaaguard.collect.linux.firewall.iptables import parse_save
from hipaaguard.collect.linux.firewall.managers import parse_settings
from hipaaguard.collect.linux.firewall.nft_file import protecting_tables
from hipaaguard.collect.linux.firewall.nftables import parse_ruleset
from hipaaguard.collect.linux.firewall.probe import parse_addresses
from hipaaguard.collect.recorded import Command, Contents, Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import CORPUS, NOW, TESTS

OWN = (ip_interface("192.168.1.7/24"), ip_interface("fe80::7/64"))
DENY, ALLOW, UNKNOWN = Fate.CLOSED, Fate.OPEN, Fate.UNKNOWN
ACCEPT, DROP = {"accept": None}, {"drop": None}


def match(left: object, right: object, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


def meta(key: str) -> dict[str, Any]:
    return {"meta": {"key": key}}


def ct(key: str) -> dict[str, Any]:
    return {"ct": {"key": key}}


def field(protocol: str, name: str) -> dict[str, Any]:
    return {"payload": {"protocol": protocol, "field": name}}


def ruleset(
    *rules: Sequence[object],
    policy: str = "drop",
    more: Sequence[object] = (),
    family: str = "inet",
) -> str:
    """What nft lists for one base chain `c` on the input hook; `more` are further objects."""
    at = {"family": family, "table": "t"}
    base = {"type": "filter", "hook": "input", "prio": 0, "policy": policy}
    listed: list[object] = [{"table": {"family": family, "name": "t"}}]
    listed += [{"chain": {**at, "name": "c", **base}}, *more]
    listed += [{"rule": {**at, "chain": "c", "expr": list(rule)}} for rule in rules]
    return json.dumps({"nftables": [{"metainfo": {"version": "1.1.3"}}, *listed]})


def extra_chain(name: str, *rules: Sequence[object], **base: object) -> list[object]:
    at = {"family": "inet", "table": "t"}
    chain = {"chain": {**at, "name": name, **base}}
    return [chain, *({"rule": {**at, "chain": name, "expr": list(rule)}} for rule in rules)]


def judged(*rules: Sequence[object], **how: Any) -> Inbound:
    return judge(parse_ruleset(ruleset(*rules, **how)).packets, OWN)


LAN = {"prefix": {"addr": "192.168.0.0", "len": 16}}
EVERYWHERE = {"prefix": {"addr": "0.0.0.0", "len": 0}}  # noqa: S104 - an address, not a bind
HALF = {"prefix": {"addr": "192.168.1.0", "len": 25}}


@pytest.mark.parametrize(
    ("conditions", "v4", "v6"),
    [
        ([], ALLOW, ALLOW),
        ([match(meta("iifname"), "lo")], DENY, DENY),
        ([match(meta("iifname"), "lo", "!=")], ALLOW, ALLOW),
        ([match(meta("iif"), "enp3s0")], ALLOW, ALLOW),
        ([match(meta("iifname"), "wl*")], ALLOW, ALLOW),
        ([match(meta("iifname"), "*")], ALLOW, ALLOW),
        ([match(meta("iifname"), {"set": ["lo", "wg0", "br-0123456789ab"]})], DENY, DENY),
        ([match(meta("iifname"), {"set": ["br0"]})], ALLOW, ALLOW),
        ([match(meta("iifname"), "eth0"), match(meta("iifname"), "wlan0")], DENY, DENY),
        ([match(meta("iifname"), "eth*", "!=")], ALLOW, ALLOW),
        ([match(meta("iiftype"), "loopback")], DENY, DENY),
        ([match(meta("iiftype"), "ether")], ALLOW, ALLOW),
        ([match(meta("iiftype"), "ppp")], UNKNOWN, UNKNOWN),
        ([match(meta("iifgroup"), 7)], UNKNOWN, UNKNOWN),
        ([match(meta("nfproto"), "ipv6")], DENY, ALLOW),
        ([match(meta("protocol"), {"set": ["ip", "arp"]})], ALLOW, DENY),
        ([match(meta("protocol"), "arp")], DENY, DENY),
        ([match(meta("l4proto"), {"set": ["tcp", 17]})], ALLOW, ALLOW),
        ([match(meta("l4proto"), "ipv6-icmp")], DENY, DENY),
        ([match(meta("l4proto"), {"range": [0, 20]})], UNKNOWN, UNKNOWN),
        ([match(meta("pkttype"), "multicast")], DENY, DENY),
        ([match(meta("secpath"), True)], DENY, DENY),
        ([match(meta("mark"), 0)], ALLOW, ALLOW),
        ([match(meta("mark"), 0, "!=")], DENY, DENY),
        ([match({"&": [meta("mark"), 255]}, 4)], DENY, DENY),
        ([match(meta("skuid"), 0)], UNKNOWN, UNKNOWN),
        ([match(meta("hour"), {"range": ["08:00", "17:00"]})], ALLOW, ALLOW),
        ([match(ct("state"), ["established", "related"], "in")], DENY, DENY),
        ([match(ct("state"), {"set": ["established", "new"]})], ALLOW, ALLOW),
        ([match(ct("state"), "invalid", "!=")], ALLOW, ALLOW),
        ([match({"&": [ct("state"), ["established", "related"]]}, 0)], ALLOW, ALLOW),
        ([match({"&": [ct("state"), ["established", "related"]]}, 0, "!=")], DENY, DENY),
        ([match(ct("status"), "dnat", "in")], DENY, DENY),
        ([match(ct("status"), "strange", "in")], UNKNOWN, UNKNOWN),
        ([match(ct("direction"), "original")], ALLOW, ALLOW),
        ([match(ct("direction"), "reply")], DENY, DENY),
        ([match(ct("mark"), 3905)], DENY, DENY),
        ([match(ct("zone"), 1)], UNKNOWN, UNKNOWN),
        ([match(ct("l3proto"), "ipv4"), match(ct("protocol"), "tcp")], ALLOW, DENY),
        ([match({"ct": {"key": "saddr", "dir": "original"}}, "10.0.0.1")], UNKNOWN, UNKNOWN),
        ([match(field("ip", "saddr"), LAN)], ALLOW, DENY),
        ([match(field("ip", "saddr"), HALF)], ALLOW, DENY),
        ([match(field("ip", "saddr"), {"range": ["192.168.1.2", "192.168.1.254"]})], ALLOW, DENY),
        ([match(field("ip", "saddr"), {"range": ["192.168.1.8", "192.168.1.9"]})], ALLOW, DENY),
        ([match(field("ip", "saddr"), "192.168.1.9")], DENY, DENY),
        ([match(field("ip", "saddr"), "192.168.1.9", "!=")], ALLOW, DENY),
        ([match(field("ip", "saddr"), LAN, "!=")], ALLOW, DENY),
        ([match(field("ip", "saddr"), {"range": ["192.168.0.5", "192.168.3.9"]})], ALLOW, DENY),
        ([match(field("ip", "saddr"), {"range": ["10.0.0.0", "10.0.0.9"]})], DENY, DENY),
        ([match(field("ip6", "saddr"), {"prefix": {"addr": "fe80::", "len": 10}})], DENY, ALLOW),
        ([match(field("ip6", "saddr"), {"prefix": {"addr": "::", "len": 0}})], DENY, ALLOW),
        ([match({"&": [field("ip", "saddr"), "255.0.0.0"]}, "10.0.0.0")], UNKNOWN, UNKNOWN),
        ([match(field("ip", "daddr"), "192.168.1.7")], ALLOW, DENY),
        ([match(field("ip", "daddr"), "192.168.1.255")], DENY, DENY),
        ([match(field("ip", "daddr"), "224.0.0.251")], DENY, DENY),
        ([match(field("ip", "daddr"), EVERYWHERE)], ALLOW, DENY),
        ([match(field("ip", "ttl"), 255)], ALLOW, DENY),
        ([match({"&": [field("ip", "frag-off"), 8191]}, 0, "!=")], ALLOW, DENY),
        ([match(field("ip6", "nexthdr"), "udp")], DENY, ALLOW),
        ([match(field("ether", "saddr"), "02:00:00:00:00:01")], DENY, DENY),
        ([match(field("ether", "type"), "ip6")], DENY, ALLOW),
        ([match(field("ether", "daddr"), "02:00:00:00:00:01")], UNKNOWN, UNKNOWN),
        ([match(field("icmp", "type"), "echo-request")], DENY, DENY),
        ([match(field("gre", "version"), 0)], DENY, DENY),
        ([match(field("zigzag", "type"), 0)], UNKNOWN, UNKNOWN),
        ([match({"payload": {"base": "th", "offset": 16, "len": 16}}, 22)], UNKNOWN, UNKNOWN),
        ([match(field("tcp", "flags"), "syn", "in")], ALLOW, ALLOW),
        ([match(field("tcp", "flags"), "ack", "in")], DENY, DENY),
        ([match(field("tcp", "flags"), ["fin", "ack"], "!")], ALLOW, ALLOW),
        ([match(field("tcp", "flags"), {"set": [{"|": ["syn", "ack"]}, "syn"]})], ALLOW, ALLOW),
        ([match({"&": [field("tcp", "flags"), {"|": ["syn", "ack"]}]}, 2)], ALLOW, ALLOW),
        ([match({"&": [field("tcp", "flags"), ["syn", "ack"]]}, "syn", "!=")], DENY, DENY),
        ([match(field("tcp", "sport"), 20)], ALLOW, ALLOW),
        ([match(field("tcp", "dport"), {"range": [0, 65535]})], ALLOW, ALLOW),
        ([match(field("tcp", "dport"), 1, ">=")], ALLOW, ALLOW),
        ([match(field("tcp", "dport"), 0, "<")], DENY, DENY),
        ([match(field("ip", "ttl"), 9, ">")], ALLOW, DENY),
        ([match(meta("priority"), 9, ">")], UNKNOWN, UNKNOWN),
        ([match({"fib": {"result": "type", "flags": ["daddr"]}}, "local")], ALLOW, ALLOW),
        ([match({"fib": {"result": "type", "flags": ["daddr"]}}, "anycast")], DENY, DENY),
        ([match({"fib": {"result": "oif", "flags": ["daddr"]}}, "eth0")], UNKNOWN, UNKNOWN),
        ([match({"exthdr": {"name": "frag"}}, True)], ALLOW, ALLOW),
        ([match({"socket": {"key": "transparent"}}, 1)], UNKNOWN, UNKNOWN),
        ([match("strange", 1)], UNKNOWN, UNKNOWN),
        ([{"limit": {"rate": 3, "per": "minute"}}], ALLOW, ALLOW),
        ([{"limit": "a-named-one"}], ALLOW, ALLOW),
        ([{"ct count": {"val": 20, "inv": True}}], ALLOW, ALLOW),
        ([{"counter": None}, {"log": None}], ALLOW, ALLOW),
        ([{"xt": {"type": "match", "name": "comment"}}], ALLOW, ALLOW),
        ([{"xt": {"type": "match", "name": "icmp"}}], DENY, DENY),
        ([{"xt": {"type": "match", "name": "policy"}}], UNKNOWN, UNKNOWN),
        ([{"xt": None}], UNKNOWN, UNKNOWN),
        ([{"something new": None}], UNKNOWN, UNKNOWN),
    ],
    ids=lambda it: "" if isinstance(it, Fate) else json.dumps(it),
)
def test_who_is_accepted(conditions: list[object], v4: Fate, v6: Fate) -> None:
    """Everything is dropped but what fits the conditions."""
    found = judged([*conditions, ACCEPT])
    assert (found.v4, found.v6) == (v4, v6)


@pytest.mark.parametrize(
    ("statement", "v4", "v6"),
    [
        (DROP, DENY, DENY),
        ({"reject": None}, DENY, DENY),
        ({"reject": {"type": "icmpx", "expr": "admin-prohibited"}}, DENY, DENY),
        ({"reject": {"type": "icmp", "expr": "host-prohibited"}}, DENY, ALLOW),
        ({"reject": {"type": "icmpv6", "expr": "no-route"}}, ALLOW, DENY),
        ({"reject": {"type": "tcp reset"}}, ALLOW, ALLOW),
        ({"continue": None}, ALLOW, ALLOW),
        ({"return": None}, ALLOW, ALLOW),
        ({"queue": {"num": 0}}, UNKNOWN, UNKNOWN),
        ({"synproxy": None}, UNKNOWN, UNKNOWN),
        ({"xt": {"type": "target", "name": "REJECT"}}, DENY, DENY),
        ({"xt": {"type": "target", "name": "LOG"}}, ALLOW, ALLOW),
        ({"xt": {"type": "target", "name": "NFQUEUE"}}, UNKNOWN, UNKNOWN),
        ({"jump": {"target": "nowhere"}}, ALLOW, ALLOW),
        ("drop", DENY, DENY),
    ],
    ids=lambda it: "" if isinstance(it, Fate) else json.dumps(it),
)
def test_what_a_statement_does(statement: object, v4: Fate, v6: Fate) -> None:
    """Everything is accepted but what the statement stops."""
    found = judged([statement], policy="accept")
    assert (found.v4, found.v6) == (v4, v6)


def port(*values: object, protocol: str = "tcp", op: str = "==") -> dict[str, Any]:
    right = values[0] if len(values) == 1 else {"set": list(values)}
    return match(field(protocol, "dport"), right, op)


def vmap(*pairs: list[object]) -> list[dict[str, Any]]:
    return [{"vmap": {"key": field("tcp", "dport"), "data": {"set": list(pairs)}}}]


@pytest.mark.parametrize(
    ("rules", "ports"),
    [
        ([], ()),
        ([[port(443, 22, {"range": [600, 610]}), ACCEPT]], ("22/tcp", "443/tcp", "600-610/tcp")),
        ([[port(53, protocol="th"), ACCEPT]], ("53/tcp", "53/udp")),
        ([[port(80), ACCEPT], [port(81), ACCEPT]], ("80/tcp", "81/tcp")),
        ([[port(80, 81, 82), ACCEPT]], ("80-82/tcp",)),
        ([[port({"range": [1, 9]}), ACCEPT], [port(5), ACCEPT]], ("1-9/tcp",)),
        ([[port(5), DROP], [port({"range": [1, 9]}), ACCEPT]], ("1-4/tcp", "6-9/tcp")),
        ([[port(22), match(meta("iifname"), "eth0"), ACCEPT]], ("22/tcp",)),
        ([[port(22), match(meta("iifname"), "wg0"), ACCEPT]], ()),
        ([[port(22), match(field("ip", "saddr"), "192.168.1.9"), ACCEPT]], ()),
        ([[port(22), match(field("ip", "saddr"), "10.0.0.0"), ACCEPT]], ()),
        ([[port(631), match(field("ip", "saddr"), LAN), ACCEPT]], ("631/tcp",)),
        ([[port(22), {"limit": {"rate": 3, "inv": True}}, DROP], [port(22), ACCEPT]], ("22/tcp",)),
        ([[port(68, 67, 546, 5353, protocol="udp"), ACCEPT]], ("67/udp",)),
        ([[port({"range": [5350, 5360]}, protocol="udp"), ACCEPT]], ("5350-5360/udp",)),
        ([[port(5353), ACCEPT]], ("5353/tcp",)),
        ([[port({"range": [1, 99]}), ACCEPT], [port(100, op=">="), ACCEPT]], ("all",)),
        ([[port(22, op="!="), DROP], [match(meta("l4proto"), "tcp"), ACCEPT]], ("22/tcp",)),
        ([[port(22), match(meta("skuid"), 0), ACCEPT]], None),
        ([[port(22), match(meta("skuid"), 0), DROP], [port(22), ACCEPT]], None),
        ([[port(22), match(meta("skuid"), 0), ACCEPT], [port(22), ACCEPT]], ("22/tcp",)),
        ([[port(22), match(meta("skuid"), 0), {"log": None}], [port(22), ACCEPT]], ("22/tcp",)),
        ([vmap([22, ACCEPT], ["*", DROP]), [port(9), ACCEPT]], ("22/tcp",)),
        ([vmap(["*", ACCEPT], [22, DROP])], ("all",)),
    ],
)  # fmt: skip
def test_open_ports(rules: list[list[object]], ports: tuple[str, ...] | None) -> None:
    assert judged(*rules).ports == ports


@pytest.mark.parametrize("elements", [[22, {"elem": {"val": 80, "timeout": 60}}], []])
def test_named_sets(elements: list[object]) -> None:
    named = {"set": {"family": "inet", "table": "t", "name": "s", "elem": elements}}
    found = judged([port("@s"), ACCEPT], more=[named])
    assert found.ports == (("22/tcp", "80/tcp") if elements else ())


def test_a_named_map_of_verdicts() -> None:
    listed = [
        [{"elem": {"val": 22}}, {"jump": {"target": "ssh"}}],
        [23, {"goto": {"target": "ssh"}}],
    ]
    named = {"map": {"family": "inet", "table": "t", "name": "m", "elem": listed}}
    rule = [{"vmap": {"key": field("tcp", "dport"), "data": "@m"}}]
    found = judged(rule, more=[named, *extra_chain("ssh", [port(22), ACCEPT])])
    assert found.ports == ("22/tcp",)


def test_two_parts_are_compared_together() -> None:
    pairs = {
        "set": [{"concat": ["lo", 1]}, {"concat": ["eth0", {"range": [20, 22]}]}, {"concat": ["x"]}]
    }
    rule = [
        match({"concat": [meta("iifname"), field("tcp", "dport")]}, {"set": pairs["set"][:2]}),
        ACCEPT,
    ]
    assert judged(rule).ports == ("20-22/tcp",)
    odd = [match({"concat": [meta("iifname"), field("tcp", "dport")]}, pairs), ACCEPT]
    assert judged(odd).v4 is UNKNOWN


PREROUTING = {"type": "filter", "hook": "prerouting", "prio": -150, "policy": "accept"}


@pytest.mark.parametrize(
    ("effect", "condition", "expected"),
    [
        ({"mangle": {"key": meta("mark"), "value": 1}}, match(meta("mark"), 1), UNKNOWN),
        ({"mangle": {"key": ct("mark"), "value": 1}}, match(meta("mark"), 1), DENY),
        ({"mangle": {"key": ct("mark"), "value": 1}}, match(ct("mark"), 1), UNKNOWN),
        ({"mangle": {"key": meta("priority"), "value": 1}}, match(ct("mark"), 1), DENY),
        ({"notrack": None}, match(ct("state"), "untracked", "in"), UNKNOWN),
        ({"xt": {"type": "target", "name": "CONNMARK"}}, match(ct("mark"), 1), UNKNOWN),
    ],
)
def test_what_rules_do_on_the_way_in(effect: object, condition: object, expected: Fate) -> None:
    early = extra_chain("early", [effect], **PREROUTING)
    assert judged([condition, ACCEPT], more=early).v4 is expected


def test_a_redirect_is_an_opening() -> None:
    nat = {"type": "nat", "hook": "prerouting", "prio": -100, "policy": "accept"}
    some = extra_chain("n", [port(80), {"redirect": {"port": 8080}}], **nat)
    assert judged(more=some).ports == ("80/tcp",)
    every = extra_chain("n", [{"dnat": {"family": "ip", "addr": "10.0.0.2"}}], **nat)
    found = judged(more=every)
    assert (found.v4, found.v6) == (UNKNOWN, DENY)


def test_jumps_in_a_circle_are_refused() -> None:
    circle = [
        *extra_chain("a", [{"jump": {"target": "b"}}]),
        *extra_chain("b", [{"jump": {"target": "a"}}]),
    ]
    with pytest.raises(ParseError, match="deeper than a kernel allows"):
        judged([{"jump": {"target": "a"}}], more=circle)


def test_too_many_ports_are_refused() -> None:
    with pytest.raises(ParseError, match="more ports"):
        judged([port(*range(1, 9000, 2)), ACCEPT])


def test_a_long_block_list_is_judged_quickly() -> None:
    hosts = [f"203.0.{a}.{b}" for a in range(100) for b in range(200)]
    started = time.monotonic()
    found = judged([match(field("ip", "saddr"), {"set": hosts}), DROP], [port(22), ACCEPT])
    assert found.ports == ("22/tcp",)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"nftables": {}}',
        '{"nftables": [1]}',
        '{"nftables": [{"rule": 1}]}',
        '{"nftables": [{"table": {"family": "ip"}}]}',
        '{"nftables": [{"set": {"family": "ip", "table": "t", "name": "s", "elem": 4}}]}',
        '{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": 1}}]}',
        "[" * 100_000,
        ruleset([port("@missing"), ACCEPT]),
        ruleset([port("http"), ACCEPT]),
        ruleset([match(field("ip", "saddr"), "nonsense"), ACCEPT]),
        ruleset([match(field("ip", "saddr"), {"range": ["10.0.0.1", "::1"]}), ACCEPT]),
        ruleset([match(field("tcp", "flags"), 1.5), ACCEPT]),
        ruleset([{"vmap": {"key": field("tcp", "dport"), "data": {"set": [22]}}}]),
        ruleset([{"vmap": {"key": field("tcp", "dport"), "data": {"set": [["x", ACCEPT]]}}}]),
        ruleset([{"jump": {}}]),
    ],
)
def test_strange_rulesets_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_ruleset(text)


_ODD = st.recursive(
    st.sampled_from(
        [None, True, -1, 22, 70_000, 1.5, "", "*", "@s", "lo", "tcp", "10.0.0.0", "syn"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("set", "range", "prefix", "&", "elem", "ct")), inner)
    ),
    max_leaves=4,
)
_STATEMENTS: list[dict[str, Any]] = [
    port(22, {"range": [1, 9]}),
    match(field("ip", "saddr"), {"set": [LAN, {"range": ["10.0.0.1", "10.0.0.9"]}]}),
    match({"&": [field("tcp", "flags"), ["syn", "ack"]]}, "syn"),
    match({"&": [ct("state"), ["new"]]}, 0),
    match({"fib": {"result": "type", "flags": ["daddr", "iif"]}}, "local"),
    match({"concat": [meta("iifname"), field("tcp", "dport")]}, {"set": [{"concat": ["lo", 1]}]}),
    match(meta("mark"), 7, ">="),
    vmap([22, {"jump": {"target": "c2"}}], ["*", DROP])[0],
    {"reject": {"type": "icmp"}},
    {"dnat": {"family": "ip"}},
    {"xt": {"type": "match", "name": "limit"}},
    {"mangle": {"key": meta("mark"), "value": 1}},
    {"set": {"op": "add", "stmt": [{"limit": {}}]}},
]


def _places(it: object) -> list[tuple[Any, Any]]:
    """Every container in a value with each of its keys."""
    keys = (
        list(it) if isinstance(it, dict) else list(range(len(it))) if isinstance(it, list) else []
    )
    inner = [place for key in keys for place in _places(it[key])]  # type: ignore[index]
    return [(it, key) for key in keys] + inner


@given(st.sampled_from(_STATEMENTS), st.integers(0, 40), _ODD)
def test_rulesets_raise_nothing_else(statement: object, place: int, odd: object) -> None:
    """A statement of a known form, with one part of it replaced."""
    changed = json.loads(json.dumps([statement]))
    places = _places(changed)
    container, key = places[place % len(places)]
    container[key] = odd
    named = {"set": {"family": "inet", "table": "t", "name": "s", "elem": [22, odd]}}
    try:
        judged([*changed, ACCEPT], more=[named])
    except ParseError:
        pass


def saved(*rules: str, policy: str = "DROP") -> str:
    lines = [
        "*filter",
        f":INPUT {policy} [0:0]",
        ":more - [0:0]",
        *(f"-A {it}" for it in rules),
        "COMMIT",
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("-j ACCEPT", ALLOW),
        ("-i lo -j ACCEPT", DENY),
        ("! -i lo -j ACCEPT", ALLOW),
        ("-i eth+ -j ACCEPT", ALLOW),
        ("-i docker0 -j ACCEPT", DENY),
        ("-s 192.168.1.0/24 -j ACCEPT", ALLOW),
        ("-s 192.168.1.9/32 -j ACCEPT", DENY),
        ("-s 10.0.0.0/8,192.168.0.0/16 -j ACCEPT", ALLOW),
        ("-m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT", DENY),
        ("-m iprange --dst-range 192.168.1.7-192.168.1.7 -j ACCEPT", ALLOW),
        ("-m iprange --src-range 10.0.0.1-::1 -j ACCEPT", UNKNOWN),
        ("-d 224.0.0.251/32 -j ACCEPT", DENY),
        ("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", DENY),
        ("-m conntrack --ctstate NEW -j ACCEPT", ALLOW),
        ("-m conntrack ! --ctstate INVALID -j ACCEPT", ALLOW),
        ("-m conntrack --ctstatus DNAT -j ACCEPT", DENY),
        ("-m conntrack --ctorigdstport 22 -j ACCEPT", UNKNOWN),
        ("-p icmp -m icmp --icmp-type 8 -j ACCEPT", DENY),
        ("-p udp -j ACCEPT", ALLOW),
        ("-p 6 -j ACCEPT", ALLOW),
        ("! -p tcp -j ACCEPT", ALLOW),
        ("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT", ALLOW),
        ("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT", DENY),
        ("-p tcp -m tcp --tcp-flags ALL NONE -j ACCEPT", DENY),
        ("-p tcp -m tcp --sport 20 -j ACCEPT", ALLOW),
        ("-p tcp -m tcp --dport 1:65535 -j ACCEPT", ALLOW),
        ("-p tcp -m tcp --dport 22 -j ACCEPT", DENY),
        ("-p tcp -m tcp ! --dport 22 -j ACCEPT", ALLOW),
        ("-m addrtype --dst-type BROADCAST -j ACCEPT", DENY),
        ("-m addrtype --dst-type LOCAL --limit-iface-in -j ACCEPT", ALLOW),
        ("-m addrtype --src-type LOCAL -j ACCEPT", DENY),
        ("-m pkttype --pkt-type multicast -j ACCEPT", DENY),
        ("-m mac --mac-source 02:00:00:00:00:01 -j ACCEPT", DENY),
        ("-m mark --mark 0x1/0xff -j ACCEPT", DENY),
        ("-m mark ! --mark 0x1 -j ACCEPT", ALLOW),
        ("-m connmark --mark 0 -j ACCEPT", ALLOW),
        ("-m mark --mark strange -j ACCEPT", UNKNOWN),
        ("-m limit --limit 3/min --limit-burst 10 -j ACCEPT", ALLOW),
        ("-m policy --dir in --pol ipsec -j ACCEPT", DENY),
        ("-m owner --uid-owner 0 -j ACCEPT", UNKNOWN),
        ("-m set --match-set friends src -j ACCEPT", UNKNOWN),
        ("-m recent --rcheck --name knock --rsource -j ACCEPT", UNKNOWN),
        ("-m recent ! --rcheck --name knock --rsource -j ACCEPT", UNKNOWN),
        ('-m comment --comment "-j DROP" -j ACCEPT', ALLOW),
        ('-m comment --comment "-- \\"!\\" --" -j ACCEPT', ALLOW),
        ("-j NFQUEUE --queue-num 0", UNKNOWN),
        ("-j more", DENY),
        ("-g more", DENY),
        ("-j LOG --log-prefix \"-A INPUT -j ACCEPT \"", DENY),
        ("-m comment --comment counts", DENY),
    ],
)  # fmt: skip
def test_iptables_rules(rule: str, expected: Fate) -> None:
    assert judge(parse_save(saved(f"INPUT {rule}"), v6=False).packets, OWN).v4 is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["INPUT -m set --match-set enemies src -j DROP"], ALLOW),
        (["INPUT -m set ! --match-set friends src -j DROP"], UNKNOWN),
        (["INPUT -m recent --update --seconds 30 --hitcount 6 --rsource -j DROP"], ALLOW),
        (["INPUT -m recent --set --name x --rsource -j DROP"], DENY),
        (["INPUT -p tcp -m tcp --dport 22 -j DROP"], ALLOW),
        (["INPUT -j more", "more -j REJECT --reject-with icmp-port-unreachable"], DENY),
        (["INPUT -j more", "more -p tcp -j RETURN", "more -j DROP"], ALLOW),
        (["INPUT -g more", "INPUT -j DROP", "more -j LOG"], ALLOW),
        (["INPUT -j CT --helper ftp", "INPUT -m state --state NEW -j DROP"], DENY),
        (["INPUT -j CT --notrack", "INPUT -m state --state NEW -j DROP"], UNKNOWN),
        (["INPUT -j MARK --set-xmark 0x1/0xff", "INPUT -m mark --mark 1 -j DROP"], UNKNOWN),
    ],
)
def test_iptables_drops(rules: list[str], expected: Fate) -> None:
    text = saved(*rules, policy="ACCEPT")
    assert judge(parse_save(text, v6=False).packets, OWN).v4 is expected


def test_each_iptables_is_about_its_own_version() -> None:
    assert judge(parse_save(saved(), v6=True).packets, OWN) == Inbound(ALLOW, DENY, ("all",))


@pytest.mark.parametrize(
    "text",
    [
        "*filter\n:INPUT DROP [0:0]\n",
        "-A INPUT -j DROP\n",
        "*filter\nnonsense\nCOMMIT\n",
        "*filter\n:INPUT\nCOMMIT\n",
        "*filter\n-A INPUT -j DROP\nCOMMIT\n",
        '*filter\n:INPUT DROP [0:0]\n-A INPUT -m comment --comment "open\nCOMMIT\n',
        "*filter\n:INPUT DROP [0:0]\n-I INPUT -j DROP\nCOMMIT\n",
    ],
)
def test_strange_iptables_rules_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_save(text, v6=False)


@given(
    st.lists(
        st.sampled_from(
            "! -i -p -s -d -m -j -g tcp eth0 --dport 22 x: ACCEPT set --mark 1/2".split()  # noqa: SIM905 - a list
        )
    )
)
def test_iptables_rules_raise_nothing_else(words: list[str]) -> None:
    try:
        judge(parse_save(saved("INPUT " + " ".join(words)), v6=False).packets, OWN)
    except ParseError:
        pass


IN, FORWARD = "type filter hook input priority 0;", "type filter hook forward priority 0;"


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (f"table inet f {{ chain i {{ {IN} policy drop; }} }}", {("inet", "f")}),
        (f"table f {{\nchain i {{\n{IN}\ncounter reject\n}}\n}}", {("ip", "f")}),
        (f"table f {{ chain i {{ {IN} jump x; }} chain x {{ drop }} }}", {("ip", "f")}),
        (f"table f {{ chain i {{ {IN} }} chain x {{ drop }} }}", set()),
        (f"table f {{ chain i {{ {IN} }} chain o {{ {FORWARD} policy drop; }} }}", set()),
        (f"table f {{ chain i {{ {IN} }} }}", set()),
        (f"table f {{ chain i {{ {IN} }} }} table ip g {{ chain x {{ drop }} }}", set()),
        (f"table f {{ chain i {{ {IN} ct state invalid drop\n}} }}", set()),
        (f'table f {{ chain i {{ {IN} accept comment "never drop" }} }}', set()),
        (f'table f {{ chain i {{ {IN} log prefix "#" counter drop\n}} }}', {("ip", "f")}),
        (f"table f {{ chain i {{ {IN} log prefix x limit rate 3/minute drop\n}} }}", set()),
        (f"table f {{ chain i {{ {IN} iif eth1 jump x; }} chain x {{ drop }} }}", set()),
        (f"# table f {{ chain i {{ {IN} policy drop; }} }}", set()),
        (f"table f {{ # chain i {{ {IN} policy drop; }}\n}}", set()),
        ("table f { chain i { type filter hook input", set()),
        ("", set()),
    ],
)
def test_tables_that_protect_after_a_restart(text: str, tables: set[tuple[str, str]]) -> None:
    assert protecting_tables(text) == tables


def test_settings() -> None:
    text = "# ENABLED=yes\nENABLED=no\nPOLICY=\"DROP\" # why\n ENABLED='yes'\nNONE=\n"
    assert parse_settings(text) == {"ENABLED": "yes", "POLICY": "DROP", "NONE": ""}


def test_own_addresses() -> None:
    link = {"ifname": "eth0", "addr_info": [{"local": "10.0.0.5", "prefixlen": 24}, {"peer": "x"}]}
    tunnel = {"ifname": "wg0", "addr_info": [{"local": "10.9.0.5", "prefixlen": 24}]}
    assert parse_addresses(json.dumps([{}, link, tunnel])) == (ip_interface("10.0.0.5/24"),)


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"ifname": "eth0"}]', '[{"ifname": 4}]'])
def test_strange_addresses_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_addresses(text)


@pytest.mark.parametrize(
    ("name", "virtual"),
    [
        *(("lo", True), ("docker0", True), ("tailscale0", True), ("wg-home", True)),
        *(("wlp2s0", False), ("br0", False), ("ppp0", False), ("bond0", False), ("lo1", False)),
    ],
)
def test_virtual_interfaces(name: str, virtual: bool) -> None:
    assert is_virtual(name) is virtual


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


@needs_corpus
@pytest.mark.parametrize(
    ("name", "v4", "v6", "ports"),
    [
        ("desktop-input-drop", DENY, DENY, ("22/tcp", "631/tcp")),
        ("empty-1.0.6", ALLOW, ALLOW, ("all",)),
        ("insights-empty", ALLOW, ALLOW, ("all",)),
        ("insights-0.9.3", DENY, ALLOW, ("all",)),
        ("nftablesrs-nat", ALLOW, ALLOW, ("all",)),
        ("nftablesrs-nftables-init", UNKNOWN, ALLOW, ("all",)),
        ("nftablesrs-workstation", DENY, DENY, ("22/tcp",)),
        ("vpn-killswitch-plus-docker-nat", DENY, DENY, ()),
    ],
)
def test_corpus_of_nft(name: str, v4: Fate, v6: Fate, ports: tuple[str, ...]) -> None:
    text = (CORPUS / "linux" / "nft-j-list-ruleset" / f"{name}.json").read_text()
    assert judge(parse_ruleset(text).packets, OWN) == Inbound(v4, v6, ports)


@needs_corpus
@pytest.mark.parametrize(
    ("name", "v4"),
    [
        ("all-accept-empty-chains", ALLOW),
        ("from-ufw", ALLOW),
        ("input-drop", DENY),
        ("insights-v1.4.7", DENY),
        ("nothing-loaded", ALLOW),
    ],
)
def test_corpus_of_iptables(name: str, v4: Fate) -> None:
    text = (CORPUS / "linux" / "iptables-save" / f"{name}.txt").read_text()
    assert judge(parse_save(text, v6=False).packets, OWN).v4 is v4


NEWER = Command(run=("nft", "-j", "list", "ruleset"), stdout=ruleset())
OLDER = Command(run=("iptables-legacy-save",), stdout=saved())
NONE = Command(run=NEWER.run, stdout='{"nftables": []}')
GOOD = "table inet t { chain c { type filter hook input priority 0; policy drop; } }\n"
UFW = Command(
    run=NEWER.run,
    stdout=ruleset([{"jump": {"target": "ufw-user-input"}}], more=extra_chain("ufw-user-input")),
)
CONF, DEFAULTS = "/etc/nftables.conf", "/etc/default/ufw"
UFW_FILES = {"/etc/ufw/ufw.conf": "ENABLED=yes\n", DEFAULTS: "DEFAULT_INPUT_POLICY=DROP\n"}
OLD_FILES = {"/proc/net/ip_tables_names": "filter\n"}


def enabled(service: str, stdout: str = "enabled\n", stderr: str = "") -> Command:
    run = ("systemctl", "is-enabled", f"{service}.service")
    return Command(run=run, stdout=stdout, stderr=stderr, exit=0 if stdout == "enabled\n" else 1)


NFT_ON = enabled("nftables")


@pytest.mark.parametrize(
    ("commands", "files", "expected"),
    [
        ([NEWER, NFT_ON], {CONF: GOOD}, True),
        ([NEWER, enabled("nftables", "enabled-runtime\n")], {CONF: GOOD}, False),
        ([NEWER, enabled("nftables", "masked\n")], {CONF: GOOD}, False),
        ([NEWER, enabled("nftables", "", "Failed: No such file or directory\n")], {}, False),
        ([NEWER, enabled("nftables", "", "Failed to connect\n")], {}, "failed"),
        ([NEWER, NFT_ON], {}, "not-installed"),
        ([NEWER, NFT_ON], {CONF: Contents(file="x")}, "unrecognised"),
        ([NEWER, NFT_ON], {CONF: "add chain inet t c { drop }"}, "unrecognised"),
        ([NEWER, NFT_ON], {CONF: "include 'a.nft'", "/etc/a.nft": GOOD}, True),
        ([NEWER, NFT_ON], {CONF: "include 'a.nft'"}, "failed"),
        ([NEWER, NFT_ON], {CONF: "include '/no/*.nft'"}, False),
        ([NEWER, NFT_ON], {CONF: "include 'nftables.conf'\n" + GOOD}, True),
        (
            [NEWER, NFT_ON],
            {CONF: "include '/d/*'", **{f"/d/{n}": GOOD for n in range(60)}},
            "unrecognised",
        ),
        ([NEWER], {"/etc/rc2.d/S01nftables": "", CONF: GOOD}, True),
        ([NEWER], {"/etc/rc2.d/K01nftables": ""}, False),
        ([NEWER], {}, "not-installed"),
        ([NEWER, Command(run=NFT_ON.run, unavailable=Reason.TIMED_OUT)], {}, "timed-out"),
        ([UFW, enabled("ufw")], UFW_FILES, True),
        ([UFW, enabled("ufw", "disabled\n")], UFW_FILES, False),
        ([UFW, enabled("ufw")], {**UFW_FILES, DEFAULTS: "DEFAULT_INPUT_POLICY=ACCEPT"}, False),
        ([UFW, enabled("ufw")], {}, "failed"),
        ([NONE, OLDER], OLD_FILES, False),
        ([NONE, OLDER], {**OLD_FILES, "/etc/NIXOS": ""}, "unrecognised"),
        ([NONE, OLDER], {**OLD_FILES, "/etc/iptables/rules.v4": "nonsense"}, "unrecognised"),
        (
            [NONE, OLDER],
            {**OLD_FILES, "/etc/sysconfig/iptables": Contents(unavailable=Reason.NOT_PERMITTED)},
            "not-permitted",
        ),
        (
            [NONE, OLDER, enabled("iptables")],
            {**OLD_FILES, "/etc/iptables/iptables.rules": saved()},
            True,
        ),
        ([NONE, NFT_ON], {CONF: GOOD}, False),
    ],
)  # fmt: skip
def test_what_comes_back_after_a_restart(
    commands: list[Command], files: dict[str, str | Contents], expected: bool | str
) -> None:
    recorded = Recorded(
        platform=Platform.LINUX,
        origin="made by hand",
        taken_at=NOW,
        elevated=True,
        otherwise="absent",
        commands=tuple(commands),
        files=files,
    )
    host = ReplayHost(Recording(recorded, {"x": b"\xff"}))
    (fact,) = collect(host, ["firewall.at_boot"], NOW).facts
    assert (fact.value.reason if isinstance(fact.value, Unavailable) else fact.value) == expected


TRAPS = {
    "one reject rule is not a firewall": "firewall-one-reject-rule",
    "a chain without a hook that rejects": "firewall-chain-without-a-hook",
    "names mean nothing: a chain named inbound": "test_names_mean_nothing",
    "mangle accepts before filter drops": "firewall-legacy-mangle-accepts",
    "default deny by policy accept and a last reject": "firewall-firewalld-public",
    "rules limited to an interface": "firewall-card-dropped-only",
    "IPv4 alone is protected": "firewall-only-ipv4",
    "legacy rules beside nftables": "firewall-legacy-unreadable-nftables-denies",
    "running iptables would load modules": "firewall-kernel-without-nftables",
    "Docker's chains do not protect the computer": "firewall-docker-alone",
    "Tailscale's and other tunnels are accepted": "firewall-tunnels-accepted",
    "ufw's unit is active while ufw is off": "firewall-not-root-ufw-off",
    "installing ufw enables its unit": "firewall-configured-ufw-installed-but-off",
    "firewalld's default zone is trusted": "firewall-firewalld-default-zone-trusted",
    "the same without rights": "firewall-configured-firewalld-trusted-default",
    "Fedora Workstation opens 1025 to 65535": "firewall-firewalld-workstation",
    "nothing is in the kernel": "firewall-docker-alone",
    "a failure is no verdict": "firewall-nft-fails",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_its_case(trap: str) -> None:
    name = TRAPS[trap]
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


ZONES = """public{flags}
  target: {target}
  interfaces: {cards}
  sources: {sources}
  rich rules:
"""


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ({}, "deny"),
        ({"target": "ACCEPT"}, "allow"),
        ({"target": "DROP", "cards": "eth0"}, "deny"),
        ({"target": "ACCEPT", "cards": "docker0"}, "allow"),
        ({"target": "%%REJECT%%", "flags": " (active, default)"}, "deny"),
    ],
)
def test_zones(zone: dict[str, str], expected: str) -> None:
    text = ZONES.format(**{"flags": "", "target": "default", "cards": "", "sources": ""} | zone)
    assert firewalld.judge(firewalld.parse_zones(text), "public") == expected


@pytest.mark.parametrize(
    "text", ["", "FirewallD is not running\n", "public\n  target: default\n", "a\n b: c\n"]
)
def test_what_is_not_a_list_of_zones(text: str) -> None:
    with pytest.raises(ParseError):
        firewalld.parse_zones(text)


@given(st.text(alphabet=" \n:abc()\tACEPT", max_size=200))
def test_zones_of_any_text(text: str) -> None:
    with contextlib.suppress(ParseError):
        assert firewalld.parse_zones(text)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["off", "deny"], "deny"),
        (["allow", "deny"], "deny"),
        (["allow", "off"], "allow"),
        (["deny-ipv4", "allow"], "deny-ipv4"),
        (["off"], "off"),
    ],
)
def test_several_programs(verdicts: list[str | Unavailable], expected: str) -> None:
    assert combine(verdicts) == expected


def test_one_unknown_program_leaves_it_open() -> None:
    unknown = Unavailable(Reason.FAILED, "x")
    assert combine(["allow", unknown]) == unknown
    assert combine(["deny", unknown]) == "deny"


def test_names_mean_nothing() -> None:
    chain = {
        "family": "inet",
        "table": "t",
        "name": "anything",
        "type": "filter",
        "hook": "input",
        "prio": 0,
        "policy": "drop",
    }
    closed = [{"table": {"family": "inet", "name": "t"}}, {"chain": chain}]
    hookless = {key: chain[key] for key in ("family", "table")} | {"name": "INPUT"}
    open_ = [{"table": {"family": "inet", "name": "t"}}, {"chain": hookless}]
    fates = [
        judge(parse_ruleset(json.dumps({"nftables": it})).packets, OWN).v4 for it in (closed, open_)
    ]
    assert fates == [DENY, ALLOW]
