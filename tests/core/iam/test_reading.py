"""The evaluator can be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import dbt_ghost.core.iam

FOLDER = Path(dbt_ghost.core.iam.__file__).parent
EVALUATOR = ("proving.py", "searching.py", "principals.py", "conditions.py")


def code(file: Path) -> set[int]:
    """The numbers of the lines with code: no blanks, comments, imports and texts that only say something."""
    text = file.read_text()
    silent = {
        number
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(text.splitlines(), 1)
    return {number for number, line in lines if line.strip() and not line.strip().startswith("#")} - silent


def test_the_evaluator_is_short_and_so_is_each_file() -> None:
    assert 200 < sum(len(code(FOLDER / name)) for name in EVALUATOR) < 400
    assert {
        file.name: size for file in FOLDER.glob("*.py") if (size := len(file.read_text().splitlines())) >= 150
    } == {}
