"""The kernel's routes: its list, and what it answers for one address. Nothing is sent.

Neither `netstat` nor `route` is localised.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.vpn_ways import Address, Network
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_INTERFACE = re.compile(r"^\s*interface: (?P<name>\S+)\s*$", re.MULTILINE)
_FLAGS = re.compile(r"^\s*flags: <(?P<flags>[A-Z0-9_,]*)>\s*$", re.MULTILINE)
_NOT_IN_TABLE = b"not in table"
_REFUSED = frozenset({"BLACKHOLE", "REJECT"})

# Of netstat(1): scoped routes serve only programs that ask for their interface by name; the others
# are made for one host, or refuse.
_SCOPED, _HOST = "I", "H"


@dataclass(frozen=True, slots=True)
class Route:
    """A route that packets without a chosen interface may take.

    Attributes:
        network: its destinations.
        interface: as `en0`.
        is_host: whether it is for a single host.
        is_own: whether it has no gateway: the network of the wire itself.
    """

    network: Network
    interface: str
    is_host: bool
    is_own: bool


def parse_routes(text: str, version: int) -> tuple[Route, ...]:
    """The routes of one version of IP, scoped ones left out.

    Returns:
        May be empty: a home may lack IPv6.

    Raises:
        ParseError: It is of another form.

    Source: netstat(1) and recorded outputs.
    """
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if line.split()[:2] == ["Destination", "Gateway"]]
    if not heads:
        # Without any route of this version there is not even a head.
        if text.strip() in ("", "Routing tables"):
            return ()
        raise ParseError("the list of routes is not in a form that this version knows")
    columns = lines[heads[0]].split()
    if not {"Flags", "Netif"} <= set(columns):
        raise ParseError("the list of routes has other columns than are known")
    found = []
    for line in lines[heads[0] + 1 :]:
        if not line.strip():
            break
        route = _route(line.split(), columns, version)
        if route is not None:
            found.append(route)
    return tuple(found)


def _route(words: list[str], columns: list[str], version: int) -> Route | None:
    at_flags, at_interface = columns.index("Flags"), columns.index("Netif")
    if len(words) <= at_interface:
        raise ParseError("a line of the list of routes is too short")
    destination, gateway = words[0], words[1]
    flags, interface = words[at_flags], words[at_interface]
    if _SCOPED in flags:
        return None
    network = _network(destination, version, is_host=_HOST in flags)
    return Route(network, interface, _HOST in flags, "G" not in flags and gateway != "default")


def _network(text: str, version: int, *, is_host: bool) -> Network:
    """The destination, of which netstat leaves out what can be guessed: `127`, `128.0/1`."""
    if text == "default":
        return ip_network("0.0.0.0/0" if version == 4 else "::/0")
    place, _, bits = text.partition("/")
    place = place.partition("%")[0]
    try:
        if version == 6:
            return IPv6Network(f"{place}/{bits or 128}", strict=False)
        octets = place.split(".")
        length = bits or (32 if is_host or len(octets) == 4 else 8 * len(octets))
        whole = ".".join([*octets, "0", "0", "0"][:4])
        return IPv4Network(f"{whole}/{length}", strict=False)
    except ValueError as error:
        raise ParseError("a route leads to something that is no address") from error


def parse_choice(answer: Output) -> str | None:
    """The interface by which the kernel would send; None when it would not.

    Raises:
        ParseError: It is of another form.

    Source: route(8) and recorded outputs.
    """  # noqa: DOC201 - the first line says it
    if _NOT_IN_TABLE in answer.stdout + answer.stderr:
        return None
    interface = _INTERFACE.search(answer.text)
    flags = _FLAGS.search(answer.text)
    if answer.exit_code != 0 or interface is None or flags is None:
        raise ParseError("the kernel's choice of a route is not in a form that this version knows")
    return None if _REFUSED & set(flags["flags"].split(",")) else interface["name"]


def find_routes(host: Host, version: int) -> tuple[Route, ...] | Unavailable:
    """The routes of one version of IP as they are now."""
    answer = host.run("netstat", "-rn", "-f", "inet" if version == 4 else "inet6")
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists routes answered with an error")
    return attempt(_parse, answer, version)


def _parse(answer: Output, version: int) -> tuple[Route, ...]:
    return parse_routes(answer.text, version)


def choose(host: Host, target: Address) -> str | Unavailable | None:
    """The interface by which the kernel would send to this address; None when it would not."""
    family = ("-inet6",) if target.version == 6 else ()
    answer = host.run("route", "-n", "get", *family, str(target))
    return answer if isinstance(answer, Unavailable) else attempt(parse_choice, answer)
