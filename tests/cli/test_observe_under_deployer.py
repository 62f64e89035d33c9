"""A ghost's files beside prod's as CI compares them: under the generated deployer's policies alone, on a local AWS that
enforces them. The demo's chain takes in real files, and the branch changes when overnight flights arrive.
"""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.observe.objects import Seen, StepObservation
from dbt_ghost.demo.production import Production
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.observe_objects import Observer, observe_objects
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from dbt_ghost.providers.object_rows import DuckRows
from dbt_ghost.providers.process import SystemClock
from ghost_cli.wiring import Project
from tests.cli.conftest import SOURCE
from tests.cli.test_under_deployer import DAYS, GHOST, LATER, admin, ci
from tests.cli.typed import ghost_ingest
from tests.local_aws import REGION, nobodys_aws, strict_aws, strict_aws_server

__all__ = ["admin", "ci", "nobodys_aws", "strict_aws", "strict_aws_server"]

RAW, CLEAN, CURATED = (f"flights-{name}" for name in ("raw", "clean", "curated"))
GHOST_CLEAN, GHOST_CURATED = GHOST.bucket(CLEAN), GHOST.bucket(CURATED)
CHANGED, LOST, BY_DAY, EXTRA = LATER, "2013-02-04", "2013-02-05", "2013-02-06"
"""Days. The flights of BY_DAY all arrive before midnight, so the branch's code makes the same of them."""


def key(day: str) -> str:
    return f"flights/{day}.csv"


def deliver(admin: Session) -> None:
    """Then lose one object of the ghost's, and put one that it never made."""
    production, s3 = Production(admin, SOURCE), admin.client("s3")
    header, *flights = gzip.decompress((SOURCE / f"data/flights/{BY_DAY}.csv.gz").read_bytes()).splitlines(
        keepends=True
    )
    production.deliver_all((CHANGED, LOST))
    s3.put_object(Bucket=RAW, Key=f"{key(BY_DAY)}.gz", Body=gzip.compress(header + b"".join(flights[:20])))
    for day in (CHANGED, LOST, BY_DAY):
        production.wait_for(day)
        production.wait_for(day, bucket=GHOST_CURATED)
    for bucket in (GHOST_CLEAN, GHOST_CURATED):
        s3.delete_object(Bucket=bucket, Key=key(LOST))
    s3.put_object(Bucket=GHOST_CURATED, Key=key(EXTRA), Body=b"made by nobody")


def observed(session: Session) -> dict[str, StepObservation]:
    project = Project.load(None)
    seen = see(project.ghosts, project.records, GHOST)
    observer = Observer(AwsComparedObjects(session), DuckRows(), AwsFailureQueues(session), SystemClock())
    record = seen.stored.record if seen.stored else None
    found = observe_objects(observer, record, seen.found, grace=timedelta(0))
    assert found.tap_failed == 0
    return {each.step: each for each in found.steps}


def said(step: StepObservation) -> dict[str, str]:
    return {each.sides.key: each.said for each in step.samples}


def counts(step: StepObservation) -> dict[Any, int]:
    return {each: number for each, number in step.counts.items() if number}


@pytest.mark.usefixtures("ci")
def test_what_the_branch_changed_of_prods_files_is_told_by_whoever_may_only_deploy(
    admin: Session, strict_aws: LocalStack
) -> None:
    ghost_ingest("fork")
    deliver(admin)
    session = Session(REGION, endpoint=strict_aws.url)
    steps = observed(session)
    assert counts(steps["clean"]) == {"equal_bytes": 1, "changed": 1, "missing": 1}
    assert counts(steps["enrich"]) == {"equal_bytes": 1, "changed": 1, "missing": 1, "extra": 1}
    assert said(steps["clean"]) == {key(CHANGED): "changed", key(LOST): "missing"}
    assert said(steps["enrich"]) == {key(CHANGED): "changed", key(LOST): "missing", key(EXTRA): "extra"}
    (changed,) = [each for each in steps["clean"].samples if each.said == "changed"]
    assert changed.rows and changed.rows.columns == (("arrived_at", changed.rows.only_prod),)
    pairs = [*zip(changed.rows.prod_samples, changed.rows.ghost_samples, strict=True)]
    assert pairs and all(theirs["flight"] == ours["flight"] for theirs, ours in pairs)
    assert all(theirs["arrived_at"] != ours["arrived_at"] for theirs, ours in pairs)
    for step in steps.values():
        assert (step.failed, step.unknown, step.read, step.differing) == (0, "", 1, 1)
        assert step.prod_latency and step.ghost_latency and step.prod_latency.objects == 2
    ghost_ingest("drop", "--yes")


@pytest.mark.usefixtures("ci")
def test_of_prod_the_outputs_are_read_and_nothing_else(admin: Session, strict_aws: LocalStack) -> None:
    objects, root = AwsComparedObjects(Session(REGION, endpoint=strict_aws.url)), AwsComparedObjects(admin)
    Production(admin, SOURCE).wait_for(DAYS[-1])

    def one(bucket: str) -> Seen:
        return min(root.list(bucket, ""), key=lambda each: each.key)

    for bucket in (CLEAN, CURATED):
        assert objects.read(one(bucket)) == root.read(one(bucket))
        assert [*objects.list(bucket, "")] == [*root.list(bucket, "")]
    with pytest.raises(Denied):
        objects.read(one(RAW))
    admin.client("s3").create_bucket(Bucket="team-other", CreateBucketConfiguration={"LocationConstraint": REGION})
    with pytest.raises(Denied):
        list(objects.list("team-other", ""))
