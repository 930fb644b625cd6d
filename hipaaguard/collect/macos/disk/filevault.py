"""FileVault's own word on the volume that macOS starts from.

`fdesetup` is not localised. What it says first can be "On" while the disk is still being encrypted,
so every line is read, and one that is not known leaves the answer open.
"""

import re
from enum import StrEnum

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable


class State(StrEnum):
    """What FileVault does with the start-up volume."""

    ON = "on"
    OFF = "off"
    CONVERTING = "converting"


_HEADS = {
    "FileVault is On.": State.ON,
    "FileVault is Off.": State.OFF,
    "FileVault is Off, but will be enabled after the next restart.": State.OFF,
    "FileVault is Off, but needs to be restarted to finish.": State.OFF,
    "FileVault is On, but needs to be restarted to finish.": State.CONVERTING,
}
_CONVERTING = re.compile(r"(Encryption|Decryption) in progress: .{1,60}")
# Lines that change nothing: a person who is to switch it on, and kinds of recovery keys.
_REMARKS = re.compile(
    r"Deferred enablement appears to be active for user '.{1,200}'\."
    r"|FileVault master keychain appears to be installed\."
)


def parse_status(text: str) -> State:
    """What FileVault does with the start-up volume.

    Raises:
        ParseError: It says something that is not known, or nothing.

    Source: fdesetup(8) and recorded outputs.
    """  # noqa: DOC201 - the first line says it
    head, *rest = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    state = _HEADS.get(head)
    others = [line for line in rest if not _REMARKS.fullmatch(line)]
    if state is None or not all(_CONVERTING.fullmatch(line) for line in others):
        raise ParseError("FileVault says something that this version does not know")
    return State.CONVERTING if others else state


def find_state(host: Host) -> State | Unavailable:
    """What FileVault says now."""
    answer = host.run("fdesetup", "status")
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "FileVault's tool answered with an error")
    return attempt(_parse, answer)


def _parse(answer: Output) -> State:
    return parse_status(answer.text)
