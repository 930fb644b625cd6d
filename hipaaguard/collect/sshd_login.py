"""Who may log in through an SSH server, by its settings."""

import itertools
import re
from dataclasses import dataclass

from hipaaguard.collect.sshd_config import Settings
from hipaaguard.errors import ParseError

_ROOT = "root"
_FLAGS = {"yes": True, "no": False}
# sshd_config(5) and the two former names of the second. readconf.c, servconf.c
_PASSWORD = ("passwordauthentication",)
_QUESTIONS = (
    "kbdinteractiveauthentication",
    "challengeresponseauthentication",
    "skeyauthentication",
)
_KEYS = ("pubkeyauthentication", "dsaauthentication")
_ROOT_VALUES = frozenset(
    {"yes", "no", "prohibit-password", "without-password", "forced-commands-only"}
)
_MAX_CONDITIONS = 8


@dataclass(frozen=True, slots=True)
class Login:
    """What a server lets people do.

    Attributes:
        password: somebody can log in with a password and nothing else.
        root: the administrator account can log in, in whatever way.
    """

    password: bool
    root: bool


def parse_login(settings: Settings, root_groups: frozenset[str]) -> Login:
    """What these settings of OpenSSH let people do, at its own defaults for what they leave out.

    Args:
        settings: of the server.
        root_groups: the groups that the administrator account is in.

    Returns:
        True for what at least one combination of `Match` blocks allows.

    Raises:
        ParseError: A value that OpenSSH does not know; too many `Match` blocks.

    Source: sshd_config(5); servconf.c, auth.c.
    """
    free = [it for it in settings.conditions if not _never(it)]
    if len(free) > _MAX_CONDITIONS:
        raise ParseError("the SSH server's settings have too many Match blocks")
    as_root = [it for it in free if _of_user(it, _ROOT) is None]
    always = frozenset(it for it in free if _of_user(it, _ROOT))
    return Login(
        password=any(_by_password(settings, case) for case in _subsets(free)),
        root=any(_as_root(settings, case | always, root_groups) for case in _subsets(as_root)),
    )


def _subsets(items: list[str]) -> list[frozenset[str]]:
    sizes = range(len(items) + 1)
    return [frozenset(it) for size in sizes for it in itertools.combinations(items, size)]


def _never(condition: str) -> bool:
    """Whether nobody who can log in meets it: `Match invalid-user`."""
    return "invalid-user" in condition.split()


def _of_user(condition: str, user: str) -> bool | None:
    """Whether a condition on nothing but the user's name holds for this one."""
    match = re.fullmatch(r"user[\s=]+(\S+)", condition)
    return matches_list(user, match[1].split(",")) if match else None


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern of `*` and `?` fits, as OpenSSH's match.c has it."""
    parts = (".*" if it == "*" else "." if it == "?" else re.escape(it) for it in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def matches_list(text: str, patterns: list[str]) -> bool:
    """Whether one of the patterns fits, and none of those that begin with `!`."""
    if any(it.startswith("!") and matches(text, it[1:]) for it in patterns):
        return False
    return any(matches(text, it) for it in patterns)


def _flag(
    settings: Settings, names: tuple[str, ...], case: frozenset[str], *, default: bool
) -> bool:
    text = settings.first(names, "yes" if default else "no", case).lower()
    if text not in _FLAGS:
        raise ParseError(f"the SSH server's setting {names[0]} is neither yes nor no")
    return _FLAGS[text]


def _by_password(settings: Settings, case: frozenset[str]) -> bool:
    # Without PAM, nothing on Linux and macOS asks the questions of keyboard-interactive.
    asks = _flag(settings, _QUESTIONS, case, default=True)
    asks &= _flag(settings, ("usepam",), case, default=False)
    known = {
        "password": _flag(settings, _PASSWORD, case, default=True),
        "keyboard-interactive": asks,
    }
    methods = settings.words("authenticationmethods", case) or ("any",)
    if methods == ("any",):
        return any(known.values())
    steps = ([step.split(":")[0] for step in it.lower().split(",")] for it in methods)
    return any(all(known.get(step, False) for step in it) for it in steps)


def _as_root(settings: Settings, case: frozenset[str], groups: frozenset[str]) -> bool:
    value = settings.first(("permitrootlogin",), "prohibit-password", case).lower()
    if value not in _ROOT_VALUES:
        raise ParseError("the SSH server's setting PermitRootLogin has an unknown value")
    if value == "no" or not _is_admitted(settings, case, groups):
        return False
    otherwise = (("gssapiauthentication",), ("hostbasedauthentication",))
    by_key = _flag(settings, _KEYS, case, default=True) or any(
        _flag(settings, names, case, default=False) for names in otherwise
    )
    return by_key or (value == "yes" and _by_password(settings, case))


def _is_admitted(settings: Settings, case: frozenset[str], groups: frozenset[str]) -> bool:
    """Whether the lists of users and groups let the administrator account in from somewhere."""
    denied, allowed = (settings.every(f"{it}users", case) for it in ("deny", "allow"))
    # `root@host` denies it from there only, and allows it at least from there.
    if any(matches(_ROOT, it) for it in denied if "@" not in it):
        return False
    if allowed and not any(matches(_ROOT, it.split("@")[0]) for it in allowed):
        return False
    denied, allowed = (settings.every(f"{it}groups", case) for it in ("deny", "allow"))
    if any(matches_list(group, list(denied)) for group in groups):
        return False
    return not allowed or any(matches_list(group, list(allowed)) for group in groups)


def parse_groups(text: str) -> frozenset[str]:
    """The groups of the administrator account in `/etc/group`, its own among them.

    Args:
        text: lines `name:password:number:members`; others are passed over.

    Returns:
        Names; never empty.

    Source: group(5).
    """
    rows = (line.split(":") for line in text.splitlines())
    named = (row[0] for row in rows if len(row) == 4 and _ROOT in row[3].split(","))
    return frozenset({_ROOT, *named})
