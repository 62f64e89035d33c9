"""COPY INTO a table from a stage, for a statement and for a pipe: which files, once each, and what became of them.

Load history: what a table has loaded is kept by path and content (a changed file is loaded again), what a pipe has by
path alone (F 8.4). It belongs to the object itself, so a clone or a replaced object starts with none.
"""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass

from tests.snowflake_double import errors, stages
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.clauses import Options, group_of, said
from tests.snowflake_double.copying import Copy, parse_copy
from tests.snowflake_double.filling import Target, fill
from tests.snowflake_double.reading import File, described, sql_name
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import OTHER, Rows
from tests.snowflake_double.s3 import files_at
from tests.snowflake_double.session import Session

COLUMNS = (
    *("file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen", "first_error", "first_error_line"),
    *("first_error_character", "first_error_column_name"),
)
LOADABLE = ("TABLE", "ICEBERG TABLE")
LOADED: weakref.WeakKeyDictionary[Object, dict[str, str]] = weakref.WeakKeyDictionary()
"""Of tables: {url: etag}."""


@dataclass(frozen=True)
class Load:
    """What a COPY INTO names, found."""

    copy: Copy
    table: Object
    stage: Object
    options: Options

    def candidates(self, session: Session, prefix: str = "") -> list[File]:
        path = self.copy.path + prefix
        found = files_at(session, self.stage, path)
        start = len(self.stage.properties["url"].rstrip("/")) + 1 + len(self.copy.path)
        return [file for file in found if self.copy.wants(file.url[start:])]


def resolve(session: Session, text: str, home: tuple[str, ...] = ()) -> Load:
    """Find what the statement names; with `home` names are completed from there (a pipe's database and schema)."""
    copy = parse_copy(text)

    def full(name: tuple[str, ...]) -> tuple[str, ...]:
        return (*home[: 3 - len(name)], *name)

    table = session.get("TABLE", full(copy.table))
    stage = session.get("STAGE", full(copy.stage))
    if table.kind not in LOADABLE:
        raise errors.invalid(f"COPY INTO needs a table, and {table.full_name} is a {table.kind.lower()}.")
    given = group_of(copy.options, "FILE_FORMAT")
    options = stages.file_format(session, given or stage.properties["file_format"], () if given else stage.path[:2])
    return Load(copy, table, stage, options)


def check_rights(session: Session, load: Load, *privileges: str) -> None:
    for privilege in privileges:
        if not session.can(privilege, load.table):
            raise errors.insufficient("table", load.table.name)
    if not session.can("USAGE" if load.stage.properties["url"] else "READ", load.stage):
        raise errors.insufficient("stage", load.stage.name)


def run(session: Session, load: Load, files: list[File]) -> list[tuple[object, ...]]:
    """Load the files, each whole or not at all; with ABORT_STATEMENT all or none. Rows of COPY INTO's answer."""
    skip = said(load.copy.options, "ON_ERROR", "ABORT_STATEMENT").upper() == "SKIP_FILE"
    name = session.writable(load.table)
    target = Target(sql_name(name), described(session.duck, f"select * from {sql_name(name)}"))
    done: list[tuple[object, ...]] = []
    own = not session.in_transaction and not skip  # an error ends a transaction of DuckDB's
    if own:
        session.duck.begin()
    try:
        for file in files:
            done.append(_one(session, load, target, file, skip))
    except errors.SnowflakeError:
        if own:
            session.duck.rollback()
        raise
    if own:
        session.duck.commit()
    history = LOADED.setdefault(load.table, {})
    history |= {file.url: file.etag for file, row in zip(files, done, strict=True) if row[1] == "LOADED"}
    return done


def _one(session: Session, load: Load, target: Target, file: File, skip: bool) -> tuple[object, ...]:
    try:
        count = fill(session.duck, target, load.copy, load.options, file)
    except errors.SnowflakeError as error:
        if not skip or error.errno == 9999:
            raise
        if session.in_transaction:
            raise errors.unmodelled("ON_ERROR = SKIP_FILE inside a transaction") from error
        return (file.url, "LOAD_FAILED", 1, 0, 1, 1, error.message, None, None, None)
    return (file.url, "LOADED", count, count, 1, 0, None, None, None, None)


def unloaded(load: Load, files: list[File]) -> list[File]:
    """Those that the table has not loaded as they are now."""
    history = LOADED.get(load.table, {})
    return [file for file in files if history.get(file.url) != file.etag]


@statement(r"COPY\s+INTO\s+.*")
def copy_into(session: Session, match: re.Match[str]) -> Rows:
    load = resolve(session, match[0])
    check_rights(session, load, "INSERT")
    found = load.candidates(session)
    files = found if load.copy.force else unloaded(load, found)
    if not files:
        return Rows(["status"], [("Copy executed with 0 files processed.",)], statement=OTHER)
    return Rows(COLUMNS, run(session, load, files), statement=OTHER)
