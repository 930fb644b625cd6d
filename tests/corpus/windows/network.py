"""Open ports, Wi-Fi and networks of Windows in the corpus."""

import json
import re
from typing import Any

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.listening import list_ports, parse_listeners
from tests.corpus import Case

_LINE = re.compile(r"^\s+(TCP|UDP)\s+(\S+):(\d+)\s+\S+(?:\s+([A-Z_]+))?(?:\s+(\d+))?\s*$")


def read_connections(case: Case) -> None:
    shown: list[dict[str, Any]] = json.loads(case.text)
    waiting = [{**it, "OwningProcess": 4} for it in shown if it["State"] == 2]
    found = parse_listeners(waiting, "tcp")
    assert found[0].port == case.facts["first_local_port"]
    assert list_ports(found, {}, range(0)) == ("135/tcp",)


def read_netstat(case: Case) -> None:
    """The ports that wait; with `-b` the programs stand on lines of their own."""
    lines = [match.groups() for line in case.text.splitlines() if (match := _LINE.match(line))]
    rows: dict[str, list[Row]] = {"tcp": [], "udp": []}
    for protocol, address, port, state, pid in lines:
        if protocol == "UDP" or state == "LISTENING":
            # The fixture's author made one address unrecognisable.
            address = address.replace("asda", "a5da")
            rows[protocol.lower()].append(
                {
                    "LocalAddress": address.strip("[]"),
                    "LocalPort": int(port),
                    "OwningProcess": int(pid or 0),
                }
            )
    tcp, udp = parse_listeners(rows["tcp"], "tcp"), parse_listeners(rows["udp"], "udp")
    assert len(tcp) == len(rows["tcp"]) > 5
    open_to_others = [it for it in (*tcp, *udp) if not it.loopback]
    assert len(open_to_others) < len(tcp) + len(udp), "some wait on loopback alone"
    ports = list_ports(open_to_others, {}, range(49152, 65536))
    assert {"135/tcp", "445/tcp"} <= set(ports)
    if "listens_on_3389" in case.facts:
        assert ("3389/tcp" in ports) == case.facts["listens_on_3389"]


_WORDS = "Its words are in the system's language; the collectors read numbers from Windows."
READERS = {
    "get-nettcpconnection": read_connections,
    "netstat-an": read_netstat,
    "netstat-aon": read_netstat,
    "netstat-aonb": read_netstat,
}
UNUSED = {
    "netsh-wlan-show-interfaces": _WORDS,
    "netsh-wlan-show-networks": "It looks for the networks around, and tells their names.",
    "netsh-wlan-show-profile": _WORDS,
    "netsh-wlan-show-profiles": "It tells the names of networks, and nothing else.",
    "reg-networklist": "It tells the names of networks that were used, and nothing that is asked.",
}
