"""Snowflake Scripting as a tree. What dbt-ghost does not write is refused, never skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.snowflake_double.errors import SnowflakeError, syntax, unmodelled
from tests.snowflake_double.names import constant
from tests.snowflake_double.scripting_nodes import (
    Assign,
    Async,
    Await,
    Block,
    ForCount,
    ForRows,
    Handler,
    If,
    Jump,
    Let,
    LetCursor,
    LetException,
    LetResults,
    Node,
    Query,
    Raise,
    Return,
    Sql,
    While,
)
from tests.snowflake_double.scripting_values import Token, tokens

_END: Final = Token("end", "", -1, -1)
_UNMODELLED: Final = {"LOOP", "REPEAT", "CASE", "OPEN", "FETCH", "CLOSE", "CANCEL", "GOTO"}


def is_block(text: str) -> bool:
    """Whether a statement is a block, and not the BEGIN of a transaction."""
    words = [token.word for token in tokens(text)[:2]] + ["", ""]
    return words[0] == "DECLARE" or (words[0] == "BEGIN" and words[1] not in ("", ";", "TRANSACTION", "WORK", "NAME"))


def parse(text: str) -> Block:
    parser = _Parser(text)
    block = parser.block()
    parser.skip(";")
    if parser.peek() is not _END:
        raise parser.wrong("one block and nothing after it")
    return block


def query_of(text: str) -> Query:
    """What a RESULTSET is given: [async] (statement)."""
    parser = _Parser(text)
    query = parser.query()
    if parser.peek() is not _END:
        raise parser.wrong("a statement in parentheses and nothing after it")
    return query


def dynamic(text: str) -> str:
    """The one statement in the text of an EXECUTE IMMEDIATE."""
    ends = [token for token in tokens(text) if token.text == ";"]
    if not is_block(text) and ends and tokens(text[ends[0].end :]):
        raise syntax("EXECUTE IMMEDIATE takes one statement")
    return text.strip() if is_block(text) else text[: ends[0].start].strip() if ends else text.strip()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.next = 0
        self.forms: dict[str, Callable[[int], Node]] = {
            "BEGIN": lambda at: self.block(),
            "DECLARE": lambda at: self.block(),
            "LET": self._let,
            "IF": self._if,
            "FOR": self._for,
            "WHILE": self._while,
            "BREAK": lambda at: Jump(at, self.take().text.upper()),
            "CONTINUE": lambda at: Jump(at, self.take().text.upper()),
            "RETURN": self._return,
            "RAISE": self._raise,
            "ASYNC": lambda at: Async(at, self.query()),
            "AWAIT": self._await,
        }

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[self.next + ahead] if self.next + ahead < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.peek()
        self.next += 1
        return token

    def skip(self, *words: str) -> bool:
        found = self.peek().word in words
        self.next += found
        return found

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.skip(word):
                raise self.wrong(word)

    def wrong(self, wanted: str) -> SnowflakeError:
        token = self.peek()
        line = self.text.count("\n", 0, max(token.start, 0)) + 1
        found = f"'{token.text}'" if token is not _END else "the end"
        return syntax(f"syntax error line {line} of the block: {found}, wanted {wanted}")

    def identifier(self) -> str:
        if self.peek().kind not in ("word", "quoted"):
            raise self.wrong("a name")
        return self.take().name

    def until(self, *words: str) -> str:
        """The text up to one of these words outside parentheses, which stays."""
        first, depth = self.peek(), 0
        while depth or self.peek().word not in words:
            if self.peek() is _END:
                raise self.wrong(" or ".join(words))
            depth += {"(": 1, ")": -1}.get(self.take().word, 0)
        return self.text[first.start : self.tokens[self.next - 1].end] if self.peek() is not first else ""

    def inside(self) -> str:
        """The text in parentheses."""
        self.expect("(")
        text = self.until(")")
        self.expect(")")
        return text

    def block(self) -> Block:
        at = self.peek().start
        declarations = []
        if self.skip("DECLARE"):
            while self.peek().word != "BEGIN":
                start = self.peek().start
                declarations.append(self._declared(start, let=False))
                self.expect(";")
        self.expect("BEGIN")
        body = self.statements("EXCEPTION", "END")
        handlers = []
        if self.skip("EXCEPTION"):
            while self.peek().word == "WHEN":
                handlers.append(self._handler())
        self.expect("END")
        return Block(at, tuple(declarations), body, tuple(handlers))

    def statements(self, *stops: str) -> tuple[Node, ...]:
        found = []
        while self.peek().word not in stops:
            if self.peek() is _END:
                raise self.wrong(" or ".join(stops))
            if self.peek().word == "NULL" and self.peek(1).word == ";":
                self.take()
            else:
                found.append(self._statement())
            self.expect(";")
        return tuple(found)

    def _statement(self) -> Node:
        token = self.peek()
        if token.word in _UNMODELLED:
            raise unmodelled(f"{token.word} in Snowflake Scripting")
        if self.peek(1).word == ":=":
            name = self.identifier()
            self.expect(":=")
            return Assign(token.start, name, self.until(";"))
        if token.word in self.forms and not (token.word == "BEGIN" and self.peek(1).word in (";", "TRANSACTION")):
            return self.forms[token.word](token.start)
        return Sql(token.start, self.until(";"))

    def _let(self, at: int) -> Node:
        self.take()
        return self._declared(at, let=True)

    def _declared(self, at: int, *, let: bool) -> Node:
        name = self.identifier()
        if self.skip("CURSOR"):
            self.expect("FOR")
            return LetCursor(at, name, self.until(";"))
        if self.skip("RESULTSET"):
            return LetResults(at, name, self.query() if self.skip(":=", "DEFAULT") else None)
        if self.peek().word == "PROCEDURE":
            raise unmodelled("a procedure inside a block")
        if self.peek().word == "EXCEPTION" and not let:
            return self._exception(at, name)
        type_name = self.until(":=", "DEFAULT", ";")
        if self.skip(":=", "DEFAULT"):
            return Let(at, name, type_name, self.until(";"))
        if let or not type_name:
            raise self.wrong(":=")
        return Let(at, name, type_name, None)

    def _exception(self, at: int, name: str) -> LetException:
        self.take()
        if not self.skip("("):
            return LetException(at, name, -20000, "")
        negative = self.skip("-")
        number = int(self.take().text) * (-1 if negative else 1)
        self.expect(",")
        message = constant(self.take().text)
        self.expect(")")
        if not -20999 <= number <= -20000:
            raise syntax(f"exception number {number} is not valid")
        return LetException(at, name, number, message)

    def query(self) -> Query:
        at, concurrent = self.peek().start, self.skip("ASYNC")
        return Query(at, self.inside(), concurrent)

    def _handler(self) -> Handler:
        at = self.take().start
        names = [self.identifier()]
        while self.skip("OR"):
            names.append(self.identifier())
        if self.peek().word == "CONTINUE":
            raise unmodelled("WHEN ... CONTINUE THEN")
        self.skip("EXIT")
        self.expect("THEN")
        return Handler(at, tuple(names), self.statements("WHEN", "END"))

    def _if(self, at: int) -> If:
        branches = []
        otherwise: tuple[Node, ...] = ()
        while self.skip("IF", "ELSEIF"):
            condition = self.inside()
            self.expect("THEN")
            branches.append((condition, self.statements("ELSEIF", "ELSE", "END")))
        if self.skip("ELSE"):
            otherwise = self.statements("END")
        self.expect("END", "IF")
        return If(at, tuple(branches), otherwise)

    def _while(self, at: int) -> While:
        self.take()
        condition = self.inside()
        self.expect("DO")
        body = self.statements("END")
        self.expect("END", "WHILE")
        return While(at, condition, body)

    def _for(self, at: int) -> Node:
        self.take()
        name = self.identifier()
        self.expect("IN")
        down = self.skip("REVERSE")
        source = self.until("DO", "TO")
        stop = self.until("DO") if self.skip("TO") else None
        self.expect("DO")
        body = self.statements("END")
        self.expect("END", "FOR")
        return ForRows(at, name, source, body) if stop is None else ForCount(at, name, source, stop, down, body)

    def _return(self, at: int) -> Return:
        self.take()
        if self.peek().word == "TABLE" and self.peek(1).word == "(":
            raise unmodelled("RETURN TABLE(...)")
        return Return(at, self.until(";"))

    def _raise(self, at: int) -> Raise:
        self.take()
        return Raise(at, None if self.peek().word == ";" else self.identifier())

    def _await(self, at: int) -> Await:
        self.take()
        return Await(at, None if self.skip("ALL") else self.identifier())
