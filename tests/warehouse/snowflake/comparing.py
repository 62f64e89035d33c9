"""A comparison of a ghost with production on the double, and a production that is older than T."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.snowflake_double.journal import Entry
from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import Shop

LONG_AGO = timedelta(hours=3)
PRODUCTION = (
    "create role TRANSFORMER",
    "create user PROD_CI default_role = TRANSFORMER",
    "grant role TRANSFORMER to user PROD_CI",
    "grant role TRANSFORMER to role SYSADMIN",
    "grant create database on account to role TRANSFORMER",
    "use role TRANSFORMER",
    "create database PROD_DB",
    "create schema PROD_DB.RAW",
)


def age(double: Double) -> None:
    """Whatever there is was last changed well before a T of now."""
    account = double.account
    for around in (*account.databases.values(), *account.schemas()):
        around.created -= LONG_AGO
        around.altered -= LONG_AGO
    for item in account.objects():
        item.created -= LONG_AGO
        item.altered -= LONG_AGO


def run_as_ghost(shop: Shop, statements: Sequence[str]) -> None:
    session = shop.double.session("GHOST_DEV_CI", "GHOST_DEV")
    for statement in statements:
        session.run(statement)


def run_as_prod(shop: Shop, statements: Sequence[str]) -> None:
    session = shop.double.session("PROD_CI", "TRANSFORMER")
    for statement in statements:
        session.run(statement)


@dataclass(frozen=True)
class Comparison:
    result: Mapping[str, Any]
    entries: list[Entry]
    prod_is_unchanged: bool

    def table(self, name: str, database: str = "PROD_DB") -> dict[str, Any]:
        """By its name as the catalog has it, without regard to case where no other table has it."""
        named = [each for each in self.result["tables"] if each["database"] == database]
        exact = [each for each in named if each["table"] == f"RAW.{name}"]
        (found,) = exact or [each for each in named if each["table"].lower() == f"raw.{name}".lower()]
        return dict(found)


def compare(shop: Shop, **arguments: Any) -> Comparison:
    since, before = len(shop.double.journal), _production(shop)
    result = shop.operation("ghost_diff", **arguments)
    assert result.get("ok"), result
    return Comparison(result, shop.double.journal.since(since), _production(shop) == before)


def _production(shop: Shop) -> dict[str, Any]:
    """All of its objects as they are: what is written has other storage."""
    account = shop.double.account
    kept = [each for each in account.objects() if each.path[0].startswith("PROD_")]
    return {each.full_name: (each.kind, each.storage, each.altered, each.owner, len(each.grants)) for each in kept}
