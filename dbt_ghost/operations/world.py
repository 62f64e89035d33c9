"""Everything ghost-ingest can ask of the outside, on one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from dbt_ghost.core.found import Found
from dbt_ghost.core.invocations import LogEvent
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.objects import Content, RowsCompared, Seen
from dbt_ghost.core.record import Record, StoredRecord, UnreadableRecord
from dbt_ghost.core.replay import Handed, ProdObject, Replay, StoredReplay
from dbt_ghost.core.resources import BucketEvent, EventSourceMapping, Resource
from dbt_ghost.core.step_code import ImageUri, Touched, Untold
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction, ProdSubscription
from dbt_ghost.core.wires import Alias, Door, SeenQueue, SeenRule, SeenSubscription, SeenTopic

__all__ = ["Clock", "FailureQueues", "Found", "Ghosts", "Logs", "Process", "Prod", "Records", "StoredRecord"]


class Prod(Protocol):
    """Production, read only. Every method raises NotFound, Denied or GhostError, and is safe to call from any thread.

    What one call gives is not joined with what another gives: see `core.wires`.
    """

    def account(self) -> Account: ...

    def unreserved(self) -> int:
        """The account's concurrency that no function has reserved."""
        ...

    def aliases(self, function: str) -> tuple[Alias, ...]: ...

    def versions(self, function: str) -> tuple[str, ...]:
        """The function's published versions, newest first."""
        ...

    def door(self, function: str, qualifier: str) -> Door:
        """Who may invoke the function by this alias or version, or by its name alone if empty."""
        ...

    def function(self, name: str, qualifier: str = "") -> ProdFunction: ...

    def artifact(self, function: str, qualifier: str = "") -> bytes:
        """The function's deployment package (zip)."""
        ...

    def buses(self) -> tuple[str, ...]:
        """The names of the account's EventBridge buses."""
        ...

    def rules(self, target_arn: str, bus: str) -> tuple[SeenRule, ...]:
        """The bus's rules with exactly this target."""
        ...

    def queue(self, arn: str) -> SeenQueue: ...

    def topic(self, arn: str) -> SeenTopic: ...

    def subscriptions(self) -> tuple[SeenSubscription, ...]:
        """Every confirmed one of the account."""
        ...

    def subscription(self, arn: str) -> ProdSubscription: ...

    def bucket_names(self) -> tuple[str, ...]:
        """The names of the account's buckets in this region."""
        ...

    def entries(self, bucket: str) -> tuple[BucketEvent, ...]:
        """Where one of `bucket_names` sends its events: a small part of `bucket`, for looking into many."""
        ...

    def bucket(self, name: str) -> ProdBucket: ...

    def role_policies(self, role_arn: str) -> tuple[str, ...]:
        """All policies of a role, its own and attached ones, as canonical JSON; NotFound is for a role that is gone."""
        ...

    def role_boundary(self, role_arn: str) -> str:
        """The policy that bounds the role, as canonical JSON; empty without one."""
        ...

    def role_trust(self, role_arn: str) -> str:
        """Who may assume the role, as canonical JSON."""
        ...

    def managed_policy(self, arn: str) -> str:
        """The policy in force, as canonical JSON; NotFound if there is none."""
        ...


class Ghosts(Protocol):
    """What ghosts are made of. Every name it is given must be a ghost's, or it raises Refused before any call."""

    def look(self, ghost: GhostName) -> Found:
        """Everything of this ghost that exists, whatever a record says. Read only."""
        ...

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        """Create the resource, or make it so. `code` is the deployment package of a function whose code changes."""
        ...

    def delete(self, resource: Resource) -> None:
        """Remove the resource with all it holds. Absence is success; a denied call never is."""
        ...

    def await_live(self, mapping: EventSourceMapping) -> None:
        """Return when Lambda reads the queue, as it does some time after the mapping is put."""
        ...


class Records(Protocol):
    """The state bucket."""

    def read(self, ghost: GhostName) -> StoredRecord | None: ...

    def list(self) -> Iterable[StoredRecord | UnreadableRecord]:
        """All of the project's; one that cannot be read does not hide the others."""
        ...

    def write(self, record: Record, version: str | None) -> StoredRecord:
        """Write if nobody wrote since `version` (None: if there is none yet), else raise Conflict."""
        ...


class Logs(Protocol):
    """Log groups, read only."""

    def events(self, group: str, since: datetime, until: datetime | None = None) -> Iterator[LogEvent]:
        """The events of a group, oldest first, both ends included; fetched as they are asked for.

        An event has the same id every time. Raises NotFound, Denied or GhostError.
        """
        ...


class FailureQueues(Protocol):
    """The queues of what steps could not take, read only."""

    def waiting(self, queue: str) -> int:
        """How many messages are in it, about. Raises NotFound, Denied or GhostError."""
        ...


class Packages(Protocol):
    """The branch's code, and deployment packages (zip files) that are built the same on every machine.

    Paths are relative to the project. Every method raises NotFound, Refused or GhostError.
    """

    def folder(self, path: str) -> bytes:
        """The package of a code folder."""
        ...

    def file(self, path: str) -> bytes:
        """A package that was built already, as it is."""
        ...

    def touched(self) -> Touched | Untold:
        """What the branch changed since it left the default branch, as far as git knows."""
        ...

    def tap(self) -> bytes:
        """The package of the ghost's tap."""
        ...

    def sha256(self, package: bytes) -> str:
        """Base64, as Lambda's CodeSha256."""
        ...

    def asks_runtime(self, package: bytes) -> bool:
        """Is `dbt_ghost/runtime.py`, of whatever version, in the package?"""
        ...

    def same_contents(self, one: bytes, other: bytes) -> bool:
        """Do both hold the same files, whatever tool packed them?"""
        ...


class Images(Protocol):
    """Container images in ECR, read only."""

    def digest(self, image: ImageUri) -> str:
        """`sha256:...` of the image that there is now.

        Raises NotFound, Denied, and Refused for an image that Lambda does not take.
        """
        ...


class ProdObjects(Protocol):
    """The objects of prod's buckets, by listing. Read only."""

    def list(self, bucket: str, prefix: str) -> Iterator[ProdObject]:
        """Fetched as they are asked for, in no order. Raises NotFound, Denied or GhostError."""
        ...


class ComparedObjects(Protocol):
    """The objects of prod's input and output buckets, and of the ghost's. Read only, safe to call from any thread."""

    def list(self, bucket: str, prefix: str) -> Iterator[Seen]:
        """Fetched as they are asked for, in no order. Raises NotFound, Denied or GhostError."""
        ...

    def read(self, each: Seen) -> Content:
        """The very object that was listed. Raises Conflict where another one is there by now; NotFound, Denied or
        GhostError.
        """
        ...


class Rows(Protocol):
    """Tables in files. Safe to call from any thread."""

    def compare(self, key: str, prod: bytes, ghost: bytes) -> RowsCompared | None:
        """Both as bags of rows; None for a key that names no format which holds rows. Never raises: what cannot be
        read is `unreadable`.
        """
        ...


class Deliveries(Protocol):
    """Handing objects to a ghost. Every name must be this ghost's, or Refused is raised before any call.

    Waits while AWS asks for fewer calls. What ails one object alone is in `Handed`; else raises NotFound, Denied or
    GhostError. Safe to call from any thread.
    """

    def invoke(self, function: str, payload: str) -> Handed:
        """Invoke the function with the event (JSON) and wait until it is done."""
        ...

    def send(self, queue: str, bodies: Sequence[str]) -> tuple[Handed, ...]:
        """Put at most 10 messages into the queue; how each ended."""
        ...

    def copy(self, each: ProdObject, bucket: str) -> Handed:
        """Copy the object as it is now into the ghost's bucket, under its own key."""
        ...


class Replays(Protocol):
    """How far each ghost's replay has come, in the state bucket."""

    def read(self, ghost: GhostName) -> StoredReplay | None: ...

    def write(self, replay: Replay, version: str | None) -> StoredReplay:
        """Write if nobody wrote since `version` (None: if there is none yet), else raise Conflict."""
        ...

    def delete(self, ghost: GhostName) -> None:
        """Remove it. Absence is success; a denied call never is."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, with its zone."""
        ...


class Process(Protocol):
    """The process we are, as a lock's owner."""

    def owner(self) -> str: ...

    def is_dead(self, owner: str) -> bool:
        """Is that owner a process of this machine that no longer runs? Unknown is no."""
        ...
