"""`make policies-check`: tries every policy, check, question and mapping that ships.

It stands apart from the tests, so that somebody who changes only a policy sees at once what is
wrong with it: each check's examples come out, each number has its source, each step exists for each
system, each citation is in the rule, and no word claims too much.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hipaaguard.errors import PolicyError  # noqa: E402
from hipaaguard.policy import library, load_policy, shipped, shipped_text  # noqa: E402
from hipaaguard.policy.family import load_family  # noqa: E402
from hipaaguard.policy.lint import lint_examples  # noqa: E402
from hipaaguard.policy.mappings import topic_of, topics  # noqa: E402
from hipaaguard.policy.nouns import Check, SettingType  # noqa: E402
from hipaaguard.policy.questions import questions  # noqa: E402
from hipaaguard.policy.words import overclaims  # noqa: E402

_LIMITS = (SettingType.INT, SettingType.BOOL, SettingType.CHOICE, SettingType.STRINGS)


def faults() -> Iterator[str]:
    """What is wrong with what ships, one sentence each."""
    try:
        yield from _families()
    except PolicyError as error:
        yield str(error)
    for name in shipped():
        try:
            load_policy(shipped_text(name), f"{name}.yaml")
        except PolicyError as error:
            yield str(error)
    for path in sorted((ROOT / "policies").rglob("*.yaml")):
        text = " ".join(path.read_text("utf-8").split())
        yield from (f"{path.name}: claims too much: {found!r}" for found in overclaims(text))


def _families() -> Iterator[str]:
    known: set[str] = set()
    for name in library.family_names():
        family = load_family(library.family_text(name), f"checks/{name}.yaml")
        for setting in family.settings.values():
            if setting.type in _LIMITS and setting.stricter is None:
                yield f"{name}: the setting {setting.name} does not say which way is stricter"
        for located in family.checks.values():
            known.add(located.check.check_id)
            yield from _check(located.check)
            try:
                lint_examples(located, family.settings)
            except PolicyError as error:
                yield str(error)
    yield from (f"mappings.yaml: no check {it}" for it in topics() if it not in known | _FREE)
    if not questions():
        yield "questions.yaml: no question"


# Checks that are made from a practice's own list of programs, and ones that may come later.
_FREE = {"software", "accounts-password-length", "accounts-admin", "sharing-smb1"}


def _check(check: Check) -> Iterator[str]:
    if topic_of(check.check_id) is None:
        yield f"mappings.yaml: {check.check_id} has no subject"
    if not check.changes or not check.undo:
        yield f"{check.check_id}: says neither what else may change nor how to undo it"
    if {fix.platform for fix in check.fix} != set(check.platforms):
        yield f"{check.check_id}: a system has no steps"
    for fix in check.fix:
        # A step that is chosen by release may be for none: somebody is always told something.
        if all(step.only or step.link for step in fix.steps) and len(fix.steps) < 2:
            yield f"{check.check_id}: {fix.platform} may have no step at all"
    if not re.search(r"[a-z]", check.why):
        yield f"{check.check_id}: says no reason"


def main() -> int:
    """Prints what is wrong; 1 when anything is."""
    found = list(faults())
    for fault in found:
        print(fault)
    print(f"{len(shipped())} policies, {len(questions())} questions: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
