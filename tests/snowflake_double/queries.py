"""Queries and DML: names are bound and rights asked, then DuckDB runs what fakesnow translates."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from tests.snowflake_double import errors
from tests.snowflake_double.binding import Binder, folded
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.relations import Relations
from tests.snowflake_double.rows import DELETE, INSERT, MERGE, SELECT, SUCCESS, UPDATE, Rows
from tests.snowflake_double.session import Session
from tests.snowflake_double.translating import execute, fetched, parse


def run(session: Session, sql: str) -> Rows:
    """A query or a DML statement."""
    tree = parse(sql)
    with Relations(session) as relations:
        binder = Binder(session, relations)
        for kind, runner in _RUNNERS.items():
            if isinstance(tree, kind):
                return runner(session, binder, tree)
    raise errors.unmodelled(sql[:200])


def translated(session: Session, relations: Relations, query: str) -> str:
    """A query in DuckDB's words, to be run while `relations` is open: for CREATE .. AS."""
    tree = parse(query)
    if not isinstance(tree, exp.Query):
        raise errors.syntax(f"a query expected, not {query[:80]!r}")
    _name(tree)
    return session.double.translate(Binder(session, relations).bind(tree))


def _select(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    _name(tree)
    return fetched(execute(session.duck, session.double.translate(binder.bind(tree))), SELECT)


def _name(tree: exp.Expr) -> None:
    """Columns without a name get Snowflake's: the expression, upper-cased."""
    for item in list(tree.expressions) if isinstance(tree, exp.Select) else []:
        starred = item.find(exp.Star) and not isinstance(item, exp.Count)
        if not isinstance(item, (exp.Alias, exp.Column, exp.Dot)) and not starred:
            item.replace(exp.alias_(item.copy(), item.sql(dialect="snowflake").upper(), quoted=True))


def _insert(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    overwrite = bool(tree.args.get("overwrite"))
    tree.set("overwrite", False)
    name = _write(session, binder, tree, "INSERT", *(("DELETE",) if overwrite else ()))
    binder.bind(tree)
    sql = session.double.translate(tree)
    if overwrite:
        execute(session.duck, f"delete from {name}")
    return _changed(session, sql, INSERT, "inserted")


def _update(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    _write(session, binder, tree, "UPDATE")
    sql = session.double.translate(binder.bind(tree))
    rows = _changed(session, sql, UPDATE, "updated")
    return Rows([*rows.columns, "number of multi-joined rows updated"], [(*rows.rows[0], 0)], statement=UPDATE)


def _delete(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    _write(session, binder, tree, "DELETE")
    return _changed(session, session.double.translate(binder.bind(tree)), DELETE, "deleted")


def _truncate(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    for table in tree.expressions:
        if tree.args.get("exists") and session.find("TABLE", _parts(table)) is None:
            continue
        item = _target(session, binder, table, "TRUNCATE")
        execute(session.duck, f"delete from {session.writable(item)}")
    return Rows.status(SUCCESS)


def _merge(session: Session, binder: Binder, tree: exp.Expr) -> Rows:
    needs = {"UPDATE": exp.Update, "INSERT": exp.Insert}
    whens = [when.args["then"] for when in tree.args["whens"].expressions]
    wanted = [name for name, kind in needs.items() if any(isinstance(then, kind) for then in whens)]
    if any(isinstance(then, exp.Var) and then.name.upper() == "DELETE" for then in whens):
        wanted.append("DELETE")
    _write(session, binder, tree, *wanted)
    done = execute(session.duck, session.double.translate(binder.bind(tree)) + " returning merge_action").fetchall()
    actions = [action for (action, *_) in done]
    names = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}
    return Rows.counts(MERGE, **{names[name]: actions.count(name) for name in names if name in wanted})


def _write(session: Session, binder: Binder, tree: exp.Expr, *privileges: str) -> str:
    """Put the target's own DuckDB table in its place; its name."""
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if isinstance(tree, exp.Delete) and tree.args.get("tables"):
        raise errors.unmodelled("DELETE of several tables")
    item = _target(session, binder, table, *privileges)
    alias = table.alias or item.name
    name = session.writable(item)
    table.set("this", exp.to_identifier(name, quoted=True))
    table.set("db", None)
    table.set("catalog", None)
    table.meta["bound"] = True
    if not isinstance(tree, exp.Insert) and not table.args.get("alias"):
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return name


def _target(session: Session, binder: Binder, table: exp.Table, *privileges: str) -> Object:
    item = binder.look_up(_parts(table))
    for privilege in privileges:
        binder.require(privilege, item)
    if item.storage is None or item.kind == "DYNAMIC TABLE":
        raise errors.invalid(f"{item.kind.capitalize()} '{item.full_name}' cannot be written to.")
    return item


def _parts(table: exp.Table) -> tuple[str, ...]:
    if not isinstance(table.this, exp.Identifier):
        raise errors.unmodelled(f"writing to {table.sql(dialect='snowflake')}")
    return tuple(folded(part) for part in table.parts)


def _changed(session: Session, sql: str, statement: int, verb: str) -> Rows:
    done = execute(session.duck, sql).fetchall()
    return Rows.counts(statement, **{verb: int(done[0][0]) if done else 0})


_RUNNERS: dict[type[exp.Expr], Callable[[Session, Binder, exp.Expr], Rows]] = {
    exp.Query: _select,
    exp.Insert: _insert,
    exp.Update: _update,
    exp.Delete: _delete,
    exp.Merge: _merge,
    exp.TruncateTable: _truncate,
}
