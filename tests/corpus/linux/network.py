"""Wi-Fi and name look-ups in the corpus."""

import re
from ipaddress import ip_address
from itertools import pairwise

from hipaaguard.collect.linux.dns.probe import parse_servers
from hipaaguard.collect.linux.wifi.network_manager import Profile, offer, protection
from hipaaguard.collect.wifi_security import Security
from tests.corpus import Case

PASSWORD = Profile("wpa-psk", frozenset())
EXPECTED = {
    "WPA1": Security.WPA,
    "WPA1 WPA2": Security.WPA,
    "WPA2": Security.WPA2,
    "WPA3": Security.WPA3,
}


def read_access_points(case: Case) -> None:
    """The table of `nmcli -f ALL`, cut by its columns, has the words of the terse form."""
    if "RSN-FLAGS" not in case.text:
        words = set(re.findall(r"WPA\d(?: WPA\d)*", case.text))
        assert words <= set(EXPECTED)
        return
    columns: list[tuple[int, int]] = []
    for line in case.text.splitlines():
        heads = [(it.group(), it.start()) for it in re.finditer(r"\S+", line)]
        if any(head == "RSN-FLAGS" for head, _ in heads):
            ends = {a[0]: (a[1], b[1]) for a, b in pairwise(heads)}
            columns = [ends[name] for name in ("SECURITY", "WPA-FLAGS", "RSN-FLAGS")]
        elif line:
            cells = [line[start:end].strip() for start, end in columns]
            assert protection(PASSWORD, offer(*cells)) is EXPECTED[cells[0]]


def read_terse(case: Case) -> None:
    """The words for the protection are those that the collectors know."""
    known = {"WEP", "WPA1", "WPA2", "WPA3", "OWE", "802.1X"}
    for line in case.text.splitlines():
        *_, security = re.split(r"(?<!\\):", line)
        assert offer(security, "(none)", "(none)").words <= known


def read_resolv_conf(case: Case) -> None:
    """None of them names this computer, so its look-ups leave in the clear."""
    servers = parse_servers(case.text)
    lines = [line.strip() for line in case.text.splitlines()]
    assert len(servers) == sum(line.startswith("nameserver") for line in lines)
    assert not any(ip_address(server).is_loopback for server in servers)


READERS = {
    "nmcli-device-wifi-list": read_access_points,
    "nmcli-wifi-terse": read_terse,
    "resolv-conf": read_resolv_conf,
}
UNUSED = {
    "resolvectl-status": "It tells the domains of the networks; servers and modes are asked for"
    " with `resolvectl dns` and `resolvectl dnsovertls` instead.",
    "iw-dev-info": "It tells the network's name and not the protection; the kernel's files say"
    " which links are up.",
    "iw-dev-link": "It tells the network's name and not the protection.",
    "iw-scan": "A scan changes what the card does and lists the neighbours.",
    "iwconfig": "It does not tell the protection, and the tool is obsolete.",
    "iwlist-scan": "A scan changes what the card does and lists the neighbours.",
}
