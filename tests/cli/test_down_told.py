"""`down` with a warehouse that says what a test wants."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.record import Lock
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from tests.cli.told import ToldProject, count, down, dropped, failed, now, stored, up


def test_without_a_terminal_and_without_yes_down_removes_nothing(session: Session, project: ToldProject) -> None:
    up(project)
    before = count(session)
    with pytest.raises(click.UsageError, match="add --yes"):
        down(project).carry_out()
    assert project.asked == ["ghost_drop dry_run"] and count(session) == before > 0


def test_where_nothing_is_left_down_asks_nothing_and_is_a_success(project: ToldProject) -> None:
    project.told["ghost_drop"] = dropped()
    gone = down(project)
    gone.carry_out()
    assert gone.outcome["ingestion"]["state"] == gone.outcome["clone"]["state"] == "dropped"


def test_a_clone_alone_is_asked_for_and_removed(project: ToldProject) -> None:
    with pytest.raises(click.UsageError, match="add --yes"):
        down(project).carry_out()
    down(project, yes=True).carry_out()
    assert project.asked == ["ghost_drop"], "nothing is shown that is not asked for"


def test_an_error_of_the_ingestion_half_leaves_the_clone_untouched(session: Session, project: ToldProject) -> None:
    up(project)
    held = stored(session)
    lock = Lock(owner="elsewhere:1:x", expires_at=now() + timedelta(minutes=5))
    AwsRecords(session, STATE_BUCKET).write(held.record.model_copy(update={"lock": lock}), held.version)
    before, half = count(session), down(project, yes=True)
    with pytest.raises(GhostError, match="is being worked on by elsewhere:1:x") as error:
        half.carry_out()
    assert error.value.hint.endswith("; the clone was not touched: run down again")
    assert half.outcome == {"branch": BRANCH, "ingestion": {"state": "unknown"}, "clone": {"state": "not touched"}}
    assert project.asked == [] and count(session) == before > 0


def test_an_error_of_the_clone_says_that_the_ingestion_half_is_gone(session: Session, project: ToldProject) -> None:
    up(project)
    project.told["ghost_drop"] = failed("ghost_drop", "the warehouse is away")
    half = down(project, yes=True)
    with pytest.raises(GhostError, match="the warehouse is away") as error:
        half.carry_out()
    assert error.value.hint == "mend it; the ingestion half is gone, the clone may not be: run down again"
    assert (half.outcome["ingestion"]["state"], half.outcome["clone"]["state"]) == ("dropped", "unknown")
    assert count(session) == 0
