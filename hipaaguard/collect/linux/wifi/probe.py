"""Wi-Fi: whether a link is in use, and how it is protected.

Nothing is looked for on the air, and only programs that run are asked. The kernel tells which links
are up; it does not tell their protection.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hipaaguard.collect import Probe
from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, is_absent, read_text
from hipaaguard.collect.linux.processes import all_in_sight, find_processes
from hipaaguard.collect.linux.wifi.daemons import ask_iwd, ask_wpa_supplicant
from hipaaguard.collect.linux.wifi.network_manager import ask_network_manager
from hipaaguard.collect.wifi_security import Security, weakest
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("wifi.connected", "wifi.security")
_NET = "/sys/class/net"
# iwd first: NetworkManager may work through it, and it tells what the link really uses.
_ASKED = (
    ("iwd", ask_iwd),
    ("NetworkManager", ask_network_manager),
    ("wpa_supplicant", ask_wpa_supplicant),
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of Wi-Fi."""
    del now
    view = _View(host)
    if "wifi.connected" in keys:
        links = view.links
        value = links if isinstance(links, Unavailable) else bool(links)
        yield Fact("wifi.connected", value, _NET)
    if "wifi.security" in keys:
        security = view.security
        word = security if isinstance(security, Unavailable) else str(security)
        yield Fact("wifi.security", word, view.source)


@dataclass(frozen=True)
class _View:
    """What is known of one machine; each question is asked at most once."""

    host: Host

    @cached_property
    def links(self) -> tuple[str, ...] | Unavailable:
        """The Wi-Fi interfaces that are up."""
        names = self.host.names(_NET)
        if isinstance(names, Unavailable):
            return names
        states = {name: _is_up(self.host, name) for name in names}
        doubt = next((it for it in states.values() if isinstance(it, Unavailable)), None)
        up = tuple(name for name, state in states.items() if state is True)
        if doubt or up:
            return doubt or up
        if not all_in_sight(self.host):
            detail = "HipaaGuard may run in a container, from which no Wi-Fi can be seen"
            return Unavailable(Reason.UNRECOGNISED, detail)
        return ()

    @cached_property
    def daemon(self) -> str:
        """The program that can tell of the protection; empty when none is seen to run."""
        processes = find_processes(self.host)
        if isinstance(processes, Unavailable):
            return ""
        running = {process.name for process in processes}
        return next((name for name, _ in _ASKED if name in running), "")

    @property
    def source(self) -> str:
        """Who told of the protection."""
        return self.daemon or _NET

    @cached_property
    def security(self) -> Security | Unavailable:
        links = self.links
        if isinstance(links, Unavailable):
            return links
        if not links:
            return Unavailable(Reason.NOT_INSTALLED, "no Wi-Fi link is in use")
        ask = dict(_ASKED).get(self.daemon)
        if ask is None:
            return self._nobody
        return weakest(ask(self.host, link) for link in links)

    @property
    def _nobody(self) -> Unavailable:
        if all_in_sight(self.host):
            detail = "no program runs that HipaaGuard could ask how the Wi-Fi is protected"
            return Unavailable(Reason.UNRECOGNISED, detail)
        detail = "the programs that other users run are hidden"
        settle = "" if self.host.elevated else AS_ADMINISTRATOR
        return Unavailable(Reason.NOT_PERMITTED, detail, settle)


def _is_up(host: Host, name: str) -> bool | Unavailable:
    """Whether it is a Wi-Fi card's interface, up, and its keys are agreed on."""
    wireless = _is_wireless(host, name)
    if wireless is not True:
        return wireless
    # RFC 2863: a Wi-Fi link is `dormant` until it is let in.
    state = read_text(host, f"{_NET}/{name}/operstate")
    return state if isinstance(state, Unavailable) else state.strip() == "up"


def _is_wireless(host: Host, name: str) -> bool | Unavailable:
    """Whether the kernel's interface is a Wi-Fi card's; old drivers have only the folder."""
    folder = f"{_NET}/{name}"
    about = read_text(host, f"{folder}/uevent")
    if isinstance(about, str) and "DEVTYPE=wlan" in about.split():
        return True
    for place in ("phy80211", "wireless"):
        entry = host.entry(f"{folder}/{place}")
        if not is_absent(entry):
            return entry if isinstance(entry, Unavailable) else True
    return about if isinstance(about, Unavailable) and not is_absent(about) else False


PROBE = Probe("Wi-Fi", NAMES, collect)
