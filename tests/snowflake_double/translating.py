"""Snowflake's SQL in DuckDB's words. fakesnow translates; what it leaves out or gets wrong is put right here."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp

from tests.snowflake_double import errors
from tests.snowflake_double.names import literal
from tests.snowflake_double.rows import SELECT, Rows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fakesnow.transforms import upper_case_unquoted_identifiers

if TYPE_CHECKING:
    from tests.snowflake_double.store import Store

# A tree of nothing else needs no translation but the folding of names. fakesnow's full one costs 30 ms.
_PLAIN: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.From, exp.Where, exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Star),
    *(exp.Literal, exp.Null, exp.Boolean, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not),
    *(exp.Paren, exp.Count, exp.Order, exp.Ordered, exp.Limit, exp.Join, exp.Subquery, exp.With, exp.CTE, exp.Group),
    *(exp.Union, exp.Except, exp.Distinct, exp.Max, exp.Min, exp.In, exp.Is, exp.Insert, exp.Values, exp.Tuple),
    *(exp.Schema, exp.Delete, exp.Update, exp.Upper, exp.Lower, exp.Having, exp.Neg),
)
_SCALARS: dict[str, str] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UINTEGER"), "fixed"),
    **{"BOOLEAN": "boolean", "DATE": "date", "TIME": "time", "BLOB": "binary", "DOUBLE": "real", "FLOAT": "real"},
    **{"VARCHAR": "text", "UUID": "text", "JSON": "variant", "TIMESTAMP WITH TIME ZONE": "timestamp_ltz"},
    **{"TIMESTAMP": "timestamp_ntz", "TIMESTAMP_NS": "timestamp_ntz", '"NULL"': "text", "NULL": "text"},
}


class Translator:
    def __init__(self, store: Store) -> None:
        self._cursor = store.connection().cursor()
        self._lock = threading.Lock()

    def __call__(self, tree: exp.Expr) -> str:
        """`tree` has its tables bound already."""
        if all(isinstance(node, _PLAIN) for node in tree.walk()):
            return tree.transform(upper_case_unquoted_identifiers).sql(dialect="duckdb", identify=True)
        with self._lock:
            translated: _InPlace = self._cursor._transform(_InPlace(tree.transform(_corrected)), None)
        return translated.tree.sql(dialect="duckdb", identify=True)


@dataclass(frozen=True)
class _InPlace:
    """A tree for fakesnow's seventy transforms, each of which would copy it whole: most of what a statement costs."""

    tree: exp.Expr

    def transform(self, change: Callable[..., exp.Expr], *given: object, **named: object) -> _InPlace:
        return _InPlace(self.tree.transform(change, *given, copy=False, **named))


def parse(sql: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(sql, read="snowflake")
    except sqlglot.errors.ParseError as error:
        raise errors.syntax(str(error).replace("\x1b[4m", "").replace("\x1b[0m", "")) from None
    except sqlglot.errors.TokenError as error:
        raise errors.syntax(str(error)) from None


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Run DuckDB's SQL; its errors become Snowflake's."""
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        raise _refusal(error, sql) from error


def fetched(done: duckdb.DuckDBPyConnection, statement: int = SELECT) -> Rows:
    described = done.description or []
    names = [str(name) for name, *_ in described]
    kinds = [str(kind) for _, kind, *_ in described]
    types = [_wire_type(kind) for kind in kinds]
    scales = [int(kind.rpartition(",")[2].rstrip(")")) if kind.startswith("DECIMAL(") else 0 for kind in kinds]
    rows = [tuple(map(_plain, row)) for row in done.fetchall()]
    return Rows(names, rows, types, scales, statement)


def _wire_type(kind: str) -> str:
    return "fixed" if kind.startswith("DECIMAL") else _SCALARS.get(kind, "variant")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    return json.dumps(value, default=str) if isinstance(value, (list, dict)) else value


def _refusal(error: duckdb.Error, sql: str) -> errors.SnowflakeError:
    said = str(error).split("\n")[0]
    known: tuple[tuple[type[duckdb.Error], Callable[[], errors.SnowflakeError]], ...] = (
        (duckdb.BinderException, lambda: errors.SnowflakeError(904, "42000", f"SQL compilation error:\n{said}")),
        (duckdb.ConstraintException, lambda: errors.SnowflakeError(100072, "22000", said)),
        (duckdb.ConversionException, lambda: errors.SnowflakeError(100038, "22018", said)),
    )
    for kind, refusal in known:
        if isinstance(error, kind):
            return refusal()
    return errors.unmodelled(f"{said} (in DuckDB's {sql[:300]})")


def _corrected(node: exp.Expr) -> exp.Expr:
    """One node that fakesnow would translate wrongly."""
    if isinstance(node, exp.TimeToStr) and node.args["format"].is_string:
        node.args["format"].replace(exp.Literal.string(node.args["format"].name.replace('"', "")))
    elif isinstance(node, exp.ToChar) and isinstance(node.args.get("format"), exp.DPipe):
        return _corrected(_with_format(node))
    elif node.name.upper() == "HASH_AGG" if isinstance(node, exp.Anonymous) else isinstance(node, exp.HashAgg):
        return _hash_agg(node)
    return node


def _with_format(node: exp.ToChar) -> exp.Expr:
    """Its format, put together of constants, as one."""
    pieces = list(node.args["format"].flatten())
    if not all(piece.is_string for piece in pieces):
        raise errors.unmodelled(f"to_char with a computed format: {node.sql(dialect='snowflake')}")
    picture = literal("".join(piece.name for piece in pieces))
    made = sqlglot.parse_one(f"to_char(x, {picture})", read="snowflake")
    for column in list(made.find_all(exp.Column)):
        column.replace(node.this)
    return made


def _hash_agg(node: exp.Expr) -> exp.Expr:
    """Equal rows give equal numbers, in any order; the number itself is not Snowflake's."""
    given = node.expressions if isinstance(node, exp.Anonymous) else [node.this, *node.expressions]
    if isinstance(given[0], exp.Star):
        select = node.find_ancestor(exp.Select)
        source = select.args.get("from_") if select else None
        if not select or not source or select.args.get("joins") or not source.this.alias_or_name:
            raise errors.unmodelled("hash_agg(*) over anything but one table")
        given = [exp.column(exp.to_identifier(source.this.alias_or_name, quoted=True))]
    hashed = exp.cast(exp.Anonymous(this="hash", expressions=[item.copy() for item in given]), "hugeint")
    return sqlglot.parse_one(
        f"cast(mod(coalesce(sum({hashed.sql('duckdb')}), 0), 9223372036854775807) as bigint)", read="duckdb"
    )
