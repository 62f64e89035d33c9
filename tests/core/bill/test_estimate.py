"""What a plan's ghost is expected to cost, per 1,000 files and for a day without any."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from dbt_ghost.core.bill.bill import Bill
from dbt_ghost.core.bill.estimate import FILES, LOG_BYTES, POLLS_A_DAY, Estimate, estimated, resources_after
from dbt_ghost.core.bill.prices import Item
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Delete, Plan, Update
from dbt_ghost.core.resources import EventSourceMapping, Function, Resource, pairs
from dbt_ghost.providers.price_table import load
from tests.core.blueprint.grounds import GHOST, by, chain, config, plan

PRICES = load()
SHARE = config(
    {
        "steps": {
            "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]},
            "enrich": {"function": "p-enrich", "outputs": ["OUT"], "downstream": "share", "ghost_aware": True},
        }
    }
)


def estimate(made: Plan) -> Estimate:
    found = estimated(made, PRICES)
    assert found is not None
    return found


def quantity(bill: Bill, item: Item) -> Decimal:
    return sum((line.quantity for line in bill.lines if line.item == item), Decimal(0))


def time(bill: Bill) -> Decimal:
    return quantity(bill, "lambda_gb_second_x86_64") + quantity(bill, "lambda_gb_second_arm64")


def function(made: Plan, step: str) -> Function:
    (found,) = (e for e in resources_after(made) if isinstance(e, Function) and e.name == GHOST.function(step))
    return found


def with_function(made: Plan, step: str, **other: int | str) -> Plan:
    old = function(made, step)
    new = replace(old, **other)  # type: ignore[arg-type]
    changed = tuple(replace(change, resource=new) if change.resource == old else change for change in made.changes)
    return replace(made, changes=changed)


@pytest.fixture
def made() -> Plan:
    """By the tap: every file runs the tap and two steps."""
    return plan(chain(by("s3")))


def test_each_function_runs_once_for_each_file(made: Plan) -> None:
    assert quantity(estimate(made).through, "lambda_request") == 3 * FILES


def test_what_lambda_itself_writes_of_each_run_is_logged(made: Plan) -> None:
    assert quantity(estimate(made).through, "logs_gb") == 3 * FILES * LOG_BYTES / 2**30


def test_a_step_that_hears_prod_by_itself_needs_no_tap() -> None:
    assert quantity(estimate(plan(chain(by("eventbridge")))).through, "lambda_request") == 2 * FILES


def test_time_is_that_of_the_memory_that_the_plan_gives(made: Plan) -> None:
    before, memory = time(estimate(made).through), function(made, "clean").memory_mb
    more = time(estimate(with_function(made, "clean", memory_mb=memory + 1024)).through)
    assert more - before == FILES


def test_time_is_priced_by_the_architecture(made: Plan) -> None:
    arm, x86 = (estimate(with_function(made, "clean", architecture=each)).through for each in ("arm64", "x86_64"))
    assert time(arm) == time(x86)
    assert arm.total < x86.total


def test_at_the_timeouts_it_is_the_time_alone_that_grows(made: Plan) -> None:
    both = estimate(with_function(made, "clean", timeout_s=900))
    memory, timeouts = {each: function(made, each).memory_mb for each in (TAP, "clean", "enrich")}, {"clean": 900}
    seconds = {each: timeouts.get(each, function(made, each).timeout_s) for each in memory}
    assert time(both.at_timeouts) == sum(FILES * memory[each] * seconds[each] / 1024 for each in memory)
    for item in ("lambda_request", "s3_put", "s3_get", "logs_gb"):
        assert quantity(both.at_timeouts, item) == quantity(both.through, item)  # type: ignore[arg-type]


def test_files_are_read_and_written_once_a_step(made: Plan) -> None:
    through = estimate(made).through
    assert (quantity(through, "s3_put"), quantity(through, "s3_get")) == (2 * FILES, 2 * FILES)


def test_a_staged_input_is_looked_at_and_copied_besides() -> None:
    through = estimate(plan(chain(by("s3")), config(input="staged"))).through
    assert (quantity(through, "s3_put"), quantity(through, "s3_get")) == (3 * FILES, 3 * FILES)


def test_a_sample_runs_the_tap_for_every_file_and_the_steps_for_its_share() -> None:
    through = estimate(plan(chain(by("s3")), config({"sample": 0.1}))).through
    assert quantity(through, "lambda_request") == FILES + 2 * FILES / 10
    assert quantity(through, "s3_put") == 2 * FILES / 10


def test_a_tap_whose_routes_cannot_be_read_is_taken_to_let_all_through(made: Plan) -> None:
    tap = function(made, TAP)
    blind = replace(tap, environment=pairs({"GHOST_ROUTES": "{"}))
    changed = tuple(replace(each, resource=blind) if each.resource == tap else each for each in made.changes)
    assert estimate(replace(made, changes=changed)) == estimate(made)


def test_only_events_of_ghost_buckets_that_send_them_to_eventbridge_cost() -> None:
    assert quantity(estimate(plan(chain(by("eventbridge")))).through, "eventbridge_event") == 0
    inner = plan(chain(by("s3"), replace(by("eventbridge"), bucket="p-mid")))
    assert quantity(estimate(inner).through, "eventbridge_event") == FILES


def test_a_queue_costs_three_requests_a_file_and_its_polls_when_none_comes(made: Plan) -> None:
    queued = estimate(plan(chain(by("sqs"))))
    assert quantity(queued.through, "sqs_request") == 3 * FILES
    assert quantity(queued.idle, "sqs_request") == POLLS_A_DAY
    assert estimate(made).idle.total == 0


def test_a_paused_queue_is_not_polled() -> None:
    paused = plan(chain(by("sqs")), config({"paused": True}))
    assert any(isinstance(each, EventSourceMapping) for each in resources_after(paused))
    assert estimate(paused).idle.total == 0


def test_messages_of_the_ghosts_own_topics_cost_and_those_of_prods_do_not() -> None:
    inner = plan(chain(by("s3"), by("sns", "p-mid")))
    assert quantity(estimate(inner).through, "sns_publish") == FILES
    assert quantity(estimate(plan(chain(by("sns")))).through, "sns_publish") == 0


def test_a_shared_step_runs_the_tap_once_more_and_its_own_time_is_not_known() -> None:
    through = estimate(plan(chain(by("s3")), SHARE)).through
    assert quantity(through, "lambda_request") == 3 * FILES  # the tap twice
    assert "the time of prod's function p-enrich, which serves the ghost" in through.unknown


def test_what_no_plan_knows_is_said(made: Plan) -> None:
    found = estimate(made)
    for bill in (found.through, found.at_timeouts, found.idle):
        assert bill.at_least
        assert {"the warehouse", "storage ($0.023 a month for each GB)"} <= set(bill.unknown)


def test_it_is_of_what_is_there_once_the_plan_is_carried_out(made: Plan) -> None:
    there: frozenset[Resource] = frozenset(resources_after(made))
    nothing_to_do = replace(made, changes=(), existing=there)
    assert estimate(nothing_to_do) == estimate(made)
    smaller = replace(function(made, "clean"), memory_mb=128)
    updated = replace(nothing_to_do, changes=(Update(smaller, ("memory_mb",)),))
    assert time(estimate(updated).through) < time(estimate(made).through)


def test_a_ghost_that_is_gone_costs_nothing_to_speak_of(made: Plan) -> None:
    there = resources_after(made)
    gone = replace(made, existing=frozenset(there), changes=tuple(map(Delete, there)), flow=(), arrivals=())
    assert resources_after(gone) == ()
    assert estimated(gone, PRICES) is None
