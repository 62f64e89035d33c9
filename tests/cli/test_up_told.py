"""`up` with a warehouse that says what a test wants: pipes, a clone of another time; and without AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.replay import Replay, Request
from dbt_ghost.demo.production import Production
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.replays import AwsReplays
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.package import package_root
from ghost_cli.commands.up import Up, channels_of, gap, t_of
from ghost_cli.forking import make
from tests.cli.test_replay import put_unheard
from tests.cli.told import (
    CURATED,
    GHOST,
    PIPE,
    SNOWFLAKES,
    T,
    ToldProject,
    again,
    cloned,
    count,
    down,
    failed,
    fed,
    now,
    record,
    up,
)
from tests.cli.typed import recorded
from tests.local_aws import PROD_ACCOUNT, REGION


def notified(session: Session, bucket: str = CURATED) -> list[tuple[str, str]]:
    """(queue, prefix) of the queues in the bucket's notification document."""
    document = session.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    return [
        (each["QueueArn"], each["Filter"]["Key"]["FilterRules"][0]["Value"])
        for each in document.get("QueueConfigurations", [])
    ]


def test_the_pipes_queue_hears_of_the_ghosts_bucket_and_a_later_fork_keeps_it(
    session: Session, project: ToldProject
) -> None:
    outcome = up(project)
    assert project.asked == ["ghost_clone", "ghost_feed"], "pipes load by themselves: once is enough"
    assert outcome["feed"]["pipes"] and outcome["feed_after_replay"] is None
    assert notified(session) == [(SNOWFLAKES, "flights/")]
    assert [each.queue_arn for each in record(session).channels] == [SNOWFLAKES]

    fork = again(project).plan_fork(GHOST)
    assert fork.plan.changes == () and [each.queue_arn for each in fork.plan.channels] == [SNOWFLAKES]
    assert up(project)["fork"]["changes"] == []
    assert notified(session) == [(SNOWFLAKES, "flights/")]


def test_a_pipe_that_is_gone_is_no_longer_notified_and_drop_removes_what_is(
    session: Session, project: ToldProject
) -> None:
    up(project)
    project.told["ghost_feed"] = fed()
    up(project)
    assert notified(session) == [] and record(session).channels == ()
    project.told["ghost_feed"] = fed(PIPE)
    up(project)
    assert notified(session) == [(SNOWFLAKES, "flights/")]
    down(project, yes=True).carry_out()
    assert count(session) == 0 and record(session).channels == ()


def test_a_queue_of_our_own_account_is_refused_and_no_bucket_notifies_it(
    session: Session, project: ToldProject
) -> None:
    project.told["ghost_feed"] = fed((CURATED, "flights/", f"arn:aws:sqs:{REGION}:{PROD_ACCOUNT}:flights-nightly"))
    with pytest.raises(Refused, match="is not the queue of a pipe, but of this account"):
        up(project)
    assert notified(session) == [] and record(session).channels == () and record(session).state == "ready"


def test_a_pipe_of_a_bucket_that_no_step_writes_is_said_each_time_and_changes_nothing(
    session: Session, project: ToldProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.told["ghost_feed"] = fed((GHOST.bucket("elsewhere"), "", SNOWFLAKES))
    for _ in range(2):
        up(project)
        said = capsys.readouterr().out
        assert f"note: no step of the ghost writes {GHOST.bucket('elsewhere')}, so no pipe hears of it" in said
        assert said.count(" is ready until ") == 1, "it is not forked again for that"
    assert record(session).channels == ()


def test_killed_before_the_replay_the_next_run_replays_the_same_gap(session: Session, project: ToldProject) -> None:
    def kill(seconds: float) -> None:
        assert 0 < seconds <= 60
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        up(project, wait=True, sleep=kill)
    (live,) = {step.live_since for step in record(session).steps.values()}
    assert live is not None
    replay = up(project)["replay"]
    assert replay["request"]["until"] == (live + timedelta(minutes=1)).isoformat()
    t = datetime.fromisoformat(project.told["ghost_clone"]["t"]["at"])
    assert replay["request"]["since"] == (t - timedelta(hours=1)).isoformat()
    assert up(project)["replay"]["request"] == replay["request"]


def test_a_gap_goes_on_where_it_stopped_and_with_a_new_clone_another_one_begins_anew(
    session: Session, project: ToldProject, production: Production
) -> None:
    put_unheard(session, production, "flights/2013-02-09.csv.gz", b"not gzip")
    first, second = up(project)["replay"], up(project)["replay"]
    assert (len(first["failed"]), first["resumes"], second["resumes"]) == (1, False, True)
    replays = AwsReplays(session, STATE_BUCKET)
    kept = replays.read(GHOST)
    assert kept is not None
    replays.write(kept.replay.model_copy(update={"finished": False}), kept.version)
    project.told["ghost_clone"] = cloned(now() + timedelta(days=1))
    third = up(project)["replay"]
    assert (third["resumes"], third["request"]["until"]) == (False, project.told["ghost_clone"]["t"]["at"])


def unfinished(session: Session, request: Request) -> None:
    times = {name: T for name in ("since", "until", "started_at", "updated_at")}
    replay = Replay(ghost=GHOST.id, branch=BRANCH, through="x", request=request, **times)
    AwsReplays(session, STATE_BUCKET).write(replay, None)


def test_a_replay_of_the_users_own_that_is_not_finished_is_not_forgotten(
    session: Session, project: ToldProject
) -> None:
    project.told["ghost_clone"] = failed("ghost_clone", "not today")
    unfinished(session, Request(since="3d"))
    with pytest.raises(GhostError, match="not today"):  # without a ghost there is nothing that it could go on with
        up(project)
    project.told["ghost_clone"] = cloned(now())
    fork(project)
    with pytest.raises(Refused, match="`replay --since 3d` is not finished"):
        up(project)
    assert project.asked == []


def fork(project: ToldProject) -> None:
    make(again(project), again(project).plan_fork(GHOST), wait=True)


def test_a_branch_that_changes_no_step_gets_its_clone_alone(
    session: Session, project: ToldProject, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undo(checkout)
    outcome = up(project)
    assert project.asked == ["ghost_clone"] and outcome["clone"]["state"] == "ready"
    assert outcome["fork"]["state"] == "dropped" and outcome["feed"] is outcome["replay"] is None
    assert "Nothing to fork: no step's code differs from prod's on fix/overnight-arrivals." in capsys.readouterr().out
    assert count(session) == 0


def test_what_the_branch_no_longer_changes_goes_but_not_unasked(
    session: Session, project: ToldProject, checkout: Path
) -> None:
    up(project)
    undo(checkout)
    with pytest.raises(click.UsageError, match="add --yes"):
        up(project)
    assert project.asked == [] and count(session) > 0, "asked before the first change"
    assert up(project, yes=True)["fork"]["state"] == "dropped"
    assert project.asked == ["ghost_clone"] and count(session) == 0


def undo(checkout: Path) -> None:
    source = package_root() / "integration_tests/ingestion/clean/app.py"
    (checkout / "ingestion/clean/app.py").write_bytes(source.read_bytes())


def test_without_an_ingestion_half_the_clone_is_made_and_removed_without_an_aws_account(
    warehouse_only: ToldProject, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GhostError):
        print(again(warehouse_only).account)
    outcome = up(warehouse_only)
    assert warehouse_only.asked == ["ghost_clone"] and outcome["clone"]["state"] == "ready"
    assert [name for name, part in outcome.items() if part is None] == ["fork", "feed", "feed_after_replay", "replay"]
    assert "No ingestion half" in capsys.readouterr().out

    gone = down(warehouse_only, yes=True)
    gone.carry_out()
    said = capsys.readouterr().out
    assert gone.outcome["ingestion"] == {"state": "not touched"} and gone.outcome["clone"]["state"] == "dropped"
    assert "AWS was not looked at" in said and "is left in the warehouse." in said


def test_without_an_ingestion_half_a_step_or_a_protected_branch_is_refused(warehouse_only: ToldProject) -> None:
    with pytest.raises(Refused, match="there is no step clean"):
        up(warehouse_only, steps=("clean",))
    with pytest.raises(Refused, match="protected"):
        Up(warehouse_only, replace(GHOST, branch="main")).carry_out()
    assert warehouse_only.asked == []


def test_with_json_all_talk_is_on_stderr(warehouse_only: ToldProject, capsys: pytest.CaptureFixture[str]) -> None:
    up(warehouse_only, as_json=True)
    down(warehouse_only, yes=True, as_json=True).carry_out()
    told = capsys.readouterr()
    assert told.out == "" and "ghost_clone is done" in told.err and "ghost_drop is done" in told.err


@pytest.mark.parametrize(
    ("pipes", "places"),
    [
        ([("b", "a/", "q"), ("b", "a/", "q")], [("b", "a/")]),
        ([("b", "a/x/", "q"), ("b", "a/", "q")], [("b", "a/")]),
        ([("b", "a/", "q"), ("b", "c/", "q"), ("c", "a/x/", "q")], [("b", "a/"), ("b", "c/"), ("c", "a/x/")]),
    ],
)
def test_pipes_of_one_place_need_one_notification(
    pipes: list[tuple[str, str, str]], places: list[tuple[str, str]]
) -> None:
    assert [(each.bucket, each.prefix) for each in channels_of(fed(*pipes))] == places


def test_a_clone_that_is_younger_than_the_triggers_has_its_lookback_as_the_gap() -> None:
    old = recorded(T - timedelta(days=2))
    request, until = gap(T, old, timedelta(hours=1), timedelta(minutes=1))
    assert (request.since, request.until) == ("2026-01-05T11:00:00+00:00", "2026-01-05T12:00:00+00:00")
    assert until == T


def test_a_clone_tells_its_time_or_the_gap_is_not_known() -> None:
    assert t_of({"t": {"at": "2026-01-05T12:00:00"}}) == T, "without a zone it is UTC"
    for none in ({}, {"t": None}):
        with pytest.raises(GhostError, match="so the gap is not known"):
            t_of(none)
