"""Which steps a fork takes, for chains of every shape."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import permutations

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep, forked_steps, output_buckets
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdBucket, Step, Topology, Trigger
from tests.prod_functions import ACCOUNT, prod_function

Chain = dict[str, tuple[str, str]]
"""Step -> (the buckets that trigger it, the buckets that it fills), by their letters."""

LINE: Chain = {"clean": ("r", "m"), "enrich": ("m", "o")}
FAN_OUT: Chain = {"a": ("r", "m"), "c": ("m", "x"), "d": ("m", "y"), "e": ("m", "z")}
FAN_IN: Chain = {"a": ("r", "m"), "b": ("s", "n"), "join": ("mn", "o")}
BESIDE: Chain = {"clean": ("r", "m"), "other": ("s", "m"), "enrich": ("m", "o")}


def topology_of(chain: Chain) -> Topology:
    return Topology(
        ACCOUNT,
        tuple(
            Step(name, prod_function(name), tuple(Trigger(b, BucketEvent(ACCOUNT.function_arn(name))) for b in sources))
            for name, (sources, _) in chain.items()
        ),
        tuple(ProdBucket(bucket, (), eventbridge=True) for bucket in "rsmnoxyz"),
    )


def fork(chain: Chain, *changed: str) -> dict[str, ForkedStep]:
    outputs = {name: tuple(filled) for name, (_, filled) in chain.items()}
    return {forked.step.name: forked for forked in forked_steps(topology_of(chain), outputs, changed)}


def buckets(triggers: tuple[Trigger, ...]) -> str:
    return "".join(trigger.bucket for trigger in triggers)


def test_a_changed_step_takes_all_that_follow_with_it() -> None:
    forked = fork(LINE, "clean")
    assert list(forked) == ["clean", "enrich"]
    assert [forked["clean"].chosen, forked["enrich"].chosen] == [True, False]
    assert buckets(forked["clean"].entry) == "r" and buckets(forked["enrich"].inner) == "m"


def test_the_steps_before_a_changed_one_stay_prods() -> None:
    assert list(fork(LINE, "enrich")) == ["enrich"]
    assert buckets(fork(LINE, "enrich")["enrich"].entry) == "m"


def test_where_nothing_changed_nothing_is_forked() -> None:
    assert fork(FAN_IN) == {}


def test_a_step_may_hear_the_ghost_and_prod() -> None:
    join = fork(FAN_IN, "a")["join"]
    assert (buckets(join.inner), buckets(join.entry)) == ("m", "n")


def test_a_step_that_fills_a_bucket_beside_a_forked_one_is_forked_too() -> None:
    """Else its files would be missing in the ghost, and look like an effect of the change."""
    forked = fork(BESIDE, "clean")
    assert set(forked) == {"clean", "other", "enrich"}
    assert buckets(forked["other"].entry) == "s"
    assert not forked["other"].chosen


@pytest.mark.parametrize("names", list(permutations(FAN_OUT)))
def test_equal_chains_give_equal_plans_however_they_are_written(names: tuple[str, ...]) -> None:
    assert list(fork({name: FAN_OUT[name] for name in names}, "a")) == ["a", "c", "d", "e"]


def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    program = "from tests.core.test_flow import FAN_OUT, fork; print(list(fork(FAN_OUT, 'a')))"
    orders = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert orders == {"['a', 'c', 'd', 'e']\n"}


def test_steps_that_feed_each_other_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"a -> b -> a|b -> a -> b"):
        fork({"a": ("r", "m"), "b": ("m", "r")}, "a")


def test_a_forked_step_that_nothing_triggers_is_refused() -> None:
    with pytest.raises(Refused, match="nothing that a ghost can follow triggers clean"):
        fork({"clean": ("", "m")}, "clean")


def test_what_triggers_a_step_and_cannot_be_followed_is_named() -> None:
    step = Step("clean", prod_function("clean"), (), unfollowed=("Kinesis stream orders",))
    with pytest.raises(Refused, match="triggers clean, only Kinesis stream orders"):
        forked_steps(Topology(ACCOUNT, (step,), ()), {"clean": ()}, ["clean"])


def test_a_declared_output_that_prod_does_not_set_is_refused() -> None:
    step = Step("clean", prod_function("p-clean", OUT="p-mid", EMPTY=""), ())
    assert output_buckets(step, ["OUT"]) == ("p-mid",)
    with pytest.raises(Refused, match="outputs names EMPTY, GONE"):
        output_buckets(step, ["OUT", "EMPTY", "GONE"])


@pytest.mark.parametrize("value", ["hunter2!", "s3://p-mid/", "p-mid/in/", "PG://u:p@host/db"])
def test_an_output_that_can_be_no_bucket_is_refused_and_not_shown(value: str) -> None:
    step = Step("clean", prod_function("p-clean", DB_PASSWORD=value), ())
    with pytest.raises(Refused, match="outputs names DB_PASSWORD, which holds no bucket's name") as refused:
        output_buckets(step, ["DB_PASSWORD"])
    assert value not in f"{refused.value.message}{refused.value.hint}"
