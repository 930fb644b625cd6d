"""Name look-ups: whether they leave the machine only encrypted.

Programs ask the servers of `/etc/resolv.conf`, in the clear. So either those are programs on this
machine that encrypt what they send on, or look-ups leave in the clear. Nothing is looked up, and
systemd-resolved is asked only where it runs.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

from hipaaguard.collect import Probe
from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, read_text
from hipaaguard.collect.linux.dns.forwarders import FORWARDERS, PLAIN
from hipaaguard.collect.linux.dns.resolved import NOT_RUNNING, PROCESS, STUBS, ask_resolved
from hipaaguard.collect.linux.processes import Process, every_process
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("network.dns_encrypted",)
RESOLV_CONF = "/etc/resolv.conf"


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The fact of name look-ups."""
    del keys, now
    text = read_text(host, RESOLV_CONF)
    servers = text if isinstance(text, Unavailable) else attempt(parse_servers, text)
    yield Fact(NAMES[0], _encrypted(host, servers), RESOLV_CONF)


def _encrypted(host: Host, servers: frozenset[str] | Unavailable) -> bool | Unavailable:
    if isinstance(servers, Unavailable):
        return servers
    if not all(ip_address(server).is_loopback for server in servers):
        return False
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        settle = "" if host.elevated else AS_ADMINISTRATOR
        detail = "which program looks names up cannot be seen"
        return Unavailable(processes.reason, detail, settle)
    if servers <= STUBS:
        running = any(process.name == PROCESS for process in processes)
        return ask_resolved(host) if running else NOT_RUNNING
    return _forwarded(host, servers, processes)


def _forwarded(
    host: Host, servers: frozenset[str], processes: tuple[Process, ...]
) -> bool | Unavailable:
    """Whether the one program that takes look-ups encrypts them; never false: it may well do."""
    found = [it for it in processes if it.name in FORWARDERS]
    if len(found) != 1 or any(it.name in PLAIN for it in processes):
        detail = "look-ups go to a program of this computer, and where it sends them is not known"
        return Unavailable(Reason.UNRECOGNISED, detail)
    taken = FORWARDERS[found[0].name](host, found[0])
    if isinstance(taken, Unavailable):
        return taken
    if not servers <= taken:
        detail = f"look-ups go elsewhere than to the {found[0].name} that runs"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return True


def parse_servers(text: str) -> frozenset[str]:
    """The servers that programs ask for names.

    Args:
        text: `/etc/resolv.conf`.

    Returns:
        Addresses, without zones; never empty: without any, programs ask this computer.

    Raises:
        ParseError: A server that is no address.

    Source: resolv.conf(5); glibc, `resolv/res_init.c`.
    """
    # As glibc reads it: the word at the line's start, comments at its start, what follows left out.
    named = re.findall(r"^[ \t]*nameserver[ \t]+(\S+)", text, re.MULTILINE)
    try:
        found = frozenset(str(ip_address(it.partition("%")[0])) for it in named)
    except ValueError as error:
        raise ParseError("the list of servers for names holds something else") from error
    return found or frozenset({"127.0.0.1"})


PROBE = Probe("name look-ups", NAMES, collect)
