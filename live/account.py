"""A scratch account to ask: what is made there has a random name and is dropped at the end, whatever happened."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the connector's, of other packages' versions
    import snowflake.connector

Refusal = snowflake.connector.errors.Error
PREFIX = "GHOST_LIVE_SNOWFLAKE_"
REQUIRED = ("ACCOUNT", "USER", "ROLE", "WAREHOUSE")


def options(environ: Mapping[str, str]) -> dict[str, str]:
    """GHOST_LIVE_SNOWFLAKE_<OPTION> as options of snowflake.connector.connect. Raises ValueError: what is missing."""
    missing = [PREFIX + name for name in REQUIRED if not environ.get(PREFIX + name)]
    if missing:
        raise ValueError("not run: set " + ", ".join(missing) + " and how to log in, for a scratch account")
    return {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}


def words(error: Refusal) -> str:
    """The last line says what; the ones above it, of which kind it is."""
    return f"refused, {error.errno}: {(str(error.raw_msg or error.msg).strip().splitlines() or [''])[-1]}"


@dataclass
class Scratch:
    """`run` answers with rows, `says` with text: the rows, or what the account said against it."""

    connection: Any
    made: list[tuple[str, str]] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_hex(3).upper())

    def name(self, kind: str, what: str) -> str:
        """A new name for a database, role or integration of ours, remembered for the end before it is made."""
        name = f"DBT_GHOST_LIVE_{self.token}_{len(self.made)}_{what}"
        self.made.append((kind, name))
        return name

    def run(self, statement: str) -> list[dict[str, Any]]:
        with self.connection.cursor(snowflake.connector.DictCursor) as cursor:
            rows: list[dict[str, Any]] = cursor.execute(statement).fetchall()
            return [{name.lower(): value for name, value in row.items()} for row in rows]

    def says(self, statement: str, *columns: str) -> str:
        """Of the rows these columns, or all."""
        try:
            rows = self.run(statement)
        except Refusal as error:
            return words(error)
        kept = [[row.get(column) for column in columns] if columns else list(row.values()) for row in rows]
        return " ".join("; ".join(", ".join(map(str, values)) for values in kept).split()) or "no rows"

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = [
            f"{what} {name}: {said}"
            for what, name in reversed(self.made)
            for said in [self.says(f"drop {what} if exists {name}")]
            if said.startswith("refused")
        ]
        self.connection.close()
        if left:
            raise RuntimeError("still there, drop it by hand: " + "; ".join(left))


def scratch(found: Mapping[str, str]) -> Scratch:
    """What `options` found."""
    return Scratch(snowflake.connector.connect(**found))
