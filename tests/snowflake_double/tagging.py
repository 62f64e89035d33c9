"""Tags: CREATE, ALTER, DROP and SHOW TAG, and SET TAG / UNSET TAG on whatever can carry one.

Properties of a TAG: allowed (list of values, empty for any). Their uses are TagUse entries of what carries them; there
is no inheritance from schemas and databases to tables (TAG_REFERENCES would show it), and no masking by tag.
"""

from __future__ import annotations

import re

from tests.snowflake_double import errors, making, showing
from tests.snowflake_double.catalog import Object, Securable, TagUse
from tests.snowflake_double.clauses import Clauses
from tests.snowflake_double.names import ANY_NAME, IDENT
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

CONTAINED = (
    *("DYNAMIC TABLE", "EXTERNAL TABLE", "ICEBERG TABLE", "EVENT TABLE", "MATERIALIZED VIEW", "TABLE", "VIEW"),
    *("SEQUENCE", "STREAM", "TASK", "ALERT", "MASKING POLICY", "ROW ACCESS POLICY", "FILE FORMAT"),
)
STANDING = ("WAREHOUSE", "INTEGRATION")


def put(session: Session, target: Securable, clauses: Clauses, column: str | None = None) -> None:
    """`tag = 'value' [, ..]`: needs APPLY on the tag with OWNERSHIP of what carries it, or APPLY TAG on the account."""
    while True:
        tag = session.get("TAG", clauses.name())
        clauses.expect("=")
        value = clauses.string()
        _may_apply(session, tag, target)
        if (allowed := tag.properties["allowed"]) and value not in allowed:
            raise errors.invalid(f"Tag value '{value}' is not in the allowed values of the tag {tag.name}.")
        _take_off(target, tag, column)
        target.tags.append(TagUse(tag, value, column))
        if not clauses.accept(","):
            return


def alter(session: Session, target: Securable, clauses: Clauses, column: str | None = None) -> bool:
    """SET TAG or UNSET TAG, if that is what stands there."""
    if clauses.accept("SET", "TAG"):
        put(session, target, clauses, column)
        return True
    if not clauses.accept("UNSET", "TAG"):
        return False
    for name in clauses.names():
        tag = session.get("TAG", name)
        _may_apply(session, tag, target)
        _take_off(target, tag, column)
    return True


def _may_apply(session: Session, tag: Object, target: Securable) -> None:
    made_here = target.owner is None  # it is being created
    if session.can("APPLY TAG", session.account):
        return
    if not session.can("APPLY", tag):
        raise errors.insufficient("tag", tag.name)
    if not made_here and not session.can("OWNERSHIP", target):
        raise errors.insufficient(target.kind, target.name)


def _take_off(target: Securable, tag: Object, column: str | None) -> None:
    target.tags = [use for use in target.tags if use.tag is not tag or use.column != column]


def _read_tag(session: Session, made: Object, clauses: Clauses) -> None:
    made.properties["allowed"] = []
    if clauses.accept("ALLOWED_VALUES"):
        made.properties["allowed"].append(clauses.string())
        while clauses.accept(","):
            made.properties["allowed"].append(clauses.string())
    made.comment = str(clauses.options(("COMMENT",)).get("COMMENT", ""))


making.creates("TAG", _read_tag)
making.alters("TAG", lambda session, tag, clauses: False)
showing.show_objects(
    "TAGS",
    ("TAG",),
    (*showing.PLACE, "owner", "comment", "allowed_values", "owner_role_type"),
    lambda tag: (
        *showing.place(tag),
        tag.owner,
        tag.comment,
        "[" + ",".join(f'"{value}"' for value in tag.properties["allowed"]) + "]"
        if tag.properties["allowed"]
        else None,
        "ROLE",
    ),
)
making.drops("TAG")

_KINDS = "|".join(r"\s+".join(kind.split()) for kind in CONTAINED)


@statement(
    rf"ALTER\s+(?P<kind>{_KINDS})\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+(?P<rest>(?:UN)?SET\s+TAG\b.*)",
    first=True,
)
def tag_object(session: Session, match: re.Match[str]) -> Rows | None:
    kind = " ".join(match["kind"].upper().split())
    found = session.find(kind, match["name"]) if match["if"] else session.get(kind, match["name"])
    if found is not None:
        _tag(session, found, match["rest"])
    return None


@statement(
    rf"ALTER\s+(?:TABLE|VIEW)\s+(?P<name>{ANY_NAME})\s+(?:MODIFY|ALTER)\s+(?:COLUMN\s+)?(?P<column>{IDENT})\s+"
    r"(?P<rest>(?:UN)?SET\s+TAG\b.*)",
    first=True,
)
def tag_column(session: Session, match: re.Match[str]) -> None:
    found = session.get("TABLE", match["name"])
    _tag(session, found, match["rest"], column_of(found, match["column"]))


@statement(
    rf"ALTER\s+(?P<kind>DATABASE|SCHEMA|WAREHOUSE|INTEGRATION|USER|ROLE)\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+"
    r"(?P<rest>(?:UN)?SET\s+TAG\b.*)",
    first=True,
)
def tag_container(session: Session, match: re.Match[str]) -> None:
    kind, name = match["kind"].upper(), Clauses(match["name"]).name()
    found: Securable
    if kind == "DATABASE":
        found = session.get_database(name)
    elif kind == "SCHEMA":
        found = session.get_schema(name)
    elif kind in STANDING:
        found = making.account_item(session, kind, name[-1])
    else:
        raise errors.unmodelled(f"tags on a {kind.lower()}")
    _tag(session, found, match["rest"])


def column_of(found: Object, written: str) -> str:
    name = Clauses(written).identifier()
    if all(column.name != name for column in found.columns):
        raise errors.SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{name}'")
    return name


def _tag(session: Session, target: Securable, text: str, column: str | None = None) -> None:
    clauses = Clauses(text)
    if not alter(session, target, clauses, column):
        clauses.fail()
    clauses.end()
