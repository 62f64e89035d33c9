"""Two files as bags of rows, compared by DuckDB: CSV and JSON as text, Parquet by its own types, each also in gzip.

What could make two different files look equal is left to no sniffing: the header, the separator and what is NULL are
fixed here. A file that is not what its key says is `unreadable`, with the reason.
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dbt_ghost.core.observe.objects import Row, RowsCompared, SchemaChange
from dbt_ghost.providers.object_files import Beyond, Broken, Source, csv_table, json_table

if TYPE_CHECKING:
    import duckdb

Format = Literal["csv", "json", "parquet"]
Side = Literal["prod", "ghost"]

FORMATS: Mapping[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
PIECE = 1 << 20
SETTINGS: Mapping[str, Any] = {
    "memory_limit": "1GB",
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""Nothing is fetched while files are read."""
LONGEST_VALUE, WIDEST_SAMPLE = 200, 40
NOT_INSTALLED = "DuckDB is not installed, so rows are not compared: pip install 'dbt-ghost[duckdb]'"


def format_of(key: str) -> Format | None:
    """By the end of the key, `.gz` left out; None for what is no table."""
    name = key.removesuffix(".gz").lower()
    return next((found for ending, found in FORMATS.items() if name.endswith(ending)), None)


@dataclass(frozen=True)
class DuckRows:
    """`operations.world.Rows`. Each comparison has a database of its own, so it may run in any thread.

    `unpacked` are the most bytes of a file that comes in gzip; `samples` the rows that are shown of each side.
    Columns to `ignore`, in any case, are neither compared nor missed.
    """

    unpacked: int = 256 * 1024**2
    samples: int = 5
    ignore: Collection[str] = ()

    def compare(self, key: str, prod: bytes, ghost: bytes) -> RowsCompared | None:
        found = format_of(key)
        if found is None:
            return None
        try:
            import duckdb
        except ImportError:
            return RowsCompared(unreadable=NOT_INSTALLED)
        with tempfile.TemporaryDirectory(prefix="dbt-ghost-rows-") as folder:
            connection = duckdb.connect(config={**SETTINGS, "temp_directory": folder})
            try:
                connection.execute("set TimeZone = 'UTC'")  # so that samples are the same everywhere
                sides = self._sides(connection, Path(folder), {"prod": prod, "ghost": ghost}, found)
                if isinstance(sides, RowsCompared):
                    return sides
                prod_columns, ghost_columns = (_without(each, self.ignore) for each in sides)
                return _compared(connection, prod_columns, ghost_columns, self.samples)
            except Beyond as error:
                return RowsCompared(unreadable=str(error))
            except duckdb.Error as error:
                return RowsCompared(unreadable=f"DuckDB cannot compare them: {_first_line(error)}")
            finally:
                connection.close()

    def _sides(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, contents: Mapping[Side, bytes], found: Format
    ) -> tuple[Columns, Columns] | RowsCompared:
        """Makes both tables. Both are read, so that it is known which of them is broken."""
        columns, broken = dict[Side, Columns](), dict[Side, str]()
        for side, content in contents.items():
            try:
                table = _table(connection, folder, side, _unpacked(side, content, self.unpacked), found)
                packed = content.startswith(GZIP) and table.shape
                columns[side] = replace(table, shape=f"{table.shape}, in gzip") if packed else table
            except Broken as error:
                broken[side] = str(error)
        if broken:
            return RowsCompared(unreadable="; ".join(broken.values()), broken=tuple(broken))
        return columns["prod"], columns["ghost"]


@dataclass(frozen=True)
class Columns:
    """`named`: by the names in the file, in its order, (name in the table, type). `shape` is `Source`'s."""

    named: Mapping[str, tuple[str, str]]
    shape: str = ""


def _without(columns: Columns, ignore: Collection[str]) -> Columns:
    left_out = {name.lower() for name in ignore}
    return replace(columns, named={name: each for name, each in columns.named.items() if name.lower() not in left_out})


def _unpacked(side: str, content: bytes, most: int) -> bytes:
    """By what it begins with: a key need not say so."""
    if not content.startswith(GZIP):
        return content
    parts, size = list[bytes](), 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            while part := file.read(PIECE):
                parts.append(part)
                size += len(part)
                if size > most:
                    raise Beyond(f"{side}'s is larger than {most} bytes when it is unpacked")
    except (EOFError, OSError, zlib.error) as error:
        raise Broken(f"{side}'s is not whole gzip: {error}") from None
    return b"".join(parts)


def _table(connection: duckdb.DuckDBPyConnection, folder: Path, side: str, content: bytes, found: Format) -> Columns:
    """Make the table of that name, of the file's rows."""
    import duckdb

    file = folder / side
    try:
        if found == "parquet" or content.startswith(PARQUET):
            file.write_bytes(content)
            return _parquet(connection, side, file)
        source = csv_table(side, content, file) if found == "csv" else json_table(side, content, file)
        return _text_table(connection, side, file, source)
    except duckdb.OutOfMemoryException:
        raise  # says nothing of the file
    except duckdb.Error as error:
        why = _first_line(error).replace(f"{folder}/", "")
        raise Broken(f"{side}'s cannot be read: {why}") from None


def _text_table(connection: duckdb.DuckDBPyConnection, side: str, file: Path, source: Source) -> Columns:
    if not source.columns:
        connection.execute(f"create table {side} (c0 varchar)")
        return Columns({})
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(source.columns))
    connection.execute(
        f"create table {side} as select * from read_csv({_text(str(file))}, columns = {{{columns}}}, "
        f"auto_detect = false, header = {str(source.header).lower()}, delim = {_text(source.separator)}, "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, skip = 0, parallel = false, "
        "null_padding = false, strict_mode = true, max_line_size = 16777216, buffer_size = 33554432)"
    )
    named = {name: (f"c{number}", "text") for number, name in enumerate(source.names)}
    return Columns(named, source.shape)


def _parquet(connection: duckdb.DuckDBPyConnection, side: str, file: Path) -> Columns:
    """Columns have numbers in the table: DuckDB takes `a` and `A` for one name, and calls the second another."""
    source = f"read_parquet({_text(str(file))}, hive_partitioning = false)"
    described = connection.execute(f"describe select * from {source}").fetchall()
    stored = {row[0] for row in connection.execute(f"select name from parquet_schema({_text(str(file))})").fetchall()}
    if renamed := [row[0] for row in described if row[0] not in stored]:
        raise Broken(f"{side}'s has columns whose names differ by case alone: {', '.join(renamed)}")
    aliases = ", ".join(f"c{number}" for number in range(len(described)))
    connection.execute(f"create table {side} as select * from {source} as file({aliases})")
    return Columns({str(row[0]): (f"c{number}", str(row[1])) for number, row in enumerate(described)}, "Parquet")


def _compared(connection: duckdb.DuckDBPyConnection, prod: Columns, ghost: Columns, samples: int) -> RowsCompared:
    names = [name for name in prod.named if name in ghost.named]
    picked = {name: f"v{number}" for number, name in enumerate(names)}
    _make_differing(connection, prod, ghost, picked)
    columns = _columns(connection, picked)
    shown = [*(name for name, _ in columns), *(name for name in names if name not in dict(columns))][:WIDEST_SAMPLE]
    by = [*range(len(columns), len(shown)), *range(min(len(columns), len(shown)))]  # what is equal: so the sides meet
    first = f"order by {', '.join(str(number + 1) for number in by)} limit {samples}"
    moved = names != [name for name in ghost.named if name in prod.named]
    return RowsCompared(
        prod_rows=_one(connection, "select count(*) from prod"),
        ghost_rows=_one(connection, "select count(*) from ghost"),
        only_prod=_one(connection, "select coalesce(sum(n) filter (n > 0), 0)::bigint from differing"),
        only_ghost=_one(connection, "select coalesce(-sum(n) filter (n < 0), 0)::bigint from differing"),
        columns=columns,
        schema=tuple(_schema(prod, ghost)),
        prod_samples=_samples(connection, picked, shown, f"where n > 0 {first}"),
        ghost_samples=_samples(connection, picked, shown, f"where n < 0 {first}"),
        note="the columns are in another order" if moved else "",
    )


def _make_differing(
    connection: duckdb.DuckDBPyConnection, prod: Columns, ghost: Columns, picked: Mapping[str, str]
) -> None:
    """The table of rows, by the columns that both have, with how many more of each prod has (`n`)."""
    both = list[str]()
    for side, columns, sign in (("prod", prod, "1"), ("ghost", ghost, "-1")):
        values = [
            f"{columns.named[name][0]}{'' if prod.named[name][1] == ghost.named[name][1] else '::varchar'} as {column}"
            for name, column in picked.items()
        ]
        both.append(f"select {', '.join([*values, f'{sign} as n'])} from {side}")
    grouped = f"group by {', '.join(picked.values())}" if picked else ""
    connection.execute(
        f"create table differing as select {', '.join([*picked.values(), 'sum(n) as n'])} "
        f"from ({' union all '.join(both)}) {grouped} having sum(n) <> 0"
    )


def _columns(connection: duckdb.DuckDBPyConnection, picked: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Those whose values alone are not the same on both sides, with in how many rows."""
    found = []
    for name, column in picked.items():
        nets = f"select sum(n) as net from differing group by {column}"
        both = "greatest(coalesce(sum(net) filter (net > 0), 0), coalesce(-sum(net) filter (net < 0), 0))"
        if count := _one(connection, f"select ({both})::bigint from ({nets})"):
            found.append((name, count))
    return tuple(found)


def _samples(
    connection: duckdb.DuckDBPyConnection, picked: Mapping[str, str], names: Sequence[str], which: str
) -> tuple[Row, ...]:
    if not names:
        return ()
    values = ", ".join(f"{picked[name]}::varchar" for name in names)
    found = connection.execute(f"select {values} from differing {which}").fetchall()
    return tuple(dict(zip(names, map(_short, row), strict=True)) for row in found)


def _schema(prod: Columns, ghost: Columns) -> Iterator[SchemaChange]:
    """Of another shape, whoever loads the file may read something else: told as a change of no column."""
    if prod.shape != ghost.shape and prod.shape and ghost.shape:
        yield SchemaChange("", "type", prod.shape, ghost.shape)
    for name in dict.fromkeys((*prod.named, *ghost.named)):
        if name not in ghost.named:
            yield SchemaChange(name, "dropped", prod=prod.named[name][1])
        elif name not in prod.named:
            yield SchemaChange(name, "added", ghost=ghost.named[name][1])
        elif prod.named[name][1] != ghost.named[name][1]:
            yield SchemaChange(name, "type", prod.named[name][1], ghost.named[name][1])


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row: Any = connection.execute(query).fetchone()
    return int(row[0])


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:LONGEST_VALUE] if str(error) else type(error).__name__
