"""The sample: chosen by key, the same for everybody, of the promised size, small ones within large ones."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.tap.shapes import in_sample
from tests.tap.events import KEY, STEP, eventbridge, forwarded, from_topic, of_s3, route, sns

DAYS = [date(2013, 1, 1) + timedelta(days) for days in range(365)]
KEYS = {  # as real buckets have them: the keys of one listing differ in a few characters only
    "by day": [f"flights/year={d:%Y}/month={d:%m}/day={d:%d}/part-{n:05}.csv.gz" for d in DAYS for n in range(30)],
    "counted": [f"in/{number}" for number in range(10_000)],
    "by hour": [f"weather/{d:%Y-%m-%d}T{hour:02}:00:00Z.json" for d in DAYS for hour in range(24)],
    "in Japanese": [f"航空便/{d:%Y年%m月%d日}/{n}" for d in DAYS for n in range(30)],
}
SHARES = (0.01, 0.05, 0.25, 0.5, 0.9)


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("share", SHARES)
def test_the_share_of_keys_is_the_sample(share: float, keys: list[str]) -> None:
    found = sum(in_sample(key, share) for key in keys)
    deviation = (len(keys) * share * (1 - share)) ** 0.5
    assert abs(found - len(keys) * share) < 4 * deviation


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_no_day_and_no_neighbour_is_preferred(keys: list[str]) -> None:
    half = [in_sample(key, 0.5) for key in keys]
    changes = sum(one != other for one, other in pairwise(half))
    assert abs(changes - len(keys) / 2) < 4 * (len(keys) / 4) ** 0.5


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_key_of_a_small_sample_is_in_every_larger_one(key: str, one: float, other: float) -> None:
    assert in_sample(key, min(one, other)) <= in_sample(key, max(one, other))


@given(st.text())
def test_everything_is_in_the_whole_and_nothing_in_none(key: str) -> None:
    assert in_sample(key, 1.0) and not in_sample(key, 0.0)


def test_the_formula_stays() -> None:
    """Another formula would choose other keys: a ghost's rerun would not repeat its first run."""
    sha256sums = {"flights/1.csv": "a4e587b39e87", "é": "4a99557e4033"}  # as sha256sum prints them, the first 12 digits
    for key, digits in sha256sums.items():
        fraction = int(digits, 16) / 16**12
        assert in_sample(key, fraction + 1e-9) and not in_sample(key, fraction)


def test_an_object_outside_the_sample_is_logged_but_not_forwarded() -> None:
    done = forwarded(eventbridge(), route(), route(to={"function": "b"}), sample=0.0)
    assert done.to == [[]] and [line["sampled_out"] for line in done.lines] == [True] and not done.clients.invoked


def test_what_no_route_takes_is_not_said_to_be_sampled_out() -> None:
    assert "sampled_out" not in forwarded(eventbridge(), route(prefix="x"), sample=0.0).lines[0]


def test_every_route_from_every_source_has_the_same_sample() -> None:
    routes = [route(prefix="", suffix=""), from_topic(prefix="", suffix="")]
    keys = [f"a b/{number}+" for number in range(40)]
    singly = [bool(forwarded(eventbridge(key), *routes, sample=0.5).to[0]) for key in keys]
    together = forwarded(sns(of_s3(*keys)), *routes, sample=0.5)
    assert singly == [bool(to) for to in together.to] and 0 < sum(singly) < len(keys)
    ((function, payload),) = together.clients.invoked
    kept = json.loads(payload["Records"][0]["Sns"]["Message"])["Records"]
    assert function == STEP and len(kept) == sum(singly)


def test_another_bucket_or_route_does_not_change_the_choice() -> None:
    taken = [bool(forwarded(eventbridge(KEY), *[route()] * n, sample=0.5).to[0]) for n in (1, 2, 3)]
    assert taken == [in_sample(KEY, 0.5)] * 3
