"""WireGuard's handshakes, which only an administrator sees: `wg show`.

`wg` is asked without its `dump`, which tells private keys.
"""

from collections.abc import Mapping

from hipaaguard.collect.host import Host, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

FRESH_S = 180
"""Age of a handshake after which its keys are not used any more (WireGuard paper, section 6.1,
Reject-After-Time)."""

Table = Mapping[str, Mapping[str, int]]
"""A number by interface and public key of the far end."""


def handshake(host: Host, name: str, now_s: int) -> bool | Unavailable:
    """Whether a far end of the interface answered of late.

    Args:
        host: whom to ask, with administrator rights.
        name: an interface that exists: elsewhere asking would load the kernel's module.
        now_s: seconds since 1970.

    Returns:
        Unavailable when `wg` does not tell, or the tunnel may just be idle.
    """
    handshakes = _told(host, "latest-handshakes")
    if isinstance(handshakes, Unavailable):
        detail = "when the VPN's far end was last heard could not be asked of the program wg"
        return Unavailable(handshakes.reason, detail)
    keepalives = _told(host, "persistent-keepalive")
    calls = {} if isinstance(keepalives, Unavailable) else keepalives.get(name, {})
    # An interface that wg does not list has no far end at all.
    return is_fresh(handshakes.get(name, {}), calls, now_s)


def _told(host: Host, what: str) -> Table | Unavailable:
    output = host.run("wg", "show", "all", what)
    if isinstance(output, Unavailable):
        return output
    if output.exit_code:
        return Unavailable(Reason.FAILED, "wg ended with an error")
    return attempt(lambda: parse_table(output.text))


def parse_table(text: str) -> Table:
    """A number for each far end of each interface.

    Args:
        text: stdout of `wg show all latest-handshakes` (seconds since 1970, 0 never) or of
            `wg show all persistent-keepalive` (seconds between calls, or `off`): lines of
            interface, public key and number, with tabs between; may be empty.

    Returns:
        The numbers; `off` as 0.

    Raises:
        ParseError: Another form.

    Source: wg(8).
    """
    found: dict[str, dict[str, int]] = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) != 3 or not (fields[2].isdecimal() or fields[2] == "off"):
            raise ParseError("wg answered in a form that is not known")
        found.setdefault(fields[0], {})[fields[1]] = 0 if fields[2] == "off" else int(fields[2])
    return found


def is_fresh(
    handshakes: Mapping[str, int], keepalives: Mapping[str, int], now_s: int
) -> bool | Unavailable:
    """Whether one of an interface's far ends agreed on keys within `FRESH_S`.

    A tunnel that nobody uses agrees on nothing: an old handshake proves a dead far end only where
    it is called regularly.

    Args:
        handshakes: seconds since 1970 by public key, 0 never; may be empty.
        keepalives: seconds between calls by public key, 0 none.
        now_s: seconds since 1970.

    Returns:
        Unavailable when the tunnel may just be idle.
    """
    peer = max(handshakes, key=lambda key: handshakes[key], default=None)
    if peer is None or not handshakes[peer]:
        return False
    if abs(now_s - handshakes[peer]) <= FRESH_S:
        return True
    if keepalives.get(peer):
        return False
    detail = "the VPN's far end has not been heard for three minutes: the VPN is idle or cut off"
    return Unavailable(Reason.UNRECOGNISED, detail)
