"""Blocks and EXECUTE IMMEDIATE as statements of a session."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from weakref import WeakSet

from tests.snowflake_double import errors, router
from tests.snowflake_double.names import STRING, bare, constant
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.scripting_parser import dynamic, is_block
from tests.snowflake_double.scripting_run import run
from tests.snowflake_double.scripting_scope import held
from tests.snowflake_double.scripting_values import substitute
from tests.snowflake_double.session import Session

# Sessions in the body of an owner's-rights procedure: they may not touch the session, nor ask about it.
CONFINED: WeakSet[Session] = WeakSet()
_ABOUT_THE_SESSION = re.compile(
    r"(?P<verb>ALTER\s+SESSION|USE|SET|UNSET|BEGIN\s*(?:TRANSACTION|WORK)?|COMMIT|ROLLBACK|LIST|LS|PUT|GET|"
    r"SHOW\s+(?:PARAMETERS|VARIABLES|LOCKS|TRANSACTIONS|DELEGATED\s+AUTHORIZATIONS|GRANTS))\b(?P<rest>.*)",
    re.I | re.S,
)


def run_script(session: Session, text: str, arguments: Mapping[str, object] | None = None) -> object:
    """The value that a block returns, run in the session."""

    def one(sql: str) -> Rows:
        _check_confined(session, sql)
        return session.run(sql)

    def evaluate(expression: str, variables: Mapping[str, object]) -> object:
        return value_of(session, substitute(expression, variables))

    def spawn(sql: str) -> Callable[[], Rows]:
        _check_confined(session, sql)
        twin = session.fork()
        if session in CONFINED:
            CONFINED.add(twin)
        return lambda: twin.run(sql)

    return run(text, one, evaluate, arguments, spawn)


def value_of(session: Session, expression: str) -> object:
    """The value of an SQL expression; asking for it is no statement of its own."""
    rows = router.answer(session, f"select {expression}")
    if rows is None or len(rows.rows) != 1:
        raise errors.unmodelled(f"an expression without exactly one value: {expression}")
    return held(rows.rows[0], rows.types)[0]


@statement(r"EXECUTE\s+IMMEDIATE\b\s*(?P<text>.*)", first=True, locked=False)
def execute_immediate(session: Session, match: re.Match[str]) -> Rows:
    if not re.fullmatch(STRING, match["text"], re.S):
        raise errors.unmodelled("EXECUTE IMMEDIATE of anything but one text constant, outside a block")
    text = dynamic(constant(match["text"]))
    if is_block(text):
        return _block(session, text)
    _check_confined(session, text)
    return session.run(text)


@statement(r"(?P<block>DECLARE\b.+|BEGIN\b(?!\s*(?:;|TRANSACTION\b|WORK\b|NAME\b|$)).+)", first=True, locked=False)
def block(session: Session, match: re.Match[str]) -> Rows:
    return _block(session, match["block"])


def _block(session: Session, text: str) -> Rows:
    return Rows(["anonymous block"], [(run_script(session, text),)])


def _check_confined(session: Session, sql: str) -> None:
    if session not in CONFINED or is_block(sql):
        return
    found = _ABOUT_THE_SESSION.fullmatch(bare(sql))
    if found is None or (
        found["verb"].upper().endswith("GRANTS") and re.match(r"\s*(IN|ON|TO|OF)\b", found["rest"], re.I)
    ):
        return
    verb = re.sub(r"\s+", "_", found["verb"].strip().upper())
    raise errors.SnowflakeError(
        90236, "42601", f"Stored procedure execution error: Unsupported statement type '{verb}'."
    )
