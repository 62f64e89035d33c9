"""No file outgrows its reader: Python files stay within 300 lines, macro files within 100."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    ".py": ("dbt_ghost", "ghost_cli", "integration_tests", "tests", "docs", "bench", "live"),
    ".sql": ("macros", "integration_tests"),
}
LIMITS = {".py": 300, ".sql": 100}


@pytest.mark.parametrize("suffix", LIMITS)
def test_no_file_is_too_long(suffix: str) -> None:
    files = [
        file
        for folder in FOLDERS[suffix]
        for file in (ROOT / folder).rglob(f"*{suffix}")
        if "dbt_packages" not in file.parts
    ]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    assert len(lengths) > 20
    assert {name: length for name, length in lengths.items() if length > LIMITS[suffix]} == {}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
