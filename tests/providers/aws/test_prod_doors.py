"""The doors of a production function, read to the last page. Said beforehand where the local AWS has one page only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import ProdMapping
from dbt_ghost.core.wires import Alias, SeenMapping
from dbt_ghost.providers.aws import prod_doors
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session
from tests.providers.aws.production import ACCOUNT, ARN, NAME
from tests.providers.aws.stubbed import Answers, answers

GONE = "ResourceNotFoundException"
QUEUE = ACCOUNT.queue_arn("q")
MAPPING: dict[str, Any] = {"EventSourceArn": QUEUE, "FunctionArn": ARN, "State": "Enabled"}


def test_every_page_of_aliases_is_read() -> None:
    with answers("lambda") as session:
        weights = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
        first = {"Aliases": [{"Name": "live", "FunctionVersion": "1"} | weights], "NextMarker": "2"}
        session.say("lambda.list_aliases", first, FunctionName=NAME)
        second = {"Aliases": [{"Name": "canary", "FunctionVersion": "2", "RoutingConfig": {}}]}
        session.say("lambda.list_aliases", second, FunctionName=NAME, Marker="2")
        assert prod_doors.aliases(session, NAME) == (Alias("canary", "2"), Alias("live", "1", weighted=True))


def test_published_versions_come_newest_first() -> None:
    with answers("lambda") as session:
        session.say(
            "lambda.list_versions_by_function",
            {"Versions": [{"Version": v} for v in ("$LATEST", "9")], "NextMarker": "2"},
        )
        session.say("lambda.list_versions_by_function", {"Versions": [{"Version": "10"}]})
        assert prod_doors.versions(session, NAME) == ("10", "9")


def test_a_door_is_asked_for_by_its_qualifier_and_its_mappings_by_its_arn() -> None:
    with answers("lambda") as session:
        which = {"FunctionName": NAME, "Qualifier": "live"}
        session.say("lambda.get_policy", {"Policy": '{"Statement": [ ]}'}, **which)
        session.say("lambda.get_function_url_config", {**URL, "FunctionArn": f"{ARN}:live"}, **which)
        first = {"EventSourceMappings": [], "NextMarker": "2"}
        session.say("lambda.list_event_source_mappings", first, FunctionName=f"{ARN}:live")
        second = {"EventSourceMappings": [MAPPING | {"FunctionArn": f"{ARN}:live"}]}
        session.say("lambda.list_event_source_mappings", second, FunctionName=f"{ARN}:live", Marker="2")
        found = prod_doors.read(session, NAME, "live")
    assert (found.arn, found.policy, found.has_url) == (f"{ARN}:live", '{"Statement":[]}', True)
    mapping = SeenMapping(f"{ARN}:live", QUEUE, is_queue=True, enabled=True, how=ProdMapping(QUEUE))
    assert found.mappings == (mapping,)


URL = {
    "FunctionUrl": "https://abcdefghijklmnop.lambda-url.eu-west-1.on.aws/",
    "AuthType": "NONE",
    "CreationTime": "2026-01-05T12:00:00Z",
    "LastModifiedTime": "2026-01-05T12:00:00Z",
}


def seen(*found: dict[str, Any]) -> tuple[SeenMapping, ...]:
    with answers("lambda") as session:
        session.fail("lambda.get_policy", GONE)
        session.fail("lambda.get_function_url_config", GONE)
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [MAPPING | each for each in found]})
        return prod_doors.read(session, NAME, "").mappings


def test_all_that_a_mapping_says_is_read() -> None:
    criteria = {"Filters": [{"Pattern": "{}"}]}
    (found,) = seen(
        {
            "BatchSize": 7,
            "MaximumBatchingWindowInSeconds": 3,
            "FilterCriteria": criteria,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 5},
            "ProvisionedPollerConfig": {"MinimumPollers": 2},
        }
    )
    assert found.how == ProdMapping(
        QUEUE, batch_size=7, window_s=3, filters=canonical(criteria), partial_failures=True, max_concurrency=5
    )
    assert (found.left_out, found.unmodelled) == (("pollers provisioned for its queue",), ())


def test_a_mapping_is_on_where_it_reads_or_will_in_a_moment() -> None:
    states = ("Enabled", "Enabling", "Creating", "Updating", "Disabled", "Disabling", "Deleting")
    assert [seen({"State": state})[0].enabled for state in states] == [True] * 4 + [False] * 3


@pytest.mark.parametrize(
    "hidden",
    [
        {"FilterCriteriaError": {"ErrorCode": "AccessDeniedException", "Message": "no key for it"}},
        {"KMSKeyArn": "arn:aws:kms:x:1:key/k"},
    ],
)
def test_a_filter_that_cannot_be_read_is_not_modelled(hidden: dict[str, Any]) -> None:
    assert seen(hidden)[0].unmodelled == ("filter of its queue that cannot be read",)


@pytest.mark.parametrize(
    ("source", "called"),
    [
        ({"EventSourceArn": "arn:aws:kinesis:x:1:stream/s"}, "Kinesis stream arn:aws:kinesis:x:1:stream/s"),
        ({"EventSourceArn": "arn:aws:dynamodb:x:1:t"}, "DynamoDB stream arn:aws:dynamodb:x:1:t"),
        ({"EventSourceArn": "arn:aws:kafka:x:1:c"}, "Kafka cluster arn:aws:kafka:x:1:c"),
        ({"EventSourceArn": "arn:aws:mq:x:1:b"}, "MQ broker arn:aws:mq:x:1:b"),
        (
            {"EventSourceArn": "arn:aws:rds:x:1:cluster:d", "DocumentDBEventSourceConfig": {"DatabaseName": "d"}},
            "DocumentDB cluster arn:aws:rds:x:1:cluster:d",
        ),
        ({"EventSourceArn": "arn:aws:new:x:1:y"}, "event source arn:aws:new:x:1:y"),
        ({"EventSourceArn": "", "SelfManagedEventSource": {"Endpoints": {"a": ["b"]}}}, "self-managed Kafka cluster"),
    ],
)
def test_sources_that_are_no_queues_are_named(source: dict[str, Any], called: str) -> None:
    (found,) = seen(source)
    assert (found.source, found.is_queue, found.unmodelled) == (called, False, ())


def test_every_part_of_a_mapping_that_this_boto3_knows_was_thought_about(session: Session) -> None:
    shape = session.client("lambda").meta.service_model.shape_for("EventSourceMappingConfiguration")
    assert set(shape.members) - prod_doors.OF_QUEUES == {"FilterCriteriaError"}


def denied_policy(session: Answers) -> None:
    session.fail("lambda.get_policy", "AccessDeniedException", status=403)


def denied_url(session: Answers) -> None:
    session.fail("lambda.get_policy", GONE)
    session.fail("lambda.get_function_url_config", "AccessDeniedException", status=403)


def denied_mappings(session: Answers) -> None:
    session.say("lambda.get_policy", {"Policy": json.dumps({"Statement": []})})
    session.fail("lambda.get_function_url_config", GONE)
    session.fail("lambda.list_event_source_mappings", "AccessDeniedException", status=403)


@pytest.mark.parametrize("prepare", [denied_policy, denied_url, denied_mappings])
def test_what_may_not_be_looked_at_is_not_absent(prepare: Any) -> None:
    with answers("lambda") as session:
        prepare(session)
        with pytest.raises(Denied, match=NAME):
            AwsProd(session).door(NAME, "")
