"""Event source mappings: Lambda reading a ghost's queues. A mapping is known by its queue, which has one."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.found import StrayMapping
from dbt_ghost.core.resources import EventSourceMapping, canonical
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, message_of, swallowing

GONE = "ResourceNotFoundException"
BUSY = ("ResourceInUseException", "ResourceConflictException")
BUSY_WAITS = (0.5, 1, 2, 3, 5, 5, *[10] * 9)  # seconds; a change of a mapping may take a minute or two
ROLE_WAITS = (1, 2, 3, 5, 5, 10, 10, 10)  # seconds; a role's rights, or a new queue, may not be seen yet (F 3.12)
UNSEEN = ("does not have permissions", "cannot be assumed by Lambda", "NonExistentQueue")
PARTIAL = "ReportBatchItemFailures"
ON, OFF = ("Enabled", "Enabling"), ("Disabled", "Disabling")
ALWAYS = ("FunctionName", "BatchSize")


def read(session: Session, queue: str) -> EventSourceMapping | None:
    """The queue's mapping, or None. One that is going away, or not the only one, reads as having no function, so that
    it is put right.
    """
    with friendly_errors(f"reading the event source mapping of queue {queue}"):
        found = [one for each in _of_queue(session, queue) if (one := _as_mapping(session, queue, each))]
        if len(found) < 2:
            return found[0] if found else None
        shared = set.intersection(*(set(one.tags) for one in found))
        return EventSourceMapping(queue, "", tags=tuple(sorted(shared)))


def find(session: Session, prefix: str, mark: str) -> tuple[list[str], list[StrayMapping]]:
    """Of a ghost, whose names start with `prefix` and have `mark` in them: its queues that have a mapping, which may be
    gone themselves; and the mappings by which its functions read anything else.
    """
    own, functions = session.account().queue_arn(prefix), session.account().function_arn(prefix)
    queues, strays = set[str](), list[StrayMapping]()
    with friendly_errors("listing event source mappings"):
        pages = session.client("lambda").get_paginator("list_event_source_mappings").paginate()
        for one in (one for page in pages for one in _on(page)):
            source, function = one.get("EventSourceArn", ""), one.get("FunctionArn", "")
            if source.startswith(own) and mark in source:
                queues.add(source.rpartition(":")[2])
            elif function.startswith(functions) and mark in function and one.get("State") != "Deleting":
                strays.append(StrayMapping(one["UUID"], source, function, one.get("State") not in OFF))
    return sorted(queues), sorted(strays, key=lambda stray: stray.uuid)


def put(session: Session, wanted: EventSourceMapping, existing: EventSourceMapping | None) -> None:
    """Make the mapping so. `existing` is what `read` gave."""
    with friendly_errors(f"mapping queue {wanted.queue} to function {wanted.function}"):
        if existing and not existing.function:
            _delete_all(session, wanted.queue)
            existing = None
        if existing is None and not _create(session, wanted):
            existing = read(session, wanted.queue)
        if existing:
            _update(session, wanted, existing)


def delete(session: Session, queue: str) -> None:
    """Delete the queue's mapping and wait until it is gone: until then Lambda may read the queue."""
    with friendly_errors(f"deleting the event source mapping of queue {queue}"):
        _delete_all(session, queue)


def await_live(session: Session, queue: str) -> None:
    """Return when Lambda has made the queue's mapping. Raises GhostError after two minutes."""
    with friendly_errors(f"waiting for the event source mapping of queue {queue}"):
        for found in _of_queue(session, queue):
            _made(session, found)


def _of_queue(session: Session, queue: str) -> list[dict[str, Any]]:
    arn = session.account().queue_arn(queue)
    pages = session.client("lambda").get_paginator("list_event_source_mappings").paginate(EventSourceArn=arn)
    with swallowing(GONE):
        return [one for page in pages for one in _on(page)]
    return []


def _on(page: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.get("EventSourceMappings", [])
    return found


def _as_mapping(session: Session, queue: str, listed: dict[str, Any]) -> EventSourceMapping | None:
    """None if the mapping went away meanwhile."""
    with swallowing(GONE):
        found = _made(session, listed)
        filters = [{"Pattern": one.get("Pattern", "")} for one in found.get("FilterCriteria", {}).get("Filters", [])]
        function = found["FunctionArn"] if found["State"] in (*ON, *OFF) else ""
        tagged = session.client("lambda").list_tags(Resource=found["EventSourceMappingArn"]).get("Tags", {})
        return EventSourceMapping(
            queue=queue,
            function=function.removeprefix(session.account().function_arn("")),
            batch_size=found["BatchSize"],
            window_s=found.get("MaximumBatchingWindowInSeconds", 0),
            filters=canonical({"Filters": filters}) if filters else "",
            partial_failures=PARTIAL in found.get("FunctionResponseTypes", []),
            max_concurrency=found.get("ScalingConfig", {}).get("MaximumConcurrency"),
            enabled=found["State"] in ON,
            tags=tags.from_aws(tagged),
        )
    return None


def _made(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    """The mapping when Lambda has made its last change: only then its state says whether it is on."""
    for wait in BUSY_WAITS:
        if found["State"] not in ("Creating", "Updating"):
            return found
        session.sleep(wait)
        found = session.client("lambda").get_event_source_mapping(UUID=found["UUID"])
    raise GhostError(f"the mapping of {found['EventSourceArn']} is still {found['State']}", "run the command again")


def _create(session: Session, wanted: EventSourceMapping) -> bool:
    """False if it is there already."""
    without = _settings(EventSourceMapping(wanted.queue, wanted.function))
    settings = {key: value for key, value in _settings(wanted).items() if value != without[key] or key in ALWAYS}

    def create() -> None:
        session.client("lambda").create_event_source_mapping(
            EventSourceArn=session.account().queue_arn(wanted.queue), Tags=tags.to_aws(wanted.tags), **settings
        )

    with swallowing("ResourceConflictException"):
        session.patiently(create, _is_unseen, ROLE_WAITS)
        return True
    return False


def _update(session: Session, wanted: EventSourceMapping, existing: EventSourceMapping) -> None:
    client, before = session.client("lambda"), _settings(existing)
    found = next(iter(_of_queue(session, wanted.queue)), None)
    if found is None:
        raise GhostError(f"the mapping of queue {wanted.queue} went away", "run the command again")
    if differing := {key: value for key, value in _settings(wanted).items() if value != before[key]}:
        session.patiently(
            lambda: client.update_event_source_mapping(UUID=found["UUID"], **differing),
            lambda error: code_of(error) in BUSY or _is_unseen(error),
            BUSY_WAITS,
        )
    if not set(wanted.tags) <= set(existing.tags):
        client.tag_resource(Resource=found["EventSourceMappingArn"], Tags=tags.to_aws(wanted.tags))


def _delete_all(session: Session, queue: str) -> None:
    for found in _of_queue(session, queue):
        with swallowing(GONE):
            _delete(session, found["UUID"], found["State"])


def _delete(session: Session, uuid: str, state: str) -> None:
    """Ends with Lambda's error that says it is gone."""
    client = session.client("lambda")
    if state != "Deleting":
        session.patiently(
            lambda: client.delete_event_source_mapping(UUID=uuid), lambda error: code_of(error) in BUSY, BUSY_WAITS
        )
    for wait in BUSY_WAITS:
        client.get_event_source_mapping(UUID=uuid)
        session.sleep(wait)
    raise GhostError(f"event source mapping {uuid} is still there after it was deleted", "run the command again")


def _settings(mapping: EventSourceMapping) -> dict[str, Any]:
    """As Lambda takes them; what is empty takes a setting away."""
    cap = mapping.max_concurrency
    return {
        "FunctionName": mapping.function,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.window_s,
        "FilterCriteria": json.loads(mapping.filters or "{}"),
        "FunctionResponseTypes": [PARTIAL] if mapping.partial_failures else [],
        "ScalingConfig": {} if cap is None else {"MaximumConcurrency": cap},
        "Enabled": mapping.enabled,
    }


def _is_unseen(error: ClientError) -> bool:
    told = any(words in message_of(error) for words in UNSEEN)
    return code_of(error) == "InvalidParameterValueException" and told
