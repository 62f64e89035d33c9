"""COPY INTO <table>: what the statement says, and the file format that it ends up with.

Modelled: FROM @stage[/path] and FROM (SELECT .. FROM @stage[/path]); FILES, PATTERN, FILE_FORMAT,
MATCH_BY_COLUMN_NAME, INCLUDE_METADATA, FORCE, ON_ERROR = ABORT_STATEMENT | SKIP_FILE; the formats CSV, JSON and
PARQUET with the options of `FORMATS`. Not modelled, and refused: table and user stages, a location as FROM
's3://..', unloading (COPY INTO @stage), ON_ERROR = CONTINUE, every other option.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.snowflake_double.clauses import Clauses, Options, group_of, listed, said, truth
from tests.snowflake_double.errors import invalid, syntax, unmodelled

COPY_OPTIONS = {
    *("FILES", "PATTERN", "FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "INCLUDE_METADATA", "FORCE", "ON_ERROR"),
}
NOT_IN_PIPES = ("FILES", "FORCE")
# Each kind's options, with the one value that may be stated for those that change nothing here ('' is any value).
FORMATS: dict[str, dict[str, str]] = {
    "CSV": {
        **dict.fromkeys(("FIELD_DELIMITER", "SKIP_HEADER", "PARSE_HEADER", "FIELD_OPTIONALLY_ENCLOSED_BY"), ""),
        **dict.fromkeys(("NULL_IF", "EMPTY_FIELD_AS_NULL", "TRIM_SPACE", "ERROR_ON_COLUMN_COUNT_MISMATCH"), ""),
        **{"ENCODING": "UTF8", "RECORD_DELIMITER": "\n", "DATE_FORMAT": "AUTO", "TIMESTAMP_FORMAT": "AUTO"},
        **{"COMPRESSION": "", "TIME_FORMAT": "AUTO", "ESCAPE": "NONE", "SKIP_BLANK_LINES": ""},
    },
    "JSON": {"COMPRESSION": "", "STRIP_OUTER_ARRAY": "", "DATE_FORMAT": "AUTO", "TIMESTAMP_FORMAT": "AUTO"},
    "PARQUET": {"COMPRESSION": "", "USE_LOGICAL_TYPE": "TRUE", "BINARY_AS_TEXT": "", "USE_VECTORIZED_SCANNER": ""},
}
KNOWN_TYPES = ("CSV", "JSON", "PARQUET", "AVRO", "ORC", "XML")
METADATA = ("FILENAME", "FILE_ROW_NUMBER", "FILE_CONTENT_KEY", "FILE_LAST_MODIFIED", "START_SCAN_TIME")


@dataclass(frozen=True)
class Select:
    """FROM (SELECT <projection> FROM @stage [alias])."""

    projection: str
    alias: str


@dataclass(frozen=True)
class Copy:
    table: tuple[str, ...]
    columns: tuple[str, ...]
    stage: tuple[str, ...]
    path: str
    select: Select | None
    options: Options

    @property
    def match(self) -> bool:
        return said(self.options, "MATCH_BY_COLUMN_NAME", "NONE").upper() != "NONE"

    @property
    def metadata(self) -> dict[str, str]:
        """INCLUDE_METADATA as {column: FILENAME | ...}."""
        found = {}
        for column, value in group_of(self.options, "INCLUDE_METADATA").items():
            field = str(value).removeprefix("METADATA$")
            if field not in METADATA:
                raise syntax(f"invalid metadata column {value}")
            found[column] = field
        return found

    @property
    def force(self) -> bool:
        return truth(self.options, "FORCE")

    def wants(self, name: str) -> bool:
        """Whether FILES and PATTERN take a file; the name is what follows the stage's location and the path."""
        pattern = said(self.options, "PATTERN")
        files = listed(self.options, "FILES")
        return (not files or name in files) and (not pattern or re.fullmatch(pattern, name) is not None)


def parse_copy(text: str) -> Copy:
    clauses = Clauses(text)
    wrapped = clauses.next()[1] == "("
    if wrapped:  # a pipe's definition may stand in parentheses
        clauses = Clauses(clauses.group())
    clauses.expect("COPY", "INTO")
    if clauses.next()[1] in ("@", "'") or clauses.next()[0] == "string":
        raise unmodelled(f"unloading: {text[:80]}")
    table = clauses.name()
    columns = tuple(name[0] for name in Clauses(clauses.group()).names()) if clauses.next()[1] == "(" else ()
    clauses.expect("FROM")
    select = None
    if clauses.next()[1] == "(":
        inner = Clauses(clauses.group())
        inner.expect("SELECT")
        projection = inner.until("FROM")
        inner.expect("FROM")
        stage, path = inner.stage()
        inner.accept("AS")
        select = Select(projection, "" if inner.done else inner.identifier())
        inner.end()
    else:
        stage, path = clauses.stage()
    options = clauses.options(COPY_OPTIONS)
    clauses.end()
    copy = Copy(table, columns, stage, path, select, options)
    _check(copy)
    return copy


def _check(copy: Copy) -> None:
    if said(copy.options, "MATCH_BY_COLUMN_NAME", "NONE").upper() not in ("NONE", "CASE_INSENSITIVE"):
        raise unmodelled("MATCH_BY_COLUMN_NAME other than CASE_INSENSITIVE or NONE")
    if said(copy.options, "ON_ERROR", "ABORT_STATEMENT").upper() not in ("ABORT_STATEMENT", "SKIP_FILE"):
        raise unmodelled("ON_ERROR other than ABORT_STATEMENT or SKIP_FILE")
    if copy.metadata and not copy.match:
        raise invalid("INCLUDE_METADATA requires MATCH_BY_COLUMN_NAME")
    if copy.select and copy.match:
        raise invalid("MATCH_BY_COLUMN_NAME cannot be used with a query as the source of COPY")
    if copy.match and copy.columns:
        raise invalid("MATCH_BY_COLUMN_NAME cannot be used with a list of columns")


def checked_format(options: Mapping[str, object]) -> Options:
    """A file format's options, as CREATE FILE FORMAT or FILE_FORMAT = (..) give them: TYPE with what belongs to it."""
    kind = said(options, "TYPE", "CSV").upper()
    if kind not in KNOWN_TYPES:
        raise syntax(f"invalid file format type {kind}")
    rest = {name: value for name, value in options.items() if name not in ("TYPE", "COMMENT")}
    known = FORMATS.get(kind, {})
    for name, value in rest.items():
        if name not in known or (known[name] and value != known[name]):
            raise unmodelled(f"the file format option {name} = {value} of {kind}")
    if kind == "CSV" and truth(rest, "PARSE_HEADER") and said(rest, "SKIP_HEADER", "0") != "0":
        raise invalid("PARSE_HEADER and SKIP_HEADER cannot be used together")
    return {"TYPE": kind, **rest}
