"""How long the proof of a fork of ten steps takes, as `plan` makes it: `python -m bench.prover`.

Each step has a role, a bucket and documents of its own, so little that is remembered of one step answers for another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.flow import StepCode
from dbt_ghost.core.iam.catalogue import Catalogue
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.policies.boundaries import step_boundary, tap_boundary
from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.core.proof.facts import IamFacts
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdBucket, Step, Topology, Trigger
from dbt_ghost.operations.code import CodeOfSteps
from dbt_ghost.operations.fork import plan_fork
from dbt_ghost.providers.iam_catalogue import load, version
from tests.core.blueprint.grounds import ACCOUNT, GHOST
from tests.prod_functions import prod_function

NAMES = [f"s{number}" for number in range(10)]
BOUNDARY = {"step": "steps-of-shop", "tap": "tap-of-shop"}


def main() -> None:
    bare, facts, loading = seconds(lambda: plan(None)), *facts_and_loading()
    first = seconds(lambda: plan(facts))
    proof = plan(facts).proof
    assert proof and proof.holds
    again = seconds(lambda: plan(facts)) - sum(loading[-1:])
    documents, findings = len(proof.documents), len(proof.findings)
    print("| what | seconds |\n|---|---|")
    print(f"| planning {len(NAMES)} steps without a proof | {bare:.2f} |")
    print(f"| loading the actions of the services that are named | {loading[0]:.2f} |")
    print(f"| {findings} findings about {documents} documents, in a new process | {first - bare - loading[0]:.2f} |")
    print(f"| the same once more | {again - bare:.2f} |")


def facts_and_loading() -> tuple[IamFacts, list[float]]:
    """The list gets the seconds of each load."""
    loading: list[float] = []

    def timed(services: Collection[str]) -> Catalogue:
        begun = time.perf_counter()
        catalogue = load(services)
        loading.append(time.perf_counter() - begun)
        return catalogue

    reach = reach_of(config(), topology())
    texts = zip(BOUNDARY.values(), (step_boundary(reach).text, tap_boundary(reach).text), strict=True)
    return IamFacts(timed, version(), {ACCOUNT.policy_arn(name): text for name, text in texts}), loading


def plan(facts: IamFacts | None) -> Plan:
    codes = {name: StepCode(f"sha of {name}", name == NAMES[0]) for name in NAMES}
    return plan_fork(config(), GHOST, topology(), CodeOfSteps(codes, "sha of the tap", {}), (), facts=facts)


def config() -> GhostConfig:
    steps = {name: {"function": f"p-{name}", "code": name, "outputs": ["OUT"]} for name in NAMES}
    ingestion = {"steps": steps, "boundary": BOUNDARY}
    return GhostConfig.model_validate({"project": "shop", "databases": ["PROD"], "ingestion": ingestion})


def topology() -> Topology:
    """b0 -> s0 -> b1 -> s1 -> ..., each step triggered by its bucket straight."""
    buckets = tuple(ProdBucket(f"b{number}", (), eventbridge=True) for number in range(len(NAMES) + 1))
    return Topology(ACCOUNT, tuple(_step(number) for number in range(len(NAMES))), buckets)


def _step(number: int) -> Step:
    function = replace(prod_function(f"p-{NAMES[number]}", OUT=f"b{number + 1}"), policies=())
    return Step(NAMES[number], function, (Trigger(f"b{number}", BucketEvent(function.arn, prefix="in/")),))


def seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
