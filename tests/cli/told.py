"""A project whose warehouse is what a test says: each operation's result, as published, instead of a dbt run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws.ghosts import AwsGhosts
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.dbt_project import DbtRun
from ghost_cli.commands.down import Down
from ghost_cli.commands.up import Up
from ghost_cli.wiring import Project
from tests.local_aws import CONTROL_ACCOUNT, REGION
from tests.warehouse.project import SCHEMA

GHOST = GhostName("flights", BRANCH)
CURATED = GHOST.bucket("flights-curated")
SNOWFLAKES = f"arn:aws:sqs:{REGION}:{CONTROL_ACCOUNT}:sf-snowpipe"
PIPE = (CURATED, "flights/", SNOWFLAKES)
T = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
Result = dict[str, Any]


@dataclass(frozen=True)
class ToldProject(Project):
    """`told` has the results by operation; an operation that it has not is refused. `asked` are those that ran."""

    told: dict[str, Result] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def run_operation(
        self, name: str, arguments: Mapping[str, Any], branch: str | None, profiles_dir: Path | None
    ) -> DbtRun:
        assert branch == arguments["branch"] == BRANCH
        dry_run = arguments.get("dry_run", False)
        self.asked.append(f"{name} dry_run" if dry_run else name)
        result = self.told[name]
        jsonschema.validate(result, SCHEMA)
        return DbtRun(result["ok"], result, (), "", (result.get("message", ""),))


def cloned(t: datetime) -> Result:
    return done(
        "ghost_clone",
        state="ready",
        t={"snapshot": None, "at": t.isoformat()},
        created_at=t.isoformat(),
        expires_at=(t + timedelta(days=3)).isoformat(),
        plan=[],
    )


def fed(*pipes: tuple[str, str, str]) -> Result:
    """With pipes (bucket, prefix, queue) on a warehouse that has such."""
    told = [
        {"pipe": f"G.RAW.P{n}", "table": "G.RAW.FLIGHTS", "bucket": b, "prefix": p, "notification_channel": queue}
        for n, (b, p, queue) in enumerate(pipes)
    ]
    return done("ghost_feed", files=[], rows=0, added_columns=[], loaders=[], plan=[], pipes=told)


def dropped(*plan: str) -> Result:
    return done("ghost_drop", plan=list(plan))


def failed(operation: str, message: str) -> Result:
    return {
        "ghost_result": 1,
        "operation": operation,
        "ok": False,
        "changed": False,
        "error": {"message": message, "hint": "mend it"},
    }


def done(operation: str, **more: Any) -> Result:
    return {
        "ghost_result": 1,
        "operation": operation,
        "ok": True,
        "changed": False,
        "dry_run": False,
        "project": "flights",
        "branch": BRANCH,
        "database": GHOST.database(),
        "message": f"{operation} is done",
        **more,
    }


def now() -> datetime:
    return datetime.now(UTC)


def up(project: ToldProject, **more: Any) -> dict[str, Any]:
    project.asked.clear()
    return Up(again(project), GHOST, **{"wait": False, **more}).carry_out()


def down(project: ToldProject, **more: Any) -> Down:
    project.asked.clear()
    return Down(again(project), GHOST, **more)


def again(project: ToldProject) -> ToldProject:
    """As the next command finds it: nothing is remembered but what the warehouse is told to say."""
    return replace(project)


def stored(session: Session) -> StoredRecord:
    found = AwsRecords(session, STATE_BUCKET).read(GHOST)
    assert found is not None
    return found


def record(session: Session) -> Record:
    return stored(session).record


def count(session: Session) -> int:
    return len(AwsGhosts(session, "flights", session.account()).look(GHOST).resources)
