"""How the servers that a policy names encrypt: asked only where the user allows the network."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from ipaddress import AddressValueError, IPv6Address, ip_address

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Handshake, Host, attempt
from hipaaguard.errors import ParseError
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

NAMES = ("tls.valid", "tls.version")
MAX_SERVERS = 20
"""How many servers are connected to, all at once: a policy is not to scan a network."""

_SOURCE = "a TLS handshake"
# RFC 1123, 2.1; an underscore is in no name of a web server.
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
# IDNA 2003, which Python has, reads these letters otherwise than the world does today (RFC 5894).
_AMBIGUOUS = frozenset("ßς\u200c\u200d")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the servers that the keys name."""
    del now
    asked = {key: attempt(parse_address, split_key(key)[1]) for key in sorted(keys)}
    servers = tuple(dict.fromkeys(it for it in asked.values() if isinstance(it, tuple)))
    told: dict[tuple[str, int], Handshake | Unavailable] = dict.fromkeys(servers, _TOO_MANY)
    called = servers[:MAX_SERVERS]
    with ThreadPoolExecutor(MAX_SERVERS) as pool:
        told |= zip(called, pool.map(lambda it: host.tls(*it), called), strict=True)
    for key, server in asked.items():
        found = server if isinstance(server, Unavailable) else told[server]
        yield Fact(key, _value(split_key(key)[0], found), _SOURCE)


_TOO_MANY = Unavailable(
    Reason.UNRECOGNISED, f"the policy names more than {MAX_SERVERS} servers to connect to"
)


def _value(name: str, found: Handshake | Unavailable) -> Scalar | Unavailable:
    if isinstance(found, Unavailable):
        return found
    return found.valid if name == "tls.valid" else found.version


def parse_address(text: str) -> tuple[str, int]:
    """The name and port of a server.

    Args:
        text: `portal.example.org:443`, `203.0.113.7:8443` or `[2001:db8::7]:443`; a name may have
            letters of any script.

    Returns:
        The name in lower-case ASCII or the address without brackets, and a port of 1 to 65535.

    Raises:
        ParseError: Anything else: a link, a user's name, a missing port, a zone, a final dot.
    """
    name, colon, port = text.rpartition(":")
    number = int(port) if _PORT.fullmatch(port) else 0
    if not colon or not 0 < number <= 65_535:
        raise ParseError(_WRONG)
    if name.startswith("["):
        return _bracketed(name), number
    return _named(name), number


_WRONG = "it is not a server's name and port such as portal.example.org:443"


def _bracketed(text: str) -> str:
    try:
        if text.endswith("]") and "%" not in text:
            return str(IPv6Address(text[1:-1]))
    except AddressValueError:
        pass
    raise ParseError(_WRONG)


def _named(text: str) -> str:
    if not _AMBIGUOUS.isdisjoint(text):
        raise ParseError("the name has a letter that is written in two ways: give it as xn--…")
    try:
        name = text.encode("idna").decode().lower()
    except UnicodeError as error:
        raise ParseError(_WRONG) from error
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ParseError(_WRONG)
    if labels[-1].isdecimal() or labels[-1].startswith("0x"):
        return _numbered(name)
    return name


def _numbered(name: str) -> str:
    """An address of four numbers: shorter ones and octal ones are read differently by programs."""
    try:
        return str(ip_address(name))
    except ValueError as error:
        raise ParseError(_WRONG) from error


PROBE = Probe("encrypted servers", NAMES, collect)
