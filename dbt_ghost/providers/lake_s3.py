"""Files in S3 under a DuckDB connection: which there are, what columns they have, and loading them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.providers.lake import load_extension, quoted

READERS = {"csv": "read_csv({}, header = true)", "json": "read_json({})", "parquet": "read_parquet({})"}
SET_THEM = "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), AWS_REGION"


@dataclass(frozen=True)
class File:
    """An object. `path` is what DuckDB reads it by, `modified` microseconds since 1970."""

    key: str
    path: str
    size: int
    modified: int


def open_bucket(connection: duckdb.DuckDBPyConnection, bucket: str, environ: Mapping[str, str]) -> None:
    """Let the connection read the bucket, with the credentials in the environment; a profile's own secret also does."""
    load_extension(connection, "httpfs")
    if not environ.get("AWS_ACCESS_KEY_ID") or not environ.get("AWS_SECRET_ACCESS_KEY"):
        if connection.cursor().execute("select 1 from duckdb_secrets() where type = 's3'").fetchall():
            return
        raise GhostError(f"there are no credentials to read s3://{bucket} with", SET_THEM)
    options = {
        "key_id": environ["AWS_ACCESS_KEY_ID"],
        "secret": environ["AWS_SECRET_ACCESS_KEY"],
        "session_token": environ.get("AWS_SESSION_TOKEN", ""),
        "region": environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION", ""),
        "scope": f"s3://{bucket}/",
        **_endpoint(environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL", "")),
    }
    settings = ", ".join(f"{name} {quoted(value)}" for name, value in options.items() if value)
    name = "dbt_ghost_" + hashlib.sha256(bucket.encode()).hexdigest()[:16]
    try:
        connection.cursor().execute(f"create or replace temporary secret {name} (type s3, {settings})")
    except duckdb.Error as error:  # whose text may hold the statement
        raise GhostError(f"DuckDB refuses the credentials for s3://{bucket}", SET_THEM) from _hidden(error)


def files(connection: duckdb.DuckDBPyConnection, bucket: str, prefix: str) -> list[File]:
    """The bucket's objects under the prefix, by key. Raises NotFound without the bucket, Denied without permission."""
    folder = prefix[: prefix.rfind("/") + 1]
    pattern = f"s3://{bucket}/{_escaped(folder)}**"
    try:
        found = (
            connection.cursor()
            .execute(
                f"select filename, size, epoch_us(last_modified) from read_blob({quoted(pattern)}) order by filename"
            )
            .fetchall()
        )
    except duckdb.Error as error:
        raise _unreadable(error, f"s3://{bucket}/{prefix}") from error
    root = f"s3://{bucket}/"
    listed = [(name.removeprefix(root), size, modified) for name, size, modified in found]
    return [File(key, root + _escaped(key), size, modified) for key, size, modified in listed if key.startswith(prefix)]


def columns(connection: duckdb.DuckDBPyConnection, path: str, file_format: str) -> list[tuple[str, str]]:
    """(name, type) of a file's columns, as DuckDB sees them."""
    reader = READERS[file_format].format(quoted(path))
    try:
        rows = connection.cursor().execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error as error:
        raise _unreadable(error, path) from error
    return [(row[0], row[1]) for row in rows]


def load(connection: duckdb.DuckDBPyConnection, statements: Sequence[str]) -> int:
    """Carry out the statements that load one file, all or none; returns the rows, which the third last counts."""
    cursor = connection.cursor()
    cursor.begin()
    try:
        counts = [cursor.execute(statement).fetchall() for statement in statements]
        cursor.commit()
    except duckdb.Error as error:
        cursor.rollback()
        raise GhostError(
            f"a file cannot be loaded, and nothing of it was: {_first_lines(error)}\n{statements[-3]}",
            "make the file and the table agree, then run ghost_feed again",
        ) from error
    rows: int = counts[-3][0][0]
    return rows


def _endpoint(url: str) -> dict[str, str]:
    """AWS_ENDPOINT_URL as DuckDB's settings. A server of one's own has no bucket in its host name."""
    if not url:
        return {}
    scheme, _, address = url.rpartition("://")
    return {"endpoint": address.rstrip("/"), "url_style": "path", "use_ssl": "false" if scheme == "http" else "true"}


def _escaped(key: str) -> str:
    """The key as a pattern that matches just itself."""
    return "".join(f"[{character}]" if character in "*[" else character for character in key)


def _unreadable(error: duckdb.Error, what: str) -> GhostError:
    status = getattr(error, "status_code", None)
    if status == 404:
        bucket = what.removeprefix("s3://").partition("/")[0]
        if "NoSuchBucket" in str(error):
            return NotFound(f"there is no bucket {bucket}", "ghost-ingest fork makes the ghost's buckets: run it first")
        return NotFound(f"{what} is gone", "run ghost_feed again")
    if status in (401, 403):
        return Denied(
            f"{what} may not be read ({_first_lines(error)})", f"ask for s3:ListBucket and s3:GetObject; or {SET_THEM}"
        )
    if "query parameters" in str(error):
        return GhostError(
            f"a key under {what} has a question mark, which DuckDB cannot read", "write it under another key"
        )
    hint = "mend or remove the file, or narrow `prefix` in vars: ghost: feed:, then run ghost_feed again"
    return GhostError(f"{what} cannot be read: {_first_lines(error)}", hint)


def _first_lines(error: duckdb.Error) -> str:
    """DuckDB says in the first line that a file is wrong, and in the next two where."""
    return "\n".join(str(error).splitlines()[:3])


def _hidden(error: duckdb.Error) -> Exception:
    return RuntimeError(type(error).__name__)
