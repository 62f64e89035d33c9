"""A staged file as a DuckDB relation: what COPY INTO reads, with Snowflake's reading of the format's options.

A csv field is text, as it stands between the delimiters; a JSON file is one value per row, a Parquet file has its own
types. Every relation has, after its own columns, nothing else: metadata is the loader's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from tests.snowflake_double.clauses import Options, listed, said, truth
from tests.snowflake_double.errors import SnowflakeError, invalid, unmodelled

COMPRESSIONS = {"GZIP": "gzip", "ZSTD": "zstd", "NONE": "none"}


@dataclass(frozen=True)
class File:
    """A file of a bucket. `name` is its key, which is METADATA$FILENAME."""

    url: str
    name: str
    size: int
    modified: datetime
    etag: str


def files_under(connection: duckdb.DuckDBPyConnection, url: str) -> list[File]:
    """The objects whose URL starts with `url`, by name."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    folder = prefix[: prefix.rfind("/") + 1]
    root = f"s3://{bucket}/"
    query = (
        f"select filename, size, last_modified, md5(content) from read_blob({sql_text(root + escaped(folder))} || '**')"
    )
    try:
        rows = connection.execute(f"{query} order by filename").fetchall()
    except duckdb.Error as error:
        raise _refused(error, url) from error
    found = [File(path, path.removeprefix(root), size, at, etag) for path, size, at, etag in rows]
    return [file for file in found if file.name.startswith(prefix) and not file.name.endswith("/")]


def relation(connection: duckdb.DuckDBPyConnection, file: File, options: Options, match: bool) -> str:
    """A query for the file's rows; its columns are named as in the file with `match`, else _1, _2, .."""
    kind = said(options, "TYPE", "CSV").upper()
    readers = {"CSV": _csv, "JSON": _json, "PARQUET": _parquet}
    if kind not in readers:
        raise unmodelled(f"loading {kind} files")
    bucket = file.url[: len(file.url) - len(file.name)]
    return readers[kind](connection, bucket + escaped(file.name), options, match)


def escaped(key: str) -> str:
    """The key as a pattern that matches just itself."""
    return "".join(f"[{character}]" if character in "*[?" else character for character in key)


def sql_text(text: str) -> str:
    """A string literal of DuckDB's, in which a backslash means itself."""
    return "'" + text.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def described(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    """{column: DuckDB type} of a query or a table."""
    return {row[0]: row[1] for row in connection.execute(f"describe {sql}").fetchall()}


def _csv(connection: duckdb.DuckDBPyConnection, path: str, options: Options, match: bool) -> str:
    named = truth(options, "PARSE_HEADER")
    if match and not named:
        raise invalid("MATCH_BY_COLUMN_NAME with a csv file format needs PARSE_HEADER = TRUE")
    enclosed = said(options, "FIELD_OPTIONALLY_ENCLOSED_BY", "NONE")
    quote = "" if enclosed.upper() == "NONE" else enclosed
    nulls = listed(options, "NULL_IF") if "NULL_IF" in options else ["\\N"]
    empty = [""] if truth(options, "EMPTY_FIELD_AS_NULL", True) else []
    settings = {
        "header": str(named).lower(),
        "skip": said(options, "SKIP_HEADER", "0"),
        "all_varchar": "true",
        "delim": sql_text(said(options, "FIELD_DELIMITER", ",")),
        "quote": sql_text(quote),
        "escape": sql_text(quote),
        "nullstr": "[" + ", ".join(sql_text(each) for each in [*empty, *nulls]) + "]",
        "allow_quoted_nulls": "false",
        "comment": "''",
        "compression": _compression(options, "auto"),
        "null_padding": str(not truth(options, "ERROR_ON_COLUMN_COUNT_MISMATCH", True)).lower(),
    }
    read = f"read_csv({sql_text(path)}, {', '.join(f'{name} = {value}' for name, value in settings.items())})"
    columns = list(described(connection, f"select * from {read}"))
    trim = "trim({})" if truth(options, "TRIM_SPACE") else "{}"
    names = columns if match else [f"_{index}" for index in range(1, len(columns) + 1)]
    chosen = [
        f"{trim.format(sql_name(column))} as {sql_name(name)}" for column, name in zip(columns, names, strict=True)
    ]
    return f"select {', '.join(chosen)} from {read}"


def _json(connection: duckdb.DuckDBPyConnection, path: str, options: Options, match: bool) -> str:
    form = "array" if truth(options, "STRIP_OUTER_ARRAY") else "unstructured"
    read = (
        f"read_json_objects({sql_text(path)}, format = '{form}', compression = {_compression(options, 'auto_detect')})"
    )
    if not match:
        return f'select json as "_1" from {read}'
    keys = connection.execute(f"select distinct unnest(json_keys(json)) as k from {read} order by k").fetchall()
    same: dict[str, list[str]] = {}  # rows may write one name in different cases
    for (key,) in keys:
        same.setdefault(key.upper(), []).append(f"json_extract(json, {sql_text(_pointer(key))})")
    chosen = [f"coalesce({', '.join(found)}) as {sql_name(name)}" for name, found in same.items()]
    return f"select {', '.join(chosen) or 'null'} from {read}"


def _parquet(connection: duckdb.DuckDBPyConnection, path: str, options: Options, match: bool) -> str:
    read = f"read_parquet({sql_text(path)})"
    if match:
        return f"select * from {read}"
    return f'select to_json(f) as "_1" from {read} as f'


def _compression(options: Options, automatic: str) -> str:
    """DuckDB's two readers have two words for AUTO: by the file's name."""
    wanted = said(options, "COMPRESSION", "AUTO").upper()
    if wanted != "AUTO" and wanted not in COMPRESSIONS:
        raise unmodelled(f"COMPRESSION = {wanted}")
    return sql_text(COMPRESSIONS.get(wanted, automatic))


def _pointer(key: str) -> str:
    """A JSON pointer to a key of the value: json_extract takes a text that starts with a slash for one."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _refused(error: duckdb.Error, url: str) -> SnowflakeError:
    status = getattr(error, "status_code", None)
    if status in (401, 403, 404):
        return SnowflakeError(
            91003,
            "22000",
            f"Failure using stage area. Cause: [{'Not Found' if status == 404 else 'Access Denied'} "
            f"(Status Code: {status})] {url}",
        )
    return SnowflakeError(100132, "P0000", f"{url} cannot be read: {str(error).splitlines()[0]}")
