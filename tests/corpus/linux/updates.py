"""Real outputs about updates by apt, and of snap."""

import re

import pytest

from hipaaguard.collect.linux.updates import apt
from hipaaguard.collect.linux.updates.unattended import periodic
from hipaaguard.errors import ParseError
from tests.corpus import Case

_LISTED = re.compile(r"^(?P<name>[^/]+)/\S+ \S+ (?P<arch>\S+) \[upgradable from: (?P<old>\S+)\]$")


def read_settings_files(case: Case) -> None:
    """`apt-config dump` prints settings as the first of these files happens to hold them."""
    if "unattended" in case.facts:
        both = case.facts["unattended"] == case.facts["update_lists"] == 1
        assert periodic(apt.parse_config(case.text)) is both
        return
    with pytest.raises(ParseError):
        apt.parse_config(case.text)


def read_settings(case: Case) -> None:
    config = apt.parse_config(case.text)
    assert periodic(config) is True
    assert len(apt.allowed_origins(config)) == 3


def read_whole_trial(case: Case) -> None:
    """Printed with `-qq`, without the summary that the parser insists on."""
    with pytest.raises(ParseError, match="not reported in full"):
        apt.parse_simulation(case.text)
    replaced = len(re.findall(r"^Inst \S+ \[", case.text, re.MULTILINE))
    summary = f"{replaced} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
    names = {package.name for package in apt.parse_simulation(case.text + summary)}
    assert len(names) == replaced
    assert bool(names) is case.facts["updates_pending"]


def read_trial(case: Case) -> None:
    if case.name != "debian12-english.txt":
        # In German, or a few lines that its author picked out.
        with pytest.raises(ParseError, match="not reported in full"):
            apt.parse_simulation(case.text)
        return
    upgrades = apt.parse_simulation(case.text)
    assert len(upgrades) == 115
    assert {apt.Package("libssl3", "amd64"), apt.Package("tzdata", "all")} <= upgrades


def read_terse_trial(case: Case) -> None:
    with pytest.raises(ParseError):
        apt.parse_simulation(case.text)


def read_list(case: Case) -> None:
    """Printed without `-a`: each block lacks the line of the installed version."""
    with pytest.raises(ParseError):
        apt.parse_upgradable(case.text)
    if case.facts.get("lang"):
        return
    head, *lines = case.text.splitlines()
    matches = [match for match in map(_LISTED.fullmatch, lines) if match is not None]
    blocks = [f"{it[0]}\n{it['name']}/now {it['old']} {it['arch']} [installed]\n" for it in matches]
    found = apt.parse_upgradable("\n".join((head, *blocks)))
    suite = case.facts["security_origin"]
    assert len(found) == case.facts["updates"]
    assert sum(it.security for it in found) == sum(suite in it[0] for it in matches) > 0


READERS = {
    "apt-conf-unattended-upgrades": read_settings_files,
    "apt-config-dump": read_settings,
    "apt-get-s-full-upgrade": read_whole_trial,
    "apt-get-s-upgrade": read_trial,
    "apt-get-sqq": read_terse_trial,
    "apt-list-upgradable": read_list,
}

UNUSED = {
    "needrestart": "Files tell whether a restart is due; needrestart wants administrator rights "
    "and looks into every process.",
    "snap-refresh-list": "It asks the store over the network, which HipaaGuard never does unasked.",
}
