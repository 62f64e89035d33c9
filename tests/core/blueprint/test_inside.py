"""Hops inside a ghost are of the kind that prod's are, from the ghost's own buckets; staged input is such a hop."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.record import Channel
from dbt_ghost.core.resources import (
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
)
from dbt_ghost.operations.fork import plan_fork
from tests.core.blueprint.grounds import ACCOUNT, GHOST, RULE, TOPIC, WAYS, by, chain, code, config, made, of, plan

MID = GHOST.bucket("p-mid")
MID_ARN = ACCOUNT.bucket_arn(MID)
ENRICH = ACCOUNT.function_arn(GHOST.function("enrich"))
QUEUE = GHOST.piece("enrich", ACCOUNT.queue_arn("p-queue"))
OWN_TOPIC = GHOST.piece("enrich", TOPIC)
STAGED = config(input="staged")


def entry_to(arn: str) -> BucketEvent:
    return BucketEvent(arn, ("s3:ObjectCreated:*",), "in/", ".csv")


def test_s3_invokes_the_next_function_directly() -> None:
    found = made(chain(by("s3"), by("s3", "p-mid")))
    assert of(Notifications, found)[MID] == Notifications(MID, (entry_to(ENRICH),))
    (invoker,) = of(Function, found)[GHOST.function("enrich")].invokers
    assert (invoker.principal, invoker.source_arn, invoker.source_account) == ("s3.amazonaws.com", MID_ARN, ACCOUNT.id)


def test_s3_fills_the_next_steps_own_queue() -> None:
    found = made(chain(by("s3"), by("sqs", "p-mid")))
    assert of(Notifications, found)[MID].entries == (entry_to(ACCOUNT.queue_arn(QUEUE)),)
    (statement,) = json.loads(of(Queue, found)[QUEUE].policy)["Statement"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": MID_ARN},
        "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
    }
    assert of(EventSourceMapping, found)[QUEUE].function == GHOST.function("enrich")


@pytest.mark.parametrize(
    ("way", "endpoint"), [("sns", ENRICH), ("sns_sqs", ACCOUNT.queue_arn(QUEUE)), ("raw_sqs", ACCOUNT.queue_arn(QUEUE))]
)
def test_s3_publishes_to_a_topic_of_the_ghosts_own(way: str, endpoint: str) -> None:
    found = made(chain(by("s3"), by(way, "p-mid")))
    topic = of(Topic, found)[OWN_TOPIC]
    (statement,) = json.loads(topic.policy)["Statement"]
    assert statement["Action"] == "sns:Publish" and statement["Condition"]["ArnEquals"] == {"aws:SourceArn": MID_ARN}
    assert of(Notifications, found)[MID].entries == (entry_to(ACCOUNT.topic_arn(OWN_TOPIC)),)
    (subscription,) = of(Subscription, found).values()
    assert (subscription.topic_arn, subscription.endpoint_arn) == (ACCOUNT.topic_arn(OWN_TOPIC), endpoint)
    assert subscription.raw == (way == "raw_sqs")


PIPE = "arn:aws:sqs:eu-west-1:999999999999:sf-snowpipe-x"


def test_a_pipes_queue_is_notified_by_the_ghosts_bucket_and_left_out_with_it() -> None:
    channels = (Channel(bucket=MID, prefix="in/", queue_arn=PIPE), Channel(bucket="gone", prefix="", queue_arn=PIPE))
    planned = plan_fork(config(), GHOST, chain(by("s3")), code(), (), channels=channels)
    found = of(Notifications, [change.resource for change in planned.changes])
    assert BucketEvent(PIPE, prefix="in/") in found[MID].entries
    assert planned.channels == channels[:1]


@pytest.mark.parametrize(
    "arn",
    [
        ACCOUNT.queue_arn("p-queue"),
        "arn:aws:sqs:us-east-1:999999999999:sf-snowpipe-x",
        "arn:aws:sns:eu-west-1:999999999999:x",
        "x",
    ],
)
def test_what_is_not_a_pipes_queue_is_refused(arn: str) -> None:
    with pytest.raises(Refused, match="is not the queue of a pipe"):
        channel = Channel(bucket=MID, prefix="", queue_arn=arn)
        plan_fork(config(), GHOST, chain(by("s3")), code(), (), channels=(channel,))


def test_where_a_rule_starts_the_next_step_the_ghost_bucket_sends_to_eventbridge() -> None:
    prod = by("eventbridge", "p-mid")
    found = made(chain(by("s3"), replace(prod, rule=replace(RULE, pattern=RULE.pattern.replace("p-raw", "p-mid")))))
    assert of(Notifications, found)[MID] == Notifications(MID, (), eventbridge=True)
    (rule,) = [each for name, each in of(Rule, found).items() if name != GHOST.rule(TAP)]
    assert json.loads(rule.pattern)["detail"]["bucket"] == {"name": [MID]}
    assert "p-mid" not in rule.pattern and rule.target_arn == ENRICH


def test_what_the_ghost_writes_may_not_start_prod_by_a_rule_on_all_buckets() -> None:
    prod = by("eventbridge", "p-mid")
    topology = chain(by("s3"), replace(prod, rule=replace(RULE, pattern=RULE.pattern.replace("p-raw", "p-mid"))))
    words = "rule all (it matches the objects of buckets that it does not name)"
    open_ = replace(topology.steps[0], unfollowed=(words,), open_rules=(words,))
    with pytest.raises(Refused, match=r"prod's rule all .*: it could start p-clean with what the ghost writes"):
        plan(replace(topology, steps=(open_, topology.steps[1])))
    quiet = chain(by("s3"))
    assert plan(replace(quiet, steps=(open_, quiet.steps[1]))).changes, "its buckets tell EventBridge nothing"


@pytest.mark.parametrize("way", WAYS)
def test_pausing_leaves_the_hops_inside_as_they_are(way: str) -> None:
    def inside(ingestion: dict[str, object]) -> set[object]:
        found = made(chain(by("s3"), by(way, "p-mid")), config(ingestion))
        kinds = (Notifications, Topic, Subscription)
        rules = {rule for name, rule in of(Rule, found).items() if name != GHOST.rule(TAP)}
        return {each for each in found if isinstance(each, kinds)} | rules

    assert inside({}) == inside({"paused": True})


@pytest.mark.parametrize("way", WAYS)
def test_staged_objects_are_copied_by_the_tap_and_the_step_sees_nothing_of_prod(way: str) -> None:
    found = made(chain(by(way)), STAGED)
    raw = GHOST.bucket("p-raw")
    assert of(Bucket, found)[raw].stands_in_for == "p-raw"
    (route,) = json.loads(dict(of(Function, found)[GHOST.function(TAP)].environment)["GHOST_ROUTES"])["routes"]
    assert (route["to"], route["bucket"], route["prefix"]) == ({"bucket": raw}, "p-raw", "in/")
    assert raw in of(Notifications, found)
    policy = of(Role, found)[GHOST.role("clean", "eu-west-1")].policy
    assert "arn:aws:s3:::p-raw" not in policy
    assert f"arn:aws:s3:::{raw}/*" in policy


def written(found: list[Resource], step: str) -> list[str]:
    policy = json.loads(of(Role, found)[GHOST.role(step, "eu-west-1")].policy)
    (grant,) = [s for s in policy["Statement"] if s["Sid"] == "WriteGhostObjects"]
    assert {"s3:DeleteObject", "s3:PutObjectTagging"} <= set(grant["Action"])
    return list(grant["Resource"])


def test_staged_input_may_be_deleted_moved_and_tagged() -> None:
    raw, mid = (f"arn:aws:s3:::{GHOST.bucket(bucket)}/*" for bucket in ("p-raw", "p-mid"))
    assert set(written(made(chain(by("s3")), STAGED), "clean")) == {raw, mid}
    assert written(made(chain(by("s3"))), "clean") == [mid]


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:PutObjectTagging", "s3:*"])
def test_input_from_inside_may_be_changed_as_far_as_prods_role_may(action: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::p-mid/in/*"}
    topology = chain(by("s3"))
    enrich = topology.steps[1]
    allowed = replace(enrich.function, policies=(json.dumps({"Version": "2012-10-17", "Statement": [statement]}),))
    mid, out = (f"arn:aws:s3:::{GHOST.bucket(bucket)}/*" for bucket in ("p-mid", "p-out"))
    assert written(made(topology), "enrich") == [out]
    may = replace(topology, steps=(topology.steps[0], replace(enrich, function=allowed)))
    assert set(written(made(may), "enrich")) == {mid, out}


def test_the_tap_that_stages_reads_prods_versions_and_writes_the_ghosts_bucket_only() -> None:
    policy = of(Role, made(chain(by("s3")), STAGED))[GHOST.role(TAP, "eu-west-1")].policy
    allowed = {s["Sid"]: s for s in json.loads(policy)["Statement"] if s["Effect"] == "Allow"}
    assert allowed["ReadProdObjects"]["Resource"] == ["arn:aws:s3:::p-raw/in/*.csv"]
    assert "s3:GetObjectVersion" in allowed["ReadProdObjects"]["Action"]
    assert allowed["StageObjects"]["Resource"] == [f"arn:aws:s3:::{GHOST.bucket('p-raw')}/*"]
    assert "InvokeTheFirstSteps" not in allowed


def test_staging_by_a_pattern_that_only_eventbridge_can_match_is_refused() -> None:
    prod = replace(by("eventbridge"), rule=replace(RULE, pattern=RULE.pattern.replace("prefix", "wildcard")))
    with pytest.raises(Refused, match="`input: staged` needs the tap"):
        plan(chain(prod), STAGED)


def test_a_topic_stages_by_a_subscription_of_the_tap_where_the_bucket_has_no_eventbridge() -> None:
    topology = chain(by("sns"))
    silent = tuple(replace(bucket, eventbridge=False) for bucket in topology.buckets)
    found = made(replace(topology, buckets=silent), STAGED)
    prods = [each for each in of(Subscription, found).values() if each.topic_arn == TOPIC]
    assert [each.endpoint_arn for each in prods] == [ACCOUNT.function_arn(GHOST.function(TAP))]
    assert GHOST.rule(TAP) not in of(Rule, found)
