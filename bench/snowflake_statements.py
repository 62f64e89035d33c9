"""What cloning costs in statements and waiting, beside `dbt clone`: `python -m bench.snowflake_statements`.

On the double of Snowflake, where every statement takes 0.4 s whatever it does, and what runs at once waits at once. So
this compares numbers of statements and how many run side by side; it says nothing of Snowflake's own time. What the
double and dbt add themselves is in the seconds: `python -m bench.snowflake_statements 0` shows it. Takes five or six
minutes, below TMPDIR and on 127.0.0.1, and leaves nothing there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.many_models import DbtClone
from tests.snowflake_double.journal import Entry
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import GHOST, Shop, make_shop, settings
from tests.warehouse.snowflake.counting import cloning, statements
from tests.warehouse.worker import DbtWorker

DELAY = float(sys.argv[1]) if len(sys.argv) > 1 else 0.4
SIZES = ((100, 10), (500, 50))
TEMPLATE = {"ownership": "template", "templates": {"PROD_DB": "PROD_DB_TEMPLATE"}}
PROCEDURE = {"ownership": "procedure"}
RUNS = (
    ("template", TEMPLATE, ("database", "schema", "tables")),
    # One strategy: its ownership costs the same after each, and the double is slow at a procedure's long loops.
    ("procedure", PROCEDURE, ("database",)),
)


@dataclass(frozen=True)
class Cost:
    """Of one operation, counted in the double's journal. `cloning`: statements of the clone itself."""

    statements: int
    in_procedures: int
    round_trips: int
    cloning: int
    seconds: float


class Meter:
    def __init__(self, double: Double) -> None:
        self._double = double
        self._begun = 0.0
        double.before = self._note

    def _note(self, entry: Entry) -> None:
        """Called after the delay of each statement."""
        self._begun = self._begun or time.perf_counter() - DELAY

    def cost(self, operation: Callable[[], dict[str, Any]]) -> Cost:
        """From the first statement to the end of the command, so without dbt's start and parsing."""
        self._begun, before = 0.0, len(self._double.journal)
        self._double.delay = DELAY
        said = operation()
        seconds = time.perf_counter() - self._begun
        self._double.delay = 0.0
        assert said["ok"], said
        entries = self._double.journal.since(before)
        failed = [entry for entry in entries if entry.outcome != "ok"]
        assert not failed, failed[0]
        sent = statements(entries)
        return Cost(
            len(sent),
            sum(self._in_procedure(entry) for entry in sent),
            sum(entry.parent is None for entry in entries),
            cloning(entries),
            seconds,
        )

    def _in_procedure(self, entry: Entry) -> bool:
        while entry.parent is not None:
            entry = self._double.journal.entries[entry.parent]
            if entry.text.startswith("call "):
                return True
        return False


def main() -> None:
    from fakesnow.transforms.stage import LOCAL_BUCKET_PATH

    checks = []
    print("| tables, schemas | operation | statements | in procedures | round trips | seconds | / `dbt clone` |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder, DbtWorker() as worker:
        tempfile.tempdir = folder  # what the double makes is removed with it
        for tables, schemas in SIZES:
            with account(tables, schemas) as double:
                size = f"{tables}, {schemas}"
                checks += measured(size, double, worker, Path(folder) / str(tables))
    print("\n| tables, schemas | set-up, strategy | its clone's statements | formula |\n|---|---|---|---|")
    print("\n".join(checks))
    shutil.rmtree(LOCAL_BUCKET_PATH)  # fakesnow makes it when it is imported, and leaves it


@contextmanager
def account(tables: int, schemas: int) -> Iterator[Double]:
    """With production on it."""
    with Double() as double:
        admin = double.session("ADMIN", "ACCOUNTADMIN")
        for statement in (
            "create role TRANSFORMER",
            "grant role TRANSFORMER to role SYSADMIN",
            "create user PROD_CI default_role = TRANSFORMER default_secondary_roles = ()",
            "grant role TRANSFORMER to user PROD_CI",
            "create warehouse PROD_WH warehouse_size = xsmall",
            "grant usage on warehouse PROD_WH to role TRANSFORMER",
            "grant create database on account to role TRANSFORMER",
            "use role TRANSFORMER",
            "create database PROD_DB",
            *(f"create schema PROD_DB.S{schema}" for schema in range(schemas)),
            *(f"create table PROD_DB.S{table % schemas}.T{table} as select 1 as ID" for table in range(tables)),
        ):
            admin.run(statement)
        yield double


def measured(size: str, double: Double, worker: DbtWorker, folder: Path) -> list[str]:
    """Prints the rows of one account; returns those of the check."""
    meter = Meter(double)
    tables, schemas = map(int, size.split(", "))
    dbt = DbtClone(double, worker, folder / "many", tables, schemas)
    walls: dict[str, float] = {}
    for threads in (16, 4):
        dbt.empty()
        for how in ("", " again") if threads == 16 else ("",):
            cost = meter.cost(partial(dbt.clone, threads))
            walls.setdefault(how, cost.seconds)
            show(size, f"`dbt clone`{how}, {threads} threads", cost, walls[how])
    shop = make_shop(double, worker, folder / "shop", ["select 1"])
    for nodes in ("models", "seeds", "snapshots"):  # dbt would parse them anew for each strategy
        shutil.rmtree(shop.folder / nodes)
    checks = []
    for setup, clone, strategies in RUNS:
        for strategy in strategies:
            shop.ghost = settings(databases=["PROD_DB"], feed=[], clone={**clone, "strategy": strategy})
            if strategy == strategies[0]:
                shop.set_up()
            else:
                shop.admin(f"drop database {GHOST}")
            cost = meter.cost(lambda: shop.operation("ghost_clone"))
            show(size, f"`ghost_clone`, {setup}, by {strategy}", cost, walls[""])
            checks.append(check(size, f"{setup}, {strategy}", cost.cloning, strategy))
        checks += ended(size, setup, meter, shop, walls[" again"])
    return checks


def check(size: str, name: str, counted: int, formula: str) -> str:
    """PUBLIC is one of the schemas."""
    tables, schemas = map(int, size.split(", "))
    text, value = {
        "database": ("3", 3),
        "schema": ("S + 1 + 3", schemas + 4),
        "tables": ("N + S + 1 + 3", tables + schemas + 4),
    }[formula]
    return f"| {size} | {name} | {counted} | {text} = {value} |" + ("" if counted == value else " differs")


def ended(size: str, setup: str, meter: Meter, shop: Shop, again: float) -> list[str]:
    """Clone again with nothing to do, then drop."""
    cost = meter.cost(lambda: shop.operation("ghost_clone"))
    show(size, f"`ghost_clone` again, {setup}", cost, again)
    show(size, f"`ghost_drop`, {setup}", meter.cost(lambda: shop.operation("ghost_drop")), None)
    return [f"| {size} | {setup}, again: all that is sent | {cost.statements - cost.in_procedures} | 3 |"]


def show(size: str, name: str, cost: Cost, dbt: float | None) -> None:
    ratio = f"{cost.seconds / dbt:.2f}" if dbt else ""
    counts = f"{cost.statements} | {cost.in_procedures} | {cost.round_trips}"
    print(f"| {size} | {name} | {counts} | {cost.seconds:.1f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
