"""The table of prices that comes with dbt-ghost."""

from __future__ import annotations

from pathlib import Path

from dbt_ghost.core.bill.prices import Edition, Prices, read_prices

FILE = Path(__file__).parents[1] / "core" / "bill" / "prices.json"


def load(edition: Edition = "standard") -> Prices:
    """`edition` is Snowflake's, for the price of a credit. Raises GhostError for a table that is damaged."""
    return read_prices(FILE.read_text(encoding="utf-8"), edition)
