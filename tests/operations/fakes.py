"""The fake world of the tests: a production chain in memory that remembers every changing call and can die at one.

It refuses what it does not model, and it holds a ghost to AWS's order: a function needs its role, a notification
its function and permission, a rule its target; a bucket, role or log group goes last.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dbt_ghost.core.errors import Conflict, NotFound
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import is_ghosts
from dbt_ghost.core.record import Record, StoredRecord
from dbt_ghost.core.resources import (
    Bucket,
    BucketEvent,
    Function,
    Notifications,
    Resource,
    Role,
    Rule,
    kind_of,
    name_of,
    pairs,
)
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction

ACCOUNT = Account("111111111111", "eu-west-1")
START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process died: nothing of it runs after this."""


def sha256(package: bytes) -> str:
    return b64encode(hashlib.sha256(package).digest()).decode()


def prod_function(name: str, code: bytes, invoked_by: tuple[str, ...], **environment: str) -> ProdFunction:
    return ProdFunction(
        name=name,
        arn=ACCOUNT.function_arn(name),
        role_arn=ACCOUNT.role_arn(name),
        runtime="python3.12",
        handler="app.handler",
        code_sha256=sha256(code),
        architecture="arm64",
        memory_mb=256,
        timeout_s=60,
        ephemeral_mb=512,
        layers=(),
        environment=pairs(environment),
        invoked_by=invoked_by,
    )


@dataclass
class FakeProd:
    """raw -> clean -> enrich -> curated, as in the demo."""

    packages: dict[str, bytes] = field(default_factory=lambda: {"p-clean": b"clean v1", "p-enrich": b"enrich v1"})
    functions: dict[str, ProdFunction] = field(default_factory=dict)
    buckets: dict[str, ProdBucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clean = prod_function("p-clean", b"clean v1", ("p-raw",), OUT="p-mid", LOG_LEVEL="INFO")
        enrich = prod_function("p-enrich", b"enrich v1", ("p-mid",), OUT="p-out", REFERENCE="p-raw")
        self.functions = {"p-clean": clean, "p-enrich": enrich}
        self.buckets = {
            "p-raw": ProdBucket("p-raw", (BucketEvent(clean.arn, prefix="in/", suffix=".csv"),), eventbridge=True),
            "p-mid": ProdBucket("p-mid", (BucketEvent(enrich.arn, suffix=".csv"),), eventbridge=True),
        }

    def account(self) -> Account:
        return ACCOUNT

    def function(self, name: str) -> ProdFunction:
        if name not in self.functions:
            raise NotFound(f"function {name} does not exist")
        return self.functions[name]

    def bucket(self, name: str) -> ProdBucket:
        if name not in self.buckets:
            raise NotFound(f"bucket {name} does not exist")
        return self.buckets[name]

    def artifact(self, function: str) -> bytes:
        return self.packages[function]


@dataclass
class FakePackages:
    """The branch's folders; two packages have the same contents when they are equal up to their first line."""

    folders: dict[str, bytes] = field(default_factory=lambda: {"clean": b"clean v2", "enrich": b"enrich v1"})

    def folder(self, path: str) -> bytes:
        return self.folders[path]

    def tap(self) -> bytes:
        return b"the tap"

    def sha256(self, package: bytes) -> str:
        return sha256(package)

    def same_contents(self, one: bytes, other: bytes) -> bool:
        return one.split(b"\n")[0] == other.split(b"\n")[0]


@dataclass
class Calls:
    """Every changing call, in order, of the state bucket's too. Dies at the call numbered `die_at`."""

    made: list[str] = field(default_factory=list)
    die_at: int | None = None
    after: bool = False
    dead: bool = False

    def change(self, what: str) -> _Change:
        return _Change(self, what)


@dataclass
class _Change:
    calls: Calls
    what: str

    def __enter__(self) -> None:
        dies_now = len(self.calls.made) == self.calls.die_at and not self.calls.after
        if self.calls.dead or dies_now:
            self.calls.dead = True
            raise Killed(f"before {self.what}")

    def __exit__(self, *error: object) -> None:
        self.calls.made.append(self.what)
        if len(self.calls.made) - 1 == self.calls.die_at and self.calls.after:
            self.calls.dead = True
            raise Killed(f"after {self.what}")


@dataclass
class FakeGhosts:
    calls: Calls
    made: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def find(self, ghost: GhostName) -> tuple[Resource, ...]:
        ours = (r for r in self.made.values() if is_ghosts(ghost, r))
        return tuple(r for r in ours if isinstance(r, Notifications) or ("dbt-ghost:branch", ghost.branch) in r.tags)

    def unclaimed(self, ghost: GhostName) -> tuple[str, ...]:
        named = {f"{kind_of(r)} {name_of(r)}" for r in self.made.values() if is_ghosts(ghost, r)}
        return tuple(sorted(named - {f"{kind_of(r)} {name_of(r)}" for r in self.find(ghost)}))

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        with self.calls.change(f"put {kind_of(resource)} {name_of(resource)}"):
            self._check(resource, code)
            self.made[kind_of(resource), name_of(resource)] = resource

    def delete(self, resource: Resource) -> None:
        with self.calls.change(f"delete {kind_of(resource)} {name_of(resource)}"):
            self._check_unused(resource)
            self.made.pop((kind_of(resource), name_of(resource)), None)
            if isinstance(resource, Bucket):
                self.made.pop(("notifications", resource.name), None)

    def _check(self, resource: Resource, code: bytes | None) -> None:
        there = self.made.get((kind_of(resource), name_of(resource)))
        match resource:
            case Function():
                assert any(
                    ACCOUNT.role_arn(r.name) == resource.role_arn for r in self.made.values() if isinstance(r, Role)
                )
                new_code = not isinstance(there, Function) or there.code_sha256 != resource.code_sha256
                assert (code is not None) == new_code, "a package exactly when the code changes"
                assert code is None or sha256(code) == resource.code_sha256
            case Notifications():
                assert ("bucket", resource.bucket) in self.made
                for entry in resource.entries:
                    self._check_invokable(entry.function_arn, ACCOUNT.bucket_arn(resource.bucket))
            case Rule():
                self._check_invokable(resource.target_arn, ACCOUNT.rule_arn(resource.name))
            case _:
                pass

    def _check_unused(self, resource: Resource) -> None:
        """What is still listened to, or still writes, goes first."""
        functions = [other for other in self.made.values() if isinstance(other, Function)]
        match resource:
            case Function():
                arn = ACCOUNT.function_arn(resource.name)
                rules = (other.target_arn for other in self.made.values() if isinstance(other, Rule))
                documents = (other for other in self.made.values() if isinstance(other, Notifications))
                assert arn not in {*rules, *(entry.function_arn for one in documents for entry in one.entries)}
            case Role():
                assert ACCOUNT.role_arn(resource.name) not in {function.role_arn for function in functions}
            case Bucket():
                assert resource.name not in {value for function in functions for _, value in function.environment}
            case _:
                pass

    def _check_invokable(self, arn: str, source: str) -> None:
        functions = [r for r in self.made.values() if isinstance(r, Function) and ACCOUNT.function_arn(r.name) == arn]
        assert functions, f"{arn} does not exist"
        assert source in {invoker.source_arn for invoker in functions[0].invokers}


@dataclass
class FakeRecords:
    calls: Calls
    kept: dict[str, StoredRecord] = field(default_factory=dict)
    versions: int = 0

    def read(self, ghost: GhostName) -> StoredRecord | None:
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
class FakeWorld:
    """Everything at once; `reborn()` is the same world seen by the next process."""

    prod: FakeProd = field(default_factory=FakeProd)
    packages: FakePackages = field(default_factory=FakePackages)
    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)
    process: FakeProcess = field(default_factory=FakeProcess)
    ghosts: FakeGhosts = field(init=False)
    records: FakeRecords = field(init=False)

    def __post_init__(self) -> None:
        self.ghosts, self.records = FakeGhosts(self.calls), FakeRecords(self.calls)

    def reborn(self) -> FakeWorld:
        """The next process on the same machine: the one before it is dead, and no call of it is counted."""
        self.calls.die_at, self.calls.dead, self.calls.made = None, False, []
        self.process = replace(self.process, name="laptop:2:b", dead={*self.process.dead, self.process.name})
        return self
