"""Users: CREATE, ALTER, DROP, SHOW and DESC USER. Passwords and keys are taken and never looked at."""

from __future__ import annotations

import re
from typing import Any

from tests.snowflake_double import errors, rights
from tests.snowflake_double.catalog import User
from tests.snowflake_double.clauses import Clauses, Options, said
from tests.snowflake_double.clauses import listed as list_of
from tests.snowflake_double.listing import LISTING, listed
from tests.snowflake_double.names import ANY_NAME
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

OPTIONS = (
    *("DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "COMMENT", "TYPE"),
    *("PASSWORD", "RSA_PUBLIC_KEY", "MUST_CHANGE_PASSWORD", "LOGIN_NAME", "DISPLAY_NAME", "EMAIL"),
)
COLUMNS = (
    *("name", "created_on", "login_name", "display_name", "first_name", "last_name", "email", "mins_to_unlock"),
    *("days_to_expiry", "comment", "disabled", "must_change_password", "snowflake_lock", "default_warehouse"),
    *("default_namespace", "default_role", "default_secondary_roles", "ext_authn_duo", "ext_authn_uid"),
    *("mins_to_bypass_mfa", "owner", "last_success_login", "expires_at_time", "locked_until_time", "has_password"),
    *("has_rsa_public_key", "type", "has_mfa", "has_pat", "has_workload_identity", "is_from_organization_user"),
)


def _set(user: User, options: Options) -> None:
    """DEFAULT_SECONDARY_ROLES = () is none of them; ('ALL'), which is also the default, is all."""
    if "DEFAULT_SECONDARY_ROLES" in options:
        named = [role.upper() for role in list_of(options, "DEFAULT_SECONDARY_ROLES")]
        if named not in ([], ["ALL"], ["NONE"]):
            raise errors.unmodelled("DEFAULT_SECONDARY_ROLES other than ('ALL') or ()")
        user.default_secondary_roles = "ALL" if named == ["ALL"] else "NONE"
    user.default_role = _folded(options, "DEFAULT_ROLE") or user.default_role
    user.default_warehouse = _folded(options, "DEFAULT_WAREHOUSE") or user.default_warehouse
    user.default_namespace = said(options, "DEFAULT_NAMESPACE") or user.default_namespace
    user.comment = said(options, "COMMENT", user.comment)
    user.properties["type"] = said(options, "TYPE", user.properties.get("type", "")).upper()


def _folded(options: Options, name: str) -> str | None:
    """A role or a warehouse may be named in quotes of text; it is an identifier all the same."""
    value = said(options, name)
    return Clauses(value).name()[-1] if value else None


@statement(r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?USER\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)")
def create_user(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    options = clauses.options(OPTIONS)
    clauses.end()
    users = session.account.users
    if match["replace"]:
        raise errors.unmodelled("CREATE OR REPLACE USER")
    if match["unless"] and name in users:
        return Rows.status(f"{name} already exists, statement succeeded.")
    if not session.can("CREATE USER", session.account):
        raise errors.insufficient("account", session.account.name)
    if name in users:
        raise errors.already_exists(name)
    made = User(name=name, owner=session.role)
    _set(made, options)
    users[name] = made
    rights.created(session.account, made)
    return Rows.status(f"User {name} successfully created.")


@statement(r"ALTER\s+USER\s+(?P<if>IF\s+EXISTS\s+)?(?P<rest>.*)")
def alter_user(session: Session, match: re.Match[str]) -> None:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    if match["if"] and name not in session.account.users:
        return
    user = _owned(session, name)
    clauses.expect("SET")
    _set(user, clauses.options(OPTIONS))
    clauses.end()


@statement(rf"DROP\s+USER\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})")
def drop_user(session: Session, match: re.Match[str]) -> Rows:
    name = Clauses(match["name"]).identifier()
    if match["if"] and name not in session.account.users:
        return Rows.status("Drop statement executed successfully (already dropped).")
    _owned(session, name)
    del session.account.users[name]
    for role in session.account.roles.values():
        role.to_users.pop(name, None)
    return Rows.status(f"{name} successfully dropped.")


def _owned(session: Session, name: str) -> User:
    user = session.account.users.get(name)
    if user is None:
        raise errors.does_not_exist("User", name)
    if not session.can("OWNERSHIP", user) and "ACCOUNTADMIN" not in session.roles():
        raise errors.insufficient("user", name)
    return user


@statement(rf"SHOW\s+USERS{LISTING}")
def show_users(session: Session, match: re.Match[str]) -> Rows:
    """The rest than the name needs OWNERSHIP or MANAGE GRANTS."""
    users = listed(session, match, session.account.users.values())
    return Rows(COLUMNS, [_row(session, user) for user in users])


def _row(session: Session, user: User) -> tuple[Any, ...]:
    if not session.can("OWNERSHIP", user) and not session.can("MANAGE GRANTS", session.account):
        return (user.name, *(None for _ in COLUMNS[1:]))
    secondary = '["ALL"]' if user.default_secondary_roles == "ALL" else "[]"
    return (
        *(user.name, user.created, user.name, user.name, "", "", "", None, None, user.comment, "false", "false"),
        *("false", user.default_warehouse, user.default_namespace, user.default_role, secondary, "false", None, None),
        *(user.owner, None, None, None, "false", "false", user.properties.get("type") or None, "false", "false"),
        *("false", "false"),
    )


@statement(rf"DESC(?:RIBE)?\s+USER\s+(?P<name>{ANY_NAME})")
def describe_user(session: Session, match: re.Match[str]) -> Rows:
    user = _owned(session, Clauses(match["name"]).identifier())
    secondary = '["ALL"]' if user.default_secondary_roles == "ALL" else "[]"
    rows = [
        ("NAME", user.name, None, "Name"),
        ("COMMENT", user.comment, None, "user comment associated to an object in the dictionary"),
        ("DEFAULT_WAREHOUSE", user.default_warehouse, None, "Default warehouse for this user"),
        ("DEFAULT_NAMESPACE", user.default_namespace, None, "Default database namespace prefix for this user"),
        ("DEFAULT_ROLE", user.default_role, None, "Primary principal of user session will be set to this role"),
        ("DEFAULT_SECONDARY_ROLES", secondary, "[]", "The secondary roles will be set to all roles provided here."),
    ]
    return Rows(("property", "value", "default", "description"), rows)
