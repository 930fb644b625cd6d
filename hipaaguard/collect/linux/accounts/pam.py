"""The stacks of PAM: which modules a service asks, with everything it includes.

Source: pam.conf(5).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

FOLDERS = ("/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d")
"""Where PAM looks for a service, first one first; the last is openSUSE's."""

_KINDS = ("auth", "account", "password", "session")
_MAX_LINES = 1000
_WORD = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a stack.

    Attributes:
        kind: `auth`, `account`, `password`, `session`, or `@include`.
        control: `required`, `sufficient`, …, or what stands in brackets, in lower case.
        module: the module's name without folder and `.so`; the file's name of an include.
        args: its arguments, those in brackets without them.
    """

    kind: str
    control: str
    module: str
    args: tuple[str, ...] = ()

    @property
    def includes(self) -> bool:
        """Whether another file's lines stand here."""
        return self.control in ("include", "substack") or self.kind == "@include"

    @property
    def asks_password(self) -> bool:
        """Whether it is the module that compares passwords with those of this machine."""
        # The second is that of openSUSE's account-utils, which NixOS can also use.
        return self.module in ("pam_unix", "pam_unix_ng")

    @property
    def enforces(self) -> bool:
        """Whether the whole fails when this module fails."""
        if self.control in ("required", "requisite"):
            return True
        actions = self.actions
        return actions.get("default") in ("die", "bad") and actions.get("success") != "bad"

    @property
    def actions(self) -> dict[str, str]:
        """What is done for each outcome, of a control in brackets; else empty."""
        return dict(re.findall(r"(\w+)\s*=\s*(\w+)", self.control))

    def value(self, name: str) -> str | None:
        """The last value of an argument `name=value`, or None."""
        found = [it.partition("=")[2] for it in self.args if it.startswith(f"{name}=")]
        return found[-1] if found else None


def parse_pam(text: str) -> tuple[Line, ...]:
    """The lines of a file in pam.d, in their order; raises `ParseError` for any other form."""
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (line.split("#", 1)[0].strip() for line in joined.splitlines())
    return tuple(_line(line) for line in lines if line)


def _line(text: str) -> Line:
    words = _WORD.findall(text)
    kind = words[0].lower().removeprefix("-")
    if kind == "@include" and len(words) == 2:
        return Line(kind, "include", words[1])
    if kind not in _KINDS or len(words) < 3:
        raise ParseError("the rules for log-ins have a line that is not known")
    control, module, *args = words[1:]
    control = control.strip("[]").strip().lower()
    name = module.rsplit("/", 1)[-1].removesuffix(".so")
    return Line(kind, control, name, tuple(it.removeprefix("[").removesuffix("]") for it in args))


def stack(
    kind: str, service: str, read: Callable[[str], tuple[Line, ...] | Unavailable | None]
) -> tuple[Line, ...] | Unavailable:
    """A service's lines of one kind, with the included ones in their places.

    Args:
        kind: `auth` or `password`.
        service: the file's name.
        read: gives a file's lines by its name; None when there is no such file.

    Returns:
        Those lines, or the reason why a file could not be read.

    Raises:
        ParseError: An included file is missing, or they include each other without an end.
    """
    found: list[Line] = []
    pending = [Line("@include", "include", service)]
    for _ in range(_MAX_LINES):
        if not pending:
            return tuple(found)
        line = pending.pop()
        if not line.includes:
            found.append(line)
            continue
        lines = read(line.module)
        if isinstance(lines, Unavailable):
            return lines
        if lines is None:
            raise ParseError("the rules for log-ins name a file that is not there")
        pending += [it for it in reversed(lines) if it.kind in (kind, "@include")]
    raise ParseError("the rules for log-ins include each other without an end")
