"""What one unit of each thing costs, as prices.json has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from dbt_ghost.core.errors import GhostError

Item = Literal[
    "lambda_request",
    "lambda_gb_second_x86_64",
    "lambda_gb_second_arm64",
    "s3_put",
    "s3_get",
    "s3_gb_month",
    "eventbridge_event",
    "sqs_request",
    "sns_publish",
    "logs_gb",
    "snowflake_credit_standard",
    "snowflake_credit_enterprise",
    "snowflake_tb_month",
    "snowpipe_gb",
]
Edition = Literal["standard", "enterprise"]

ITEMS: tuple[Item, ...] = get_args(Item)
CREDITS: Mapping[Edition, Item] = {
    "standard": "snowflake_credit_standard",
    "enterprise": "snowflake_credit_enterprise",
}
GB = Decimal(2**30)
TB = Decimal(2**40)
MONTH_S = Decimal(730 * 3600)
"""A month as AWS's calculator has it: 730 hours."""


@dataclass(frozen=True)
class Price:
    """`amount` in US dollars, or Snowflake's `credits`, for each `per` units. `unsure`: what is not certain of it."""

    what: str
    amount: Decimal
    money: Literal["USD", "credits"]
    per: Decimal
    unit: str
    source: str
    unsure: str = ""


@dataclass(frozen=True)
class Prices:
    """A price of every item; `as_of` is when they were looked up, `edition` the one that credits are priced by."""

    as_of: date
    region: str
    note: str
    table: Mapping[Item, Price]
    edition: Edition = "standard"

    def usd(self, item: Item) -> Decimal:
        """US dollars for one unit."""
        price = self.table[item]
        each = price.amount / price.per
        return each * self.usd(CREDITS[self.edition]) if price.money == "credits" else each


def read_prices(text: str, edition: Edition = "standard") -> Prices:
    """Prices of JSON as in prices.json, amounts as text. Raises GhostError where it is not so."""
    try:
        document = json.loads(text)
        table = {item: _price(document["prices"][item]) for item in ITEMS}
        if strange := sorted(document["prices"].keys() - set(ITEMS)):
            raise ValueError(f"nothing is priced by {', '.join(strange)}")
        as_of = date.fromisoformat(document["as_of"])
        return Prices(as_of, document["region"], document["note"], table, edition)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise GhostError(f"the table of prices cannot be read: {error!r}", "install dbt-ghost again") from error


def _price(entry: Mapping[str, Any]) -> Price:
    if entry["in"] not in ("USD", "credits"):
        raise ValueError(f"a price in {entry['in']}")
    return Price(
        what=entry["what"],
        amount=_positive(entry["price"]),
        money=entry["in"],
        per=_positive(entry["per"]),
        unit=entry["unit"],
        source=entry["source"],
        unsure=entry.get("unsure", ""),
    )


def _positive(text: Any) -> Decimal:
    """JSON's own numbers are not exact, so amounts are text."""
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is not text")
    number = Decimal(text)
    if not (number.is_finite() and number > 0):
        raise ValueError(f"{text} is no price")
    return number
