"""Masking and row access policies at work: what a query reads of a table or view that carries them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from tests.snowflake_double.catalog import Object
from tests.snowflake_double.names import IDENT, fold
from tests.snowflake_double.translating import parse

Bind = Callable[[Object, exp.Expr], exp.Expr]


def guarded(item: Object, source: exp.Expr, bind: Bind) -> exp.Select:
    """`source` (with the alias G) with the item's policies applied; `bind` looks up a body's names for its policy."""
    masks = {use.columns[0]: use for use in item.policies if use.policy.kind == "MASKING POLICY"}
    shown: list[exp.Expr] = []
    for column in item.columns:
        if use := masks.get(column.name):
            shown.append(exp.alias_(_body(use.policy, use.columns, bind), column.name, quoted=True))
        else:
            shown.append(_column(column.name))
    query = exp.select(*shown).from_(source)
    for use in item.policies:
        if use.policy.kind == "ROW ACCESS POLICY":
            query = query.where(_body(use.policy, use.columns, bind), copy=False)
    return query


def _body(policy: Object, columns: tuple[str, ...], bind: Bind) -> exp.Expr:
    """The policy's expression over these columns."""
    signature = policy.properties["signature"].strip().removeprefix("(").removesuffix(")")
    given = [fold(found[1]) for found in re.finditer(rf"(?:^|,)\s*({IDENT})\s+\w+", signature)]
    places = dict(zip(given, columns, strict=True))
    tree = bind(policy, parse(f"select {policy.properties['body']}"))
    for node in list(tree.find_all(exp.Column)):
        name = node.name if node.this.quoted else node.name.upper()
        if not node.table and name in places:
            node.replace(_column(places[name]))
    body = tree.expressions[0]
    return exp.paren(body.this if isinstance(body, exp.Alias) else body)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier("G", quoted=True))
