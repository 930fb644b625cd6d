"""Whether this macOS runs inside another computer, and whether its clock is kept right."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.macos.managed import read_managed
from hipaaguard.collect.macos.plists import flag, read_settings
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

HYPERVISOR = "kern.hv_vmm_present"
# It lies in the home folder of the program that sets the clock.
CLOCK_DOMAIN = "com.apple.timed"
CLOCK = "/var/db/timed/Library/Preferences/com.apple.timed.plist"
AUTOMATIC = "TMAutomaticTimeOnlyEnabled"

_ANSWERS = {"0": False, "1": True}


def parse_hypervisor(text: str) -> bool:
    """Whether a hypervisor holds this system.

    Raises:
        ParseError: It is neither 0 nor 1.

    Source: `kern.hv_vmm_present` of sysctl(3), from macOS 11 on.
    """  # noqa: DOC201 - the first line says it
    found = _ANSWERS.get(text.strip())
    if found is None:
        raise ParseError("the kernel does not say whether it runs in a virtual machine")
    return found


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the machine and its clock."""
    del now
    if "system.virtual_machine" in keys:
        answer = host.run("sysctl", "-n", HYPERVISOR)
        told = answer if isinstance(answer, Unavailable) else attempt(_parse, answer)
        yield Fact("system.virtual_machine", told, f"sysctl {HYPERVISOR}")
    if "clock.time_service" in keys:
        yield Fact("clock.time_service", _clock(host), CLOCK)


def _parse(answer: Output) -> bool:
    return parse_hypervisor(answer.text)


def _clock(host: Host) -> bool | Unavailable:
    for settings in (read_managed(host, CLOCK_DOMAIN), read_settings(host, CLOCK)):
        if is_absent(settings):
            continue
        if isinstance(settings, Unavailable):
            return settings
        found = attempt(flag, settings, AUTOMATIC)
        if found is not None:
            return found
    # macOS sets the clock by itself from the start, but nowhere says what a missing setting means.
    return Unavailable(Reason.UNRECOGNISED, "the settings do not say who sets the clock")


PROBE = Probe("the machine", ("clock.time_service", "system.virtual_machine"), collect)
