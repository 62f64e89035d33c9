"""A plan stops with everything that is wrong with all steps' environments, and with what would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import pairs
from tests.operations.fakes import FakeWorld
from tests.operations.verbs import planned_fork

SECRETS = ("hunter2", "p-archive", "p-raw", "db.internal")


def settings(clean: Mapping[str, Any], enrich: Mapping[str, Any]) -> GhostConfig:
    """With these `env:` rules."""
    steps = {
        "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"], "env": clean},
        "enrich": {"function": "p-enrich", "code": "enrich", "outputs": ["OUT"], "env": enrich},
    }
    return GhostConfig.model_validate({"project": "shop", "databases": ["PROD"], "ingestion": {"steps": steps}})


def refused(
    world: FakeWorld,
    ghost: GhostName,
    *,
    environment: Mapping[str, str],
    clean: Mapping[str, Any] = {},
    enrich: Mapping[str, Any] = {},
) -> Refused:
    """`environment` is what p-clean sets besides its own."""
    there = world.prod.functions["p-clean"]
    world.prod.functions["p-clean"] = replace(there, environment=pairs({**dict(there.environment), **environment}))
    with pytest.raises(Refused) as caught:
        planned_fork(world, settings(clean, enrich), ghost)
    assert not any(secret in caught.value.message + caught.value.hint for secret in SECRETS)
    return caught.value


def test_all_complaints_of_all_steps_come_at_once(world: FakeWorld, ghost: GhostName) -> None:
    told = refused(
        world,
        ghost,
        environment={"STAGE": "hunter2", "DB_PASSWORD": "hunter2"},
        clean={"LOGLEVEL": "copy", "OTHER": "drop"},
        enrich={"REFERENC": {"route": "bucket"}},
    )
    assert told.message.splitlines() == [
        "the ghost cannot tell what these environment variables are for:",
        "  clean: DB_PASSWORD, STAGE",
        "  enrich: REFERENCE",
        "`env:` declares what prod's function does not set:",
        "  clean: LOGLEVEL (copy): not in p-clean; did you mean LOG_LEVEL?",
        "  clean: OTHER (drop): not in p-clean",
        "  enrich: REFERENC (route): not in p-enrich; did you mean REFERENCE?",
    ]
    assert "ingestion.steps.<step>.env" in told.hint
    assert "take it out of `env:`" in told.hint


def test_a_rule_for_nothing_is_refused_where_all_else_is_explained(world: FakeWorld, ghost: GhostName) -> None:
    told = refused(world, ghost, environment={}, clean={"GONE": "drop"}, enrich={"REFERENCE": "copy"})
    assert "clean: GONE (drop): not in p-clean" in told.message
    assert "cannot tell" not in told.message and "{route: bucket}" not in told.hint


def test_outputs_and_reads_are_named_where_they_would_explain_a_variable(world: FakeWorld, ghost: GhostName) -> None:
    told = refused(
        world, ghost, environment={"ARCHIVE_BUCKET": "p-archive", "WHERE": "p-raw", "HOW": "hunter2"}, clean={}
    )
    for step, name in (("clean", "ARCHIVE_BUCKET"), ("clean", "WHERE"), ("enrich", "REFERENCE")):
        assert f"{step}: {name} looks like a bucket's name: `outputs: [{name}]`" in told.hint
    assert "`reads:`" in told.hint and "HOW" not in told.hint


def test_what_leads_to_prod_is_told_to_be_set_rather_than_copied(world: FakeWorld, ghost: GhostName) -> None:
    told = refused(world, ghost, environment={"TARGET": "postgresql://loader:hunter2@db.internal/x"})
    assert "clean: TARGET looks like a URL with a login: {set: text} of the ghosts' own is safer than copy" in told.hint


def test_a_route_that_leads_nowhere_is_told_where_routes_lead(world: FakeWorld, ghost: GhostName) -> None:
    told = refused(world, ghost, environment={"DB": "hunter2"}, clean={"DB": {"route": "database"}})
    assert "clean: DB" in told.message
    assert "clean: DB: {route: ...} goes to a bucket of a step's `outputs:`, or to one of `databases:`" in told.hint
