"""One staged file into one table: which column gets what, and the insert.

Source and target meet as DuckDB types: a JSON value becomes text before it becomes anything else (as a VARIANT is
cast), anything becomes a VARIANT (JSON) except the text of a csv field, which is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot import exp

from tests.snowflake_double.catalog import now
from tests.snowflake_double.clauses import Options, said
from tests.snowflake_double.copying import Copy, Select
from tests.snowflake_double.errors import SnowflakeError, invalid, unmodelled
from tests.snowflake_double.names import tokens
from tests.snowflake_double.reading import File, described, relation, sql_name, sql_text

ONE_COLUMN = (
    "{} file format can produce one and only one column of type variant, object, or array. Load data into separate "
    "columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation."
)


@dataclass(frozen=True)
class Target:
    """A table in DuckDB: its name as SQL, its columns as {name: DuckDB type}."""

    sql: str
    columns: dict[str, str]


def fill(connection: duckdb.DuckDBPyConnection, target: Target, copy: Copy, options: Options, file: File) -> int:
    """Insert a file's rows, read as the file format's `options` say; returns how many.

    Raises SnowflakeError, having inserted none.
    """
    kind = said(options, "TYPE")
    if file.size == 0:
        return 0
    try:
        rows = relation(connection, file, options, copy.match)
        if copy.select is not None:
            rows = _transformed(copy.select, f"select *, {_all_metadata(file)} from ({rows})")
        source = described(connection, rows)
        chosen = _matched(target, copy, source, file) if copy.match else _positional(target, copy, source, kind)
        values = ", ".join(_value(expression, source, target.columns[column], kind) for column, expression in chosen)
        columns = ", ".join(sql_name(column) for column, _ in chosen)
        done = connection.execute(f"insert into {target.sql} ({columns}) select {values} from ({rows}) as f").fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SnowflakeError(100038, "22018", f"{reason}\n  File '{file.name}'") from error
    return int(done[0]) if done else 0


def _matched(target: Target, copy: Copy, source: dict[str, str], file: File) -> list[tuple[str, str]]:
    """By name, whatever the case; what the file has not becomes NULL, what the table has not is left out."""
    metadata = {column.upper(): field for column, field in copy.metadata.items()}
    known = {column.upper() for column in target.columns}
    if missing := sorted(set(metadata) - known):
        raise invalid(f"invalid column {missing[0]} in INCLUDE_METADATA")
    by_name: dict[str, str] = {}
    for column in source:
        if column.upper() in by_name:
            raise invalid(f"duplicate column {column} in the file {file.name}")
        by_name[column.upper()] = sql_name(column)
    fields = _metadata(file)
    return [
        (
            column,
            fields[metadata[column.upper()]] if column.upper() in metadata else by_name.get(column.upper(), "null"),
        )
        for column in target.columns
    ]


def _positional(target: Target, copy: Copy, source: dict[str, str], kind: str) -> list[tuple[str, str]]:
    columns = [_column(target, name) for name in copy.columns] or list(target.columns)
    if copy.select is None and kind != "CSV" and [target.columns[column] for column in columns] != ["JSON"]:
        raise SnowflakeError(2019, "0A000", f"SQL compilation error:\n{ONE_COLUMN.format(kind)}")
    if len(columns) != len(source):
        raise SnowflakeError(
            100080,
            "22000",
            f"Number of columns in file ({len(source)}) does not match that of the corresponding table "
            f"({len(columns)}), use file format option error_on_column_count_mismatch=false to ignore this error",
        )
    return list(zip(columns, (sql_name(name) for name in source), strict=True))


def _column(target: Target, name: str) -> str:
    found = next((column for column in target.columns if column.upper() == name.upper()), None)
    if found is None:
        raise SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{name}'")
    return found


def _value(expression: str, source: dict[str, str], wanted: str, kind: str) -> str:
    given = source.get(expression[1:-1].replace('""', '"')) if expression.startswith('"') else None
    if given == "JSON" and wanted != "JSON":
        return f"cast(json_extract_string({expression}, '$') as {wanted})"
    if wanted == "JSON" and given is not None and given != "JSON":
        if kind == "CSV":
            raise unmodelled("loading a csv field into a VARIANT column")
        return f"to_json({expression})"
    return f"cast({expression} as {wanted})"


def _metadata(file: File) -> dict[str, str]:
    return {
        "FILENAME": sql_text(file.name),
        "FILE_ROW_NUMBER": "row_number() over ()",
        "FILE_CONTENT_KEY": sql_text(file.etag),
        "FILE_LAST_MODIFIED": f"timestamp '{file.modified:%Y-%m-%d %H:%M:%S.%f}'",
        "START_SCAN_TIME": f"timestamptz '{now().isoformat()}'",
    }


def _all_metadata(file: File) -> str:
    return ", ".join(f'{value} as "METADATA${name}"' for name, value in _metadata(file).items())


def _transformed(select: Select, rows: str) -> str:
    """A COPY's own SELECT over the rows: $1 is their first column, METADATA$.. their metadata."""
    pieces, end = [], 0
    for token in tokens(select.projection):
        before = select.projection[token.start - 1 : token.start]
        word = token.upper
        if token.kind == "number" and before == "$":
            pieces += [select.projection[end : token.start - 1], f"_{token.text}"]
            end = token.end
        elif token.kind == "word" and word.startswith("METADATA$"):
            pieces += [select.projection[end : token.start], f'"{word}"']
            end = token.end
    projection = "".join(pieces) + select.projection[end:]
    alias = f" as {select.alias}" if select.alias else ""
    try:
        tree = sqlglot.parse_one(f"select {projection} from staged{alias}", read="snowflake")
    except sqlglot.errors.ParseError as error:
        raise unmodelled(f"SELECT {select.projection} in a COPY INTO") from error
    for cast in list(tree.find_all(exp.Cast)):
        if isinstance(cast.this, exp.JSONExtract):
            cast.this.replace(exp.JSONExtractScalar(**cast.this.args))
    names = [f"c{index}" for index in range(1, len(tree.expressions) + 1)]
    return f"select * from (with staged as ({rows}) {tree.sql(dialect='duckdb')}) as t({', '.join(names)})"
