"""Runs many dbt commands in one process, each in an environment of its own: starting dbt takes seconds, a command not.

Reads [{words, environment}, ...] from stdin and writes [{ok, lines, error}, ...] to the file that is its argument.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def run(words: list[str], environment: dict[str, str]) -> dict[str, Any]:
    from dbt.cli.main import dbtRunner

    os.environ.clear()
    os.environ.update(environment)
    events: list[tuple[str, str]] = []
    done = dbtRunner(callbacks=[lambda event: events.append((event.info.level, event.info.msg))]).invoke(words)
    errors = [message for level, message in events if level == "error"]
    return {
        "ok": done.success,
        "lines": [message for level, message in events if level != "debug"],
        "error": "\n".join([*errors, str(done.exception or "")]),
    }


if __name__ == "__main__":
    answers = [run(**command) for command in json.load(sys.stdin)]
    Path(sys.argv[1]).write_text(json.dumps(answers))
