"""The programs that run, by their paths; every user's are in sight without administrator rights."""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

COMMAND = ("ps", "-axww", "-o", "uid=,comm=")
SOURCE = "ps"

_LINE = re.compile(r"\s*(-?\d+) (.+)")


@dataclass(frozen=True, slots=True)
class Process:
    """A program that runs.

    Attributes:
        uid: of the user it runs as; 0 is root.
        path: as it was started, mostly absolute: `/usr/libexec/syspolicyd`.
    """

    uid: int
    path: str

    @property
    def name(self) -> str:
        """The name of its file, without the folder."""
        return self.path.rsplit("/", 1)[-1]


def parse_processes(text: str) -> tuple[Process, ...]:
    """The programs that run.

    Returns:
        Never empty. Letters that cannot be printed are `?`.

    Raises:
        ParseError: A line is of another form, or there is none.

    Source: ps(1) of macOS, whose `comm` is the whole path.
    """
    found = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise ParseError("the list of programs is not in a form that this version knows")
        path = "".join(char if char.isprintable() else "?" for char in match[2].strip())
        # "nobody" has the number -2, which ps may print as it is.
        found.append(Process(int(match[1]), path))
    if not found:
        raise ParseError("no program is listed as running")
    return tuple(found)


def find_processes(host: Host) -> tuple[Process, ...] | Unavailable:
    """The programs that run on this Mac now."""
    answer = host.run(*COMMAND)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists programs answered with an error")
    return attempt(_parse, answer)


def _parse(answer: Output) -> tuple[Process, ...]:
    return parse_processes(answer.stdout.decode(errors="replace") if answer.stdout else "")
