"""`ghost-ingest replay` as it is typed, against a production on the local AWS; and what it shows while it runs."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from typing import Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import FailedObject, Request
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import Production
from dbt_ghost.demo.production_documents import CLEAN
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.operations.replay import ReplayOutcome, ReplayPlan
from dbt_ghost.providers.aws.replays import key_of
from dbt_ghost.providers.aws.session import Session
from ghost_cli.main import cli
from ghost_cli.render_replay import SHOWN_FAILURES, Watch, length, outcome_text, replay_text, size
from tests.cli.typed import ghost_ingest
from tests.operations.replay_scene import TO_FUNCTION, Scene, arrival, things

GHOST = GhostName("flights", BRANCH)
DAYS = ("2013-02-01", "2013-02-02", "2013-02-03")
on_local_aws = pytest.mark.usefixtures("production", "on_branch")


def keys(session: Session, bucket: str) -> set[str]:
    found = session.client("s3").list_objects_v2(Bucket=bucket, Prefix="flights/").get("Contents", [])
    return {each["Key"] for each in found}


def in_ghost(session: Session, production: Production) -> set[str]:
    """What the ghost's first step has made."""
    return keys(session, GHOST.bucket(production.buckets.clean))


@pytest.fixture
def forked(production: Production, on_branch: None) -> Production:
    """A ghost that is younger than some objects."""
    production.deliver_all(DAYS)
    for day in DAYS:
        production.wait_for(day)
    ghost_ingest("fork")
    return production


def put_unheard(session: Session, production: Production, key: str, body: bytes) -> None:
    """An object that prod does not hear of: it would try again and again, into the next test's account."""
    s3, bucket = session.client("s3"), production.buckets.raw
    document = s3.get_bucket_notification_configuration(Bucket=bucket)
    del document["ResponseMetadata"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=document)


def wait_for_all(production: Production) -> None:
    """Until the ghost's last step is done too: what runs still would run on in the next test's account."""
    for day in DAYS:
        production.wait_for(day, bucket=GHOST.bucket(production.buckets.curated))


def prod_invocations(session: Session) -> int:
    pages = session.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{CLEAN}")
    return sum("START RequestId" in event["message"] for page in pages for event in page["events"])


def test_past_objects_go_through_the_ghost_and_not_through_prod(session: Session, forked: Production) -> None:
    before = evidence.documents(session, STATE_BUCKET)
    runs = prod_invocations(session)
    assert runs > 0
    result = ghost_ingest("replay", "--yes", "--concurrency", "1")
    assert "To send: 3 objects" in result.stdout
    assert "Production resources modified: 0." in result.stdout
    assert "3 objects sent in" in result.stdout
    assert in_ghost(session, forked) == keys(session, forked.buckets.clean) != set()
    wait_for_all(forked)
    assert evidence.differences(before, evidence.documents(session, STATE_BUCKET)) == ()
    assert prod_invocations(session) == runs


def test_the_second_replay_sends_nothing_and_says_so(forked: Production) -> None:
    ghost_ingest("replay", "--yes", "--limit", "3")
    again = ghost_ingest("replay", "--limit", "3")
    assert "Nothing to replay: all 3 objects went through already. --fresh sends them again." in again.stdout
    wait_for_all(forked)


def test_a_dry_run_a_missing_answer_and_an_empty_window_send_nothing(session: Session, forked: Production) -> None:
    told = json.loads(ghost_ingest("replay", "--dry-run", "--json").stdout)
    assert (told["objects"], told["to_send"], told["outcome"]) == (3, 3, None)
    (step,) = told["steps"]
    assert (step["step"], step["bucket"], step["to"]) == ("clean", "flights-raw", {"function": GHOST.function("clean")})
    assert step["bytes_to_send"] == told["bytes_to_send"] > 0
    assert "add --yes" in ghost_ingest("replay", exit_code=2).stderr
    empty = ghost_ingest("replay", "--yes", "--until", "2001-01-01", "--since", "2000-01-01")
    assert "Nothing to replay: no object of prod's lies in the window" in empty.stdout
    assert in_ghost(session, forked) == set()
    assert "Contents" not in session.client("s3").list_objects_v2(Bucket=STATE_BUCKET, Prefix="replays/")


def test_an_object_that_a_step_fails_on_is_listed_and_tried_again(session: Session, forked: Production) -> None:
    bad = "flights/2013-02-09.csv.gz"
    put_unheard(session, forked, bad, b"not gzip")
    told = json.loads(ghost_ingest("replay", "--yes", "--json", "--prefix", "flights/", exit_code=1).stdout)
    assert told["outcome"]["sent"] == 3
    assert [(each["step"], each["key"]) for each in told["outcome"]["failed"]] == [("clean", bad)]
    again = ghost_ingest("replay", "--yes", "--prefix", "flights/", exit_code=1)
    assert "To send: 1 object," in again.stdout
    assert f"1 failed; the same command tries them again:\n  clean      {bad}: " in again.stdout
    wait_for_all(forked)


def test_a_replay_that_is_killed_goes_on_without_a_gap(session: Session, forked: Production) -> None:
    words = ("replay", "--yes", "--concurrency", "1")
    with subprocess.Popen([sys.executable, "-m", "ghost_cli", *words], stdout=subprocess.DEVNULL) as process:
        while not in_ghost(session, forked):
            assert process.poll() is None, "it is still under way"
        process.kill()
        assert process.wait() == -signal.SIGKILL
    refused = ghost_ingest("replay", "--yes", "--limit", "1", exit_code=1)
    assert "`replay` of " in refused.stderr and "this is `replay --limit 1`" in refused.stderr
    ghost_ingest(*words)
    assert in_ghost(session, forked) == keys(session, forked.buckets.clean)
    body = session.client("s3").get_object(Bucket=STATE_BUCKET, Key=key_of(GHOST.id))["Body"].read()
    kept = json.loads(body)
    assert kept["finished"] and kept["lock"] is None
    wait_for_all(forked)


@on_local_aws
def test_without_a_ghost_there_is_nothing_to_replay_through() -> None:
    refused = ghost_ingest("replay", "--yes", exit_code=1)
    assert "the ghost of 'fix/overnight-arrivals' is not on record" in refused.stderr
    assert "run fork first" in refused.stderr


@pytest.mark.parametrize("words", [["--since", "soon"], ["--sample", "0"], ["--limit", "0"], ["--concurrency", "0"]])
def test_what_cannot_be_meant_is_a_usage_error(words: list[str]) -> None:
    assert CliRunner().invoke(cli, ["replay", *words]).exit_code == 2


def planned(scene: Scene, **asked: Any) -> ReplayPlan:
    return scene.replayer.plan(Request(**asked), scene.through)


def test_a_plan_shows_the_window_the_ways_and_what_is_left_out() -> None:
    odd = arrival(step="enrich", prefix="x/", by="rule", replayable=False)
    text = click.unstyle(replay_text(planned(Scene((TO_FUNCTION, odd), things(4)), limit=3, prefix="k")))
    assert "  objects modified from 2026-01-05 11:00:00 UTC to 2026-01-05 12:00:" in text
    assert ", keys k*, the first 3 in order of time\n" in text
    assert f"  clean      3 objects, 15 B\n    s3://p-raw/* -> function {TO_FUNCTION.to} (S3's events)\n" in text
    assert "  enrich     not replayed: s3://p-raw/x/*: only EventBridge can tell its events" in text
    assert text.endswith(
        "To send: 3 objects, 15 B; how long it takes is said once the first ones are through."
        " Production resources modified: 0."
    )


def test_a_plan_that_goes_on_says_how_long_at_the_rate_so_far() -> None:
    scene = Scene((TO_FUNCTION,), things(6))
    scene.deliveries.ailing = {"k0003"}
    scene.replay()
    text = click.unstyle(replay_text(planned(scene)))
    assert "1 object, 5 B (5 of 6 went through already)" in text
    assert "To send: 1 object, 5 B, about " in text


def test_the_first_failures_are_listed_and_the_rest_is_counted() -> None:
    failed = tuple((TO_FUNCTION, FailedObject(key=f"k{n}", why="broken")) for n in range(SHOWN_FAILURES + 3))
    text = outcome_text(ReplayOutcome(sent=4, gone=1, failed=failed, seconds=2.0))
    assert text.startswith("4 objects sent in 2.0 s (2.0 a second).\n1 were removed from prod meanwhile.\n23 failed")
    assert text.count(": broken") == SHOWN_FAILURES
    assert text.endswith("and 3 more; --json lists all")


def watched(terminal: bool, **environment: str) -> str:
    """What is said of 4 objects, of which one a second ends, after 3 of them."""
    out, now = io.StringIO(), [100.0]
    console = Console(file=out, force_terminal=terminal, width=100, _environ=environment)
    with Watch(planned(Scene((TO_FUNCTION,), things(4))), console, lambda: now[0]) as watch:
        for ended in range(3):
            now[0] += 3.0
            watch(1, int(ended == 1))
    return out.getvalue()


def test_without_a_terminal_progress_is_a_line_every_few_seconds() -> None:
    assert watched(terminal=False) == "2 of 4 objects, 0.3 a second, 1 failed, about 6.0 s left\n"


def test_on_a_terminal_progress_is_a_bar_without_colours_if_nobody_wants_them() -> None:
    coloured, plain = watched(terminal=True), watched(terminal=True, NO_COLOR="1")
    assert "3/4" in coloured and "0.3/s, 1 failed" in coloured
    assert "\x1b[38;5" in coloured or "\x1b[32m" in coloured or "\x1b[3" in coloured
    assert "\x1b[3" not in plain.replace("\x1b[3A", "")


@pytest.mark.parametrize(("seconds", "text"), [(1.25, "1.2 s"), (45, "45 s"), (600, "10 min"), (9000, "2.5 h")])
def test_a_length_of_time_is_short(seconds: float, text: str) -> None:
    assert length(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2 * 10**13, "20.0 TB")])
def test_a_size_is_short(count: int, text: str) -> None:
    assert size(count) == text
