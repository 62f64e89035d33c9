"""The one seam between the core and access control: every question of rights that the core asks goes through here."""

from __future__ import annotations

from collections.abc import Iterable

from tests.snowflake_double import access
from tests.snowflake_double.catalog import Account, Securable

# Do these roles (or roles granted to them, or PUBLIC) hold the privilege on the target itself? The owner holds every
# privilege; USAGE of the containers is not asked here (Session.can does).
may = access.may
# Any privilege at all on the target itself, or MANAGE GRANTS on the account: SHOW lists it.
sees = access.sees
# Called once after a new securable has its owner and its place: applies the future grants.
created = access.created
# May the user take this role: granted to them, or to a role that is, or PUBLIC?
user_has_role = access.user_has_role
# The roles granted to the user directly: what secondary roles ALL adds.
roles_of_user = access.roles_of_user


def holds(account: Account, roles: Iterable[str], target: Securable) -> bool:
    """`sees` without MANAGE GRANTS: information_schema lists it."""
    mine = access.held(account, roles)
    granted = target.owner in mine or any(grant.role in mine for grant in target.grants)
    return granted or access.may(account, roles, "USAGE", target)
