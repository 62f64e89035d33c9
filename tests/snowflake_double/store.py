"""Where rows live: plain tables T1, T2, ... in DuckDB, opened by fakesnow. The catalog says whose they are.

A clone shares its source's table, and so does a table's own past: whoever writes gets a copy first.
"""

from __future__ import annotations

import itertools
import threading
import warnings
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from tests.snowflake_double import functions
from tests.snowflake_double.catalog import Object, now

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fakesnow.instance import FakeSnow

if TYPE_CHECKING:
    import duckdb
    from fakesnow.conn import FakeSnowflakeConnection

VERSIONS = 20  # how many past versions of a table Time Travel keeps


class Store:
    def __init__(self) -> None:
        self._fake = FakeSnow()
        self._fake.connect("STORE", "T")
        self.duck = self.cursor()
        for macro in functions.MACROS:
            self.duck.execute(macro)
        self._numbers = itertools.count(1)
        self._uses: Counter[str] = Counter()
        self._counts: dict[str, int] = {}  # a table that was written has another name
        self._lock = threading.RLock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection that stands where the tables are."""
        cursor = self._fake.duck_conn.cursor()
        cursor.execute("set schema = 'STORE.T'")
        return cursor

    def connection(self) -> FakeSnowflakeConnection:
        """fakesnow's connection: used to translate Snowflake's SQL into DuckDB's."""
        return self._fake.connect("STORE", "T")

    def attach(self, item: Object) -> str:
        """Give `item` a new storage name; the caller makes that table. Lets go of the old one."""
        self.release(item)
        item.storage = f"T{next(self._numbers)}"
        self._uses[item.storage] = 1
        return item.storage

    def share(self, item: Object, storage: str | None) -> None:
        """`item` reads what `storage` holds: a clone."""
        item.storage = storage
        if storage:
            self._uses[storage] += 1

    def at(self, item: Object, moment: datetime) -> str | None:
        """The storage that `item` had at that moment."""
        return next((storage for until, storage in item.history if until > moment), item.storage)

    def writable(self, item: Object, _: duckdb.DuckDBPyConnection | None = None) -> str:
        """The DuckDB table of `item` to write to, outside transactions; what it held so far becomes its past.

        Statements ask Session.writable, which knows of transactions.
        """
        name = self.branch(item, self.duck)
        self.adopt(item, name)
        return name

    def branch(self, item: Object, duck: duckdb.DuckDBPyConnection) -> str:
        """A copy of the item's table that is nobody's yet: in a transaction `duck` has it to itself."""
        assert item.storage, f"{item.full_name} holds no rows"
        with self._lock:
            ((made,),) = duck.execute(
                "select sql from duckdb_tables() where database_name = 'STORE' and table_name = ?", [item.storage]
            ).fetchall()
            name = f"T{next(self._numbers)}"
            duck.execute(made.replace(f"T.{item.storage}(", f"T.{name}(", 1))
            duck.execute(f"insert into {name} from {item.storage}")
            return name

    def adopt(self, item: Object, name: str) -> None:
        """A branch becomes the item's table."""
        assert item.storage
        with self._lock:
            item.altered = now()
            item.history.append((item.altered, item.storage))
            item.storage = name
            self._uses[name] = 1
            if len(item.history) > VERSIONS:
                self._let_go(item.history.pop(0)[1])

    def count(self, item: Object) -> int | None:
        """How many rows it holds; None for what holds none of its own."""
        if not item.storage:
            return None
        if item.storage not in self._counts:
            found = self.duck.execute(f"select count(*) from {item.storage}").fetchone()
            self._counts[item.storage] = found[0] if found else 0
        return self._counts[item.storage]

    def written(self, item: Object) -> None:
        """Its storage was written in place."""
        self._counts.pop(str(item.storage), None)

    def release(self, item: Object) -> None:
        """`item` holds no rows any more, and no past."""
        for storage in (*(past for _, past in item.history), item.storage):
            if storage:
                self._let_go(storage)
        item.storage, item.history = None, []

    def _let_go(self, storage: str) -> None:
        with self._lock:
            self._uses[storage] -= 1
            if self._uses[storage] == 0:
                self.duck.execute(f"drop table if exists {storage}")
                del self._uses[storage]
