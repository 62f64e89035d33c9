from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION, aws_server, session_of
from tests.warehouse.project import GHOST, Warehouse, day_of_flights, make_warehouse

__all__ = ["aws_server"]

BUCKETS = ("flights-curated", GHOST.bucket("flights-curated"), GHOST.bucket("flights-more"))


class Buckets:
    """The curated bucket of prod, and the ghost's that stand in for it and for another."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put(self, bucket: str, day: str, content: bytes) -> None:
        self._client.put_object(Bucket=bucket, Key=f"flights/{day}.csv", Body=content)


def made_buckets(stack: LocalStack, *names: str) -> Any:
    """The S3 client of a local AWS that has these buckets and nothing else."""
    stack.reset()
    client = session_of(stack).client("s3")
    for name in names:
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture(scope="module")
def buckets(aws_server: LocalStack) -> Buckets:
    return Buckets(made_buckets(aws_server, *BUCKETS))


@pytest.fixture(scope="module")
def warehouse(aws_server: LocalStack, buckets: Buckets, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The integration project with prod built from two days."""
    made = make_warehouse(Path(tmp_path_factory.mktemp("warehouse")))
    made.environment.update(
        AWS_ENDPOINT_URL=aws_server.url,
        AWS_ACCESS_KEY_ID=PROD_ACCOUNT,
        AWS_SECRET_ACCESS_KEY="local",
        AWS_REGION=REGION,
    )
    for day in ("2013-02-01", "2013-02-02"):
        buckets.put("flights-curated", day, day_of_flights(day))
    for words in (("run-operation", "load_flights"), ("build",)):
        run = made.dbt(*words, "--target", "prod")
        assert run.ok, run.error
    return made
