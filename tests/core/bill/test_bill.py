"""A bill adds up exactly, and what nobody knows is never nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.bill.bill import bill_of
from dbt_ghost.core.bill.prices import ITEMS
from dbt_ghost.core.bill.usage import Usage, Used, together
from dbt_ghost.providers.price_table import load

PRICES = load()


def test_a_line_is_quantity_times_price() -> None:
    bill = bill_of(Usage((Used("s3_put", Decimal(12_000), "mid"), Used("s3_put", Decimal(3_000), "out"))), PRICES)
    (line,) = bill.lines
    assert (line.quantity, line.unit, line.price) == (15_000, "requests", Decimal("0.000005"))
    assert line.amount == bill.total == Decimal("0.075")
    assert (bill.at_least, bill.unknown, line.at_least) == (False, (), False)


def test_snowpipe_is_billed_in_credits() -> None:
    (line,) = bill_of(Usage((Used("snowpipe_gb", Decimal(1000)),)), PRICES).lines
    assert line.amount == 1000 * PRICES.table["snowpipe_gb"].amount * PRICES.usd("snowflake_credit_standard")


def test_what_is_unknown_is_no_line_and_makes_the_total_a_least() -> None:
    bill = bill_of(Usage((Used("lambda_request", None, "clean", "denied"), Used("s3_put", Decimal(1000)))), PRICES)
    assert [line.item for line in bill.lines] == ["s3_put"]
    assert bill.unknown == ("clean: Lambda requests: denied",)
    assert bill.at_least


def test_a_line_of_which_a_part_is_unknown_says_at_least() -> None:
    used = Used("lambda_request", Decimal(5), "clean"), Used("lambda_request", None, "enrich", "denied")
    (line,) = bill_of(Usage(used), PRICES).lines
    assert (line.quantity, line.at_least) == (5, True)


def test_nothing_known_of_what_is_partly_unknown_is_no_line() -> None:
    bill = bill_of(Usage((Used("s3_put", Decimal(0), "mid"), Used("s3_put", None, "out", "denied"))), PRICES)
    assert (bill.lines, bill.at_least) == ((), True)
    assert bill_of(Usage((Used("s3_put", Decimal(0), "mid"),)), PRICES).lines[0].amount == 0


def test_items_that_one_reason_hides_share_a_sentence() -> None:
    used = [Used(item, None, step, "denied") for step in ("clean", "enrich") for item in ("lambda_request", "logs_gb")]  # type: ignore[arg-type]
    told = "Lambda requests, CloudWatch logs taken in: denied"
    assert bill_of(Usage(tuple(used)), PRICES).unknown == (f"clean: {told}", f"enrich: {told}")


def test_a_reason_that_several_have_is_said_once() -> None:
    usage = Usage(besides=("the warehouse",))
    assert bill_of(usage + usage, PRICES).unknown == ("the warehouse",)


def test_a_bill_names_the_date_and_region_of_its_prices() -> None:
    bill = bill_of(Usage(), replace(PRICES, region="eu-west-1"))
    assert (bill.prices_as_of, bill.region, bill.total) == (PRICES.as_of, "eu-west-1", 0)


@pytest.mark.parametrize(("quantity", "why"), [(None, ""), (Decimal(0), "denied")])
def test_a_figure_is_known_or_has_a_reason(quantity: Decimal | None, why: str) -> None:
    with pytest.raises(ValueError, match="a quantity or a reason"):
        Used("s3_put", quantity, why=why)


@given(st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(0, 10**9)), max_size=20))
def test_the_total_is_the_same_however_usage_is_cut(parts: list[tuple[str, int]]) -> None:
    used = [Used(item, Decimal(number)) for item, number in parts]  # type: ignore[arg-type]
    whole = bill_of(Usage(tuple(used)), PRICES)
    assert bill_of(together(Usage((each,)) for each in reversed(used)), PRICES) == whole
    assert whole.total == sum(each.quantity * PRICES.usd(each.item) for each in used if each.quantity is not None)
