"""What a ghost is expected to cost, by its plan alone. Pure.

A plan does not know how many files production gets, so the estimate is for 1,000 of them that go through every step,
and for a day on which none comes. What is assumed besides is said in words.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dbt_ghost.core.bill.bill import Bill, bill_of
from dbt_ghost.core.bill.prices import GB, Item, Prices
from dbt_ghost.core.bill.usage import Usage, Used, together
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.plan import Delete, Plan
from dbt_ghost.core.resources import (
    EventSourceMapping,
    Function,
    Notifications,
    Resource,
    kind_of,
    name_of,
)

FILES = Decimal(1000)
TYPICAL_S = Decimal(1)
LOG_BYTES = Decimal(500)
"""What Lambda itself writes of an invocation, rounded up: START, END and REPORT, with CloudWatch's 26 bytes each."""

POLLS_A_DAY = Decimal(5 * 86400 // 20)
"""Lambda asks an empty queue by five connections, each of which waits for 20 seconds."""

QUEUED = Decimal(3)
"""Requests of a message that is taken alone: sent, received, deleted."""

ASSUMED = "each step takes 1 s for a file, which comes alone and once, and leaves one file in each output"
WAREHOUSE = "the warehouse"
BESIDES = ("what your code reads, lists, logs and calls besides its file", WAREHOUSE)


@dataclass(frozen=True)
class Estimate:
    """`through` is for 1,000 files, `at_timeouts` too where each invocation takes until its timeout; `idle` for a day
    on which none comes. `assumed` is a sentence.
    """

    through: Bill
    at_timeouts: Bill
    idle: Bill
    assumed: str = ASSUMED


def estimated(plan: Plan, prices: Prices) -> Estimate | None:
    """None where no function is left of the ghost."""
    there = resources_after(plan)
    functions = {each.name: each for each in there if isinstance(each, Function)}
    if not functions:
        return None
    flow = _Flow(plan, there, functions)
    storage = f"storage (${prices.usd('s3_gb_month')} a month for each GB)"
    requests = together(flow.requests()) + Usage(besides=(storage, *BESIDES))
    return Estimate(
        through=bill_of(flow.time(TYPICAL_S) + requests, prices),
        at_timeouts=bill_of(flow.time(None) + requests, prices),
        idle=bill_of(Usage(tuple(_polls(there)), (storage, WAREHOUSE)), prices),
    )


def resources_after(plan: Plan) -> tuple[Resource, ...]:
    """What there is of the ghost once the plan is carried out."""
    there = {(kind_of(each), name_of(each)): each for each in plan.existing}
    for change in plan.changes:
        key = kind_of(change.resource), name_of(change.resource)
        if isinstance(change, Delete):
            there.pop(key, None)
        else:
            there[key] = change.resource
    return tuple(there.values())


@dataclass(frozen=True)
class _Flow:
    """1,000 files on their way through the ghost."""

    plan: Plan
    there: tuple[Resource, ...]
    functions: dict[str, Function]

    @property
    def sampled(self) -> Decimal:
        """How many of them the tap lets through."""
        tap = self.functions.get(self.plan.ghost.function(TAP))
        try:
            told = json.loads(dict(tap.environment)["GHOST_ROUTES"]) if tap else {}
            return FILES * Decimal(str(told.get("sample", 1)))
        except (KeyError, ValueError, ArithmeticError):
            return FILES

    def runs(self) -> Iterator[tuple[str, Decimal]]:
        """The steps that the ghost has a function for, the tap among them, and how often each runs."""
        heard = {each.bucket for each in self.plan.arrivals if each.by == "tap"}
        inside = sum(1 for hop in self.plan.flow if hop.shared)
        if taps := FILES * len(heard) + self.sampled * inside:
            yield TAP, taps
        yield from ((hop.step, self.sampled) for hop in self.plan.flow if not hop.shared)

    def time(self, seconds: Decimal | None) -> Usage:
        """GB-seconds where each run takes so long, or until its timeout."""
        used = []
        for step, runs in self.runs():
            function = self.functions[self.plan.ghost.function(step)]
            took = Decimal(function.timeout_s) if seconds is None else seconds
            used.append(Used(time_item(function), runs * took * function.memory_mb / 1024, step))
        return Usage(tuple(used))

    def requests(self) -> Iterator[Usage]:
        """All that does not depend on how long anything takes."""
        runs = sum((number for _, number in self.runs()), Decimal(0))
        put, read = self._puts(), self.sampled * (len(self.plan.flow) + len(self._staged()))
        yield _used("lambda_request", runs)
        yield _used("logs_gb", runs * LOG_BYTES / GB)
        yield _used("s3_put", self.sampled * put.total())
        yield _used("s3_get", read)
        told = [each for each in self.there if isinstance(each, Notifications)]
        yield _used("eventbridge_event", self.sampled * sum(put[each.bucket] for each in told if each.eventbridge))
        topics = [each.bucket for each in told for entry in each.entries if ":sns:" in entry.target_arn]
        yield _used("sns_publish", self.sampled * sum(put[bucket] for bucket in topics))
        yield _used("sqs_request", self.sampled * QUEUED * sum(isinstance(e, EventSourceMapping) for e in self.there))
        for function in self.plan.prod_invoked:
            yield Usage(besides=(f"the time of prod's function {function}, which serves the ghost",))

    def _staged(self) -> set[tuple[str, str]]:
        return {(each.bucket, each.to) for each in self.plan.arrivals if each.kind == "bucket"}

    def _puts(self) -> Counter[str]:
        """How many files each ghost bucket gets for one file of prod's."""
        written = [ghost for hop in self.plan.flow for _, ghost in hop.writes]
        return Counter([*written, *(ghost for _, ghost in self._staged())])


def time_item(function: Function) -> Item:
    """What a second of the function is priced by."""
    return "lambda_gb_second_arm64" if function.architecture == "arm64" else "lambda_gb_second_x86_64"


def _polls(there: tuple[Resource, ...]) -> Iterator[Used]:
    """A queue is asked whether anything comes or not."""
    for each in there:
        if isinstance(each, EventSourceMapping) and each.enabled:
            yield Used("sqs_request", POLLS_A_DAY, each.queue)


def _used(item: Item, quantity: Decimal) -> Usage:
    """Nothing where nothing is used: what a ghost has no use for is not on its bill."""
    return Usage((Used(item, quantity),)) if quantity else Usage()
