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

from tests.snowflake_double import errors, functions
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
            translated: _InPlace = self._cursor._transform(_InPlace(functions.put_right(tree.copy())), None)
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
