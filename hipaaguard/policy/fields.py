"""The keys of each mapping in a policy file, for the reader and the schema alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that one kind of mapping has: name and meaning.

    Attributes:
        required: those that must be there.
        optional: those that can be left out.
    """

    required: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)


POLICY = Keys(
    {
        "id": "The policy's name in lower case with hyphens: my-practice.",
        "version": "The policy's version, in quotes when it looks like a number.",
        "title": "The policy's title.",
        "description": "What the policy is for.",
    },
    {
        "extends": "The id of a policy whose checks and settings this one begins with.",
        "checks": "Ids of checks that ship with HipaaGuard, and checks written out in full.",
        "removed": "Checks of the extended policy that are left out, each with the reason.",
        "software": "Programs that are required or forbidden.",
        "questions": "Ids of the questions that the person is asked.",
        "basis": "The rule that it supports: current, or proposed for one that is not in force.",
        "settings": "A value for a setting of the checks, or the definition of a new setting.",
        "not_covered": "What the policy does not look at, one sentence each.",
    },
)

SOFTWARE = Keys(
    {},
    {
        "required": "Names of programs that must be installed.",
        "forbidden": "Names of programs that must not be installed.",
    },
)

FAMILY = Keys(
    {
        "family": "The family's name; the id of each check begins with it.",
        "title": "What the family is about.",
        "checks": "The checks.",
    },
    {"settings": "The settings that the checks use."},
)

SETTING = Keys(
    {
        "type": "What the value can be.",
        "default": "The value when a policy names none.",
        "meaning": "What the setting decides, one sentence.",
        "source": "Where the default comes from, one sentence.",
    },
    {
        "unit": "The unit of a whole number: s for seconds, days, or nothing for a count.",
        "minimum": "The smallest whole number allowed.",
        "maximum": "The largest whole number allowed.",
        "choices": "The words allowed.",
        "stricter": "Which way it asks for more: lower, higher, fewer, more, true, false or first.",
    },
)

CHECK = Keys(
    {
        "id": "The check's name in lower case with hyphens; never given to another check.",
        "title": "What the check asks, a short noun phrase.",
        "looks_at": 'What it has to see, a noun phrase that can follow "Could not see".',
        "why": "Why it matters, one or two sentences.",
        "severity": "How much a failure matters: the judgement of the policy's author.",
        "platforms": "The systems that it is for.",
        "expect": "What must hold: comparisons by fact, with a sentence each for when it does not.",
        "met": "The sentence for a pass.",
        "fix": "For each platform the steps that put it right.",
        "citations": "The provisions of 45 CFR that it supports, primary or supporting.",
        "examples": "Cases with what must come out: at least a pass, a fail and an unknown.",
    },
    {
        "when": "When the check applies; each comparison has a sentence for when it does not.",
        "needs": "Facts that must also be known before the check can pass; shown as evidence.",
        "sources": "Where numbers in the check come from, one sentence each.",
        "changes": "What else the steps may change for the person, one sentence.",
        "undo": "How to take the steps back, one sentence.",
    },
)

STEP = Keys(
    {},
    {
        "step": "One step, a sentence; each entry has either this or `link`.",
        "link": "A page of the system's settings: ms-settings:… or x-apple.systempreferences:…",
        "only": "The release or desktop that it is for: comparisons without sentences.",
    },
)

EXAMPLE = Keys(
    {"outcome": "What must come out.", "facts": "What is known; no other fact was collected."},
    {
        "settings": "The settings that differ from their defaults.",
        "says": "The sentence that must come out.",
    },
)

UNAVAILABLE = Keys(
    {"unavailable": "Why the fact could not be observed."},
    {"detail": "What happened, a fragment in lower case."},
)

QUESTION = Keys(
    {
        "id": "The question's name in lower case with hyphens.",
        "title": "What it asks about, a short noun phrase.",
        "asks": "The question.",
        "why": "Why it is asked, one sentence.",
        "kind": "yes_no, choice, date or text.",
        "valid_days": "For how many days an answer counts.",
        "by": "Who answers: contractor or practice.",
        "source": "Where it comes from, one sentence.",
    },
    {
        "asked": "The answers that are asked for.",
        "choices": "The words that can be answered, each with its meaning.",
        "not_applicable": "When the answer `na` fits, one sentence.",
        "citations": "The provisions of 45 CFR that it bears on.",
        "also": "Other provisions.",
    },
)

PROVISION = Keys(
    {
        "title": "The rule's own heading.",
        "designation": "standard, required or addressable.",
        "evidence": "Who can show anything of it: machine, people, both, elsewhere or seldom.",
    }
)
