"""What Lambda does with mappings and the local AWS does not: they are made, changed and deleted in the background."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, GhostError
from dbt_ghost.core.found import StrayMapping
from dbt_ghost.core.resources import EventSourceMapping
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws import event_source_mappings as mappings
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import Answers, answers
from tests.providers.aws.test_round_trips import MAPPING, QUEUE, ground, put, read

__all__ = ["ground"]

ACCOUNT = Account(PROD_ACCOUNT, REGION)
GONE, IN_USE = "ResourceNotFoundException", "ResourceInUseException"
MARK = "-abc123-"
WANTED = EventSourceMapping("ghost-flights-x-abc123-q", "ghost-flights-x-abc123-f")
UUID = "14e0db71-0000-0000-0000-000000000000"
FOUND = {
    "UUID": UUID,
    "EventSourceMappingArn": f"arn:aws:lambda:{REGION}:{PROD_ACCOUNT}:event-source-mapping:{UUID}",
    "EventSourceArn": ACCOUNT.queue_arn(WANTED.queue),
    "FunctionArn": ACCOUNT.function_arn(WANTED.function),
    "BatchSize": 10,
    "State": "Enabled",
}


def listed(session: Answers, *found: dict[str, Any]) -> None:
    session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [FOUND | one for one in found]})


def reading(session: Answers, **state: Any) -> EventSourceMapping | None:
    listed(session, state)
    session.say("lambda.list_tags", {"Tags": {}})
    return mappings.read(session, WANTED.queue)


@pytest.mark.parametrize(
    ("state", "on"), [("Enabled", True), ("Enabling", True), ("Disabled", False), ("Disabling", False)]
)
def test_a_mapping_that_changes_over_reads_as_what_it_becomes(state: str, on: bool) -> None:
    with answers("lambda") as session:
        assert reading(session, State=state) == replace(WANTED, enabled=on)
        assert session.slept == []


def test_a_mapping_that_is_being_made_is_waited_for() -> None:
    with answers("lambda") as session:
        listed(session, {"State": "Creating"})
        session.say("lambda.get_event_source_mapping", FOUND | {"State": "Updating"}, UUID=UUID)
        session.say("lambda.get_event_source_mapping", FOUND | {"State": "Disabled"}, UUID=UUID)
        session.say("lambda.list_tags", {})
        assert mappings.read(session, WANTED.queue) == replace(WANTED, enabled=False)
        assert session.slept == list(mappings.BUSY_WAITS[:2])


def test_a_mapping_that_is_never_made_is_an_error() -> None:
    with answers("lambda") as session:
        listed(session, {"State": "Creating"})
        for _ in mappings.BUSY_WAITS:
            session.say("lambda.get_event_source_mapping", FOUND | {"State": "Creating"})
        with pytest.raises(GhostError, match="still Creating"):
            mappings.read(session, WANTED.queue)


def test_a_mapping_that_goes_away_while_it_is_read_is_none() -> None:
    with answers("lambda") as session:
        listed(session, {})
        session.fail("lambda.list_tags", GONE)
        assert mappings.read(session, WANTED.queue) is None


@pytest.mark.parametrize("state", ["Deleting", "Unheard of"])
def test_a_mapping_that_is_going_away_is_not_as_it_should_be_and_is_made_anew_after_it(state: str) -> None:
    with answers("lambda") as session:
        found = reading(session, State=state)
        assert found != WANTED
        listed(session, {"State": state})
        if state != "Deleting":
            session.say("lambda.delete_event_source_mapping", {}, UUID=UUID)
        session.say("lambda.get_event_source_mapping", FOUND | {"State": "Deleting"})
        session.fail("lambda.get_event_source_mapping", GONE)
        session.say("lambda.create_event_source_mapping", FOUND)
        mappings.put(session, WANTED, found)
        assert session.slept == [mappings.BUSY_WAITS[0]]


@pytest.mark.parametrize(
    "message",
    [
        "The provided execution role does not have permissions to call ReceiveMessage on SQS",
        "The role defined for the function cannot be assumed by Lambda.",
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue.",
    ],
)
def test_what_lambda_does_not_see_yet_is_waited_for(message: str) -> None:
    with answers("lambda") as session:
        for _ in range(2):
            session.fail("lambda.create_event_source_mapping", "InvalidParameterValueException", message)
        session.say("lambda.create_event_source_mapping", FOUND)
        mappings.put(session, WANTED, None)
        assert session.slept == list(mappings.ROLE_WAITS[:2])


def test_no_other_refusal_is_tried_again() -> None:
    with answers("lambda") as session:
        message = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
        session.fail("lambda.create_event_source_mapping", "InvalidParameterValueException", message)
        with pytest.raises(GhostError, match="visibility timeout"):
            mappings.put(session, WANTED, None)
        assert session.slept == []


@pytest.mark.parametrize("busy", [IN_USE, "ResourceConflictException"])
def test_a_busy_mapping_is_waited_for_before_it_is_changed_or_deleted(busy: str) -> None:
    with answers("lambda") as session:
        listed(session, {})
        session.fail("lambda.update_event_source_mapping", busy)
        session.say("lambda.update_event_source_mapping", FOUND, UUID=UUID, Enabled=False)
        mappings.put(session, replace(WANTED, enabled=False), WANTED)
        listed(session, {})
        session.fail("lambda.delete_event_source_mapping", busy)
        session.say("lambda.delete_event_source_mapping", FOUND)
        session.fail("lambda.get_event_source_mapping", GONE)
        mappings.delete(session, WANTED.queue)
        assert session.slept == [mappings.BUSY_WAITS[0]] * 2


def test_a_mapping_that_does_not_go_is_an_error() -> None:
    with answers("lambda") as session:
        listed(session, {})
        session.say("lambda.delete_event_source_mapping", FOUND)
        for _ in mappings.BUSY_WAITS:
            session.say("lambda.get_event_source_mapping", FOUND | {"State": "Deleting"})
        with pytest.raises(GhostError, match="still there"):
            mappings.delete(session, WANTED.queue)


def test_a_mapping_that_was_not_seen_before_it_was_made_is_put_right() -> None:
    with answers("lambda") as session:
        session.fail("lambda.create_event_source_mapping", "ResourceConflictException", "already exists")
        listed(session, {"BatchSize": 1})
        session.say("lambda.list_tags", {})
        listed(session, {})
        session.say("lambda.update_event_source_mapping", FOUND, UUID=UUID, BatchSize=10)
        mappings.put(session, WANTED, None)


def test_what_is_denied_is_neither_absent_nor_deleted() -> None:
    with answers("lambda") as session:
        for attempt in (mappings.read, mappings.delete, find):
            session.fail("lambda.list_event_source_mappings", "AccessDeniedException", status=403)
            with pytest.raises(Denied):
                attempt(session, WANTED.queue)
        listed(session, {})
        session.fail("lambda.delete_event_source_mapping", "AccessDeniedException", status=403)
        with pytest.raises(Denied):
            mappings.delete(session, WANTED.queue)


def find(session: Session, prefix: str = "ghost-flights-") -> tuple[list[str], list[StrayMapping]]:
    return mappings.find(session, prefix, MARK)


KAFKA = {key: value for key, value in FOUND.items() if key != "EventSourceArn"}
PRODS = FOUND | {"FunctionArn": ACCOUNT.function_arn("flights-clean"), "EventSourceArn": ACCOUNT.queue_arn("flights")}


def test_mappings_of_all_pages_are_found_and_prods_and_another_ghosts_are_not() -> None:
    others = {
        "FunctionArn": ACCOUNT.function_arn("ghost-flights-y-123abc-f"),
        "EventSourceArn": ACCOUNT.queue_arn("ghost-flights-y-123abc-q"),
    }
    with answers("lambda") as session:
        page = {"EventSourceMappings": [PRODS, FOUND | others], "NextMarker": "more"}
        session.say("lambda.list_event_source_mappings", page)
        listed(session, {})
        assert find(session) == ([WANTED.queue], [])


@pytest.mark.parametrize(("state", "on"), [("Enabled", True), ("Creating", True), ("Disabled", False)])
@pytest.mark.parametrize("alias", ["", ":live"])
def test_what_a_ghosts_function_reads_of_others_is_a_stray(alias: str, state: str, on: bool) -> None:
    """Nothing more is asked: the listing tells all of it."""
    function = FOUND["FunctionArn"] + alias
    with answers("lambda") as session:
        listed(session, {"FunctionArn": function, "EventSourceArn": PRODS["EventSourceArn"], "State": state})
        assert find(session) == ([], [StrayMapping(UUID, PRODS["EventSourceArn"], function, on)])
        session.say("lambda.list_event_source_mappings", {"EventSourceMappings": [KAFKA | {"State": state}]})
        assert find(session) == ([], [StrayMapping(UUID, "", FOUND["FunctionArn"], on)])


def test_a_stray_that_is_going_away_already_is_none() -> None:
    with answers("lambda") as session:
        listed(session, {"EventSourceArn": PRODS["EventSourceArn"], "State": "Deleting"})
        assert find(session) == ([], [])


def test_a_second_mapping_of_the_queue_is_not_as_it_should_be_and_is_removed(ground: Session) -> None:
    put(ground, MAPPING)
    tags = dict(MAPPING.tags)
    arn = ACCOUNT.queue_arn(QUEUE.name)
    ground.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="another", Tags=tags)
    assert read(ground, MAPPING) == EventSourceMapping(QUEUE.name, "", tags=MAPPING.tags)
    put(ground, MAPPING)
    assert read(ground, MAPPING) == MAPPING


def test_a_second_mapping_that_is_not_ours_makes_both_nobodys(ground: Session) -> None:
    put(ground, MAPPING)
    ground.client("lambda").create_event_source_mapping(
        EventSourceArn=ACCOUNT.queue_arn(QUEUE.name), FunctionName="another"
    )
    assert read(ground, MAPPING) == EventSourceMapping(QUEUE.name, "", tags=())


def test_it_is_live_as_soon_as_lambda_has_made_it() -> None:
    with answers("lambda") as session:
        listed(session, {"State": "Creating"})
        session.say("lambda.get_event_source_mapping", FOUND | {"State": "Enabled"}, UUID=UUID)
        mappings.await_live(session, WANTED.queue)
        assert session.slept == list(mappings.BUSY_WAITS[:1])
        listed(session, {"State": "Enabled"})
        mappings.await_live(session, WANTED.queue)
        assert session.slept == list(mappings.BUSY_WAITS[:1])
