"""The steps that put something right, out of a policy file."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hipaaguard.model import Platform
from hipaaguard.policy import fields
from hipaaguard.policy.node import Node, say_choice
from hipaaguard.policy.nouns import CHOOSING_FACTS, Condition, Fix, Step, comparisons
from hipaaguard.policy.read_condition import Grammar, read_condition

# Only addresses of settings pages: a policy must not be able to open anything else.
LINKS: Mapping[Platform, re.Pattern[str]] = MappingProxyType(
    {
        Platform.WINDOWS: re.compile(r"(ms-settings:[a-z-]+|windowsdefender:(//[a-z]+)?)"),
        Platform.MACOS: re.compile(r"x-apple\.systempreferences:com\.apple\.[A-Za-z0-9.?_-]+"),
    }
)


def read_fix(node: Node, platforms: tuple[Platform, ...]) -> tuple[Fix, ...]:
    """The steps for each platform.

    Args:
        node: a mapping with a list of steps for each platform.
        platforms: those that the check is for.

    Returns:
        The steps, in the order of `platforms`.

    Raises:
        PolicyError: A platform without steps, or something that is no step.
    """
    found = node.mapping([platform.value for platform in platforms])
    return tuple(
        Fix(platform, tuple(_step(item, platform) for item in found[platform].items()))
        for platform in platforms
    )


def _step(node: Node, platform: Platform) -> Step:
    if not isinstance(node.data, dict):
        return Step(node.sentence())
    found = node.mapping(fields.STEP.required, fields.STEP.optional)
    text, link, only = found.get("step"), found.get("link"), found.get("only")
    chosen = _only(only) if only else None
    if text and not link:
        return Step(text.sentence(), only=chosen)
    if link and not text:
        return Step(_link(link, platform), link=True, only=chosen)
    raise node.refused("a step has either a sentence (`step`) or an address (`link`)")


def _only(node: Node) -> Condition:
    condition = read_condition(node, Grammar({}, ""))
    for leaf in comparisons(condition):
        if leaf.subject not in CHOOSING_FACTS:
            raise node.refused(
                f"steps are chosen by {say_choice(sorted(CHOOSING_FACTS))}, not by {leaf.subject!r}"
            )
    return condition


def _link(node: Node, platform: Platform) -> str:
    text = node.text()
    form = LINKS.get(platform)
    if form is None or len(text) > 200 or not form.fullmatch(text):
        raise node.refused(f"{text[:60]!r} is not the address of a settings page of this system")
    return text
