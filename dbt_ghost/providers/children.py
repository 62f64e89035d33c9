"""Programs that we run and wait for, which end when we have to."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from dbt_ghost.core.errors import GhostError


@dataclass
class Children:
    """Runs programs, from several threads if need be; `stop` ends those that run, and no other begins after it."""

    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _stopped: bool = False

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end without input, and return what it said. Raises GhostError after `stop`."""
        with self._lock:
            if self._stopped:
                raise GhostError(f"{words[0]} was not started: we are stopping")
            process = subprocess.Popen(
                words,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            self._running.add(process)
        try:
            said, talk = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
            process.kill()  # where waiting was interrupted
        return subprocess.CompletedProcess(words, process.returncode, said, talk)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()
