"""The account: plain mutable objects. Grants hang on what they are on, so a rename or a drop needs no clean-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.snowflake_double.names import dotted

# These share one namespace in a schema, and all of them can be selected from.
TABLE_LIKE = (
    "TABLE",
    "VIEW",
    "MATERIALIZED VIEW",
    "DYNAMIC TABLE",
    "EXTERNAL TABLE",
    "ICEBERG TABLE",
    "HYBRID TABLE",
    "EVENT TABLE",
)
VIEWS = ("VIEW", "MATERIALIZED VIEW")
KINDS = (
    *TABLE_LIKE,
    *("SEQUENCE", "FILE FORMAT", "STAGE", "PIPE", "STREAM", "TASK", "ALERT", "FUNCTION", "PROCEDURE"),
    *("MASKING POLICY", "ROW ACCESS POLICY", "TAG"),
)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Grant:
    """A privilege on the securable that holds it. OWNERSHIP is not a Grant but the securable's `owner`."""

    privilege: str
    role: str
    grant_option: bool = False
    granted_by: str = ""
    created: datetime = field(default_factory=now)


@dataclass
class FutureGrant:
    """On the database or schema that holds it: a privilege (or OWNERSHIP) on objects of `kind` made from now on."""

    privilege: str
    kind: str  # 'TABLE', 'SCHEMA', ...
    role: str
    grant_option: bool = False
    created: datetime = field(default_factory=now)


@dataclass
class TagUse:
    tag: Object
    value: str
    column: str | None = None


@dataclass
class PolicyUse:
    policy: Object
    columns: tuple[str, ...]


@dataclass(eq=False)
class Securable:
    """Anything that has an owner and grants. Compared by identity."""

    kind: str = ""
    name: str = ""
    owner: str | None = None
    comment: str = ""
    created: datetime = field(default_factory=now)
    grants: list[Grant] = field(default_factory=list)
    tags: list[TagUse] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def parent(self) -> Database | Schema | None:
        return None

    @property
    def path(self) -> tuple[str, ...]:
        return (*(self.parent.path if self.parent else ()), self.name)

    @property
    def full_name(self) -> str:
        return dotted(self.path)


@dataclass(eq=False)
class Column:
    name: str
    type: str  # as Snowflake says it: NUMBER(38,0), VARCHAR(16777216), TIMESTAMP_NTZ(9), ...
    nullable: bool = True
    default: str | None = None
    comment: str = ""


@dataclass(eq=False)
class Object(Securable):
    """Anything inside a schema."""

    schema: Schema = None  # type: ignore[assignment]  # set by Schema.add
    text: str = ""  # the statement that made it, as it was sent
    columns: list[Column] = field(default_factory=list)
    storage: str | None = None  # its table in DuckDB; shared by clones until one of them is written
    signature: str = ""  # FUNCTION, PROCEDURE: the argument types, "(NUMBER, VARCHAR)"
    policies: list[PolicyUse] = field(default_factory=list)
    altered: datetime = field(default_factory=now)
    history: list[tuple[datetime, str]] = field(default_factory=list)  # (until when, the storage it had)

    @property
    def parent(self) -> Schema:
        return self.schema

    @property
    def key(self) -> tuple[str, str]:
        return namespace(self.kind), self.name + self.signature


def namespace(kind: str) -> str:
    return "TABLE" if kind in TABLE_LIKE else kind


@dataclass(eq=False)
class Schema(Securable):
    kind: str = "SCHEMA"
    database: Database = None  # type: ignore[assignment]  # set by Database.add
    managed_access: bool = False
    transient: bool = False
    retention_days: int | None = None  # None: the database's
    altered: datetime = field(default_factory=now)  # by DDL of its own; what is inside does not count here
    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    dropped: list[tuple[datetime, Object]] = field(default_factory=list)  # Time Travel still reaches them
    future_grants: list[FutureGrant] = field(default_factory=list)

    @property
    def parent(self) -> Database:
        return self.database

    def get(self, kind: str, name: str) -> Object | None:
        """`name` with the argument types for functions and procedures. Any table-like kind finds every table-like."""
        return self.objects.get((namespace(kind), name))

    def add(self, item: Object) -> Object:
        item.schema = self
        self.objects[item.key] = item
        return item

    def remove(self, item: Object) -> None:
        del self.objects[item.key]

    def of_kind(self, *kinds: str) -> list[Object]:
        """Its objects of these kinds (all of them without any), by name."""
        return sorted((o for o in self.objects.values() if not kinds or o.kind in kinds), key=lambda o: o.key[1])


@dataclass(eq=False)
class Database(Securable):
    kind: str = "DATABASE"
    retention_days: int = 1
    transient: bool = False
    origin: str = ""
    type: str = "STANDARD"  # or 'IMPORTED DATABASE', 'APPLICATION'
    altered: datetime = field(default_factory=now)
    schemas: dict[str, Schema] = field(default_factory=dict)
    future_grants: list[FutureGrant] = field(default_factory=list)

    def add(self, schema: Schema) -> Schema:
        schema.database = self
        self.schemas[schema.name] = schema
        return schema


@dataclass(eq=False)
class Role(Securable):
    kind: str = "ROLE"
    to_roles: dict[str, str] = field(default_factory=dict)  # the roles it is granted to: {role: granted by}
    to_users: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class User(Securable):
    kind: str = "USER"
    default_role: str | None = None
    default_secondary_roles: str = "ALL"  # or 'NONE'
    default_warehouse: str | None = None
    default_namespace: str | None = None


@dataclass(eq=False)
class Account(Securable):
    """`items`: what is neither in a database nor a role nor a user, by kind: WAREHOUSE, INTEGRATION, ..."""

    kind: str = "ACCOUNT"
    databases: dict[str, Database] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    items: dict[str, dict[str, Securable]] = field(default_factory=dict)
    usage: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # rows of ACCOUNT_USAGE's views, by view

    def of_kind(self, kind: str) -> dict[str, Securable]:
        return self.items.setdefault(kind, {})

    def add(self, database: Database) -> Database:
        self.databases[database.name] = database
        return database

    def schemas(self) -> Iterator[Schema]:
        for database in self.databases.values():
            yield from database.schemas.values()

    def objects(self, *kinds: str) -> Iterator[Object]:
        for schema in self.schemas():
            yield from schema.of_kind(*kinds)

    def securables(self) -> Iterator[Securable]:
        """Everything that can hold a grant."""
        yield self
        for table in (self.databases, self.roles, self.users, *self.items.values()):
            yield from list(table.values())  # type: ignore[attr-defined]  # dicts of several kinds
        for schema in self.schemas():
            yield schema
            yield from schema.objects.values()


SYSTEM_ROLES = {"ACCOUNTADMIN": (), "SECURITYADMIN": ("ACCOUNTADMIN",), "SYSADMIN": ("ACCOUNTADMIN",)}


def new_account(name: str = "DOUBLE") -> Account:
    """A new account: the system roles, the user ADMIN who has them, the database SNOWFLAKE."""
    account = Account(name=name)
    parents = {**SYSTEM_ROLES, "USERADMIN": ("SECURITYADMIN",), "PUBLIC": ()}
    for role, above in parents.items():
        account.roles[role] = Role(name=role, to_roles=dict.fromkeys(above, ""))
    account.roles["ACCOUNTADMIN"].to_users["ADMIN"] = ""
    account.users["ADMIN"] = User(name="ADMIN", default_role="ACCOUNTADMIN", default_secondary_roles="NONE")
    account.grants = [
        *(Grant("MANAGE GRANTS", role) for role in ("ACCOUNTADMIN", "SECURITYADMIN")),
        *(Grant("CREATE DATABASE", "SYSADMIN"), Grant("CREATE WAREHOUSE", "SYSADMIN")),
        *(Grant("CREATE ROLE", "USERADMIN"), Grant("CREATE USER", "USERADMIN")),
        *(Grant("CREATE INTEGRATION", "ACCOUNTADMIN"), Grant("CREATE EXTERNAL VOLUME", "ACCOUNTADMIN")),
    ]
    shared = account.add(Database(name="SNOWFLAKE", type="APPLICATION", grants=[Grant("USAGE", "ACCOUNTADMIN")]))
    shared.grants.append(Grant("IMPORTED PRIVILEGES", "ACCOUNTADMIN"))
    shared.add(Schema(name="ACCOUNT_USAGE"))
    return account
