"""The generated reference is what the code says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = [sys.executable, str(ROOT / "docs" / "generate.py"), *arguments]
    return subprocess.run(code, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((REFERENCE / name).read_text())
    return document


def test_the_reference_has_not_drifted() -> None:
    done = generate("--check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_drift_is_shown_and_mended(tmp_path: Path) -> None:
    shutil.copytree(REFERENCE, tmp_path / "reference")
    page = tmp_path / "reference" / "names.md"
    page.write_text(page.read_text().replace("# Names", "# Other names"))

    done = generate("--check", "--folder", str(tmp_path))
    assert (done.returncode, "-# Other names\n+# Names\n" in done.stdout) == (1, True)

    assert generate("--folder", str(tmp_path)).returncode == 0
    assert page.read_bytes() == (REFERENCE / "names.md").read_bytes()


@pytest.mark.parametrize("name", ["config.schema.json", "record.schema.json"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_every_key_of_the_configuration_is_described() -> None:
    undescribed = [
        f"{name}.{key}"
        for name, part in {"": schema("config.schema.json"), **schema("config.schema.json")["$defs"]}.items()
        for key, entry in part["properties"].items()
        if not (entry.get("description") or "$ref" in entry)
    ]

    assert undescribed == []
