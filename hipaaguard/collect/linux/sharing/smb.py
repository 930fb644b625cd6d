"""Samba: what it shares, with whom, and by which version of the protocol."""

from collections.abc import Sequence

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.collect.linux.processes import Process, every_process, outside_containers
from hipaaguard.collect.linux.sharing.service import Service, silent, unknown
from hipaaguard.collect.linux.sharing.smb_conf import (
    Sections,
    Share,
    accepts_smb1,
    allows_guests,
    list_shares,
    parse_smb_conf,
    parse_usershare,
    parse_version,
    usershare_folder,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "/etc/samba/smb.conf"
_ID = "smb"
_KERNEL_SERVER = "ksmbd.mountd"


def read_service(host: Host, processes: Sequence[Process]) -> Service:
    """What Samba offers.

    Args:
        host: whom to ask.
        processes: every process of the machine.

    Returns:
        Of the server in the kernel (ksmbd) only whether it runs.
    """
    if any(it.name == _KERNEL_SERVER for it in processes):
        detail = "a file server in the kernel (ksmbd) runs, whose settings this version cannot read"
        return Service(_ID, offers=True, guests=Unavailable(Reason.UNRECOGNISED, detail))
    if not _servers(processes):
        return silent(_ID)
    sections = _settings(host, processes)
    shares = sections if isinstance(sections, Unavailable) else _shares(host, sections)
    if isinstance(shares, Unavailable):
        return unknown(_ID, shares)
    return Service(_ID, bool(shares), any(share.guests for share in shares))


def read_smb1(host: Host) -> bool | Unavailable:
    """Whether a server runs that accepts version 1 of the protocol; ksmbd has never known it."""
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    if not _servers(processes):
        return False
    sections = _settings(host, processes)
    if isinstance(sections, Unavailable):
        return sections
    accepts = attempt(accepts_smb1, sections)
    return _by_version(host) if accepts is None else accepts


def _by_version(host: Host) -> bool | Unavailable:
    answer = host.run("smbd", "--version")
    if not isinstance(answer, Output):
        return answer
    return attempt(lambda: parse_version(answer.text))


def _servers(processes: Sequence[Process]) -> list[Process]:
    return [it for it in processes if it.name == "smbd"]


def _settings(host: Host, processes: Sequence[Process]) -> Sections | Unavailable:
    """The settings of the server that runs."""
    servers = _servers(processes)
    own = outside_containers(host, servers)
    if isinstance(own, Unavailable):
        return own
    if len(own) < len(servers):
        detail = "a file server (Samba) runs in a container, where this version does not look"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if any(it.startswith(("-s", "--configfile")) for server in servers for it in server.argv[1:]):
        detail = "the file server (Samba) was started with other settings than the usual ones"
        return Unavailable(Reason.UNRECOGNISED, detail)
    text = read_text(host, SOURCE)
    if isinstance(text, Unavailable):
        detail = "the settings of the file server (Samba) could not be read"
        return Unavailable(Reason.FAILED if is_absent(text) else text.reason, detail)

    def include(path: str) -> str:
        # A file that is missing is passed over. smb.conf(5)
        inner = read_if_there(host, path)
        if isinstance(inner, Unavailable):
            raise ParseError("a file that Samba's settings include could not be read")
        return inner or ""

    return attempt(parse_smb_conf, text, include)


def _shares(host: Host, sections: Sections) -> tuple[Share, ...] | Unavailable:
    """The folders shared by the administrator and by people themselves."""
    shares = attempt(list_shares, sections)
    guests_allowed = attempt(allows_guests, sections)
    if isinstance(shares, Unavailable):
        return shares
    if isinstance(guests_allowed, Unavailable):
        return guests_allowed
    own = _usershares(host, usershare_folder(sections), guests_allowed=guests_allowed)
    return own if isinstance(own, Unavailable) else shares + own


def _usershares(
    host: Host, folder: str, *, guests_allowed: bool
) -> tuple[Share, ...] | Unavailable:
    names = names_in(host, folder) if folder else ()
    if isinstance(names, Unavailable):
        detail = "the folders that people share themselves could not be listed"
        return Unavailable(names.reason, detail)
    shares: list[Share] = []
    for name in names:
        text = read_text(host, f"{folder}/{name}")
        if isinstance(text, Unavailable):
            detail = "the description of a shared folder could not be read"
            return Unavailable(Reason.FAILED if is_absent(text) else text.reason, detail)
        share = attempt(parse_usershare, text, guests_allowed=guests_allowed)
        if isinstance(share, Unavailable):
            return share
        shares.append(share)
    return tuple(shares)
