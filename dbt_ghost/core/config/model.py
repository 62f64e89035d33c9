"""`vars: ghost:` of a dbt project, as a frozen value. Published as docs/reference/config.schema.json.

It takes everything that the design names; `unbuilt.py` says what is not carried out yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from dbt_ghost.core.config.contradictions import contradictions
from dbt_ghost.core.config.ingestion import IngestionConfig
from dbt_ghost.core.config.part import Part
from dbt_ghost.core.config.release import CutoverConfig, ObserveConfig
from dbt_ghost.core.config.values import (
    BranchName,
    Bucket,
    DatabaseName,
    Duration,
    Filled,
    KeyPrefix,
    Project,
    RelationName,
    RoleName,
    SchemaName,
    Switch,
    TagKey,
    TagValue,
)


class StateConfig(Part):
    """Where production's manifest comes from."""

    source: Literal["path", "s3", "merge_base", "dbt_cloud"] = Field(
        alias="from",
        description="`path`: a folder; `s3`: an s3:// folder; `merge_base`: compiled from the commit that the branch "
        "left main at; `dbt_cloud`: the job's last run.",
    )
    path: Filled | None = Field(None, description="The folder, or the s3:// folder.")
    job: Filled | None = Field(None, description="The dbt Cloud job's number, in quotes.")


class CloneConfig(Part):
    """How Snowflake clones. The embedded warehouse has one way, and leaves these out."""

    strategy: Literal["auto", "database", "schema", "tables"] = Field(
        "auto",
        description="What one clone statement covers. `auto`: the database up to 1,000 objects, above that each "
        "schema, or each table where there are fewer than 8 schemas. These limits were not measured on a real account.",
    )
    at: Filled | None = Field(
        None, description="The point in time to clone, as Snowflake reads a timestamp with time zone. Default: now."
    )
    retention_days: Literal[0, 1] = Field(1, description="Time travel in the clone, in days.")
    transient: Switch = Field(
        False,
        description="Make the clone transient (no fail-safe storage). What that means for its tables is not confirmed.",
    )
    frozen_base: Switch = Field(False, description="Keep a second, untouched clone `<ghost>__BASE`, to compare with.")
    ignore_hybrid_tables: Switch = Field(True, description="Leave hybrid tables out instead of failing.")
    ignore_insufficient_retention: Switch = Field(
        True, description="Leave out tables whose time travel does not reach T, instead of failing."
    )
    ownership: Literal["procedure", "template"] = Field(
        "procedure",
        description="How the clone becomes the ghost role's: an admin's owner's-rights procedure makes it, or it is a "
        "clone of a template that belongs to the role already.",
    )
    procedure_schema: SchemaName | None = Field(
        None, description="Where the admin's procedures are, as database.schema. Default: `DBT_GHOST.<project>`."
    )
    templates: Mapping[DatabaseName, DatabaseName] = Field(
        {}, description="For `ownership: template`: the pre-owned template of each database."
    )


class ProveConfig(Part):
    """What `ghost_prove` accepts."""

    allowed: tuple[Filled, ...] = Field((), description="Objects that may name production, as schema.object.")


class FeedConfig(Part):
    """One table that files are loaded into, by the embedded load of `ghost_feed`."""

    bucket: Bucket = Field(description="The production bucket. A ghost loads from the bucket that stands in for it.")
    prefix: KeyPrefix = Field("", description="Only objects whose key starts with this.")
    table: RelationName = Field(description="The table, as schema.table or database.schema.table.")
    format: Literal["csv", "json", "parquet"] = Field("csv", description="The files' format, compressed or not.")
    key: tuple[Filled, ...] = Field(
        (),
        description="The column that holds the key of the file a row came from, as `[_file]`: a file that is loaded "
        "again replaces its rows. The embedded load needs exactly one.",
    )


class GhostConfig(Part):
    """Settings of dbt-ghost: `vars: ghost:` in dbt_project.yml."""

    project: Project = Field(description="Part of every ghost name: 2 to 10 lower-case letters and digits.")
    databases: tuple[DatabaseName, ...] = Field(
        min_length=1, description="Production databases to clone; the first is the target's database."
    )
    role: RoleName | None = Field(
        None,
        description="The warehouse role that owns what is in clones: reads production, writes only ghosts. "
        "Required on Snowflake, ignored by the embedded warehouse.",
    )
    ttl: Duration = Field(timedelta(days=3), description="How long a ghost lives; renewed by every clone and fork.")
    scope: Filled = Field("state:modified+", description="The models that a ghost updates, as a dbt selection.")
    state: StateConfig | None = Field(None, description="Where production's manifest comes from.")
    clone: CloneConfig = Field(CloneConfig(), description="How the warehouse is cloned.")
    prove: ProveConfig = Field(ProveConfig(), description="What `ghost_prove` accepts.")
    feed: tuple[FeedConfig, ...] = Field(
        (), description="Tables that files are loaded into: by the embedded load, or by a pipe on Snowflake."
    )
    protected: tuple[BranchName, ...] = Field(
        (), description="Branches that never get a ghost, besides `main` and `master`."
    )
    target: Filled = Field("ghost", description="The dbt target of ghosts.")
    prod_target: Filled = Field("prod", description="The dbt target of production.")
    tags: Mapping[TagKey, TagValue] = Field({}, max_length=40, description="Tags that go on every AWS resource.")
    idle_after: Duration | None = Field(None, description="When a ghost that nobody touched is no longer refreshed.")
    observe: ObserveConfig = Field(ObserveConfig(), description="How ghost and production are compared.")
    cutover: CutoverConfig = Field(CutoverConfig(), description="How a branch is released.")
    ingestion: IngestionConfig = Field(IngestionConfig(), description="The ingestion half; none without steps.")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> GhostConfig:
        contradictions(self)
        return self
