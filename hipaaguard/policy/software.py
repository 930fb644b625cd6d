"""Programs that a practice requires or forbids: for each one a check, made from its name alone."""

import re
from collections.abc import Iterator

from hipaaguard.errors import ParseError
from hipaaguard.facts import spec_of
from hipaaguard.model import Citation, Platform, Role, Severity
from hipaaguard.policy import fields
from hipaaguard.policy.family import provisions
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Check, Compare, Fix, Op, Step
from hipaaguard.policy.read_check import Located

MAX_PROGRAMS = 50
_CITED = (("164.308(a)(1)(ii)(B)", Role.PRIMARY), ("164.310(b)", Role.SUPPORTING))


def software_checks(node: Node | None) -> Iterator[Located]:
    """A check for each program named under `required` and `forbidden`.

    Args:
        node: a mapping with one list or both; None for no programs.

    Yields:
        The checks, those for required programs first.

    Raises:
        PolicyError: Not such a mapping, a name that no program can have, or too many names.
    """
    if node is None:
        return
    found = node.mapping(fields.SOFTWARE.required, fields.SOFTWARE.optional)
    taken: set[str] = set()
    for word in fields.SOFTWARE.optional:
        names = found.get(word)
        for item in names.items() if names else ():
            located = _check(item, item.text(), required=word == "required")
            if _slug(item.text()) in taken:
                raise item.refused(f"{item.text()!r} stands here twice")
            taken.add(_slug(item.text()))
            if len(taken) > MAX_PROGRAMS:
                raise item.refused(f"more than {MAX_PROGRAMS} programs")
            yield located


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def _check(node: Node, name: str, *, required: bool) -> Located:
    key = f"software.installed({name})"
    try:
        spec_of(key)
    except ParseError as error:
        raise node.refused(str(error)) from error
    slug = _slug(name)
    if not slug or len(slug) > 40 or set(name) & set("{}"):
        raise node.refused(f"{name[:60]!r} cannot be the name of a program here")
    kind = "required" if required else "forbidden"
    wants = f"{name} is {'asked for' if required else 'asked to be removed'}."
    said = f"{name} is {'not ' if required else ''}installed. {wants}"
    check = Check(
        check_id=f"software-{kind}-{slug}",
        title=f"{name} {'installed' if required else 'not installed'}",
        looks_at=f"whether {name} is installed",
        why="The practice that wrote this policy asks for it."
        if required
        else "The practice that wrote this policy does not allow it beside patient data.",
        severity=Severity.MEDIUM,
        platforms=tuple(Platform),
        when=None,
        needs=(),
        expect=Compare(key, Op.EQUALS, required, wanted=True, said=said),
        met=f"{name} is {'' if required else 'not '}installed.",
        fix=tuple(Fix(platform, _steps(name, required=required)) for platform in Platform),
        changes="Programs that need it may work otherwise than before."
        if required
        else f"What you do with {name} needs another way.",
        undo=f"{'Remove' if required else 'Install'} {name} again.",
        citations=tuple(
            Citation(it, provisions()[it].title, provisions()[it].designation, role)
            for it, role in _CITED
        ),
        sources=(),
        examples=(),
    )
    return Located(check, node)


def _steps(name: str, *, required: bool) -> tuple[Step, ...]:
    if required:
        return (Step(f"Ask the practice where to get {name}, and install it."),)
    return (
        Step(f"Ask the practice what to use instead of {name}."),
        Step(f"Remove {name} the way you remove any program of this computer."),
    )
