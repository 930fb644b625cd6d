"""The checks that ship with HipaaGuard, by family, and the provisions that checks can cite.

A check that ships with HipaaGuard belongs to a family, and its id begins with the family's name, so
that only the families a policy uses are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError, PolicyError
from hipaaguard.model import Designation
from hipaaguard.policy import fields, library
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Setting
from hipaaguard.policy.read_check import Evidence, Located, Provision, Provisions, read_check
from hipaaguard.policy.read_setting import NAME, read_setting


@dataclass(frozen=True, slots=True)
class Family:
    """Checks about one subject that ship with HipaaGuard.

    Attributes:
        name: lower case with underscores.
        title: what it is about.
        settings: the settings of its checks, by name.
        checks: its checks by id, in order.
    """

    name: str
    title: str
    settings: Mapping[str, Setting]
    checks: Mapping[str, Located]


def load_family(text: bytes, name: str) -> Family:
    """The family that a file says; its examples have not been tried.

    Args:
        text: YAML, UTF-8.
        name: the file's name, for messages.

    Returns:
        The family.

    Raises:
        PolicyError: Not a valid family; the text begins with `file:line:column`.
    """
    found = document(text, name).mapping(fields.FAMILY.required, fields.FAMILY.optional)
    family = found["family"].name(NAME, "screen_lock")
    prefix = prefix_of(family)
    defined = found.get("settings")
    settings = (
        {key: read_setting(key, node) for key, node in defined.entries().items()} if defined else {}
    )
    checks: dict[str, Located] = {}
    for node in found["checks"].items():
        located = read_check(node, settings, provisions())
        if not located.check.check_id.startswith(prefix):
            raise node.refused(f"the id of a check of this family begins with {prefix!r}")
        add(checks, located)
    if defined:
        refuse_unused(defined, checks.values())
    return Family(family, found["title"].text(), settings, checks)


@cache
def shipped_family(name: str) -> Family:
    """A family that comes with HipaaGuard; `name` is one of `library.family_names()`."""
    return load_family(library.family_text(name), f"checks/{name}.yaml")


@cache
def provisions() -> Provisions:
    """Every provision of 45 CFR 164.308 to 164.316 by its paragraph, in the rule's order."""
    node = document(library.provisions_text(), "hipaa.yaml")
    found: dict[str, Provision] = {}
    for paragraph, entry in node.mapping(("provisions",))["provisions"].entries().items():
        row = entry.mapping(fields.PROVISION.required)
        found[paragraph] = Provision(
            row["title"].text(),
            row["designation"].word(Designation),
            row["evidence"].word(Evidence),
        )
    return MappingProxyType(found)


def document(text: bytes, name: str) -> Node:
    """The document in a file; raises `PolicyError` with its place when it is no YAML of ours."""
    try:
        document = strict_yaml.load(text, name)
    except ParseError as error:
        raise PolicyError(str(error)) from error
    return Node(document, (), document.data)


def prefix_of(family: str) -> str:
    """How the id of every check of a family begins."""
    return f"{family.replace('_', '-')}-"


def family_of(check_id: str) -> str | None:
    """The family that ids like this belong to, or None."""
    names = (name for name in library.family_names() if check_id.startswith(prefix_of(name)))
    return max(names, key=len, default=None)


def add(checks: dict[str, Located], located: Located) -> None:
    """Puts a check in its place; refuses a second one of the same id."""
    check_id = located.check.check_id
    if check_id in checks:
        raise located.node.refused(f"the check {check_id!r} stands here twice")
    checks[check_id] = located


def refuse_unused(node: Node, checks: Iterable[Located]) -> None:
    """Refuses a setting that no check uses, at the setting's place."""
    used = frozenset[str]().union(*(located.check.setting_names() for located in checks))
    for name, entry in node.entries().items():
        if name not in used:
            raise entry.refused(f"no check here uses the setting {name[:60]!r}")
