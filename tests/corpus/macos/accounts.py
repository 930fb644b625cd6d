"""Accounts and profiles of macOS in the corpus."""

import plistlib

from hipaaguard.collect.macos.accounts import FIRST_PERSON, parse_people
from tests.corpus import Case, Reader


def read_user(case: Case) -> None:
    """The same attributes as text, of one account."""
    said = dict(line.split(": ", 1) for line in case.text.splitlines())
    assert int(said["UniqueID"]) == case.facts["uid"] >= FIRST_PERSON
    entry = {
        f"dsAttrTypeStandard:{name}": [said[name]]
        for name in ("RecordName", "UniqueID", "UserShell")
    }
    assert parse_people(plistlib.dumps([entry])) == 1


READERS: dict[str, Reader] = {"dscl-read-user": read_user}
UNUSED = {
    "defaults-loginwindow-autologin": "The settings are read as a file, not by their absence.",
    "dscacheutil-group": "The groups of the person are asked of `id`, which knows directories.",
    "profiles-output-stdout-xml": "Old systems alone; what profiles fix is read where it applies.",
    "profiles-show": "A person's own answer leaves out the profiles of the machine.",
    "profiles-status-enrollment": "Whether somebody manages the Mac is no fact of ours.",
}
