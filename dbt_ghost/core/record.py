"""The record: one JSON document per ghost in the project's state bucket.

It says what the ghost is, what it made, who works on it, and (later) where its cutover stands. Planned changes are
written ahead, outcomes after each wave, so a change without an outcome means *maybe*. Environment values are never
in it. Published as docs/reference/record.schema.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

LEASE = timedelta(minutes=10)
"""Renewed while a plan is carried out, so it only runs out for a process that died or lost the network."""

State = Literal["building", "ready", "dropping", "dropped"]
Verb = Literal["create", "update", "delete"]
Outcome = Literal["planned", "done", "failed"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lock(_Part):
    """Who works on the ghost, and until when at the latest."""

    owner: str = Field(description="host:process:random")
    expires_at: AwareDatetime


class RecordedChange(_Part):
    """One planned change and its outcome; `planned` means that it may or may not have happened."""

    verb: Verb
    kind: str
    name: str
    outcome: Outcome = "planned"


class RecordedResource(_Part):
    """Something that the ghost may have made."""

    kind: str
    name: str


class RecordedStep(_Part):
    """A forked step: which prod function it was forked from, and exactly which code runs in its place.

    Hashes are base64 for a zip and hex for an image, as Lambda gives them.
    """

    function: str
    forked_from_sha256: str
    code_sha256: str
    changed: bool
    qualifier: str = Field(default="", description="alias or version of the function that was forked, if not $LATEST")
    from_prod: tuple[str, ...] = Field(default=(), description="prod buckets whose events reach the step")
    writes: dict[str, str] = Field(default={}, description="prod output bucket: the ghost bucket that stands in for it")
    live_since: AwareDatetime | None = Field(
        default=None, description="from then on events reach the step; set by the fork that made it"
    )


class RecordedProof(_Part):
    """The proof that the last fork was made with."""

    claims: tuple[str, ...] = Field(description="what was proved of the whole ghost")
    documents: dict[str, str] = Field(description="policy document: SHA-256 of its canonical JSON")
    not_proved: tuple[str, ...] = Field(default=(), description="what IAM cannot see")
    reference: str = Field(description="version of AWS's list of actions")


class Channel(_Part):
    """The queue of a warehouse's pipe, which a ghost bucket notifies of new objects (F 8.5)."""

    bucket: str = Field(description="the ghost's")
    prefix: str
    queue_arn: str


class Record(_Part):
    ghost_record: Literal[1] = 1
    project: str
    branch: str
    ghost: str
    account: str
    region: str
    state: State
    created_at: AwareDatetime
    updated_at: AwareDatetime
    expires_at: AwareDatetime
    commit: str = Field(default="", description="git commit the fork ran from, if known")
    tree: str = Field(default="", description="git tree hash of the branch: squash merges change commits, not trees")
    lock: Lock | None = None
    steps: dict[str, RecordedStep] = {}
    shared: dict[str, str] = Field(
        default={},
        description="step that prod's own function serves: the function, with the alias that it is invoked by",
    )
    resources: tuple[RecordedResource, ...] = ()
    journal: tuple[RecordedChange, ...] = ()
    channels: tuple[Channel, ...] = Field(default=(), description="the queues of the clone's pipes")
    scope: dict[str, Any] | None = Field(default=None, description="reserved: the models the ghost updates")
    proof: RecordedProof | None = Field(default=None, description="what was proved before the last fork")
    cutover: dict[str, Any] | None = Field(default=None, description="reserved: where the cutover stands")
    pins: tuple[Any, ...] = Field(default=(), description="reserved: who asked gc to keep the ghost")
    backups: tuple[Any, ...] = Field(default=(), description="reserved: what a way back needs")

    def held_by_other(self, owner: str, now: datetime) -> bool:
        """Is the ghost locked by somebody else whose lease has not run out?"""
        return self.lock is not None and self.lock.owner != owner and self.lock.expires_at > now

    def locked(self, owner: str, now: datetime) -> Record:
        return self.model_copy(update={"lock": Lock(owner=owner, expires_at=now + LEASE), "updated_at": now})

    def unlocked(self, now: datetime) -> Record:
        return self.model_copy(update={"lock": None, "updated_at": now})


@dataclass(frozen=True)
class StoredRecord:
    """A record with the version that a later write must still find."""

    record: Record
    version: str


@dataclass(frozen=True)
class UnreadableRecord:
    """An object among the records that is none, or of a version that we do not know; `why` names it."""

    why: str
