"""What NetworkManager knows of a Wi-Fi link's protection, without the network's name.

Two answers make one: what the connection's settings ask for, and what its access point offers.
NetworkManager does not tell which of several it came to, so the weakest that both allow counts.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.wifi_security import Security, rank
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

_WIFI = "802-11-wireless"
_SETTINGS = "802-11-wireless-security"
_ACTIVE = ("nmcli", "-t", "-f", "UUID,TYPE,DEVICE", "connection", "show", "--active")
# NOTE: without `--rescan no` nmcli makes the card look for networks. nmcli(1)
_OFFERED = (
    *("nmcli", "-t", "-f", "ACTIVE,DEVICE,SECURITY,WPA-FLAGS,RSN-FLAGS"),
    *("device", "wifi", "list", "--rescan", "no"),
)
_ASKED = f"connection.type,{_SETTINGS}.key-mgmt,{_SETTINGS}.proto"

# `key-mgmt` of nm-settings-nmcli(5); `wpa-psk` also takes WPA3 where the access point has it.
_SETTLED = {
    "none": Security.WEP,
    "ieee8021x": Security.WEP,
    "owe": Security.OWE,
    "sae": Security.WPA3,
    "wpa-eap": Security.ENTERPRISE,
    "wpa-eap-suite-b-192": Security.ENTERPRISE,
}


_PROTECTED = frozenset({"WEP", "WPA1", "WPA2", "WPA3"})


@dataclass(frozen=True, slots=True)
class Offer:
    """What an access point offers.

    Attributes:
        words: `WEP`, `WPA1`, `WPA2`, `WPA3`, `OWE`, `802.1X`; none for an open one.
        wpa: the flags of its WPA 1: `psk`, `pair_tkip`, …
        rsn: the flags of its WPA 2 and 3: `psk`, `sae`, …
    """

    words: frozenset[str]
    wpa: frozenset[str]
    rsn: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a connection's settings ask for.

    Attributes:
        key_management: `wpa-psk`, `sae`, …; empty for an open network.
        protocols: `wpa` and `rsn`; none for both.
    """

    key_management: str
    protocols: frozenset[str]


def ask_network_manager(host: Host, device: str) -> Security | Unavailable:
    """How the Wi-Fi link of a device is protected, by a NetworkManager that runs."""
    profile = _profile(host, device)
    if isinstance(profile, Unavailable):
        return profile
    text = _asked(host, _OFFERED)
    offered = text if isinstance(text, Unavailable) else attempt(parse_offer, text, device)
    return offered if isinstance(offered, Unavailable) else attempt(protection, profile, offered)


def _profile(host: Host, device: str) -> Profile | Unavailable:
    connections = _asked(host, _ACTIVE)
    if isinstance(connections, Unavailable):
        return connections
    uuid = attempt(parse_active, connections, device)
    if isinstance(uuid, Unavailable):
        return uuid
    settings = _asked(host, ("nmcli", "-t", "-f", _ASKED, "connection", "show", "uuid", uuid))
    return settings if isinstance(settings, Unavailable) else attempt(parse_profile, settings)


def _asked(host: Host, command: tuple[str, ...]) -> str | Unavailable:
    output = host.run(*command)
    return output if isinstance(output, Unavailable) else attempt(_told, output)


def _told(output: Output) -> str:
    if output.exit_code:
        raise ParseError("NetworkManager did not tell how the Wi-Fi is protected")
    return output.text


def _fields(line: str) -> list[str]:
    """The fields of a terse line: colons between, a backslash before those inside."""
    return [re.sub(r"\\(.)", r"\1", it) for it in re.split(r"(?<!\\):", line)]


def parse_active(text: str, device: str) -> str:
    """The UUID of the connection that a Wi-Fi device uses.

    Args:
        text: stdout of `nmcli -t -f UUID,TYPE,DEVICE connection show --active`.
        device: the interface's name.

    Returns:
        The UUID; never empty.

    Raises:
        ParseError: Another form, or not exactly one Wi-Fi connection of that device.

    Source: nmcli(1).
    """
    lines = [_fields(line) for line in text.splitlines() if line]
    found = [line[0] for line in lines if line[1:] == [_WIFI, device] and line[0]]
    if len(found) != 1 or any(len(line) != 3 for line in lines):
        raise ParseError("NetworkManager does not tell which connection the Wi-Fi uses")
    return found[0]


def parse_profile(text: str) -> Profile:
    """What the settings of a Wi-Fi connection ask for.

    Args:
        text: stdout of `nmcli -t -f connection.type,….key-mgmt,….proto connection show uuid …`: a
            line each, a name, a colon and the value; an open network has no line but the first.

    Returns:
        The settings.

    Raises:
        ParseError: Another form, or no Wi-Fi connection.

    Source: nmcli(1), nm-settings-nmcli(5).
    """
    pairs = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if pairs.get("connection.type") != _WIFI:
        raise ParseError("NetworkManager told a connection's settings in a form that is not known")
    protocols = pairs.get(f"{_SETTINGS}.proto", "").replace(",", " ").split()
    return Profile(pairs.get(f"{_SETTINGS}.key-mgmt", ""), frozenset(protocols))


def parse_offer(text: str, device: str) -> Offer:
    """What the access point offers that a device uses.

    Args:
        text: stdout of `nmcli -t -f ACTIVE,DEVICE,SECURITY,WPA-FLAGS,RSN-FLAGS device wifi list`:
            a line for each access point in reach; words with spaces between, `(none)` for none.
        device: the interface's name.

    Returns:
        What it offers.

    Raises:
        ParseError: Another form, or not exactly one access point in use by that device.

    Source: nmcli(1); NetworkManager, `src/nmcli/devices.c`.
    """
    lines = [_fields(line) for line in text.splitlines() if line]
    found = [line[2:] for line in lines if line[:2] == ["yes", device]]
    if len(found) != 1 or any(len(line) != 5 for line in lines):
        raise ParseError("NetworkManager does not tell which access point the Wi-Fi uses")
    return offer(*found[0])


def offer(security: str, wpa_flags: str, rsn_flags: str) -> Offer:
    """What an access point offers, from nmcli's words for it."""
    sets = (frozenset(it.split()) - {"(none)", "--"} for it in (security, wpa_flags, rsn_flags))
    return Offer(*sets)


def protection(profile: Profile, offered: Offer) -> Security:
    """The weakest protection that the settings and the access point both allow.

    Returns:
        One of `Security`.

    Raises:
        ParseError: They contradict each other, or ask for something that is not known.
    """
    management = profile.key_management
    if not management and _PROTECTED.isdisjoint(offered.words):
        return Security.OPEN
    if management == "wpa-psk":
        return _by_password(profile, offered)
    settled = _SETTLED.get(management)
    if settled is None or not _agrees(settled, offered):
        raise ParseError("how the Wi-Fi is protected is told in a form that is not known")
    return settled


def _by_password(profile: Profile, offered: Offer) -> Security:
    """Which of the protections by one password for all."""
    allowed = profile.protocols or {"wpa", "rsn"}
    offers = {
        Security.WPA: "wpa" in allowed and "psk" in offered.wpa,
        Security.WPA2: "rsn" in allowed and "psk" in offered.rsn,
        Security.WPA3: "rsn" in allowed and "sae" in offered.rsn,
    }
    found = [security for security, holds in offers.items() if holds]
    if not found:
        raise ParseError("the Wi-Fi's settings do not fit its access point")
    return min(found, key=rank)


def _agrees(settled: Security, offered: Offer) -> bool:
    """Whether the access point offers what the settings ask for."""
    match settled:
        case Security.WEP:
            return "WEP" in offered.words
        case Security.OWE:
            return "owe" in offered.rsn
        case Security.WPA3:
            return "sae" in offered.rsn
        case _:
            return not {"802.1X", "wpa-eap-suite-b-192"}.isdisjoint(offered.wpa | offered.rsn)
