"""`ingestion:`: the chain of Lambda functions, and what a copy of each needs that AWS cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from dbt_ghost.core.config.part import Part
from dbt_ghost.core.config.values import (
    Bucket,
    Cap,
    DatabaseName,
    Duration,
    EnvRuleValue,
    Filled,
    Fraction,
    FunctionName,
    IamName,
    KmsKey,
    ReadUrl,
    Region,
    S3Url,
    StepName,
    Switch,
    VariableName,
)
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.step_code import checked_code

Downstream = Literal["replicate", "share"]


def _event_age(age: timedelta) -> timedelta:
    """Lambda and EventBridge take 1 minute to 6 hours (F 3.15)."""
    if not timedelta(minutes=1) <= age <= timedelta(hours=6):
        raise ValueError("must be from 1m to 6h")
    return age


Code = Annotated[Filled, AfterValidator(checked_code)]
EventAge = Annotated[Duration, AfterValidator(_event_age)]


class StepConfig(Part):
    """One production Lambda of the chain."""

    function: FunctionName = Field(description="The production function's name.")
    code: Code | None = Field(
        None,
        description="The branch's code: a folder below `dbt_project.yml` (compiled Python, and what begins with a dot, "
        "are left out); a `.zip` file there, taken as it is; a container image in ECR, by `:tag` or `@sha256:`; or "
        "`changed` for the folder that the branch touched and whose last name is the step's or the function's. "
        "Without it, the ghost runs production's own artifact.",
    )
    outputs: tuple[VariableName, ...] = Field(
        (),
        description="Environment variables that hold an output bucket's name. In the ghost each holds the name of the "
        "ghost bucket that stands in for it.",
    )
    reads: tuple[ReadUrl, ...] = Field(
        (),
        description="Production prefixes (ending in `/`) or objects that the step reads besides the objects "
        "it is triggered by, and ARNs of secrets, SSM parameters and DynamoDB tables. The ghost's role may read these "
        "and nothing else of production.",
    )
    env: Mapping[VariableName, EnvRuleValue] = Field(
        {},
        description="What becomes of other environment variables: `copy`, `drop`, `{set: text}`, `{route: database}`, "
        "`{route: bucket}`, `{route: <production name>}` or `{ref: name}`, one of the ghost's own: `branch`, "
        "`project`, `ghost`, `database`, `step`, `function`, `log_group`, `account`, `region`.",
    )
    input: Literal["direct", "staged"] = Field(
        "direct",
        description="`direct` reads production's object. `staged` copies the event's version into a ghost bucket "
        "first, for steps that delete, move or tag their input.",
    )
    seed: tuple[S3Url, ...] = Field(
        (), description="History that is copied into the ghost bucket before the first run."
    )
    feeds: DatabaseName | None = Field(
        None,
        description="The step is a loader: which of `databases` it writes. Its credential must be replaced in `env`.",
    )
    downstream: Downstream | None = Field(None, description="`ingestion.downstream`, for this step alone.")
    ghost_aware: Switch = Field(
        False,
        description="The function asks `dbt_ghost/runtime.py` where to write, so `downstream: share` may invoke it.",
    )
    acknowledged: tuple[Literal["dead_letter", "destinations", "writes"], ...] = Field(
        (), description="Ways of a shared function to write outside S3 that the team accepts."
    )
    writes: tuple[Filled, ...] = Field((), description="What the function writes outside S3, as ARNs or in words.")
    cap: Cap | None = Field(
        None,
        description="Reserved concurrency of the ghost's function, out of the account's unreserved pool. `none` is "
        "shown as a risk.",
    )
    event_age: EventAge = Field(
        timedelta(hours=1), description="How long an event may wait for the step before it counts as failed: 1m to 6h."
    )
    vpc: Switch = Field(
        False, description="Copy the function's VPC settings. The network is a way to write that IAM does not cover."
    )
    efs: Switch = Field(False, description="Mount production's file system in the ghost. It can then be written.")


class BoundaryConfig(Part):
    """Permissions boundaries that the company brings."""

    step: IamName | None = Field(None, description="ARN of the permissions boundary of every step's role.")
    tap: IamName | None = Field(None, description="ARN of the permissions boundary of the tap's role.")


class IngestionConfig(Part):
    """The ingestion half: one account, one region."""

    region: Region | None = Field(
        None, description="The AWS region of the whole chain. Without it, AWS's own settings."
    )
    state_bucket: Bucket | None = Field(
        None,
        description="Where the records of the project's ghosts are kept; installed once by an admin. Without it, "
        "`<project>-ghost-state-<account>-<region>`.",
    )
    steps: Mapping[StepName, StepConfig] = Field(
        {}, description=f"The chain's Lambda functions, by a short name of your choice (not `{TAP}`)."
    )
    downstream: Downstream = Field(
        "replicate",
        description="What follows a forked step: `replicate` copies every later step, `share` lets the next production "
        "function serve the ghost too.",
    )
    sample: Fraction = Field(1.0, description="Share of production's objects that the tap lets through, chosen by key.")
    paused: Switch = Field(False, description="The tap lets nothing through.")
    lookback: Duration = Field(
        timedelta(hours=1),
        description="How far before the clone's time T the gap is replayed from; duplicates are fine.",
    )
    roles: Mapping[str, IamName] = Field(
        {}, description=f"Roles made beforehand, by step name or `{TAP}`; otherwise each ghost makes its own."
    )
    boundary: BoundaryConfig = Field(BoundaryConfig(), description="Permissions boundaries made beforehand.")
    kms_key: KmsKey | None = Field(None, description="The KMS key that encrypts the ghost's buckets.")

    def state_bucket_in(self, project: str, account_id: str, region: str) -> str:
        """The configured state bucket, or the one that the admin's set-up names."""
        return self.state_bucket or f"{project}-ghost-state-{account_id}-{region}"
