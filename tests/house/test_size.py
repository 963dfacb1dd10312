"""Code stays small enough to be read at one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MODULES = sorted((Path(__file__).parents[2] / "simulation").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(path.parts[-2:]))
def test_modules_have_300_lines_at_most_and_functions_40(path: Path) -> None:
    """Docstrings of functions are not counted, for they spare reading."""
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            described = node.body[0] if ast.get_docstring(node) is not None else None
            own = _lines(node) - (0 if described is None else _lines(described))
            assert own <= 40, f"{node.name}: {own} lines"


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1
