"""The application firewall of macOS, in force now.

- Its tool says the state as a number, so its sentences, which changed over the years, are not read.
  On some Macs from macOS 15 on it tells nobody but administrators; then System Information tells,
  in words for programs.
- Before macOS 15 the state also stood in a property list. One that an upgrade left behind is no
  evidence, so it is asked on those systems alone.
- A profile that an administrator installed is what they want, not what is in force.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import IntEnum

import msgspec

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.macos.plists import Dictionary, number, read_settings
from hipaaguard.collect.macos.version import major_version
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

TOOL = "socketfilterfw --getglobalstate"
PROFILER = "system_profiler SPFirewallDataType"
SETTINGS = "/Library/Preferences/com.apple.alf.plist"
LAST_WITH_SETTINGS = 14
"""The last macOS whose firewall keeps its state in a property list."""

_STATE = re.compile(rb"\(State = (\d)\)")
_WORDS = {
    "spfirewall_globalstate_allow_all": 0,
    "spfirewall_globalstate_off": 0,
    "spfirewall_globalstate_limit_connections": 1,
    "spfirewall_globalstate_block_all": 2,
}


class State(IntEnum):
    """What the firewall does with connections that nobody here asked for."""

    OFF = 0
    LIMITS = 1
    BLOCKS_ALL = 2


def parse_state(answer: bytes) -> State:
    """The state by its number.

    Raises:
        ParseError: No number, several, or one that is not known.

    Source: `socketfilterfw --getglobalstate`, recorded on macOS 10.15 to 26.
    """  # noqa: DOC201 - the first line says it
    found = _STATE.findall(answer)
    if len(found) != 1:
        raise ParseError("the firewall's tool does not say its state")
    return _state(int(found[0]))


def parse_report(answer: bytes) -> State:
    """The state as System Information has it.

    Raises:
        ParseError: It is of another form, or has a word that is not known.

    Source: `system_profiler -json SPFirewallDataType`.
    """  # noqa: DOC201 - the first line says it
    try:
        report = msgspec.json.decode(answer, type=dict[str, list[dict[str, object]]])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParseError("the report of the firewall is not of a form that is known") from error
    words = [it.get("spfirewall_globalstate") for it in report.get("SPFirewallDataType", [])]
    state = _WORDS.get(words[0]) if len(words) == 1 and isinstance(words[0], str) else None
    if state is None:
        raise ParseError("the report of the firewall has no state that is known")
    return State(state)


def parse_settings(settings: Dictionary) -> State:
    """The state as the property list of macOS 14 and before has it.

    Raises:
        ParseError: It has none, or one that is not known.
    """  # noqa: DOC201 - the first line says it
    state = number(settings, "globalstate")
    if state is None:
        raise ParseError("the firewall's settings do not say its state")
    return _state(state)


def _state(value: int) -> State:
    try:
        return State(value)
    except ValueError as error:
        raise ParseError("the firewall is in a state that this version does not know") from error


def find_state(host: Host) -> tuple[State | Unavailable, str]:
    """The state in force, and who told."""
    first = _ask(host, parse_state, "socketfilterfw", "--getglobalstate")
    if not isinstance(first, Unavailable):
        return first, TOOL
    told = _ask(host, parse_report, "system_profiler", "-json", "SPFirewallDataType")
    if not isinstance(told, Unavailable):
        return told, PROFILER
    version = major_version(host)
    if isinstance(version, Unavailable) or version > LAST_WITH_SETTINGS:
        return first, TOOL
    settings = read_settings(host, SETTINGS)
    kept = settings if isinstance(settings, Unavailable) else attempt(parse_settings, settings)
    return (first, TOOL) if isinstance(kept, Unavailable) else (kept, SETTINGS)


def _ask(host: Host, parse: Callable[[bytes], State], *command: str) -> State | Unavailable:
    answer = host.run(*command, deadline_s=20)
    if isinstance(answer, Unavailable):
        return answer
    if _needs_rights(answer):
        detail = "the firewall's tool tells its state to administrators alone"
        return Unavailable(Reason.NOT_PERMITTED, detail)
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the firewall's tool answered with an error")
    return attempt(parse, answer.stdout)


def _needs_rights(answer: Output) -> bool:
    # Words of the tool itself, which has no translations; without them the answer is an error.
    said = (answer.stdout + answer.stderr).lower()
    return b"must be root" in said or b"operation not permitted" in said


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the firewall; one for both versions of IP, which it does not tell apart."""
    del keys, now
    state, source = find_state(host)
    if isinstance(state, Unavailable):
        yield from (Fact(name, state, source) for name in NAMES)
        return
    inbound = "allow" if state is State.OFF else "deny"
    yield Fact("firewall.default_inbound_v4", inbound, source)
    yield Fact("firewall.default_inbound_v6", inbound, source)
    # The state is a setting that macOS keeps, and has no other life.
    yield Fact("firewall.at_boot", state is not State.OFF, source)
    yield Fact("firewall.manager", "none" if state is State.OFF else "macos", source)


NAMES = (
    "firewall.at_boot",
    "firewall.default_inbound_v4",
    "firewall.default_inbound_v6",
    "firewall.manager",
)
PROBE = Probe("the firewall", NAMES, collect)
