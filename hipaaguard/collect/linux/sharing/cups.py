"""CUPS: whether other computers may print here.

Three things must come together: it waits beyond this computer, its access rules let others in, and
a printer is shared. Which printers are, only an administrator may read.
"""

import ipaddress
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.folders import read_if_there
from hipaaguard.collect.linux.listening import Listening, find_listening
from hipaaguard.collect.linux.processes import every_process
from hipaaguard.collect.printers_conf import OPENING, lines, parse_shared
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "/etc/cups/cupsd.conf"
_LISTS = ("/etc/cups/printers.conf", "/etc/cups/classes.conf")
_DEFAULT_PORT = 631
_LISTENING = frozenset({"listen", "port", "ssllisten", "sslport"})
_OWN = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "none"})


@dataclass(frozen=True, slots=True)
class Access:
    """What `cupsd.conf` says of other computers.

    Attributes:
        ports: where it waits for them; empty when it waits for this computer only.
        admits: whether the rules of the whole server, or of printers, let any of them in.
    """

    ports: frozenset[int]
    admits: bool


def parse_cupsd_conf(text: str) -> Access:
    """What these settings let other computers do.

    Args:
        text: lines `Directive value`, and blocks `<Location /path>` … `</Location>`.

    Returns:
        Ports and whether anybody is admitted.

    Raises:
        ParseError: No rules for the whole server (`/`); an address to wait at of an unknown form; a
            block that is not closed.

    Source: cupsd.conf(5).
    """
    ports: set[int] = set()
    admits = ruled = False
    location: str | None = None
    for line in lines(text):
        if block := OPENING.fullmatch(line):
            location = block[2] if block[1].lower() == "location" else location
            ruled = ruled or location == "/"
            continue
        if line.lower() == "</location>":
            location = None
            continue
        name, _, value = line.partition(" ")
        if name.lower() in _LISTENING:
            ports |= parse_listen(value.strip())
        elif location is not None and _is_printing(location):
            admits = admits or _admits_others(name.lower(), value.lower())
    if location is not None:
        raise ParseError("a block of the printing system's settings is not closed")
    if not ruled:
        raise ParseError("the printing system's settings have no rules for others")
    return Access(frozenset(ports), admits)


def _is_printing(location: str) -> bool:
    """Whether rules for this path decide on printing; those for `/admin` do not."""
    return location == "/" or location.startswith(("/printers", "/classes", "/ipp"))


def _admits_others(name: str, value: str) -> bool:
    """Whether a rule lets others in: one that does, or the order that begins with everybody."""
    if name == "order":
        return value.replace(" ", "").startswith("deny")
    who = value.removeprefix("from ").split()
    return name == "allow" and any(word not in _OWN for word in who)


def parse_listen(value: str) -> frozenset[int]:
    """The port of `Listen` or `Port`: `631`, `*:631`, `localhost:631`, `/run/cups/cups.sock`.

    Returns:
        Empty for what only this computer can reach.

    Raises:
        ParseError: None of these.
    """
    if value.startswith("/"):
        return frozenset()
    host, colon, port = value.rpartition(":")
    if not colon and not value.isdecimal():
        host, port = value, str(_DEFAULT_PORT)
    if not (port.isascii() and port.isdecimal() and len(port) < 6):
        raise ParseError("the printing system waits at an address of an unknown form")
    return frozenset() if _is_own(host) else frozenset({int(port)})


def _is_own(host: str) -> bool:
    try:
        return host in _OWN or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_printers(host: Host) -> bool | Unavailable:
    """Whether other computers may print on a printer of this one."""
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    listening = find_listening(host)
    if isinstance(listening, Unavailable):
        return listening
    if not any(process.name == "cupsd" for process in processes) and not _by_systemd(listening):
        return False
    access = _access(host)
    if isinstance(access, Unavailable):
        return access
    waiting = {listener.port for listener in listening.tcp()} & access.ports
    return _shares_any(host) if waiting and access.admits else False


def _by_systemd(listening: Listening) -> bool:
    """Whether somebody else may be waiting for CUPS, which it starts when a job comes."""
    return any(listener.port == _DEFAULT_PORT for listener in listening.tcp())


def _access(host: Host) -> Access | Unavailable:
    text = read_text(host, SOURCE)
    if isinstance(text, Unavailable):
        detail = "the settings of the printing system could not be read"
        return Unavailable(Reason.FAILED if is_absent(text) else text.reason, detail)
    return attempt(parse_cupsd_conf, text)


def _shares_any(host: Host) -> bool | Unavailable:
    unknown: Unavailable | None = None
    for path in _LISTS:
        text = read_if_there(host, path)
        shared = attempt(parse_shared, text) if isinstance(text, str) else text or False
        if shared is True:
            return True
        if isinstance(shared, Unavailable):
            detail = "others may print here, but which printers are shared could not be read"
            unknown = unknown or Unavailable(shared.reason, detail)
    return unknown or False
