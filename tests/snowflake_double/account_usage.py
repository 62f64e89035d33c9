"""SNOWFLAKE.ACCOUNT_USAGE: rows that a test put into `account.usage`, for roles with IMPORTED PRIVILEGES."""

from __future__ import annotations

from tests.snowflake_double import errors, rights
from tests.snowflake_double.relations import ACCOUNT_VIEWS
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

_COLUMNS = {
    "TABLE_STORAGE_METRICS": (
        "ID:fixed TABLE_NAME TABLE_SCHEMA_ID:fixed TABLE_SCHEMA TABLE_CATALOG_ID:fixed TABLE_CATALOG "
        "CLONE_GROUP_ID:fixed IS_TRANSIENT ACTIVE_BYTES:fixed TIME_TRAVEL_BYTES:fixed FAILSAFE_BYTES:fixed "
        "RETAINED_FOR_CLONE_BYTES:fixed DELETED:boolean TABLE_CREATED:timestamp_ltz TABLE_DROPPED:timestamp_ltz "
        "TABLE_ENTERED_FAILSAFE:timestamp_ltz SCHEMA_CREATED:timestamp_ltz SCHEMA_DROPPED:timestamp_ltz "
        "CATALOG_CREATED:timestamp_ltz CATALOG_DROPPED:timestamp_ltz COMMENT INSTANCE_ID:fixed"
    ),
    "QUERY_ATTRIBUTION_HISTORY": (
        "QUERY_ID PARENT_QUERY_ID ROOT_QUERY_ID WAREHOUSE_ID:fixed WAREHOUSE_NAME QUERY_HASH "
        "QUERY_PARAMETERIZED_HASH QUERY_TAG USER_NAME START_TIME:timestamp_ltz END_TIME:timestamp_ltz "
        "CREDITS_ATTRIBUTED_COMPUTE:real CREDITS_USED_QUERY_ACCELERATION:real"
    ),
}


def _register(name: str, spelled: str) -> None:
    pairs = [column.partition(":") for column in spelled.split()]
    names, types = [pair[0] for pair in pairs], [pair[2] or "text" for pair in pairs]

    def view(session: Session, roles: list[str] | None, _: str) -> Rows:
        asked = session.roles() if roles is None else roles
        shared = session.account.databases["SNOWFLAKE"]
        if not rights.may(session.account, asked, "IMPORTED PRIVILEGES", shared):
            raise errors.does_not_exist("Database", "SNOWFLAKE")
        given = session.account.usage.get(name, [])
        if strange := {key for row in given for key in row} - set(names):
            raise errors.unmodelled(f"the column {sorted(strange)[0]} of {name}")
        return Rows(names, [tuple(row.get(column) for column in names) for row in given], types)

    ACCOUNT_VIEWS[name] = view


for _name, _spelled in _COLUMNS.items():
    _register(_name, _spelled)
