"""The page of both halves' roles is not written where a role that works in ghosts could change production."""

from __future__ import annotations

import pytest
from generator import roles_page

from dbt_ghost.core.policies import Statement

SCRIPT = roles_page.SCRIPT.read_text()


@pytest.mark.parametrize("role", [roles_page.GHOSTS, roles_page.OWNER])
def test_nothing_of_the_script_changes_production(role: str) -> None:
    rights = roles_page.of_script(SCRIPT, role)
    roles_page.refuse_changes(role, rights)
    assert rights["read", "production"]


@pytest.mark.parametrize("privilege", ["insert", "ownership", "create schema", "all privileges"])
def test_a_grant_that_changes_production_is_refused_also_by_a_role_that_is_inherited(privilege: str) -> None:
    more = f'{SCRIPT}grant {privilege} on all tables in database "PROD_DB" to role "GHOST_DEV_READER";\n'
    with pytest.raises(ValueError, match=f"may change production: {privilege} on tables"):
        roles_page.refuse_changes("GHOST_DEV", roles_page.of_script(more, "GHOST_DEV"))


def test_an_allow_that_changes_production_is_refused() -> None:
    allow = Statement("Careless", "Allow", "a test", ("s3:PutObject",), resources=("arn:aws:s3:::flights-raw/*",))
    with pytest.raises(ValueError, match="may change production: s3:PutObject"):
        roles_page.refuse_changes("a step", roles_page.of_statements([allow]))


def test_an_action_is_told_only_of_what_it_can_be_about() -> None:
    both = ("arn:aws:s3:::flights-raw", "arn:aws:s3:::ghost-flights-x/*")
    found = roles_page.of_statements([Statement("Both", "Allow", "a test", ("s3:PutObject",), resources=both)])
    assert found == {("write", "ghosts"): ("s3:PutObject",)}
