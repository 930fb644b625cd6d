"""The fact dictionary in words: one entry for a person who asks, all of them as a page."""

import textwrap

from hipaaguard.facts import FACTS, FactSpec, FactType
from hipaaguard.model import Platform
from hipaaguard.words import PLATFORM_NAMES, say_list

_UNITS = {"s": "seconds", "days": "days"}
_TYPES = {
    FactType.BOOL: "yes or no",
    FactType.INT: "a whole number",
    FactType.STR: "a text",
    FactType.STRINGS: "a list of texts",
}
_PRIVATE = "it could say something about you or your home network"
_NETWORK = "only where you allow the network to be used (`--allow-network`)"

_HEAD = """# Facts

What HipaaGuard can observe, and what each observation means. Policies compare these facts, and
reports show them. A fact that could not be observed is unavailable, with the reason: it is never a
pass and never a fail.

This page is made from `hipaaguard/facts/` by `make docs`; `hipaaguard facts --explain KEY` prints
one entry.
"""


def entry_lines(spec: FactSpec) -> tuple[str, ...]:
    """What the dictionary says of one fact, a sentence or item a line; the first is its key."""
    return (f"{_key(spec)}: {spec.label}", spec.meaning, *_particulars(spec), *_traps(spec))


def explain(spec: FactSpec, width: int = 80) -> str:
    """The entry for a terminal, wrapped to this many columns; code is marked by backticks."""
    head, *rest = entry_lines(spec)
    paragraphs = [head]
    for line in rest:
        indent = "  - " if line.startswith("- ") else "  "
        paragraphs.append(
            textwrap.fill(
                line.removeprefix("- "),
                width,
                initial_indent=indent,
                subsequent_indent=" " * len(indent),
                break_on_hyphens=False,
                break_long_words=False,
            )
        )
    return "\n".join(paragraphs)


def page() -> str:
    """The whole dictionary as a Markdown page, by family, sorted."""
    parts = [_HEAD]
    family = ""
    for name, spec in FACTS.items():
        if name.partition(".")[0] != family:
            family = name.partition(".")[0]
            parts.append(f"## {family}\n")
        parts.append(_section(spec))
    return "\n".join(parts)


def _section(spec: FactSpec) -> str:
    particulars = "".join(f"- {line}\n" for line in _particulars(spec))
    head, *items = _traps(spec) or ("",)
    traps = "\n".join((head, "", *items, "")) if items else ""
    text = f"### `{_key(spec)}`\n\n**{spec.label}.** {spec.meaning}\n\n{particulars}"
    return f"{text}\n{traps}" if traps else text


def _key(spec: FactSpec) -> str:
    return f"{spec.name}(…)" if spec.parameter else spec.name


def _particulars(spec: FactSpec) -> tuple[str, ...]:
    """Value, argument, systems, rights and privacy; a sentence each, only those that apply."""
    lines = [f"Value: {_value(spec)}."]
    if spec.parameter:
        lines.append(f"In parentheses: {spec.parameter}.")
    lines.append(f"Observed on {_platforms(spec.platforms)}.")
    if spec.needs_rights:
        lines.append(f"May need administrator rights on {_platforms(spec.needs_rights)}.")
    if spec.needs_network:
        lines.append(f"Observed {_NETWORK}.")
    if spec.private:
        lines.append(f"Private: {_PRIVATE}.")
    return tuple(lines)


def _value(spec: FactSpec) -> str:
    if spec.unit:
        return f"{_TYPES[spec.type]} of {_UNITS[spec.unit]}"
    if spec.values:
        choices = ", ".join(f"`{value}`" for value in spec.values)
        return f"{'some' if spec.type is FactType.STRINGS else 'one'} of {choices}"
    return _TYPES[spec.type]


def _platforms(platforms: tuple[Platform, ...]) -> str:
    return say_list(tuple(PLATFORM_NAMES[platform] for platform in platforms))


def _traps(spec: FactSpec) -> tuple[str, ...]:
    return ("Easily misread:", *(f"- {trap}" for trap in spec.traps)) if spec.traps else ()
