"""What has been found out about each cell, one JSON object a line; a run that was interrupted goes on from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chains.matrix import Cell


@dataclass(frozen=True)
class Result:
    """Of one cell, with so many objects, for the code of that fingerprint. `told` is empty if it passed."""

    cell: str
    objects: int
    code: str
    told: str
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.told


@dataclass(frozen=True)
class Results:
    """The file. It is only ever added to, or begun anew."""

    file: Path

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)

    def add(self, result: Result) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def read(self) -> list[Result]:
        """What a kill left of a line counts as nothing."""
        if not self.file.exists():
            return []
        return [result for line in self.file.read_text().splitlines() if (result := _read(line))]


def _read(line: str) -> Result | None:
    try:
        return Result(**json.loads(line))
    except (json.JSONDecodeError, TypeError):
        return None


def latest(results: Iterable[Result], objects: int, code: str) -> dict[str, Result]:
    """The last result of each cell for these objects and this code; others say nothing about it."""
    return {result.cell: result for result in results if (result.objects, result.code) == (objects, code)}


def to_do(cells: Iterable[Cell], known: dict[str, Result]) -> list[Cell]:
    """The cells that have not passed."""
    return [cell for cell in cells if not (cell.id in known and known[cell.id].passed)]


def summary(cells: Sequence[Cell], known: dict[str, Result]) -> str:
    """A line per cell that failed or was not run, then the count."""
    lines = []
    for cell in to_do(cells, known):
        said = known[cell.id].told.strip().splitlines()[-1] if cell.id in known else "not run"
        lines.append(f"{cell.id}: {said}")
    passed = len(cells) - len(lines)
    return "\n".join([*lines, f"{passed} of {len(cells)} cells passed"])


def fingerprint(folders: Iterable[Path]) -> str:
    """Of all Python below the folders: another text is another code."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.rglob("*.py")):
        digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
