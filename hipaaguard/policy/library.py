"""The policies, checks and provisions that come with HipaaGuard, as text.

They lie in the package where it was installed from a wheel, beside it in a checkout.
"""

from functools import cache
from pathlib import Path

from hipaaguard.errors import PolicyError

_PACKAGE = Path(__file__).parent.parent
PROVISIONS = "hipaa"
"""The file with the provisions of the rule, which is no policy."""
QUESTIONS = "questions"
"""The file with the questions, which is no policy."""
MAPPINGS = "mappings"
"""The file with what checks mean in other catalogues, which is no policy."""


@cache
def folder() -> Path:
    """The folder with the policies."""
    for candidate in (_PACKAGE / "policies", _PACKAGE.parent / "policies"):
        if (candidate / f"{PROVISIONS}.yaml").is_file():
            return candidate
    raise PolicyError(
        "the policies that come with HipaaGuard are not there", hint="install HipaaGuard again"
    )


def shipped() -> tuple[str, ...]:
    """The id of every policy that comes with HipaaGuard, sorted."""
    names = sorted(path.stem for path in folder().glob("*.yaml"))
    return tuple(name for name in names if name not in (PROVISIONS, QUESTIONS, MAPPINGS))


def shipped_text(policy_id: str) -> bytes:
    """The file of a policy that comes with HipaaGuard.

    Args:
        policy_id: one of `shipped()`.

    Returns:
        YAML.

    Raises:
        PolicyError: No such policy.
    """
    if policy_id not in shipped():
        raise PolicyError(
            f"no policy named {policy_id!r} comes with HipaaGuard",
            hint=f"these do: {', '.join(shipped())}",
        )
    return _text(f"{policy_id}.yaml")


@cache
def family_names() -> tuple[str, ...]:
    """The name of every family of checks, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "checks").glob("*.yaml")))


def family_text(name: str) -> bytes:
    """The file of a family of checks; `name` is one of `family_names()`."""
    return _text(f"checks/{name}.yaml")


def provisions_text() -> bytes:
    """The file with the provisions of the rule."""
    return _text(f"{PROVISIONS}.yaml")


def questions_text() -> bytes:
    """The file with the questions."""
    return _text(f"{QUESTIONS}.yaml")


def mappings_text() -> bytes:
    """The file with what checks mean in other catalogues."""
    return _text(f"{MAPPINGS}.yaml")


def _text(name: str) -> bytes:
    try:
        return (folder() / name).read_bytes()
    except OSError as error:
        raise PolicyError(f"{name} of HipaaGuard's own policies cannot be read") from error
