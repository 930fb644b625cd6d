"""From the text of a policy file to a policy: parents and families resolved, settings filled in.

A policy that `extends` another begins with the checks and settings of that one. Only a policy that
ships with HipaaGuard, or one that the caller handed over, can be extended: no file is looked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hipaaguard.policy import fields, library
from hipaaguard.policy.difference import differences
from hipaaguard.policy.family import (
    Family,
    add,
    document,
    family_of,
    prefix_of,
    provisions,
    refuse_unused,
    shipped_family,
)
from hipaaguard.policy.judge import can_apply
from hipaaguard.policy.lint import lint_check, lint_examples
from hipaaguard.policy.node import Mapping as Fields
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Basis, Check, Policy, Setting, comparisons
from hipaaguard.policy.question import Question
from hipaaguard.policy.questions import questions
from hipaaguard.policy.read_check import ID, Located, read_check
from hipaaguard.policy.read_condition import Settings
from hipaaguard.policy.read_setting import read_setting, read_value
from hipaaguard.policy.software import software_checks

Parents = Mapping[str, tuple[bytes, str]]
"""Policies that can be extended besides those that ship: text and file name by id."""

NO_PARENTS: Parents = MappingProxyType({})
MAX_GENERATIONS = 8


def load_policy(text: bytes, name: str, parents: Parents = NO_PARENTS) -> Policy:
    """The policy that a file says, every check of it tried by its examples.

    Args:
        text: YAML, UTF-8.
        name: the file's name, for messages.
        parents: policies that it can extend besides those that ship with HipaaGuard.

    Returns:
        The policy with the checks and settings of the families that it uses.

    Raises:
        PolicyError: Not a valid policy; the text begins with `file:line:column`.
    """
    return _Draft(document(text, name), parents).policy(shipped_with_us=False)


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
    return _Draft(document(text, f"{policy_id}.yaml")).policy(shipped_with_us=True)


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


def policy_id(text: bytes, name: str) -> str:
    """The id that a policy file gives itself; nothing else of it is read.

    Returns:
        The id.

    Raises:
        PolicyError: It is no mapping with an id.
    """
    node = document(text, name)
    found = node.entries().get("id")
    if found is None:
        raise node.refused("the key 'id' is missing")
    return found.name(ID, "home-office")


class _Draft:
    """A policy file on its way to a policy; used once."""

    def __init__(
        self, node: Node, parents: Parents = NO_PARENTS, children: tuple[str, ...] = ()
    ) -> None:
        self.node = node
        self.parents = parents
        self.found: Fields = node.mapping(fields.POLICY.required, fields.POLICY.optional)
        self.policy_id = self.found["id"].name(ID, "home-office")
        self.parent = self._parent((*children, self.policy_id))
        if self.parent is None and self.found.get("checks") is None:
            raise node.refused("the key 'checks' is missing")
        self.own = self._own_settings()
        self.families = self._families()
        self.settings = self._settings()
        self.checks = self._checks()

    def policy(self, *, shipped_with_us: bool) -> Policy:
        overridden = self.found.get("settings")
        if overridden:
            refuse_unused(overridden, self.checks.values())
        policy = self._assemble()
        if not shipped_with_us:
            _lint(self.checks.values(), policy, self.settings)
            if overridden:
                _refuse_idle(overridden, policy)
        return policy

    def _parent(self, line: tuple[str, ...]) -> "_Draft | None":
        """The policy that this one extends, itself resolved."""
        node = self.found.get("extends")
        if node is None:
            return None
        name = node.name(ID, "home-office")
        if name in line:
            raise node.refused(f"a loop: {' extends '.join((*line, name))}")
        if len(line) > MAX_GENERATIONS:
            raise node.refused(f"more than {MAX_GENERATIONS} policies extend one another")
        if name in self.parents:
            return _Draft(document(*self.parents[name]), self.parents, line)
        if name not in library.shipped():
            raise node.refused(
                f"there is no policy {name!r} to extend: {', '.join(library.shipped())} come with "
                "HipaaGuard, and another one is handed over with --parent"
            )
        return _Draft(document(library.shipped_text(name), f"{name}.yaml"), self.parents, line)

    def _own_settings(self) -> dict[str, Setting]:
        """The settings that the policy itself defines."""
        node = self.found.get("settings")
        entries = node.entries() if node else {}
        return {
            name: read_setting(name, entry)
            for name, entry in entries.items()
            if isinstance(entry.data, dict)
        }

    def _selected(self) -> tuple[Node, ...]:
        node = self.found.get("checks")
        return tuple(node.items()) if node else ()

    def _families(self) -> dict[str, Family]:
        """The families of the checks that are selected by id, by name."""
        found: dict[str, Family] = {}
        for item in self._selected():
            if isinstance(item.data, str):
                name = family_of(item.data)
                if name is not None and name not in found:
                    found[name] = shipped_family(name)
        return found

    def _settings(self) -> dict[str, Setting]:
        """Every setting that a check of this policy could use, with its value here."""
        settings = dict(self.parent.settings) if self.parent else {}
        for family in self.families.values():
            settings = {**family.settings, **settings}
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

    def _checks(self) -> dict[str, Located]:
        """The parent's checks without those removed, then those selected or written here."""
        checks: dict[str, Located] = {}
        removed = self._removed()
        for located in self.parent.checks.values() if self.parent else ():
            if located.check.check_id not in removed:
                add(checks, Located(located.check, self.found["extends"]))
        for item in self._selected():
            add(checks, Located(self._check(item).check, item))
        for located in software_checks(self.found.get("software")):
            add(checks, located)
        if not checks:
            raise self.node.refused("every check is removed, so the policy asks nothing")
        return checks

    def _removed(self) -> dict[str, str]:
        """The parent's checks that are left out, with the reason."""
        node = self.found.get("removed")
        if node is None:
            return {}
        if self.parent is None:
            raise node.refused("only a policy that extends another can remove checks")
        for check_id, entry in node.entries().items():
            if check_id not in self.parent.checks:
                raise entry.refused(
                    f"{self.parent.policy_id} has no check named {check_id[:60]!r} to remove"
                )
        return {check_id: entry.sentence() for check_id, entry in node.entries().items()}

    def _check(self, item: Node) -> Located:
        if isinstance(item.data, dict):
            located = read_check(item, self.settings, provisions())
            taken = family_of(located.check.check_id)
            if taken is not None or located.check.check_id.startswith("software-"):
                raise item.refused(
                    f"ids that begin with {prefix_of(taken or 'software')!r} "
                    "belong to the checks of HipaaGuard"
                )
            return located
        check_id = item.name(ID, "screen-lock-delay")
        family = self.families.get(family_of(check_id) or "")
        found = family.checks.get(check_id) if family else None
        if found is None:
            raise item.refused(f"no check named {check_id!r} comes with HipaaGuard")
        return found

    def _assemble(self) -> Policy:
        used = frozenset[str]().union(
            *(located.check.setting_names() for located in self.checks.values())
        )
        not_covered = self.found.sentences("not_covered")
        asked = self.found.get("questions")
        parent = self.parent._assemble() if self.parent else None  # noqa: SLF001 - the same class
        basis = self.found.get("basis")
        policy = Policy(
            policy_id=self.policy_id,
            version=self.found["version"].text(),
            title=self.found["title"].text(),
            description=self.found["description"].text(),
            settings=tuple(self.settings[name] for name in sorted(used)),
            checks=tuple(located.check for located in self.checks.values()),
            not_covered=not_covered or (parent.not_covered if parent else ()),
            extends=f"{parent.policy_id} {parent.version}" if parent else "",
            questions=_questions(asked) if asked else (parent.questions if parent else ()),
            basis=basis.word(Basis) if basis else parent.basis if parent else Basis.CURRENT,
        )
        if parent is None:
            return policy
        return replace(policy, differs=differences(policy, parent, self._removed()))


def _questions(node: Node) -> tuple[Question, ...]:
    node.texts()  # refuses one that stands there twice
    known = questions()
    for item in node.items():
        if item.text() not in known:
            raise item.refused(f"there is no question named {item.text()[:60]!r}")
    return tuple(known[item.text()] for item in node.items())


def _lint(checks: Iterable[Located], policy: Policy, settings: Settings) -> None:
    for located in checks:
        lint_check(located, policy.values)
        if isinstance(located.node.data, dict):
            lint_examples(located, settings)
