"""Runs the Snowflake Scripting that dbt-ghost writes; everything else it refuses.

An error that says the double does not model something passes every handler: a script must not swallow it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from tests.snowflake_double import scripting_nodes as nodes
from tests.snowflake_double.errors import SnowflakeError, syntax, unmodelled
from tests.snowflake_double.rows import DML, Rows
from tests.snowflake_double.scripting_builders import built
from tests.snowflake_double.scripting_parser import dynamic, parse, query_of
from tests.snowflake_double.scripting_scope import Declared, Json, Jump, Raised, ResultSet, Return, Row, Scope, Table
from tests.snowflake_double.scripting_values import as_client_text, bind, simple, substitute, tokens

Statement = Callable[[str], Table | None]
Spawn = Callable[[str], Callable[[], Table | None]]
Evaluate = Callable[[str, Mapping[str, object]], object]

_UNMODELLED: Final = 9999
_SEMISTRUCTURED: Final = {"VARIANT", "OBJECT", "ARRAY"}
_MAKES_JSON: Final = ("OBJECT_", "ARRAY_", "PARSE_JSON", "TRY_PARSE_JSON", "TO_VARIANT", "TO_OBJECT", "TO_ARRAY")
_WHOLE: Final = {"INT", "INTEGER", "NUMBER", "BIGINT"}
_TEXT: Final = {"VARCHAR", "STRING", "TEXT"}


def run(
    text: str,
    statement: Statement,
    evaluate: Evaluate | None = None,
    arguments: Mapping[str, object] | None = None,
    spawn: Spawn | None = None,
) -> object:
    """What the block returns; the text of a JSON value is indented, as a client gets it.

    `spawn` prepares a statement for another thread; without it `statement` itself runs there.
    """
    spawn = spawn or (lambda child: lambda: statement(child))
    running = _Run(text, statement, evaluate or _asking(statement), spawn)
    value: object = None
    try:
        running.block(parse(text), Scope(running.known, dict(arguments or {})))
    except Return as returned:
        value = returned.value
    except Raised as raised:
        raise _uncaught(raised, text) from raised
    if running.children:
        raise unmodelled("a block that ends before it awaits its ASYNC statements")
    return as_client_text(value)


def _asking(statement: Statement) -> Evaluate:
    def evaluate(expression: str, variables: Mapping[str, object]) -> object:
        table = statement(f"select {substitute(expression, variables)}")
        if table is None or len(table.rows) != 1:
            raise unmodelled(f"an expression without exactly one value: {expression}")
        return table.rows[0][0]

    return evaluate


def _uncaught(raised: Raised, text: str) -> SnowflakeError:
    line = text.count("\n", 0, raised.at) + 1
    position = raised.at - (text.rfind("\n", 0, raised.at) + 1)
    place = f"Uncaught exception of type '{raised.name}' on line {line} at position {position}"
    return SnowflakeError(raised.number, raised.state, f"{place} : {raised.message}" if raised.message else place)


class _Run:
    def __init__(self, text: str, statement: Statement, evaluate: Evaluate, spawn: Spawn) -> None:
        self.text, self.statement, self.evaluate, self.spawn = text, statement, evaluate, spawn
        self.children: list[tuple[ResultSet, Future[Table | None]]] = []
        self.handled: list[Raised] = []
        self.known = Scope(values=dict.fromkeys(("SQLROWCOUNT", "SQLFOUND", "SQLNOTFOUND")))
        self.forms: dict[type[nodes.Node], Callable[..., object]] = {
            nodes.Sql: self.sql,
            nodes.Let: self.let,
            nodes.LetResults: lambda node, scope: self.results(node.name, node.query, scope),
            nodes.LetCursor: self.cursor,
            nodes.LetException: lambda n, scope: scope.let(n.name, Declared(n.name, n.number, n.message), "EXCEPTION"),
            nodes.Assign: self.assign,
            nodes.If: self.choose,
            nodes.While: self.loop,
            nodes.ForRows: self.each_row,
            nodes.ForCount: self.count,
            nodes.Jump: self.jump,
            nodes.Return: self.give,
            nodes.Raise: self.throw,
            nodes.Async: lambda node, scope: self.query(node.query, scope),
            nodes.Await: self.wait,
            nodes.Block: self.block,
        }

    def steps(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            self.forms[type(node)](node, scope)

    def block(self, block: nodes.Block, outer: Scope) -> None:
        scope = Scope(outer)
        try:
            self.steps(block.declarations, scope)
            self.steps(block.body, Scope(scope))
        except Raised as raised:
            handler = next((h for h in block.handlers if {raised.name, "OTHER"} & set(h.names)), None)
            if handler is None:
                raise
            self.handle(handler, raised, Scope(scope))

    def handle(self, handler: nodes.Handler, raised: Raised, scope: Scope) -> None:
        for name, value in (("SQLCODE", raised.number), ("SQLERRM", raised.message), ("SQLSTATE", raised.state)):
            scope.let(name, value)
        self.handled.append(raised)
        try:
            self.steps(handler.body, scope)
        finally:
            self.handled.pop()

    @contextmanager
    def watched(self, at: int, name: str) -> Iterator[None]:
        """An error of SQL becomes an exception of the script."""
        try:
            yield
        except SnowflakeError as error:
            if error.errno == _UNMODELLED:
                raise
            raise Raised(name, error.errno, error.sqlstate, error.message, at) from error

    def value(self, text: str, scope: Scope, at: int) -> object:
        variables = scope.visible()
        with self.watched(at, "EXPRESSION_ERROR"):
            found = simple(text, variables)
            found = found or built(text, lambda part: self.value(part, scope, at))
            value = found[0] if found else self.evaluate(text, variables)
        makes_json = tokens(text)[:1] and tokens(text)[0].word.startswith(_MAKES_JSON) and "::" not in text
        return Json(value) if makes_json and isinstance(value, str) else value

    def typed(self, text: str, kind: str, scope: Scope, at: int) -> object:
        """A value as a variable of that type holds it."""
        value = self.value(text, scope, at)
        base = kind.upper().split("(")[0].strip()
        if value is None or not base:
            return value
        if base in _SEMISTRUCTURED:
            return Json(value if isinstance(value, str) else json.dumps(value))
        fits = {str: base in _TEXT, int: base in _WHOLE, bool: base == "BOOLEAN"}
        if fits.get(type(value), False) and not (type(value) is str and "(" in kind):
            return value
        return self.value(f"({text})::{kind}", scope, at)

    def sql(self, node: nodes.Sql, scope: Scope) -> None:
        words = tokens(node.text)
        if words[0].word == "CALL" and len(words) > 3 and [words[-3].word, words[-2].text] == ["INTO", ":"]:
            called = self.query(nodes.Query(node.at, node.text[: words[-3].start]), scope)
            holder = scope.holder(words[-1].name)
            holder.values[words[-1].name] = called.table.rows[0][0] if called.table else None
        else:
            self.query(nodes.Query(node.at, node.text), scope)

    def query(self, query: nodes.Query, scope: Scope) -> ResultSet:
        found = ResultSet()
        with self.watched(query.at, "STATEMENT_ERROR"):
            text = self.statement_text(query, scope)
            if query.concurrent:
                pool = ThreadPoolExecutor(1)
                self.children.append((found, pool.submit(self.spawn(text))))
                pool.shutdown(wait=False)
            else:
                found.table = self.statement(text)
                self.note_changed(found.table)
        return found

    def note_changed(self, table: Table | None) -> None:
        """SQLROWCOUNT and its kin speak of the last DML."""
        if isinstance(table, Rows) and table.statement in DML:
            changed = table.affected
            known = {"SQLROWCOUNT": changed, "SQLFOUND": changed > 0, "SQLNOTFOUND": changed == 0}
            self.known.values.update(known)

    def statement_text(self, query: nodes.Query, scope: Scope) -> str:
        words = tokens(query.text)
        if [token.word for token in words[:2]] == ["EXECUTE", "IMMEDIATE"]:
            if any(token.word == "USING" for token in words):
                raise unmodelled("EXECUTE IMMEDIATE ... USING")
            value = self.value(query.text[words[1].end :].strip(), scope, query.at)
            if not isinstance(value, str):
                raise syntax("EXECUTE IMMEDIATE of something that is not text")
            return dynamic(value)
        if any(token.word == "RESULT_SCAN" for token in words):
            raise unmodelled("RESULT_SCAN; keep the result in a RESULTSET")
        if words and words[0].word == "SELECT" and any(token.word == "INTO" for token in words):
            raise unmodelled("SELECT ... INTO :variable; assign a scalar subquery")
        return bind(query.text, scope.visible())

    def let(self, node: nodes.Let, scope: Scope) -> None:
        if node.value is None:
            return scope.let(node.name, None, node.type)
        parts = tokens(node.value)
        if not node.type and len(parts) == 3 and parts[1].text == "." and isinstance(_seen(scope, parts[0].name), Row):
            raise syntax(f"variable '{node.name}' cannot have its type inferred from initializer")
        scope.let(node.name, self.typed(node.value, node.type, scope, node.at), node.type)

    def results(self, name: str, query: nodes.Query | None, scope: Scope) -> None:
        scope.let(name, self.query(query, scope) if query else ResultSet(), "RESULTSET")

    def cursor(self, node: nodes.LetCursor, scope: Scope) -> None:
        parts = tokens(node.source)
        source = _seen(scope, parts[0].name) if len(parts) == 1 else ResultSet(query=node.source)
        if not isinstance(source, ResultSet):
            raise syntax(f"'{node.source}' is neither a query nor a RESULTSET")
        scope.let(node.name, source, "CURSOR")

    def assign(self, node: nodes.Assign, scope: Scope) -> None:
        holder = scope.holder(node.name)
        kind = holder.types.get(node.name, "")
        if kind == "RESULTSET":
            holder.values[node.name] = self.query(query_of(node.value), scope)
        elif kind in ("CURSOR", "EXCEPTION") or isinstance(holder.values[node.name], Row):
            raise unmodelled(f"an assignment to the {kind or 'row'} {node.name}")
        else:
            holder.values[node.name] = self.typed(node.value, kind, scope, node.at)

    def choose(self, node: nodes.If, scope: Scope) -> None:
        for condition, body in node.branches:
            if self.value(condition, scope, node.at) is True:
                return self.steps(body, scope)
        self.steps(node.otherwise, scope)

    def turn(self, body: Sequence[nodes.Node], scope: Scope) -> bool:
        """One turn of a loop; whether there may be another."""
        try:
            self.steps(body, scope)
        except Jump as jump:
            return str(jump) == "CONTINUE"
        return True

    def loop(self, node: nodes.While, scope: Scope) -> None:
        while self.value(node.condition, scope, node.at) is True and self.turn(node.body, scope):
            pass

    def each_row(self, node: nodes.ForRows, scope: Scope) -> None:
        source = _seen(scope, tokens(node.source)[0].name) if len(tokens(node.source)) == 1 else None
        if not isinstance(source, ResultSet):
            raise unmodelled(f"FOR over {node.source}; name a RESULTSET, a CURSOR or start TO end")
        if source.query is not None:
            source = self.query(nodes.Query(node.at, source.query), scope)
        for row in source.each():
            if not self.turn(node.body, Scope(scope, {node.name: row})):
                break

    def count(self, node: nodes.ForCount, scope: Scope) -> None:
        first, last = (self.typed(text, "INTEGER", scope, node.at) for text in (node.start, node.stop))
        if not isinstance(first, int) or not isinstance(last, int):
            raise syntax("the bounds of a FOR must be whole numbers")
        numbers = range(first, last + 1)
        for number in reversed(numbers) if node.down else numbers:
            if not self.turn(node.body, Scope(scope, {node.name: number})):
                break

    def jump(self, node: nodes.Jump, scope: Scope) -> None:
        raise Jump(node.word)

    def give(self, node: nodes.Return, scope: Scope) -> None:
        raise Return(self.value(node.value, scope, node.at) if node.value else None)

    def throw(self, node: nodes.Raise, scope: Scope) -> None:
        if node.name is None:
            if not self.handled:
                raise syntax("RAISE without a name stands outside a handler")
            raise self.handled[-1]
        found = scope.holder(node.name).values[node.name]
        if not isinstance(found, Declared):
            raise syntax(f"'{node.name}' is not an exception")
        raise Raised(found.name, found.number, "P0001", found.message, node.at)

    def wait(self, node: nodes.Await, scope: Scope) -> None:
        wanted = _seen(scope, node.name) if node.name else None
        awaited = [child for child in self.children if wanted is None or child[0] is wanted]
        self.children = [child for child in self.children if child not in awaited]
        for _, future in awaited:
            future.exception()
        with self.watched(node.at, "STATEMENT_ERROR"):
            for found, future in awaited:
                found.table = future.result()


def _seen(scope: Scope, name: str) -> object:
    return scope.visible().get(name)
