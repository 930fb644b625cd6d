"""What a coder reads is written for about grade 8: measured, not felt.

The measure is Flesch and Kincaid's grade of 1975: 0.39 words a sentence + 11.8 syllables a word
- 15.59. Menu words, commands and names of products are not ours to choose, so the mean of a whole
kind of text counts, and single sentences have a wide limit.
"""

import re
from statistics import mean

import pytest

from hipaaguard.policy import library
from hipaaguard.policy.family import shipped_family
from hipaaguard.policy.questions import questions

CHECKS = [
    located.check
    for name in library.family_names()
    for located in shipped_family(name).checks.values()
]
TEXTS = {
    "why": [check.why for check in CHECKS],
    "steps": [
        step.text for check in CHECKS for fix in check.fix for step in fix.steps if not step.link
    ],
    "changes": [check.changes for check in CHECKS],
    "undo": [check.undo for check in CHECKS],
    "questions": [it.asks for it in questions().values()],
    "why asked": [it.why for it in questions().values()],
}
QUOTED = re.compile(r"'[^']*'|“[^”]*”|[a-z]+:[a-z/.-]+|\([^)]*\)")


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end not counted; at least one."""
    word = word.lower()
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    text = QUOTED.sub("it", text)
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    sentences = max(1, len(re.findall(r"[.?!;:](?:\s|$)", text)))
    if not words:
        return 0.0
    return 0.39 * len(words) / sentences + 11.8 * mean(map(syllables, words)) - 15.59


@pytest.mark.parametrize("kind", TEXTS)
def test_the_kind_reads_at_grade_8(kind: str) -> None:
    assert grade(" ".join(TEXTS[kind])) <= 8.0


@pytest.mark.parametrize("kind", TEXTS)
def test_no_single_text_is_far_above(kind: str) -> None:
    if kind == "steps":
        return  # menu words are the system's own
    hard = {text: round(grade(text), 1) for text in TEXTS[kind] if grade(text) > 14}
    assert hard == {}


def test_the_measure_tells_hard_from_easy() -> None:
    assert grade("The cat sat on the mat.") < 2
    assert grade("Organizational accountability necessitates comprehensive documentation.") > 14
