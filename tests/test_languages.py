"""No collector reads a text that a system translates."""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT, TESTS
from tests.text_programs import STRUCTURED, TEXT_PROGRAMS

COLLECTORS = ROOT / "hipaaguard" / "collect"
ON_ONE_LINE = re.compile(r"^\s*(?:- )?run: \[([^],]+)", re.MULTILINE)
ON_MANY_LINES = re.compile(r"^\s*(?:- )?run:\n\s+- (\S+)", re.MULTILINE)


def asked_in_recordings(platform: str) -> set[str]:
    """The programs that recordings have answers of, and so those that collectors ask."""
    found = set()
    for path in (TESTS / "recordings" / platform).glob("*/recording.yaml"):
        text = path.read_text(encoding="utf-8")
        found |= {
            it.strip("'\"") for it in (*ON_ONE_LINE.findall(text), *ON_MANY_LINES.findall(text))
        }
    return found


def asked_in(folder: Path) -> set[str]:
    """The programs that collectors name where they run them."""
    return {
        node.args[0].value
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "run"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_program_says_why_its_answer_is_the_same_in_any_language() -> None:
    asked = asked_in(COLLECTORS).union(*map(asked_in_recordings, ("linux", "macos", "windows")))
    assert asked - set(STRUCTURED) == set(TEXT_PROGRAMS)
    assert not set(STRUCTURED) & set(TEXT_PROGRAMS)
    assert all(why.endswith(".") for why in TEXT_PROGRAMS.values())


def test_on_windows_no_program_but_json_ones_is_run() -> None:
    asked = asked_in(COLLECTORS / "windows") | asked_in_recordings("windows")
    assert asked <= {name for name, form in STRUCTURED.items() if form == "JSON"}


TRANSLATED = frozenset(
    {
        *("Administrators", "Users", "Guest", "Guests", "Everyone"),
        *("Enabled", "Disabled", "Running", "Stopped", "Connected", "Disconnected"),
        *("True", "False", "Yes", "No", "On", "Off", "OK", "Unknown", "Allow", "Block"),
        *("Public", "Private", "Domain"),
    }
)
"""Words that Windows says in its own language: groups, services, networks, states."""

NOT_TRANSLATED = {
    # Enumerations of the firewall's classes, which PowerShell writes by their names in code.
    ("profiles.py", word)
    for word in ("True", "False", "Allow", "Block")
}
"""By module, words that only look as if they were translated."""


def test_words_that_windows_translates_are_not_compared() -> None:
    folder = COLLECTORS / "windows"
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")}
    compared = {
        (path.name, constant.value)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Compare, ast.MatchValue))
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and constant.value in TRANSLATED
    }
    queries = {
        (path.name, word)
        for path in folder.rglob("*.ps1")
        for word in re.findall(
            r"-(?:eq|ne|like|match) ['\"](\w+)", path.read_text(encoding="utf-8")
        )
        if word in TRANSLATED
    }
    assert compared | queries == NOT_TRANSLATED
