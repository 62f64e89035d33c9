"""What a ghost costs, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dbt_ghost.core.bill.bill import Actual, Bill, Line
from dbt_ghost.core.bill.estimate import FILES, Estimate

CENT = Decimal("0.01")


def money(amount: Decimal) -> str:
    """`$1,234.56`; below a cent two digits that say something: `$0.00042`."""
    if not amount or amount >= CENT:
        return f"${amount.quantize(CENT, ROUND_HALF_UP):,}"
    return f"${amount.quantize(Decimal(1).scaleb(amount.adjusted() - 1), ROUND_HALF_UP):f}"


def estimate_lines(estimate: Estimate | None) -> Iterator[str]:
    """Four lines after an empty one; nothing for None."""
    if estimate is None:
        return
    through = estimate.through
    yield ""
    yield (
        f"  Cost: about {money(through.total)} for {FILES:,} files through every step "
        f"({money(estimate.at_timeouts.total)} at the functions' timeouts), "
        f"{money(estimate.idle.total)} for a day without any"
    )
    yield f"    if {estimate.assumed}"
    yield f"    not in it: {'; '.join(through.unknown)}"
    yield f"    {_prices_of(through)}"


def estimate_json(estimate: Estimate | None) -> dict[str, Any] | None:
    """Null where there is nothing to pay for."""
    if estimate is None:
        return None
    return {
        "files": int(FILES),
        "through": bill_json(estimate.through),
        "at_timeouts": bill_json(estimate.at_timeouts),
        "idle_day": bill_json(estimate.idle),
        "assumed": estimate.assumed,
    }


def actual_json(actual: Actual) -> dict[str, Any]:
    """The bill since the ghost was made, and what keeping its data costs a month from now."""
    return {
        "since": actual.since.astimezone(UTC).isoformat(),
        "until": actual.until.astimezone(UTC).isoformat(),
        "so_far": bill_json(actual.so_far),
        "a_month": bill_json(actual.a_month),
    }


def bill_lines(bill: Bill, title: str) -> Iterator[str]:
    """`title`, what each item comes to, and what is not known."""
    yield f"{title}: {'at least ' if bill.at_least else ''}{money(bill.total)}"
    shown = [(quantity_of(line), line) for line in bill.lines]
    width = max((len(quantity) for quantity, _ in shown), default=0)
    for quantity, line in shown:
        yield f"  {money(line.amount):>10}  {quantity:>{width}}  {line.what}"
    yield from (f"  ? {why}" for why in bill.unknown)
    yield f"  {_prices_of(bill)}"


def bill_json(bill: Bill) -> dict[str, Any]:
    """Money as text, since JSON's numbers are not exact; `at_least`: there is more than what is in it."""
    return {
        "total": plain(bill.total),
        "currency": "USD",
        "at_least": bill.at_least,
        "lines": [_line_json(line) for line in bill.lines],
        "unknown": list(bill.unknown),
        "prices_as_of": bill.prices_as_of.isoformat(),
        "prices_region": bill.region,
    }


def quantity_of(line: Line) -> str:
    """`12,000 requests`, `at least 3.4 GB-seconds`."""
    number = line.quantity
    digits = 0 if number == number.to_integral_value() else 2 if number >= 1 else 3 - number.adjusted() - 1
    return f"{'at least ' if line.at_least else ''}{number:,.{digits}f} {line.unit}"


def plain(number: Decimal) -> str:
    """All its digits and no more: no exponent, no zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "item": line.item,
        "what": line.what,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "price": plain(line.price),
        "amount": plain(line.amount),
        "at_least": line.at_least,
    }


def _prices_of(bill: Bill) -> str:
    return f"list prices of {bill.region} as of {bill.prices_as_of.isoformat()}; other regions and contracts differ"
