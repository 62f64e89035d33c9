"""Functions that fakesnow leaves out, gets wrong or answers with something plausible: put in DuckDB's words here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import sqlglot
from sqlglot import exp

from tests.snowflake_double import errors
from tests.snowflake_double.names import literal

MACROS = (
    # "Any two values of type NUMBER that compare equally will hash to the same hash value, even if the respective types
    # have different precision and/or scale", and so does a FLOAT that is a NUMBER(38, 0) (functions/hash).
    r"""create macro sf_number(t) as case
        when regexp_matches(t, '^-?\d+(\.0*)?$') then cast(try_cast(split_part(t, '.', 1) as hugeint) as varchar)
        when regexp_matches(t, '^-?\d+\.\d+$') then rtrim(t, '0')
        when contains(t, 'e+') then coalesce(cast(try_cast(t as hugeint) as varchar), t) else t end""",
    # A kind before each value: hash(10) is not hash('10').
    r"""create macro sf_hashed(x) as case when x is null then 'null'
        when regexp_matches(typeof(x), '^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DECIMAL|DOUBLE|FLOAT)')
            then 'n' || sf_number(cast(x as varchar))
        when typeof(x) = 'JSON' then 'v' || cast(json(cast(x as varchar)) as varchar)
        when typeof(x) = 'TIMESTAMP WITH TIME ZONE' then 'z' || cast(x as varchar)
        else typeof(x) || ' ' || cast(x as varchar) end""",
)
"""Made once in each store."""

# The elements of a picture of a time that are known here, and strftime's. Whatever else has a letter is refused.
_ELEMENTS = {
    **{"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S", "FF9": "%n", "FF6": "%f"},
    **{"FF3": "%g", "FF": "%n"},
}
_ELEMENT = re.compile("|".join(sorted(_ELEMENTS, key=len, reverse=True)) + r'|"[^"]*"|.', re.S)


def put_right(tree: exp.Expr) -> exp.Expr:
    """`tree` itself, changed: the innermost first, so that what is put into others is right already."""
    for node in reversed(list(tree.walk(bfs=True))):
        name = node.name.upper() if isinstance(node, exp.Anonymous) else type(node)
        if change := _CHANGES.get(name):
            node.replace(change(node))
    return tree


def _to_str(node: exp.Expr) -> exp.Expr:
    if node.args["format"].is_string:
        node.args["format"].replace(exp.Literal.string(node.args["format"].name.replace('"', "")))
    return node


def _to_char(node: exp.Expr) -> exp.Expr:
    picture = node.args.get("format")
    if picture is None:
        return node
    return _with_format(node) if isinstance(picture, exp.DPipe) else _pictured(node)


def _with_format(node: exp.Expr) -> exp.Expr:
    """Its format, put together of constants, as one."""
    pieces = list(node.args["format"].flatten())
    if not all(piece.is_string for piece in pieces):
        raise errors.unmodelled(f"to_char with a computed format: {node.sql(dialect='snowflake')}")
    picture = literal("".join(piece.name for piece in pieces))
    made = sqlglot.parse_one(f"to_char(x, {picture})", read="snowflake")
    for column in list(made.find_all(exp.Column)):
        column.replace(node.this.copy())
    return put_right(made)


def _pictured(node: exp.Expr) -> exp.Expr:
    """A column's time by a picture. sqlglot knows no column's type, and would leave the picture out."""
    picture = node.args["format"]
    if not picture.is_string:
        raise errors.unmodelled(f"to_char with a computed format: {node.sql(dialect='snowflake')}")
    found = _ELEMENT.findall(picture.name)
    if any(piece not in _ELEMENTS and piece.isalpha() for piece in found) or not set(found) & set(_ELEMENTS):
        raise errors.unmodelled(f"to_char with the format {picture.name!r}")
    spelled = exp.Literal.string("".join(_ELEMENTS.get(piece, piece.strip('"')) for piece in found))
    value = node.this.copy()
    if not {"YYYY", "MM", "DD"} & set(found):
        value = exp.Add(this=exp.cast(exp.Literal.string("2000-01-01"), "date"), expression=exp.cast(value, "time"))
    return exp.Anonymous(this="strftime", expressions=[value, spelled])


def _hash(node: exp.Expr) -> exp.Expr:
    """HASH: signed 64 bits, never NULL; its number is not Snowflake's."""
    if any(isinstance(item, exp.Star) for item in node.expressions):
        raise errors.unmodelled("hash(*)")
    return _hashed(node.expressions)


def _hashed(given: Sequence[exp.Expr]) -> exp.Expr:
    parts = [exp.Anonymous(this="sf_hashed", expressions=[item.copy()]) for item in given]
    hashed = exp.cast(exp.Anonymous(this="hash", expressions=parts), "hugeint")
    return exp.cast(exp.Sub(this=hashed, expression=exp.Literal.number(2**63)), "bigint")


def _hash_agg(node: exp.Expr) -> exp.Expr:
    """HASH_AGG: of rows in any order, as often as they are there; 0 without any. Its number is not Snowflake's."""
    given = node.expressions if isinstance(node, exp.Anonymous) else [node.this, *node.expressions]
    if isinstance(given[0], exp.Distinct):
        raise errors.unmodelled("hash_agg(distinct ..)")
    if isinstance(given[0], exp.Star):
        select = node.find_ancestor(exp.Select)
        source = select.args.get("from_") if select else None
        if not select or not source or select.args.get("joins") or not source.this.alias_or_name:
            raise errors.unmodelled("hash_agg(*) over anything but one table")
        given = [exp.column(exp.to_identifier(source.this.alias_or_name, quoted=True))]
    made = sqlglot.parse_one("cast(mod(coalesce(sum(cast(x as hugeint)), 0), 9223372036854775807) as bigint)", "duckdb")
    for column in list(made.find_all(exp.Column)):
        column.replace(_hashed(given))
    return made


def _array_agg(node: exp.Expr) -> exp.Expr:
    """ARRAY_AGG: "NULL values are omitted", "If the input is empty, the function returns an empty array"."""
    if isinstance(node.parent, (exp.Window, exp.WithinGroup)):
        return node
    order = node.expression if isinstance(node, exp.WithinGroup) else None
    inner = node.this if isinstance(node, exp.WithinGroup) else node
    if not isinstance(inner, exp.ArrayAgg):
        return node
    value = inner.this.copy()
    ordered = exp.Order(this=value, expressions=[item.copy() for item in order.expressions]) if order else value
    there = exp.Where(this=exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null())))
    if isinstance(value, exp.Distinct):
        there = exp.Where(this=exp.Not(this=exp.Is(this=value.expressions[0].copy(), expression=exp.Null())))
    listed = exp.Filter(this=exp.Anonymous(this="list", expressions=[ordered]), expression=there)
    return exp.Coalesce(
        this=exp.Anonymous(this="to_json", expressions=[listed]),
        expressions=[exp.cast(exp.Literal.string("[]"), "json")],
    )


def _object(node: exp.Expr) -> exp.Expr:
    """OBJECT_CONSTRUCT_KEEP_NULL, also of aggregates, which fakesnow's lists cannot hold."""
    pairs = node.expressions
    if not all(isinstance(pair, exp.JSONKeyValue) for pair in pairs):
        return node
    given = [part.copy() for pair in pairs for part in (pair.this, pair.expression)]
    return exp.Anonymous(this="json_object", expressions=given)


def _to_json(node: exp.Expr) -> exp.Expr:
    """TO_JSON: "can have less whitespace than .. passed to PARSE_JSON"; the order of its keys "is not predictable"."""
    compact = exp.Anonymous(this="json", expressions=[exp.cast(node.this.copy(), "varchar")])
    return exp.cast(compact, "varchar")


def _min_by(node: exp.Expr) -> exp.Expr:
    """MIN_BY: "Constant integer .. a positive number. The maximum number that you can specify is 1000"."""
    count = node.args.get("count")
    if count is not None and not (isinstance(count, exp.Literal) and 1 <= int(count.name) <= 1000):
        raise errors.invalid("MIN_BY and MAX_BY return 1 to 1000 values.")
    return exp.Anonymous(this="to_json", expressions=[node.copy()]) if count is not None else node


_CHANGES: dict[type[exp.Expr] | str, Callable[[exp.Expr], exp.Expr]] = {
    exp.TimeToStr: _to_str,
    exp.ToChar: _to_char,
    exp.HashAgg: _hash_agg,
    "HASH_AGG": _hash_agg,
    "HASH": _hash,
    exp.JSONObject: _object,
    exp.JSONFormat: _to_json,
    exp.ArrayAgg: _array_agg,
    exp.WithinGroup: _array_agg,
    exp.ArgMin: _min_by,
    exp.ArgMax: _min_by,
}
