"""Name look-ups: whether they leave the machine only encrypted (DNS over HTTPS of Windows 11).

Windows 10 asks for names in the clear, whatever its registry says. Nothing is looked up.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_network

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.collect.vpn_ways import Address, Network
from hipaaguard.collect.windows.interfaces import LOOPBACK, Interface, find_interfaces
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("network.dns_encrypted",)
VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"
CACHE = r"HKLM\SYSTEM\CurrentControlSet\Services\Dnscache"
RULES = (rf"{POLICY}\DnsPolicyConfig", rf"{CACHE}\Parameters\DnsPolicyConfig")
"""Rules that send the look-ups of some names elsewhere (NRPT)."""

# The first release with DNS over HTTPS, Windows 11 21H2; Windows Server 2022 is 20348.
_FIRST_BUILD = 20348
# `DoHPolicy`: 1 prohibit, 2 allow, 3 require. Microsoft's DnsClient.admx, DNS_Doh
_PROHIBIT, _ALLOW, _REQUIRE = 1, 2, 3
# DNS_DOH_SERVER_SETTINGS of netioapi.h.
_AUTO, _ENABLE, _FALLBACK = 1, 2, 4
# What Windows writes where an interface has no server for names of IPv6.
_PLACEHOLDER: Network = ip_network("fec0:0:0:ffff::/64")

_THROUGH_A_PROGRAM = Unavailable(
    Reason.UNRECOGNISED,
    "look-ups go to a program of this computer, and where it sends them is not known",
)
_BY_RULES = Unavailable(
    Reason.UNRECOGNISED, "rules send the look-ups of some names elsewhere, which are not read"
)
_NO_SERVER = Unavailable(Reason.FAILED, "this machine has no server for names at the moment")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The fact of name look-ups."""
    del keys, now
    yield Fact(NAMES[0], _encrypted(host), "DNS settings of each interface")


def _encrypted(host: Host) -> bool | Unavailable:
    interfaces = find_interfaces(host)
    if isinstance(interfaces, Unavailable):
        return interfaces
    asked = [(it, server) for it in interfaces for server in asked_servers(it)]
    if not asked:
        return _NO_SERVER
    if all(server.is_loopback for _, server in asked):
        return _THROUGH_A_PROGRAM
    wanted = _wanted(host)
    if isinstance(wanted, Unavailable) or wanted == _PROHIBIT:
        return wanted if isinstance(wanted, Unavailable) else False
    if wanted != _REQUIRE:
        found = _each(host, asked)
        if found is not True:
            return found
    return _by_rules(host)


def asked_servers(interface: Interface) -> tuple[Address, ...]:
    """The servers that look-ups go to through this interface; none while it is not in use."""
    if not interface.in_service or interface.type == LOOPBACK:
        return ()
    return tuple(it for it in interface.servers if it not in _PLACEHOLDER)


def _wanted(host: Host) -> int | Unavailable:
    """What is asked of every look-up, as a number of `DoHPolicy`."""
    version = host.registry(VERSION)
    if isinstance(version, Unavailable):
        return version
    build = attempt(parse_build, version)
    if isinstance(build, Unavailable):
        return build
    if build < _FIRST_BUILD:
        return _PROHIBIT
    policy = host.registry(POLICY)
    if is_absent(policy):
        return _ALLOW
    return policy if isinstance(policy, Unavailable) else attempt(parse_policy, policy)


def parse_build(key: RegistryKey) -> int:
    """The build of Windows.

    Raises:
        ParseError: It is missing, or no number.
    """  # noqa: DOC201 - the first line says it
    build = key.text("CurrentBuildNumber") or ""
    if not (build.isascii() and build.isdecimal()):
        raise ParseError("Windows did not tell its build")
    return int(build)


def parse_policy(key: RegistryKey) -> int:
    """What the computer's policy asks of look-ups: 1 prohibits, 2 allows, 3 requires encryption.

    Returns:
        2 when nothing is set: then the settings of each interface count.

    Raises:
        ParseError: Another number, or settings of single protocols beside it.

    Source: Microsoft's DnsClient.admx, "Configure encrypted name resolution".
    """
    found = key.number("DoHPolicy")
    if found not in (None, _PROHIBIT, _ALLOW, _REQUIRE):
        raise ParseError("the policy on encrypted look-ups has a number that is not known")
    if key.number("DohPolicySetting") or key.number("DotPolicySetting"):
        raise ParseError("the policy on encrypted look-ups blocks some of them")
    return found or _ALLOW


def _each(host: Host, asked: list[tuple[Interface, Address]]) -> bool | Unavailable:
    """Whether each server is set to be asked only encrypted."""
    answers = [_server(host, interface, server) for interface, server in asked]
    if False in answers:
        return False
    return next((it for it in answers if isinstance(it, Unavailable)), True)


def _server(host: Host, interface: Interface, server: Address) -> bool | Unavailable:
    if server.is_loopback:
        return _THROUGH_A_PROGRAM
    settings = rf"{CACHE}\InterfaceSpecificParameters\{{{interface.id}}}\DohInterfaceSettings"
    key = host.registry(rf"{settings}\{'Doh' if server.version == 4 else 'Doh6'}\{server}")
    if is_absent(key):
        # The page for it writes such a key; without one the server is asked in the clear, the
        # default. Microsoft, "Windows Insiders gain new DNS over HTTPS controls" (2021).
        return False
    return key if isinstance(key, Unavailable) else attempt(parse_flags, key)


def parse_flags(key: RegistryKey) -> bool:
    """Whether a server is asked only encrypted.

    Raises:
        ParseError: No number, or one with a flag that is not known.

    Source: DNS_DOH_SERVER_SETTINGS of netioapi.h: 1 and 2 encrypt, 4 allows look-ups in the clear.
    """  # noqa: DOC201 - the first line says it
    flags = key.number("DohFlags")
    if flags is None or flags & ~(_AUTO | _ENABLE | _FALLBACK | 8):
        raise ParseError("the encryption of look-ups is set by a number that is not known")
    return bool(flags & (_AUTO | _ENABLE)) and not flags & _FALLBACK


def _by_rules(host: Host) -> bool | Unavailable:
    """True unless rules may send some look-ups elsewhere."""
    for path in RULES:
        key = host.registry(path)
        if is_absent(key):
            continue
        if isinstance(key, Unavailable):
            return key
        if key.keys:
            return _BY_RULES
    return True


PROBE = Probe("name look-ups", NAMES, collect)
