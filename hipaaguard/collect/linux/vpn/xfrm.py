"""IPsec without an interface of its own, from `ip xfrm policy`: text to data, nothing is asked.

strongSwan and Libreswan usually leave the routes alone: packets seem to leave through the home's
interface, and the kernel's policies encrypt them on the way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from hipaaguard.collect.vpn_ways import Address, Network
from hipaaguard.errors import ParseError

_SELECTOR = re.compile(r"src (?P<src>\S+) dst (?P<dst>\S+)(?P<more>( .+)?)")
_PRIORITY = re.compile(r"\bpriority (\d+)")
_COUNT = re.compile(r"\s*SAD count (\d+)\s*")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the kernel does with outgoing packets between two networks.

    Attributes:
        source: where they come from.
        target: where they go.
        priority: the lowest number decides.
        tunnel: whether they are encrypted to a gateway, always.
        drop: whether they are dropped.
    """

    source: Network
    target: Network
    priority: int
    tunnel: bool
    drop: bool = False


def parse_policies(text: str) -> tuple[Policy, ...]:
    """The policies for all outgoing packets between two networks, the deciding ones first.

    Args:
        text: stdout of `ip xfrm policy`: for each policy a line `src … dst …`, then indented lines.

    Returns:
        Sorted by priority; may be empty. Left out are other directions, and policies for some
        ports, marks, interfaces or sockets only: they do not speak for all packets.

    Raises:
        ParseError: Another form.

    Source: ip-xfrm(8); iproute2 6.1, `ip/ipxfrm.c`; tests/test_vpn_netns.py.
    """
    found = (_policy(block) for block in _blocks(text))
    return tuple(sorted((it for it in found if it is not None), key=lambda it: it.priority))


def _blocks(text: str) -> Iterator[str]:
    """Each policy's lines: the first begins in the first column, the others are indented."""
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        if block.strip():
            yield block


def _policy(block: str) -> Policy | None:
    head, *rest = block.split("\n")
    selector = _SELECTOR.fullmatch(head.strip())
    body = "\n".join(rest)
    priority = _PRIORITY.search(body)
    if selector is None or priority is None:
        raise ParseError("ip listed the IPsec policies in a form that is not known")
    limited = selector["more"] or re.search(r"^\s*(mark|if_id|security) ", body, re.MULTILINE)
    if limited or not re.search(r"^\s*dir out\b", body, re.MULTILINE):
        return None
    try:
        source, target = ip_network(selector["src"]), ip_network(selector["dst"])
    except ValueError as error:
        raise ParseError("an IPsec policy names something that is no network") from error
    # A template of level `use` lets packets through in the clear while no key is agreed.
    tunnel = "mode tunnel" in body and "proto esp" in body and "level use" not in body
    return Policy(source, target, int(priority[1]), tunnel, "action block" in body)


def parse_state_count(text: str) -> int:
    """How many one-way security associations the kernel holds.

    Args:
        text: stdout of `ip xfrm state count`: a tab and `SAD count 2`.

    Returns:
        Two for each connection, one while its far end has not agreed.

    Raises:
        ParseError: Another form.

    Source: ip-xfrm(8); tests/test_vpn_netns.py.
    """
    found = _COUNT.fullmatch(text)
    if found is None:
        raise ParseError("ip counted the IPsec associations in a form that is not known")
    return int(found[1])


def deciding(policies: Iterable[Policy], source: Address | None, target: Address) -> Policy | None:
    """The policy for packets from this address to that one.

    Args:
        policies: as `parse_policies` sorts them.
        source: None when unknown: then only a policy for every source speaks for it.
        target: where the packets go.

    Returns:
        None when no policy speaks for them.
    """
    for policy in policies:
        if target not in policy.target:
            continue
        if source in policy.source if source is not None else policy.source.prefixlen == 0:
            return policy
    return None
