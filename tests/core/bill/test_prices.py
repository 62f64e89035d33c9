"""The table of prices: dated, exact, whole, and nothing in it that no bill uses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dbt_ghost.core.bill.bill import bill_of
from dbt_ghost.core.bill.prices import CREDITS, ITEMS, read_prices
from dbt_ghost.core.bill.usage import Usage, Used
from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.price_table import FILE, load

TEXT = FILE.read_text(encoding="utf-8")


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(TEXT)
    change(document)
    return json.dumps(document)


def test_the_table_has_a_date_and_says_where_it_holds() -> None:
    prices = load()
    assert date(2026, 1, 1) < prices.as_of
    assert prices.as_of.isoformat() == json.loads(TEXT)["as_of"]
    assert prices.region == "us-east-1"
    assert "Other regions differ" in prices.note


def test_every_price_is_a_positive_amount_as_text_with_an_address_of_its_vendor() -> None:
    for item, entry in json.loads(TEXT)["prices"].items():
        assert isinstance(entry["price"], str), item
        assert Decimal(entry["price"]) > 0, item
        assert entry["source"].startswith(("https://aws.amazon.com/", "https://www.snowflake.", "https://docs.snow"))


@pytest.mark.parametrize("item", ITEMS)
def test_every_price_is_on_the_bill_of_who_used_it(item: str) -> None:
    (line,) = bill_of(Usage(tuple(Used(each, Decimal(1)) for each in ITEMS if each == item)), load()).lines
    price = load().table[line.item]
    assert (line.what, line.unit) == (price.what, price.unit)
    assert line.amount > 0


def test_credits_are_worth_what_the_edition_asks() -> None:
    prices = {edition: load(edition) for edition in CREDITS}
    ratio = prices["enterprise"].usd("snowpipe_gb") / prices["standard"].usd("snowpipe_gb")
    table = load().table
    assert ratio == table["snowflake_credit_enterprise"].amount / table["snowflake_credit_standard"].amount
    assert prices["standard"].usd("s3_put") == prices["enterprise"].usd("s3_put")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("as_of"),
        lambda document: document.update(as_of="some day"),
        lambda document: document["prices"].pop("s3_put"),
        lambda document: document["prices"].update(tea=document["prices"]["s3_put"]),
        lambda document: document["prices"]["s3_put"].update(price=0.005),
        lambda document: document["prices"]["s3_put"].update(price="0"),
        lambda document: document["prices"]["s3_put"].update(price="-1"),
        lambda document: document["prices"]["s3_put"].update(price="NaN"),
        lambda document: document["prices"]["s3_put"].update(price="Infinity"),
        lambda document: document["prices"]["s3_put"].update(price="five"),
        lambda document: document["prices"]["s3_put"].update(**{"in": "EUR"}),
    ],
)
def test_a_damaged_table_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert read_prices(TEXT) == load()
    with pytest.raises(GhostError, match="the table of prices cannot be read"):
        read_prices(changed(change))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(GhostError, match="the table of prices cannot be read"):
        read_prices(TEXT[:-10])
