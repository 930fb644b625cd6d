"""Programs on this computer that take look-ups and send them on encrypted: their settings.

Each answer is about the addresses that programs are told to ask: a forwarder that waits elsewhere
is not used. What cannot be read, or is set in a way that may let look-ups out in the clear, is not
judged.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.collect.host import Host, attempt, read_text
from hipaaguard.collect.linux.processes import Process
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

STUBBY = "/etc/stubby/stubby.yml"
DNSCRYPT = "/etc/dnscrypt-proxy/dnscrypt-proxy.toml"
# Debian starts it by a socket; then its own list of addresses is empty.
DNSCRYPT_SOCKETS = (
    "/etc/systemd/system/dnscrypt-proxy.socket",
    "/usr/lib/systemd/system/dnscrypt-proxy.socket",
    "/lib/systemd/system/dnscrypt-proxy.socket",
)
PLAIN = frozenset(
    {
        *("dnsmasq", "unbound", "named", "kresd", "pdns_recursor", "coredns", "pihole-FTL"),
        *("AdGuardHome", "dnsproxy", "nextdns", "ctrld", "smartdns", "blocky", "routedns"),
    }
)
"""Other programs that take look-ups; where they send them is not known here."""


class _Stubby(msgspec.Struct, frozen=True):
    dns_transport_list: tuple[str, ...] = ()
    tls_authentication: str = ""
    listen_addresses: tuple[str, ...] = ()


class _Dnscrypt(msgspec.Struct, frozen=True):
    listen_addresses: tuple[str, ...] = ("127.0.0.1:53",)
    forwarding_rules: str = ""


def ask_stubby(host: Host, process: Process) -> frozenset[str] | Unavailable:
    """The loopback addresses where stubby takes look-ups; unavailable unless TLS is a must."""
    del process
    text = read_text(host, STUBBY)
    return text if isinstance(text, Unavailable) else attempt(parse_stubby, text)


def parse_stubby(text: str) -> frozenset[str]:
    """The addresses at port 53 where a stubby takes look-ups that sends them by TLS alone.

    Args:
        text: `stubby.yml`.

    Returns:
        May be empty.

    Raises:
        ParseError: Another form; or it may send look-ups in the clear or to an impostor.

    Source: stubby.yml(5), getdns 1.6.
    """
    try:
        settings = msgspec.convert(strict_yaml.load(text.encode(), STUBBY).data, _Stubby)
    except (msgspec.ValidationError, ParseError) as error:
        raise ParseError("the settings of stubby are in a form that is not known") from error
    by_tls = set(settings.dns_transport_list) == {"GETDNS_TRANSPORT_TLS"}
    if not by_tls or settings.tls_authentication != "GETDNS_AUTHENTICATION_REQUIRED":
        raise ParseError("stubby may send look-ups in the clear by its settings")
    return frozenset(filter(None, (_at_53(it, "@") for it in settings.listen_addresses)))


def ask_dnscrypt(host: Host, process: Process) -> frozenset[str] | Unavailable:
    """The loopback addresses where dnscrypt-proxy takes look-ups."""
    del process
    text = read_text(host, DNSCRYPT)
    found = text if isinstance(text, Unavailable) else attempt(parse_dnscrypt, text)
    if isinstance(found, Unavailable) or found:
        return found
    for path in DNSCRYPT_SOCKETS:
        unit = read_text(host, path)
        if isinstance(unit, str):
            return parse_socket(unit)
    return frozenset()


def parse_dnscrypt(text: str) -> frozenset[str]:
    """The addresses at port 53 where a dnscrypt-proxy takes look-ups that encrypts them all.

    Args:
        text: `dnscrypt-proxy.toml`.

    Returns:
        Empty where a socket of systemd has them.

    Raises:
        ParseError: Another form; or some names are sent elsewhere (`forwarding_rules`).

    Source: dnscrypt-proxy 2, `example-dnscrypt-proxy.toml`.
    """
    try:
        document: Mapping[str, Any] = tomllib.loads(text)
        settings = msgspec.convert(document, _Dnscrypt)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise ParseError("the settings of dnscrypt-proxy are in a form not known") from error
    if settings.forwarding_rules:
        raise ParseError("dnscrypt-proxy sends some look-ups in the clear by its settings")
    return frozenset(filter(None, (_at_53(it, ":") for it in settings.listen_addresses)))


def parse_socket(text: str) -> frozenset[str]:
    """The addresses at port 53 of a socket unit of systemd (systemd.socket(5)); may be empty."""
    named = re.findall(r"^ListenDatagram\s*=\s*(\S+)\s*$", text, re.MULTILINE)
    return frozenset(filter(None, (_at_53(it, ":") for it in named)))


def ask_cloudflared(host: Host, process: Process) -> frozenset[str] | Unavailable:
    """The loopback addresses where cloudflared takes look-ups, by its arguments."""
    del host
    return attempt(parse_cloudflared, process.argv)


def parse_cloudflared(argv: tuple[str, ...]) -> frozenset[str]:
    """The addresses where a cloudflared takes look-ups, which it sends by HTTPS alone.

    Args:
        argv: its arguments; `proxy-dns` among them makes it one, else it is a tunnel.

    Returns:
        One or two addresses.

    Raises:
        ParseError: It takes none, or is told where in a way that is not known.

    Source: cloudflared, `cmd/cloudflared/proxydns/cmd.go`.
    """
    options = [it for it in argv[1:] if it.startswith("-")]
    if "proxy-dns" not in argv or any(re.match(r"-+(address|port|config)\b", it) for it in options):
        raise ParseError("where cloudflared takes look-ups cannot be told")
    return frozenset({"127.0.0.1", "::1"})


def _at_53(text: str, separator: str) -> str:
    """The address, when the port is 53, without brackets; else empty."""
    address, _, port = text.rpartition(separator)
    if not address or (separator == "@" and "@" not in text):
        address, port = text, "53"
    address = address.strip("[]")
    return {"0::1": "::1"}.get(address, address) if port == "53" else ""


FORWARDERS: Mapping[str, Callable[[Host, Process], frozenset[str] | Unavailable]] = {
    "cloudflared": ask_cloudflared,
    "dnscrypt-proxy": ask_dnscrypt,
    "stubby": ask_stubby,
}
"""Those that encrypt, by the name of their process."""
