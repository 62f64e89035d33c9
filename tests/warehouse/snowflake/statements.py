"""A statement of Snowflake's SQL: what it changes, and whether it is SQL at all.

Unknown is never fine: whatever is not known here raises Unknown.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

from tests.snowflake_double.names import Token, bare, constant, fold
from tests.warehouse.snowflake.blocks import READS, Unknown, inner_statements, is_transaction, known_tokens

__all__ = ["Unknown", "changing_target", "changing_targets", "inner_statements", "is_ghosts", "parses"]

Name = tuple[str, ...]
"""The parts of a name as the catalog has them, from the database on."""

ACCOUNT: Name = ("<account>",)
PARTS = {
    **dict.fromkeys(("DATABASE", "ROLE", "USER", "WAREHOUSE", "INTEGRATION", "STORAGE INTEGRATION"), 1),
    **dict.fromkeys(("NOTIFICATION INTEGRATION", "EXTERNAL VOLUME", "RESOURCE MONITOR"), 1),
    **dict.fromkeys(("SCHEMA", "DATABASE ROLE"), 2),
    **dict.fromkeys(("TABLE", "DYNAMIC TABLE", "EXTERNAL TABLE", "ICEBERG TABLE", "HYBRID TABLE", "EVENT TABLE"), 3),
    **dict.fromkeys(("VIEW", "MATERIALIZED VIEW", "SEQUENCE", "FILE FORMAT", "STAGE", "PIPE", "STREAM", "TASK"), 3),
    **dict.fromkeys(("ALERT", "FUNCTION", "PROCEDURE", "MASKING POLICY", "ROW ACCESS POLICY", "TAG"), 3),
    "COLUMN": 4,
}
"""How many parts the full name of each kind has. What has fewer depends on the session, and raises Unknown."""

MODIFIERS = ("TRANSIENT", "TEMPORARY", "TEMP", "LOCAL", "GLOBAL", "VOLATILE", "SECURE", "RECURSIVE")
OF_THE_SESSION = ("USE", "SET", "UNSET", "COMMIT", "ROLLBACK", "START", "BEGIN")
OUR_PROCEDURES = {"GHOST_CLONE": 1, "GHOST_OWN": 0, "GHOST_MARK": 0, "GHOST_DROP": 0}
"""The package's own procedures, and which of their arguments is the database that they change."""

OUR_READER = "GHOST_FIND"
HARMLESS_FUNCTIONS = ("SYSTEM$WAIT", "SYSTEM$PIPE_STATUS", "SYSTEM$TYPEOF", "SYSTEM$GET_TAG")

GAPS = {
    r"^show (alerts|dynamic tables|row access policies|tags|user procedures)\b": "show tables",
    r"^drop event table\b": "drop table",
    r"^create transient (table .* clone )": r"create \1",
    r"^(create or replace schema .* clone .*?) ignore tables with insufficient data retention": r"\1",
    r"^(create or replace schema .* clone .*?) ignore hybrid tables": r"\1",
    r"^((?:grant|revoke) .* on (?:all|future)) (?:alerts|event tables|\w+( access)? policies) in\b": r"\1 tables in",
}
"""What Snowflake documents and sqlfluff 4.5 does not know: a statement of the same form that it does know."""


def changing_target(sql: str) -> tuple[str, Name] | None:
    """(verb, full name) of what one statement changes; None where it only reads. Raises Unknown, also for a change that
    reaches over two databases: see `changing_targets`."""
    targets = changing_targets(sql)
    if len({name[0] for _, name in targets}) > 1:
        raise Unknown(f"changes in more than one place, {targets}: {sql}")
    return targets[0] if targets else None


def changing_targets(sql: str) -> list[tuple[str, Name]]:
    """Everything that one statement changes: a rename has two targets, and so has a pipe, which will load a table."""
    text = bare(sql)
    reader = _Reader(text, known_tokens(text))
    for before, token in zip([None, *reader.tokens], reader.tokens, strict=False):
        if token.text in (";", "->>"):
            raise Unknown(f"more than one statement: {sql}")
        if token.upper.startswith("SYSTEM$") and token.upper not in HARMLESS_FUNCTIONS:
            raise Unknown(f"{token.text} may change something: {sql}")
        if token.upper == "NEXTVAL" and before and before.text == ".":
            raise Unknown(f"a sequence is changed: {sql}")
    return reader.statement()


def is_ghosts(target: Name, project: str) -> bool:
    """Whether the database (or what else has one part) carries a ghost's name."""
    return re.fullmatch(rf"GHOST_{project.upper()}_[A-Z0-9_]+", target[0]) is not None


@cache
def parses(sql: str) -> str | None:
    """None for what Snowflake's grammar takes, as sqlfluff knows it, else what is wrong. One statement, not a block."""
    text = bare(sql)
    for known, form in GAPS.items():
        text = re.sub(known, form, text, flags=re.I)
    parsed = _linter().parse_string(text)
    if parsed.violations:
        return str(parsed.violations[0].desc())
    tree = parsed.tree
    if tree is None or not text:
        return "nothing to parse"
    return next((f"unparsable: {each.raw}" for each in tree.recursive_crawl("unparsable")), None)


@cache
def _linter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sqlfluff.core import FluffConfig, Linter
    return Linter(config=FluffConfig(overrides={"dialect": "snowflake", "templater": "raw"}))


class _Reader:
    """Reads one statement's beginning."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        self.tokens = found
        self.at = 0

    def unknown(self) -> Unknown:
        return Unknown(f"not known from {self.rest()[:60]!r} on: {self.text}")

    def word(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].upper if at < len(self.tokens) and self.tokens[at].kind != "quoted" else ""

    def rest(self) -> str:
        return self.text[self.tokens[self.at].start :] if self.at < len(self.tokens) else ""

    def skip(self, *words: str) -> bool:
        """The words, all of them, or nothing."""
        there = all(self.word(index) == word for index, word in enumerate(words))
        self.at += len(words) * there
        return there

    def find(self, *words: str) -> bool:
        """Go behind the next of these words that is in no parentheses."""
        depth = 0
        for index in range(self.at, len(self.tokens)):
            token = self.tokens[index]
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if not depth and token.kind == "word" and token.upper in words:
                self.at = index + 1
                return True
        return False

    def kind(self) -> str:
        for length in (3, 2, 1):
            kind = " ".join(self.word(index) for index in range(length))
            if kind in PARTS:
                self.at += length
                return kind
        raise self.unknown()

    def name(self, kind: str = "TABLE") -> Name:
        if self.skip("IDENTIFIER", "(") and self.tokens[self.at].kind == "string":
            inside = _Reader(written := constant(self.tokens[self.at].text), known_tokens(written))
            self.at += 2
            return inside.name(kind)
        parts: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at].kind in ("word", "quoted"):
            parts.append(fold(self.tokens[self.at].text))
            self.at += 1
            if not self.skip("."):
                break
        if len(parts) != PARTS[kind] or self.word() in (".", ",", "$"):
            raise Unknown(f"{'.'.join(parts)!r} is no full name of one {kind.lower()}: {self.text}")
        return tuple(parts)

    def statement(self) -> list[tuple[str, Name]]:
        verb = self.word()
        if verb in READS or verb == "(":
            if verb in ("WITH", "(") and any(token.upper in ("PROCEDURE", "CALL") for token in self.tokens):
                raise self.unknown()
            if verb == "(" and self.word(1) not in ("SELECT", "WITH", "("):
                raise self.unknown()
            return []
        if verb in OF_THE_SESSION and (verb != "BEGIN" or is_transaction(self.tokens)):
            return []
        reading = getattr(self, f"_{verb.lower()}", None) if verb in _VERBS else None
        if reading is None:
            raise self.unknown()
        self.at += 1
        found: list[tuple[str, Name]] = reading()
        return found

    def _create(self) -> list[tuple[str, Name]]:
        verb = "create"
        if self.skip("OR"):
            verb += f" or {self.word().lower()}"
            self.at += 1
        while self.word() in MODIFIERS:
            self.at += 1
        kind = self.kind()
        self.skip("IF", "NOT", "EXISTS")
        targets = [(f"{verb} {kind.lower()}", self.name(kind))]
        if kind == "ALERT" or (kind in ("PIPE", "TASK") and not self.find("AS")):
            raise self.unknown()
        if kind in ("PIPE", "TASK"):
            for inner in inner_statements(re.sub(r"^\((.*)\)$", r"\1", self.rest(), flags=re.S)):
                targets += changing_targets(inner)
        return targets

    def _alter(self) -> list[tuple[str, Name]]:
        if self.skip("SESSION"):
            return []
        kind = self.kind()
        self.skip("IF", "EXISTS")
        name = self.name(kind)
        for words in (("RENAME", "TO"), ("SWAP", "WITH")):
            if self.skip(*words):
                alone = self.at + 1 == len(self.tokens) and self.tokens[self.at].kind in ("word", "quoted")
                other = (*name[:-1], fold(self.tokens[self.at].text)) if alone else self.name(kind)
                verb = f"{words[0]} {kind}".lower()
                return [(verb, name), (verb, other)]
        return [(f"alter {kind.lower()}", name)]

    def _drop(self, verb: str = "drop") -> list[tuple[str, Name]]:
        kind = self.kind()
        self.skip("IF", "EXISTS")
        return [(f"{verb} {kind.lower()}", self.name(kind))]

    def _undrop(self) -> list[tuple[str, Name]]:
        return self._drop("undrop")

    def _comment(self) -> list[tuple[str, Name]]:
        self.skip("IF", "EXISTS")
        if not self.skip("ON"):
            raise self.unknown()
        kind = self.kind()
        return [(f"comment on {kind.lower()}", self.name(kind))]

    def _grant(self, verb: str = "grant", to: str = "TO") -> list[tuple[str, Name]]:
        if self.word() == "ROLE" or self.word(1) == "ROLE":
            granted = self.name(self.kind())
            if not self.skip(to):
                raise self.unknown()
            return [(f"{verb} role", granted), (f"{verb} role", self.name(self.kind()))]
        if not self.find("ON"):
            raise self.unknown()
        if self.skip("ACCOUNT"):
            return [(verb, ACCOUNT)]
        if self.word() in ("ALL", "FUTURE") and not self.find("IN"):
            raise self.unknown()
        return [(verb, self.name(self.kind()))]

    def _revoke(self) -> list[tuple[str, Name]]:
        return self._grant("revoke", "FROM")

    def _into(self, verb: str) -> list[tuple[str, Name]]:
        if not self.skip("INTO"):
            raise self.unknown()
        return [(verb, self.name())]

    def _insert(self) -> list[tuple[str, Name]]:
        self.skip("OVERWRITE")
        return self._into("insert")

    def _merge(self) -> list[tuple[str, Name]]:
        return self._into("merge")

    def _copy(self) -> list[tuple[str, Name]]:
        if self.skip("INTO", "@"):
            return [("unload", self.name("STAGE"))]
        return self._into("copy")

    def _update(self) -> list[tuple[str, Name]]:
        return [("update", self.name())]

    def _delete(self) -> list[tuple[str, Name]]:
        if not self.skip("FROM"):
            raise self.unknown()
        return [("delete", self.name())]

    def _truncate(self) -> list[tuple[str, Name]]:
        self.skip("TABLE")
        self.skip("IF", "EXISTS")
        return [("truncate", self.name())]

    def _call(self) -> list[tuple[str, Name]]:
        """Where we know which of its arguments it changes: that one. What it ran is journaled, and checked as well."""
        if self.word() in HARMLESS_FUNCTIONS:
            return []
        name = self.name("PROCEDURE")
        if name[2] == OUR_READER:
            return []
        if name[2] not in OUR_PROCEDURES:
            return [("call", name)]
        arguments = [token for token in self.tokens[self.at + 1 :] if token.text not in (",", ")")]
        changed = arguments[OUR_PROCEDURES[name[2]]]
        if changed.kind != "string":
            raise self.unknown()
        return [("call", (constant(changed.text),))]

    def _execute(self) -> list[tuple[str, Name]]:
        if not self.skip("TASK"):
            raise self.unknown()
        return [("execute task", self.name("TASK"))]


_VERBS = {name[1:].upper() for name in vars(_Reader) if re.fullmatch("_[a-z]+", name)} - {"INTO"}
