"""What the names in a query mean: each is looked up, its rights are asked, and DuckDB's table is put in its place.

Views are not DuckDB's: their text takes their place, with their owner's rights, and names in it are looked up from
where the view is. So a clone's view reads what its text names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from tests.snowflake_double import errors, rights, router
from tests.snowflake_double.catalog import VIEWS, Object, Schema
from tests.snowflake_double.moments import moment_of
from tests.snowflake_double.names import dotted, fold, parse_name
from tests.snowflake_double.policing import guarded
from tests.snowflake_double.relations import Relations
from tests.snowflake_double.session import Session
from tests.snowflake_double.translating import parse


class Binder:
    """Of one statement; `roles` and the current database and schema differ inside a view."""

    def __init__(
        self, session: Session, relations: Relations, roles: list[str] | None = None, home: Schema | None = None
    ) -> None:
        self._session = session
        self._relations = relations
        self._roles = roles
        self._home = home

    def bind(self, tree: exp.Expr) -> exp.Expr:
        """`tree` itself, changed."""
        self._functions(tree)
        for column in list(tree.find_all(exp.Column)):
            column.set("db", None)
            column.set("catalog", None)
        for rows in list(tree.find_all(exp.TableFromRows)):
            self._table_function(rows)
        for table in list(tree.find_all(exp.Table)):
            if not table.meta.get("bound") and not (_is_plain(table) and _is_cte(table)):
                self._table(table)
        return tree

    def look_up(self, path: Sequence[str]) -> Object:
        """The table or view of that name, as these roles see it."""
        if self._home is not None:
            path = (*self._home.path[: 3 - len(path)], *path)
        if self._roles is None:
            return self._session.get("OBJECT", tuple(path))
        database = self._session.account.databases.get(path[0])
        schema = database.schemas.get(path[1]) if database else None
        found = schema.get("TABLE", path[2]) if schema else None
        if found is None or not all(self._may("USAGE", around) for around in (found.schema, found.schema.database)):
            raise errors.does_not_exist("Object", dotted(path))
        return found

    def require(self, privilege: str, item: Object) -> None:
        """3001 for those who have another privilege on it; for others it does not exist."""
        session = self._session
        if self._roles is None:
            if session.can(privilege, item):
                return
            if session.can("USAGE", item.schema) and rights.holds(session.account, session.roles(), item):
                raise errors.insufficient(item.kind, item.name)
        elif self._may(privilege, item):
            return
        raise errors.does_not_exist("Object", item.full_name)

    def _may(self, privilege: str, target: Any) -> bool:
        roles = self._session.roles() if self._roles is None else self._roles
        return rights.may(self._session.account, roles, privilege, target)

    def _table(self, table: exp.Table) -> None:
        path = _path(table)
        alias = table.alias or path[-1]
        if "INFORMATION_SCHEMA" in path[:-1] or (path[0] == "SNOWFLAKE" and len(path) == 3):
            self._put(table, self._relations.view(self._roles, path, self._home), alias)
            return
        item = self.look_up(path)
        self.require("SELECT", item)
        if item.kind in VIEWS:
            self._view(table, item, alias)
        elif item.storage is None:
            raise errors.unmodelled(f"reading the {item.kind.lower()} {item.full_name}")
        elif item.policies:
            self._guarded(table, item, self._storage(table, item), alias)
        else:
            self._put(table, self._storage(table, item), alias)

    def _storage(self, table: exp.Table, item: Object) -> str:
        when = table.args.pop("when", None)
        if when is None:
            return self._session.pending.get(item) or str(item.storage)
        if str(when.args["kind"]).upper() != "TIMESTAMP" or str(when.this).upper() != "AT":
            raise errors.unmodelled("Time Travel by anything but AT(TIMESTAMP => ..)")
        moment = moment_of(self._session, when.expression.sql(dialect="snowflake"))
        if moment < item.created or item.properties.get("retention_reaches") is False:
            raise errors.SnowflakeError(
                707,
                "02000",
                f"Time travel data is not available for table {item.name}. The requested time is either "
                "beyond the allowed time travel period or before the object creation time.",
            )
        return str(self._session.double.store.at(item, moment))

    def _put(self, table: exp.Table, physical: str, alias: str) -> None:
        table.set("this", exp.to_identifier(physical, quoted=True))
        table.set("db", None)
        table.set("catalog", None)
        table.meta["bound"] = True
        if not table.args.get("alias"):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))

    def _view(self, table: exp.Table, view: Object, alias: str) -> None:
        body = parse(view.properties["body"])
        try:
            Binder(self._session, self._relations, [view.owner or ""], view.schema).bind(body)
        except errors.SnowflakeError as error:
            if error.errno == 9999:
                raise
            said = f"SQL compilation error:\nFailure during expansion of view '{view.name}': {error.message}"
            raise errors.SnowflakeError(2037, "42601", said) from None
        named = view.properties.get("named", ())
        if view.policies:
            body, named = guarded(view, _aliased(body, "G", named), self._bind_policy), ()
        self._instead(table, _aliased(body, alias, named))

    def _guarded(self, table: exp.Table, item: Object, storage: str, alias: str) -> None:
        source = exp.Table(this=exp.to_identifier(storage, quoted=True))
        source.set("alias", exp.TableAlias(this=exp.to_identifier("G", quoted=True)))
        self._instead(table, _aliased(guarded(item, source, self._bind_policy), alias))

    def _bind_policy(self, policy: Object, tree: exp.Expr) -> exp.Expr:
        return Binder(self._session, self._relations, [policy.owner or ""], policy.schema).bind(tree)

    def _instead(self, table: exp.Table, inner: exp.Subquery) -> None:
        """Put a query where the table was, under the table's alias if it had one."""
        if given := table.args.get("alias"):
            inner.args["alias"].set("this", given.this)
        for kept in ("joins", "laterals", "pivots", "sample"):
            inner.set(kept, table.args.get(kept))
        table.replace(inner)

    def _functions(self, tree: exp.Expr) -> None:
        for node in list(tree.find_all(exp.Func)):
            name = node.name.upper() if isinstance(node, exp.Anonymous) else node.sql_name()
            handler = router.FUNCTIONS.get(name)
            if handler is None or node.find_ancestor(exp.TableFromRows):
                continue
            given = node.expressions if isinstance(node, exp.Anonymous) else [v for v in node.args.values() if v]
            value = handler(self._session, *(constant_of(item) for item in given))
            put = exp.convert(value) if value is not None else exp.cast(exp.Null(), "varchar")
            node.replace(exp.alias_(put, f"{name}({_spelled(given)})", quoted=True) if _is_bare(node) else put)

    def _table_function(self, rows: exp.TableFromRows) -> None:
        call, path = rows.this, []
        while isinstance(call, exp.Dot):
            path += [part.name for part in call.this.flatten()] if isinstance(call.this, exp.Dot) else [call.this.name]
            call = call.expression
        if not isinstance(call, exp.Anonymous):
            return  # flatten, generator: fakesnow's
        handler = router.TABLE_FUNCTIONS.get(call.name.upper())
        if handler is None:
            raise errors.unmodelled(f"the table function {call.name}")
        self._functions_inside(call)
        given = [constant_of(e) for e in call.expressions if not isinstance(e, (exp.Kwarg, exp.PropertyEQ))]
        named = {
            e.this.name.lower(): constant_of(e.expression)
            for e in call.expressions
            if isinstance(e, (exp.Kwarg, exp.PropertyEQ))
        }
        database = fold(path[0]) if len(path) > 1 else self._session.database
        found = handler(self._session, database, *given, **named)
        table = exp.Table(this=exp.to_identifier(self._relations.add(found), quoted=True), alias=rows.args.get("alias"))
        table.meta["bound"] = True
        for kept in ("joins", "laterals"):
            table.set(kept, rows.args.get(kept))
        rows.replace(table)

    def _functions_inside(self, call: exp.Anonymous) -> None:
        for node in [e for e in call.expressions if isinstance(e, exp.Anonymous)]:
            if handler := router.FUNCTIONS.get(node.name.upper()):
                node.replace(exp.convert(handler(self._session)))


def _aliased(query: exp.Expr, alias: str, named: Sequence[str] = ()) -> exp.Subquery:
    columns = [exp.to_identifier(name, quoted=True) for name in named]
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True), columns=columns))


def constant_of(node: exp.Expr) -> Any:
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else int(node.name) if node.name.isdigit() else float(node.name)
    if isinstance(node, (exp.Boolean, exp.Null)):
        return node.this if isinstance(node, exp.Boolean) else None
    raise errors.unmodelled(f"a function of the account with the argument {node.sql(dialect='snowflake')}")


def _spelled(given: Sequence[exp.Expr]) -> str:
    return ", ".join(item.sql(dialect="snowflake") for item in given)


def _is_bare(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Select) and node.arg_key == "expressions"


def _path(table: exp.Table) -> tuple[str, ...]:
    if isinstance(table.this, exp.DynamicIdentifier):
        return parse_name(constant_of(table.this.this))
    if not _is_plain(table):
        raise errors.unmodelled(f"reading from {table.this.sql(dialect='snowflake')}")
    return tuple(folded(part) for part in table.parts)


def folded(part: exp.Expr) -> str:
    """A part of a parsed name as it is stored."""
    return part.name if part.args.get("quoted") else part.name.upper()


def _is_plain(table: exp.Table) -> bool:
    return isinstance(table.this, exp.Identifier)


def _is_cte(table: exp.Table) -> bool:
    """Does the name stand for a common table expression that is in sight here?"""
    if table.args.get("db"):
        return False
    name = table.name if table.this.quoted else table.name.upper()
    inside: exp.Expr | None = table
    while inside is not None:
        above = inside.parent
        if isinstance(above, exp.With) and isinstance(inside, exp.CTE):
            upto = above.expressions.index(inside) + bool(above.args.get("recursive"))
            if any(_cte_name(cte) == name for cte in above.expressions[:upto]):
                return True
            above = above.parent  # the query that has this WITH: its CTEs are the ones just asked
        elif above is not None and (with_ := above.args.get("with_")) is not None:
            if any(_cte_name(cte) == name for cte in with_.expressions):
                return True
        inside = above
    return False


def _cte_name(cte: exp.CTE) -> str:
    identifier = cte.args["alias"].this
    return str(identifier.name if identifier.quoted else identifier.name.upper())
