"""What can be granted on what, and what the object part of GRANT, REVOKE and SHOW GRANTS names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import KINDS, Database, Schema, Securable
from tests.snowflake_double.names import ANY_NAME, fold, parse_name
from tests.snowflake_double.session import Session
from tests.snowflake_double.signatures import signature

_READ: Final = ("SELECT", "REFERENCES")
_WRITE: Final = (*_READ, "INSERT", "UPDATE", "DELETE", "TRUNCATE")
_APPLIED: Final = ("MASKING POLICY", "ROW ACCESS POLICY", "TAG")
PRIVILEGES: Final[dict[str, tuple[str, ...]]] = {
    "ACCOUNT": (
        *(f"CREATE {kind}" for kind in ("DATABASE", "EXTERNAL VOLUME", "INTEGRATION", "ROLE", "USER", "WAREHOUSE")),
        *(f"APPLY {kind}" for kind in _APPLIED),
        *("EXECUTE ALERT", "EXECUTE MANAGED TASK", "EXECUTE TASK", "IMPORT SHARE"),
        *("MANAGE GRANTS", "MANAGE WAREHOUSES", "MONITOR EXECUTION", "MONITOR USAGE"),
    ),
    "DATABASE": ("CREATE DATABASE ROLE", "CREATE SCHEMA", "MODIFY", "MONITOR", "USAGE"),
    "SCHEMA": ("ADD SEARCH OPTIMIZATION", *(f"CREATE {kind}" for kind in KINDS), "MODIFY", "MONITOR", "USAGE"),
    "WAREHOUSE": ("MODIFY", "MONITOR", "OPERATE", "USAGE"),
    "INTEGRATION": ("USAGE",),
    "EXTERNAL VOLUME": ("USAGE",),
    "RESOURCE MONITOR": ("MODIFY", "MONITOR"),
    "ROLE": (),
    "USER": ("MONITOR",),
    **dict.fromkeys(("TABLE", "HYBRID TABLE", "ICEBERG TABLE"), _WRITE),
    **dict.fromkeys(("VIEW", "MATERIALIZED VIEW", "EXTERNAL TABLE"), _READ),
    "EVENT TABLE": (*_READ, "DELETE", "TRUNCATE"),
    "DYNAMIC TABLE": ("MONITOR", "OPERATE", "SELECT"),
    "STAGE": ("USAGE", "READ", "WRITE"),
    "STREAM": ("SELECT",),
    **dict.fromkeys(("PIPE", "TASK", "ALERT"), ("MONITOR", "OPERATE")),
    **dict.fromkeys(("SEQUENCE", "FILE FORMAT", "FUNCTION", "PROCEDURE"), ("USAGE",)),
    **dict.fromkeys(_APPLIED, ("APPLY",)),
}
_PLURALS: Final = {(kind[:-1] + "IES" if kind.endswith("Y") else kind + "S"): kind for kind in PRIVILEGES}
# A statement that says TABLE or VIEW also means these.
_ALSO: Final = {"TABLE": ("TABLE", "HYBRID TABLE"), "VIEW": ("VIEW", "MATERIALIZED VIEW")}
_TYPES: Final = "|".join(re.escape(kind).replace(r"\ ", r"\s+") for kind in sorted(PRIVILEGES, key=len, reverse=True))
_TYPES_OF_MANY: Final = "|".join(kind.replace(" ", r"\s+") for kind in sorted(_PLURALS, key=len, reverse=True))

MANY: Final = re.compile(
    rf"(?P<which>ALL|FUTURE)\s+(?P<kind>{_TYPES_OF_MANY})\s+IN\s+(?P<in>DATABASE|SCHEMA)\s+(?P<name>{ANY_NAME})", re.I
)
ONE: Final = re.compile(rf"(?:(?P<kind>{_TYPES})\s+)?(?P<name>{ANY_NAME})\s*(?P<types>\(.*\))?", re.I | re.S)


@dataclass(frozen=True)
class Target:
    """What follows ON: one securable, or all (or all future) objects of a kind in a container."""

    kind: str
    which: str = "ONE"  # or 'ALL', 'FUTURE'
    one: Securable | None = None
    container: Database | Schema | None = None

    def securables(self) -> Iterator[Securable]:
        if self.one is not None:
            yield self.one
        elif isinstance(self.container, Database) and self.kind == "SCHEMA":
            yield from self.container.schemas.values()
        else:
            schemas = self.container.schemas.values() if isinstance(self.container, Database) else [self.container]
            for schema in schemas:
                if isinstance(schema, Schema):
                    yield from schema.of_kind(*_ALSO.get(self.kind, (self.kind,)))


def target(session: Session, text: str) -> Target:
    """Reads what follows ON; what the roles may not see does not exist."""
    text = text.strip()
    if text.upper() == "ACCOUNT":
        return Target("ACCOUNT", one=session.account)
    if found := MANY.fullmatch(text):
        return _many(session, found)
    found = ONE.fullmatch(text)
    if found is None:
        raise errors.unmodelled(f"grants on {text}")
    kind = _spaced(found["kind"] or "")
    one = find(session, kind, found["name"], found["types"])
    return Target(kind or one.kind, one=one)


def find(session: Session, kind: str, name: str, types: str | None = None) -> Securable:
    """The securable of that name; without a kind it is anything that can be selected from."""
    if kind == "DATABASE":
        return session.get_database(name)
    if kind == "SCHEMA":
        return session.get_schema(name)
    if kind and kind not in KINDS:
        return _of_account(session, kind, fold(name))
    if (kind in ("FUNCTION", "PROCEDURE")) != (types is not None):
        raise errors.syntax(f"the name of a {kind.lower() or 'table'} does not fit: {name}{types or ''}")
    found = session.get(kind or "OBJECT", name, signature(types) if types else "")
    if kind and found.kind not in _ALSO.get(kind, (kind,)):
        raise errors.does_not_exist(kind, found.full_name)
    return found


def privileges(text: str, kind: str) -> list[str]:
    """The privileges of a comma list; ALL means each one that this kind has."""
    names = [_spaced(part) for part in text.split(",")]
    if names in (["ALL"], ["ALL PRIVILEGES"]):
        return list(PRIVILEGES[kind])
    for name in names:
        imported = name == "IMPORTED PRIVILEGES" and kind == "DATABASE"
        if name not in PRIVILEGES[kind] and not imported and name != "OWNERSHIP":
            raise errors.invalid(f"Invalid object type '{kind}' for privilege '{name}'.")
    return names


def role_of(session: Session, text: str) -> str:
    """The role after TO or FROM; other grantees are not modelled."""
    if other := re.match(r"(DATABASE\s+ROLE|APPLICATION(?:\s+ROLE)?|SHARE|USER)\s+\S", text, re.I):
        raise errors.unmodelled(f"privileges of a {_spaced(other[1])}")
    (name,) = parse_name(re.sub(r"^ROLE\s+(?=\S)", "", text.strip(), flags=re.I)) or ("",)
    if name not in session.account.roles:
        raise errors.does_not_exist("Role", name)
    return name


def _many(session: Session, found: re.Match[str]) -> Target:
    kind, which = _PLURALS[_spaced(found["kind"])], found["which"].upper()
    if found["in"].upper() == "DATABASE":
        container: Database | Schema = session.get_database(found["name"])
    else:
        container = session.get_schema(found["name"])
    if kind not in (*KINDS, "SCHEMA") or (kind == "SCHEMA" and isinstance(container, Schema)):
        raise errors.syntax(f"{which} {found['kind'].upper()} IN {found['in'].upper()} is not a set of objects")
    if kind in _APPLIED or (which == "ALL" and kind == "PIPE"):
        raise errors.invalid(f"Bulk grants on objects of the type {kind} are not allowed; grant on each of them.")
    return Target(kind, which, container=container)


def _of_account(session: Session, kind: str, name: str) -> Securable:
    tables = {"ROLE": session.account.roles, "USER": session.account.users}
    found = tables.get(kind, session.account.of_kind(kind)).get(name)  # type: ignore[attr-defined]  # of two kinds
    if not isinstance(found, Securable) or not session.sees(found):
        raise errors.does_not_exist(kind, name)
    return found


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip()).upper()
