"""What a fork costs in calls to AWS and in time, beside CloudFormation: `python -m bench.fork_calls`.

On the local AWS, in turn in one run, for chains of 1, 5 and 50 steps that do nothing:

- dbt-ghost: fork, the same fork again, drop;
- bare calls: the changing calls of that fork and drop alone, one after another, as a script would send them;
- CloudFormation: the same resources as one stack. That they are the same is checked, by planning a fork on them.

Calls are counted in botocore, so of CloudFormation only those of its client: what it calls itself is not seen. On the
local AWS it calls nothing and waits for nothing, but fills the server's tables within one call; so its seconds there
say how little a client has to send, and nothing of AWS. Clients are made beforehand. Makes nothing outside TMPDIR.

The local AWS works on one call at a time, so there what is sent at once is not done sooner. `--latency 0.05` lets each
call take 50 ms longer on its way, as a network does, which is waited for side by side.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.stack import Stack
from dbt_ghost.core.plan import Plan, Update, waves
from dbt_ghost.providers.local_stack import LocalStack, local_stack
from tests.local_aws import PROD_ACCOUNT, REGION, session_of
from tests.operations.counted import Counted, CountedSession, Kind
from tests.operations.long_chain import GHOST, STATE, LongChain, LongProject, drop, fork

STEPS, ROUNDS = (1, 5, 50), 3
OPERATIONS = FORK, AGAIN, DROP = "fork", "again, nothing to do", "drop"
GHOSTS, BARE, STACK = "dbt-ghost", "bare calls", "CloudFormation"
KINDS: tuple[Kind, ...] = ("changing", "record", "reading", "waiting")
SEEN_APART = {"max_event_age_s", "failures_arn"}
"""Given for a function's $LATEST, as CloudFormation asks, the local AWS does not show them for the function's name."""

FIRST_STEP, FURTHER_STEP = 22, 11
"""The most changing calls for the tap and the first step, and for each further one."""


@dataclass(frozen=True)
class Cost:
    counted: Counted
    seconds: float


Costs = dict[str, list[Cost]]
"""By operation, of every round."""


def main() -> None:
    head = ("steps", "operation", "by", *("changing", "record writes", "reading", "waiting"), *("seconds", "/ bare"))
    print(f"| {' | '.join((*head, '/ CloudFormation'))} |\n{'|---' * (len(head) + 1)}|", flush=True)
    goals: list[str] = []
    asked = arguments()
    for steps in asked.steps:
        with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder, local_stack(Path(folder) / "aws") as server:
            goals += measured(steps, server, Path(folder) / "checkout", asked)
    print("\n| steps | goal | found | |\n|---|---|---|---|")
    print("\n".join(goals))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fork_calls")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes longer")
    return parser.parse_args()


def measured(steps: int, server: LocalStack, folder: Path, asked: argparse.Namespace) -> list[str]:
    """Prints the rows of one chain; returns those of its goals."""
    chain = LongChain(steps)
    chain.build(session_of(server))
    session = CountedSession(REGION, server.url, PROD_ACCOUNT, STATE)
    project = chain.project(folder, session)
    planned = project.plan_fork(GHOST)
    stack = Stack(session, planned.plan, planned.code.package)
    costs: dict[str, Costs] = {by: {operation: [] for operation in OPERATIONS} for by in (GHOSTS, BARE, STACK)}
    ghost_round(project, session, costs[GHOSTS])  # all has run once, and the bare calls are known
    bare = {each: costs[GHOSTS][each].pop().counted for each in OPERATIONS}
    session.latency_s = asked.latency
    rounds: list[Callable[[], None]] = [
        lambda: ghost_round(project, session, costs[GHOSTS]),
        lambda: bare_round(session, bare, costs[BARE]),
        lambda: stack_round(project, session, stack, costs[STACK]),
    ]
    for number in range(asked.rounds):
        # Which one goes first changes, so that none has the warmer machine.
        for one in (*rounds[number % 3 :], *rounds[: number % 3]):
            one()
    show(steps, costs)
    return reached(steps, planned.plan, costs[GHOSTS])


def ghost_round(project: LongProject, session: CountedSession, costs: Costs) -> None:
    actions: tuple[Callable[[LongProject], Plan], ...] = (fork, fork, drop)
    for operation, action in zip(OPERATIONS, actions, strict=True):
        costs[operation].append(cost(session, partial(action, project)))


def bare_round(session: CountedSession, bare: dict[str, Counted], costs: Costs) -> None:
    """A ghost's own changing calls, one after another: what a script takes that looks at nothing."""

    def send(calls: Counted) -> None:
        for call in calls.calls:
            if call.kind == "changing":
                client = session.client(call.service)
                methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
                getattr(client, methods[call.operation])(**call.asked)

    for operation in (FORK, DROP):
        costs[operation].append(cost(session, partial(send, bare[operation])))


def stack_round(project: LongProject, session: CountedSession, stack: Stack, costs: Costs) -> None:
    costs[FORK].append(cost(session, stack.create))
    stack.tag_buckets()
    for change in project.plan_fork(GHOST).plan.changes:
        if not isinstance(change, Update) or set(change.what) - SEEN_APART:
            sys.exit(f"CloudFormation made something else: {change}")
    costs[AGAIN].append(cost(session, stack.update))
    costs[DROP].append(cost(session, stack.delete))
    if left := project.ghosts.look(GHOST).resources:
        sys.exit(f"CloudFormation left {left[0]}")


def cost(session: CountedSession, action: Callable[[], object]) -> Cost:
    begun = time.perf_counter()
    counted = session.of(action)
    return Cost(counted, time.perf_counter() - begun)


def median(costs: list[Cost]) -> float | None:
    return statistics.median(cost.seconds for cost in costs) if costs else None


def show(steps: int, costs: dict[str, Costs]) -> None:
    for operation in OPERATIONS:
        others = [median(costs[by][operation]) for by in (BARE, STACK)]
        for by in (GHOSTS, BARE, STACK):
            if took := median(costs[by][operation]):
                calls = (span([cost.counted.number(kind) for cost in costs[by][operation]]) for kind in KINDS)
                ratios = (f"{took / other:.1f}" if other else "" for other in others)
                row = (str(steps), operation, by, *calls, f"{took:.2f}", *ratios)
                print(f"| {' | '.join(row)} |", flush=True)


def span(numbers: list[int]) -> str:
    """Of the rounds: how often one waits is not the same each time."""
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least}-{most}"


def reached(steps: int, plan: Plan, costs: Costs) -> list[str]:
    """Each goal with what was found, of the last round."""
    made, again, gone = (costs[operation][-1].counted for operation in OPERATIONS)
    changing, records, budget = made.number("changing"), made.number("record"), FIRST_STEP + FURTHER_STEP * (steps - 1)
    most = len(waves(plan.changes)) + 2
    twice = ", ".join(f"{name} {times + 1} times" for name, times in again.repeated.items())
    nothing = again.number("changing"), again.number("record")
    at_once = [each.most_at_once.get("changing", 0) for each in (made, gone)]
    rows = [
        (f"a fork takes at most {budget} changing calls", f"{changing}", changing <= budget),
        (f"and {most} record writes: the lock, the plan, and one a wave", f"{records}", records <= most),
        ("nothing to do: no changing call, one record write", f"{nothing[0]}, {nothing[1]}", nothing == (0, 1)),
        ("nothing to do: one read round, nothing is read twice", twice or "none", not twice),
        ("changing calls are made at once, in fork and drop", f"{at_once[0]}, {at_once[1]}", min(at_once) > 1),
    ]
    return [f"| {steps} | {goal} | {found} | {'reached' if ok else 'MISSED'} |" for goal, found, ok in rows]


if __name__ == "__main__":
    main()
