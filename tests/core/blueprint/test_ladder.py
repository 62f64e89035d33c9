"""How prod's events enter a ghost: always by something of the ghost's own, never by a write to prod."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import is_ghosts
from dbt_ghost.core.resources import EventSourceMapping, Function, Queue, Role, Rule, Subscription, name_of
from tests.core.blueprint.grounds import ACCOUNT, GHOST, PATTERN, RULE, TOPIC, WAYS, by, chain, config, made, of, plan

CLEAN = ACCOUNT.function_arn(GHOST.function("clean"))
FAILED = ACCOUNT.queue_arn(GHOST.failures("clean"))
QUEUE = GHOST.piece("clean", ACCOUNT.queue_arn("p-queue"))
TAP_FUNCTION = GHOST.function(TAP)


def routes(way: str, **settings: object) -> list[dict[str, object]]:
    tap = of(Function, made(chain(by(way)), config(settings)))[TAP_FUNCTION]
    return list(json.loads(dict(tap.environment)["GHOST_ROUTES"])["routes"])


@pytest.mark.parametrize("way", WAYS)
def test_whatever_the_way_everything_that_is_made_is_the_ghosts(way: str) -> None:
    planned = plan(chain(by(way)))
    assert planned.prod_changes == 0
    assert all(is_ghosts(GHOST, change.resource) for change in planned.changes)
    assert len({(type(c.resource), name_of(c.resource)) for c in planned.changes}) == len(planned.changes)


def test_where_s3_invokes_prod_the_tap_invokes_the_ghost_with_prods_exact_filter() -> None:
    assert routes("s3") == [
        {
            "from": "eventbridge",
            "bucket": "p-raw",
            "prefix": "in/",
            "suffix": ".csv",
            "events": ["s3:ObjectCreated:*"],
            "to": {"function": GHOST.function("clean")},
            "shape": "s3",
            "raw": False,
        }
    ]
    rule = of(Rule, made(chain(by("s3"))))[GHOST.rule(TAP)]
    assert json.loads(rule.pattern)["detail"] == {"bucket": {"name": ["p-raw"]}, "object": {"key": [{"prefix": "in/"}]}}
    assert (rule.target_arn, rule.dead_letter_arn) == (
        ACCOUNT.function_arn(TAP_FUNCTION),
        ACCOUNT.queue_arn(GHOST.failures(TAP)),
    )


def test_where_s3_fills_prods_queue_the_tap_fills_the_ghosts_with_prods_settings() -> None:
    found = made(chain(by("sqs")))
    queue, mapping = of(Queue, found)[QUEUE], of(EventSourceMapping, found)[QUEUE]
    assert routes("sqs")[0]["to"] == {"queue": ACCOUNT.queue_url(QUEUE)}
    assert (queue.visibility_s, queue.max_receives, queue.dead_letter_arn) == (90, 3, FAILED)
    assert queue.policy == "", "the tap's role may send; nobody else has to"
    assert (mapping.function, mapping.batch_size, mapping.window_s) == (GHOST.function("clean"), 5, 2)
    assert mapping.partial_failures and mapping.enabled


def test_where_a_topic_invokes_prod_the_ghost_subscribes_too_without_a_tap() -> None:
    found = made(chain(by("sns")))
    (subscription,) = of(Subscription, found).values()
    assert (subscription.topic_arn, subscription.endpoint_arn) == (TOPIC, CLEAN)
    assert (subscription.filter_policy, subscription.dead_letter_arn) == ('{"x":["y"]}', FAILED)
    invokers = of(Function, found)[GHOST.function("clean")].invokers
    assert [(each.principal, each.source_arn) for each in invokers] == [("sns.amazonaws.com", TOPIC)]
    assert TAP_FUNCTION not in of(Function, found)


@pytest.mark.parametrize(("way", "raw"), [("sns_sqs", False), ("raw_sqs", True)])
def test_where_a_topic_fills_prods_queue_a_ghost_queue_subscribes_with_the_same_delivery(way: str, raw: bool) -> None:
    found = made(chain(by(way)))
    (subscription,) = of(Subscription, found).values()
    assert (subscription.endpoint_arn, subscription.raw) == (ACCOUNT.queue_arn(QUEUE), raw)
    (statement,) = json.loads(of(Queue, found)[QUEUE].policy)["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": TOPIC}}
    assert of(EventSourceMapping, found)[QUEUE].function == GHOST.function("clean")


def test_where_a_rule_starts_prod_a_rule_with_its_pattern_starts_the_ghost() -> None:
    given = json.dumps({"InputPath": "$.detail"})
    prod = replace(by("eventbridge"), rule=replace(RULE, bus="shop", given=given))
    found = made(chain(prod))
    (rule,) = of(Rule, found).values()
    assert (rule.pattern, rule.bus, rule.given, rule.target_arn) == (PATTERN, "shop", given, CLEAN)
    assert rule.dead_letter_arn == FAILED
    (invoker,) = of(Function, found)[GHOST.function("clean")].invokers
    assert invoker.source_arn == ACCOUNT.rule_arn(rule.name, "shop") and not invoker.source_account


def test_a_rule_on_other_events_than_a_buckets_keeps_its_pattern() -> None:
    pattern = '{"source":["shop.orders"]}'
    found = made(chain(replace(by("eventbridge", ""), rule=replace(RULE, pattern=pattern))))
    (rule,) = of(Rule, found).values()
    assert rule.pattern == pattern


def test_two_rules_of_one_step_are_two_rules() -> None:
    topology = chain(by("eventbridge"))
    clean = topology.steps[0]
    both = (*clean.triggers, replace(clean.triggers[0], rule=replace(RULE, name="p-other")))
    found = made(replace(topology, steps=(replace(clean, triggers=both), topology.steps[1])))
    assert len(of(Rule, found)) == 2


@pytest.mark.parametrize("way", ["s3", "sqs"])
def test_a_bucket_without_eventbridge_or_topic_is_refused_with_the_lines_that_switch_it_on(way: str) -> None:
    topology = chain(by(way))
    silent = tuple(replace(bucket, eventbridge=False) for bucket in topology.buckets)
    with pytest.raises(Refused, match="p-raw does not send its events to EventBridge") as refused:
        plan(replace(topology, buckets=silent))
    for line in ("eventbridge = true", "EventBridgeEnabled: true", "aws s3api put-bucket-notification-configuration"):
        assert line in refused.value.hint


@pytest.mark.parametrize("way", ["sns", "sns_sqs"])
def test_a_topic_needs_no_eventbridge(way: str) -> None:
    topology = chain(by(way))
    silent = tuple(replace(bucket, eventbridge=False) for bucket in topology.buckets)
    assert plan(replace(topology, buckets=silent)).changes


def test_removed_events_are_refused_rather_than_lost() -> None:
    both = replace(by("s3").entry, events=("s3:ObjectCreated:*", "s3:ObjectRemoved:*"))  # type: ignore[type-var]  # set
    with pytest.raises(Refused, match=r"s3:ObjectRemoved:\*"):
        plan(chain(replace(by("s3"), entry=both)))


@pytest.mark.parametrize("way", WAYS)
def test_a_sample_is_taken_by_the_tap_whatever_the_way(way: str) -> None:
    found = made(chain(by(way)), config({"sample": 0.05}))
    assert json.loads(dict(of(Function, found)[TAP_FUNCTION].environment)["GHOST_ROUTES"])["sample"] == 0.05
    assert all(each.endpoint_arn.endswith(TAP_FUNCTION) for each in of(Subscription, found).values())
    assert set(of(Rule, found)) <= {GHOST.rule(TAP)}
    assert len(routes(way, sample=0.05)) == 1


def test_a_sample_of_what_only_eventbridge_can_match_is_refused() -> None:
    pattern = json.dumps({**json.loads(PATTERN), "account": ["111111111111"]})
    with pytest.raises(Refused, match="cannot enforce the pattern of prod's rule p-rule"):
        plan(chain(replace(by("eventbridge"), rule=replace(RULE, pattern=pattern))), config({"sample": 0.5}))


def test_the_tap_cannot_subscribe_to_one_topic_with_two_filter_policies() -> None:
    topology, other = chain(by("sns")), by("sns")
    assert other.subscription is not None
    second = replace(other, subscription=replace(other.subscription, filter_policy='{"x":["z"]}'))
    both = replace(topology, steps=(topology.steps[0], replace(topology.steps[1], triggers=(second,))))
    with pytest.raises(Refused, match="with different filter policies"):
        plan(both, config({"sample": 0.5}), steps=["enrich"])
    assert len(of(Subscription, made(both, steps=["enrich"]))) == 2


def test_a_queue_that_is_also_filled_from_inside_takes_only_the_other_buckets_events_from_prods_topic() -> None:
    """Prod's topic carries both buckets' events; the ghost fills one of these buckets itself."""
    topology = chain(by("s3"), by("sns_sqs", "p-mid"))
    enrich = topology.steps[1]
    both = replace(enrich, triggers=(*enrich.triggers, by("sns_sqs", "p-raw")))
    found = made(replace(topology, steps=(topology.steps[0], both)))
    prods = [each for each in of(Subscription, found).values() if each.topic_arn == TOPIC]
    assert [each.endpoint_arn for each in prods] == [ACCOUNT.function_arn(TAP_FUNCTION)]
    told = json.loads(dict(of(Function, found)[TAP_FUNCTION].environment)["GHOST_ROUTES"])["routes"]
    assert [(each["from"], each["bucket"]) for each in told] == [("eventbridge", "p-raw"), ("sns", "p-raw")]


def test_paused_a_ghost_does_not_hear_and_its_queues_keep_what_comes() -> None:
    paused = config({"paused": True})
    assert not of(Rule, made(chain(by("s3")), paused))[GHOST.rule(TAP)].enabled
    assert not of(Subscription, made(chain(by("sns")), paused))
    queued = made(chain(by("sns_sqs")), paused)
    assert of(Subscription, queued) and not of(EventSourceMapping, queued)[QUEUE].enabled


def test_only_the_tap_may_invoke_and_only_the_first_steps() -> None:
    roles = of(Role, made(chain(by("s3"))))
    invoking = {name: role for name, role in roles.items() if "lambda:InvokeFunction" in role.policy}
    assert set(invoking) == {GHOST.role(TAP, "eu-west-1")}
    (allowed,) = [
        s for s in json.loads(invoking[GHOST.role(TAP, "eu-west-1")].policy)["Statement"] if "Invoke" in s["Sid"]
    ]
    assert allowed["Resource"] == [CLEAN]
