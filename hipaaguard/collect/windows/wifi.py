"""Wi-Fi: whether a link is in use, and how it is protected, in numbers.

`netsh` is not asked: its words are translated. Neither is a network's name or place, for which
Windows 11 asks the person for leave (Microsoft, "Changes to API behavior for Wi-Fi access and
location"); the protection of a connection needs none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.wifi_security import Security, weakest
from hipaaguard.collect.windows.interfaces import (
    SOURCE,
    WIFI,
    Interface,
    find_interfaces,
    plain_id,
)
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("wifi.connected", "wifi.security")
PROTECTION = "wifi"
_SOURCES = {"wifi.connected": SOURCE, "wifi.security": "NetworkSecuritySettings"}

# Windows.Networking.Connectivity.NetworkAuthenticationType, then NetworkEncryptionType. `Rsna` is
# WPA2 with a server that knows each person; 10 and 13 are WPA3's two ways of that.
# NOTE: 0 (none) is never taken for open: what PowerShell could not read is 0 as well.
_OPEN, _SHARED_KEY = 2, 3
_AUTHENTICATIONS = {
    4: Security.ENTERPRISE,
    5: Security.WPA,
    7: Security.ENTERPRISE,
    8: Security.WPA2,
    10: Security.ENTERPRISE,
    11: Security.WPA3,
    12: Security.OWE,
    13: Security.ENTERPRISE,
}
_NO_ENCRYPTION, _WEP = 0, frozenset({2, 3, 4})


@dataclass(frozen=True, slots=True)
class Link:
    """A Wi-Fi connection that Windows knows.

    Attributes:
        interface: as `Interface.id`; empty when not told.
        live: whether traffic can pass through it.
        authentication: a number of NetworkAuthenticationType.
        encryption: a number of NetworkEncryptionType.
    """

    interface: str
    live: bool
    authentication: int
    encryption: int


def parse_links(rows: Sequence[Row]) -> tuple[Link, ...]:
    """The Wi-Fi connections that Windows knows, in use or not.

    Args:
        rows: `Interface`, `Level` (0 for no traffic), `Authentication`, `Encryption` each.

    Returns:
        In the order of Windows; may be empty.

    Raises:
        ParseError: A property of another form, or none.

    Source: Windows.Networking.Connectivity.ConnectionProfile.
    """
    return tuple(_link(row) for row in rows)


def _link(row: Row) -> Link:
    level = number(row, "Level")
    authentication, encryption = number(row, "Authentication"), number(row, "Encryption")
    if level is None or authentication is None or encryption is None:
        raise ParseError("Windows described a Wi-Fi connection in a form that is not known")
    return Link(plain_id(text(row, "Interface")), level > 0, authentication, encryption)


def judge_link(link: Link) -> Security:
    """How a connection is protected.

    Returns:
        One of `Security`; a WPA of either generation without a common password is `enterprise`.

    Raises:
        ParseError: Numbers that say nothing, or that do not fit each other.

    Source: Microsoft's reference of both enumerations.
    """
    found = _AUTHENTICATIONS.get(link.authentication)
    if link.authentication in (_OPEN, _SHARED_KEY):
        if link.encryption in _WEP:
            found = Security.WEP
        elif link.authentication == _OPEN and link.encryption == _NO_ENCRYPTION:
            found = Security.OPEN
    elif link.encryption in _WEP or link.encryption == _NO_ENCRYPTION:
        found = None
    if found is None:
        raise ParseError("Windows told the Wi-Fi's protection in numbers that are not known")
    return found


def is_wifi(interface: Interface) -> bool:
    """Whether the interface is a Wi-Fi card's and is connected, be it as a hot spot for others."""
    return interface.type == WIFI and interface.up


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of Wi-Fi."""
    del now
    interfaces = find_interfaces(host)
    cards = (
        interfaces if isinstance(interfaces, Unavailable) else tuple(filter(is_wifi, interfaces))
    )
    for key in sorted(keys):
        if isinstance(cards, Unavailable):
            yield Fact(key, cards, _SOURCES[key])
        elif key == "wifi.connected":
            yield Fact(key, bool(cards), _SOURCES[key])
        else:
            yield Fact(key, _security(host, cards), _SOURCES[key])


def _security(host: Host, cards: Sequence[Interface]) -> str | Unavailable:
    if not cards:
        return Unavailable(Reason.NOT_INSTALLED, "no Wi-Fi link is in use")
    rows = host.query(PROTECTION)
    links = rows if isinstance(rows, Unavailable) else attempt(parse_links, rows)
    if isinstance(links, Unavailable):
        return links
    found = weakest(_of_card(links, card) for card in cards)
    return found if isinstance(found, Unavailable) else str(found)


def _of_card(links: Sequence[Link], card: Interface) -> Security | Unavailable:
    """How the one connection of this card that is in use is protected."""
    own = [it for it in links if card.id and it.interface == card.id and it.live]
    if len(own) != 1:
        detail = "Windows does not tell which Wi-Fi connection is in use"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return attempt(judge_link, own[0])


PROBE = Probe("Wi-Fi", NAMES, collect)
