"""Streams, tasks and alerts: in the catalog only, nothing runs and no stream can be read.

Properties of a STREAM: source (path), source_kind, mode. Of a TASK: state ('started' or 'suspended', as it is made),
definition (the text after AS), warehouse, schedule, condition, predecessors (paths), options. Of an ALERT: state,
warehouse, schedule, condition, action. Resuming does not ask for EXECUTE TASK or EXECUTE ALERT on the account.
"""

from __future__ import annotations

from typing import Any

from tests.snowflake_double import errors, making, showing, tagging
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.clauses import Clauses, said
from tests.snowflake_double.names import dotted
from tests.snowflake_double.session import Session

SOURCES = ("EXTERNAL TABLE", "DYNAMIC TABLE", "TABLE", "VIEW", "STAGE")
TASK_OPTIONS = (
    *("WAREHOUSE", "SCHEDULE", "CONFIG", "COMMENT", "ALLOW_OVERLAPPING_EXECUTION", "SUSPEND_TASK_AFTER_NUM_FAILURES"),
    *("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE", "USER_TASK_TIMEOUT_MS", "ERROR_INTEGRATION", "QUERY_TAG"),
)
ALERT_OPTIONS = ("WAREHOUSE", "SCHEDULE", "COMMENT")


def _read_stream(session: Session, made: Object, clauses: Clauses) -> None:
    clauses.accept("COPY", "GRANTS")
    clauses.expect("ON")
    kind = clauses.one_of(*SOURCES)
    if not kind:
        clauses.refuse()
    source = session.get(kind, clauses.name())
    if not session.can("USAGE" if kind == "STAGE" else "SELECT", source):
        raise errors.insufficient(source.kind, source.name)
    options = clauses.options(("APPEND_ONLY", "INSERT_ONLY", "SHOW_INITIAL_ROWS", "COMMENT"))
    modes = [mode for mode in ("APPEND_ONLY", "INSERT_ONLY") if said(options, mode, "FALSE").upper() == "TRUE"]
    made.comment = said(options, "COMMENT")
    made.properties = {"source": source.path, "source_kind": source.kind, "mode": modes[0] if modes else "DEFAULT"}


def _stream_row(stream: Object) -> tuple[Any, ...]:
    held = stream.properties
    source = dotted(held["source"])
    return (
        *(*showing.place(stream), stream.owner, stream.comment, source, held["source_kind"].capitalize(), source),
        *("DELTA", "false", held["mode"], None, "N/A", "ROLE"),
    )


def _read_task(session: Session, made: Object, clauses: Clauses) -> None:
    options = clauses.options(TASK_OPTIONS)
    after = [session.get("TASK", name).path for name in clauses.names()] if clauses.accept("AFTER") else []
    clauses.options(TASK_OPTIONS, options)
    condition = clauses.until("AS") if clauses.accept("WHEN") else None
    clauses.expect("AS")
    if clauses.done:
        clauses.fail()
    _check_warehouse(session, options)
    made.comment = said(options, "COMMENT")
    made.properties = {
        **{"state": "suspended", "definition": clauses.rest, "condition": condition, "predecessors": after},
        **{"warehouse": options.get("WAREHOUSE"), "schedule": options.get("SCHEDULE"), "options": options},
    }
    clauses.at = len(clauses.text)


def _check_warehouse(session: Session, options: dict[str, object]) -> None:
    if "WAREHOUSE" not in options:
        return
    warehouse = making.account_item(session, "WAREHOUSE", said(options, "WAREHOUSE"))
    if not session.can("USAGE", warehouse):
        raise errors.insufficient("warehouse", warehouse.name)


def _alter_task(session: Session, task: Object, clauses: Clauses) -> bool:
    held = task.properties
    if _resumed_or_suspended(task, clauses):
        return True
    if clauses.accept("MODIFY", "AS"):
        held["definition"] = clauses.rest
        clauses.at = len(clauses.text)
    elif clauses.accept("MODIFY", "WHEN"):
        held["condition"] = clauses.rest
        clauses.at = len(clauses.text)
    elif clauses.accept("REMOVE", "AFTER"):
        gone = [session.qualify(name) for name in clauses.names()]
        held["predecessors"] = [path for path in held["predecessors"] if path not in gone]
    elif clauses.accept("ADD", "AFTER"):
        added = [session.get("TASK", name).path for name in clauses.names()]
        held["predecessors"] = [*held["predecessors"], *added]
    elif clauses.sees("SET") and not clauses.sees("SET", "TAG"):
        _set(session, task, clauses, TASK_OPTIONS)
    else:
        return tagging.alter(session, task, clauses)
    return True


def _resumed_or_suspended(item: Object, clauses: Clauses) -> bool:
    change = clauses.one_of("RESUME", "SUSPEND")
    if change:
        item.properties["state"] = {"RESUME": "started", "SUSPEND": "suspended"}[change]
    return bool(change)


def _set(session: Session, item: Object, clauses: Clauses, allowed: tuple[str, ...]) -> None:
    clauses.expect("SET")
    options = clauses.options(allowed)
    _check_warehouse(session, options)
    item.comment = said(options, "COMMENT", item.comment)
    changed = {name.lower(): value for name, value in options.items() if name in ("WAREHOUSE", "SCHEDULE")}
    item.properties = {**item.properties, **changed}


def _task_row(task: Object) -> tuple[Any, ...]:
    held = task.properties
    before = "[" + ",".join(f'"{dotted(path)}"' for path in held["predecessors"]) + "]"
    relations = f'{{"Predecessors":{before}}}'
    return (
        *(task.created, task.name, f"task-{id(task)}", task.schema.database.name, task.schema.name, task.owner),
        *(task.comment, held["warehouse"], held["schedule"], None, None, before, held["state"], held["definition"]),
        *(held["condition"], said(held["options"], "ALLOW_OVERLAPPING_EXECUTION", "FALSE").lower(), None, None, None),
        *(None, "ROLE", held["options"].get("CONFIG"), None, relations, None),
    )


def _read_alert(session: Session, made: Object, clauses: Clauses) -> None:
    options = clauses.options(ALERT_OPTIONS)
    clauses.expect("IF")
    inner = Clauses(clauses.group())
    inner.expect("EXISTS")
    condition = inner.group()
    inner.end()
    clauses.expect("THEN")
    _check_warehouse(session, options)
    made.comment = said(options, "COMMENT")
    made.properties = {
        **{"state": "suspended", "condition": condition.strip(), "action": clauses.rest},
        **{"warehouse": options.get("WAREHOUSE"), "schedule": options.get("SCHEDULE")},
    }
    clauses.at = len(clauses.text)


def _alter_alert(session: Session, alert: Object, clauses: Clauses) -> bool:
    if _resumed_or_suspended(alert, clauses):
        return True
    if clauses.accept("MODIFY", "ACTION"):
        alert.properties["action"] = clauses.rest
        clauses.at = len(clauses.text)
    elif clauses.accept("MODIFY", "CONDITION", "EXISTS"):
        alert.properties["condition"] = clauses.group().strip()
    elif clauses.sees("SET") and not clauses.sees("SET", "TAG"):
        _set(session, alert, clauses, ALERT_OPTIONS)
    else:
        return tagging.alter(session, alert, clauses)
    return True


def _alert_row(alert: Object) -> tuple[Any, ...]:
    held = alert.properties
    return (
        *(*showing.place(alert), alert.owner, alert.comment, held["warehouse"], held["schedule"], held["state"]),
        *(held["condition"], held["action"], "ROLE", None, None, None),
    )


def _operates(clauses: Clauses) -> str:
    return "OPERATE" if clauses.sees("RESUME") or clauses.sees("SUSPEND") else ""


making.creates("STREAM", _read_stream)
making.alters("STREAM", tagging.alter)
making.creates("TASK", _read_task, first=True)  # the text after AS may be a block, with semicolons in it
making.alters("TASK", _alter_task, rights=_operates)
making.creates("ALERT", _read_alert, first=True)
making.alters("ALERT", _alter_alert, rights=_operates)
for _kind in ("STREAM", "TASK", "ALERT"):
    making.drops(_kind)
showing.show_objects(
    "STREAMS",
    ("STREAM",),
    (
        *(*showing.PLACE, "owner", "comment", "table_name", "source_type", "base_tables", "type", "stale", "mode"),
        *("stale_after", "invalid_reason", "owner_role_type"),
    ),
    _stream_row,
)
showing.show_objects(
    "TASKS",
    ("TASK",),
    (
        *("created_on", "name", "id", "database_name", "schema_name", "owner", "comment", "warehouse", "schedule"),
        *("scheduling_mode", "target_completion_interval", "predecessors", "state", "definition", "condition"),
        *("allow_overlapping_execution", "error_integration", "success_integration", "last_committed_on"),
        *("last_suspended_on", "owner_role_type", "config", "last_suspended_reason", "task_relations"),
        "execute_as_user",
    ),
    _task_row,
)
showing.show_objects(
    "ALERTS",
    ("ALERT",),
    (
        *(*showing.PLACE, "owner", "comment", "warehouse", "schedule", "state", "condition", "action"),
        *("owner_role_type", "runbook", "config", "was_auto_suspended"),
    ),
    _alert_row,
)
