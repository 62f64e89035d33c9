"""A shared function writes where the event's bucket belongs, or not at all."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dbt_ghost import runtime
from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.naming import GhostName
from dbt_ghost.runtime import NoRoute, output_bucket

GHOST, OTHER = GhostName("shop", "fix/late"), GhostName("shop", "other")
IN, OUT = GHOST.bucket("p-mid"), GHOST.bucket("p-out")


class Context:
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111111111111:function:p-enrich:live"


@dataclass
class FakeS3:
    """Buckets' tags; refuses another account's, as S3 does."""

    tags: dict[str, dict[str, str]]
    asked: list[str] = field(default_factory=list)

    def get_bucket_tagging(self, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:
        assert ExpectedBucketOwner == "111111111111"
        self.asked.append(Bucket)
        return {"TagSet": [{"Key": key, "Value": value} for key, value in self.tags[Bucket].items()]}


@pytest.fixture
def s3() -> Iterator[FakeS3]:
    runtime._routes.clear()
    yield FakeS3({IN: {f"{ROUTE_TAG}{OUT}": "p-out", "team": "data"}})
    runtime._routes.clear()


def s3_event(*buckets: str) -> dict[str, Any]:
    return {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": "k"}}} for bucket in buckets]}


def sns_event(bucket: str) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(s3_event(bucket))}}]}


def sqs_event(bucket: str, wrapped: bool = False) -> dict[str, Any]:
    body = {"Type": "Notification", "Message": json.dumps(s3_event(bucket))} if wrapped else s3_event(bucket)
    return {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(body)}]}


EVENTS = [
    s3_event,
    sns_event,
    sqs_event,
    lambda b: sqs_event(b, wrapped=True),
    lambda b: {"detail": {"bucket": {"name": b}}},
]


def written(event: dict[str, Any], s3: FakeS3) -> str:
    return output_bucket(event, Context(), inputs=["p-mid"], output="p-out", s3=s3)


@pytest.mark.parametrize("event", EVENTS)
def test_prods_events_go_where_they_always_went_and_ghosts_to_the_ghost(event: Any, s3: FakeS3) -> None:
    assert written(event("p-mid"), s3) == "p-out"
    assert s3.asked == [], "prod needs no route"
    assert written(event(IN), s3) == OUT


def test_the_route_is_asked_once_and_again_only_while_there_is_none(s3: FakeS3) -> None:
    routes, s3.tags[IN] = s3.tags[IN], {}
    with pytest.raises(NoRoute):
        written(s3_event(IN), s3)
    s3.tags[IN] = routes
    assert [written(s3_event(IN), s3) for _ in range(3)] == [OUT] * 3
    assert s3.asked == [IN, IN]


@pytest.mark.parametrize(
    "event",
    [
        s3_event("p-other"),
        s3_event("p-mid-2"),
        s3_event("p-mid", IN),
        s3_event("ghost-shop-p-mid"),
        {"Records": []},
        {},
        {"Event": "s3:TestEvent", "Service": "Amazon S3", "Bucket": "p-mid"},
    ],
)
def test_anything_else_raises(event: dict[str, Any], s3: FakeS3) -> None:
    with pytest.raises(NoRoute):
        written(event, s3)


@pytest.mark.parametrize("route", ["p-out", OTHER.bucket("p-out"), "ghost-shop-evil", "", IN])
def test_a_route_that_leaves_the_ghost_or_leads_back_raises(route: str, s3: FakeS3) -> None:
    s3.tags[IN] = {f"{ROUTE_TAG}{route}": "p-out"}
    with pytest.raises(NoRoute, match="no route for p-out within its ghost"):
        written(s3_event(IN), s3)


def test_a_denied_look_at_the_route_is_an_error_not_prod(s3: FakeS3) -> None:
    del s3.tags[IN]
    with pytest.raises(KeyError):
        written(s3_event(IN), s3)


@pytest.mark.parametrize("branch", ["fix/late", "a" * 90, "ä", "x-abc123-y", "1"])
def test_it_knows_every_ghosts_buckets(branch: str, s3: FakeS3) -> None:
    ghost = GhostName("shop", branch)
    s3.tags[ghost.bucket("p-mid")] = {f"{ROUTE_TAG}{ghost.bucket('p-out')}": "p-out"}
    assert written(s3_event(ghost.bucket("p-mid")), s3) == ghost.bucket("p-out")


def test_it_is_one_file_that_needs_only_boto3() -> None:
    tree = ast.parse(Path(runtime.__file__).read_text())
    modules = {name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in (a.name for a in node.names)}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules - {"boto3"} <= sys.stdlib_module_names | {"collections.abc"}
