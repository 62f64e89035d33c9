"""One dbt process that stays: starting dbt takes seconds, a command in one that runs takes a part of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any


class DbtWorker:
    """`with DbtWorker() as worker: worker.run(["run-operation", ...], environment)` gives {ok, lines, error}."""

    def __init__(self) -> None:
        ours, theirs = os.pipe()
        self._answers = os.fdopen(ours)
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs],
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        os.close(theirs)

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"words": list(words), "environment": dict(environment)}) + "\n")
        self._process.stdin.flush()
        answer = self._answers.readline()
        assert answer, "dbt's process ended"
        read: dict[str, Any] = json.loads(answer)
        return read

    def __enter__(self) -> DbtWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._answers.close()


def _serve(answers: int) -> None:
    from tests.warehouse.many import run

    with os.fdopen(answers, "w") as said:
        for line in sys.stdin:
            print(json.dumps(run(**json.loads(line))), file=said, flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
