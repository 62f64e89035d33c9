"""Copies of databases, schemas and tables in the catalog. Rows are shared, not copied.

The rules are Snowflake's (F 7): what the cloning role may not read is silently left out; children keep their owners
and grants, but pipes; text stays as it is.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Database, Object, PolicyUse, Schema, TagUse, now
from tests.snowflake_double.names import ANY_NAME, parse_name
from tests.snowflake_double.session import Session

NOT_CLONED = ("EXTERNAL TABLE", "HYBRID TABLE")
_OWNED = ("PIPE", "STREAM", "TASK", "ALERT")
_READ = ("TABLE", "VIEW", "MATERIALIZED VIEW", "DYNAMIC TABLE", "ICEBERG TABLE", "EVENT TABLE")
_USED = ("SEQUENCE", "FILE FORMAT", "STAGE", "FUNCTION", "PROCEDURE")


class Cloning:
    """One CLONE: `moment` is AT's (None: as it is), `lenient` is IGNORE TABLES WITH INSUFFICIENT DATA RETENTION."""

    def __init__(self, session: Session, moment: datetime | None, lenient: bool = False) -> None:
        self._session = session
        self._moment = moment
        self._lenient = lenient
        self._pairs: list[tuple[Object, Object]] = []
        self._tasks_too = True

    def database(self, source: Database, target: Database) -> None:
        """Fill `target` with what the role may clone of `source`."""
        self._check_moment(source.created, source.name)
        target.future_grants = [copy(grant) for grant in source.future_grants]
        for schema in list(source.schemas.values()):
            if self._was_there(schema) and self._session.can("USAGE", schema):
                twin = Schema(name=schema.name, owner=schema.owner, comment=schema.comment)
                twin.grants = [copy(grant) for grant in schema.grants]
                target.add(twin)
                self._fill(schema, twin)
        self._map_references(source, target)

    def schema(self, source: Schema, target: Schema) -> None:
        """Fill `target`, which the cloning role owns. With AT, tasks are left out."""
        self._check_moment(source.created, source.name)
        self._tasks_too = self._moment is None
        self._fill(source, target)
        self._map_references(source.database, target.database, source.name, target.name)

    def table(self, source: Object, target: Object) -> None:
        """Make `target` hold what `source` held."""
        target.columns = [replace(column) for column in source.columns]
        target.policies = [PolicyUse(use.policy, use.columns) for use in source.policies]
        target.tags = [copy(use) for use in source.tags]
        target.properties = {**source.properties, **target.properties}
        if source.storage and self._reaches(source):
            store = self._session.double.store
            store.share(target, store.at(source, self._moment) if self._moment else source.storage)

    def _fill(self, source: Schema, target: Schema) -> None:
        target.managed_access = target.managed_access or source.managed_access
        target.retention_days, target.transient = source.retention_days, source.transient or target.transient
        target.future_grants = [copy(grant) for grant in source.future_grants]
        for item in self._children(source):
            if self._may_clone(item) and (twin := self._twin(item)) is not None:
                target.add(twin)
                self._pairs.append((item, twin))

    def _children(self, source: Schema) -> list[Object]:
        moment = self._moment
        if moment is None:
            return list(source.objects.values())
        gone = [item for when, item in source.dropped if when > moment]
        return [item for item in (*source.objects.values(), *gone) if item.created <= moment]

    def _was_there(self, schema: Schema) -> bool:
        return self._moment is None or schema.created <= self._moment

    def _may_clone(self, item: Object) -> bool:
        kind = item.kind
        if kind in NOT_CLONED or (kind == "STAGE" and not item.properties.get("url")):
            return False
        if kind == "PIPE" and self._reads_internal_stage(item):
            return False
        if kind == "TASK" and not self._tasks_too:
            return False
        if kind in _OWNED:
            return self._session.can("OWNERSHIP", item)
        if kind in _READ:
            return self._session.can("SELECT", item)
        return self._session.can("USAGE", item) if kind in _USED else self._session.sees(item)

    def _reads_internal_stage(self, pipe: Object) -> bool:
        path = pipe.properties.get("stage")
        if not path:
            return True
        database = self._session.account.databases.get(path[0])
        schema = database.schemas.get(path[1]) if database else None
        stage = schema.get("STAGE", path[2]) if schema else None
        return stage is not None and not stage.properties.get("url")

    def _twin(self, item: Object) -> Object | None:
        if item.storage and not self._reaches(item):
            return None
        twin = Object(item.kind, item.name, item.owner, item.comment, signature=item.signature, text=item.text)
        twin.grants = [copy(grant) for grant in item.grants]
        twin.properties = {**item.properties, **_stopped(item)}
        twin.columns = [replace(column) for column in item.columns]
        twin.policies, twin.tags = list(item.policies), list(item.tags)
        if item.kind == "PIPE":
            twin.owner, twin.grants = self._session.role, []
        if item.storage:
            store = self._session.double.store
            store.share(twin, store.at(item, self._moment) if self._moment else item.storage)
        return twin

    def _reaches(self, item: Object) -> bool:
        if self._moment is None or item.properties.get("retention_reaches", True):
            return True
        if self._lenient:
            return False
        raise errors.SnowflakeError(
            707,
            "02000",
            f"Time travel data is not available for table {item.name}. The requested time is either beyond the "
            "allowed time travel period or before the object creation time.",
        )

    def _check_moment(self, created: datetime, name: str) -> None:
        if self._moment is not None and (self._moment < created or self._moment > now() + _AHEAD):
            raise errors.SnowflakeError(
                707, "02000", f"Time travel data is not available for {name}: it was created after the requested time."
            )

    def _map_references(self, source: Database, target: Database, schema: str = "", twin: str = "") -> None:
        """Tags and policies inside what was cloned become the clone's own; names without a database follow it."""
        own = dict(self._pairs)
        for item, copied in self._pairs:
            copied.tags = [TagUse(own.get(use.tag, use.tag), use.value, use.column) for use in item.tags]
            copied.policies = [PolicyUse(own.get(use.policy, use.policy), use.columns) for use in item.policies]
            for key, named in _names(item).items():
                path: Any = item.properties.get(key)
                if path and path[0] == source.name and len(named) < 3 and schema in ("", path[1]):
                    kept = path[1] if not schema or len(named) == 2 else twin
                    copied.properties[key] = (target.name, kept, path[2])


_AHEAD = timedelta(seconds=2)  # rounding of clocks
_INTO = re.compile(rf"COPY\s+INTO\s+({ANY_NAME})", re.I)
_STAGE = re.compile(rf"@\s*({ANY_NAME})", re.I)
_ON = re.compile(rf"\bON\s+(?:EXTERNAL\s+)?(?:TABLE|VIEW|STAGE|DYNAMIC\s+TABLE)\s+({ANY_NAME})", re.I)


def _names(item: Object) -> dict[str, tuple[str, ...]]:
    """The names in a pipe's or a stream's text, as written: by the property that holds what they meant."""
    patterns = {"PIPE": {"table": _INTO, "stage": _STAGE}, "STREAM": {"source": _ON}}.get(item.kind, {})
    text = item.properties.get("copy") or item.text
    found = {key: pattern.search(text) for key, pattern in patterns.items()}
    return {key: parse_name(match[1]) for key, match in found.items() if match}


def _stopped(item: Object) -> dict[str, Any]:
    """Nothing runs in a clone until it is started there."""
    match item.kind:
        case "PIPE":
            auto = item.properties.get("auto_ingest")
            return {"state": "STOPPED_CLONED" if auto else "PAUSED", "load_history": {}}
        case "TASK" | "ALERT":
            return {"state": "suspended"}
        case "DYNAMIC TABLE":
            return {"scheduling_state": "SUSPENDED"}
        case _:
            return {}
