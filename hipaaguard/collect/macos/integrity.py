"""What keeps macOS itself, and the programs that it starts, as their makers made them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.macos.plists import flag, read_settings
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

T = TypeVar("T")

CSRUTIL = "csrutil status"
SPCTL = "spctl --status"
REPORT = "system_profiler SPiBridgeDataType"
GLOBAL = "Library/Preferences/.GlobalPreferences.plist"

_SIP = re.compile(r"System Integrity Protection status: (?P<state>[^\n]+)")
_STATES = {
    "enabled.": True,
    "disabled.": False,
    # Some of its protections are off, whatever the rest.
    "enabled (Custom Configuration).": False,
    "unknown (Custom Configuration).": False,
}
_ASSESSMENTS = {"assessments enabled": True, "assessments disabled": False}
_SECURE = {
    "Full Security": True,
    "Medium Security": True,
    # Older systems and, if allowed, other makers' signed kernel extensions; nothing unsigned.
    "Reduced Security": True,
    "Permissive Security": False,
    "No Security": False,
}


def parse_integrity(text: str) -> bool:
    """Whether every part of System Integrity Protection is on.

    Raises:
        ParseError: It is in a state that is not known.

    Source: csrutil(8) and recorded outputs; it is not localised.
    """  # noqa: DOC201 - the first line says it
    match = _SIP.match(text)
    state = _STATES.get(match["state"].strip()) if match else None
    if state is None:
        raise ParseError("the protection of the system is in a state that is not known")
    return state


def parse_assessments(text: str) -> bool:
    """Whether Gatekeeper examines programs before they start for the first time.

    Raises:
        ParseError: It is in a state that is not known.

    Source: spctl(8); it is not localised.
    """  # noqa: DOC201 - the first line says it
    lines = text.strip().splitlines()
    # macOS 15 adds a line on developer identities.
    state = _ASSESSMENTS.get(lines[0].strip()) if lines else None
    if state is None:
        raise ParseError("Gatekeeper is in a state that is not known")
    return state


def parse_secure_boot(answer: bytes) -> bool:
    """Whether the Mac starts only systems that are signed, and checks them.

    Raises:
        ParseError: The Mac has no such chip, or says it in a language other than English.

    Source: `system_profiler -json SPiBridgeDataType`, whose value is a translated text; of all
    others than the English ones nothing is made. What each allows: Apple Platform Security,
    "Startup Disk security policy control".
    """  # noqa: DOC201 - the first line says it
    try:
        report = msgspec.json.decode(answer, type=dict[str, list[dict[str, object]]])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParseError(
            "the report of the start-up chip is not of a form that is known"
        ) from error
    levels = [it.get("ibridge_secure_boot") for it in report.get("SPiBridgeDataType", [])]
    level = levels[0] if len(levels) == 1 else None
    state = _SECURE.get(level) if isinstance(level, str) else None
    if state is None:
        raise ParseError("the Mac does not say in English how securely it starts")
    return state


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of start-up and integrity."""
    del now
    if "boot.secure_boot" in keys:
        command = ("system_profiler", "-json", "SPiBridgeDataType")
        yield Fact("boot.secure_boot", _ask(host, parse_secure_boot, *command), REPORT)
    if "system.integrity_protection" in keys:
        yield Fact("system.integrity_protection", integrity(host), CSRUTIL)
    if "system.gatekeeper" in keys:
        told = _ask(host, _text_of(parse_assessments), "spctl", "--status")
        yield Fact("system.gatekeeper", told, SPCTL)
    if "system.lockdown_mode" in keys:
        yield Fact("system.lockdown_mode", _lockdown(host), "settings of the person")


def integrity(host: Host) -> bool | Unavailable:
    """Whether every part of System Integrity Protection is on."""
    return _ask(host, _text_of(parse_integrity), "csrutil", "status")


def _text_of(parse: Callable[[str], T]) -> Callable[[bytes], T]:
    return lambda data: parse(Output(0, data).text)


def _ask(host: Host, parse: Callable[[bytes], bool], *command: str) -> bool | Unavailable:
    answer = host.run(*command, deadline_s=20)
    if isinstance(answer, Unavailable):
        return answer
    # `spctl --status` says "disabled" with an exit code of its own.
    if answer.exit_code not in (0, 1):
        return Unavailable(Reason.FAILED, "the tool that tells answered with an error")
    return attempt(parse, answer.stdout)


def _lockdown(host: Host) -> bool | Unavailable:
    settings = read_settings(host, f"{host.person.home}/{GLOBAL}")
    if isinstance(settings, Unavailable):
        if is_absent(settings):
            detail = "the person's settings are not where macOS keeps them"
            return Unavailable(Reason.UNRECOGNISED, detail)
        return settings
    found = attempt(flag, settings, "LDMGlobalEnabled")
    # macOS writes the key when the mode is switched on for the first time.
    return False if found is None else found


PROBE = Probe(
    "start-up and integrity",
    (
        "boot.secure_boot",
        "system.gatekeeper",
        "system.integrity_protection",
        "system.lockdown_mode",
    ),
    collect,
)
