"""The ground itself: each production carries objects with odd keys from its first bucket to its last one."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Literal

import pytest

from dbt_ghost.providers.aws.session import Session
from tests.chains import flow
from tests.chains.chain import ROUTES, Chain
from tests.chains.production import build

CHAINS = [*(Chain(route) for route in ROUTES), Chain("sns_sqs", raw=True), Chain("sqs", aware=True)]
POISON = "in/poison+1.txt"


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.route + "-raw" * chain.raw + "-aware" * chain.aware)
def test_production_alone_carries_odd_keys_from_raw_to_out(session: Session, chain: Chain) -> None:
    build(session, chain)
    path, wanted = flow.path_of(chain), flow.keys(3)
    session.client("s3").put_object(Bucket=path[0], Key="elsewhere/x.txt", Body=b"")
    flow.deliver(session, path[0], wanted, partial(flow.wait_for, session, path))
    flow.wait_for(session, path, wanted)
    assert flow.compare(session, chain, wanted) == []
    assert flow.listed(session, path[-1], "") == set(wanted)


def test_a_poisoned_object_ends_in_prods_dead_letters_and_the_others_arrive(session: Session) -> None:
    """Whether the function reports the message or raises. Both at once: they wait for the same timeout."""
    ways: tuple[Literal["report", "raise"], ...] = ("report", "raise")
    chains = [Chain("sqs", name=f"prod-{how}", poison=how, timeout_s=5, max_receives=2) for how in ways]
    good = flow.keys(3)
    for chain in chains:
        build(session, chain)
        flow.put(session, chain.bucket("raw"), POISON)
    for chain in chains:
        path = flow.path_of(chain)
        flow.deliver(session, path[0], good, partial(flow.wait_for, session, path))
        flow.wait_for(session, path, good)

    def given_up(chain: Chain) -> bool:
        return flow.keys_in(session, chain.hop("first").dead_letters) == [POISON]

    for chain in chains:
        assert flow.within(40, partial(given_up, chain))
        assert flow.listed(session, chain.bucket("out")) == set(good)


@pytest.mark.parametrize("raw", [True, False])
def test_a_queue_behind_a_topic_gets_s3s_own_text_only_where_that_is_asked_for(session: Session, raw: bool) -> None:
    chain = Chain("sns_sqs", raw=raw)
    build(session, chain)
    hop, sqs = chain.hop("first"), session.client("sqs")
    for mapping in session.client("lambda").list_event_source_mappings(FunctionName=hop.function)[
        "EventSourceMappings"
    ]:
        session.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    flow.put(session, chain.bucket("raw"), "in/1.txt")
    url = sqs.get_queue_url(QueueName=hop.function)["QueueUrl"]
    bodies: list[dict[str, Any]] = []

    def arrived() -> bool:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(json.loads(message["Body"]) for message in received)
        return any("in/1.txt" in json.dumps(body) for body in bodies)

    assert flow.within(20, arrived)
    assert {"Message" in body for body in bodies} == {not raw}
