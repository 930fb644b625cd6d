"""The settings of log-in screens: who is logged in without a password, who as a guest. Pure.

Each reader is given the texts of the files that its log-in manager reads, least important first.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hipaaguard.errors import ParseError

_YES = frozenset({"true", "1", "yes", "on"})
# What opens a text console and then asks for a name: agetty(8), busybox, mingetty(8), fgetty.
_GETTIES = frozenset({"agetty", "fgetty", "getty", "mingetty"})

Settings = Mapping[tuple[str, str], str]
"""Values by group and key, both as they are written."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A log-in screen: whether it logs someone in by itself, and whether it lets guests in."""

    autologin: bool
    guests: bool = False


def parse_settings(texts: Iterable[str], marks: str = "#;") -> Settings:
    """The values of files of the form `[group]` and `key=value`, later ones over earlier ones.

    Args:
        texts: of the files, least important first.
        marks: what begins a comment at the start of a line.

    Returns:
        Values by group and key, without the spaces around them. Other lines are passed over.
    """
    found: dict[tuple[str, str], str] = {}
    for text in texts:
        group = ""
        for line in (raw.strip() for raw in text.splitlines()):
            if line.startswith("[") and line.endswith("]"):
                group = line[1:-1].strip()
            elif "=" in line and not line.startswith(tuple(marks)):
                key, _, value = line.partition("=")
                found[group, key.strip()] = value.strip()
    return found


def gdm(texts: Iterable[str]) -> Screen:
    """GNOME's: custom.conf or daemon.conf, group `daemon`."""
    # gdm, daemon/gdm-display.c; root is never logged in by itself.
    found = parse_settings(texts)

    def logs_in(enable: str, whom: str) -> bool:
        name = found.get(("daemon", whom), "")
        return _is_yes(found.get(("daemon", enable), "")) and name not in ("", "root")

    timed = logs_in("TimedLoginEnable", "TimedLogin")
    return Screen(logs_in("AutomaticLoginEnable", "AutomaticLogin") or timed)


def sddm(texts: Iterable[str]) -> Screen:
    """SDDM's, and that of Plasma's own log-in screen: group `Autologin`."""
    # sddm, src/common/ConfigReader.cpp: a number sign begins a comment anywhere.
    cut = (re.sub("#.*", "", text) for text in texts)
    return Screen(bool(parse_settings(cut).get(("Autologin", "User"))))


def lightdm(texts: Iterable[str], *, guest_script: bool) -> Screen:
    """LightDM's: the groups of the seats; what one seat says counts for that seat alone.

    Args:
        texts: of the files.
        guest_script: whether the program that makes guest accounts is installed.

    Returns:
        As the seat that lets most people in.

    Source: lightdm, data/lightdm.conf and src/lightdm.c; allow-guest is true by default.
    """
    found = parse_settings(texts)
    seats = {group for group, _ in found if re.match(r"Seat(:|Defaults$)", group)} | {"Seat:*"}
    common = {
        key: value for (group, key), value in found.items() if group in ("SeatDefaults", "Seat:*")
    }
    screens = [_seat(common | _own(found, seat), guest_script=guest_script) for seat in seats]
    return Screen(any(it.autologin for it in screens), any(it.guests for it in screens))


def _own(found: Settings, seat: str) -> dict[str, str]:
    return {key: value for (group, key), value in found.items() if group == seat}


def _seat(values: Mapping[str, str], *, guest_script: bool) -> Screen:
    guests = guest_script and _is_yes(values.get("allow-guest", "true"))
    as_guest = guests and _is_yes(values.get("autologin-guest", ""))
    return Screen(bool(values.get("autologin-user")) or as_guest, guests)


def greetd(texts: Iterable[str]) -> Screen:
    """That of greetd: a session to begin with, or one in the place of the log-in screen.

    Returns:
        True for a group `initial_session` with a command.

    Raises:
        ParseError: The default session is neither a known log-in screen nor run by greetd's own
            account, so that it may be a desktop: it is started without a password.

    Source: greetd(5).
    """
    found = parse_settings(texts, "#")
    if ("initial_session", "command") in found:
        return Screen(autologin=True)
    # Without a command it is agreety; every log-in screen for greetd has `greet` in its name, or
    # runs as `greeter`, `_greetd`, `cosmic-greeter`.
    command = found.get(("default_session", "command"), "agreety")
    user = found.get(("default_session", "user"), "greeter")
    if "greet" not in command + user:
        raise ParseError("greetd starts a program that is not known as a log-in screen")
    return Screen(autologin=False)


def lxdm(texts: Iterable[str]) -> Screen:
    """LXDM's: group `base`, key `autologin`."""
    return Screen(bool(parse_settings(texts).get(("base", "autologin"))))


def ly(texts: Iterable[str]) -> Screen:
    """Ly's: `auto_login_user`, which is `null` for nobody."""
    found = parse_settings(texts)
    return Screen(found.get(("", "auto_login_user"), "null") not in ("", "null"))


def _is_yes(value: str) -> bool:
    return value.lower() in _YES


def parse_suse(text: str) -> bool:
    """Whether openSUSE's /etc/sysconfig/displaymanager logs someone in by itself."""
    # DISPLAYMANAGER_PASSWORD_LESS_LOGIN is for choosing an account there, which is another thing.
    found = re.findall(r"^\s*DISPLAYMANAGER_AUTOLOGIN=(.*)$", text, re.MULTILINE)
    return bool(found) and found[-1].split("#", 1)[0].strip().strip("\"'") != ""


def parse_start_command(texts: Sequence[str]) -> bool:
    """Whether the last command that a service of a text console starts logs someone in.

    Args:
        texts: the unit and its drop-ins, in the order in which systemd reads them.

    Returns:
        True for `agetty --autologin NAME` or `-a NAME`, and for `login -f`.

    Raises:
        ParseError: No command at all, or one that may do anything, as a script.

    Source: systemd.service(5), agetty(8), login(1).
    """
    command = ""
    for text in texts:
        joined = re.sub(r"\\\r?\n", " ", text)
        for line in re.findall(r"^\s*ExecStart\s*=(.*)$", joined, re.MULTILINE):
            command = line.strip()
    if not command:
        raise ParseError("a text console's service starts no command")
    return _logs_in(command)


def parse_inittab(text: str) -> bool:
    """Whether a text console that inittab(5) starts logs someone in.

    Returns:
        True when one does; lines that are off and other services are passed over.

    Raises:
        ParseError: One is started by a command that may do anything.
    """
    lines = (line.strip() for line in text.splitlines())
    fields = [line.split(":", 3) for line in lines if not line.startswith("#")]
    commands = [it[3] for it in fields if len(it) == 4 and it[2] != "off"]
    return any(_logs_in(it) for it in commands if re.search(r"(getty|(?<!su)login)\b", it))


def _logs_in(command: str) -> bool:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ParseError("a text console's command has a quote without an end") from error
    if any(re.fullmatch(r"--autologin(=.+)?|-[a-zA-Z]*a", word) for word in words[1:]):
        return True
    # systemd.service(5): signs before the path.
    program = _name(words[0].lstrip("-@:+!|")) if words else ""
    if program not in _GETTIES:
        if any(_name(word) == "login" for word in words):
            return "-f" in words
        raise ParseError("a text console is started by a program that is not known")
    if "-f" in _value(words, "-o", "--login-options").split():
        return True
    if _name(_value(words, "-l", "--login-program")) not in ("", "login"):
        raise ParseError("a text console logs in by a program that is not known")
    return False


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _value(words: Sequence[str], *options: str) -> str:
    """What follows one of these options; empty without."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word in options:
            return following
        if word.startswith(f"{options[-1]}="):
            return word.partition("=")[2]
    return ""
