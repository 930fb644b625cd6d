"""From the text of a policy file to a policy: families resolved, settings filled in, checks tried.

A check that ships with HipaaGuard belongs to a family, and its id begins with the family's name, so
that only the families a policy uses are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError, PolicyError
from hipaaguard.model import Designation
from hipaaguard.policy import fields, library
from hipaaguard.policy.judge import can_apply
from hipaaguard.policy.lint import lint_check, lint_examples
from hipaaguard.policy.node import Mapping as Fields
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Check, Policy, Setting, comparisons
from hipaaguard.policy.read_check import (
    ID,
    Evidence,
    Located,
    Provision,
    Provisions,
    read_check,
)
from hipaaguard.policy.read_condition import Settings
from hipaaguard.policy.read_setting import NAME, read_setting, read_value


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


def load_policy(text: bytes, name: str) -> Policy:
    """The policy that a file says, every check of it tried by its examples.

    Args:
        text: YAML, UTF-8.
        name: the file's name, for messages.

    Returns:
        The policy with the checks and settings of the families that it uses.

    Raises:
        PolicyError: Not a valid policy; the text begins with `file:line:column`.
    """
    return _Draft(_document(text, name)).policy(shipped_with_us=False)


def load_shipped(policy_id: str) -> Policy:
    """A policy that comes with HipaaGuard; its examples were tried before it was released.

    Args:
        policy_id: one of `shipped()`.

    Returns:
        The policy.

    Raises:
        PolicyError: No such policy.
    """
    text = library.shipped_text(policy_id)
    return _Draft(_document(text, f"{policy_id}.yaml")).policy(shipped_with_us=True)


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
    found = _document(text, name).mapping(fields.FAMILY.required, fields.FAMILY.optional)
    family = found["family"].name(NAME, "screen_lock")
    prefix = _prefix(family)
    defined = found.get("settings")
    settings = (
        {key: read_setting(key, node) for key, node in defined.entries().items()} if defined else {}
    )
    checks: dict[str, Located] = {}
    for node in found["checks"].items():
        located = read_check(node, settings, provisions())
        if not located.check.check_id.startswith(prefix):
            raise node.refused(f"the id of a check of this family begins with {prefix!r}")
        _add(checks, located)
    if defined:
        _refuse_unused(defined, checks.values())
    return Family(family, found["title"].text(), settings, checks)


@cache
def shipped_family(name: str) -> Family:
    """A family that comes with HipaaGuard; `name` is one of `library.family_names()`."""
    return load_family(library.family_text(name), f"checks/{name}.yaml")


@cache
def provisions() -> Provisions:
    """Every provision of 45 CFR 164.308 to 164.316 by its paragraph, in the rule's order."""
    node = _document(library.provisions_text(), "hipaa.yaml")
    found: dict[str, Provision] = {}
    for paragraph, entry in node.mapping(("provisions",))["provisions"].entries().items():
        row = entry.mapping(fields.PROVISION.required)
        found[paragraph] = Provision(
            row["title"].text(),
            row["designation"].word(Designation),
            row["evidence"].word(Evidence),
        )
    return MappingProxyType(found)


def _document(text: bytes, name: str) -> Node:
    try:
        document = strict_yaml.load(text, name)
    except ParseError as error:
        raise PolicyError(str(error)) from error
    return Node(document, (), document.data)


def _prefix(family: str) -> str:
    return f"{family.replace('_', '-')}-"


def _family_of(check_id: str) -> str | None:
    """The family that ids like this belong to, or None."""
    names = (name for name in library.family_names() if check_id.startswith(_prefix(name)))
    return max(names, key=len, default=None)


def _add(checks: dict[str, Located], located: Located) -> None:
    check_id = located.check.check_id
    if check_id in checks:
        raise located.node.refused(f"the check {check_id!r} stands here twice")
    checks[check_id] = located


def _refuse_unused(node: Node, checks: Iterable[Located]) -> None:
    """Refuses a setting that no check uses, at the setting's place."""
    used = frozenset[str]().union(*(located.check.setting_names() for located in checks))
    for name, entry in node.entries().items():
        if name not in used:
            raise entry.refused(f"no check here uses the setting {name[:60]!r}")


def _refuse_idle(node: Node, policy: Policy) -> None:
    """Refuses a changed setting without effect, because other settings rule its checks out."""
    changed = {it.name for it in policy.settings if it.value != it.default}
    for name, entry in node.entries().items():
        if name in changed and not any(_heeds(check, name, policy) for check in policy.checks):
            raise entry.refused(
                f"the setting {name!r} changes nothing: with the other settings here, "
                "no check that uses it applies"
            )


def _heeds(check: Check, name: str, policy: Policy) -> bool:
    """Whether the setting matters to the check: it decides whether it applies, or it can apply."""
    if name not in check.setting_names():
        return False
    decides = check.when is not None and any(
        leaf.subject == f"${name}" for leaf in comparisons(check.when)
    )
    return decides or can_apply(check, policy.values)


class _Draft:
    """A policy file on its way to a policy; used once."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.found: Fields = node.mapping(fields.POLICY.required, fields.POLICY.optional)
        self.own = self._own_settings()

    def policy(self, *, shipped_with_us: bool) -> Policy:
        families = self._families()
        settings = self._settings(families)
        checks: dict[str, Located] = {}
        for item in self.found["checks"].items():
            located = self._check(item, families, settings)
            _add(checks, Located(located.check, item))
        overridden = self.found.get("settings")
        if overridden:
            _refuse_unused(overridden, checks.values())
        policy = self._assemble(checks, settings)
        if not shipped_with_us:
            _lint(checks.values(), policy, settings)
            if overridden:
                _refuse_idle(overridden, policy)
        return policy

    def _own_settings(self) -> dict[str, Setting]:
        """The settings that the policy itself defines."""
        node = self.found.get("settings")
        entries = node.entries() if node else {}
        return {
            name: read_setting(name, entry)
            for name, entry in entries.items()
            if isinstance(entry.data, dict)
        }

    def _families(self) -> dict[str, Family]:
        """The families of the checks that are selected by id, by name."""
        found: dict[str, Family] = {}
        for item in self.found["checks"].items():
            if isinstance(item.data, str):
                name = _family_of(item.data)
                if name is not None and name not in found:
                    found[name] = shipped_family(name)
        return found

    def _settings(self, families: Mapping[str, Family]) -> Settings:
        """Every setting that a check of this policy could use, with its value here."""
        settings: dict[str, Setting] = {}
        for family in families.values():
            settings.update(family.settings)
        node = self.found.get("settings")
        for name, entry in (node.entries() if node else {}).items():
            if name in self.own:
                if name in settings:
                    raise entry.refused(f"the setting {name!r} is already defined: give it a value")
                settings[name] = self.own[name]
            elif name in settings:
                value = read_value(entry, settings[name])
                settings[name] = replace(settings[name], value=value)
            else:
                raise entry.refused(f"no check here uses the setting {name[:60]!r}")
        return settings

    def _check(self, item: Node, families: Mapping[str, Family], settings: Settings) -> Located:
        if isinstance(item.data, dict):
            located = read_check(item, settings, provisions())
            taken = _family_of(located.check.check_id)
            if taken is not None:
                raise item.refused(
                    f"ids that begin with {_prefix(taken)!r} belong to the checks of HipaaGuard"
                )
            return located
        check_id = item.name(ID, "screen-lock-delay")
        family = families.get(_family_of(check_id) or "")
        found = family.checks.get(check_id) if family else None
        if found is None:
            raise item.refused(f"no check named {check_id!r} comes with HipaaGuard")
        return found

    def _assemble(self, checks: Mapping[str, Located], settings: Settings) -> Policy:
        used = frozenset[str]().union(
            *(located.check.setting_names() for located in checks.values())
        )
        return Policy(
            policy_id=self.found["id"].name(ID, "home-office"),
            version=self.found["version"].text(),
            title=self.found["title"].text(),
            description=self.found["description"].text(),
            settings=tuple(settings[name] for name in sorted(used)),
            checks=tuple(located.check for located in checks.values()),
            not_covered=self.found.sentences("not_covered"),
        )


def _lint(checks: Iterable[Located], policy: Policy, settings: Settings) -> None:
    for located in checks:
        lint_check(located, policy.values)
        if isinstance(located.node.data, dict):
            lint_examples(located, settings)
