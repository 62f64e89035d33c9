"""CREATE, DROP and the common ALTERs of the kinds that have no rows: what their statements share."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.snowflake_double import errors, objects, router
from tests.snowflake_double.altering import rename
from tests.snowflake_double.catalog import Object, Securable
from tests.snowflake_double.clauses import Clauses
from tests.snowflake_double.names import ANY_NAME, dotted
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

# Reads what follows the name into the object. A clause that it leaves is not modelled.
Reader = Callable[[Session, Object, Clauses], None]
Alter = Callable[[Session, Object, Clauses], bool]
# Raises where what is there may not be replaced or dropped.
Guard = Callable[[Session, Object], None]


def creates(kind: str, read: Reader, *, before: str = "", guard: Guard | None = None, first: bool = False) -> None:
    """Register CREATE [OR REPLACE] <before> <kind> [IF NOT EXISTS] <name> <what `read` reads>."""

    def handler(session: Session, match: re.Match[str]) -> Rows:
        session.commit()
        clauses = Clauses(match["rest"])
        name = clauses.name()
        made = Object(kind=kind, name=name[-1], text=match[0])
        if_not_exists = bool(match["unless"])
        if guard and match["replace"] and (old := session.find(kind, name)):
            guard(session, old)
        if if_not_exists and match["replace"]:
            raise errors.syntax("options IF NOT EXISTS and OR REPLACE are incompatible.")
        read(session, made, clauses)
        clauses.end()
        try:
            done = objects.create(session, made, name, replace=bool(match["replace"]), if_not_exists=if_not_exists)
        except errors.SnowflakeError:
            session.double.store.release(made)
            raise
        return objects.created(made, done)

    phrase = r"\s+".join(kind.split())
    pattern = rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?{before}{phrase}\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)"
    router.statement(pattern, first=first)(handler)


def drops(kind: str, *, guard: Guard | None = None) -> None:
    """Register DROP <kind> [IF EXISTS] <name>."""

    def handler(session: Session, match: re.Match[str]) -> Rows:
        session.commit()
        if guard and (found := session.find(kind, match["name"])):
            guard(session, found)
        return objects.drop(session, kind, match["name"], if_exists=bool(match["if"]))

    phrase = r"\s+".join(kind.split())
    router.statement(rf"DROP\s+{phrase}\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})")(handler)


def alters(kind: str, change: Alter, *, rights: Callable[[Clauses], str] | None = None) -> None:
    """Register ALTER <kind> [IF EXISTS] <name> <what `change` takes, or SET/UNSET COMMENT, or RENAME TO>.

    Needs OWNERSHIP, or else the privilege that `rights` names for the clause that follows ("" for none of them).
    """

    def handler(session: Session, match: re.Match[str]) -> Rows | None:
        session.commit()
        clauses = Clauses(match["rest"])
        name = clauses.name()
        found = session.find(kind, name) if match["if"] else session.get(kind, name)
        if found is None:
            return None
        lesser = rights(clauses) if rights else ""
        if not session.can("OWNERSHIP", found) and not (lesser and session.can(lesser, found)):
            raise errors.insufficient(kind, found.name)
        if not change(session, found, clauses):
            alter_common(session, found, clauses)
        clauses.end()
        return None

    phrase = r"\s+".join(kind.split())
    router.statement(rf"ALTER\s+{phrase}\s+(?P<if>IF\s+EXISTS\s+)?(?P<rest>.*)")(handler)


def alter_common(session: Session, found: Object, clauses: Clauses) -> None:
    if clauses.accept("RENAME", "TO"):
        rename(session, found, dotted(clauses.name()))
    elif clauses.accept("UNSET", "COMMENT"):
        found.comment = ""
    elif clauses.sees("SET", "COMMENT"):
        clauses.accept("SET")
        found.comment = str(clauses.options(("COMMENT",))["COMMENT"])
    else:
        clauses.refuse()


def needs_account(session: Session, privilege: str, kind: str, name: str) -> None:
    """CREATE of what stands in the account itself."""
    if not session.can(privilege, session.account):
        raise errors.insufficient("account", session.account.name)
    if name in session.account.of_kind(kind):
        raise errors.already_exists(name)


def account_item(session: Session, kind: str, name: str) -> Securable:
    """A warehouse, an integration, ... that the role sees; raises if there is none."""
    found = session.account.of_kind(kind).get(name)
    if found is None or not session.sees(found):
        raise errors.does_not_exist(kind.capitalize(), name)
    return found


def account_drops(kind: str, words: str = "") -> None:
    """Register DROP <kind> [IF EXISTS] <name> of what stands in the account itself."""

    def handler(session: Session, match: re.Match[str]) -> Rows:
        name = Clauses(match["name"]).name()[-1]
        held = session.account.of_kind(kind)
        if match["if"] and (name not in held or not session.sees(held[name])):
            return Rows.status("Drop statement executed successfully (already dropped).")
        found = account_item(session, kind, name)
        if not session.can("OWNERSHIP", found):
            raise errors.insufficient(kind, name)
        del held[name]
        return Rows.status(f"{name} successfully dropped.")

    phrase = words or r"\s+".join(kind.split())
    router.statement(rf"DROP\s+{phrase}\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})")(handler)
