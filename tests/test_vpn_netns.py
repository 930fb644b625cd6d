"""The VPN facts of real routes: the kernel's answers inside a network namespace of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import IO

import pytest

from hipaaguard.collect import collect
from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.vpn.xfrm import deciding, parse_policies, parse_state_count
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.model import Scalar, Unavailable
from tests.conftest import NOW

# A tunnel has a carrier only while someone holds it; the numbers are of linux/if_tun.h.
HOLDER = """
import fcntl, os, struct, sys
held = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(held, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))
print("ready", flush=True)
sys.stdin.read()
"""
HOME = (
    "link set lo up",
    "link add home0 type veth peer name router0",
    "link set home0 up",
    "link set router0 up",
    "address add 192.168.1.23/24 dev home0",
    "address add 2001:db8:1::23/64 dev home0 nodad",
    "route add default via 192.168.1.1",
    "-6 route add default via 2001:db8:1::1 dev home0",
)
TUNNEL = ("address add 10.8.0.6/24 dev tun0", "link set tun0 up")
HALVES = ("route add 0.0.0.0/1 via 10.8.0.1", "route add 128.0.0.0/1 via 10.8.0.1")
PAST = ("8.0.0.0/8", "40.0.0.0/8", "52.96.0.0/12", "104.0.0.0/6")
TABLE = "route add default dev tun0 table 51820"


@dataclass(frozen=True)
class Case:
    name: str
    setup: tuple[str, ...]
    facts: dict[str, Scalar | None]


def facts(
    active: bool = True,
    v4: bool | None = False,
    v6: bool = False,
    to: Mapping[str, bool] | None = None,
) -> dict[str, Scalar | None]:
    """What is expected; None stands for unavailable."""
    known = {"vpn.active": active, "vpn.full_tunnel_v4": v4, "vpn.full_tunnel_v6": v6}
    return {**known, **{f"vpn.carries({target})": value for target, value in (to or {}).items()}}


CASES = (
    Case("no tunnel", HOME, facts(active=False) | {"vpn.kind": "none"}),
    Case(
        "only the practice",
        (*HOME, *TUNNEL, "route add 10.20.0.0/16 via 10.8.0.1"),
        facts(
            to={
                "10.20.3.4": True,
                "10.20.0.0/16": True,
                "10.20.0.0/15": False,
                "10.0.0.0/8": False,
                "10.8.0.0/24": True,
                "10.8.0.6": False,
                "127.0.0.1": False,
                "192.168.1.0/24": False,
                "2001:db8:1::/64": False,
            }
        ),
    ),
    Case(
        "one subnet of the practice goes past",
        (
            *HOME,
            *TUNNEL,
            "route add 10.20.0.0/16 via 10.8.0.1",
            "route add 10.20.9.0/24 via 192.168.1.1",
        ),
        facts(to={"10.20.0.0/16": False, "10.20.8.0/24": True}),
    ),
    Case(
        "one host of the practice goes past by a rule",
        (
            *HOME,
            *TUNNEL,
            "route add 10.20.0.0/16 via 10.8.0.1",
            "route add default via 192.168.1.1 table 77",
            "rule add to 10.20.9.9/32 table 77",
        ),
        facts(to={"10.20.0.0/16": False, "10.20.9.8": True, "10.20.9.9": False}),
    ),
    Case(
        "part of the practice is dropped",
        (*HOME, *TUNNEL, *HALVES, "route add blackhole 10.20.9.0/24"),
        facts(v4=True, to={"10.20.0.0/16": False, "10.20.9.1": False, "10.21.0.0/16": True}),
    ),
    Case("both halves of IPv4", (*HOME, *TUNNEL, *HALVES), facts(v4=True)),
    *(
        Case(
            f"both halves of IPv4, {network} goes past",
            (*HOME, *TUNNEL, *HALVES, f"route add {network} via 192.168.1.1"),
            facts(),
        )
        for network in PAST
    ),
    Case(
        "a range goes past by one of two routers, its first part does not",
        (
            *HOME,
            *TUNNEL,
            *HALVES,
            "route add 40.0.0.0/8 nexthop via 192.168.1.1 nexthop via 192.168.1.2",
            "route add 40.0.0.0/12 via 10.8.0.1",
        ),
        facts(),
    ),
    Case(
        "a gap between the routes of the tunnel",
        (
            *HOME,
            *TUNNEL,
            HALVES[1],
            *(f"route add {part} via 10.8.0.1" for part in ("0.0.0.0/2", "64.0.0.0/3")),
            *(f"route add {part} via 10.8.0.1" for part in ("96.0.0.0/5", "108.0.0.0/6")),
            "route add 112.0.0.0/4 via 10.8.0.1",
        ),
        facts(),
    ),
    Case(
        "only the server, own networks and what is not public go past",
        (
            *HOME,
            *TUNNEL,
            *HALVES,
            "route add 20.30.40.50 via 192.168.1.1",
            "route add 10.77.0.0/16 via 192.168.1.1",
            "route add blackhole 41.0.0.0/8",
            "-6 address add 2600:1234:5:6::23/64 dev home0 nodad",
            "-6 route add 2000::/3 dev tun0",
            "-6 route add 2600:4321::1 via 2001:db8:1::1 dev home0",
        ),
        facts(v4=True, v6=True),
    ),
    Case(
        "IPv6 is answered with unreachable but for one range",
        (
            *HOME,
            *TUNNEL,
            *HALVES,
            "-6 route add unreachable 2000::/3",
            "-6 route add 2603:1000::/24 via 2001:db8:1::1 dev home0",
        ),
        facts(v4=True),
    ),
    Case("one half of IPv4", (*HOME, *TUNNEL, HALVES[0]), facts()),
    Case(
        "everything",
        (*HOME, *TUNNEL, *HALVES, "-6 route add 2000::/3 dev tun0"),
        facts(v4=True, v6=True, to={"2600:1234::/32": True}),
    ),
    *(
        Case(
            f"IPv6 is answered with {answer}",
            (*HOME, *TUNNEL, *HALVES, f"-6 route add {answer} 2000::/3"),
            facts(v4=True, v6=True),
        )
        for answer in ("unreachable", "blackhole", "prohibit")
    ),
    Case(
        "all by a mark, as wg-quick does; the main table shows the home router",
        (
            *HOME,
            *TUNNEL,
            TABLE,
            "rule add not fwmark 0xca6c table 51820",
            "rule add table main suppress_prefixlength 0",
        ),
        facts(v4=True, to={"192.168.1.9": False}),
    ),
    Case(
        "all but what this user sends",
        (
            *HOME,
            *TUNNEL,
            TABLE,
            "rule add table 51820 pref 20",
            "rule add uidrange 0-0 table main pref 10",
        ),
        facts(),
    ),
    *(
        Case(
            f"all but what a rule leaves out: {left_out}",
            (*HOME, *TUNNEL, TABLE, "rule add table 51820 pref 20", f"rule add {left_out} pref 10"),
            facts(to={target: False}),
        )
        for left_out, target in (
            ("to 52.0.0.0/8 table main", "52.1.2.3"),
            ("to 40.64.0.0/10 table main", "40.64.0.0/16"),
            ("ipproto tcp dport 443 table main", "10.20.3.4"),
            ("ipproto udp sport 5000-6000 table main", "10.20.0.0/16"),
            ("dport 25 table main", "10.20.3.4"),
        )
    ),
    Case(
        "rules for marks, own addresses and other networks leave nothing out",
        (
            *HOME,
            *TUNNEL,
            TABLE,
            "rule add table 51820 pref 20",
            "rule add fwmark 0x1 dport 443 table main pref 10",
            "rule add from 192.168.1.23 table main pref 11",
            "rule add to 192.168.0.0/16 table main pref 12",
        ),
        facts(v4=True, to={"10.20.3.4": True}),
    ),
    Case(
        "a lasting interface that nobody holds",
        (
            *HOME,
            "tuntap add dev tun1 mode tun",
            "address add 10.9.0.6/24 dev tun1",
            "link set tun1 up",
            "route add 0.0.0.0/1 dev tun1",
            "route add 128.0.0.0/1 dev tun1",
        ),
        facts(active=False),
    ),
    Case("no address", (*HOME, "link set tun0 up"), facts(active=False)),
    Case("no network", ("link set lo up",), facts(active=False, v4=None, v6=True)),
)


class NamespaceHost(LinuxHost):
    """This machine, with the network of another process, as its root."""

    def __init__(self, pid: int) -> None:
        super().__init__({})
        self._net = f"--net=/proc/{pid}/ns/net"

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        if program != "ip":
            return super().run(program, *args, deadline_s=deadline_s, uid=uid)
        return super().run("nsenter", self._net, program, *args, deadline_s=deadline_s)

    def ip(self, line: str) -> str:
        output = self.run("ip", *line.split())
        assert isinstance(output, Output), output
        assert not output.exit_code, (line, output.stderr)
        return output.text


@pytest.fixture
def host() -> Iterator[NamespaceHost]:
    wanted = ("ip", "unshare", "nsenter")
    missing = [name for name in wanted if LinuxHost.find_program(name) is None]
    if os.geteuid() or missing:
        pytest.skip("needs root and the programs ip, unshare and nsenter")
    command = ["unshare", "-n", sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        answer: IO[bytes] | None = holder.stdout
        assert answer is not None
        if answer.readline() != b"ready\n":
            pytest.skip("no network namespace with a tunnel can be made here")
        yield NamespaceHost(holder.pid)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_facts(host: NamespaceHost, case: Case) -> None:
    for line in case.setup:
        host.ip(line)
    found = {fact.key: fact.value for fact in collect(host, case.facts, NOW).facts}
    assert {k: None if isinstance(v, Unavailable) else v for k, v in found.items()} == case.facts


def test_ipsec_policies(host: NamespaceHost) -> None:
    ends = "tmpl src 192.0.2.1 dst 192.0.2.9 proto esp"
    ends6 = "tmpl src 2001:db8::1 dst 2001:db8::9 proto esp"
    for line in (
        f"src 10.9.0.4/32 dst 0.0.0.0/0 dir out priority 400 {ends} mode tunnel",
        "src 10.9.0.4/32 dst 192.168.1.0/24 dir out priority 100",
        f"src 10.9.0.4/32 dst 10.1.0.0/16 dir out priority 200 {ends} mode transport",
        "src 0.0.0.0/0 dst 10.2.0.0/16 dir out action block priority 300",
        f"src fd00::/8 dst ::/0 dir out priority 9 {ends6} mode tunnel",
        # These speak for some packets only, or for other directions.
        f"src 0.0.0.0/0 dst 0.0.0.0/0 proto tcp dport 22 dir out priority 1 {ends} mode tunnel",
        f"src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 7 priority 2 {ends} mode tunnel",
        f"src 0.0.0.0/0 dst 10.9.0.4/32 dir in priority 3 {ends} mode tunnel",
    ):
        host.ip(f"xfrm policy add {line}")
    policies = parse_policies(host.ip("xfrm policy"))
    assert [(policy.priority, policy.tunnel, policy.drop) for policy in policies] == [
        (9, True, False),
        (100, False, False),
        (200, False, False),
        (300, False, True),
        (400, True, False),
    ]
    decided = {
        target: getattr(deciding(policies, ip_address(source), ip_address(target)), "priority", 0)
        for source, target in (
            ("10.9.0.4", "192.168.1.9"),
            ("10.9.0.4", "10.1.2.3"),
            ("192.168.1.23", "10.2.3.4"),
            ("10.9.0.4", "20.200.100.50"),
            ("192.168.1.23", "52.200.100.50"),
            ("fd00::4", "2600:1000::1"),
        )
    }
    assert list(decided.values()) == [100, 200, 300, 400, 0, 9]
    assert deciding(policies, None, ip_address("20.200.100.50")) is None


def test_ipsec_associations(host: NamespaceHost) -> None:
    assert parse_state_count(host.ip("xfrm state count")) == 0
