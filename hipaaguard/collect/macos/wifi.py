"""Wi-Fi: whether a link is in use, and how it is protected, by the names of states in code.

`system_profiler` answers in JSON whose states are names such as `spairport_status_connected`, in
every language; a network's name, which macOS hides from programs without leave, is not needed. The
`airport` tool is gone since macOS 14.4, and `wdutil` answers administrators alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.wifi_security import Security, weakest
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("wifi.connected", "wifi.security")
COMMAND = ("system_profiler", "-json", "SPAirPortDataType")
SOURCE = "system_profiler"
DEADLINE_S = 25
"""Seconds: it looks for the networks nearby, which takes some."""

_CONNECTED = "spairport_status_connected"
_NOT_CONNECTED = frozenset({"spairport_status_off", "spairport_status_disassociated"})
# NOTE: Apple writes one of these names without its first letter.
_MODE = re.compile(r"s?pairport_security_mode_(\w+)")
# Where a network offers two, which one this Mac uses is not told, so the weaker counts.
_MODES = {
    "none": Security.OPEN,
    "wep": Security.WEP,
    "wpa_personal": Security.WPA,
    "wpa_personal_mixed": Security.WPA,
    "wpa2_personal": Security.WPA2,
    # Shown as "WPA/WPA2 Personal".
    "wpa2_personal_mixed": Security.WPA,
    "wpa3_personal": Security.WPA3,
    # Shown as "WPA2/WPA3 Personal".
    "wpa3_transition": Security.WPA2,
    "wpa_enterprise": Security.ENTERPRISE,
    "wpa2_enterprise": Security.ENTERPRISE,
    "wpa3_enterprise": Security.ENTERPRISE,
}
_NO_CARD = Unavailable(Reason.NOT_INSTALLED, "macOS lists no Wi-Fi card")


@dataclass(frozen=True, slots=True)
class Card:
    """A Wi-Fi card.

    Attributes:
        connected: whether it is in a network.
        mode: how that is protected, in Apple's words; empty where it is not told.
    """

    connected: bool
    mode: str = ""


class _Network(msgspec.Struct, frozen=True):
    mode: str = msgspec.field(default="", name="spairport_security_mode")


class _Interface(msgspec.Struct, frozen=True):
    status: str = msgspec.field(default="", name="spairport_status_information")
    network: _Network = msgspec.field(
        default=_Network(), name="spairport_current_network_information"
    )


class _Section(msgspec.Struct, frozen=True):
    interfaces: tuple[_Interface, ...] = msgspec.field(
        default=(), name="spairport_airport_interfaces"
    )


class _Report(msgspec.Struct, frozen=True):
    sections: tuple[_Section, ...] = msgspec.field(name="SPAirPortDataType")


def parse_cards(answer: bytes) -> tuple[Card, ...]:
    """The Wi-Fi cards; what macOS makes for AirDrop (`awdl0`) has no state and is none.

    Returns:
        Empty on a Mac without one.

    Raises:
        ParseError: It is of another form, or a card is in an unknown state.

    Source: `system_profiler -json SPAirPortDataType`, recorded on macOS 10.15 to 15.
    """
    try:
        report = msgspec.json.decode(answer, type=_Report)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParseError("the report on Wi-Fi is not in a form that this version knows") from error
    found = [it for section in report.sections for it in section.interfaces]
    return tuple(_card(it) for it in found if it.status or it.network.mode)


def _card(interface: _Interface) -> Card:
    if interface.status == _CONNECTED:
        return Card(connected=True, mode=interface.network.mode)
    if interface.status not in _NOT_CONNECTED:
        raise ParseError("a Wi-Fi card is in a state that this version does not know")
    return Card(connected=False)


def judge_mode(mode: str) -> Security:
    """How a network is protected.

    Raises:
        ParseError: In a way that is not known, or none is told.
    """  # noqa: DOC201 - the first line says it
    match = _MODE.fullmatch(mode)
    found = _MODES.get(match[1]) if match else None
    if found is None:
        raise ParseError("macOS told the Wi-Fi's protection in a word that is not known")
    return found


def find_cards(host: Host) -> tuple[Card, ...] | Unavailable:
    """The Wi-Fi cards as they are now; unavailable where none is listed."""
    answer = host.run(*COMMAND, deadline_s=DEADLINE_S)
    cards = answer if isinstance(answer, Unavailable) else attempt(_parse, answer)
    return cards or _NO_CARD


def _parse(answer: Output) -> tuple[Card, ...]:
    if answer.exit_code != 0:
        raise ParseError("the report on Wi-Fi ended with an error")
    return parse_cards(answer.stdout)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of Wi-Fi."""
    del now
    cards = find_cards(host)
    for key in sorted(keys):
        if isinstance(cards, Unavailable):
            yield Fact(key, cards, SOURCE)
        elif key == "wifi.connected":
            yield Fact(key, any(card.connected for card in cards), SOURCE)
        else:
            yield Fact(key, _security(cards), SOURCE)


def _security(cards: tuple[Card, ...]) -> str | Unavailable:
    modes = [card.mode for card in cards if card.connected]
    if not modes:
        return Unavailable(Reason.NOT_INSTALLED, "no Wi-Fi link is in use")
    found = weakest(attempt(judge_mode, mode) for mode in modes)
    return found if isinstance(found, Unavailable) else str(found)


PROBE = Probe("Wi-Fi", NAMES, collect)
