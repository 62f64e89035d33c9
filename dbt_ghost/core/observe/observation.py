"""One observation: what was compared, what is thought of it, and what people read first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dbt_ghost.core.bill.bill import Actual
from dbt_ghost.core.config.release import ObserveConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.gate import Halves, Verdict, judge
from dbt_ghost.core.observe.headline import headline


@dataclass(frozen=True)
class Observation:
    """Of the ghost of a branch, `at` a time. `headline` are sentences, the most important first."""

    ghost: GhostName
    at: datetime
    halves: Halves
    verdict: Verdict
    headline: tuple[str, ...]
    bill: Actual | None = None


def observed(
    ghost: GhostName, at: datetime, halves: Halves, config: ObserveConfig, bill: Actual | None = None
) -> Observation:
    """`bill` is what the ghost has cost, None where that was not asked."""
    verdict = judge(halves, config, at)
    return Observation(ghost, at, halves, verdict, headline(halves, verdict), bill)
