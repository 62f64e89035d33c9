"""Every other kind: imports the modules that answer for them."""

from tests.snowflake_double import ddl, derived, policies, schedules, sequences, tagging, users, warehouses

__all__ = ["ddl", "derived", "policies", "schedules", "sequences", "tagging", "users", "warehouses"]
