"""Remote access, sharing and open ports of macOS in the corpus."""

import pytest

from hipaaguard.collect.macos.listening import parse_listeners
from hipaaguard.collect.macos.sharing import parse_airdrop
from hipaaguard.errors import ParseError
from tests.corpus import Case, Reader

HEADING = "Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)  process:pid"
OWNER = " 0 0 131072 131072 launchd:1 00180 00000006"


def read_sockets(case: Case) -> None:
    """Those without `-v` get the columns that it adds; those with `-A` have others."""
    if case.name == "jc-an-mojave.txt":
        with pytest.raises(ParseError):
            parse_listeners(case.text, "tcp")
        return
    rows = [line.rstrip() + OWNER for line in case.text.splitlines() if line.strip()]
    found: dict[tuple[str, int], bool] = {}
    for protocol in ("tcp", "udp"):
        own = [HEADING, *(row for row in rows if row.startswith(protocol))]
        for it in parse_listeners("\n".join(own), protocol):
            found[it.protocol, it.port] = it.loopback
    reachable = dict.fromkeys([("tcp", 23), ("tcp", 24), ("tcp", 8185)], False)
    loopback = dict.fromkeys([("tcp", 8186), ("tcp", 8187), ("tcp", 8188)], True)
    datagrams = dict.fromkeys([("udp", 104), ("udp", 106), ("udp", 146)], False)
    assert found == {**reachable, **loopback, **datagrams}


def read_airdrop(case: Case) -> None:
    assert parse_airdrop({"DiscoverableMode": case.text.strip()}) == case.facts["airdrop"]


READERS: dict[str, Reader] = {
    "defaults-sharingd-airdrop": read_airdrop,
    "netstat-an": read_sockets,
}
UNUSED = {
    "launchctl-list": "Which programs run is asked of ps, and which ports wait of netstat.",
    "launchctl-print-disabled": "It says what starts next time; the open ports say what is now.",
    "launchctl-print-screensharing": "Meant for people by its manual; its port says the same.",
    "launchctl-print-sshd": "Meant for people by its manual; its port says the same.",
    "lsof-listen": "It tells an ordinary person of their own ports alone, netstat of all.",
    "ps-axu": "A description of one service of launchd; ps is asked for other columns.",
    "sharing-l": "The same list is asked for as JSON.",
    "systemsetup-getremotelogin": "It tells administrators alone, and others without an error.",
}
