"""What PAM's modules ask of a new password, and after how many failures they lock: pure rules."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hipaaguard.collect.linux.accounts.pam import Line
from hipaaguard.errors import ParseError

_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
# pwquality.conf(5), since libpwquality 1.4; the least that `minlen` can be is in pwquality.h.
_PWQUALITY: Mapping[str, int] = {"minlen": 8, "minclass": 0, "enforcing": 1} | dict.fromkeys(
    _CREDITS, 0
)
_PWQUALITY_LEAST = 6
# pam_cracklib(8).
_CRACKLIB: Mapping[str, int] = {"minlen": 9, "minclass": 0} | dict.fromkeys(_CREDITS, 1)
# pam_passwdqc(8).
_PASSWDQC_MIN = "disabled,24,11,8,7"
# Debian's pam_unix(8), which alone has the argument `obscure`.
_UNIX_OBSCURE = 6
# faillock.conf(5).
_FAILLOCK_DENY = 3
# Modules that step over others only for accounts which are not in /etc/passwd.
_FOR_OTHERS = frozenset({"pam_systemd_home", "pam_localuser"})


@dataclass(frozen=True, slots=True)
class PasswordFiles:
    """The texts of the settings files of the modules.

    Attributes:
        pwquality: in the order in which they count, the last one most; may be empty.
        passwdqc: `/etc/passwdqc.conf`; may be empty.
    """

    pwquality: tuple[str, ...] = ()
    passwdqc: str = ""


def minimum_length(lines: Iterable[Line], files: PasswordFiles) -> int | None:
    """The fewest characters of a new password; None when nothing asks for any.

    Args:
        lines: the `password` stack of the program `passwd`.
        files: the modules' settings.

    Returns:
        What the strictest module that is enforced asks.

    Raises:
        ParseError: A setting is not a number, or a module may be stepped over.
    """
    lengths: list[int] = []
    jumps = False
    for line in lines:
        length = _length(line, files)
        if length is not None and not line.asks_password:
            if not line.enforces:
                continue
            if jumps:
                raise ParseError("a test of new passwords may be stepped over")
        lengths += [] if length is None else [length]
        jumps = jumps or _may_step_over(line)
    return max(lengths, default=None)


def _may_step_over(line: Line) -> bool:
    if line.module in _FOR_OTHERS:
        return False
    steps = any(action.isdecimal() for action in line.actions.values())
    return steps or line.control == "sufficient"


def _length(line: Line, files: PasswordFiles) -> int | None:
    match line.module:
        case "pam_pwquality":
            return _pwquality_length(line, files.pwquality)
        case "pam_cracklib":
            return _effective(dict(_CRACKLIB) | _numbers(line.args, _CRACKLIB))
        case "pam_passwdqc":
            return _passwdqc_length(line, files.passwdqc)
        case "pam_unix" | "pam_unix_ng":
            return _unix_length(line)
        case _:
            return None


def _pwquality_length(line: Line, texts: Sequence[str]) -> int | None:
    values = dict(_PWQUALITY)
    for text in texts:
        values |= _numbers(_settings(text), _PWQUALITY)
    values |= _numbers(line.args, _PWQUALITY)
    if not values["enforcing"]:
        return None
    values["minlen"] = max(values["minlen"], _PWQUALITY_LEAST)
    return _effective(values)


def _effective(values: Mapping[str, int]) -> int:
    """The fewest characters that `minlen` with its credits lets pass."""
    # Each character of a kind with a credit counts double, up to that credit; a negative credit is
    # the number of characters of the kind that there must be.
    given = [values[name] for name in _CREDITS]
    bonus = sum(credit for credit in given if credit > 0)
    needed = sum(-credit for credit in given if credit < 0)
    shortest = max(values["minlen"] - bonus, (values["minlen"] + 1) // 2)
    return max(shortest, needed, values["minclass"])


def _settings(text: str) -> list[str]:
    """`name=value` for each line of a file of settings; only `name` where there is no value."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return [re.sub(r"\s*[=\s]\s*", "=", line, count=1) for line in lines if line]


def _numbers(settings: Iterable[str], wanted: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        if name.lower() in wanted:
            found[name.lower()] = _number(value)
    return found


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", text.strip()):
        raise ParseError("a setting for new passwords or failed log-ins is not a number")
    return int(text)


def _passwdqc_length(line: Line, text: str) -> int | None:
    named = line.value("config")
    if named not in (None, "/etc/passwdqc.conf"):
        raise ParseError("the settings for new passwords are in a file that is not known")
    settings = [*(_settings(text) if named else ()), *line.args]
    if "enforce=none" in settings:
        return None
    values = [it.partition("=")[2] for it in settings if it.startswith("min=")]
    parts = (values[-1] if values else _PASSWDQC_MIN).split(",")
    return min((_number(part) for part in parts if part != "disabled"), default=None)


def _unix_length(line: Line) -> int | None:
    value = line.value("minlen")
    if value is not None:
        return _number(value) or None
    return _UNIX_OBSCURE if "obscure" in line.args else None


@dataclass(frozen=True, slots=True)
class Lockout:
    """After how many failures one service locks an account; None when never."""

    after: int | None


def lockout(lines: Sequence[Line], settings: str) -> Lockout:
    """When a service locks an account.

    Args:
        lines: its `auth` stack.
        settings: the text of faillock.conf; may be empty.

    Returns:
        The number of failures.

    Raises:
        ParseError: A setting is not a number, or its meaning hangs on something not known.

    Source: pam_faillock(8), faillock.conf(5), pam_tally2(8).
    """
    found = [it for it in (_tally(lines), _faillock(lines, settings)) if it is not None]
    return Lockout(min(found, default=None))


def _tally(lines: Sequence[Line]) -> int | None:
    for line in lines:
        if line.module in ("pam_tally2", "pam_tally") and line.enforces:
            return _number(line.value("deny") or "0") or None
    return None


def _faillock(lines: Sequence[Line], settings: str) -> int | None:
    """The number of failures; None unless it counts, and is asked before someone is let in."""
    places = [index for index, line in enumerate(lines) if line.module == "pam_faillock"]
    counts = [index for index in places if "authfail" in lines[index].args]
    if not counts or not _is_asked(lines, places) or not _is_reached(lines, counts[0]):
        return None
    values = [_deny(lines[index], settings) for index in places]
    return None if 0 in values else max(values)


def _is_asked(lines: Sequence[Line], places: Sequence[int]) -> bool:
    """Whether a locked account is refused also with the right password."""
    before = next((i for i, line in enumerate(lines) if line.asks_password), len(lines))
    for index in places:
        line = lines[index]
        if "preauth" in line.args and line.enforces and index < before:
            return True
        # Only what was let through to it: `sufficient` before it would let someone in.
        after_success = lines[before].control != "sufficient" if before < len(lines) else False
        if "authsucc" in line.args and index > before and after_success:
            return line.enforces or line.control == "sufficient"
    return False


def _is_reached(lines: Sequence[Line], place: int) -> bool:
    """Whether a failure of the password gets as far as the line that counts it."""
    before = next((i for i, line in enumerate(lines) if line.asks_password), len(lines))
    between = lines[before:place]
    ends = (line.control == "requisite" or line.actions.get("default") == "die" for line in between)
    return before < place and not any(ends)


def _deny(line: Line, settings: str) -> int:
    if line.value("conf") is not None:
        raise ParseError("the settings for failed log-ins are in a file that is not known")
    own = _settings(settings)
    if any(it.startswith("admin_group=") for it in (*own, *line.args)):
        raise ParseError("some accounts are exempt from being locked after failed log-ins")
    values = {"deny": _FAILLOCK_DENY} | _numbers(own, ("deny",)) | _numbers(line.args, ("deny",))
    return values["deny"]
