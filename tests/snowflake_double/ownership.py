"""GRANT OWNERSHIP: of one object, of all of a kind, of those to come."""

from __future__ import annotations

import re

from tests.snowflake_double import access, errors
from tests.snowflake_double.catalog import Database, FutureGrant, Schema, Securable
from tests.snowflake_double.grants import check_future
from tests.snowflake_double.privileges import Target, role_of, target
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import SUCCESS, Rows
from tests.snowflake_double.session import Session


@statement(
    r"GRANT\s+OWNERSHIP\s+ON\s+(?P<on>.+?)\s+TO\s+(?P<to>(?:DATABASE\s+)?(?:ROLE\s+|SHARE\s+|USER\s+)?\S+)"
    r"(?:\s+(?P<current>COPY|REVOKE)\s+CURRENT\s+GRANTS)?"
)
def grant_ownership(session: Session, match: re.Match[str]) -> Rows:
    on, role = target(session, match["on"]), role_of(session, match["to"])
    current = (match["current"] or "").upper()
    if on.which == "FUTURE":
        if current:
            raise errors.syntax(f"{current} CURRENT GRANTS does not go with FUTURE")
        return _future(session, on, role)
    if on.kind in ("ACCOUNT", "MATERIALIZED VIEW", "HYBRID TABLE"):
        raise errors.invalid(f"OWNERSHIP is not granted ON {on.kind}; a view or table takes VIEW or TABLE.")
    found = list(on.securables())
    for item in found:
        _check(session, item, role, current, bulk=on.which == "ALL")
    for item in found:
        _hand_over(item, role, current)
    return Rows.status(f"{SUCCESS} {len(found)} objects affected." if on.which == "ALL" else SUCCESS)


def _future(session: Session, on: Target, role: str) -> Rows:
    container = on.container
    assert container is not None
    check_future(session, on)
    taken = [g for g in container.future_grants if (g.privilege, g.kind) == ("OWNERSHIP", on.kind)]
    if any(grant.role != role for grant in taken):
        raise errors.invalid(f"A future grant of OWNERSHIP on {on.kind} exists in {container.full_name}; revoke it.")
    if isinstance(container, Schema) and container.managed_access:
        _check_subordinate(session, container, role)
    if not taken:
        container.future_grants.append(FutureGrant("OWNERSHIP", on.kind, role))
    return Rows.status(SUCCESS)


def _check(session: Session, item: Securable, role: str, current: str, *, bulk: bool) -> None:
    """Raise if this transfer is not allowed; nothing has changed by then."""
    mine = access.held(session.account, session.roles())
    schema = access.managed(item)
    everything = access.manages_grants(session.account, session.roles())
    decides = schema.owner in mine if schema else session.can("OWNERSHIP", item)
    if not everything and not decides:
        raise errors.insufficient(item.kind, item.name)
    if schema is not None:
        _check_subordinate(session, schema, role)
    if current == "COPY" and not everything and role not in mine:
        raise errors.insufficient(item.kind, item.name)
    if item.grants and not current and item.kind != "ROLE":
        first = item.grants[0]
        raise errors.invalid(
            f"Dependent grant of privilege '{first.privilege}' on securable '{item.full_name}' to role '{first.role}' "
            "exists. It must be revoked first, or say REVOKE CURRENT GRANTS or COPY CURRENT GRANTS."
        )
    _check_state(item, bulk=bulk)


def _check_state(item: Securable, *, bulk: bool) -> None:
    if isinstance(item, Database) and item.type != "STANDARD":
        raise errors.unmodelled(f"a new owner for the shared database {item.name}")
    if item.kind == "PIPE" and item.properties.get("state") == "RUNNING":
        raise errors.invalid(f"Pipe {item.name} must be paused before its ownership is transferred.")
    if item.kind == "TASK" and item.properties.get("state") == "started" and not bulk:
        raise errors.invalid(f"Task {item.name} must be suspended before its ownership is transferred.")
    if isinstance(item, Schema) and item.managed_access and any(g.privilege == "OWNERSHIP" for g in item.future_grants):
        raise errors.invalid(f"Revoke the future grants of OWNERSHIP in the managed access schema {item.name} first.")


def _check_subordinate(session: Session, schema: Schema, role: str) -> None:
    if role not in access.held(session.account, [schema.owner or ""]):
        raise errors.invalid(
            "Ownership restriction violation in a managed access schema. "
            f"Grantee need to be a subordinate role of the schema owner '{schema.owner}'."
        )


def _hand_over(item: Securable, role: str, current: str) -> None:
    item.owner = role
    if current == "REVOKE":
        item.grants.clear()
    for grant in item.grants:
        grant.granted_by = role
    if item.kind == "TASK":
        item.properties["state"] = "suspended"
