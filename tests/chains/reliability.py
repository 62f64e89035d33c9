"""`python -m tests.chains.reliability`: every cell of the matrix, one after another, with many objects.

Cells that have passed for the same code are skipped, so an interrupted run goes on; `--fresh` begins anew. Exit code
0 if in the end every cell has passed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from dbt_ghost.providers.local_stack import local_stack
from tests.chains.matrix import ALL, MANY, Cell
from tests.chains.results import Result, Results, fingerprint, latest, summary, to_do

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".work/reliability/results.jsonl"
CODE = (ROOT / "dbt_ghost", ROOT / "ghost_cli", ROOT / "tests/chains")

Run = Callable[[Cell, int], None]
"""Forks as the cell says and sends that many objects. Raises whatever is wrong."""


def run_all(cells: Sequence[Cell], results: Results, objects: int, code: str, run: Run) -> bool:
    """Run what has not passed yet, and print how it went. Did every cell pass?"""
    known = latest(results.read(), objects, code)
    for cell in to_do(cells, known):
        result = known[cell.id] = _tried(cell, objects, code, run)
        results.add(result)
        print(f"{'passed' if result.passed else 'FAILED'} {cell.id} ({result.seconds:.1f} s)", flush=True)
    print(summary(cells, known))
    return not to_do(cells, known)


def _tried(cell: Cell, objects: int, code: str, run: Run) -> Result:
    started, told = time.monotonic(), ""
    try:
        run(cell, objects)
    except Exception:
        told = traceback.format_exc()
    return Result(cell.id, objects, code, told, round(time.monotonic() - started, 1))


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chains.reliability", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="forget what has passed")
    parser.add_argument("--objects", type=int, default=MANY, help=f"to send in each cell ({MANY})")
    chosen = parser.parse_args(words)
    results = Results(FILE)
    if chosen.fresh:
        results.clear()
    return 0 if _on_a_local_aws(results, chosen.objects) else 1


def _on_a_local_aws(results: Results, objects: int) -> bool:
    from tests.chains.forking import Ground

    with (
        tempfile.TemporaryDirectory(prefix="reliability-") as name,
        local_stack(Path(name) / "aws", auth=True) as stack,
    ):
        ground = Ground(stack)

        def run(cell: Cell, objects: int) -> None:
            ground.hold(cell.chain)
            ground.try_out(cell, objects, Path(name) / cell.id)

        return run_all(ALL, results, objects, fingerprint(CODE), run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
