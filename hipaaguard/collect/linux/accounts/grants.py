"""Who is an administrator by doas and polkit: pure parsers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hipaaguard.collect.linux.accounts.sudoers import Caller
from hipaaguard.errors import ParseError

_IDENTITY = re.compile(r"unix-(group|user):([A-Za-z0-9_.@-]+)")
_ADMIN_RULE = re.compile(r"addAdminRule\s*\(\s*function\s*\([^)]*\)\s*\{(.*?)\}\s*\)", re.DOTALL)
_RETURN = re.compile(r"\s*return\s*\[([^\]]*)\]\s*;?\s*")
_DOAS = re.compile(
    r"(permit|deny)((?:\s+(?:nopass|nolog|persist|keepenv|setenv\s*\{[^}]*\}))*)\s+(\S+)"
    r"(?:\s+as\s+(\S+))?(?:\s+(cmd)\s+.*)?"
)


@dataclass(frozen=True, slots=True)
class DoasGrant:
    """What doas gives a person: everything as root, and whether without a password."""

    everything: bool = False
    without_password: bool = False


def parse_doas(text: str, caller: Caller) -> DoasGrant:
    """What doas.conf gives the person.

    Returns:
        As the last rule for all programs says that fits the person; rules for single programs are
        passed over.

    Raises:
        ParseError: A line that is none of doas'.

    Source: doas.conf(5).
    """
    result = DoasGrant()
    joined = text.replace("\\\n", " ")
    for raw in joined.splitlines():
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        rule = _DOAS.fullmatch(line)
        if rule is None:
            raise ParseError("doas' rules have a line that is not known")
        action, options, identity, target, command = rule.groups()
        if _fits(identity, caller) and target in (None, "root") and not command:
            permitted = action == "permit"
            result = DoasGrant(permitted, permitted and "nopass" in options.split())
    return result


def _fits(identity: str, caller: Caller) -> bool:
    if identity.startswith(":"):
        return identity[1:] in caller.groups or identity[1:] in map(str, caller.gids)
    return identity in (caller.name, str(caller.uid))


def parse_admin_rule(text: str) -> tuple[str, ...] | None:
    """The administrators that a file of polkit's rules names.

    Returns:
        `group NAME` and `user NAME`, perhaps none; None when the file names nobody at all.

    Raises:
        ParseError: It decides by more than a fixed list.

    Source: polkit(8).
    """
    plain = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    if "addAdminRule" not in plain:
        return None
    body = _ADMIN_RULE.search(plain)
    fixed = _RETURN.fullmatch(body[1]) if body else None
    if fixed is None:
        raise ParseError("polkit decides by a program who is an administrator")
    return _identities(fixed[1])


def parse_admin_identities(text: str) -> tuple[str, ...] | None:
    """The same from a file in localauthority.conf.d, of polkit before 0.106."""
    found = re.findall(r"^\s*AdminIdentities\s*=\s*(.*)$", text, re.MULTILINE)
    return _identities(found[-1]) if found else None


def _identities(text: str) -> tuple[str, ...]:
    return tuple(f"{kind} {name}" for kind, name in _IDENTITY.findall(text))


def first_admin_rule(files: Mapping[str, str]) -> tuple[str, ...]:
    """The administrators by the rule that counts.

    Args:
        files: texts by path; of two with one name the one in /etc counts before the other.

    Returns:
        Those of the first file, by name, that names any.

    Raises:
        ParseError: That file decides by more than a fixed list.
    """
    for path in sorted(files, key=lambda it: (it.rsplit("/", 1)[-1], not it.startswith("/etc/"))):
        found = parse_admin_rule(files[path])
        if found:
            return found
    return ()


def is_named(identities: Iterable[str], caller: Caller) -> bool:
    """Whether the person is among these identities."""
    own = {f"user {caller.name}", *(f"group {name}" for name in caller.groups)}
    return bool(own & set(identities))
