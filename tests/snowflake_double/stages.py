"""Stages and named file formats.

Properties of a STAGE: url ("" for an internal one), storage_integration (name or ""), file_format (options), directory
(bool), region (None for an internal one), credentials and encryption (were they given?). Of a FILE FORMAT: type,
options (with TYPE among them).

Not modelled, and refused: PUT, GET, REMOVE, files of internal stages, directory tables beyond the flag.
"""

from __future__ import annotations

import re

from tests.snowflake_double import errors, integrations, making, showing, tagging
from tests.snowflake_double.catalog import Object
from tests.snowflake_double.clauses import Clauses, Options, group_of, said, truth
from tests.snowflake_double.copying import checked_format
from tests.snowflake_double.names import ANY_NAME
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.s3 import bucket_region, files_at
from tests.snowflake_double.session import Session

OPTIONS = ("URL", "STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION", "DIRECTORY", "FILE_FORMAT", "COMMENT")
FORMAT_OPTIONS = (
    *("TYPE", "FIELD_DELIMITER", "SKIP_HEADER", "PARSE_HEADER", "FIELD_OPTIONALLY_ENCLOSED_BY", "NULL_IF", "COMMENT"),
    *("EMPTY_FIELD_AS_NULL", "TRIM_SPACE", "ERROR_ON_COLUMN_COUNT_MISMATCH", "ENCODING", "RECORD_DELIMITER"),
    *("DATE_FORMAT", "TIMESTAMP_FORMAT", "TIME_FORMAT", "COMPRESSION", "ESCAPE", "SKIP_BLANK_LINES"),
    *("STRIP_OUTER_ARRAY", "USE_LOGICAL_TYPE", "BINARY_AS_TEXT", "USE_VECTORIZED_SCANNER"),
)


def file_format(session: Session, given: Options, home: tuple[str, ...] = ()) -> Options:
    """What FILE_FORMAT = (..) comes to: its options, or those of the named format (USAGE is needed)."""
    if "FORMAT_NAME" not in given:
        return checked_format(given)
    if len(given) > 1:
        raise errors.syntax("FORMAT_NAME cannot be combined with other file format options.")
    path = Clauses(said(given, "FORMAT_NAME")).name()
    found = session.get("FILE FORMAT", (*home[: 3 - len(path)], *path))
    if not session.can("USAGE", found):
        raise errors.insufficient("file format", found.name)
    options: Options = dict(found.properties["options"])
    return options


def _read_stage(session: Session, made: Object, clauses: Clauses) -> None:
    options = clauses.options(OPTIONS)
    made.properties = {"url": "", "storage_integration": "", "file_format": {}, "directory": False}
    made.properties |= {"credentials": False, "encryption": False}
    _set_stage(session, made, options)
    if clauses.sees("TAG") or clauses.sees("WITH", "TAG"):
        clauses.accept("WITH")
        clauses.accept("TAG")
        tagging.put(session, made, Clauses(clauses.group()))


def _set_stage(session: Session, stage: Object, options: Options) -> None:
    held = stage.properties
    url, name = said(options, "URL", held["url"]), said(options, "STORAGE_INTEGRATION", held["storage_integration"])
    if url and not url.startswith("s3://"):
        raise errors.unmodelled(f"stages at {url}")
    if name and not url:
        raise errors.syntax("STORAGE_INTEGRATION needs a URL.")
    if name:
        integrations.check_location(integrations.usable(session, name), url)
    held["url"], held["storage_integration"] = url, name
    held["region"] = bucket_region(session.account, url) if url else None
    if "FILE_FORMAT" in options:
        held["file_format"] = group_of(options, "FILE_FORMAT")
        file_format(session, held["file_format"])
    held["credentials"] = held["credentials"] or "CREDENTIALS" in options
    held["encryption"] = held["encryption"] or "ENCRYPTION" in options
    held["directory"] = truth(group_of(options, "DIRECTORY"), "ENABLE", held["directory"])
    stage.comment = said(options, "COMMENT", stage.comment)


def _alter_stage(session: Session, stage: Object, clauses: Clauses) -> bool:
    if not clauses.sees("SET") or clauses.sees("SET", "TAG"):
        return tagging.alter(session, stage, clauses)
    clauses.expect("SET")
    options = clauses.options(OPTIONS)
    if not stage.properties["url"] and "URL" in options:
        raise errors.invalid("An internal stage cannot be given a URL.")
    _set_stage(session, stage, options)
    return True


making.creates("STAGE", _read_stage, before=r"(?:TEMP(?:ORARY)?\s+)?")
making.alters("STAGE", _alter_stage)
making.drops("STAGE")


def _stage_row(stage: Object) -> tuple[object, ...]:
    held = stage.properties
    external = bool(held["url"])
    return (
        *showing.place(stage),
        held["url"],
        showing.yes(held["credentials"]),
        showing.yes(held["encryption"]),
        stage.owner,
        stage.comment,
        held["region"],
        "EXTERNAL" if external else "INTERNAL",
        "AWS" if external else None,
        None,
        held["storage_integration"] or None,
        None,
        "ROLE",
        showing.yes(held["directory"]),
    )


showing.show_objects(
    "STAGES",
    ("STAGE",),
    (
        *showing.PLACE,
        *("url", "has_credentials", "has_encryption_key", "owner", "comment", "region", "type", "cloud"),
        *("notification_channel", "storage_integration", "endpoint", "owner_role_type", "directory_enabled"),
    ),
    _stage_row,
)


@statement(rf"DESC(?:RIBE)?\s+STAGE\s+(?P<name>{ANY_NAME})")
def describe_stage(session: Session, match: re.Match[str]) -> Rows:
    stage = session.get("STAGE", match["name"])
    held = stage.properties
    kind = said(file_format(session, held["file_format"], stage.path[:2]), "TYPE", "CSV")
    rows = [
        ("STAGE_FILE_FORMAT", "TYPE", "String", kind, "CSV"),
        ("STAGE_LOCATION", "URL", "String", f'["{held["url"]}"]' if held["url"] else "", ""),
        ("STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", held["storage_integration"], ""),
        ("DIRECTORY", "ENABLE", "Boolean", str(held["directory"]).lower(), "false"),
    ]
    return Rows(("parent_property", "property", "property_type", "property_value", "property_default"), rows)


@statement(r"(?:LIST|LS)\s+(?P<rest>@.*)")
def list_stage(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name, path = clauses.stage()
    clauses.end()
    found = files_at(session, session.get("STAGE", name), path)
    at = "%a, %d %b %Y %H:%M:%S GMT"
    rows = [(file.url, file.size, file.etag, file.modified.strftime(at)) for file in found]
    return Rows(("name", "size", "md5", "last_modified"), rows)


def _read_format(session: Session, made: Object, clauses: Clauses) -> None:
    options = clauses.options(FORMAT_OPTIONS)
    made.comment = said(options, "COMMENT")
    checked = checked_format(options)
    made.properties = {"type": checked["TYPE"], "options": checked}


making.creates("FILE FORMAT", _read_format, before=r"(?:TEMP(?:ORARY)?\s+)?")
making.alters("FILE FORMAT", lambda session, item, clauses: False)
making.drops("FILE FORMAT")
showing.show_objects(
    "FILE FORMATS",
    ("FILE FORMAT",),
    (*showing.PLACE, "type", "owner", "comment", "owner_role_type"),
    lambda item: (*showing.place(item), item.properties["type"], item.owner, item.comment, "ROLE"),
)
