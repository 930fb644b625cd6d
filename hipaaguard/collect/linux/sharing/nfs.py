"""NFS: what the kernel's server, or Ganesha, offers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.sharing.service import Service, silent, unknown
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "/var/lib/nfs/etab"
_ID = "nfs"
# Those that believe what the other computer says of its user, or ask nothing.
_TRUSTING = frozenset({"sys", "none", "null", "unix"})
_LINE = re.compile(r"\S+\s+(?P<client>[^\s()]*)\((?P<options>[^()]*)\)")
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Export:
    """A folder that is exported to some computers.

    Attributes:
        client: who may use it: `*`, a name, an address, a network or a netgroup.
        trusting: whether it asks for no password (`sec=sys`).
    """

    client: str
    trusting: bool

    @property
    def is_open(self) -> bool:
        """Whether another computer than this one may use it."""
        return self.client not in _OWN


def parse_etab(text: str) -> tuple[Export, ...]:
    r"""The exports that are in force.

    Args:
        text: one a line: `/srv/data\t192.168.1.0/24(rw,sync,...,sec=sys,rw,secure,root_squash)`;
            spaces in names are written `\040`.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: A line of another form.

    Source: exportfs(8), exports(5).
    """
    matches = [(_LINE.fullmatch(line.strip())) for line in text.splitlines() if line.strip()]
    return tuple(_export(match) for match in matches)


def _export(match: re.Match[str] | None) -> Export:
    if match is None:
        raise ParseError("the list of NFS exports has a line of an unknown form")
    options = match["options"].split(",")
    flavours = [
        it for option in options if option.startswith("sec=") for it in option[4:].split(":")
    ]
    # sec=sys is the default. exports(5)
    return Export(match["client"] or "*", bool(_TRUSTING.intersection(flavours or ["sys"])))


def read_service(host: Host, processes: Sequence[Process]) -> Service:
    """What NFS offers."""
    if any(it.name == "ganesha.nfsd" for it in processes):
        detail = "an NFS server (Ganesha) runs, whose settings this version cannot read"
        return Service(_ID, offers=True, guests=Unavailable(Reason.UNRECOGNISED, detail))
    # The kernel's own threads: without arguments.
    if not any(it.name == "nfsd" and not it.argv for it in processes):
        return silent(_ID)
    text = read_text(host, SOURCE)
    if isinstance(text, Unavailable):
        detail = "the NFS server runs, but what it exports could not be read"
        return unknown(_ID, Unavailable(Reason.FAILED if is_absent(text) else text.reason, detail))
    exports = attempt(parse_etab, text)
    if isinstance(exports, Unavailable):
        return unknown(_ID, exports)
    to_others = [it for it in exports if it.is_open]
    return Service(_ID, bool(to_others), any(it.trusting for it in to_others))
