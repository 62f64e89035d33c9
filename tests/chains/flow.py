"""Sends objects with odd keys into a chain, waits for them at its end, and compares what prod and a ghost made of them.

A burst starts a process per event on the local AWS, and events can get lost in one: so the first object goes alone,
and the others follow one after another.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote_plus

from dbt_ghost.providers.aws.session import Session
from tests.chains.chain import BUCKETS, PREFIX, STEPS, SUFFIX, Chain

SPACING_S = 0.12
POLL_S = 0.05
Contents = Mapping[str, str]
"""Key to text."""

ODD = (
    "+%20 and %2B",
    "ünïcödé ✓ 日本/day=2013-02-01",
    "a//b/./c one+two",
    "100% q?a=b&c#d",
    "quote'\"s <&> tag",
    "two words",
    "back\\slash ~!@$*(){}[]",
    "plain",
)


def keys(count: int, under: str = "") -> tuple[str, ...]:
    """That many keys of the chain, every one odd in a way of its own or by its number."""
    return tuple(f"{PREFIX}{under}{number:02} {ODD[number % len(ODD)]}{SUFFIX}" for number in range(count))


def text_of(key: str) -> str:
    """What is put under a key; no two are equal."""
    return f"{key}\n"


def expected(key: str, part: str, changed: str = "") -> str:
    """What is under the key in the bucket of that part, if the branch changed that step."""
    done = STEPS[: BUCKETS.index(part)]
    return text_of(key) + "".join(f"{step} {2 if step == changed else 1}\n" for step in done)


def put(session: Session, bucket: str, key: str) -> None:
    session.client("s3").put_object(Bucket=bucket, Key=key, Body=text_of(key).encode())


def deliver(session: Session, bucket: str, wanted: Sequence[str], arrived: Callable[[Sequence[str]], None]) -> None:
    """Put the objects; `arrived` waits until the first one has come through, so that every step is warm."""
    put(session, bucket, wanted[0])
    arrived(wanted[:1])
    for key in wanted[1:]:
        put(session, bucket, key)
        session.sleep(SPACING_S)


def listed(session: Session, bucket: str, under: str = PREFIX) -> set[str]:
    pages = session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=under)
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


def contents(session: Session, bucket: str, under: str = PREFIX) -> dict[str, str]:
    s3 = session.client("s3")
    return {
        key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in listed(session, bucket, under)
    }


def wait_for(session: Session, path: Sequence[str], wanted: Iterable[str], timeout_s: float = 60) -> None:
    """Return when the keys are in the last bucket of the path.

    Raises AssertionError saying, for each that is not, the last bucket of the path that it has reached.
    """
    missing = set(wanted)
    if not within(timeout_s, lambda: missing <= listed(session, path[-1])):
        reached = {bucket: listed(session, bucket) for bucket in path}
        missing -= reached[path[-1]]
        stuck = {key: [bucket for bucket in path if key in reached[bucket]][-1:] for key in sorted(missing)}
        raise AssertionError(f"not in {path[-1]} within {timeout_s:g} seconds; key and where it got to: {stuck}")


def within(seconds: float, look: Callable[[], bool]) -> bool:
    """Has it become so in time?"""
    deadline = time.monotonic() + seconds
    while not (so := look()) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return so


def keys_in(session: Session, queue: str) -> list[str]:
    """Of the objects that the queue's messages tell of, without taking the messages away."""
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    records = [record for message in messages for record in json.loads(message["Body"]).get("Records", [])]
    return [unquote_plus(record["s3"]["object"]["key"]) for record in records]


def path_of(chain: Chain, part: str = "raw") -> list[str]:
    """Prod's buckets from that part on."""
    return [chain.bucket(each) for each in BUCKETS[BUCKETS.index(part) :]]


def differences(wanted: Contents, found: Contents, where: str) -> list[str]:
    """In words, what is missing, too much or other than wanted; nothing where both are equal."""
    lines = [f"{where}: {key!r} is missing" for key in sorted(wanted.keys() - found.keys())]
    lines += [f"{where}: {key!r} is too much" for key in sorted(found.keys() - wanted.keys())]
    for key in sorted(wanted.keys() & found.keys()):
        if wanted[key] != found[key]:
            lines.append(f"{where}: {key!r} is {found[key]!r}, not {wanted[key]!r}")
    return lines


def compare(
    session: Session,
    chain: Chain,
    wanted: Sequence[str],
    ghost: Mapping[str, str] | None = None,
    *,
    changed: str = "",
    under: str = PREFIX,
) -> list[str]:
    """Every difference of prod's and the ghost's buckets from what they must hold after these keys.

    `ghost` is the ghost's buckets by the part that they stand in for. Only keys that start with `under` are looked at.
    """
    sides = [(part, chain.bucket(part), "") for part in BUCKETS] + [(*each, changed) for each in (ghost or {}).items()]
    return [
        line
        for part, bucket, change in sides
        for line in differences(
            {key: expected(key, part, change) for key in wanted}, contents(session, bucket, under), bucket
        )
    ]
