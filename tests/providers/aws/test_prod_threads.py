"""Discovery reads with many threads on one session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from dbt_ghost.operations.discover import WORKERS
from tests.providers.aws.stubbed import Answers


def test_threads_that_ask_at_once_get_one_client() -> None:
    session, together = Answers(), Barrier(WORKERS)

    def ask(_: int) -> Any:
        together.wait()
        return session.client("sqs")

    with ThreadPoolExecutor(WORKERS) as pool:
        assert len({id(client) for client in pool.map(ask, range(WORKERS))}) == 1


def test_no_thread_waits_for_a_connection() -> None:
    assert Answers().client("lambda").meta.config.max_pool_connections >= WORKERS
