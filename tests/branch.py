"""The demo's branch, as its patch makes it of the demo's project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PATCH = Path(__file__).parents[1] / "integration_tests/branches/fix-overnight-arrivals.patch"


def apply_branch(project: Path, only: str = "*") -> None:
    """Make a copy of the project what it is on the branch; `only` names the paths, as a glob."""
    # Else git takes the checkout that the tests' folders are in for the project's own.
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(project.parent)}
    subprocess.run(["git", "apply", f"--include={only}", str(PATCH)], cwd=project, env=alone, check=True)
