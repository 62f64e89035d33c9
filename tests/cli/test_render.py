"""What people and programs read of a plan."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.operations.drop import plan_drop
from dbt_ghost.operations.status import status_of
from ghost_cli.render import plan_json, plan_text, records_text, status_json, status_text
from tests.operations.conftest import CONFIG
from tests.operations.fakes import ACCOUNT, START, FakeWorld
from tests.operations.verbs import drop, fork, planned_fork

GHOST = GhostName("shop", "fix/late")
FORK_TEXT = """\
fix/late  ->  {id}  (account 111111111111, eu-west-1)

  clean      runs the branch's code
    reads  p-raw (prod's events, by the tap)
    writes {mid} for p-mid
  enrich     runs a copy of prod's code
    reads  {mid}
    writes {out} for p-out
"""


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


def fork_plan(world: FakeWorld) -> Plan:
    return planned_fork(world, GhostConfig.model_validate(CONFIG), GHOST)[0]


def forked(world: FakeWorld) -> FakeWorld:
    fork(world, GhostConfig.model_validate(CONFIG), GHOST)
    return world


def test_a_fork_shows_how_data_flows_and_that_prod_is_not_modified(world: FakeWorld) -> None:
    text = click.unstyle(plan_text(fork_plan(world)))
    names = {"id": GHOST.id, "mid": GHOST.bucket("p-mid"), "out": GHOST.bucket("p-out")}
    assert text.startswith(FORK_TEXT.format_map(names))
    assert "  + create rule          " in text
    assert text.endswith("Plan: 13 to create, 0 to update, 0 to delete. Production resources modified: 0.")


def test_an_update_shows_which_fields_differ(world: FakeWorld) -> None:
    forked(world).packages.folders["clean"] = b"clean v3"
    assert f"  ~ update function      {GHOST.function('clean')} (code_sha256)" in click.unstyle(
        plan_text(fork_plan(world))
    )


def test_nothing_to_change_is_said(world: FakeWorld) -> None:
    text = click.unstyle(plan_text(fork_plan(forked(world))))
    assert "\n  nothing to change\n" in text
    assert "0 to create, 0 to update, 0 to delete" in text


def test_a_drop_lists_what_it_removes(world: FakeWorld) -> None:
    existing = forked(world).ghosts.find(GHOST)
    text = click.unstyle(plan_text(plan_drop(GHOST, ACCOUNT, existing)))
    assert text.count("  - delete ") == len(existing)


def test_json_has_every_change_and_no_environment_value(world: FakeWorld) -> None:
    document = plan_json(fork_plan(world))
    assert document["production_resources_modified"] == 0
    assert len(document["changes"]) == 13
    assert document["changes"][0] == {
        "verb": "create",
        "kind": "bucket",
        "name": min(GHOST.bucket("p-mid"), GHOST.bucket("p-out")),
    }
    assert "LOG_LEVEL" not in str(document)


def test_status_names_what_is_missing_and_what_is_not_on_record(world: FakeWorld) -> None:
    record = fork(world, GhostConfig.model_validate(CONFIG), GHOST)
    found = [r for r in world.ghosts.find(GHOST) if r != world.ghosts.made["rule", GHOST.rule(TAP)]]
    status = status_of(record, found, START)
    assert f"  MISSING  rule          {GHOST.rule(TAP)}" in status_text("fix/late", status)
    assert status_json("fix/late", status)["missing"] == [{"kind": "rule", "name": GHOST.rule(TAP)}]
    assert "EXTRA" in status_text("fix/late", status_of(None, found, START))


def test_status_says_when_a_ghost_has_expired(world: FakeWorld) -> None:
    record = fork(world, GhostConfig.model_validate(CONFIG), GHOST)
    later = status_of(record, world.ghosts.find(GHOST), START + timedelta(days=4))
    assert "ready (expired)" in status_text("fix/late", later)


def test_a_list_is_a_line_a_ghost(world: FakeWorld) -> None:
    record = fork(world, GhostConfig.model_validate(CONFIG), GHOST)
    assert records_text([record], START).startswith("fix/late")
    assert "expired" in records_text([record], START + timedelta(days=4))
    assert records_text([], START) == "no ghosts"
    assert drop(world, GHOST).state in records_text([drop(world, GHOST)], START)
