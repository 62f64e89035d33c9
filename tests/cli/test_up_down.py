"""`up` and `down` as they are typed: production on the local AWS, and the embedded warehouse beside the checkout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.resources import Resource
from dbt_ghost.demo.production import Production
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.lake_files import Lake
from tests.cli.test_replay import put_unheard
from tests.cli.told import GHOST
from tests.cli.typed import ghost_ingest
from tests.providers.lakes import opened

DAYS = ("2013-02-01", "2013-02-02")
FILES = {f"flights/{day}.csv" for day in DAYS}
UP = ("up", "--no-wait", "--json")


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch, checkout: Path, production: Production, on_branch: None) -> Lake:
    """Production that has processed two files, and its warehouse, which has not loaded them yet."""
    for name in [name for name in os.environ if name.startswith("DBT_") or name in BRANCH_VARIABLES]:
        if name != "GHOST_BRANCH":
            monkeypatch.delenv(name)
    made = Lake(checkout / "warehouse")
    made.home.mkdir()
    with opened(made.prod) as connection:
        connection.execute("create schema lake.raw")
        connection.execute("create table lake.raw.flights (carrier varchar, flight integer, _file varchar)")
    production.deliver_all(DAYS)
    for day in DAYS:
        production.wait_for(day)
    return made


def found(session: Session) -> set[Resource]:
    return set(AwsGhosts(session, "flights", session.account()).look(GHOST).resources)


def files_in(lake: Lake) -> set[str]:
    """Of which files the clone has rows."""
    with opened(lake.ghost(GHOST)) as connection:
        return {file for (file,) in connection.execute("select distinct _file from lake.raw.flights").fetchall()}


def wait_for_ghost(production: Production) -> None:
    for day in DAYS:
        production.wait_for(day, bucket=GHOST.bucket(production.buckets.curated))


def test_up_makes_both_halves_and_fills_the_gap_and_down_removes_them(
    session: Session, production: Production, lake: Lake
) -> None:
    first = json.loads(ghost_ingest(*UP).stdout)
    wait_for_ghost(production)
    assert list(first) == ["branch", "clone", "fork", "feed", "feed_after_replay", "replay"]
    assert (first["clone"]["state"], first["clone"]["changed"], first["fork"]["state"]) == ("ready", True, "ready")
    assert (first["replay"]["sent"], first["replay"]["failed"]) == (len(DAYS), [])
    assert first["feed"]["files"] == [] and first["feed_after_replay"]["ok"]

    there = found(session)
    again = ghost_ingest(*UP)
    second = json.loads(again.stdout)
    assert found(session) == there and second["fork"]["changes"] == []
    assert (second["clone"]["changed"], second["clone"]["t"]) == (False, first["clone"]["t"])
    assert (second["replay"]["sent"], second["feed_after_replay"]) == (0, None)
    assert "Nothing to replay: all 2 objects went through already" in again.stderr
    assert files_in(lake) == FILES, "what was still on its way is loaded now"

    gone = json.loads(ghost_ingest("down", "--yes", "--json").stdout)
    assert (gone["ingestion"]["state"], gone["clone"]["state"]) == ("dropped", "dropped")
    assert gone["ingestion"]["changes"] and gone["clone"]["plan"]
    assert found(session) == set() and not lake.ghost(GHOST).folder.exists()


def test_what_was_killed_in_the_fork_is_completed_and_a_failed_object_is_exit_code_1(
    session: Session, production: Production, lake: Lake
) -> None:
    bad = "flights/2013-02-09.csv.gz"
    put_unheard(session, production, bad, b"not gzip")
    words = [sys.executable, "-m", "ghost_cli", *UP]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("[8/"):
                process.kill()
                break
        assert process.wait() == -signal.SIGKILL
    assert lake.ghost(GHOST).catalog.is_file() and found(session)

    told = json.loads(ghost_ingest(*UP, exit_code=1).stdout)
    wait_for_ghost(production)
    assert (told["clone"]["changed"], told["fork"]["state"], told["replay"]["sent"]) == (False, "ready", 2)
    assert [each["key"] for each in told["replay"]["failed"]] == [bad]


def test_what_refuses_the_fork_refuses_it_all(session: Session, production: Production, lake: Lake) -> None:
    s3, raw = session.client("s3"), production.buckets.raw
    document = s3.get_bucket_notification_configuration(Bucket=raw)
    del document["ResponseMetadata"], document["EventBridgeConfiguration"]
    s3.put_bucket_notification_configuration(Bucket=raw, NotificationConfiguration=document)
    assert "does not send its events to EventBridge" in ghost_ingest("up", exit_code=1).stderr
    assert not lake.ghost(GHOST).folder.exists() and found(session) == set()
