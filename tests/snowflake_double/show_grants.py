"""SHOW GRANTS and SHOW FUTURE GRANTS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.snowflake_double import access, errors
from tests.snowflake_double.catalog import Database, FutureGrant, Schema, Securable
from tests.snowflake_double.names import ANY_NAME, dotted, fold
from tests.snowflake_double.privileges import MANY, target
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

Line = tuple[Any, ...]

_HELD = ("created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by")
_FUTURE = ("created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option")
_LIMIT = r"(?:\s+LIMIT\s+(?P<limit>\d+))?"


@statement(rf"SHOW\s+GRANTS\s+ON\s+(?P<on>.+?){_LIMIT}")
def on_something(session: Session, match: re.Match[str]) -> Rows:
    if MANY.fullmatch(match["on"]):
        raise errors.syntax("SHOW GRANTS ON takes one object")
    item = target(session, match["on"]).one
    assert item is not None
    return _answer(match, (*_HELD, "granted_by_role_type"), [(*line, "ROLE") for line in _grants_on(item)])


@statement(rf"SHOW\s+GRANTS\s+TO\s+ROLE\s+(?P<role>{ANY_NAME}){_LIMIT}")
def to_role(session: Session, match: re.Match[str]) -> Rows:
    role = _role(session, match["role"])
    lines = [line for item in session.account.securables() for line in _grants_on(item) if line[5] == role]
    for child in session.account.roles.values():
        if role in child.to_roles:
            by = child.to_roles[role]
            lines.append((child.created, "USAGE", "ROLE", dotted((child.name,)), "ROLE", role, "false", by))
    return _answer(match, _HELD, lines)


@statement(rf"SHOW\s+GRANTS(?:\s+TO\s+USER\s+(?P<user>{ANY_NAME}))?{_LIMIT}")
def to_user(session: Session, match: re.Match[str]) -> Rows:
    user = fold(match["user"]) if match["user"] else session.user
    if user not in session.account.users:
        raise errors.does_not_exist("User", user)
    roles = [role for role in session.account.roles.values() if user in role.to_users]
    lines = [
        (role.created, "USAGE", "ROLE", role.name, role.name, "USER", user, "false", role.to_users[user])
        for role in roles
    ]
    return _answer(match, (*_HELD[:4], "role", *_HELD[4:]), lines)


@statement(rf"SHOW\s+GRANTS\s+OF\s+ROLE\s+(?P<role>{ANY_NAME}){_LIMIT}")
def of_role(session: Session, match: re.Match[str]) -> Rows:
    role = session.account.roles[_role(session, match["role"])]
    to = [("ROLE", name, by) for name, by in role.to_roles.items()]
    to += [("USER", name, by) for name, by in role.to_users.items()]
    lines = [(role.created, role.name, kind, name, by) for kind, name, by in to]
    return _answer(match, ("created_on", "role", "granted_to", "grantee_name", "granted_by"), lines)


@statement(rf"SHOW\s+FUTURE\s+GRANTS\s+IN\s+(?P<kind>DATABASE|SCHEMA)\s+(?P<name>{ANY_NAME}){_LIMIT}")
def future_in(session: Session, match: re.Match[str]) -> Rows:
    of_database = match["kind"].upper() == "DATABASE"
    holder = session.get_database(match["name"]) if of_database else session.get_schema(match["name"])
    return _answer(match, _FUTURE, [_future_line(holder, future) for future in holder.future_grants])


@statement(rf"SHOW\s+FUTURE\s+GRANTS\s+TO\s+ROLE\s+(?P<role>{ANY_NAME}){_LIMIT}")
def future_to(session: Session, match: re.Match[str]) -> Rows:
    role = _role(session, match["role"])
    holders: list[Database | Schema] = [*session.account.databases.values(), *session.account.schemas()]
    lines = [
        _future_line(holder, future)
        for holder in holders
        if session.sees(holder)
        for future in holder.future_grants
        if future.role == role
    ]
    return _answer(match, _FUTURE, lines)


def _grants_on(item: Securable) -> Iterator[Line]:
    kind, name = item.kind.replace(" ", "_"), item.full_name + getattr(item, "signature", "")
    if item.owner is not None:
        yield item.created, "OWNERSHIP", kind, name, "ROLE", item.owner, "true", item.owner
    closed = access.managed(item) is not None
    for grant in item.grants:
        option = "true" if grant.grant_option and not closed else "false"
        yield grant.created, grant.privilege, kind, name, "ROLE", grant.role, option, grant.granted_by


def _future_line(holder: Database | Schema, future: FutureGrant) -> Line:
    kind = future.kind.replace(" ", "_")
    option = "true" if future.grant_option else "false"
    return future.created, future.privilege, kind, f"{holder.full_name}.<{kind}>", "ROLE", future.role, option


def _role(session: Session, text: str) -> str:
    name = fold(text)
    if name not in session.account.roles:
        raise errors.does_not_exist("Role", name)
    return name


def _answer(match: re.Match[str], columns: tuple[str, ...], lines: list[Line]) -> Rows:
    lines.sort(key=lambda line: [str(part) for part in line[1:]])
    return Rows(columns, lines[: int(match["limit"])] if match["limit"] else lines)
