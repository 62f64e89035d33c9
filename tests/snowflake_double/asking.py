"""What the double's own tests share: sessions as somebody, and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.snowflake_double.catalog import User
from tests.snowflake_double.errors import SnowflakeError
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session


def refused(session: Session, sql: str) -> SnowflakeError:
    """The error that `sql` answers."""
    with pytest.raises(SnowflakeError) as caught:
        session.run(sql)
    return caught.value


def values(session: Session, sql: str) -> list[Any]:
    """The first column of the answer."""
    return [row[0] for row in session.run(sql).rows]


def all_of(session: Session, script: str) -> None:
    """Run statements, one a line."""
    for line in filter(None, map(str.strip, script.splitlines())):
        session.run(line)


def session_of(double: Double, role: str, user: str = "") -> Session:
    """A session of a user (by default one of the role's name) who has the role; both are made if they are missing."""
    name = user or f"{role}_USER"
    admin = double.session()
    if role not in double.account.roles:
        admin.run(f"create role {role}")
    double.account.users.setdefault(name, User(name=name, default_role=role, default_secondary_roles="NONE"))
    admin.run(f"grant role {role} to user {name}")
    return double.session(name, role)
