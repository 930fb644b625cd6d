"""Updates by dnf, yum, zypper and rpm-ostree in the corpus."""

import pytest

from hipaaguard.collect.linux.updates import dnf, images
from hipaaguard.errors import ParseError
from tests.corpus import Case


def read_updates(case: Case) -> None:
    if case.facts.get("stream") == "stderr":
        # Complaints about mirrors: not what is read, and not taken for a list of updates either.
        with pytest.raises(ParseError):
            dnf.parse_updates(case.text)
        return
    found = dnf.parse_updates(case.text)
    assert bool(found) is case.facts["updates_pending"]
    # Every package of the table: one a line, but for names that fill a line of their own.
    table = case.text.partition("Obsoleting")[0].splitlines()
    named = [line for line in table if line[:1].strip() and "." in line.split()[0]]
    assert len(found) == len([line for line in named if ": " not in line])
    assert all(it.repository for it in found)


def read_advice(case: Case) -> None:
    assert len(dnf.parse_advice(case.text)) == case.facts["security_packages"]


def read_advice_of_every_kind(case: Case) -> None:
    """The index counts nothing; one line of this output is of a security advisory."""
    assert [it.name for it in dnf.parse_advice(case.text)] == ["iwl2000-firmware"]


def read_status(case: Case) -> None:
    assert '"cached-update" : null' in case.text
    assert images.parse_status(case.text) is None


READERS = {
    "dnf-check-update": read_updates,
    "dnf-updateinfo": read_advice,
    "rpm-ostree-status-json": read_status,
    "yum-updateinfo": read_advice_of_every_kind,
}

UNUSED = {
    "dnf-update-assumeno": "It works a whole transaction out, which check-update does not need.",
    "rpm-ostree-status": "It is for people; the same is asked for in JSON.",
    "rpm-ostree-upgrade-check": "It looks for updates over the network.",
    "zypper-list-patches": "A table for people; the same is asked for in XML.",
    "zypper-list-updates": "A table for people; the same is asked for in XML.",
}
