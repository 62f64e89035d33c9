"""How fast a replay is, beside a bare loop of as many concurrent invocations: `python bench/replay_rate.py`.

Both send the same keys to the same function on the local AWS, in turn in one run: a replay lists, builds its events,
and keeps its progress in the state bucket; the loop is a pool of threads that invoke with events made beforehand, each
as soon as it is free, which is all that the calls themselves allow. The function does nothing, so what a replay adds
shows most. Machine and load are the same within a pair; the figure to quote is the median of the pairs' ratios, which
should be at least 0.8. Makes nothing outside TMPDIR.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from dbt_ghost.core.blueprint.listening import ALL_CREATED, Arrival
from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.record import Record
from dbt_ghost.core.replay import Request, created, way
from dbt_ghost.core.resources import Function
from dbt_ghost.demo.production import install_state_bucket, make_bucket
from dbt_ghost.demo.production_documents import trust
from dbt_ghost.operations.replay import Replayer, Through
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.deliveries import AwsDeliveries, long_calls
from dbt_ghost.providers.aws.prod_objects import AwsProdObjects
from dbt_ghost.providers.aws.replays import AwsReplays
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import local_stack
from dbt_ghost.providers.process import SystemClock, ThisProcess
from dbt_ghost.tap import shapes

OBJECTS, AT_ONCE, PAIRS = 600, 4, 5
GHOST = GhostName("bench", "feature/x")
FUNCTION, PROD, STATE = GHOST.function("clean"), "bench-raw", "bench-state"
ARRIVAL = Arrival("clean", PROD, "", "", ALL_CREATED, "function", FUNCTION, "s3", "tap")
CONFIG = GhostConfig.model_validate(
    {"project": "bench", "databases": ["PROD"], "ingestion": {"steps": {"clean": {"function": "p-clean"}}}}
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder, local_stack(Path(folder) / "aws") as stack:
        session = Session("eu-west-1", endpoint=stack.url, access_key="111111111111", secret_key="test")
        through = built(session)
        loop = bare_loop(session, through)
        print("| pair | replay, objects a second | bare loop | replay / bare loop |")
        print("|---|---|---|---|")
        ratios = []
        seconds(loop)  # the function's processes are started
        for pair in range(1, PAIRS + 1):
            # Which one goes first changes, so that neither has the warmer machine.
            both = (lambda: replayed(session, through), loop)
            took = {action: seconds(action) for action in (both if pair % 2 else reversed(both))}
            replay, bare = (OBJECTS / took[action] for action in both)
            ratios.append(replay / bare)
            print(f"| {pair} | {replay:.0f} | {bare:.0f} | {ratios[-1]:.2f} |")
        print(f"\nmedian ratio of {PAIRS} pairs, {OBJECTS} objects, {AT_ONCE} at once: {statistics.median(ratios):.2f}")


def built(session: Session) -> Through:
    """Prod's objects, and a ghost with one function that does nothing."""
    make_bucket(session, PROD)
    install_state_bucket(session, STATE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        put = session.client("s3").put_object
        list(pool.map(lambda number: put(Bucket=PROD, Key=f"in/{number:06}.csv", Body=b"x"), range(OBJECTS)))
    account = session.account()
    session.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust())
    code = zipped({"app.py": b"def handler(event, context):\n    return None\n"})
    role = account.role_arn("role")
    session.client("lambda").create_function(
        FunctionName=FUNCTION, Role=role, Runtime="python3.11", Handler="app.handler", Code={"ZipFile": code}
    )
    now = SystemClock().now()
    names = {"project": "bench", "branch": GHOST.branch, "ghost": GHOST.id, "account": account.id}
    times = {"created_at": now, "updated_at": now, "expires_at": now + timedelta(days=1)}
    record = Record(**names, region=account.region, state="ready", **times)
    there = frozenset({Function(FUNCTION, role, "", "", "")})
    return Through(record, Plan(GHOST, account, "ready", (), there, arrivals=(ARRIVAL,)), CONFIG)


def replayer(session: Session) -> Replayer:
    return Replayer(
        objects=AwsProdObjects(session),
        deliveries=AwsDeliveries(long_calls(session), GHOST),
        replays=AwsReplays(session, STATE),
        clock=SystemClock(),
        process=ThisProcess(),
    )


def replayed(session: Session, through: Through) -> None:
    """All of it, from the first listing to the last write."""
    outcome = replayer(session).replay(Request(), through, AT_ONCE, fresh=True)
    if outcome.sent != OBJECTS or outcome.failed:
        sys.exit(f"sent {outcome.sent} of {OBJECTS}, {len(outcome.failed)} failed")


def bare_loop(session: Session, through: Through) -> Callable[[], None]:
    """Invokes the same function with the same events, which exist before the clock starts."""
    (lane,) = replayer(session).plan(Request(), through).lanes
    events = [shapes.event_of(created(each, ARRIVAL, session.account()), way(lane)) for each in lane.objects]
    payloads = [shapes.compact(event).encode() for event in events]
    client = long_calls(session).client("lambda")

    def send(payload: bytes) -> None:
        client.invoke(FunctionName=FUNCTION, InvocationType="RequestResponse", Payload=payload)["Payload"].read()

    def loop() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(send, payloads):
                pass

    return loop


def seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
