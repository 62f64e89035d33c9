"""One connection: who it is, where it stands, what it may, and how a statement runs in it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.snowflake_double import errors, rights, router
from tests.snowflake_double.catalog import Account, Database, Object, Schema, Securable
from tests.snowflake_double.journal import Entry
from tests.snowflake_double.names import dotted, parse_name
from tests.snowflake_double.rows import SUCCESS, Rows

if TYPE_CHECKING:
    import duckdb

    from tests.snowflake_double.server import Double

LOCK_TIMEOUT = 30.0  # seconds that a statement waits for another session's transaction


class Session:
    def __init__(self, double: Double, user: str, role: str, secondary: str = "NONE") -> None:
        self.double = double
        self.user = user
        self.role = role
        self.secondary = secondary  # secondary roles: 'NONE' or 'ALL'
        self.database: str | None = None
        self.schema: str | None = None
        self.warehouse: str | None = None
        self.parameters: dict[str, str] = {}
        self.id = uuid.uuid4().hex[:12]
        self.duck: duckdb.DuckDBPyConnection = double.store.cursor()
        self.in_transaction = False
        self.pending: dict[Object, str] = {}  # what the open transaction wrote: its own tables in DuckDB
        self.entry: Entry | None = None  # the journal's entry of the statement that runs
        self.temporary: dict[tuple[Schema, str], Object] = {}  # temporary tables and views; they shadow others
        self.results: dict[str, Rows] = {}  # by query id, for RESULT_SCAN
        self.query_id = ""  # the last statement's

    @property
    def account(self) -> Account:
        return self.double.account

    # -- running ------------------------------------------------------------------------------------------------

    def run(self, text: str) -> Rows:
        """Run one statement and journal it; inside another one's handler it is journaled as that one's child.

        Raises SnowflakeError. A handler calls this to run another statement as the session's present role.
        """
        parent = self.entry
        tag = self.parameters.get("QUERY_TAG", "")
        self.entry = self.double.journal.begin(text, self.user, self.role, tag, parent.index if parent else None)
        if self.double.delay:
            time.sleep(self.double.delay)
        try:
            self.double.before(self.entry)
            rows = router.answer(self, text) or Rows.status(SUCCESS)
            self.entry.outcome = "ok"
        except errors.SnowflakeError as error:
            self.entry.outcome = f"{error.errno}: {error.message}"
            raise
        except Exception as error:
            self.entry.outcome = f"9999: {type(error).__name__}: {error}"
            raise
        finally:
            self.entry = parent
        self.query_id = str(uuid.uuid4())
        self.results[self.query_id] = rows
        return rows

    @contextmanager
    def acting_as(self, role: str) -> Iterator[None]:
        """The body of an owner's-rights procedure: that role alone, no secondary roles."""
        before = self.role, self.secondary
        self.role, self.secondary = role, "NONE"
        try:
            yield
        finally:
            self.role, self.secondary = before

    def fork(self) -> Session:
        """A copy for another thread (an ASYNC child): same place and rights, its own DuckDB cursor."""
        twin = Session(self.double, self.user, self.role, self.secondary)
        twin.database, twin.schema, twin.warehouse = self.database, self.schema, self.warehouse
        twin.parameters, twin.temporary, twin.entry = self.parameters, self.temporary, self.entry
        return twin

    def begin(self) -> None:
        if not self.in_transaction:
            self.duck.execute("begin transaction")
            self.in_transaction = True

    def commit(self) -> None:
        """Every DDL statement does this first."""
        if self.in_transaction:
            self.duck.execute("commit")
            for item, name in self.pending.items():
                self.double.store.adopt(item, name)
            self._end()

    def rollback(self) -> None:
        if self.in_transaction:
            self.duck.execute("rollback")
            self._end()

    def _end(self) -> None:
        self.in_transaction = False
        for item in self.pending:
            self.double.writers.pop(item, None)
        self.pending = {}
        self.double.freed.notify_all()

    def close(self) -> None:
        with self.double.lock:
            self.rollback()
            for item in self.temporary.values():
                self.double.store.release(item)
            self.temporary.clear()
            self.duck.close()

    def writable(self, item: Object) -> str:
        """The DuckDB table of `item` to write to. In a transaction it is the session's alone until the commit."""
        if self.owns_temporary(item):
            self.double.store.written(item)
            return str(item.storage)
        if item in self.pending:
            return self.pending[item]
        if not self.double.freed.wait_for(lambda: item not in self.double.writers, LOCK_TIMEOUT):
            raise errors.SnowflakeError(
                625, "57014", f"Another transaction has locked table '{item.full_name}' and has not committed yet."
            )
        if not self.in_transaction:
            return self.double.store.writable(item)
        self.double.writers[item] = self
        self.pending[item] = self.double.store.branch(item, self.duck)
        return self.pending[item]

    # -- rights -------------------------------------------------------------------------------------------------

    def roles(self) -> list[str]:
        """The active roles: the primary one and, with secondary roles ALL, every role granted to the user."""
        extra = rights.roles_of_user(self.account, self.user) if self.secondary == "ALL" else []
        return [self.role, *(role for role in extra if role != self.role)]

    def can(self, privilege: str, target: Securable) -> bool:
        """The privilege on the target, and USAGE on the database and schema around it."""
        parent = target.parent
        if self.owns_temporary(target):
            return True
        while parent is not None:
            if not rights.may(self.account, self.roles(), "USAGE", parent):
                return False
            parent = parent.parent
        return rights.may(self.account, self.roles(), privilege, target)

    def owns_temporary(self, target: Securable) -> bool:
        return isinstance(target, Object) and self.temporary.get((target.schema, target.name)) is target

    def sees(self, target: Securable) -> bool:
        """Would SHOW list it: any privilege on it, and its containers are seen."""
        if self.owns_temporary(target):
            return True
        parent = target.parent
        return (parent is None or self.sees(parent)) and rights.sees(self.account, self.roles(), target)

    def require(self, privilege: str, target: Securable) -> None:
        """Raise "does not exist or not authorized" for what is not seen, else 3001 without the privilege."""
        if not self.sees(target) and target is not self.account:
            raise errors.does_not_exist(target.kind, target.full_name)
        if not self.can(privilege, target):
            raise errors.insufficient(target.kind, target.name)

    # -- names --------------------------------------------------------------------------------------------------

    def qualify(self, name: str | tuple[str, ...], parts: int = 3) -> tuple[str, ...]:
        """The full path of a name as written (or folded parts): `parts` is 3 in a schema, 2 for a schema itself."""
        path = parse_name(name) if isinstance(name, str) else tuple(name)
        missing = parts - len(path)
        if missing < 0:
            raise errors.syntax(f"the name {dotted(path)} has too many parts.")
        if missing and not self.database:
            raise errors.SnowflakeError(
                90105,
                "22000",
                "Cannot perform operation. This session does not have a current database. "
                "Call 'USE DATABASE', or use a qualified name.",
            )
        if missing == 2 and not self.schema:
            raise errors.SnowflakeError(
                90106,
                "22000",
                "Cannot perform operation. This session does not have a current schema. "
                "Call 'USE SCHEMA', or use a qualified name.",
            )
        current = (self.database or "", self.schema or "")[: parts - 1]
        return (*current[:missing], *path)

    def find_database(self, name: str | tuple[str, ...]) -> Database | None:
        """None if it does not exist or may not be seen; so do the other find_*."""
        (folded,) = self.qualify(name, 1)
        database = self.account.databases.get(folded)
        return database if database and self.sees(database) else None

    def get_database(self, name: str | tuple[str, ...]) -> Database:
        if database := self.find_database(name):
            return database
        raise errors.does_not_exist("Database", dotted(self.qualify(name, 1)))

    def find_schema(self, name: str | tuple[str, ...]) -> Schema | None:
        database, schema = self.qualify(name, 2)
        home = self.find_database((database,))
        found = home.schemas.get(schema) if home else None
        return found if found and self.sees(found) else None

    def get_schema(self, name: str | tuple[str, ...]) -> Schema:
        if schema := self.find_schema(name):
            return schema
        self.get_database(self.qualify(name, 2)[:1])
        raise errors.does_not_exist("Schema", dotted(self.qualify(name, 2)))

    def find(self, kind: str, name: str | tuple[str, ...], signature: str = "") -> Object | None:
        """An object in a schema; any table-like kind finds every table-like (they share a namespace)."""
        path = self.qualify(name)
        schema = self.find_schema(path[:2])
        if schema is None:
            return None
        found = self.temporary.get((schema, path[2])) if kind in ("TABLE", "VIEW", "OBJECT") else None
        found = found or schema.get("TABLE" if kind == "OBJECT" else kind, path[2] + signature)
        return found if found and self.sees(found) else None

    def get(self, kind: str, name: str | tuple[str, ...], signature: str = "") -> Object:
        if found := self.find(kind, name, signature):
            return found
        raise errors.does_not_exist(kind, dotted(self.qualify(name)) + signature)
