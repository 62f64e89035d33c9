"""How a branch is judged and released: `observe:` and `cutover:`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from dbt_ghost.core.config.part import Part
from dbt_ghost.core.config.values import Count, Duration, Filled, RelationName, Switch, Tolerance


class TableConfig(Part):
    """How one table is compared."""

    key: tuple[Filled, ...] = Field(
        (), description="Columns that tell rows apart. Without it: dbt's `unique` tests or contract, else all columns."
    )
    ignore: tuple[Filled, ...] = Field((), description="Columns that are not compared.")
    tolerance: Mapping[Filled, Tolerance] = Field(
        {}, description="By column or type: the largest difference of two numbers that still counts as equal."
    )


class ExpectedDifference(Part):
    """A difference that the branch intends, so that the gate passes with it and fails with any other."""

    table: RelationName | None = Field(None, description="The table that differs; or `step`.")
    step: Filled | None = Field(None, description="The step whose files differ; or `table`.")
    columns: tuple[Filled, ...] = Field((), description="The table's columns that may differ; empty for all.")
    change: Literal[
        "any",
        "rows_added",
        "rows_removed",
        "rows_changed",
        "schema",
        "files_changed",
        "files_missing",
        "files_extra",
    ] = Field("any", description="The kind of difference: of rows or the schema of a table, or of a step's files.")
    at_most: Count | None = Field(None, description="How many rows, columns or files may differ.")
    because: str = Field("", description="Why, for the reader of the report.")

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> Self:
        if (self.table is None) == (self.step is None):
            raise ValueError("name a `table` or a `step`, and not both")
        if self.step is not None and self.columns:
            raise ValueError("`columns` are a table's")
        if self.change.startswith("files_") == (self.step is None) and self.change != "any":
            raise ValueError(f"`{self.change}` is not of a {'step' if self.step is not None else 'table'}")
        return self


class GateConfig(Part):
    """Below these counts an observation is inconclusive."""

    min_rows: Count = Field(0, description="Rows compared.")
    min_files: Count = Field(0, description="Files that went through both production and the ghost.")
    min_minutes: Count = Field(0, description="Minutes since the ghost became ready.")
    max_differences: Count = Field(0, description="Differing rows, beyond the expected ones, that still pass.")


class ObserveConfig(TableConfig):
    """Comparison of ghost and production. `key`, `ignore` and `tolerance` hold for every table."""

    tables: Mapping[RelationName, TableConfig] = Field({}, description="Settings of single tables.")
    samples: Count = Field(20, description="Differing rows that the report shows for a table.")
    baseline: Switch = Field(
        False, description="Fork production's own code as well, to tell noise (timestamps, ids) from change."
    )
    expect: tuple[ExpectedDifference, ...] = Field((), description="Differences that the branch intends.")
    gate: GateConfig = Field(GateConfig(), description="When an observation is enough to decide.")


class SwitchGateConfig(Part):
    """What is waited for after each switch of a cutover."""

    minutes: Count = Field(30, description="Minutes to observe.")
    min_files: Count = Field(1, description="Files that must have gone through.")
    min_rows: Count = Field(0, description="Rows that must have been compared.")
    limit: Duration = Field(timedelta(days=1), description="How long an inconclusive gate is waited for.")


class DbtSwitchConfig(Part):
    """The team's own commands that release dbt, run by a shell in the project's folder."""

    pause: Filled | None = Field(None, description="Pause the scheduler that builds production.")
    deploy: Filled | None = Field(None, description="Release the branch's models; may merge and wait.")
    verify: Filled | None = Field(None, description="Print the git tree hash that production runs.")
    resume: Filled | None = Field(None, description="Let the scheduler go on.")


class IngestionSwitchConfig(Part):
    """How the branch's functions are released."""

    strategy: Literal["command", "alias"] = Field(
        "command", description="`command` runs the team's deploy tool, `alias` publishes the observed artifact."
    )
    command: Filled | None = Field(None, description="The team's deploy command.")
    alias: Filled | None = Field(None, description="The alias that production's triggers go through.")


class CutoverConfig(Part):
    """Releasing dbt and ingestion, in which order."""

    order: Literal["dbt_first", "ingestion_first"] = Field("dbt_first", description="Which half is switched first.")
    on_fail: Literal["hold", "rollback"] = Field("rollback", description="What a failed gate does.")
    observe: SwitchGateConfig = Field(SwitchGateConfig(), description="The gate after each switch.")
    dbt: DbtSwitchConfig = Field(DbtSwitchConfig(), description="Commands that release dbt.")
    ingestion: IngestionSwitchConfig = Field(IngestionSwitchConfig(), description="How functions are released.")
    keep: Duration = Field(timedelta(days=7), description="How long backups and previous versions are kept.")
