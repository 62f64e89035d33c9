"""Roles: made, dropped, granted, used."""

from __future__ import annotations

import re

from tests.snowflake_double import access, errors
from tests.snowflake_double.catalog import Role, Securable
from tests.snowflake_double.listing import MOST
from tests.snowflake_double.names import ANY_NAME, IDENT, STRING, constant, fold, like
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import SUCCESS, Rows
from tests.snowflake_double.session import Session

_COLUMNS = (
    *("created_on", "name", "is_default", "is_current", "is_inherited", "assigned_to_users"),
    *("granted_to_roles", "granted_roles", "owner", "comment"),
)
_SYSTEM = ("ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "PUBLIC")


@statement(
    rf"CREATE\s+ROLE\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{IDENT})(?:\s+COMMENT\s*=\s*(?P<comment>{STRING}))?"
)
def create_role(session: Session, match: re.Match[str]) -> Rows:
    name = fold(match["name"])
    session.require("CREATE ROLE", session.account)
    if name in session.account.roles:
        if match["exists"]:
            return Rows.status(f"{name} already exists, statement succeeded.")
        raise errors.already_exists(name)
    comment = constant(match["comment"]) if match["comment"] else ""
    session.account.roles[name] = Role(name=name, owner=session.role, comment=comment)
    return Rows.status(f"Role {name} successfully created.")


@statement(rf"DROP\s+ROLE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{IDENT})")
def drop_role(session: Session, match: re.Match[str]) -> Rows:
    name = fold(match["name"])
    if name not in session.account.roles and match["exists"]:
        return Rows.status("Drop statement executed successfully (already dropped).")
    role = _role(session, name)
    if name == session.role:
        raise errors.SnowflakeError(
            3534, "42501", f"SQL execution error: Cannot drop role {name} as it is the current primary role."
        )
    if name in _SYSTEM or not session.can("OWNERSHIP", role):
        raise errors.insufficient("role", name)
    del session.account.roles[name]
    for item in session.account.securables():
        _forget(item, name, session.role)
    return Rows.status(f"{name} successfully dropped.")


@statement(rf"GRANT\s+ROLE\s+(?P<role>{ANY_NAME})\s+TO\s+(?P<kind>ROLE|USER)\s+(?P<to>{ANY_NAME})")
def grant_role(session: Session, match: re.Match[str]) -> Rows:
    role, to = _role(session, fold(match["role"])), fold(match["to"])
    _check_grantee(session, match["kind"].upper(), to)
    _check_decides(session, role)
    if match["kind"].upper() == "USER":
        role.to_users.setdefault(to, session.role)
    elif to in access.held(session.account, [role.name]) - {"PUBLIC"}:
        raise errors.invalid(f"Grant not executed: a cycle between the roles {role.name} and {to}.")
    else:
        role.to_roles.setdefault(to, session.role)
    return Rows.status(SUCCESS)


@statement(rf"REVOKE\s+ROLE\s+(?P<role>{ANY_NAME})\s+FROM\s+(?P<kind>ROLE|USER)\s+(?P<to>{ANY_NAME})")
def revoke_role(session: Session, match: re.Match[str]) -> Rows:
    role, to = _role(session, fold(match["role"])), fold(match["to"])
    _check_grantee(session, match["kind"].upper(), to)
    _check_decides(session, role)
    (role.to_users if match["kind"].upper() == "USER" else role.to_roles).pop(to, None)
    return Rows.status(SUCCESS)


@statement(rf"USE\s+ROLE\s+(?P<name>{ANY_NAME})")
def use_role(session: Session, match: re.Match[str]) -> Rows:
    name = fold(match["name"])
    if name not in session.account.roles:
        raise errors.SnowflakeError(
            2043, "02000", "SQL compilation error:\nObject does not exist, or operation cannot be performed."
        )
    if not access.user_has_role(session.account, session.user, name):
        raise errors.SnowflakeError(
            3013,
            "42501",
            f"SQL access control error:\nRequested role '{name}' is not assigned to the executing user. "
            "Specify another role to activate.",
        )
    session.role = name
    return Rows.status(SUCCESS)


@statement(r"USE\s+SECONDARY\s+ROLES\s+(?P<which>ALL|NONE)")
def use_secondary_roles(session: Session, match: re.Match[str]) -> Rows:
    session.secondary = match["which"].upper()
    return Rows.status(SUCCESS)


@statement(
    rf"SHOW\s+ROLES(?:\s+LIKE\s+(?P<like>{STRING}))?(?:\s+STARTS\s+WITH\s+(?P<starts>{STRING}))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?"
)
def show_roles(session: Session, match: re.Match[str]) -> Rows:
    account = session.account
    wanted = like(constant(match["like"]) if match["like"] else "%")
    starts = constant(match["starts"]) if match["starts"] else ""
    default = account.users[session.user].default_role
    below = access.held(account, [session.role]) - {session.role}
    lines = [
        (
            role.created,
            role.name,
            *("Y" if yes else "N" for yes in (role.name == default, role.name == session.role, role.name in below)),
            *(len(role.to_users), len(role.to_roles)),
            sum(role.name in other.to_roles for other in account.roles.values()),
            role.owner or "",
            role.comment,
        )
        for role in sorted(account.roles.values(), key=lambda role: role.name)
        if wanted.fullmatch(role.name) and role.name.startswith(starts)
    ]
    return Rows(_COLUMNS, lines[: int(match["limit"] or MOST)])


def _role(session: Session, name: str) -> Role:
    if name not in session.account.roles:
        raise errors.does_not_exist("Role", name)
    return session.account.roles[name]


def _check_grantee(session: Session, kind: str, name: str) -> None:
    if name not in (session.account.users if kind == "USER" else session.account.roles):
        raise errors.does_not_exist(kind, name)


def _check_decides(session: Session, role: Role) -> None:
    """Who owns the role, or manages grants, says who has it."""
    if not session.can("OWNERSHIP", role) and not access.manages_grants(session.account, session.roles()):
        raise errors.insufficient("role", role.name)


def _forget(item: Securable, role: str, heir: str) -> None:
    """A dropped role's objects go to the role that drops it; its grants, given and got, go."""
    if item.owner == role:
        item.owner = heir
    item.grants[:] = [grant for grant in item.grants if role not in (grant.role, grant.granted_by)]
    future = getattr(item, "future_grants", [])
    future[:] = [grant for grant in future if grant.role != role]
    if isinstance(item, Role):
        item.to_roles.pop(role, None)
