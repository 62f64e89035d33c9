"""Roles at work: each an actor with a connection of its own to one account."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.snowflake_double.server import Double

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from snowflake.connector import DictCursor, Error

Refused = Error
SETUP = """
create role transformer; create role ghost; create role reader; create role manager
grant role transformer to user admin; grant role ghost to user admin
grant role reader to user admin; grant role manager to user admin
grant role transformer to role sysadmin; grant manage grants on account to role manager
grant create database on account to role transformer; grant create database on account to role ghost
use role transformer
create database prod; create schema prod.shop
create table prod.shop.orders (id int); create table prod.shop.items (id int)
create view prod.shop.latest as select id from prod.shop.orders
create schema prod.closed with managed access; create table prod.closed.secrets (id int)
"""


@dataclass
class Actor:
    connection: Any

    def rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.cursor(DictCursor)
        return list(cursor.execute(sql).fetchall())

    def do(self, statements: str) -> None:
        for statement in statements.replace("\n", ";").split(";"):
            if statement.strip():
                self.rows(statement)

    def value(self, sql: str) -> Any:
        ((value,),) = (row.values() for row in self.rows(sql))
        return value

    def refusal(self, sql: str) -> str:
        """The error's number and text."""
        with pytest.raises(Refused) as caught:
            self.rows(sql)
        return f"{caught.value.errno} {caught.value.msg}"


@dataclass
class Company:
    """An account with a prod database that TRANSFORMER owns; GHOST and READER have nothing, MANAGER manages grants."""

    double: Double
    actors: dict[str, Actor] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Actor:
        if role not in self.actors:
            self.actors[role] = Actor(self.double.connect(role=role.upper()))
        return self.actors[role]

    def grants_on(self, what: str) -> set[tuple[str, str]]:
        return {(row["privilege"], row["grantee_name"]) for row in self.accountadmin.rows(f"show grants on {what}")}

    def owner_of(self, what: str) -> str:
        (owner,) = (role for privilege, role in self.grants_on(what) if privilege == "OWNERSHIP")
        return owner


@contextmanager
def company() -> Iterator[Company]:
    with Double() as double:
        made = Company(double)
        made.accountadmin.do(SETUP + "use role accountadmin")
        try:
            yield made
        finally:
            for actor in made.actors.values():
                actor.connection.close()
