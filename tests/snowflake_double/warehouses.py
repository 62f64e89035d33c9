"""Warehouses and resource monitors, in the account's `of_kind("WAREHOUSE")` and `of_kind("RESOURCE MONITOR")`.

Properties of a WAREHOUSE: state (STARTED or SUSPENDED), size, auto_suspend, auto_resume, resource_monitor (name or
None), parameters. Of a RESOURCE MONITOR: quota, frequency, triggers (text). Nothing is metered, and no statement needs
a warehouse.
"""

from __future__ import annotations

import re
from typing import Any

from tests.snowflake_double import errors, making, rights, showing
from tests.snowflake_double.catalog import Securable
from tests.snowflake_double.clauses import Clauses, Options, said, truth
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

PARAMETERS = ("STATEMENT_TIMEOUT_IN_SECONDS", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "MAX_CONCURRENCY_LEVEL")
OPTIONS = (
    *("WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "AUTO_SUSPEND", "AUTO_RESUME", "INITIALLY_SUSPENDED", "RESOURCE_MONITOR"),
    *("COMMENT", "MIN_CLUSTER_COUNT", "MAX_CLUSTER_COUNT", "SCALING_POLICY", "ENABLE_QUERY_ACCELERATION", *PARAMETERS),
)
SIZES = {"XSMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium", "LARGE": "Large", "XLARGE": "X-Large"}
MONITOR_COLUMNS = (
    *("name", "credit_quota", "used_credits", "remaining_credits", "level", "frequency", "start_time", "end_time"),
    *("notify_at", "suspend_at", "suspend_immediately_at", "created_on", "owner", "comment", "notify_users"),
)
COLUMNS = (
    *(
        "name",
        "state",
        "type",
        "size",
        "min_cluster_count",
        "max_cluster_count",
        "started_clusters",
        "running",
        "queued",
    ),
    *("is_default", "is_current", "is_interactive", "auto_suspend", "auto_resume", "available", "provisioning"),
    *("quiescing", "other", "created_on", "resumed_on", "updated_on", "owner", "comment", "enable_query_acceleration"),
    *("query_acceleration_max_scale_factor", "resource_monitor", "actives", "pendings", "failed", "suspended", "uuid"),
    *("scaling_policy", "owner_role_type", "resource_constraint", "generation"),
)


@statement(r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?WAREHOUSE\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)")
def create_warehouse(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    clauses.accept("WITH")
    options = clauses.options(OPTIONS)
    clauses.end()
    if match["replace"]:
        raise errors.unmodelled("CREATE OR REPLACE WAREHOUSE")
    held = session.account.of_kind("WAREHOUSE")
    if match["unless"] and name in held:
        return Rows.status(f"{name} already exists, statement succeeded.")
    making.needs_account(session, "CREATE WAREHOUSE", "WAREHOUSE", name)
    made = Securable(kind="WAREHOUSE", name=name, owner=session.role)
    made.properties = {
        **{"size": "XSMALL", "auto_suspend": "600", "auto_resume": True, "resource_monitor": None, "parameters": {}},
        **{"state": "SUSPENDED" if truth(options, "INITIALLY_SUSPENDED") else "STARTED"},
    }
    _set(session, made, options)
    held[name] = made
    rights.created(session.account, made)
    session.warehouse = name  # a new warehouse becomes the session's
    return Rows.status(f"Warehouse {name} successfully created.")


def _set(session: Session, warehouse: Securable, options: Options) -> None:
    held = warehouse.properties
    size = re.sub(r"[-_]", "", said(options, "WAREHOUSE_SIZE", held["size"]).upper())
    if size not in SIZES:
        raise errors.unmodelled(f"WAREHOUSE_SIZE = {size}")
    monitor = options.get("RESOURCE_MONITOR", held["resource_monitor"])
    if monitor is not None and monitor not in session.account.of_kind("RESOURCE MONITOR"):
        raise errors.does_not_exist("Resource monitor", str(monitor))
    if "RESOURCE_MONITOR" in options and "ACCOUNTADMIN" not in session.roles():
        raise errors.insufficient("resource monitor", str(monitor))
    held["size"], held["resource_monitor"] = size, monitor
    held["auto_suspend"] = said(options, "AUTO_SUSPEND", held["auto_suspend"])
    held["auto_resume"] = truth(options, "AUTO_RESUME", held["auto_resume"])
    held["parameters"] |= {name: options[name] for name in PARAMETERS if name in options}
    warehouse.comment = said(options, "COMMENT", warehouse.comment)


@statement(r"ALTER\s+WAREHOUSE\s+(?P<if>IF\s+EXISTS\s+)?(?P<rest>.*)")
def alter_warehouse(session: Session, match: re.Match[str]) -> None:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    if match["if"] and name not in session.account.of_kind("WAREHOUSE"):
        return
    found = making.account_item(session, "WAREHOUSE", name)
    change = clauses.one_of("RESUME IF SUSPENDED", "RESUME", "SUSPEND")
    if not session.can("OPERATE" if change else "MODIFY", found):
        raise errors.insufficient("warehouse", name)
    if change:
        found.properties["state"] = "SUSPENDED" if change == "SUSPEND" else "STARTED"
    else:
        clauses.expect("SET")
        _set(session, found, clauses.options([option for option in OPTIONS if option != "INITIALLY_SUSPENDED"]))
    clauses.end()


def _row(session: Session, warehouse: Securable) -> tuple[Any, ...]:
    held = warehouse.properties
    running = held["state"] == "STARTED"
    current = showing.yes(session.warehouse == warehouse.name)
    resumed = warehouse.created if running else None
    suspends = None if held["auto_suspend"] in ("0", "NULL") else int(held["auto_suspend"])
    return (
        *(warehouse.name, held["state"], "STANDARD", SIZES[held["size"]], 1, 1, int(running), 0, 0, "N", current, "N"),
        *(suspends, str(held["auto_resume"]).lower(), "", "", "", "", warehouse.created, resumed, warehouse.created),
        *(warehouse.owner, warehouse.comment, "false", 8, held["resource_monitor"] or "null", 0, 0, 0, 0, "0"),
        *("STANDARD", "ROLE", None, "1"),
    )


showing.show_account_items("WAREHOUSES", lambda session: session.account.of_kind("WAREHOUSE").values(), COLUMNS, _row)
making.account_drops("WAREHOUSE")


@statement(r"CREATE\s+RESOURCE\s+MONITOR\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)")
def create_monitor(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    clauses.accept("WITH")
    options = clauses.options(("CREDIT_QUOTA", "FREQUENCY", "START_TIMESTAMP", "END_TIMESTAMP", "NOTIFY_USERS"))
    triggers = clauses.rest if clauses.accept("TRIGGERS") else ""
    for action in re.findall(r"ON\s+\d+\s+PERCENT\s+DO\s+(\w+)", triggers, re.I):
        if action.upper() not in ("SUSPEND", "SUSPEND_IMMEDIATE", "NOTIFY"):
            clauses.fail()
    if not re.fullmatch(r"(?:\s*ON\s+\d+\s+PERCENT\s+DO\s+\w+)*\s*", triggers, re.I):
        clauses.fail()
    held = session.account.of_kind("RESOURCE MONITOR")
    if match["unless"] and name in held:
        return Rows.status(f"{name} already exists, statement succeeded.")
    if "ACCOUNTADMIN" not in session.roles():  # nobody else may, and the right cannot be granted
        raise errors.insufficient("account", session.account.name)
    if name in held:
        raise errors.already_exists(name)
    held[name] = made = Securable(kind="RESOURCE MONITOR", name=name, owner=session.role)
    made.properties = {"quota": options.get("CREDIT_QUOTA"), "frequency": said(options, "FREQUENCY", "MONTHLY")}
    made.properties["triggers"] = triggers
    return Rows.status(f"Resource monitor {name} successfully created.")


def _monitor_row(session: Session, monitor: Securable) -> tuple[Any, ...]:
    held = monitor.properties
    warehouses = session.account.of_kind("WAREHOUSE").values()
    used = any(warehouse.properties["resource_monitor"] == monitor.name for warehouse in warehouses)
    on = {
        action: ",".join(re.findall(rf"ON\s+(\d+)\s+PERCENT\s+DO\s+{action}\b", held["triggers"], re.I)) or None
        for action in ("NOTIFY", "SUSPEND", "SUSPEND_IMMEDIATE")
    }
    return (
        *(monitor.name, held["quota"], "0.00", held["quota"], "WAREHOUSE" if used else None, held["frequency"], None),
        *(None, on["NOTIFY"], on["SUSPEND"], on["SUSPEND_IMMEDIATE"], monitor.created, monitor.owner, monitor.comment),
        None,
    )


showing.show_account_items(
    "RESOURCE MONITORS",
    lambda session: session.account.of_kind("RESOURCE MONITOR").values(),
    MONITOR_COLUMNS,
    _monitor_row,
)
making.account_drops("RESOURCE MONITOR")
