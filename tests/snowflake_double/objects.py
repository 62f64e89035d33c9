"""Making and dropping what lives in a schema: the rules that every kind shares."""

from __future__ import annotations

from tests.snowflake_double import errors, rights
from tests.snowflake_double.catalog import Object, now
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

ALSO_TABLES = ("ICEBERG TABLE", "HYBRID TABLE", "EVENT TABLE")  # DROP TABLE, ALTER TABLE work on them


def create(
    session: Session,
    made: Object,
    name: str | tuple[str, ...],
    *,
    replace: bool = False,
    if_not_exists: bool = False,
    privilege: str = "",
    copy_grants: bool = False,
) -> bool:
    """Put `made` where `name` says, owned by the session's role; False: it existed, and IF NOT EXISTS was said.

    Needs CREATE <kind> (or `privilege`) on the schema and, to replace, OWNERSHIP of what is there. Sets made.name.
    """
    path = session.qualify(name)
    schema = session.get_schema(path[:2])
    made.name = path[2]
    old = schema.objects.get((made.key[0], path[2] + made.signature))
    if not session.can(privilege or f"CREATE {made.kind}", schema):
        raise errors.insufficient("schema", schema.name)
    if old is not None:
        if if_not_exists:
            return False
        if not replace:
            raise errors.already_exists(path[2])
        if old.kind != made.kind:
            raise errors.already_exists(f"{path[2]} (a {old.kind.lower()}, not a {made.kind.lower()})")
        if not session.can("OWNERSHIP", old):
            raise errors.insufficient(old.kind, old.name)
        if copy_grants:
            made.grants = list(old.grants)
        discard(session, old)
    made.owner = session.role
    schema.add(made)
    rights.created(session.account, made)
    return True


def created(made: Object, done: bool) -> Rows:
    """What a CREATE answers."""
    what = made.kind.capitalize() if made.kind != "STAGE" else "Stage area"
    return Rows.status(
        f"{what} {made.name} successfully created." if done else f"{made.name} already exists, statement succeeded."
    )


def drop(
    session: Session, kind: str, name: str | tuple[str, ...], *, if_exists: bool = False, signature: str = ""
) -> Rows:
    """DROP of one object by its owner."""
    found = session.find(kind, name, signature) if if_exists else session.get(kind, name, signature)
    if found is None:
        return Rows.status("Drop statement executed successfully (already dropped).")
    if not session.can("OWNERSHIP", found):
        raise errors.insufficient(found.kind, found.name)
    if kind not in ("OBJECT", found.kind) and not (kind == "TABLE" and found.kind in ALSO_TABLES):
        raise errors.invalid(f"Object found is of type '{found.kind}', not specified type '{kind}'.")
    discard(session, found)
    return Rows.status(f"{found.name} successfully dropped.")


def discard(session: Session, found: Object) -> None:
    """Take it out of the catalog, without asking for rights. Time Travel still reaches it."""
    if session.owns_temporary(found):
        del session.temporary[found.schema, found.name]
        session.double.store.release(found)
    else:
        found.schema.remove(found)
        found.schema.dropped.append((now(), found))
