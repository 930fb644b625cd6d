"""Real outputs about the machine beneath the programs, and about systemd."""

from hipaaguard.collect.host import attempt
from hipaaguard.collect.linux.services import parse_units
from hipaaguard.model import Unavailable
from tests.corpus import Case


def read_units(case: Case) -> None:
    [unit] = parse_units(case.text)
    assert unit.name == case.facts["unit"]
    assert unit.running == case.facts["active"]
    assert unit.at_boot == case.facts["enabled"]
    assert unit.present


def read_refusal(case: Case) -> None:
    assert isinstance(attempt(parse_units, case.text), Unavailable) or parse_units(case.text) == ()


READERS = {
    "error-command-not-found": read_refusal,
    "error-systemd-absent": read_refusal,
    "systemctl-show": read_units,
}

_LISTS = "Each unit is asked for by its name, with `systemctl show`."
UNUSED = {
    "efibootmgr": "The order of boot entries is no fact here.",
    "fwupd-security": "Its levels are about firmware, of which there is no fact here.",
    "mokutil-sb-state": "The firmware's variables say the same and need no program.",
    "sestatus": "The kernel's own file says whether SELinux enforces.",
    "systemctl-list-sockets": _LISTS,
    "systemctl-list-unit-files": _LISTS,
    "systemctl-list-units": _LISTS,
}
