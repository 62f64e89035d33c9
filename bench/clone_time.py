"""How a clone's time and disk grow with the data, beside copying the same warehouse: `python bench/clone_time.py`.

Both are timed in turn in one run, and the figures to quote are the ratios. Makes about 1 GB below TMPDIR, and removes
it.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake
from dbt_ghost.providers.lake_files import Lake

ROWS = (500_000, 2_000_000, 8_000_000)
RUNS = 5
GHOST = GhostName("bench", "feature/x")


def main() -> None:
    print("| data | clone's time / the smallest's | copy's time / the smallest's | clone's disk / the data |")
    print("|---|---|---|---|")
    smallest: tuple[float, float] | None = None
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder:
        for rows in ROWS:
            home = Lake(Path(folder).resolve() / str(rows))
            megabytes = make(home, rows)
            clone, copy, own = timed(home)
            smallest = smallest or (clone, copy)
            times = f"{clone / smallest[0]:.1f} | {copy / smallest[1]:.1f}"
            print(f"| {megabytes:,.0f} MB | {times} | {own / 1e6 / megabytes:.3f} |")
            shutil.rmtree(home.home)


def make(home: Lake, rows: int) -> float:
    """A table of `rows` rows that do not compress away; returns its size in MB."""
    home.home.mkdir(parents=True)
    with duckdb.connect(":memory:") as connection:
        lake.load_extension(connection, "ducklake")
        connection.execute(f"attach 'ducklake:{home.prod.catalog}' as prod (data_path '{home.prod.data_path}')")
        connection.execute(
            "create table prod.main.t as select i, hash(i) as a, hash(i, 1) as b, md5(i::varchar) as c"
            f" from range({rows}) r(i)"
        )
    return sum(file.stat().st_size for file in home.prod.data.rglob("*") if file.is_file()) / 1e6


def timed(home: Lake) -> tuple[float, float, int]:
    """Medians of cloning and of copying, in seconds, run in turn; and the bytes of files that only the clone has."""
    clones, copies, own = [], [], 0
    for _ in range(RUNS):
        clones.append(seconds(lambda: lake.clone(home, GHOST, datetime.now(UTC) + timedelta(days=1))))
        files = (file.stat() for file in home.ghost(GHOST).folder.rglob("*") if file.is_file())
        own = sum(file.st_size for file in files if file.st_nlink == 1)
        lake.drop(home, GHOST)
        target = home.home.with_name("copy")
        copies.append(seconds(partial(shutil.copytree, home.prod.data, target)))
        shutil.rmtree(target)
    return statistics.median(clones), statistics.median(copies), own


def seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
