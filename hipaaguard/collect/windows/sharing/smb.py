"""The file server of Windows: what it shares, with whom, and by which version of the protocol.

The shares for administration (C$, ADMIN$, IPC$) are made anew at each start and stand nowhere in
the registry, and the one for printers' drivers holds no files of the person: neither counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hipaaguard.collect.host import Host, RegistryKey, Row, attempt, is_absent
from hipaaguard.collect.windows.listening import find_listeners
from hipaaguard.collect.windows.rows import flag
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"
SERVER = rf"{SERVICES}\LanmanServer"
SHARES = rf"{SERVER}\Shares"
PARAMETERS = rf"{SERVER}\Parameters"
LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
PRINTERS = r"HKLM\SYSTEM\CurrentControlSet\Control\Print\Printers"
GUEST = "sharing-guest"

# SMB itself, and SMB over NetBIOS.
_PORTS = frozenset({139, 445})
_DRIVERS = "print$"
# STYPE_DISKTREE of lmshare.h; shares for administration have another bit as well.
_DISK = 0
# PRINTER_ATTRIBUTE_SHARED of winspool.h.
_SHARED = 8
# The driver of version 1 alone; `srv2` is that of versions 2 and 3.
_OLD_SERVER = "srv"
_DISABLED = 4

_MAYBE_GUESTS = Unavailable(
    Reason.UNRECOGNISED,
    "the account for guests is switched on, and whether shared folders let it in was not read",
)


def serves(host: Host) -> bool | Unavailable:
    """Whether the file server waits for other computers."""
    listeners = find_listeners(host, "tcp")
    if isinstance(listeners, Unavailable):
        return listeners
    return any(it.port in _PORTS for it in listeners)


def parse_shares(key: RegistryKey) -> frozenset[str]:
    r"""The names of the shared folders and drives, in lower case.

    Args:
        key: a value for each share: lines such as `Type=0` and `Path=C:\Users`.

    Returns:
        May be empty; without the one for printers' drivers.

    Raises:
        ParseError: A share of another form.

    Source: NetShareEnum (STYPE_DISKTREE is 0, STYPE_PRINTQ 1); registry of Windows 10 and 11.
    """
    found = {name.lower(): _type(value) for name, value in key.values.items()}
    return frozenset(name for name, kind in found.items() if kind == _DISK and name != _DRIVERS)


def _type(value: object) -> int:
    lines = value if isinstance(value, tuple) else ()
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    number = pairs.get("Type", "")
    if not (number.isascii() and number.isdecimal()):
        raise ParseError("a shared folder is described in a form that is not known")
    return int(number)


def find_shares(host: Host) -> frozenset[str] | Unavailable:
    """The names of the folders that are shared now; none where the file server does not wait."""
    waits = serves(host)
    if waits is not True:
        return waits or frozenset()
    key = host.registry(SHARES)
    if is_absent(key):
        server = host.registry(SERVER)
        return server if isinstance(server, Unavailable) else frozenset()
    return key if isinstance(key, Unavailable) else attempt(parse_shares, key)


@dataclass(frozen=True, slots=True)
class Doors:
    """How the file server treats those without a password.

    Attributes:
        guest: whether the account for guests is switched on.
        null: whether nobody's session may use every share.
        anonymous: whether "everyone" means those without a name too.
        shares: the names of those that nobody's session may use, in lower case.
    """

    guest: bool
    null: bool
    anonymous: bool
    shares: frozenset[str]


def parse_doors(guests: Sequence[Row], server: RegistryKey, lsa: RegistryKey) -> Doors:
    """How the file server treats those without a password, at its defaults for what is not set.

    Args:
        guests: one row with `Disabled`; none where the account does not exist.
        server: the server's parameters.
        lsa: the key of the local security authority.

    Returns:
        What holds for every share.

    Raises:
        ParseError: A setting of another form.

    Source: Microsoft's references of RestrictNullSessAccess (1 when not set), NullSessionShares,
        and "Network access: Let Everyone permissions apply to anonymous users" (off when not set).
    """
    states = [flag(row, "Disabled") for row in guests]
    if None in states:
        raise ParseError("Windows did not tell whether the account for guests is switched on")
    listed = server.value("NullSessionShares") or ()
    if isinstance(listed, str):
        listed = tuple(listed.split())
    if not isinstance(listed, tuple):
        raise ParseError("the list of shares without a password is told in an unknown form")
    return Doors(
        guest=False in states,
        null=server.number("RestrictNullSessAccess") == 0,
        anonymous=bool(lsa.number("EveryoneIncludesAnonymous")),
        shares=frozenset(it.lower() for it in listed),
    )


def judge_guests(shares: frozenset[str], doors: Doors) -> bool | Unavailable:
    """Whether a shared folder lets people in without a password."""
    if not shares:
        return False
    if doors.anonymous and (doors.null or shares & doors.shares):
        return True
    if doors.guest or doors.null or shares & doors.shares:
        return _MAYBE_GUESTS
    return False


def read_guests(host: Host) -> bool | Unavailable:
    """Whether the file server lets people in without a password."""
    shares = find_shares(host)
    if isinstance(shares, Unavailable) or not shares:
        return shares if isinstance(shares, Unavailable) else False
    guests, server, lsa = host.query(GUEST), host.registry(PARAMETERS), host.registry(LSA)
    if isinstance(guests, Unavailable):
        return guests
    if isinstance(server, Unavailable):
        return server
    if isinstance(lsa, Unavailable):
        return lsa
    doors = attempt(parse_doors, guests, server, lsa)
    return doors if isinstance(doors, Unavailable) else judge_guests(shares, doors)


def read_smb1(host: Host) -> bool | Unavailable:
    """Whether the file server accepts version 1 of the protocol."""
    waits = serves(host)
    if waits is not True:
        return waits
    services = host.registry(SERVICES)
    if isinstance(services, Unavailable):
        return services
    # Since Windows 10 1709 the driver comes only with the feature "SMB 1.0/CIFS Server".
    if not any(name.lower() == _OLD_SERVER for name in services.keys):
        return False
    driver, server = host.registry(rf"{SERVICES}\{_OLD_SERVER}"), host.registry(PARAMETERS)
    if isinstance(driver, Unavailable):
        return driver
    return server if isinstance(server, Unavailable) else attempt(parse_smb1, driver, server)


def parse_smb1(driver: RegistryKey, server: RegistryKey) -> bool:
    """Whether a file server that has the driver of version 1 accepts it.

    Returns:
        True where nothing is set, the default of a server that has it.

    Raises:
        ParseError: A setting of another form.

    Source: Microsoft, "Detect, enable and disable SMBv1, SMBv2, and SMBv3 in Windows".
    """
    return driver.number("Start") != _DISABLED and server.number("SMB1") != 0


def read_printers(host: Host) -> bool | Unavailable:
    """Whether a printer of this computer is offered to others."""
    waits = serves(host)
    if waits is not True:
        return waits
    listed = host.registry(PRINTERS)
    if isinstance(listed, Unavailable):
        return listed
    keys: Mapping[str, RegistryKey | Unavailable] = {
        name: host.registry(rf"{PRINTERS}\{name}") for name in listed.keys
    }
    answers = [
        it if isinstance(it, Unavailable) else attempt(parse_printer, it) for it in keys.values()
    ]
    if True in answers:
        return True
    return next((it for it in answers if isinstance(it, Unavailable)), False)


def parse_printer(key: RegistryKey) -> bool:
    """Whether a printer is shared.

    Raises:
        ParseError: It has no attributes.

    Source: PRINTER_INFO_2; PRINTER_ATTRIBUTE_SHARED.
    """  # noqa: DOC201 - the first line says it
    attributes = key.number("Attributes")
    if attributes is None:
        raise ParseError("a printer is described in a form that is not known")
    return bool(attributes & _SHARED)
