"""GRANT and REVOKE of privileges, on what there is and on what is to come."""

from __future__ import annotations

import re

from tests.snowflake_double import access, errors
from tests.snowflake_double.catalog import Database, FutureGrant, Grant, Schema, Securable
from tests.snowflake_double.privileges import Target, privileges, role_of, target
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import SUCCESS, Rows
from tests.snowflake_double.session import Session

_GRANTEE = r"(?:(?:DATABASE|APPLICATION)\s+)?(?:ROLE\s+|SHARE\s+|USER\s+)?\S+"


@statement(
    rf"GRANT\s+(?!OWNERSHIP\s+ON\b|(?:(?:DATABASE|APPLICATION)\s+)?ROLE\s)(?P<privileges>.+?)\s+ON\s+(?P<on>.+?)\s+TO\s+(?P<to>{_GRANTEE})"
    r"(?P<option>\s+WITH\s+GRANT\s+OPTION)?"
)
def grant(session: Session, match: re.Match[str]) -> Rows:
    on, role, option = target(session, match["on"]), role_of(session, match["to"]), bool(match["option"])
    names = privileges(match["privileges"], on.kind)
    if "OWNERSHIP" in names:
        raise errors.syntax("OWNERSHIP is granted alone, with GRANT OWNERSHIP ON")
    if on.which == "FUTURE":
        check_future(session, on)
        _grant_future(on, names, role, option)
        return Rows.status(SUCCESS)
    found = list(on.securables())
    plan = [(item, name, _giver(session, item, name)) for item in found for name in names]
    for item, name, giver in plan:
        _check_imported(item, name)
        if giver is None and not _says_all(match["privileges"]):
            raise errors.insufficient(item.kind, item.name)
    for item, name, giver in plan:
        if giver is not None:
            _give(item, Grant(name, role, option, giver))
    return Rows.status(f"{SUCCESS} {len(found)} objects affected." if on.which == "ALL" else SUCCESS)


@statement(
    rf"REVOKE\s+(?!(?:(?:DATABASE|APPLICATION)\s+)?ROLE\s)(?P<option>GRANT\s+OPTION\s+FOR\s+)?(?P<privileges>.+?)\s+ON\s+(?P<on>.+?)"
    rf"\s+FROM\s+(?P<from>{_GRANTEE})(?:\s+(?P<how>RESTRICT|CASCADE))?"
)
def revoke(session: Session, match: re.Match[str]) -> Rows:
    on, role = target(session, match["on"]), role_of(session, match["from"])
    names = privileges(match["privileges"], on.kind)
    if on.which == "FUTURE":
        check_future(session, on)
        assert on.container is not None
        gone = {*names, "OWNERSHIP"} if _says_all(match["privileges"]) else set(names)
        kept = [g for g in on.container.future_grants if (g.kind, g.role) != (on.kind, role) or g.privilege not in gone]
        on.container.future_grants[:] = kept
        return Rows.status(SUCCESS)
    if "OWNERSHIP" in names:
        raise errors.invalid("OWNERSHIP cannot be revoked; it is granted to another role.")
    if on.which == "ALL" and isinstance(on.container, Database) and on.kind != "SCHEMA":
        raise errors.syntax("REVOKE ... ON ALL takes IN SCHEMA, not IN DATABASE")
    cascade = (match["how"] or "").upper() == "CASCADE"
    for item in on.securables():
        for name in names:
            _take(session, item, name, role, cascade=cascade, option=bool(match["option"]))
    return Rows.status(SUCCESS)


def check_future(session: Session, on: Target) -> None:
    """Future grants need MANAGE GRANTS; in a managed-access schema its owner will do."""
    container = on.container
    assert container is not None
    if access.manages_grants(session.account, session.roles()):
        return
    if isinstance(container, Schema) and container.managed_access and session.can("OWNERSHIP", container):
        return
    raise errors.insufficient(container.kind, container.name)


def _grant_future(on: Target, names: list[str], role: str, option: bool) -> None:
    assert on.container is not None
    kept = [g for g in on.container.future_grants if (g.kind, g.role) != (on.kind, role) or g.privilege not in names]
    on.container.future_grants[:] = [*kept, *(FutureGrant(name, on.kind, role, option) for name in names)]


def _giver(session: Session, item: Securable, privilege: str) -> str | None:
    """The role in whose name this session may grant the privilege; None: it may not."""
    mine = access.held(session.account, session.roles())
    schema = access.managed(item)
    if access.manages_grants(session.account, session.roles()):
        return item.owner or session.role
    if schema is not None:
        return schema.owner if session.can("OWNERSHIP", schema) else None
    if session.can("OWNERSHIP", item):
        return item.owner
    option = (g.role for g in item.grants if g.privilege == privilege and g.grant_option and g.role in mine)
    return next(option, None)


def _give(item: Securable, new: Grant) -> None:
    for old in item.grants:
        if (old.privilege, old.role, old.granted_by) == (new.privilege, new.role, new.granted_by):
            old.grant_option = old.grant_option or new.grant_option
            return
    item.grants.append(new)


def _take(session: Session, item: Securable, privilege: str, role: str, *, cascade: bool, option: bool) -> None:
    mine = access.held(session.account, session.roles())
    everything = access.manages_grants(session.account, session.roles())
    schema = access.managed(item)
    if schema is not None and not everything and not session.can("OWNERSHIP", schema):
        raise errors.insufficient(item.kind, item.name)
    gone = [g for g in item.grants if (g.privilege, g.role) == (privilege, role)]
    gone = [g for g in gone if everything or schema is not None or g.granted_by in mine]
    passed_on = [g for g in item.grants if g.privilege == privilege and g.granted_by == role and role != item.owner]
    if not gone:
        return
    if passed_on and not cascade:
        raise errors.invalid(f"Dependent grant of '{privilege}' on '{item.full_name}' to '{passed_on[0].role}' exists.")
    for kept in gone if option else []:
        kept.grant_option = False
    dropped = passed_on if option else [*gone, *passed_on]
    item.grants[:] = [g for g in item.grants if not any(g is one for one in dropped)]


def _check_imported(item: Securable, privilege: str) -> None:
    if isinstance(item, Database) and (item.type == "STANDARD") == (privilege == "IMPORTED PRIVILEGES"):
        raise errors.invalid(f"'{privilege}' is not granted on {item.name}; shared databases take IMPORTED PRIVILEGES.")


def _says_all(text: str) -> bool:
    return text.strip().upper().startswith("ALL")
