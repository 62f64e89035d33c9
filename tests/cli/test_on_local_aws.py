"""The commands as they are typed, against a production on the local AWS."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import Resource
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import Production
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from tests.cli.typed import ghost_ingest

GHOST = GhostName("flights", BRANCH)

pytestmark = pytest.mark.usefixtures("production", "on_branch")


def found(session: Session) -> set[Resource]:
    return set(AwsGhosts(session, "flights", session.account()).look(GHOST).resources)


def state_of(status: Result) -> dict[str, Any]:
    return dict(json.loads(status.stdout))


def killed_at_change(number: int, *words: str) -> None:
    """Run a command as a process of its own and kill it -9 when it announces its change with that number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ghost_cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"[{number}/"):
                process.kill()
                break
        assert process.wait() == -signal.SIGKILL


def test_plan_changes_nothing(session: Session) -> None:
    result = ghost_ingest("plan")
    assert "Plan: 16 to create, 0 to update, 0 to delete. Production resources modified: 0." in result.stdout
    assert "  No role changes what is not a ghost's  " in result.stdout, "the proof is part of the plan"
    assert "violated" not in result.stdout and "unknown" not in result.stdout
    assert found(session) == set()
    assert "no ghosts" in ghost_ingest("list").stdout


def test_the_second_fork_changes_nothing_and_says_so(session: Session) -> None:
    assert "16 changes made" in ghost_ingest("fork").stdout
    before = found(session)
    again = ghost_ingest("fork")
    assert "nothing to change" in again.stdout, again.stdout
    assert "Nothing to change. The ghost of fix/overnight-arrivals is ready" in again.stdout
    assert found(session) == before


def test_the_second_drop_changes_nothing_and_says_so(session: Session) -> None:
    ghost_ingest("fork")
    assert "Dropped: 16 resources removed" in ghost_ingest("drop", "--yes").stdout
    assert found(session) == set()
    again = ghost_ingest("drop", "--yes")
    assert "Nothing to drop: there is no ghost of fix/overnight-arrivals." in again.stdout


def test_prods_documents_are_byte_equal_after_a_fork_and_after_a_drop(session: Session) -> None:
    before = evidence.documents(session, STATE_BUCKET)
    ghost_ingest("fork")
    assert evidence.differences(before, evidence.documents(session, STATE_BUCKET)) == ()
    ghost_ingest("drop", "--yes")
    assert evidence.differences(before, evidence.documents(session, STATE_BUCKET)) == ()


def test_status_says_what_is_there_and_list_which_ghosts_there_are() -> None:
    ghost_ingest("fork")
    status = state_of(ghost_ingest("status", "--json"))
    assert status["record"]["state"] == "ready"
    assert len(status["found"]) == 16
    assert status["missing"] == status["unrecorded"] == []
    assert "fix/overnight-arrivals" in ghost_ingest("list").stdout
    ghost_ingest("drop", "--yes")
    assert "no ghosts" in ghost_ingest("list").stdout
    assert "dropped" in ghost_ingest("list", "--all").stdout


def test_what_somebody_removed_by_hand_is_missed_and_made_again(session: Session) -> None:
    ghost_ingest("fork")
    before = found(session)
    session.client("lambda").delete_function(FunctionName=GHOST.function("enrich"))
    assert f"MISSING  function             {GHOST.function('enrich')}" in ghost_ingest("status", exit_code=1).stdout
    assert "1 change made" in ghost_ingest("fork").stdout
    assert found(session) == before


@pytest.mark.parametrize("change", [1, 5, 11, 16])
def test_a_fork_killed_in_the_middle_converges(session: Session, change: int) -> None:
    killed_at_change(change, "fork", "--json")
    assert state_of(ghost_ingest("status", "--json", exit_code=1))["record"]["state"] == "building"
    ghost_ingest("fork")
    assert len(found(session)) == 16
    assert state_of(ghost_ingest("status", "--json"))["record"]["state"] == "ready"


@pytest.mark.parametrize("change", [1, 7, 15])
def test_a_drop_killed_in_the_middle_goes_on(session: Session, change: int) -> None:
    ghost_ingest("fork")
    killed_at_change(change, "drop", "--yes", "--json")
    assert 0 < len(found(session)) <= 16
    ghost_ingest("drop", "--yes")
    assert found(session) == set()


def test_without_yes_and_without_a_terminal_a_drop_removes_nothing(session: Session) -> None:
    ghost_ingest("fork")
    assert "add --yes" in ghost_ingest("drop", exit_code=2).stderr
    assert len(found(session)) == 16


def test_a_branch_that_changes_no_step_has_nothing_to_fork(
    session: Session, checkout: Path, production: Production
) -> None:
    source = Path(__file__).parents[2] / "integration_tests/ingestion/clean/app.py"
    (checkout / "ingestion/clean/app.py").write_bytes(source.read_bytes())
    assert "Nothing to fork" in ghost_ingest("fork").stdout
    assert found(session) == set()
    assert "no ghosts" in ghost_ingest("list", "--all").stdout, "and no record of it is left"


def test_a_bucket_without_eventbridge_is_refused_before_anything_is_made(
    session: Session, production: Production
) -> None:
    s3, raw = session.client("s3"), production.buckets.raw
    document = s3.get_bucket_notification_configuration(Bucket=raw)
    del document["ResponseMetadata"], document["EventBridgeConfiguration"]
    s3.put_bucket_notification_configuration(Bucket=raw, NotificationConfiguration=document)
    refused = ghost_ingest("fork", exit_code=1)
    assert "the prod bucket flights-raw does not send its events to EventBridge" in refused.stderr
    assert "aws s3api put-bucket-notification-configuration --bucket flights-raw" in refused.stderr
    assert found(session) == set()


def test_a_protected_branch_is_refused() -> None:
    assert "protected" in ghost_ingest("fork", "--branch", "main", exit_code=1).stderr
