"""What a command that an idle manager starts comes to: a lock, a request for one, or neither.

Only what is recognised counts as a lock. A script of the person's own may lock or not: `UNKNOWN`.

Sources: swaylock(1), gtklock(1), waylock(1), the Hyprland wiki on hyprlock, i3lock(1), slock(1),
physlock(1), betterlockscreen's usage text, xsecurelock's README, xlock(1),
xscreensaver-command(1), loginctl(1).
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_DEPTH = 3

PROGRAM_FOLDERS = (
    "/usr/bin",
    "/bin",
    "/usr/local/bin",
    "/usr/sbin",
    "/run/wrappers/bin",
    "/run/current-system/sw/bin",
)
"""Where programs lie that only an administrator can replace; the last two are NixOS's."""


class Means(StrEnum):
    """What comes of a command."""

    LOCKS = "locks"
    """It starts a program that locks the screen."""
    ASKS = "asks"
    """It has logind tell the session to lock, which locks only if something listens."""
    NOTHING = "nothing"
    """It does something else: screen off, sound off, a notice."""
    UNKNOWN = "unknown"
    """It may lock, or not."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, understood.

    Attributes:
        means: what comes of it.
        locker: for `LOCKS` the program as written, with or without its folder.
        arguments: the locker's.
    """

    means: Means
    locker: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The locker's name without its folder."""
        return self.locker.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Locker:
    """A program that locks the screen.

    Attributes:
        wayland: it locks Wayland sessions.
        x11: it locks X sessions.
        needs: of these arguments it must be given one, if there are any.
        refuses: with one of these it does not lock.
    """

    wayland: bool = False
    x11: bool = False
    needs: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()


_HELP = frozenset({"-h", "--help", "--version"})

LOCKERS: Mapping[str, Locker] = {
    "swaylock": Locker(wayland=True, refuses=_HELP | {"-v"}),
    "gtklock": Locker(wayland=True, refuses=_HELP | {"-v"}),
    "waylock": Locker(wayland=True, refuses=frozenset({"-h", "-help", "-version"})),
    "hyprlock": Locker(wayland=True, refuses=_HELP | {"-V"}),
    # --no-verify, of i3lock-color, lets everyone in.
    "i3lock": Locker(x11=True, refuses=_HELP | {"-v", "--no-verify"}),
    "slock": Locker(x11=True, refuses=frozenset({"-v", "-h"})),
    # -l only stops the switching of consoles.
    "physlock": Locker(wayland=True, x11=True, refuses=frozenset({"-h", "-v", "-l", "-L"})),
    "betterlockscreen": Locker(x11=True, needs=frozenset({"-l", "--lock"})),
    "xsecurelock": Locker(x11=True, refuses=_HELP),
    "xlock": Locker(
        x11=True,
        refuses=frozenset({"-nolock", "-inwindow", "-inroot", "-help", "-version", "-v"}),
    ),
    "xscreensaver-command": Locker(x11=True, needs=frozenset({"-lock", "--lock"})),
}
"""The lockers that are known, by name."""

# Programs that end at once and neither lock nor undo a lock.
_HARMLESS = frozenset(
    {
        "amixer",
        "brightnessctl",
        "dunstctl",
        "hyprctl",
        "light",
        "makoctl",
        "niri",
        "notify-send",
        "pactl",
        "pgrep",
        "pidof",
        "playerctl",
        "swaymsg",
        "true",
        "wlopm",
        "wlr-randr",
        "wpctl",
        "xrandr",
        "xset",
    }
)
# With one of these words a harmless program starts another, or the screen saver.
_STARTS = re.compile(r"\b(exec|spawn|activate)", re.IGNORECASE)
_SHELLS = frozenset({"sh", "bash", "dash"})
_OPERATORS = frozenset({";", "&", "&&", "||"})
# What the session has set for certain, and what holds no spaces.
_PLAIN_VARIABLE = re.compile(r"\$\{?(HOME|USER|XDG_SESSION_ID|XDG_CONFIG_HOME)\b\}?")

_UNKNOWN = Command(Means.UNKNOWN)
_NOTHING = Command(Means.NOTHING)


def parse_command(text: str, depth: int = 0) -> Command:
    """What `sh -c TEXT` comes to.

    Args:
        text: the command.
        depth: how many shells deep; a command too deep is `UNKNOWN`.

    Returns:
        `UNKNOWN` for everything that is not recognised. Nothing is refused.
    """
    text = _PLAIN_VARIABLE.sub(r"\1", text.strip())
    if not text:
        return _NOTHING
    if depth > MAX_DEPTH or _is_tricky(text):
        return _UNKNOWN
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return _UNKNOWN
    return _of_list(tokens, depth)


def _is_tricky(text: str) -> bool:
    """Whether a shell does more with the text than split it into words and lists."""
    outside_single = re.sub(r"'[^']*'", "Q", text)
    bare = re.sub(r'"[^"]*"', "Q", outside_single)
    # What is quoted must not be taken for an operator.
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", text)
    hidden = any(not re.search(r"[^();<>|&\s]", one or two) for one, two in quoted)
    return hidden or bool(re.search(r"[`$\\\n]", outside_single) or re.search(r"(^|\s)#", bare))


def _of_list(tokens: Sequence[str], depth: int) -> Command:
    """What a list of simple commands comes to: the one that locks, if it is certain to run."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for token in tokens:
        if token in _OPERATORS:
            parts.append((token, []))
        elif re.fullmatch(r"[();<>|&]+", token):
            return _UNKNOWN
        else:
            parts[-1][1].append(token)
    if not parts[-1][1] and parts[-1][0] in (";", "&"):
        parts.pop()
    meanings = [parse_words(words, depth) for _, words in parts]
    if any(found.means is Means.UNKNOWN for found in meanings):
        return _UNKNOWN
    locking = [number for number, found in enumerate(meanings) if found.means is not Means.NOTHING]
    if not locking:
        return _NOTHING
    first = locking[0]
    certain = all(operator in ("", ";", "&") for operator, _ in parts[: first + 1])
    if certain or _unless_locked(parts[: first + 1], meanings[first]):
        return meanings[first]
    return _UNKNOWN


def _unless_locked(parts: Sequence[tuple[str, list[str]]], found: Command) -> bool:
    """Whether this is `pidof LOCKER || LOCKER`: it starts the locker unless it runs already."""
    if len(parts) != 2 or parts[1][0] != "||":
        return False
    words = parts[0][1]
    sought = words[-1] if words and words[0] in ("pidof", "pgrep") else ""
    return sought == found.name if found.means is Means.LOCKS else sought in LOCKERS


def parse_words(words: Sequence[str], depth: int = 0) -> Command:
    """What one simple command comes to.

    Args:
        words: the program and its arguments.
        depth: as in `parse_command`.

    Returns:
        As `parse_command`.
    """
    if words[:1] == ["exec"]:
        words = words[1:]
    if not words or depth > MAX_DEPTH:
        return _UNKNOWN
    folder, _, name = words[0].rpartition("/")
    arguments = tuple(words[1:])
    if "/" in words[0] and folder not in PROGRAM_FOLDERS:
        return _UNKNOWN
    if name in _SHELLS and len(arguments) == 2 and arguments[0] == "-c":
        return parse_command(arguments[1], depth + 1)
    if name == "loginctl":
        return Command(Means.ASKS) if _asks(arguments) else _UNKNOWN
    if name in LOCKERS:
        return _locking(words[0], name, arguments)
    harmless = name in _HARMLESS and not any(_STARTS.search(word) for word in arguments)
    return _NOTHING if harmless else _UNKNOWN


def _asks(arguments: tuple[str, ...]) -> bool:
    return arguments in (("lock-session",), ("lock-session", "XDG_SESSION_ID"))


def _locking(program: str, name: str, arguments: tuple[str, ...]) -> Command:
    locker = LOCKERS[name]
    given = {argument.split("=", 1)[0] for argument in arguments}
    if given & locker.refuses or (locker.needs and not given & locker.needs):
        return _UNKNOWN
    return Command(Means.LOCKS, program, arguments)


_UNLOCKS = re.compile(rf"unlock|kill.*\b({'|'.join(LOCKERS)})\b")


def may_unlock(text: str) -> bool:
    """Whether a command, started when the person comes back, may take the lock away.

    Returns:
        True where it ends a locker or unlocks the session: swaylock(1) and hyprlock end on SIGUSR1.
    """
    return parse_command(text).means is Means.UNKNOWN and bool(_UNLOCKS.search(text))


def if_kept(command: Command, undoing: Iterable[str]) -> Command:
    """The command, `UNKNOWN` where what is started afterwards may undo it."""
    undone = command.means is not Means.NOTHING and any(may_unlock(text) for text in undoing)
    return _UNKNOWN if undone else command


def grace_of(arguments: Sequence[str]) -> int | None:
    """The seconds without a password that swaylock-effects or hyprlock is told to allow.

    Returns:
        Zero without such an argument; None for one that is not a whole number.
    """
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name != "--grace":
            continue
        if not equals:
            value = arguments[number + 1] if number + 1 < len(arguments) else ""
        return int(value) if re.fullmatch("[0-9]{1,6}", value) else None
    return 0
