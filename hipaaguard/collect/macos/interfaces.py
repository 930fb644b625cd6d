"""The network interfaces of a Mac, with their addresses.

`ifconfig` is not localised. Of its lines only heads and addresses are read.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Address = IPv4Address | IPv6Address

SOURCE = "ifconfig"
LOOPBACK = "lo0"

_HEAD = re.compile(r"(?P<name>[A-Za-z][\w.-]{0,30}): flags=[0-9a-f]+<(?P<flags>[A-Z0-9_,]*)>.*")
_ADDRESS = re.compile(r"\s+inet6? (?P<address>[0-9A-Fa-f:.]+)(?:%\S+)?(?:\s.*)?")


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface.

    Attributes:
        name: as `en0` or `utun3`.
        is_up: whether it is up and running.
        addresses: its own.
    """

    name: str
    is_up: bool
    addresses: tuple[Address, ...]

    def has_address(self, version: int) -> bool:
        """Whether it has an address of this version of IP that reaches beyond its own wire."""
        return any(it.version == version and not it.is_link_local for it in self.addresses)


def parse_interfaces(text: str) -> tuple[Interface, ...]:
    """The network interfaces.

    Returns:
        In the system's order; never empty.

    Raises:
        ParseError: It is of another form, or there is no loop-back interface.

    Source: ifconfig(8) and recorded outputs of macOS 10.11 to 14.
    """
    found: list[Interface] = []
    for line in text.splitlines():
        head = _HEAD.fullmatch(line)
        if head is not None:
            flags = set(head["flags"].split(","))
            found.append(Interface(head["name"], {"UP", "RUNNING"} <= flags, ()))
            continue
        address = _ADDRESS.fullmatch(line)
        if address is not None:
            found[-1:] = [_with_address(found, address["address"])]
    if not any(it.name == LOOPBACK for it in found):
        raise ParseError("the list of network interfaces is not in a form that is known")
    return tuple(found)


def _with_address(found: list[Interface], text: str) -> Interface:
    if not found:
        raise ParseError("an address stands before any network interface")
    try:
        address = ip_address(text)
    except ValueError as error:
        raise ParseError("a network interface has an address that is none") from error
    last = found[-1]
    return Interface(last.name, last.is_up, (*last.addresses, address))


def find_interfaces(host: Host) -> tuple[Interface, ...] | Unavailable:
    """The network interfaces as they are now."""
    answer = host.run("ifconfig", "-a")
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists interfaces answered with an error")
    return attempt(_parse, answer)


def _parse(answer: Output) -> tuple[Interface, ...]:
    return parse_interfaces(answer.text)
