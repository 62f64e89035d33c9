"""What people and programs read of a plan."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Hop, Plan
from ghost_cli.render import forked_text, plan_json, plan_text
from tests.operations.fakes import FakeCloud
from tests.operations.parts import GHOST, MID, OUT, dropped, forked, ghost_parts, plan_of_drop, plan_to

FLOW = (
    Hop("clean", True, (("p-raw", "the tap"),), (), (("p-mid", MID),)),
    Hop("enrich", False, (), (MID,), (("p-out", OUT),)),
)
FORK_TEXT = f"""\
fix/late  ->  {GHOST.id}  (account 111111111111, eu-west-1)

  clean      runs the branch's code
    reads  p-raw (prod's events, by the tap)
    writes {MID} for p-mid
  enrich     runs a copy of prod's code
    reads  {MID}
    writes {OUT} for p-out
"""
PARTS = len(ghost_parts())


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


def fork_plan(cloud: FakeCloud, clean: bytes = b"clean v2") -> Plan:
    return replace(plan_to(cloud, ghost_parts(clean)), flow=FLOW)


def test_a_fork_shows_how_data_flows_and_that_prod_is_not_modified(cloud: FakeCloud) -> None:
    text = click.unstyle(plan_text(fork_plan(cloud)))
    assert text.startswith(FORK_TEXT)
    assert f"\n  + create rule                 {GHOST.rule(TAP)}\n" in text
    assert text.endswith(f"Plan: {PARTS} to create, 0 to update, 0 to delete. Production resources modified: 0.")


def test_an_update_shows_which_fields_differ(cloud: FakeCloud) -> None:
    forked(cloud)
    text = click.unstyle(plan_text(fork_plan(cloud, b"clean v3")))
    assert f"\n  ~ update function             {GHOST.function('clean')} (code_sha256)\n" in text


def test_nothing_to_change_is_said(cloud: FakeCloud) -> None:
    forked(cloud)
    text = click.unstyle(plan_text(fork_plan(cloud)))
    assert "\n  nothing to change\n" in text
    assert "0 to create, 0 to update, 0 to delete" in text


def test_what_people_must_know_of_a_plan_is_shown(cloud: FakeCloud) -> None:
    noted = replace(fork_plan(cloud), notes=("messages wait while it is paused",))
    assert "\n  note: messages wait while it is paused\n" in plan_text(noted)
    assert plan_json(noted)["notes"] == ["messages wait while it is paused"]


def test_a_drop_lists_what_it_removes(cloud: FakeCloud) -> None:
    forked(cloud)
    assert click.unstyle(plan_text(plan_of_drop(cloud))).count("\n  - delete ") == PARTS


def test_json_has_every_change_and_no_environment_value(cloud: FakeCloud) -> None:
    document = plan_json(fork_plan(cloud))
    assert document["production_resources_modified"] == 0
    assert len(document["changes"]) == PARTS
    assert document["changes"][0] == {"verb": "create", "kind": "bucket", "name": min(MID, OUT)}
    assert document["flow"][0]["from_prod"] == [{"bucket": "p-raw", "by": "the tap"}]
    assert "OUT" not in str(document)


def test_how_a_fork_ended_is_said_in_a_sentence(cloud: FakeCloud) -> None:
    plan = fork_plan(cloud)
    record = forked(cloud)
    until = f"is ready until {record.expires_at:%Y-%m-%d %H:%M} UTC."
    assert forked_text(plan, record) == f"{PARTS} changes made. The ghost of fix/late {until}"
    assert forked_text(fork_plan(cloud), record).startswith("Nothing to change. ")
    assert "so fix/late has no ghost on AWS" in forked_text(plan, dropped(cloud))
