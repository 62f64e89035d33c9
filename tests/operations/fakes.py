"""The fake world of the tests: a production chain and a state bucket in memory. It refuses what it does not model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dbt_ghost.core.errors import Conflict
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord
from dbt_ghost.providers.artifacts import sha256
from tests.operations.fake_ghosts import ACCOUNT, Calls, FakeGhosts, Killed
from tests.operations.fake_packages import FakeImages, FakePackages
from tests.operations.fake_prod import FakeProd

__all__ = ["ACCOUNT", "START", "FakeCloud", "FakePackages", "FakeProd", "FakeWorld", "Killed", "sha256"]

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@dataclass
class FakeRecords:
    calls: Calls
    kept: dict[str, StoredRecord] = field(default_factory=dict)
    versions: int = 0
    reads: int = 0

    def read(self, ghost: GhostName) -> StoredRecord | None:
        self.reads += 1
        return self.kept.get(ghost.id)

    def list(self) -> Iterable[StoredRecord]:
        return tuple(self.kept.values())

    def write(self, record: Record, version: str | None) -> StoredRecord:
        with self.calls.change(f"record {record.state}"):
            there = self.kept.get(record.ghost)
            if (there.version if there else None) != version:
                raise Conflict("somebody else wrote the record")
            self.versions += 1
            # As a real bucket does: what is read back is what the JSON text says.
            stored = StoredRecord(Record.model_validate_json(record.model_dump_json()), str(self.versions))
            self.kept[record.ghost] = stored
            return stored


@dataclass
class FakeClock:
    time: datetime = START

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class FakeProcess:
    name: str = "laptop:1:a"
    dead: set[str] = field(default_factory=set)

    def owner(self) -> str:
        return self.name

    def is_dead(self, owner: str) -> bool:
        return owner in self.dead


@dataclass
class FakeCloud:
    """What plans are carried out on; `reborn()` is the same seen by the next process."""

    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)
    process: FakeProcess = field(default_factory=FakeProcess)
    ghosts: FakeGhosts = field(init=False)
    records: FakeRecords = field(init=False)

    def __post_init__(self) -> None:
        self.ghosts, self.records = FakeGhosts(self.calls), FakeRecords(self.calls)

    def reborn(self) -> None:
        """The next process on the same machine: the one before it is dead, and no call of it is counted."""
        self.calls.die_at, self.calls.dead, self.calls.made = None, False, []
        self.process = replace(self.process, name="laptop:2:b", dead={*self.process.dead, self.process.name})


@dataclass
class FakeWorld(FakeCloud):
    """With a production, and a branch."""

    prod: FakeProd = field(default_factory=FakeProd)
    packages: FakePackages = field(default_factory=FakePackages)
    images: FakeImages = field(default_factory=FakeImages)
