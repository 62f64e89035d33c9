"""The tap's package: two files side by side, that import each other as Lambda starts them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from dbt_ghost.core.naming import TAP_HANDLER
from dbt_ghost.providers import artifacts


def test_the_package_is_the_handler_and_what_it_imports() -> None:
    files = artifacts.contents(artifacts.tap())
    module, function = TAP_HANDLER.split(".")
    assert sorted(files) == [f"{module}.py", "shapes.py", "staging.py"]
    assert f"def {function}(" in files[f"{module}.py"].decode()


def test_the_same_files_give_the_same_bytes() -> None:
    assert artifacts.tap() == artifacts.tap()


def test_the_files_run_without_dbt_ghost(tmp_path: Path) -> None:
    for name, content in artifacts.contents(artifacts.tap()).items():
        (tmp_path / name).write_bytes(content)
    code = "import handler, sys; print(handler.shapes.__name__, [m for m in sys.modules if m.startswith('dbt')])"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "shapes []\n"


def test_the_files_need_boto3_and_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "boto3", "botocore", "shapes", "staging", "dbt_ghost"}
    for name, content in artifacts.contents(artifacts.tap()).items():
        imported = set()
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).split(".")[0])
        assert imported <= (allowed if name != "shapes.py" else allowed - {"boto3", "botocore", "os", "time"})
