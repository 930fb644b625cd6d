"""Whether a VPN is set up on this machine, connected or not: the settings of the common clients.

Settings hold keys: of files that can, only the names are asked for. The person's home folder is
left alone.
"""

import re
from collections.abc import Iterator

from hipaaguard.collect.host import (
    AS_ADMINISTRATOR,
    Host,
    Output,
    attempt,
    decode,
    is_absent,
    read_text,
)
from hipaaguard.collect.linux.vpn.tunnels import Kind
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Finding = Kind | Unavailable
"""A VPN that is set up, or a place that could not be looked into."""

PROFILE_FOLDERS = (
    ("/etc/wireguard", ".conf", Kind.WIREGUARD),
    ("/etc/openvpn", ".conf", Kind.OPENVPN),
    ("/etc/openvpn/client", ".conf", Kind.OPENVPN),
    ("/var/lib/openvpn3/configs", ".json", Kind.OPENVPN),
    ("/etc/swanctl/conf.d", ".conf", Kind.IPSEC),
    ("/etc/ipsec.d", ".conf", Kind.IPSEC),
    ("/var/lib/zerotier-one/networks.d", ".conf", Kind.ZEROTIER),
    ("/opt/cisco/anyconnect/profile", ".xml", Kind.ANYCONNECT),
    ("/opt/cisco/secureclient/vpn/profile", ".xml", Kind.ANYCONNECT),
)
"""Folders where each file with this ending is a VPN. Sources: wg-quick(8), openvpn(8),
swanctl.conf(5), ipsec.conf(5); the makers' handbooks."""

CLIENTS = (
    ("/opt/paloaltonetworks/globalprotect", Kind.GLOBALPROTECT),
    ("/opt/forticlient", Kind.FORTICLIENT),
    ("/opt/zscaler", Kind.ZSCALER),
    ("/usr/bin/warp-cli", Kind.WARP),
    ("/usr/bin/mullvad", Kind.MULLVAD),
    ("/usr/bin/nordvpn", Kind.NORDVPN),
)
"""Clients that keep their settings out of sight: installed does not mean set up."""

NETDEV_FOLDERS = ("/etc/systemd/network", "/run/systemd/network")

# NetworkManager's plugins, `vpn.service-type` without `org.freedesktop.NetworkManager.`
PLUGINS = {
    "fortisslvpn": Kind.FORTICLIENT,
    "l2tp": Kind.PPP,
    "libreswan": Kind.IPSEC,
    "openconnect": Kind.OPENCONNECT,
    "openvpn": Kind.OPENVPN,
    "pptp": Kind.PPP,
    "sstp": Kind.PPP,
    "strongswan": Kind.IPSEC,
    "vpnc": Kind.IPSEC,
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_CONNECTIONS = 20
"""How many of NetworkManager's VPN connections are asked for their kind."""


def findings(host: Host, programs: frozenset[str] | Unavailable) -> Iterator[Finding]:
    """Each VPN that is set up, and each place that could not be looked into.

    Args:
        host: whom to ask.
        programs: the names of the processes known here that run, or why they cannot be seen.
    """
    for folder, ending, kind in PROFILE_FOLDERS:
        yield from _profiles(host, folder, ending, kind)
    yield from _ipsec(host)
    yield from _netdevs(host)
    yield from _network_manager(host, programs)
    yield from _tailscale(host, programs)
    for path, kind in CLIENTS:
        if not is_absent(host.entry(path)):
            detail = f"whether the {kind} client that is installed is set up cannot be told"
            yield Unavailable(Reason.UNRECOGNISED, detail)


def _locked(answer: Unavailable, what: str) -> Unavailable:
    """The reason why a place could not be looked into, with the way to settle it."""
    settle = AS_ADMINISTRATOR if answer.reason is Reason.NOT_PERMITTED else ""
    return Unavailable(answer.reason, f"{what} could not be looked into", settle)


def _profiles(host: Host, folder: str, ending: str, kind: Kind) -> Iterator[Finding]:
    names = host.names(folder)
    if isinstance(names, Unavailable):
        if not is_absent(names):
            yield _locked(names, f"the {kind} settings")
    elif any(name.endswith(ending) for name in names):
        yield kind


def _ipsec(host: Host) -> Iterator[Finding]:
    for path, parse in (
        ("/etc/ipsec.conf", has_connection),
        ("/etc/swanctl/swanctl.conf", has_swanctl_connection),
    ):
        text = read_text(host, path)
        if isinstance(text, str):
            if parse(text):
                yield Kind.IPSEC
        elif not is_absent(text):
            yield _locked(text, "the IPsec settings")


def has_connection(text: str) -> bool:
    """Whether an `ipsec.conf` describes a connection besides the defaults (ipsec.conf(5))."""
    return re.search(r"^conn[ \t]+(?!%default\b)\S", text, re.MULTILINE) is not None


def has_swanctl_connection(text: str) -> bool:
    """Whether a `swanctl.conf` holds something in its section `connections` (swanctl.conf(5))."""
    settings = re.sub(r"#.*", "", text)
    return re.search(r"\bconnections\s*\{\s*[^}\s]", settings) is not None


def _netdevs(host: Host) -> Iterator[Finding]:
    for folder in NETDEV_FOLDERS:
        names = host.names(folder)
        if isinstance(names, Unavailable):
            if not is_absent(names):
                yield _locked(names, "the network settings of systemd")
            continue
        for name in names:
            if name.endswith(".netdev"):
                yield from _netdev(host, f"{folder}/{name}")


def _netdev(host: Host, path: str) -> Iterator[Finding]:
    text = read_text(host, path)
    if isinstance(text, Unavailable):
        yield _locked(text, "the network settings of systemd")
    elif re.search(r"^\s*Kind\s*=\s*wireguard\s*$", text, re.MULTILINE | re.IGNORECASE):
        yield Kind.WIREGUARD


def _network_manager(host: Host, programs: frozenset[str] | Unavailable) -> Iterator[Finding]:
    """What NetworkManager knows; only a running one is asked, for asking may start it."""
    if isinstance(programs, Unavailable):
        yield _locked(programs, "the connections of NetworkManager")
        return
    if "NetworkManager" not in programs:
        return
    output = host.run("nmcli", "-t", "-f", "UUID,TYPE", "connection", "show")
    if isinstance(output, Unavailable):
        yield output
        return
    connections = attempt(parse_connections, output)
    if isinstance(connections, Unavailable):
        yield connections
        return
    yield from (Kind.WIREGUARD for _, kind in connections if kind == "wireguard")
    plugged = [uuid for uuid, kind in connections if kind == "vpn"]
    for uuid in plugged[:MAX_CONNECTIONS]:
        yield _plugin(host, uuid)


def parse_connections(output: Output) -> tuple[tuple[str, str], ...]:
    """Identifier and type of every connection of NetworkManager.

    Args:
        output: of `nmcli -t -f UUID,TYPE connection show`: a line each, with a colon between.

    Returns:
        In its order; may be empty. Types are `vpn`, `wireguard`, `802-3-ethernet` and others.

    Raises:
        ParseError: NetworkManager did not answer, or in another form.

    Source: nmcli(1).
    """
    if output.exit_code:
        raise ParseError("NetworkManager did not tell its connections")
    fields = [line.split(":") for line in output.text.splitlines() if line]
    if not all(len(field) == 2 and _UUID.fullmatch(field[0]) for field in fields):
        raise ParseError("NetworkManager told its connections in a form that is not known")
    return tuple((uuid, kind) for uuid, kind in fields)


def _plugin(host: Host, uuid: str) -> Finding:
    """Of which kind a connection of NetworkManager is; it is a VPN whatever the plugin."""
    output = host.run("nmcli", "-t", "-f", "vpn.service-type", "connection", "show", "uuid", uuid)
    if isinstance(output, Unavailable):
        return output
    service = output.stdout.decode(errors="replace").strip()
    return PLUGINS.get(service.removeprefix("vpn.service-type:").rpartition(".")[2], Kind.TUN)


def _tailscale(host: Host, programs: frozenset[str] | Unavailable) -> Iterator[Finding]:
    """What Tailscale says of itself; only a running one is asked, and not for any names."""
    if isinstance(programs, Unavailable):
        yield _locked(programs, "the tailscale settings")
        return
    if "tailscaled" not in programs:
        return
    output = host.run("tailscale", "status", "--peers=false", "--self=false")
    known = output if isinstance(output, Unavailable) else attempt(parse_tailscale, output)
    if known is True:
        yield Kind.TAILSCALE
    elif isinstance(known, Unavailable):
        yield known


def parse_tailscale(output: Output) -> bool:
    """Whether this machine belongs to a Tailscale network, from `tailscale status`.

    Args:
        output: exit code 0 when connected; else a sentence on stdout.

    Returns:
        False when logged out.

    Raises:
        ParseError: Another answer.

    Source: tailscale, `cmd/tailscale/cli/status.go`.
    """
    if output.exit_code == 0:
        return True
    said = decode(output.stdout).strip()
    if said.startswith("Tailscale is stopped."):
        return True
    if said.startswith("Logged out."):
        return False
    raise ParseError("Tailscale did not tell whether it is set up")
