"""Which objects a replay sends where, and how far it has come."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.blueprint.listening import Arrival
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import (
    FailedObject,
    Frontier,
    Mark,
    ProdObject,
    Progress,
    Request,
    Window,
    created,
    lane,
    listings,
    moment,
    refuse_foreign,
    shared_out,
    takes_all_created,
    way,
    window_of,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.tap import shapes

ACCOUNT = Account("111111111111", "eu-west-1")
GHOST = GhostName("shop", "fix/late")
NOW = datetime(2026, 1, 5, 12, 0, 0, 700_000, tzinfo=UTC)
ALL = ("s3:ObjectCreated:*",)
KEYS = st.text("ab/", max_size=4)


def arrival(step: str = "clean", prefix: str = "", suffix: str = "", **others: Any) -> Arrival:
    fields = {"kind": "function", "to": GHOST.function(step), "shape": "s3", "by": "tap", "bucket": "p-raw"}
    return Arrival(step=step, prefix=prefix, suffix=suffix, events=ALL, **(fields | others))


def thing(key: str, second: int = 0, bucket: str = "p-raw") -> ProdObject:
    return ProdObject(bucket, key, 3, "abc", NOW.replace(microsecond=0) + timedelta(seconds=second))


def keys(objects: tuple[ProdObject, ...]) -> list[str]:
    return [each.key for each in objects]


@given(st.permutations(range(9)), st.integers(0, 9))
def test_everything_before_the_position_is_done_in_whatever_order_things_end(order: list[int], ended: int) -> None:
    frontier = Frontier()
    for number in order[:ended]:
        frontier = frontier.with_done(number)
    done = set(order[:ended])
    assert set(range(frontier.position)) <= done, "no gap"
    assert frontier.position not in done, "and as far as can be"
    assert frontier.ahead == {number for number in done if number > frontier.position}


@given(
    st.lists(st.tuples(KEYS, st.integers(0, 3)), unique_by=lambda each: each[0], max_size=9),
    st.data(),
)
def test_what_is_left_after_a_cursor_is_what_is_not_done(found: list[tuple[str, int]], data: st.DataObject) -> None:
    objects = tuple(sorted((thing(*each) for each in found), key=lambda each: each.mark))
    done = data.draw(st.integers(0, len(objects)))
    failed = data.draw(st.sets(st.sampled_from(objects[:done]))) if done else set()
    before = Progress(
        step="clean",
        bucket="p-raw",
        to="x",
        cursor=objects[done - 1].mark if done else None,
        failed=tuple(FailedObject(key=each.key, why="no") for each in failed),
    )
    left = lane(arrival(), objects, before)
    assert set(left.todo) == failed | set(objects[done:])
    assert len(left.todo) == len(set(left.todo))
    assert {each.key for each in left.before.failed} == {each.key for each in failed}


def test_a_failed_object_that_is_no_longer_there_is_forgotten() -> None:
    failed = (FailedObject(key="gone", why="no"), FailedObject(key="a", why="no"))
    before = Progress(step="clean", bucket="p-raw", to="x", cursor=thing("b").mark, failed=failed)
    left = lane(arrival(), (thing("a"), thing("b")), before)
    assert keys(left.todo) == ["a"]
    assert [each.key for each in left.before.failed] == ["a"]


def test_a_failed_object_that_was_written_again_is_sent_once() -> None:
    before = Progress(
        step="clean", bucket="p-raw", to="x", cursor=thing("b", 1).mark, failed=(FailedObject(key="a", why="no"),)
    )
    assert keys(lane(arrival(), (thing("a", 5),), before).todo) == ["a"]


@given(st.lists(st.tuples(KEYS, KEYS), max_size=4), KEYS, KEYS)
def test_every_key_that_is_wanted_is_listed_once(filters: list[tuple[str, str]], asked: str, key: str) -> None:
    arrivals = [arrival(prefix=prefix, suffix=suffix) for prefix, suffix in filters]
    listed = [prefix for _, prefix in listings(arrivals, asked) if key.startswith(prefix)]
    wanted = key.startswith(asked) and any(key.startswith(prefix) for prefix, _ in filters)
    assert len(listed) == int(wanted)


def test_an_object_that_two_steps_want_goes_to_both() -> None:
    one, other = arrival("clean", "in/"), arrival("enrich", suffix=".csv")
    given = shared_out([one, other], [thing("in/a.csv"), thing("in/b.txt"), thing("c.csv")], Request(), 1.0)
    assert keys(given[one]) == ["in/a.csv", "in/b.txt"]
    assert keys(given[other]) == ["c.csv", "in/a.csv"]


def test_one_destination_gets_an_object_once_whatever_ways_lead_there() -> None:
    one, other = arrival(prefix="in/"), arrival(suffix=".csv", shape="eventbridge")
    given = shared_out([one, other], [thing("in/a.csv"), thing("b.csv")], Request(), 1.0)
    assert keys(given[one]) == ["in/a.csv"]
    assert keys(given[other]) == ["b.csv"]


def test_a_bucket_and_a_function_of_one_name_are_two_destinations() -> None:
    one, other = arrival(), arrival(kind="bucket")
    given = shared_out([one, other], [thing("a")], Request(), 1.0)
    assert keys(given[one]) == keys(given[other]) == ["a"]


def test_objects_of_another_bucket_are_not_an_arrivals() -> None:
    one = arrival()
    assert shared_out([one], [thing("a", bucket="p-other")], Request(), 1.0)[one] == ()


@given(st.lists(st.tuples(KEYS, st.integers(0, 3)), unique=True), st.integers(1, 5))
def test_a_limit_takes_the_first_objects_in_order_of_time(found: list[tuple[str, int]], limit: int) -> None:
    one, other = arrival("clean"), arrival("enrich")
    objects = [thing(*each) for each in found]
    given = shared_out([one, other], objects, Request(limit=limit), 1.0)
    assert list(given[one]) == sorted(objects, key=lambda each: each.mark)[:limit]
    assert given[one] == given[other], "it counts objects, not where they go"


@given(st.lists(st.text(max_size=5), unique=True), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_sample_is_the_taps_and_both_samples_apply(found: list[str], asked: float, configured: float) -> None:
    one = arrival()
    given = shared_out([one], [thing(key) for key in found], Request(sample=asked), configured)
    sampled = {key for key in found if shapes.in_sample(key, asked) and shapes.in_sample(key, configured)}
    assert set(keys(given[one])) == sampled


def test_an_asked_prefix_narrows_every_arrivals_own() -> None:
    one = arrival(prefix="in/")
    objects = [thing("in/x/a"), thing("in/b"), thing("x/c")]
    assert keys(shared_out([one], objects, Request(prefix="in/x"), 1.0)[one]) == ["in/x/a"]


@pytest.mark.parametrize("second", [0, 10])
def test_both_ends_of_a_window_are_in(second: int) -> None:
    begin = NOW.replace(microsecond=0)
    window = Window(begin, begin + timedelta(seconds=10))
    assert window.has(begin + timedelta(seconds=second))
    for outside in (-1, 11):
        assert not window.has(begin + timedelta(seconds=outside))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-01-05T11:00", datetime(2026, 1, 5, 11, tzinfo=UTC)),
        ("2026-01-05T11:00:00Z", datetime(2026, 1, 5, 11, tzinfo=UTC)),
        ("2026-01-05T11:00:00+02:00", datetime(2026, 1, 5, 11, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_time_is_iso_in_utc_unless_it_says_otherwise_or_how_long_ago(text: str, time: datetime) -> None:
    assert moment(text, NOW) == time


@pytest.mark.parametrize("text", ["yesterday", "2", "h", "-2h", "2026-13-01", "9999d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        moment(text, NOW)


def test_a_window_is_from_the_default_until_now_and_begins_with_a_whole_second() -> None:
    since = NOW - timedelta(hours=1)
    assert window_of(Request(), since, NOW) == Window(since.replace(microsecond=0), NOW)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refused, match="--since 1h --until 2h: nothing can lie in a window"):
        window_of(Request(since="1h", until="2h"), NOW, NOW)


def test_a_request_says_what_was_asked_for() -> None:
    assert str(Request()) == "replay"
    asked = Request(since="2h", prefix="in/", sample=0.1, limit=3)
    assert str(asked) == "replay --since 2h --prefix in/ --sample 0.1 --limit 3"


def test_only_names_of_this_ghost_are_sent_to() -> None:
    for name in (GHOST.function("clean"), GHOST.piece("clean", "q"), GHOST.bucket("p-raw")):
        refuse_foreign(GHOST, name)
    for name in ("p-clean", GhostName("shop", "other").function("clean"), GhostName("shopb", "fix/late").bucket("x")):
        with pytest.raises(Refused, match="not of the ghost"):
            refuse_foreign(GHOST, name)


def event(one: Arrival, found: ProdObject | None = None) -> dict[str, Any]:
    on = lane(one, (), None)
    return shapes.event_of(created(found or thing("in/ä b.csv"), one, ACCOUNT), way(on))


def test_an_event_is_as_s3_would_have_sent_it_and_says_that_it_is_replayed() -> None:
    (record,) = event(arrival())["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["configurationId"] == "ghost-replay"
    assert record["s3"]["bucket"]["name"] == "p-raw"
    assert record["s3"]["object"] == {"key": "in/%C3%A4+b.csv", "size": 3, "eTag": "abc"}


def test_an_event_comes_in_the_arrivals_shape() -> None:
    topic = ACCOUNT.topic_arn("p-topic")
    (record,) = event(arrival(shape="sns", topic_arn=topic))["Records"]
    assert record["Sns"]["TopicArn"] == topic
    assert json.loads(record["Sns"]["Message"]) == event(arrival())
    assert event(arrival(shape="eventbridge"))["detail"]["object"]["key"] == "in/ä b.csv"
    assert event(arrival(shape="s3", raw=True, topic_arn=topic)) == event(arrival()), "raw delivery has no envelope"


def test_an_object_was_made_as_the_arrivals_filter_asks() -> None:
    copies = replace(arrival(), events=("s3:ObjectCreated:Copy",))
    assert event(copies)["Records"][0]["eventName"] == "ObjectCreated:Copy"
    assert takes_all_created(arrival()) and not takes_all_created(copies)


def test_a_mark_is_ordered_by_time_then_key() -> None:
    assert Mark(NOW, "b") < Mark(NOW + timedelta(seconds=1), "a") < Mark(NOW + timedelta(seconds=1), "b")
