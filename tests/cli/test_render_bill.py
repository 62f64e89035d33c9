"""What people and programs read of a ghost's costs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import click
import pytest

from dbt_ghost.core.bill.bill import Actual, Bill, bill_of
from dbt_ghost.core.bill.estimate import Estimate, estimated
from dbt_ghost.core.bill.usage import Usage, Used
from dbt_ghost.core.graph import graph_of_project
from dbt_ghost.core.plan import Plan
from dbt_ghost.providers.price_table import load
from ghost_cli.render import plan_text
from ghost_cli.render_bill import actual_json, bill_json, bill_lines, estimate_json, estimate_lines, money
from ghost_cli.render_html import plan_html
from tests.cli.typed import ghost_ingest
from tests.core.blueprint.grounds import by, chain, config, plan

PRICES = load()


@pytest.fixture
def made() -> Plan:
    return plan(chain(by("sqs")))


@pytest.fixture
def estimate(made: Plan) -> Estimate:
    found = estimated(made, PRICES)
    assert found is not None
    return found


@pytest.fixture
def bill() -> Bill:
    used = Used("lambda_request", Decimal(12_000)), Used("lambda_request", None, "clean", "denied")
    return bill_of(Usage((*used, Used("logs_gb", Decimal("0.00123456")))), PRICES)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.0000004", "$0.00000040"),
        ("0.00864", "$0.0086"),
        ("0.00996", "$0.0100"),
        ("0.01", "$0.01"),
        ("0.125", "$0.13"),
        ("1234567.891", "$1,234,567.89"),
    ],
)
def test_money_is_in_cents_and_what_is_less_is_never_shown_as_nothing(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


def test_a_bill_is_read_line_by_line(bill: Bill) -> None:
    assert list(bill_lines(bill, "Since it was made")) == [
        "Since it was made: at least $0.0030",
        "     $0.0024  at least 12,000 requests  Lambda requests",
        "    $0.00062                0.00123 GB  CloudWatch logs taken in",
        "  ? clean: Lambda requests: denied",
        f"  list prices of us-east-1 as of {PRICES.as_of}; other regions and contracts differ",
    ]


def test_a_bill_of_all_that_was_used_is_not_at_least() -> None:
    first, *_ = bill_lines(bill_of(Usage((Used("s3_put", Decimal(1000)),)), PRICES), "Bill")
    assert first == "Bill: $0.0050"


def test_programs_read_exact_money_as_text(bill: Bill) -> None:
    document = json.loads(json.dumps(bill_json(bill)))
    assert document["total"] == "0.00301728"
    assert document["at_least"] is True
    assert document["unknown"] == ["clean: Lambda requests: denied"]
    assert document["lines"][0] == {
        "item": "lambda_request",
        "what": "Lambda requests",
        "quantity": "12000",
        "unit": "requests",
        "price": "0.0000002",
        "amount": "0.0024",
        "at_least": True,
    }
    assert document["prices_as_of"] == PRICES.as_of.isoformat()


def test_an_actual_bill_says_of_which_time_it_is(bill: Bill) -> None:
    born = datetime(2026, 1, 5, 13, tzinfo=timezone(timedelta(hours=1)))
    month = bill_of(Usage((Used("s3_gb_month", Decimal(2)),)), PRICES)
    assert actual_json(Actual(born, born + timedelta(hours=1), bill, month)) == {
        "since": "2026-01-05T12:00:00+00:00",
        "until": "2026-01-05T13:00:00+00:00",
        "so_far": bill_json(bill),
        "a_month": bill_json(month),
    }


def test_an_estimate_is_four_lines_with_the_date_of_its_prices(estimate: Estimate) -> None:
    empty, cost, *others = estimate_lines(estimate)
    assert empty == ""
    assert len(others) == 3
    for bill in (estimate.through, estimate.at_timeouts, estimate.idle):
        assert money(bill.total) in cost
    assert PRICES.as_of.isoformat() in others[-1]
    assert all(why in others[1] for why in estimate.through.unknown)


def test_an_estimate_as_json_has_every_bill(estimate: Estimate) -> None:
    document = estimate_json(estimate)
    assert document is not None
    assert document["files"] == 1000
    assert [document[each]["total"] for each in ("through", "at_timeouts", "idle_day")] == [
        bill_json(each)["total"] for each in (estimate.through, estimate.at_timeouts, estimate.idle)
    ]
    assert document["assumed"] == estimate.assumed


def test_where_nothing_is_left_there_is_nothing_to_say() -> None:
    assert list(estimate_lines(None)) == []
    assert estimate_json(None) is None


def test_the_plan_says_its_cost_before_what_becomes_of_prod(made: Plan, estimate: Estimate) -> None:
    *_, price, empty, last = click.unstyle(plan_text(made, estimate)).splitlines()
    assert (price, empty) == (list(estimate_lines(estimate))[-1], "")
    assert last.startswith("Plan: ")
    assert "Cost: " not in plan_text(made)


def test_the_page_says_what_the_text_says(made: Plan, estimate: Estimate) -> None:
    graph, when = graph_of_project(chain(by("sqs")), config()), datetime(2026, 1, 5, tzinfo=UTC)
    root = ET.fromstring(plan_html(made, graph, when, estimate))
    shown = " ".join("".join(each.itertext()) for each in root.iter("section"))
    for line in estimate_lines(estimate):
        assert line.strip().removeprefix("Cost: ")[1:] in shown
    assert all(line.what in shown for line in estimate.through.lines)
    assert "What it costs" not in plan_html(made, graph, when)


@pytest.mark.usefixtures("production", "on_branch")
def test_plan_shows_the_estimate_as_text_and_as_json() -> None:
    text = ghost_ingest("plan").stdout
    assert "\n  Cost: about $0." in text
    document = json.loads(ghost_ingest("plan", "--json").stdout)["bill"]
    assert f"about {money(Decimal(document['through']['total']))} for 1,000 files" in text
    assert document["through"]["lines"][0]["item"] == "lambda_request"
    assert "What it costs" in ghost_ingest("plan", "--html", "-").stdout
