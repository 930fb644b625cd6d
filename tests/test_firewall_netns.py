"""Rules in a real kernel: what the collector says of them, and what a neighbour's packets find."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from hipaaguard.collect import collect
from hipaaguard.collect.linux.firewall.inbound import Fate, Inbound, judge
from hipaaguard.collect.linux.firewall.iptables import parse_save
from hipaaguard.collect.linux.firewall.nftables import parse_ruleset
from hipaaguard.collect.linux.firewall.probe import parse_addresses
from hipaaguard.collect.recorded import Command, Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.model import Platform, Scalar, Unavailable
from tests.conftest import NOW
from tests.netns import Cable, Namespace, missing

LACKS = missing()
pytestmark = pytest.mark.skipif(bool(LACKS), reason=f"needs network namespaces: {LACKS}")

OPENED, OTHER = (22, 80, 6005, 8080), 45000
KEYS = ("default_inbound_v4", "default_inbound_v6", "allowed_inbound", "manager")


def table(body: str, family: str = "inet", name: str = "t") -> str:
    return f"table {family} {name} {{\n{body}\n}}\n"


def chain(body: str, policy: str = "accept", hook: str = "input", name: str = "c") -> str:
    kind = "nat" if hook == "dstnat" else "filter"
    at = "prerouting priority dstnat" if hook == "dstnat" else f"{hook} priority filter"
    return f"chain {name} {{\ntype {kind} hook {at}; policy {policy};\n{body}\n}}\n"


USUAL = (
    "ct state established,related accept\niif lo accept\nmeta l4proto { icmp, ipv6-icmp } accept\n"
)
# Neighbour discovery must work for IPv6 to be tried at all.
ND = "meta l4proto ipv6-icmp accept\n"

RULES = {
    "no rules": "",
    "policy drop": table(chain(USUAL, "drop")),
    "policy drop with ports": table(chain(USUAL + "tcp dport { 22, 6000-6010 } accept", "drop")),
    "named set": table(
        "set s { type inet_service; flags interval; elements = { 80, 6000-6010 }; }\n"
        + chain(USUAL + "udp dport @s accept", "drop")
    ),
    "verdict map": table(
        "chain other {\ntcp dport 22 accept\n}\n"
        + chain(
            "ct state vmap { established : accept, related : accept, invalid : drop }\n"
            + ND
            + "meta l4proto . th dport vmap "
            + "{ tcp . 80 : accept, udp . 80 : drop, tcp . 22 : jump other }",
            "drop",
        )
    ),
    "terminal reject": table(
        chain(USUAL + "tcp dport 22 accept\nreject with icmpx admin-prohibited")
    ),
    "reject for one version": table(chain(USUAL + "reject with icmp admin-prohibited")),
    "tcp reset rejects tcp only": table(chain(USUAL + "meta l4proto tcp reject with tcp reset")),
    "one reject": table(chain("tcp dport 80 reject")),
    "no hook": table("chain input {\ndrop\n}"),
    "jump and return": table(
        "chain a {\ntcp dport 22 return\ntcp dport 80 accept\n}\n"
        "chain b {\njump a\nudp dport 80 drop\n}\n"
        + chain(USUAL + "jump b\ntcp dport 22 accept\nudp dport 80 accept", "drop")
    ),
    "goto ends the base chain": table(
        "chain a {\ntcp dport 22 accept\n}\n" + chain(USUAL + "goto a\naccept", "drop")
    ),
    "two base chains": table(
        chain(ND + "tcp dport { 22, 80 } accept\nct state established accept", "drop", name="one")
        + "chain two {\ntype filter hook input priority 10; policy accept;\n"
        + USUAL
        + "tcp dport { 80, 8080 } accept\ndrop\n}\n"
    ),
    "accept early, drop late": table(
        "chain m {\ntype filter hook input priority mangle; policy accept;\naccept\n}\n"
        + chain(USUAL, "drop")
    ),
    "dropped before the input hook": table(chain(USUAL, "drop", hook="prerouting")),
    "only IPv4": table(chain("ct state established accept", "drop"), family="ip"),
    "only IPv6": table(chain(ND + "tcp dport 22 accept", "drop"), family="ip6"),
    "not that port": table(chain(USUAL + "tcp dport != 22 drop\nudp dport != { 80, 8080 } drop")),
    "comparisons": table(
        chain(USUAL + "tcp dport < 1024 accept\nudp dport >= 6000 accept", "drop")
    ),
    "by flags": table(
        chain(ND + "tcp flags & (fin|syn|rst|ack) == syn drop\nmeta l4proto udp drop")
    ),
    "not new": table(chain(USUAL + "tcp flags != syn ct state new drop\nct state new drop")),
    "masked state": table(chain(ND + "ct state & (established|related) == 0 drop")),
    "its card": table(chain(USUAL + 'iifname "eth0" tcp dport 22 accept', "drop")),
    "all of its card": table(chain(USUAL + 'iifname "eth0" accept', "drop")),
    "a tunnel": table(chain(USUAL + 'iifname "tun0" accept', "drop")),
    "its network": table(chain(USUAL + "ip saddr 10.77.0.0/16 accept", "drop")),
    "another network": table(chain(USUAL + "ip saddr 192.168.9.0/24 accept", "drop")),
    "none but its network": table(chain(USUAL + "ip saddr != 10.77.0.0/24 drop")),
    "every address in halves": table(
        chain(USUAL + "ip saddr { 0.0.0.0/1, 128.0.0.0/1 } accept", "drop")
    ),
    "its address": table(chain(USUAL + "ip daddr 10.77.0.1 tcp dport 22 accept", "drop")),
    "groups": table(
        chain(USUAL + "ip daddr 224.0.0.251 accept\nfib daddr type multicast accept", "drop")
    ),
    "local": table(chain(USUAL + "fib daddr type local tcp dport 22 accept", "drop")),
    "to this host": table(chain(ND + "meta pkttype host drop")),
    "way back": table(chain("fib saddr . iif oif missing drop")),
    "limited": table(chain(USUAL + "tcp dport 22 limit rate 50/second accept", "drop")),
    "not marked": table(
        chain(USUAL + "meta mark 0x0 tcp dport 22 accept\nmeta mark 7 accept", "drop")
    ),
    "ends by numbers": table(chain(USUAL + "tcp dport 1-65535 accept", "drop")),
    "by version": table(chain(USUAL + "meta nfproto ipv4 accept\nmeta protocol ip6 drop", "drop")),
    "dormant": "table inet t {\nflags dormant\n" + chain("", "drop") + "}\n",
    "moved": table(
        chain("tcp dport 80 redirect to :8080", hook="dstnat", name="n")
        + chain(USUAL + "tcp dport 8080 accept", "drop")
    ),
}


@pytest.fixture(scope="module")
def cable() -> Iterator[Cable]:
    with Cable((*OPENED, OTHER)) as cable:
        yield cable


@pytest.mark.parametrize("name", RULES)
def test_packets_find_what_the_rules_say(cable: Cable, name: str) -> None:
    listed = cable.machine.load(RULES[name])
    own = parse_addresses(cable.machine.run("ip", "-j", "addr", "show"))
    inbound = judge(parse_ruleset(listed).packets, own)
    expected = _expected(inbound)
    # A busy machine may answer late; an answer that comes late is one all the same.
    reached = cable.reached(0.1)
    reached = reached if _summary(reached, inbound) == expected else cable.reached(1.5)
    assert _summary(reached, inbound) == expected


def _expected(inbound: Inbound) -> tuple[Fate, Fate, frozenset[str] | None]:
    if inbound.ports in (None, ("all",)):
        return inbound.v4, inbound.v6, None
    tried = (f"{port}/{protocol}" for port in (*OPENED, OTHER) for protocol in ("tcp", "udp"))
    return inbound.v4, inbound.v6, frozenset(it for it in tried if _listed(it, inbound.ports or ()))


def _summary(
    reached: Mapping[int, frozenset[str]], inbound: Inbound
) -> tuple[Fate, Fate, frozenset[str] | None]:
    """What packets found, in the form of what was expected of them."""
    listed = inbound.ports or ()
    fates = []
    for version, fate in ((4, inbound.v4), (6, inbound.v6)):
        unasked = {it for it in reached[version] if it.startswith(str(OTHER))}
        got_in = any(not _listed(it, listed) for it in unasked)
        # Nothing that packets find contradicts "unknown".
        seen = Fate.OPEN if got_in else Fate.CLOSED
        fates.append(fate if fate is Fate.UNKNOWN else seen)
    compared = inbound.ports not in (None, ("all",))
    return fates[0], fates[1], reached[4] | reached[6] if compared else None


def test_only_a_garbled_table_is_unknown(cable: Cable) -> None:
    """Otherwise the comparison above would compare nothing."""
    own = parse_addresses(cable.machine.run("ip", "-j", "addr", "show"))
    judged = {
        name: judge(parse_ruleset(cable.machine.load(RULES[name])).packets, own) for name in RULES
    }
    unknown = {name for name, it in judged.items() if Fate.UNKNOWN in (it.v4, it.v6)}
    assert unknown <= {"dormant"}


def _listed(port: str, ports: tuple[str, ...]) -> bool:
    number, protocol = port.split("/")
    spans = (it.split("/")[0].split("-") for it in ports if it.endswith(protocol))
    return any(int(span[0]) <= int(number) <= int(span[-1]) for span in spans)


def facts_of(namespace: Namespace, *programs: str) -> dict[str, Scalar | str]:
    """The facts that the collector makes of a namespace."""
    asked = (
        ("nft", "-j", "list", "ruleset"),
        ("ip", "-j", "addr", "show"),
        *((it,) for it in programs),
    )
    commands = [Command(run=run, stdout=namespace.run(*run)) for run in asked]
    active = Command(run=("systemctl", "is-active", "ufw.service"), stdout="active\n")
    enabled = Command(run=("systemctl", "is-enabled", "nftables.service"), stdout="enabled\n")
    recorded = Recorded(
        platform=Platform.LINUX,
        origin="a network namespace",
        taken_at=datetime(2026, 11, 23, tzinfo=UTC),
        elevated=True,
        otherwise="absent",
        commands=(*commands, active, enabled),
    )
    keys = [f"firewall.{key}" for key in KEYS]
    snapshot = collect(ReplayHost(Recording(recorded, {})), keys, NOW)
    return {
        fact.key.removeprefix("firewall."): f"unavailable {fact.value.reason}"
        if isinstance(fact.value, Unavailable)
        else fact.value
        for fact in snapshot.facts
    }


@pytest.mark.parametrize(
    ("rules", "v4", "v6", "ports", "manager"),
    [
        ("", "allow", "allow", ("all",), "none"),
        (RULES["policy drop with ports"], "deny", "deny", ("22/tcp", "6000-6010/tcp"), "nftables"),
        (RULES["one reject"], "allow", "allow", ("all",), "nftables"),
        (RULES["only IPv4"], "deny", "allow", ("all",), "nftables"),
        (RULES["only IPv6"], "allow", "deny", ("all",), "nftables"),
        (table(chain("")), "allow", "allow", ("all",), "none"),
    ],
    ids=["none", "default deny", "one reject", "only IPv4", "only IPv6", "active but empty"],
)
def test_facts(rules: str, v4: str, v6: str, ports: tuple[str, ...], manager: str) -> None:
    with Namespace() as namespace:
        namespace.load(rules)
        found = facts_of(namespace)
    assert found == {
        "default_inbound_v4": v4,
        "default_inbound_v6": v6,
        "allowed_inbound": ports,
        "manager": manager,
    }


IPTABLES = """*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-user-input - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p ICMP -m comment --comment "pings \\"and\\" -j ACCEPT" -j ACCEPT
-A INPUT -m addrtype --dst-type BROADCAST -j DROP
-A INPUT -j ufw-user-input
-A ufw-user-input -p tcp -m multiport --dports 22,6000:6010 -m comment --comment ssh -j ACCEPT
-A ufw-user-input -p udp -m udp --dport 80 -m conntrack --ctstate NEW -j ACCEPT
-A ufw-user-input -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m addrtype --dst-type LOCAL -g two
COMMIT
"""


@pytest.mark.parametrize("kind", ["nft", "legacy"])
def test_iptables_packets(cable: Cable, kind: str) -> None:
    """The same rules through both kinds of iptables: what is read back says what packets find."""
    rules = IPTABLES.replace(":ufw-user", ":two - [0:0]\n:ufw-user", 1).replace(
        "COMMIT", "-A two -p tcp -m tcp --dport 8080 -j ACCEPT\nCOMMIT"
    )
    restore, save = f"iptables-{kind}-restore", f"iptables-{kind}-save"
    if shutil.which(restore) is None:
        pytest.skip(f"not installed: {restore}")
    cable.machine.load("")
    cable.machine.run(restore, text=rules)
    try:
        saved = parse_save(cable.machine.run(save), v6=False)
        reached = cable.reached(1.5)[4]
        inbound = judge(saved.packets, ())
    finally:
        cable.machine.run(restore, text="*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    assert saved.of_nftables is (kind == "nft")
    assert inbound.v4 is Fate.CLOSED
    assert reached == {"22/tcp", "6005/tcp", "8080/tcp", "80/udp"}
    # The other version has no rules here, so it alone would make it all.
    alone = judge(saved.packets.joined(parse_save(NO_IPV6, v6=True).packets), ())
    assert alone.ports == ("22/tcp", "80/udp", "6000-6010/tcp", "8080/tcp")


NO_IPV6 = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n"


def test_what_nft_does_not_spell_out_is_read_from_iptables() -> None:
    if shutil.which("iptables-nft-restore") is None:
        pytest.skip("not installed: iptables-nft-restore")
    with Namespace() as namespace:
        namespace.run("iptables-nft-restore", text=IPTABLES.replace("-g two", "-j ACCEPT"))
        namespace.run("ip6tables-nft-restore", text=NO_IPV6)
        assert facts_of(namespace)["allowed_inbound"] == "unavailable unrecognised"
        before = namespace.listed()
        found = facts_of(namespace, "iptables-nft-save")
        assert namespace.listed() == before, "asking changed the rules"
    assert found["default_inbound_v4"] == "allow", "the last rule takes every port"
    assert found["default_inbound_v6"] == "deny"
    assert found["manager"] == "ufw"
