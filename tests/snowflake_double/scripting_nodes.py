"""What a script consists of; `at` is where each part stands in the text of its block."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    at: int


@dataclass(frozen=True)
class Query(Node):
    """A statement whose result is kept: (select ...), (show ...), (execute immediate ...)."""

    text: str
    concurrent: bool = False


@dataclass(frozen=True)
class Sql(Node):
    text: str


@dataclass(frozen=True)
class Let(Node):
    name: str
    type: str
    value: str | None


@dataclass(frozen=True)
class LetResults(Node):
    name: str
    query: Query | None


@dataclass(frozen=True)
class LetCursor(Node):
    name: str
    source: str


@dataclass(frozen=True)
class LetException(Node):
    name: str
    number: int
    message: str


@dataclass(frozen=True)
class Assign(Node):
    name: str
    value: str


@dataclass(frozen=True)
class If(Node):
    branches: tuple[tuple[str, tuple[Node, ...]], ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True)
class While(Node):
    condition: str
    body: tuple[Node, ...]


@dataclass(frozen=True)
class ForRows(Node):
    name: str
    source: str
    body: tuple[Node, ...]


@dataclass(frozen=True)
class ForCount(Node):
    name: str
    start: str
    stop: str
    down: bool
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Jump(Node):
    """BREAK or CONTINUE."""

    word: str


@dataclass(frozen=True)
class Return(Node):
    value: str


@dataclass(frozen=True)
class Raise(Node):
    name: str | None


@dataclass(frozen=True)
class Async(Node):
    query: Query


@dataclass(frozen=True)
class Await(Node):
    """The name of a result set, or None for all."""

    name: str | None


@dataclass(frozen=True)
class Handler(Node):
    names: tuple[str, ...]
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Block(Node):
    declarations: tuple[Node, ...] = ()
    body: tuple[Node, ...] = ()
    handlers: tuple[Handler, ...] = ()
