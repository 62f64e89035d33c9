"""Pipes: COPY INTO statements that Snowpipe runs, as their owner.

Properties of a PIPE: copy (the text after AS), auto_ingest, state (RUNNING, PAUSED, STOPPED_CLONED), stage and table
(paths, at creation), notification_channel (None without AUTO_INGEST), sns_topic, integration, load_history ({url:
etag}, where the etag is not looked at: F 8.4), last_error.

A pipe is bound to the stage and the table it was made with: what became of them shows in SYSTEM$PIPE_STATUS
(STOPPED_STAGE_DROPPED, STOPPED_STAGE_ALTERED, STOPPED_MISSING_TABLE) until the pipe is made anew. A clone is bound when
it is first looked at, by the names in its text: unqualified ones are its own schema's.

`deliver` is what the notification of a new object does. Not modelled, and refused: INTEGRATION, ERROR_INTEGRATION,
streaming pipes, CREATE OR ALTER, the REST endpoints. Not modelled, and let through: REFRESH takes what is older than 7
days, a pipe that changed hands resumes without force.
"""

from __future__ import annotations

import hashlib
import json
import re
import weakref
from datetime import UTC, datetime
from typing import Any

from tests.snowflake_double import errors, loading, making, objects, showing, tagging
from tests.snowflake_double.catalog import Account, Object
from tests.snowflake_double.clauses import Clauses, said, truth
from tests.snowflake_double.copying import NOT_IN_PIPES, parse_copy
from tests.snowflake_double.names import ANY_NAME
from tests.snowflake_double.reading import File
from tests.snowflake_double.router import function, statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.s3 import bucket_region, url_of
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session

SNOWFLAKES_ACCOUNT = "999999999999"
COLUMNS = (
    *(*showing.PLACE, "definition", "owner", "notification_channel", "comment", "integration", "pattern"),
    *("error_integration", "owner_role_type", "invalid_reason", "kind"),
)
Bound = tuple[Object, Object, str, str]
BOUND: weakref.WeakKeyDictionary[Object, Bound] = weakref.WeakKeyDictionary()
"""Of pipes: (stage, table, the stage's URL and integration) as they were."""
PENDING: weakref.WeakKeyDictionary[Object, list[File]] = weakref.WeakKeyDictionary()
"""Of pipes: the files that wait because it is paused."""


def channel(account: Account, url: str) -> str:
    """The queue of Snowflake's that a bucket's Region has (F 8.5)."""
    region = bucket_region(account, url)
    name = "sf-snowpipe-AIDADOUBLE" + hashlib.sha256(region.encode()).hexdigest()[:12]
    return f"arn:aws:sqs:{region}:{SNOWFLAKES_ACCOUNT}:{name}"


@statement(r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?PIPE\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)")
def create_pipe(session: Session, match: re.Match[str]) -> Rows:
    session.commit()
    clauses = Clauses(match["rest"])
    path = session.qualify(clauses.name())
    options = clauses.options(("AUTO_INGEST", "AWS_SNS_TOPIC", "COMMENT"))
    clauses.expect("AS")
    text = clauses.rest
    copy = parse_copy(text)
    if refused := [name for name in NOT_IN_PIPES if name in copy.options]:
        raise errors.invalid(f"{refused[0]} is not supported in the COPY statement of a pipe.")
    load = loading.resolve(session, text, path[:2])
    loading.check_rights(session, load, "SELECT", "INSERT")
    auto, url = truth(options, "AUTO_INGEST"), load.stage.properties["url"]
    if auto and not url:
        raise errors.unmodelled("AUTO_INGEST on an internal stage")
    made = Object(kind="PIPE", name=path[2], text=match[0], comment=said(options, "COMMENT"))
    made.properties = {
        **{"copy": text, "auto_ingest": auto, "state": "RUNNING", "stage": load.stage.path, "table": load.table.path},
        **{"notification_channel": channel(session.account, url) if auto else None, "integration": None},
        **{"sns_topic": said(options, "AWS_SNS_TOPIC") or None, "load_history": {}},
    }
    done = objects.create(session, made, path, replace=bool(match["replace"]), if_not_exists=bool(match["unless"]))
    if done:
        _bind(made, load)
    return objects.created(made, done)


def _bind(pipe: Object, load: loading.Load) -> None:
    held = load.stage.properties
    BOUND[pipe] = (load.stage, load.table, held["url"], held["storage_integration"])


def _stopped(session: Session, pipe: Object) -> str:
    """Why what the pipe is bound to makes it stop; "" if nothing does."""
    if pipe not in BOUND:
        try:
            with session.acting_as(pipe.owner or ""):
                _bind(pipe, loading.resolve(session, pipe.properties["copy"], pipe.path[:2]))
        except errors.SnowflakeError:
            return "STALLED_COMPILATION_ERROR"
    stage, table, url, integration = BOUND[pipe]
    if _gone(session, stage):
        return "STOPPED_STAGE_DROPPED"
    if (stage.properties["url"], stage.properties["storage_integration"]) != (url, integration):
        return "STOPPED_STAGE_ALTERED"
    return "STOPPED_MISSING_TABLE" if _gone(session, table) else ""


def _gone(session: Session, item: Object) -> bool:
    schema = item.schema
    database = session.account.databases.get(schema.database.name)
    return (
        database is not schema.database
        or database.schemas.get(schema.name) is not schema
        or schema.objects.get(item.key) is not item
    )


def state(session: Session, pipe: Object) -> str:
    """What SYSTEM$PIPE_STATUS calls executionState."""
    held = str(pipe.properties["state"])
    return held if held == "STOPPED_CLONED" else _stopped(session, pipe) or held


def _operates(clauses: Clauses) -> str:
    return "OPERATE" if clauses.sees("SET", "PIPE_EXECUTION_PAUSED") else ""


def _alter_pipe(session: Session, pipe: Object, clauses: Clauses) -> bool:
    if not clauses.sees("SET", "PIPE_EXECUTION_PAUSED"):
        return tagging.alter(session, pipe, clauses)
    clauses.expect("SET")
    paused = truth(clauses.options(("PIPE_EXECUTION_PAUSED",)), "PIPE_EXECUTION_PAUSED")
    pipe.properties["state"] = "PAUSED" if paused else "RUNNING"
    if not paused:
        _drain(session, pipe)
    return True


@statement(rf"ALTER\s+PIPE\s+(?P<if>IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+REFRESH(?P<rest>\s.*)?")
def refresh(session: Session, match: re.Match[str]) -> Rows:
    pipe = session.find("PIPE", match["name"]) if match["if"] else session.get("PIPE", match["name"])
    if pipe is None:
        return Rows(("File", "Status"), [])
    if not session.can("OPERATE", pipe):
        raise errors.insufficient("pipe", pipe.name)
    clauses = Clauses(match["rest"] or "")
    options = clauses.options(("PREFIX", "MODIFIED_AFTER"))
    clauses.end()
    now = state(session, pipe)
    if now not in ("RUNNING", "PAUSED"):
        raise errors.invalid(f"Pipe '{pipe.name}' cannot be refreshed: it is {now}.")
    load = loading.resolve(session, pipe.properties["copy"], pipe.path[:2])
    loading.check_rights(session, load, "SELECT", "INSERT")
    found = load.candidates(session, said(options, "PREFIX"))
    if "MODIFIED_AFTER" in options:
        after = _moment(said(options, "MODIFIED_AFTER"))
        found = [file for file in found if file.modified >= after]
    waiting = PENDING.get(pipe, [])
    known = {*pipe.properties["load_history"], *(file.url for file in waiting)}
    files = [file for file in loading.unloaded(load, found) if file.url not in known]
    PENDING[pipe] = [*waiting, *files]
    _drain(session, pipe)
    start = len(load.stage.properties["url"].rstrip("/")) + 1
    return Rows(("File", "Status"), [(file.url[start:], "SENT") for file in files])


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.invalid(f"MODIFIED_AFTER is not an ISO-8601 timestamp: {text}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _drain(session: Session, pipe: Object) -> None:
    """Load what waits, as the pipe's owner. A file that fails is in the history too: Snowpipe does not try it again."""
    files = PENDING.get(pipe, [])
    if not files or state(session, pipe) != "RUNNING":
        return
    PENDING[pipe] = []
    with session.acting_as(pipe.owner or ""):
        load = loading.resolve(session, pipe.properties["copy"], pipe.path[:2])
        loading.check_rights(session, load, "SELECT", "INSERT")
        load.copy.options.setdefault("ON_ERROR", "SKIP_FILE")
        done = loading.run(session, load, files)
    pipe.properties["load_history"] = {**pipe.properties["load_history"], **{file.url: file.etag for file in files}}
    failed = [row for row in done if row[1] != "LOADED"]
    if failed:
        pipe.properties["last_error"] = str(failed[-1][6])


def deliver(double: Double, url: str) -> list[str]:
    """What an ObjectCreated event for s3://.. sets off: the pipes that took the file, by full name."""
    took = []
    with double.lock:
        for pipe in list(double.account.objects("PIPE")):
            session = double.session()
            if not pipe.properties["auto_ingest"] or state(session, pipe) not in ("RUNNING", "PAUSED"):
                continue
            with session.acting_as(pipe.owner or ""):
                load = loading.resolve(session, pipe.properties["copy"], pipe.path[:2])
                if not url.startswith(url_of(load.stage, load.copy.path)):
                    continue
                files = [file for file in load.candidates(session) if file.url == url]
            if files and url not in pipe.properties["load_history"]:
                PENDING[pipe] = [*PENDING.get(pipe, []), *files]
                took.append(pipe.full_name)
                _drain(session, pipe)
    return took


@function("SYSTEM$PIPE_STATUS")
def pipe_status(session: Session, name: str) -> str:
    pipe = session.get("PIPE", name)
    if not session.can("MONITOR", pipe):
        raise errors.does_not_exist("Pipe", pipe.full_name)
    held = pipe.properties
    answer: dict[str, Any] = {"executionState": state(session, pipe), "pendingFileCount": len(PENDING.get(pipe, []))}
    if held["notification_channel"]:
        answer["notificationChannelName"] = held["notification_channel"]
    if held.get("last_error"):
        answer["error"] = held["last_error"]
    return json.dumps(answer)


@function("SYSTEM$PIPE_FORCE_RESUME")
def force_resume(session: Session, name: str, arguments: str = "") -> str:
    pipe = session.get("PIPE", name)
    if not session.can("OPERATE", pipe):
        raise errors.insufficient("pipe", pipe.name)
    pipe.properties["state"] = "RUNNING"
    _drain(session, pipe)
    return ""


def _row(pipe: Object) -> tuple[Any, ...]:
    held = pipe.properties
    pattern = said(parse_copy(held["copy"]).options, "PATTERN") or None
    return (
        *(*showing.place(pipe), held["copy"], pipe.owner, held["notification_channel"], pipe.comment),
        *(held["integration"], pattern, None, "ROLE", None, "STAGE"),
    )


making.alters("PIPE", _alter_pipe, rights=_operates)
making.drops("PIPE")
showing.show_objects("PIPES", ("PIPE",), COLUMNS, _row)


@statement(rf"DESC(?:RIBE)?\s+PIPE\s+(?P<name>{ANY_NAME})")
def describe_pipe(session: Session, match: re.Match[str]) -> Rows:
    pipe = session.get("PIPE", match["name"])
    return Rows(COLUMNS, [_row(pipe)])
