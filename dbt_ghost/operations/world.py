"""Everything ghost-ingest can ask of the outside, on one page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord, UnreadableRecord
from dbt_ghost.core.resources import Resource
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction

__all__ = ["Clock", "Ghosts", "Process", "Prod", "Records", "StoredRecord"]


class Prod(Protocol):
    """Production, read only. Every method raises NotFound, Denied or GhostError."""

    def account(self) -> Account: ...

    def function(self, name: str) -> ProdFunction: ...

    def bucket(self, name: str) -> ProdBucket: ...

    def artifact(self, function: str) -> bytes:
        """The function's deployment package (zip)."""
        ...


class Ghosts(Protocol):
    """What ghosts are made of. Every name it is given must be a ghost's, or it raises Refused before any call."""

    def find(self, ghost: GhostName) -> tuple[Resource, ...]:
        """Everything of this ghost that exists, by name and tag, whatever a record says. Read only."""
        ...

    def unclaimed(self, ghost: GhostName) -> tuple[str, ...]:
        """What has a name that only this ghost gives and not its tags: `function ghost-...`, in words. Read only."""
        ...

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        """Create the resource, or make it so. `code` is the deployment package of a function whose code changes."""
        ...

    def delete(self, resource: Resource) -> None:
        """Remove the resource with all it holds. Absence is success; a denied call never is."""
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


class Packages(Protocol):
    """Deployment packages (zip files), built the same on every machine."""

    def folder(self, path: str) -> bytes:
        """The package of a code folder, relative to the project; raises NotFound."""
        ...

    def tap(self) -> bytes:
        """The package of the ghost's tap."""
        ...

    def sha256(self, package: bytes) -> str:
        """Base64, as Lambda's CodeSha256."""
        ...

    def same_contents(self, one: bytes, other: bytes) -> bool:
        """Do both hold the same files, whatever tool packed them?"""
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
