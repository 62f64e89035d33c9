"""What the double answers when it does not succeed, with Snowflake's error numbers and SQL states."""

from __future__ import annotations


class SnowflakeError(Exception):
    def __init__(self, errno: int, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.errno = errno
        self.sqlstate = sqlstate
        self.message = message


# The kinds that a query may read answer 2003, the others 2043.
_READ = {"DATABASE", "SCHEMA", "TABLE", "VIEW", "OBJECT", "STAGE", "SEQUENCE", "FILE FORMAT", "PIPE", "ROLE", "USER"}


def does_not_exist(kind: str, name: str) -> SnowflakeError:
    """Also the answer for what the role may not see: Snowflake does not tell the two apart."""
    said = f"{kind.capitalize()} '{name}' does not exist or not authorized."
    if kind.upper() in _READ:
        return SnowflakeError(
            2003, "42S02" if kind.upper() in ("TABLE", "VIEW", "OBJECT") else "02000", _compiled(said)
        )
    return nowhere(kind, name)


def nowhere(kind: str, name: str) -> SnowflakeError:
    """What USE and SHOW .. IN answer; dbt-snowflake knows a missing schema by this number."""
    said = f"{kind.capitalize()} '{name}' does not exist or not authorized."
    return SnowflakeError(2043, "02000", _compiled("Object does not exist, or operation cannot be performed.\n" + said))


def already_exists(name: str) -> SnowflakeError:
    return SnowflakeError(2002, "42710", _compiled(f"Object '{name}' already exists."))


def insufficient(kind: str, name: str) -> SnowflakeError:
    said = f"Insufficient privileges to operate on {kind.lower()} '{name}'"
    return SnowflakeError(3001, "42501", f"SQL access control error:\n{said}")


def syntax(message: str) -> SnowflakeError:
    return SnowflakeError(1003, "42000", _compiled(message))


def invalid(message: str) -> SnowflakeError:
    """A statement that is well formed and refused all the same."""
    return SnowflakeError(2140, "42601", _compiled(message))


def unmodelled(what: str) -> SnowflakeError:
    return SnowflakeError(9999, "99999", f"the Snowflake double does not model: {what}")


def _compiled(message: str) -> str:
    return f"SQL compilation error:\n{message}"
