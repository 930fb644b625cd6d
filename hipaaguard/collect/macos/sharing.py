"""What of this Mac is offered to others: files and printers.

- A service that is switched on holds its port, at the latest by launchd; one without a port offers
  nothing. What a share list says of a server that does not wait is of no interest.
- The file server of macOS (SMB) offers every account its home and an administrator every disk, so
  it counts also without a list of shared folders.
- `sysadminctl` tells whether guests may connect, in words that have no translations.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt, decode, is_absent, read_text
from hipaaguard.collect.macos import listening
from hipaaguard.collect.macos.listening import Listener, find_listeners
from hipaaguard.collect.macos.plists import Dictionary, read_settings, text
from hipaaguard.collect.printers_conf import parse_shared
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

SHARES = ("sharing", "-l", "-f", "json")
GUESTS = ("sysadminctl", "-smbGuestAccess", "status")
PRINTERS = ("/etc/cups/printers.conf", "/etc/cups/classes.conf")

AIRDROP = "Library/Preferences/com.apple.sharingd.plist"

T = TypeVar("T")

SMB: Final = "smb"
_PORTS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "afp": frozenset({548}),
        "ftp": frozenset({21, 990}),
        "nfs": frozenset({2049}),
        SMB: frozenset({139, 445}),
    }
)
_PRINTING, _PRINT_SERVER = 631, "cupsd"
# Apache, which macOS brings along and which can offer folders (WebDAV).
_WEB_SERVERS = frozenset({"httpd"})
_MAYBE_WEBDAV = Unavailable(
    Reason.UNRECOGNISED, "a web server that can offer folders (WebDAV) runs; it was not read"
)
_AIRDROP = {"Contacts Only": "contacts", "Everyone": "everyone", "Off": "off"}
_GUESTS = re.compile(r"\bSMB guest access (enabled|disabled)\b", re.IGNORECASE)


def parse_guests(said: str) -> bool:
    """Whether guests may connect to the file server.

    Raises:
        ParseError: It does not say, or says it twice.

    Source: `sysadminctl -smbGuestAccess status`: a time, then "SMB guest access disabled."
    """  # noqa: DOC201 - the first line says it
    found = _GUESTS.findall(said)
    if len(found) != 1:
        raise ParseError("macOS does not say whether guests may see shared folders")
    state: str = found[0]
    return state.lower() == "enabled"


def parse_airdrop(settings: Dictionary) -> str:
    """From whom files are taken by AirDrop: `contacts`, `everyone` or `off`.

    Raises:
        ParseError: It is not set, or of another form.

    Source: `DiscoverableMode` of com.apple.sharingd, recorded on macOS 26.
    """  # noqa: DOC201 - the first line says it
    found = _AIRDROP.get(text(settings, "DiscoverableMode") or "")
    if found is None:
        raise ParseError("macOS does not say from whom it takes files by AirDrop")
    return found


class Share(msgspec.Struct, frozen=True):
    """A shared folder, as `sharing` tells it.

    Attributes:
        smb_shared: 1 where the file server offers it.
        smb_guest_access: 1 where it lets guests in.
    """

    smb_shared: int
    smb_guest_access: int


def parse_shares(answer: bytes) -> tuple[Share, ...]:
    """The shared folders.

    Returns:
        In the order of `sharing`; may be empty.

    Raises:
        ParseError: It is of another form.

    Source: `sharing -l -f json`: an object by the folders' names.
    """
    try:
        return tuple(msgspec.json.decode(answer, type=dict[str, Share]).values())
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParseError("the list of shared folders is not of a form that is known") from error


def lets_guests_in(shares: tuple[Share, ...]) -> bool:
    """Whether guests, who may connect, find a folder here."""
    return any(it.smb_shared and it.smb_guest_access for it in shares)


def judge_files(listeners: tuple[Listener, ...]) -> tuple[str, ...] | Unavailable:
    """The services that offer files, by the ports that wait for others.

    Returns:
        Sorted; unknown while a web server may be one, as the list is to be whole.
    """
    if any(it.program in _WEB_SERVERS for it in listeners):
        return _MAYBE_WEBDAV
    ports = {it.port for it in listeners}
    return tuple(name for name, own in _PORTS.items() if ports & own)


def _files(host: Host) -> tuple[str, ...] | Unavailable:
    listeners = find_listeners(host, "tcp")
    return listeners if isinstance(listeners, Unavailable) else judge_files(listeners)


def _guests(host: Host) -> bool | Unavailable:
    services = _files(host)
    if isinstance(services, Unavailable):
        return services
    found = _smb_guests(host) if SMB in services else False
    others = [it for it in services if it != SMB]
    if found is not False or not others:
        return found
    detail = f"a server for {others[0]} runs, and whether it asks for a password was not read"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _smb_guests(host: Host) -> bool | Unavailable:
    guests = _ask(host, _guests_of, *GUESTS)
    if guests is not True:
        return guests
    shares = _ask(host, _shares_of, *SHARES)
    return shares if isinstance(shares, Unavailable) else lets_guests_in(shares)


def _guests_of(answer: Output) -> bool:
    return parse_guests(decode(answer.stderr) + "\n" + decode(answer.stdout))


def _shares_of(answer: Output) -> tuple[Share, ...]:
    return parse_shares(answer.stdout)


def _ask(host: Host, parse: Callable[[Output], T], *command: str) -> T | Unavailable:
    answer = host.run(*command)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that tells of shared folders failed")
    return attempt(parse, answer)


def _printers(host: Host) -> bool | Unavailable:
    """Whether the print server waits for other computers, and a printer is shared."""
    listeners = find_listeners(host, "tcp")
    if isinstance(listeners, Unavailable):
        return listeners
    if not any(it.port == _PRINTING or it.program == _PRINT_SERVER for it in listeners):
        return False
    return _shares_any(host)


def _shares_any(host: Host) -> bool | Unavailable:
    unknown: Unavailable | None = None
    for path in PRINTERS:
        printers = read_text(host, path)
        if is_absent(printers):
            continue
        shared = printers if isinstance(printers, Unavailable) else attempt(parse_shared, printers)
        if shared is True:
            return True
        if isinstance(shared, Unavailable):
            detail = "others may print here, but which printers are shared could not be read"
            unknown = unknown or Unavailable(shared.reason, detail)
    return unknown or False


def _airdrop(host: Host) -> str | Unavailable:
    settings = read_settings(host, f"{host.person.home}/{AIRDROP}")
    if is_absent(settings):
        return Unavailable(Reason.UNRECOGNISED, "nobody set from whom AirDrop takes files")
    return settings if isinstance(settings, Unavailable) else attempt(parse_airdrop, settings)


_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "sharing.airdrop": (_airdrop, "com.apple.sharingd.plist"),
        "sharing.files": (_files, listening.SOURCE),
        "sharing.guest_access": (_guests, f"{listening.SOURCE}, {GUESTS[0]}, {SHARES[0]}"),
        "sharing.printers": (_printers, f"{listening.SOURCE}, {PRINTERS[0]}"),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of sharing that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        yield Fact(key, read(host), source)


PROBE = Probe("sharing", tuple(_READERS), collect)
