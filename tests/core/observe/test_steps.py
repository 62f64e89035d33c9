"""Which buckets each step of a ghost is looked at with, by the record and by what is found of the ghost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.observe.steps import ObservedStep, observed_steps
from dbt_ghost.core.record import Record, RecordedStep
from dbt_ghost.core.resources import (
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    Notifications,
    Resource,
    Rule,
    Subscription,
)
from dbt_ghost.core.topology import Account

GHOST, ACCOUNT = GhostName("shop", "fix/late"), Account("111111111111", "eu-west-1")
MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIVE = MADE + timedelta(minutes=2)
RAW, MID, OUT = (Bucket(GHOST.bucket(name), name) for name in ("p-raw", "p-mid", "p-out"))
CLEAN, ENRICH = (ACCOUNT.function_arn(GHOST.function(step)) for step in ("clean", "enrich"))
QUEUE, TOPIC = GHOST.piece("enrich", "p-queue"), GHOST.piece("enrich", "p-topic")


def step(*from_prod: str, live: datetime | None = LIVE, **writes: str) -> RecordedStep:
    named = {name.replace("_", "-"): bucket for name, bucket in writes.items()}
    return RecordedStep(
        function="p",
        forked_from_sha256="a",
        code_sha256="b",
        changed=True,
        from_prod=from_prod,
        writes=named,
        live_since=live,
    )


def record(steps: dict[str, RecordedStep], shared: dict[str, str] | None = None) -> Record:
    named = {"project": "shop", "branch": GHOST.branch, "ghost": GHOST.id, "account": ACCOUNT.id}
    times = {name: MADE for name in ("created_at", "updated_at", "expires_at")}
    return Record(**named, region=ACCOUNT.region, state="ready", steps=steps, shared=shared or {}, **times)


def told_to_tap(told: dict[str, Any] | str) -> Function:
    text = told if isinstance(told, str) else json.dumps(told)
    return Function(GHOST.function(TAP), "", "", "", "", environment=(("GHOST_ROUTES", text),))


def by_name(record: Record, *resources: Resource) -> dict[str, ObservedStep]:
    return {each.name: each for each in observed_steps(record, resources)}


TWO = {"clean": step("p-raw", p_mid=MID.name), "enrich": step(p_out=OUT.name)}


@pytest.mark.parametrize(
    "way",
    [
        [Notifications(MID.name, (BucketEvent(ENRICH),))],
        [
            Notifications(MID.name, (BucketEvent(ACCOUNT.queue_arn(QUEUE)),)),
            EventSourceMapping(QUEUE, GHOST.function("enrich")),
        ],
        [
            Notifications(MID.name, (BucketEvent(ACCOUNT.topic_arn(TOPIC)),)),
            Subscription(ACCOUNT.topic_arn(TOPIC), ENRICH),
        ],
        [
            Notifications(MID.name, (BucketEvent(ACCOUNT.topic_arn(TOPIC)),)),
            Subscription(ACCOUNT.topic_arn(TOPIC), ACCOUNT.queue_arn(QUEUE)),
            EventSourceMapping(QUEUE, GHOST.function("enrich")),
        ],
        [Rule(GHOST.piece("enrich", "r"), json.dumps({"detail": {"bucket": {"name": [MID.name]}}}), ENRICH)],
    ],
    ids=["s3", "sqs", "sns", "sns_sqs", "eventbridge"],
)
def test_a_later_step_reads_the_ghosts_bucket_by_whatever_way_it_hears_of_it(way: list[Resource]) -> None:
    assert observed_steps(record(TWO), (MID, OUT, *way)) == (
        ObservedStep("clean", (("p-raw", "p-raw"),), (("p-mid", MID.name),), LIVE),
        ObservedStep("enrich", (("p-mid", MID.name),), (("p-out", OUT.name),), LIVE),
    )


def test_events_that_go_elsewhere_are_no_input() -> None:
    elsewhere = (
        Notifications(MID.name, (BucketEvent(CLEAN.replace("clean", "other")),)),
        Notifications("not-the-ghosts", (BucketEvent(ENRICH),)),
        Rule("r", "{}", ENRICH),
        Rule("r2", "no json", ENRICH),
        EventSourceMapping(QUEUE, GHOST.function("enrich")),
    )
    assert by_name(record(TWO), MID, OUT, *elsewhere)["enrich"].inputs == ()


def test_a_staged_input_is_the_ghosts_copy_of_prods_bucket() -> None:
    staged = Notifications(RAW.name, (BucketEvent(CLEAN),))
    assert by_name(record(TWO), RAW, MID, staged)["clean"].inputs == (("p-raw", RAW.name),)


def test_a_step_that_writes_into_its_own_input_bucket_still_reads_prods() -> None:
    ghost_raw = RAW.name
    found = by_name(record({"clean": step("p-raw", p_raw=ghost_raw)}), RAW)["clean"]
    assert (found.inputs, found.outputs) == ((("p-raw", "p-raw"),), (("p-raw", ghost_raw),))


def test_steps_are_in_datas_order_whatever_the_records() -> None:
    hears = Notifications(MID.name, (BucketEvent(ENRICH),))
    backwards = record({"enrich": TWO["enrich"], "clean": TWO["clean"]})
    assert [each.name for each in observed_steps(backwards, (MID, OUT, hears))] == ["clean", "enrich"]


def test_steps_that_feed_each_other_are_as_in_the_record() -> None:
    around = (Notifications(MID.name, (BucketEvent(ENRICH),)), Notifications(OUT.name, (BucketEvent(CLEAN),)))
    found = observed_steps(record({"enrich": TWO["enrich"], "clean": TWO["clean"]}), (MID, OUT, *around))
    assert [each.name for each in found] == ["enrich", "clean"]


def test_a_ghost_listens_since_its_record_says_so_else_since_it_was_made() -> None:
    found = by_name(record({"clean": step("p-raw", p_mid=MID.name), "other": step("p-raw", live=None, p_out=OUT.name)}))
    assert (found["clean"].since, found["other"].since) == (LIVE, MADE)


def test_a_bucket_that_several_steps_fill_is_looked_at_once_with_the_inputs_of_all() -> None:
    one, two = step("p-raw", p_out=OUT.name, p_mid=MID.name), step("p-late", live=MADE, p_out=OUT.name)
    found = by_name(record({"one": one, "two": two}), MID, OUT)
    assert (found["one"].outputs, found["one"].counted_at) == ((("p-mid", MID.name),), ("two",))
    assert (found["two"].outputs, found["two"].counted_at) == ((("p-out", OUT.name),), ())
    assert found["two"].inputs == (("p-late", "p-late"), ("p-raw", "p-raw"))
    assert found["two"].since == LIVE, "from then on both hear"
    assert found["one"].inputs == (("p-raw", "p-raw"),)


def routed(function: str = "p-enrich:live", **more: Any) -> dict[str, Any]:
    return {"routes": [{"bucket": MID.name, "to": {"function": function}}], "sample": 1.0, **more}


def test_a_step_that_prods_function_serves_writes_where_the_tags_say() -> None:
    mid = Bucket(MID.name, "p-mid", routes=((f"{ROUTE_TAG}{OUT.name}", "p-out"),))
    tapped = record({"clean": TWO["clean"]}, {"enrich": "p-enrich:live"})
    found = observed_steps(tapped, (mid, OUT, told_to_tap(routed())))
    assert found[1] == ObservedStep(
        "enrich", (("p-mid", MID.name),), (("p-out", OUT.name),), LIVE, shared="p-enrich:live"
    )
    other = observed_steps(tapped, (mid, OUT, told_to_tap(routed("p-other"))))
    assert {each.name: each.outputs for each in other}["enrich"] == ()
    assert {each.name: each.outputs for each in observed_steps(tapped, (mid, OUT))}["enrich"] == ()


@pytest.mark.parametrize(
    ("told", "sample"),
    [
        ({"sample": 0.25, "routes": []}, 0.25),
        ({"routes": []}, None),
        ({"sample": "half"}, None),
        ("no json", None),
        ("[]", None),
    ],
)
def test_the_sample_is_what_the_tap_was_told_or_unknown(told: Any, sample: float | None) -> None:
    assert by_name(record(TWO), MID, OUT, told_to_tap(told))["clean"].sample == sample


def test_without_a_tap_all_comes_through_and_without_its_settings_nobody_knows() -> None:
    assert by_name(record(TWO), MID, OUT)["clean"].sample == 1.0
    silent = Function(GHOST.function(TAP), "", "", "", "")
    assert by_name(record(TWO), MID, OUT, silent)["clean"].sample is None
