"""One wave of changes, made at once: threads, because every change waits for the network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.plan import Change
from dbt_ghost.operations.journal import Journal

AT_ONCE = 10
"""Enough to hide how long AWS takes, and few enough that it does not ask for fewer."""


@dataclass
class Wave:
    """Makes changes that do not need each other. Everything but `perform` runs in the thread that calls `make`.

    `look_s`: seconds after which the lease is looked at even if no change ended.
    """

    perform: Callable[[Change], None]
    watch: Callable[[Change], None]
    journal: Journal
    look_s: float
    running: dict[Future[None], int] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)

    def make(self, changes: Iterable[tuple[int, Change]]) -> None:
        """The changes with their numbers in the plan. After an error none is begun, and those that run are waited for.

        Raises the first error then; the others' messages are added to it.
        """
        waiting = deque(changes)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                while self.running or (waiting and not self.errors):
                    while waiting and not self.errors and len(self.running) < AT_ONCE:
                        number, change = waiting.popleft()
                        self.watch(change)
                        self.running[pool.submit(self.perform, change)] = number
                    self._note(wait(self.running, self.look_s, FIRST_COMPLETED).done)
                    self._keep_lease()
            finally:  # Ctrl-C comes here while changes run
                self._note(wait(self.running).done)
        if self.errors:
            _raise(self.errors)

    def _note(self, ended: Iterable[Future[None]]) -> None:
        """A change whose thread was killed has no outcome: it may have happened."""
        for number, future in sorted((self.running.pop(future), future) for future in ended):
            error = future.exception()
            if error is None or isinstance(error, Exception):
                self.journal.outcomes[number] = "failed" if error else "done"
            self.errors += [error] if error else []

    def _keep_lease(self) -> None:
        try:
            self.journal.keep_lease()
        except GhostError as error:
            if error.message not in {str(known) for known in self.errors}:
                self.errors.append(error)


def _raise(errors: list[BaseException]) -> None:
    first = next((error for error in errors if not isinstance(error, Exception)), errors[0])
    others = [str(error) for error in errors if error is not first]
    if isinstance(first, GhostError) and others:
        raise type(first)("\nand ".join([first.message, *others]), first.hint) from first
    raise first
