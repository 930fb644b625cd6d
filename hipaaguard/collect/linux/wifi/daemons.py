"""What iwd and wpa_supplicant know of a Wi-Fi link: the protection that it really uses."""

import re

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, Output, attempt
from hipaaguard.collect.wifi_security import Security
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

# iwctl colours its table also where nobody watches.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# `diagnostic_akm_suite_to_security` of iwd's src/diagnostic.c; `+ FT` (fast roaming) may follow.
_IWD = {
    "Open": Security.OPEN,
    "WEP": Security.WEP,
    "OWE": Security.OWE,
    "WPA1-Personal": Security.WPA,
    "WPA2-Personal": Security.WPA2,
    "WPA3-Personal": Security.WPA3,
    "WPA2-Enterprise": Security.ENTERPRISE,
    "WPA3-Enterprise": Security.ENTERPRISE,
    "FILS": Security.ENTERPRISE,
}
# `wpa_key_mgmt_txt` of wpa_supplicant's src/common/wpa_common.c.
_KEY_MANAGEMENT = {
    "IEEE 802.1X (no WPA)": Security.WEP,
    "WPA-PSK": Security.WPA,
    "WPA2-PSK": Security.WPA2,
    "WPA2-PSK-SHA256": Security.WPA2,
    "FT-PSK": Security.WPA2,
    "SAE": Security.WPA3,
    "FT-SAE": Security.WPA3,
    "SAE-EXT-KEY": Security.WPA3,
    "FT-SAE-EXT-KEY": Security.WPA3,
    "OWE": Security.OWE,
    "WPA/IEEE 802.1X/EAP": Security.ENTERPRISE,
    "WPA2/IEEE 802.1X/EAP": Security.ENTERPRISE,
    "WPA2-EAP-SHA256": Security.ENTERPRISE,
    "WPA2-EAP-SUITE-B": Security.ENTERPRISE,
    "WPA2-EAP-SUITE-B-192": Security.ENTERPRISE,
    "FT-EAP": Security.ENTERPRISE,
    "FT-EAP-SHA384": Security.ENTERPRISE,
    "FILS-SHA256": Security.ENTERPRISE,
    "FILS-SHA384": Security.ENTERPRISE,
}


def ask_iwd(host: Host, device: str) -> Security | Unavailable:
    """How the Wi-Fi link of a device is protected, by an iwd that runs."""
    output = host.run("iwctl", "station", device, "show")
    return output if isinstance(output, Unavailable) else attempt(parse_iwctl, output)


def parse_iwctl(output: Output) -> Security:
    """The protection of a link, from `iwctl station wlan0 show`.

    Args:
        output: a table of properties and values, with colours.

    Returns:
        What the link uses.

    Raises:
        ParseError: iwd did not answer, or in another form; or the link is not connected.

    Source: iwctl(1); iwd, `client/station.c` and `client/diagnostic.c`.
    """
    text = _COLOUR.sub("", output.text)
    state = re.search(r"^\s*State\s+(\w+)\s*$", text, re.MULTILINE)
    security = re.search(r"^\s*Security\s+(\S+)( \+ FT)?\s*$", text, re.MULTILINE)
    found = _IWD.get(security[1]) if security else None
    if output.exit_code or not state or state[1] != "connected" or found is None:
        raise ParseError("iwd did not tell how the Wi-Fi is protected")
    return found


def ask_wpa_supplicant(host: Host, device: str) -> Security | Unavailable:
    """How the Wi-Fi link of a device is protected, by a wpa_supplicant that runs."""
    output = host.run("wpa_cli", "-i", device, "status")
    if isinstance(output, Unavailable):
        return output
    if b"Permission denied" in output.stdout + output.stderr and not host.elevated:
        detail = "only an administrator may ask how the Wi-Fi is protected"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    return attempt(parse_wpa_cli, output)


def parse_wpa_cli(output: Output) -> Security:
    """The protection of a link, from `wpa_cli -i wlan0 status`.

    Args:
        output: lines of a name, `=` and a value.

    Returns:
        What the link uses.

    Raises:
        ParseError: wpa_supplicant did not answer, or in another form; or the link is not connected.

    Source: wpa_cli(8); wpa_supplicant, `wpa_supplicant/ctrl_iface.c`.
    """
    pairs = dict(line.split("=", 1) for line in output.text.splitlines() if "=" in line)
    management = pairs.get("key_mgmt", "")
    found = _KEY_MANAGEMENT.get(management)
    if management == "NONE":
        cipher = pairs.get("pairwise_cipher", "")
        found = {"NONE": Security.OPEN, "WEP-40": Security.WEP, "WEP-104": Security.WEP}.get(cipher)
    if output.exit_code or pairs.get("wpa_state") != "COMPLETED" or found is None:
        raise ParseError("wpa_supplicant did not tell how the Wi-Fi is protected")
    return found
