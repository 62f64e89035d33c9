"""A bill: what was used, at the prices of the table. Money is exact; nothing is rounded here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dbt_ghost.core.bill.prices import ITEMS, Item, Prices
from dbt_ghost.core.bill.usage import Usage


@dataclass(frozen=True)
class Line:
    """`quantity` of `unit` at `price` US dollars each. `at_least`: more of it was used than is known."""

    item: Item
    what: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    at_least: bool = False


@dataclass(frozen=True)
class Bill:
    """`unknown` are the reasons why the total is what it costs at least, a sentence each."""

    lines: tuple[Line, ...]
    total: Decimal
    unknown: tuple[str, ...]
    prices_as_of: date
    region: str

    @property
    def at_least(self) -> bool:
        """Is there more than what is in it?"""
        return bool(self.unknown)


@dataclass(frozen=True)
class Actual:
    """`so_far` is from `since`, when the ghost was made, to `until`; `a_month` what keeping its data costs from now."""

    since: datetime
    until: datetime
    so_far: Bill
    a_month: Bill


def bill_of(usage: Usage, prices: Prices) -> Bill:
    """One line an item, of what is known of it, in the order of the table; each unknown part is a reason."""
    lines = tuple(line for item in ITEMS if (line := _line(item, usage, prices)))
    return Bill(
        lines=lines,
        total=sum((line.amount for line in lines), Decimal(0)),
        unknown=tuple(dict.fromkeys([*_reasons(usage, prices), *usage.besides])),
        prices_as_of=prices.as_of,
        region=prices.region,
    )


def _line(item: Item, usage: Usage, prices: Prices) -> Line | None:
    found = [each.quantity for each in usage.used if each.item == item]
    known = [quantity for quantity in found if quantity is not None]
    quantity, partly = sum(known, Decimal(0)), len(known) < len(found)
    if not known or (partly and not quantity):  # at least nothing says nothing
        return None
    price, each = prices.table[item], prices.usd(item)
    return Line(item, price.what, quantity, price.unit, each, quantity * each, at_least=partly)


def _reasons(usage: Usage, prices: Prices) -> Iterator[str]:
    """What is not known for one reason is one sentence: `clean: Lambda requests, CloudWatch logs taken in: denied`."""
    what: dict[tuple[str, str], dict[str, None]] = {}
    for each in usage.used:
        if each.quantity is None:
            what.setdefault((each.by, each.why), {})[prices.table[each.item].what] = None
    for (by, why), items in what.items():
        yield ": ".join([*([by] if by else []), ", ".join(items), why])
