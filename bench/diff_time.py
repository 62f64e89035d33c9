"""What comparing a ghost with production costs, beside a scan, a join, others' SQL and others' programs.

`python -m bench.diff_time [--scale 0.1] [--datadiffer PATH] [--data-diff PATH]`, each PATH to the program in an
environment of its own. Statements are timed in one process, on two copies of one table in DuckLake, in turn; programs,
and ours as `dbt run-operation`, as whole processes. The figures to quote are the ratios. Makes about 3 GB below TMPDIR,
and removes it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dbt_ghost.providers import lake_beside
from dbt_ghost.providers.lake_catalog import load_extension, quoted
from dbt_ghost.providers.lake_files import Place
from tests.warehouse.many import run
from tests.warehouse.project import Warehouse, command, make_warehouse

RUNS = 3
SHAPES = ((3_000_000, 20), (10_000_000, 10))
DIFFERENCES = 90
MANY = 200
VARS = json.dumps({"ghost": {"project": "flights", "databases": ["lake"], "observe": {"key": ["id"]}}})
OURS = "`ghost_diff`"
PROGRAMS = {
    "datadiffer": ("diff", "--key", "id", "--format", "json", "{file}:p_t", "{file}:g_t"),
    "data-diff": ("duckdb:///{file}", "p_t", "g_t", "-k", "id", "--stats", "--no-tracking"),
}
"""What each is asked; data-diff joins, which is its fastest where both tables are in one database."""
CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:])
print("\\nPEAK", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass
class Clock:
    """Stands in for `lake_beside.ask`: what it takes, by the kind of question."""

    ask: Callable[..., list[dict[str, Any]]] = lake_beside.ask
    spent: dict[str, float] = field(default_factory=dict)

    def __call__(self, connection: duckdb.DuckDBPyConnection, statements: Sequence[str]) -> list[dict[str, Any]]:
        begun = time.perf_counter()
        answers = self.ask(connection, statements)
        kind = "rows" if statements[0].startswith("with ") else "hash"
        self.spent[kind] = self.spent.get(kind, 0.0) + time.perf_counter() - begun
        return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    for name in PROGRAMS:
        parser.add_argument(f"--{name}", metavar="PATH", help="the program, where it is installed")
    asked = parser.parse_args()
    scale, paths = asked.scale, {name: getattr(asked, name.replace("-", "_")) for name in PROGRAMS}
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder:
        print("| rows x columns | statement | seconds | beside |")
        print("|---|---|---|---|")
        for rows, columns in SHAPES:
            report(Path(folder) / f"{rows}", int(rows * scale), columns, paths)
        many(Path(folder) / "many", int(3_000_000 * scale) // MANY)


def report(folder: Path, rows: int, columns: int, paths: Mapping[str, str | None]) -> None:
    names = [f"c{number}" for number in range(1, columns)]
    warehouse = made(folder, [table("t", rows, names), table("same", rows, names)])
    step = rows // DIFFERENCES
    changed = f"update lake.main.t set c3 = c3 + 1 where id % {step} = 3 and id < {step * DIFFERENCES}"
    # As dbt builds it anew: the catalog cannot know that nothing changed.
    anew = ["create table lake.main.again as select * from lake.main.same", "drop table lake.main.same"]
    write(warehouse.ghost, [changed, *anew, "alter table lake.main.again rename to same"])
    ours = [compared(warehouse) for _ in range(RUNS)]
    theirs = beside(warehouse, names)
    shape = f"{rows / 1e6:g} M x {columns}"
    both = {kind: statistics.median(each[kind] for each in ours) for kind in ("hash", "rows")}
    scan, join = theirs["one scan of both sides"], theirs["one bare full outer join"]
    each = both["hash"] / 2
    print(f"| {shape} | `ghost_diff`, hashes of one table | {each:.2f} | {each / scan:.2f} of the scan |")
    told = f"`ghost_diff`, {DIFFERENCES} differences"
    print(f"| {shape} | {told} | {both['rows']:.2f} | {both['rows'] / join:.2f} of the join |")
    for name, seconds in theirs.items():
        print(f"| {shape} | {name} | {seconds:.2f} | {seconds / join:.2f} of the join |")
    whole = programs(warehouse, names, paths)
    for name, (seconds, peak) in whole.items():
        told = f"{name}, as a program, {peak:.1f} GB of memory"
        print(f"| {shape} | {told} | {seconds:.1f} | {seconds / whole[OURS][0]:.2f} of ours as a program |")


def many(folder: Path, rows: int) -> None:
    names = [f"c{number}" for number in range(1, 20)]
    warehouse = made(folder, [table(f"t{number}", rows, names) for number in range(MANY)])
    write(warehouse.ghost, [f"delete from lake.main.t{number} where id = 0" for number in range(MANY)])
    write(warehouse.ghost, [f"insert into lake.main.t{number} select 0 {', 0' * len(names)}" for number in range(MANY)])
    spent = compared(warehouse)
    scans = timed(warehouse, [scan_sql(f"t{number}", names) for number in range(MANY)])
    share = spent["hash"] / scans
    print(f"| {MANY} tables | `ghost_diff`, hashes | {spent['hash']:.2f} | {share:.2f} of scans one by one |")


def table(name: str, rows: int, names: Sequence[str]) -> str:
    values = ", ".join(f"(range * {n + 7}) % {1000 + n} as {column}" for n, column in enumerate(names))
    return f"create table lake.main.{name} as select range as id, {values} from range({rows})"


def made(folder: Path, statements: Sequence[str]) -> Warehouse:
    folder.mkdir(parents=True)
    warehouse = make_warehouse(folder)
    warehouse.lake.prod.folder.mkdir(parents=True, exist_ok=True)
    write(warehouse.lake.prod, statements)
    assert warehouse.operation("ghost_clone")["ok"]
    return warehouse


def write(place: Place, statements: Sequence[str]) -> None:
    with duckdb.connect() as connection:
        load_extension(connection, "ducklake")
        connection.execute(
            f"attach {quoted(f'ducklake:{place.catalog}')} as lake (data_path {quoted(place.data_path)})"
        )
        for statement in statements:
            connection.execute(statement)


def compared(warehouse: Warehouse) -> dict[str, float]:
    """Seconds by the kind of question, of one run in this process."""
    clock = Clock()
    lake_beside.ask = clock
    words = ("--quiet", "run-operation", "ghost_diff", "--vars", VARS)
    told = run(**command(warehouse, "ghost", words, {"GHOST_BRANCH": "fix/overnight-arrivals"}))
    lake_beside.ask = clock.ask
    assert told["ok"], told["error"]
    return clock.spent


def attach_both(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    """Production as `p` and the ghost as `g`: copies of their catalogs, since dbt in this process keeps one open."""
    load_extension(connection, "ducklake")
    for alias, place in (("p", warehouse.lake.prod), ("g", warehouse.ghost)):
        copy = warehouse.folder / f"{alias}.ducklake"
        shutil.copy(place.catalog, copy)
        connection.execute(f"attach {quoted(f'ducklake:{copy}')} as {alias} (read_only)")


def timed(warehouse: Warehouse, statements: Sequence[str]) -> float:
    """Seconds of these, one after the other, with production and ghost attached as `p` and `g`."""
    with duckdb.connect() as connection:
        attach_both(connection, warehouse)
        begun = time.perf_counter()
        for statement in statements:
            connection.execute(statement).fetchall()
        return time.perf_counter() - begun


def beside(warehouse: Warehouse, names: Sequence[str]) -> dict[str, float]:
    differ = " or ".join(f"p.{name} is distinct from g.{name}" for name in names)
    per_column = [
        "select count(*) from (select md5(id::varchar) as k, * from p.main.t) as p"
        " full outer join (select md5(id::varchar) as k, * from g.main.t) as g on p.k = g.k"
        f" where p.{name} is not distinct from g.{name}"
        for name in names
    ]
    unique = [f"select id from {side}.main.t group by id having count(*) > 1" for side in "pg"]
    questions = {
        "one scan of both sides": [scan_sql("t", names)],
        "one bare full outer join": [
            f"select count(*) from p.main.t as p full outer join g.main.t as g on p.id = g.id"
            f" where p.id is null or g.id is null or {differ}"
        ],
        "dbt-audit-helper's compare_relations": [
            "with b as (select * from p.main.t intersect select * from g.main.t),"
            " p as (select * from p.main.t except select * from g.main.t),"
            " g as (select * from g.main.t except select * from p.main.t)"
            " select (select count(*) from b), (select count(*) from p), (select count(*) from g)"
        ],
        "Recce's value diff": [*unique, *per_column],
    }
    return {name: statistics.median(timed(warehouse, each) for _ in range(RUNS)) for name, each in questions.items()}


def programs(
    warehouse: Warehouse, names: Sequence[str], paths: Mapping[str, str | None]
) -> dict[str, tuple[float, float]]:
    """(seconds, gigabytes at most) of a run of each that is installed; theirs read two tables of one DuckDB file."""
    file = warehouse.folder.parent / "both.duckdb"
    with duckdb.connect(str(file)) as connection:
        attach_both(connection, warehouse)
        for side in "pg":
            connection.execute(f"create table {side}_t as select * from {side}.main.t")
    asked = ("run-operation", "ghost_diff", "--target", "ghost", "--vars", VARS, "--args", "{tables: [main.t]}")
    environment = {**warehouse.environment, "GHOST_BRANCH": "fix/overnight-arrivals", "DBT_TARGET_PATH": "target/ghost"}
    commands = {OURS: [sys.executable, "-m", "dbt.cli.main", *asked]}
    for name, arguments in PROGRAMS.items():
        if path := paths[name]:
            columns = [word for each in names for word in ("-c", each)] if name == "data-diff" else []
            commands[name] = [path, *(each.format(file=file) for each in arguments), *columns]
    found = {name: measured(words, warehouse.folder, environment) for name, words in commands.items()}
    file.unlink()
    return found


def measured(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """As the one child of a process of its own, which the system then tells the memory of."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    said, _, kilobytes = done.stdout.rpartition("\nPEAK ")
    assert re.search(rf"\b{DIFFERENCES}\b", said), (words[:2], done.stdout[-2000:], done.stderr[-2000:])
    return seconds, int(kilobytes) / 1024**2


def scan_sql(name: str, names: Sequence[str]) -> str:
    least = ", ".join(f"min({column})" for column in ("id", *names))
    return f"select {least} from p.main.{name} union all select {least} from g.main.{name}"


if __name__ == "__main__":
    main()
