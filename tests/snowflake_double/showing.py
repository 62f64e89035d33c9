"""SHOW of the kinds that have no rows: a list of columns, and how an object fills them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.snowflake_double import router
from tests.snowflake_double.catalog import Object, Securable
from tests.snowflake_double.listing import LISTING, listed, objects_listed
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

Row = Callable[[Object], tuple[Any, ...]]
AccountRow = Callable[[Session, Securable], tuple[Any, ...]]
PLACE = ("created_on", "name", "database_name", "schema_name")


def place(item: Object) -> tuple[Any, ...]:
    """What most of SHOW's rows begin with: see PLACE."""
    return item.created, item.name, item.schema.database.name, item.schema.name


def yes(value: object) -> str:
    return "Y" if value else "N"


def show_objects(plural: str, kinds: tuple[str, ...], columns: Iterable[str], row: Row) -> None:
    """Register SHOW <plural> for objects of these kinds."""
    names = list(columns)

    def handler(session: Session, match: re.Match[str]) -> Rows:
        return Rows(names, [row(item) for item in objects_listed(session, match, *kinds)])

    words = r"\s+".join(plural.split())
    router.statement(rf"SHOW\s+{words}{LISTING}")(handler)


def show_account_items(
    plural: str, items: Callable[[Session], Iterable[Securable]], columns: Iterable[str], row: AccountRow
) -> None:
    """Register SHOW <plural> of what stands in the account itself."""
    names = list(columns)

    def handler(session: Session, match: re.Match[str]) -> Rows:
        return Rows(names, [row(session, item) for item in listed(session, match, items(session))])

    words = r"\s+".join(plural.split())
    router.statement(rf"SHOW\s+{words}{LISTING}")(handler)
