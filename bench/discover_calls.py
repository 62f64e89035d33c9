"""How reading production grows with it: `python -m bench.discover_calls`.

Discover and plan for 10, 100 and 1,000 functions on the local AWS, each with its own role and its own bucket that
triggers it; the branch changes the last of them. Nothing is changed. Calls must be linear; seconds are quoted as ratios
per function. Makes nothing outside TMPDIR.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from dbt_ghost.operations.apply import see
from dbt_ghost.providers.local_stack import LocalStack, local_stack
from tests.local_aws import PROD_ACCOUNT, REGION, session_of
from tests.operations.counted import CountedSession
from tests.operations.long_chain import GHOST, STATE, LongChain

FUNCTIONS, RUNS = (10, 100, 1000), 3
TOLERANCE = 1.02
"""Listings have pages of 50 functions and more, so the last page's fill is in the calls."""


def main() -> None:
    print(
        "| functions | calls | per function | and besides | most at once | seconds | a function's time / the first's |"
    )
    print("|---|---|---|---|---|---|---|")
    sizes = tuple(map(int, sys.argv[1:])) or FUNCTIONS
    found: list[tuple[int, int, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="ghost-bench-") as folder, local_stack(Path(folder) / "aws") as server:
            calls, at_once, took = measured(size, server, Path(folder) / "checkout")
        found.append((size, calls, took))
        each, besides = slope(found)
        ratio = took / size / (found[0][2] / found[0][0])
        print(f"| {size} | {calls} | {each} | {besides} | {at_once} | {took:.2f} | {ratio:.2f} |", flush=True)
    slopes = [float(slope([one, other])[0]) for one, other in pairwise(found)]
    linear = max(slopes) <= min(slopes) * TOLERANCE
    print(f"\ncalls are {'linear' if linear else 'NOT linear'}: {min(slopes):g} to {max(slopes):g} a function more")


def measured(size: int, server: LocalStack, folder: Path) -> tuple[int, int, float]:
    """Calls, the most at once, and the median of the runs' seconds."""
    chain = LongChain(size, changed=-1)
    chain.build(session_of(server))
    session = CountedSession(REGION, server.url, PROD_ACCOUNT, STATE)
    project = chain.project(folder, session)
    see(project.ghosts, project.records, GHOST)  # connections are open, and we know who we are
    times, counts, at_once = [], set(), 0
    for _ in range(RUNS):
        begun = time.perf_counter()
        counted = session.of(lambda: project.plan_fork(GHOST))
        times.append(time.perf_counter() - begun)
        counts.add(counted.number("reading"))
        at_once = max(at_once, counted.most_at_once["reading"])
        if counted.number("reading") != len(counted.calls):
            sys.exit(f"not only reads: {counted.names('changing')}")
    (calls,) = counts  # the same each time
    return calls, at_once, statistics.median(times)


def slope(found: list[tuple[int, int, float]]) -> tuple[str, str]:
    """Of the last two sizes: calls per function, and those that do not depend on how many there are."""
    if len(found) < 2:
        return "", ""
    (fewer, less, _), (more, calls, _) = found[-2:]
    each = (calls - less) / (more - fewer)
    return f"{each:g}", f"{calls - each * more:g}"


if __name__ == "__main__":
    main()
