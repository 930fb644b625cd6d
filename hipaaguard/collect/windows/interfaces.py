"""The network interfaces of Windows: makers' descriptions, state and addresses.

Connection names are left alone: Windows translates them. A description is the maker's own string.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.vpn_ways import Address
from hipaaguard.collect.windows.rows import number, text, texts
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

QUERY = "interfaces"
SOURCE = "network adapters"

# IANA's ifType, which `NetworkInterfaceType` of .NET repeats.
PPP, LOOPBACK, WIFI, VIRTUAL = 23, 24, 71, 53
_UP = 1


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface.

    Attributes:
        index: its number, in IPv4 and IPv6 alike; None where it has neither.
        id: its GUID in lower case without braces; empty when not told.
        type: IANA's number for its kind.
        up: whether packets can pass.
        description: what the maker of its driver calls it.
        received: bytes received; None when not told.
        addresses: its own, without those that are only link-local.
        servers: what it asks for names.
    """

    index: int | None
    id: str
    type: int
    up: bool
    description: str
    received: int | None = None
    addresses: tuple[Address, ...] = ()
    servers: tuple[Address, ...] = ()

    @property
    def in_service(self) -> bool:
        """Whether packets can go out through it with an address of its own."""
        return self.up and bool(self.addresses)

    def has_address(self, version: int) -> bool:
        """Whether it has an address of IPv4 or IPv6."""
        return any(address.version == version for address in self.addresses)


def parse_interfaces(rows: Sequence[Row]) -> tuple[Interface, ...]:
    """Every interface; never empty, the loopback is always there.

    Args:
        rows: `Index`, `Id`, `Type`, `Status`, `Description`, `Received`, `Addresses`, `Dns` each.

    Returns:
        In the order of Windows.

    Raises:
        ParseError: No interface at all, or a property of another form.

    Source: System.Net.NetworkInformation.NetworkInterface.
    """
    if not rows:
        raise ParseError("Windows listed no network interface, not even the loopback")
    return tuple(_interface(row) for row in rows)


def _interface(row: Row) -> Interface:
    kind, status = number(row, "Type"), number(row, "Status")
    if kind is None or status is None:
        raise ParseError("Windows listed a network interface without its kind or state")
    return Interface(
        index=number(row, "Index"),
        id=plain_id(text(row, "Id")),
        type=kind,
        up=status == _UP,
        description=text(row, "Description") or "",
        received=number(row, "Received"),
        addresses=tuple(it for it in _addresses(row, "Addresses") if not _is_local(it)),
        servers=_addresses(row, "Dns"),
    )


def plain_id(guid: str | None) -> str:
    """A GUID in lower case without braces; empty for none."""
    return (guid or "").strip("{}").lower()


def _addresses(row: Row, name: str) -> tuple[Address, ...]:
    try:
        return tuple(ip_address(it.partition("%")[0]) for it in texts(row, name))
    except ValueError as error:
        raise ParseError(f"{name} of a network interface holds something else") from error


def _is_local(address: Address) -> bool:
    return address.is_link_local or address.is_loopback or address.is_unspecified


def find_interfaces(host: Host) -> tuple[Interface, ...] | Unavailable:
    """The interfaces of this machine."""
    rows = host.query(QUERY)
    return rows if isinstance(rows, Unavailable) else attempt(parse_interfaces, rows)
