"""Who may do what: pure questions over the catalog, and the future grants that a new object gets."""

from __future__ import annotations

from collections.abc import Iterable

from tests.snowflake_double.catalog import Account, Database, FutureGrant, Grant, Schema, Securable


def held(account: Account, roles: Iterable[str]) -> set[str]:
    """These roles, every role they inherit, and PUBLIC."""
    found: set[str] = set()
    waiting = {*roles, "PUBLIC"}
    while waiting:
        found |= waiting
        waiting = {role.name for role in account.roles.values() if waiting & role.to_roles.keys()} - found
    return found


def may(account: Account, roles: Iterable[str], privilege: str, target: Securable) -> bool:
    """The privilege on the target itself; its owner has all of them."""
    mine = held(account, roles)
    if target.owner in mine:
        return True
    if _imported(target, mine) and privilege in ("USAGE", "SELECT", "REFERENCES", "MONITOR"):
        return True
    return any(grant.role in mine and grant.privilege == privilege for grant in target.grants)


def sees(account: Account, roles: Iterable[str], target: Securable) -> bool:
    """Any privilege on it, or MANAGE GRANTS (which the owner of a managed-access schema has inside it).

    Everybody may list the roles.
    """
    if target.kind == "ROLE" or manages_grants(account, roles):
        return True
    mine = held(account, roles)
    schema = managed(target)
    if schema is not None and schema.owner in mine:
        return True
    return target.owner in mine or _imported(target, mine) or any(grant.role in mine for grant in target.grants)


def manages_grants(account: Account, roles: Iterable[str]) -> bool:
    return may(account, roles, "MANAGE GRANTS", account)


def user_has_role(account: Account, user: str, role: str) -> bool:
    return role in account.roles and role in held(account, roles_of_user(account, user))


def roles_of_user(account: Account, user: str) -> list[str]:
    """The roles granted to the user directly."""
    return [role.name for role in account.roles.values() if user in role.to_users]


def managed(target: Securable) -> Schema | None:
    """The managed-access schema that the target is in."""
    return target.parent if isinstance(target.parent, Schema) and target.parent.managed_access else None


def created(account: Account, target: Securable) -> None:
    """A new object gets the future grants of its schema or, if that has none for its kind, of its database."""
    for future in _future_grants(target):
        if future.privilege != "OWNERSHIP":
            target.grants.append(Grant(future.privilege, future.role, future.grant_option, target.owner or ""))
        elif _may_be_handed_on(account, target, future):
            target.owner = future.role


def future_kind(kind: str) -> str:
    """The kind under which future grants name it."""
    return "TABLE" if kind == "HYBRID TABLE" else kind


def _future_grants(target: Securable) -> list[FutureGrant]:
    holders: list[Database | Schema] = []
    if isinstance(target, Schema):
        holders = [target.database]
    elif isinstance(target.parent, Schema):
        holders = [target.parent, target.parent.database]
    for holder in holders:
        if found := [future for future in holder.future_grants if future.kind == future_kind(target.kind)]:
            return found
    return []


def _may_be_handed_on(account: Account, target: Securable, future: FutureGrant) -> bool:
    """In a managed-access schema only the schema's own future grants hand on, and only below its owner."""
    schema = managed(target)
    if schema is None:
        return True
    return future in schema.future_grants and future.role in held(account, [schema.owner or ""])


def _imported(target: Securable, mine: set[str]) -> bool:
    """IMPORTED PRIVILEGES on a shared database opens everything in it."""
    root = target
    while root.parent is not None:
        root = root.parent
    if not isinstance(root, Database) or root.type == "STANDARD":
        return False
    return any(grant.privilege == "IMPORTED PRIVILEGES" and grant.role in mine for grant in root.grants)
