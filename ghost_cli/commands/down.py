"""`ghost-ingest down`: remove both halves of the branch's ghost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ghost_cli.options import (
    branch_option,
    confirm,
    json_option,
    profiles_dir_option,
    project_dir_option,
    yes_option,
)

if TYPE_CHECKING:
    from dbt_ghost.core.naming import GhostName
    from ghost_cli.wiring import Project

Outcome = dict[str, Any]


@click.command("down")
@project_dir_option
@profiles_dir_option
@branch_option
@yes_option
@json_option
def command(
    *, project_dir: Path | None, profiles_dir: Path | None, branch: str | None, yes: bool, as_json: bool
) -> None:
    """Remove both halves of the branch's ghost: what `fork` made, then the cloned databases.

    Shows what goes and asks once. Where the first half fails, the second is not touched. Run it again after an error:
    what is gone already is success. Without `ingestion.steps` only the clone is looked for.
    """
    from dbt_ghost.core.errors import GhostError
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    down = Down(project, project.ghost(branch), yes, profiles_dir, as_json)
    try:
        down.carry_out()
    except GhostError as error:
        if as_json:
            told = {"message": error.message, "hint": error.hint}
            click.echo(json.dumps({**down.outcome, "error": told}, indent=2))
        raise
    if as_json:
        click.echo(json.dumps(down.outcome, indent=2))


@dataclass(frozen=True)
class Down:
    """`outcome` is {branch, ingestion, clone}, each half with its `state`, whatever became of it."""

    project: Project
    ghost: GhostName
    yes: bool = False
    profiles_dir: Path | None = None
    as_json: bool = False
    outcome: Outcome = field(default_factory=dict)

    def carry_out(self) -> None:
        """Raises GhostError after an error in one half, with what became of the other."""
        from dbt_ghost.core.errors import GhostError

        untouched = {"state": "not touched"}
        self.outcome.update(branch=self.ghost.branch, ingestion=untouched, clone=untouched)
        ingestion = IngestionHalf(self) if self.project.forks_steps else None
        if ingestion is None:
            self._say("No ingestion half: vars: ghost: ingestion: has no `steps`, so AWS was not looked at.")
        if not self.yes:
            shown = self._drop_clone({"dry_run": True})
            if shown.get("plan") or (ingestion and ingestion.plan.deletes):
                confirm("Remove all of this?", self.yes)
        if ingestion:
            try:
                self.outcome["ingestion"] = ingestion.drop()
            except GhostError as error:
                self.outcome["ingestion"] = {"state": "unknown"}
                hint = f"{error.hint}; " if error.hint else ""
                raise GhostError(error.message, f"{hint}the clone was not touched: run down again") from error
        self.outcome["clone"] = {"state": "unknown"}
        try:
            self.outcome["clone"] = {**self._drop_clone({}), "state": "dropped"}
        except GhostError as error:
            before = "the ingestion half is gone, the clone may not be" if ingestion else "the clone may still be there"
            raise GhostError(error.message, f"{error.hint}; {before}: run down again".removeprefix("; ")) from error
        where = "" if ingestion else " in the warehouse"
        self._say(f"Down: nothing of {self.ghost.branch} is left{where}.")

    def _drop_clone(self, more: dict[str, bool]) -> Outcome:
        from ghost_cli.operating import operate, result_of

        branch, name = self.ghost.branch, "ghost_drop"
        done = operate(self.project, name, {"branch": branch, **more}, branch, self.profiles_dir, err=self.as_json)
        return result_of(name, done)

    def _say(self, line: str) -> None:
        click.echo(line, err=self.as_json)


class IngestionHalf:
    """What there is of it, shown as soon as it is known."""

    def __init__(self, down: Down) -> None:
        from ghost_cli.render import plan_text

        self._down = down
        self.plan, self._seen = down.project.plan_drop(down.ghost)
        click.echo(plan_text(self.plan), err=down.as_json)

    def drop(self) -> Outcome:
        from ghost_cli.render import plan_json, progress
        from ghost_cli.wiring import no_package

        applier = self._down.project.applier(no_package, progress(self.plan))
        if not applier.is_settled(self.plan, self._seen):
            applier.carry_out(self.plan, self._down.project.config.ttl, seen=self._seen)
        return {**plan_json(self.plan), "state": "dropped"}
