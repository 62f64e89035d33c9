"""Where the dbt package is: macros and dbt_project.yml, as they were installed with this."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parents[1]


def package_root() -> Path:
    """The dbt package: inside an installed wheel, else the checkout that this file is in."""
    packed = HERE / "package"
    return packed if packed.is_dir() else HERE.parent
