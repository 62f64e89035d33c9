"""Runs dbt in a project, as a process of its own, and reads what it says. Does not import dbt.

A run-operation returns nothing to its caller, so a macro's result comes back as one marked line of the log.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_ghost.providers.children import Children

MARKER = "GHOST_RESULT "
LOGGED = "JinjaLogInfo"
"""dbt's name for what a macro says with `log(..., info=true)`."""

SETTINGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_FORMAT": "json", "DBT_LOG_FORMAT_FILE": "text"}


@dataclass(frozen=True)
class DbtRun:
    """What one command came to. `result` is the ghost operation's machine line, None if there was none."""

    ok: bool
    result: dict[str, Any] | None
    lines: tuple[str, ...]
    error: str
    """dbt's own words for what went wrong; empty if nothing did."""
    said: tuple[str, ...] = ()
    """What macros logged for people: no line of dbt's own, and not the machine line."""


@dataclass(frozen=True)
class DbtProject:
    """A dbt project in a folder. `environment` is the whole environment of its commands."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    children: Children = field(default_factory=Children, repr=False)

    def run(self, *words: str) -> DbtRun:
        """`run("build", "--target", "ghost")`. Each target gets a target path of its own: its parse stays warm."""
        environment = {**_target_path(words, self.environment), **self.environment, **SETTINGS}
        done = self.children.run([sys.executable, "-m", "dbt.cli.main", *words], self.folder, environment)
        ok = done.returncode == 0
        events = tuple(_events(done.stdout))
        lines = tuple(event["msg"] for event in events)
        error = "" if ok else _error(events, done.stdout + done.stderr)
        return DbtRun(ok, _result(lines), lines, error, tuple(_said(events)))


def _target_path(words: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    flags = ("--target", "-t")
    named = [words[n + 1] for n, word in enumerate(words[:-1]) if word in flags]
    target = named[-1] if named else environment.get("DBT_TARGET", "default")
    return {"DBT_TARGET_PATH": f"target/{target}"}


def _events(output: str) -> Iterator[dict[str, Any]]:
    """The `info` part of each line that is an event; other programs may write between them."""
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("info"), dict) and "msg" in event["info"]:
            yield event["info"]


def _said(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    logged = (event["msg"] for event in events if event.get("name") == LOGGED and event.get("level") != "debug")
    return (line for line in logged if not line.startswith(MARKER))


def _result(lines: Sequence[str]) -> dict[str, Any] | None:
    marked = [line.removeprefix(MARKER) for line in lines if line.startswith(MARKER)]
    result: dict[str, Any] | None = json.loads(marked[-1]) if marked else None
    return result


def _error(events: Sequence[dict[str, Any]], output: str) -> str:
    said = [event["msg"] for event in events if event.get("level") == "error" and event["msg"].strip()]
    return "\n".join(said) or output[-4000:] or "dbt failed and said nothing"
