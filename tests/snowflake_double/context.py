"""Functions about the session and the account, in any query."""

from __future__ import annotations

import json

from tests.snowflake_double import errors
from tests.snowflake_double.rights import user_has_role
from tests.snowflake_double.router import function, table_function
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session


@function("CURRENT_ROLE")
def current_role(session: Session) -> str:
    return session.role


@function("CURRENT_USER")
def current_user(session: Session) -> str:
    return session.user


@function("CURRENT_ACCOUNT")
def current_account(session: Session) -> str:
    return session.account.name


@function("CURRENT_ACCOUNT_NAME")
def current_account_name(session: Session) -> str:
    return session.account.name


@function("CURRENT_ORGANIZATION_NAME")
def current_organization_name(_: Session) -> str:
    return "DOUBLES"


@function("CURRENT_REGION")
def current_region(_: Session) -> str:
    return "AWS_EU_WEST_1"


@function("CURRENT_WAREHOUSE")
def current_warehouse(session: Session) -> str | None:
    return session.warehouse


@function("CURRENT_DATABASE")
def current_database(session: Session) -> str | None:
    return session.database


@function("CURRENT_SCHEMA")
def current_schema(session: Session) -> str | None:
    return session.schema


@function("CURRENT_SESSION")
def current_session(session: Session) -> str:
    return str(int(session.id, 16))


@function("CURRENT_VERSION")
def current_version(_: Session) -> str:
    return "9.0.0"


@function("CURRENT_SECONDARY_ROLES")
def current_secondary_roles(session: Session) -> str:
    if session.secondary != "ALL":
        return json.dumps({"roles": "", "value": ""}, separators=(",", ":"))
    roles = ",".join(role for role in session.roles() if role != session.role)
    return json.dumps({"roles": roles, "value": "ALL"}, separators=(",", ":"))


@function("CURRENT_AVAILABLE_ROLES")
def current_available_roles(session: Session) -> str:
    return json.dumps(sorted(r for r in session.account.roles if user_has_role(session.account, session.user, r)))


@function("IS_ROLE_IN_SESSION")
def is_role_in_session(session: Session, role: str) -> bool:
    """Directly active, or granted to an active role."""
    wanted, seen = list(session.roles()), {"PUBLIC"}
    while wanted:
        name = wanted.pop()
        seen.add(name)
        wanted += [r.name for r in session.account.roles.values() if name in r.to_roles and r.name not in seen]
    return role.upper() in seen


@function("LAST_QUERY_ID")
def last_query_id(session: Session) -> str:
    return session.query_id


@table_function("RESULT_SCAN")
def result_scan(session: Session, _: str | None, query_id: str) -> Rows:
    if query_id not in session.results:
        raise errors.SnowflakeError(709, "02000", f"Statement {query_id} not found")
    return session.results[query_id]


@function("SYSTEM$WAIT")
def wait(_: Session, amount: int, unit: str = "SECONDS") -> str:
    """Tests do not wait; who wants to know how long reads the journal."""
    return f"waited {amount} {unit.lower()}"
