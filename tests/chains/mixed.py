"""Productions whose hops go by different routes, and the settings that need most of the deployer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.config import GhostConfig
from tests.chains.chain import BUCKETS, PREFIX, STEPS, Chain, Hop, Route

PROJECT, STATE = "mixed", "mixed-ghost-state"


@dataclass(frozen=True)
class Mixed(Chain):
    """`routes` are those of the hops, in order; `route` is that of the first."""

    routes: tuple[Route, ...] = ()

    @property
    def hops(self) -> tuple[Hop, ...]:
        chains = [Chain(route, self.prefix, aware=self.aware) for route in self.routes]
        return tuple(Hop(chains[n], step, BUCKETS[n], BUCKETS[n + 1]) for n, step in enumerate(STEPS))


def mixed(name: str, *routes: Route, aware: bool = False) -> Mixed:
    return Mixed(routes[0], name, aware=aware, routes=routes)


COPIED = mixed("prod-copied", "sns_sqs", "sns", "eventbridge")
SHARED = mixed("prod-shared", "alias", "s3", "sqs", aware=True)


def config_of(chain: Mixed, boundaries: tuple[str, str] | None = None, **first: Any) -> GhostConfig:
    """`first` are more settings of the first step. `boundaries` are the ARNs of the steps' and of the tap's."""
    steps = {step: _step(chain, n) for n, step in enumerate(STEPS)}
    steps["first"] |= first
    ingestion: dict[str, Any] = {
        "state_bucket": STATE,
        "downstream": "share" if chain.aware else "replicate",
        "steps": steps,
    }
    if boundaries:
        ingestion["boundary"] = dict(zip(("step", "tap"), boundaries, strict=True))
    return GhostConfig.model_validate({"project": PROJECT, "databases": ["PROD"], "ingestion": ingestion})


def _step(chain: Mixed, number: int) -> dict[str, Any]:
    hop = chain.hops[number]
    env: dict[str, Any] = {"STEP": "copy"} | ({"IN": "copy"} if chain.aware else {})
    shared = {"ghost_aware": True} if chain.aware else {}
    return {"function": hop.function, "code": hop.step, "outputs": ["OUT"], "env": env, **shared}


def staged(chain: Mixed) -> dict[str, Any]:
    """Settings of a first step whose input is copied, with history, and whose functions run one at a time."""
    return {"input": "staged", "seed": [f"s3://{chain.bucket('raw')}/{PREFIX}"], "cap": 1}


def changed(settings: GhostConfig, **first: Any) -> GhostConfig:
    """With other settings of the first step."""
    read = settings.model_dump(exclude_unset=True, mode="json")
    read["ingestion"]["steps"]["first"] |= first
    return GhostConfig.model_validate(read)
