"""Whether a VPN is set up on this machine, connected or not: the settings of the common clients.

Settings hold keys: of files that can, only the names are asked for.
"""

from collections.abc import Iterator

from hipaaguard.collect.host import WINDOWS_AS_ADMINISTRATOR, Host, RegistryKey, is_absent
from hipaaguard.collect.windows.vpn.tunnels import Kind
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Finding = Kind | Unavailable
"""A VPN that is set up, or a place that could not be looked into."""

SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"

PROFILE_FOLDERS = (
    (r"{programs}\WireGuard\Data\Configurations", (".conf", ".conf.dpapi"), Kind.WIREGUARD),
    (r"{programs}\OpenVPN\config", (".ovpn",), Kind.OPENVPN),
    (r"{programs}\OpenVPN\config-auto", (".ovpn",), Kind.OPENVPN),
    (r"{home}\OpenVPN\config", (".ovpn",), Kind.OPENVPN),
    (r"{home}\AppData\Roaming\OpenVPN Connect\profiles", (".ovpn",), Kind.OPENVPN),
    (
        r"{data}\Cisco\Cisco AnyConnect Secure Mobility Client\Profile",
        (".xml",),
        Kind.ANYCONNECT,
    ),
    (r"{data}\Cisco\Cisco Secure Client\VPN\Profile", (".xml",), Kind.ANYCONNECT),
)
"""Folders where each file with such an ending is a VPN, also one folder below. Sources: WireGuard
for Windows' `docs/enterprise.md`, OpenVPN GUI's README, Cisco's administrator guides."""

_TUNNEL_KEYS = (
    (r"HKLM\SOFTWARE\Fortinet\FortiClient\Sslvpn\Tunnels", Kind.FORTICLIENT),
    (r"HKLM\SOFTWARE\Fortinet\FortiClient\IPSec\Tunnels", Kind.FORTICLIENT),
)
"""Keys that have a key below for each VPN."""

_PORTAL = r"HKLM\SOFTWARE\Palo Alto Networks\GlobalProtect\PanSetup"

CLIENTS = {
    "cloudflarewarp": Kind.WARP,
    "csc_vpnagent": Kind.ANYCONNECT,
    "fa_scheduler": Kind.FORTICLIENT,
    "mozillavpnbroker": Kind.MOZILLA,
    "mullvadvpn": Kind.MULLVAD,
    "nordvpn-service": Kind.NORDVPN,
    "pangps": Kind.GLOBALPROTECT,
    "protonvpn service": Kind.PROTONVPN,
    "pulsesecureservice": Kind.IVANTI,
    "tailscale": Kind.TAILSCALE,
    "tracsrvwrapper": Kind.CHECKPOINT,
    "vpnagent": Kind.ANYCONNECT,
    "zerotieroneservice": Kind.ZEROTIER,
    "zsaservice": Kind.ZSCALER,
}
"""Services, in lower case, of clients that may keep their settings out of sight: installed does not
mean set up."""


def findings(host: Host) -> Iterator[Finding]:
    """Each VPN that is set up, and each place that could not be looked into."""
    found: list[Finding] = []
    for folder, endings, kind in PROFILE_FOLDERS:
        found += _profiles(host, _filled(host, folder), endings, kind)
    for path, kind in _TUNNEL_KEYS:
        found += _tunnels(host, path, kind)
    found += _portal(host)
    yield from found
    yield from _clients(host, frozenset(it for it in found if isinstance(it, Kind)))


def _filled(host: Host, folder: str) -> str:
    return folder.format(
        home=host.person.home,
        programs=host.env("ProgramFiles") or r"C:\Program Files",
        data=host.env("ProgramData") or r"C:\ProgramData",
    )


def _locked(answer: Unavailable, kind: Kind) -> Unavailable:
    """The reason why a place could not be looked into, with the way to settle it."""
    closed = answer.reason is Reason.NOT_PERMITTED
    settle = WINDOWS_AS_ADMINISTRATOR if closed else ""
    return Unavailable(answer.reason, f"the {kind} settings could not be looked into", settle)


def _profiles(
    host: Host, folder: str, endings: tuple[str, ...], kind: Kind, *, below: bool = True
) -> list[Finding]:
    names = host.names(folder)
    if isinstance(names, Unavailable):
        return [] if is_absent(names) else [_locked(names, kind)]
    if any(name.lower().endswith(endings) for name in names):
        return [kind]
    found: list[Finding] = []
    for name in names if below else ():
        # OpenVPN's window puts each VPN into a folder of its own.
        if "." not in name:
            found += _profiles(host, f"{folder}\\{name}", endings, kind, below=False)
    return found


def _tunnels(host: Host, path: str, kind: Kind) -> list[Finding]:
    key = host.registry(path)
    if isinstance(key, Unavailable):
        return [] if is_absent(key) else [_locked(key, kind)]
    return [kind] if key.keys else []


def _portal(host: Host) -> list[Finding]:
    """GlobalProtect with the address of its far end, as it is installed for a company."""
    key = host.registry(_PORTAL)
    if isinstance(key, Unavailable):
        return [] if is_absent(key) else [_locked(key, Kind.GLOBALPROTECT)]
    try:
        return [Kind.GLOBALPROTECT] if key.text("Portal") else []
    except ParseError as error:
        return [Unavailable(Reason.UNRECOGNISED, str(error))]


def _clients(host: Host, known: frozenset[Kind]) -> Iterator[Finding]:
    key = host.registry(SERVICES)
    if not isinstance(key, RegistryKey):
        yield Unavailable(key.reason, "which VPN clients are installed could not be seen")
        return
    for name in key.keys:
        # WireGuard makes such a service for each tunnel that is switched on.
        if name.lower().startswith("wireguardtunnel$"):
            yield Kind.WIREGUARD
        kind = CLIENTS.get(name.lower())
        if kind is not None and kind not in known:
            detail = f"whether the {kind} client that is installed is set up cannot be told"
            yield Unavailable(Reason.UNRECOGNISED, detail)
