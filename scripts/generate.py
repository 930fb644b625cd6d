"""`make docs`: makes every generated file anew; with `--check`, fails when one is not current.

A generator is a pure function from the sources to files, so the same sources give the same bytes.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def policy_schema() -> Mapping[str, bytes]:
    """The JSON Schema of policy files, for editors."""
    from hipaaguard.policy import schema

    return {"policies/policy.schema.json": schema.render().encode()}


def dictionary() -> Mapping[str, bytes]:
    """The fact dictionary as a page."""
    from hipaaguard.dictionary import page

    return {"docs/facts.md": page().encode()}


def platforms() -> Mapping[str, bytes]:
    """What backs each fact, as a page."""
    from scripts.coverage_of_platforms import page

    return {"docs/platforms.md": page().encode()}


def support() -> Mapping[str, bytes]:
    """Which fact is known of which version of Windows and macOS, as a page."""
    from scripts.support_matrix import page

    return {"docs/support.md": page().encode()}


def catalogue() -> Mapping[str, bytes]:
    """What the policies, checks and questions are, as a page."""
    from hipaaguard.policy.catalogue import page

    return {"policies/README.md": page().encode()}


def rule_coverage() -> Mapping[str, bytes]:
    """What each shipped policy looks at of the rule, as a page."""
    from hipaaguard.policy.coverage import page

    return {"docs/coverage.md": page().encode()}


def golden_files() -> Mapping[str, bytes]:
    """The sample report in every format, unsigned."""
    from tests import sample

    return {f"tests/golden/{name}": data for name, data in sample.golden().items()}


def machines() -> Mapping[str, bytes]:
    """The reports of the whole machines among the recordings."""
    from tests import machines

    return {f"tests/golden/machines/{name}": data for name, data in machines.golden().items()}


def by_policy() -> Mapping[str, bytes]:
    """The reports of one machine by several policies."""
    from tests import machines

    return {f"tests/golden/policies/{name}": it for name, it in machines.by_policy().items()}


def vectors() -> Mapping[str, bytes]:
    """The test vectors of signed pages."""
    from scripts import make_vectors

    return {f"tests/vectors/{name}": data for name, data in make_vectors.vectors().items()}


def sample_report() -> Mapping[str, bytes]:
    """The signed sample report, and the key to verify it with."""
    from scripts import make_sample

    return {f"reports/{name}": data for name, data in make_sample.files().items()}


GENERATORS: tuple[Callable[[], Mapping[str, bytes]], ...] = (
    policy_schema,
    dictionary,
    platforms,
    support,
    catalogue,
    rule_coverage,
    golden_files,
    machines,
    by_policy,
    vectors,
    sample_report,
)


def main() -> int:
    """Writes or checks every generated file; 1 when `--check` finds one that is not current."""
    stale = []
    for generator in GENERATORS:
        for name, data in generator().items():
            path = ROOT / name
            if path.exists() and path.read_bytes() == data:
                continue
            stale.append(name)
            if "--check" not in sys.argv:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
    for name in stale:
        print(f"{'not current' if '--check' in sys.argv else 'written'}: {name}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
