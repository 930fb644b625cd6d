"""The shape of the collectors: one place a subject, short modules, parsers apart from the host."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "hipaaguard").rglob("*.py"))
MAX_LINES = 400


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) < MAX_LINES


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if "linux" in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_parsers_do_not_ask_the_host(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("parse_"):
            arguments = [it.arg for it in (*node.args.args, *node.args.kwonlyargs)]
            assert "host" not in arguments, node.name
            assert ast.get_docstring(node), node.name
