"""The VPNs that macOS itself knows: those of its settings, and those of apps from makers.

Clients with a driver or a helper of their own (OpenVPN, Cisco, GlobalProtect) do not appear there.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "scutil --nc list"

_TITLE = "Available network connection services in the current set (*=enabled):"
_LINE = re.compile(
    r"[* ] \((?P<state>[A-Za-z ]+)\)\s+[0-9A-F-]{36} .*"
    r"\[(?P<kind>[A-Za-z0-9]+)(:(?P<by>[^\]]*))?\]\s*"
)

# By the identifier of the app; a prefix, because apps from the store and others differ at the end.
_APPS = (
    ("ch.protonvpn", "protonvpn"),
    ("com.checkpoint", "checkpoint"),
    ("com.cisco", "anyconnect"),
    ("com.cloudflare", "warp"),
    ("com.fortinet", "forticlient"),
    ("com.nordvpn", "nordvpn"),
    ("com.paloaltonetworks", "globalprotect"),
    ("com.sonicwall", "sonicwall"),
    ("com.wireguard", "wireguard"),
    ("com.zscaler", "zscaler"),
    ("io.tailscale", "tailscale"),
    ("net.mullvad", "mullvad"),
    ("net.openvpn", "openvpn"),
    ("net.pulsesecure", "ivanti"),
    ("org.mozilla", "mozilla"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A connection that macOS can make.

    Attributes:
        is_connected: whether it is up.
        kind: as `vpn.kind` has it; empty for a modem, which is no VPN.
        over_ppp: whether its interface is a `ppp`.
    """

    is_connected: bool
    kind: str
    over_ppp: bool


def parse_services(text: str) -> tuple[Service, ...]:
    """The connections, modems among them.

    Returns:
        May be empty.

    Raises:
        ParseError: It is of another form.

    Source: scutil(8), which is not localised, and recorded outputs.
    """
    title, *lines = text.splitlines() or [""]
    if title.strip() != _TITLE:
        raise ParseError("the list of VPNs is not in a form that this version knows")
    return tuple(_service(line) for line in lines if line.strip())


def _service(line: str) -> Service:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError("a line of the list of VPNs is not in a form that this version knows")
    over_ppp = match["kind"] == "PPP"
    return Service(match["state"] == "Connected", _kind(match["kind"], match["by"] or ""), over_ppp)


def _kind(kind: str, by: str) -> str:
    if kind == "PPP":
        return "" if by in ("Modem", "PPPoE", "PPPSerial") else "ppp"
    if kind == "IPSec" or by == "IKEv2":
        return "ipsec"
    return next((name for prefix, name in _APPS if by.startswith(prefix)), "tun")


def find_services(host: Host) -> tuple[Service, ...] | Unavailable:
    """The connections that macOS knows."""
    answer = host.run("scutil", "--nc", "list")
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists VPNs answered with an error")
    return attempt(_parse, answer)


def _parse(answer: Output) -> tuple[Service, ...]:
    return parse_services(answer.text)
