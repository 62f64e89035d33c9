"""What is put is read back equal, for each kind and each field; absence reads as None; deleting twice is success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.resources import (
    TAG_BRANCH,
    TAG_PROJECT,
    Bucket,
    BucketEvent,
    Function,
    Invoker,
    LogGroup,
    Notifications,
    Resource,
    Role,
    Rule,
    canonical,
    kind_of,
    name_of,
)
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws import buckets, functions, log_groups, notifications, roles, rules
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

TAGS = ((TAG_BRANCH, "fix/overnight-arrivals"), (TAG_PROJECT, "flights"))
MORE_TAGS = (("cost", "a=b"), *TAGS)
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{PROD_ACCOUNT}:function:"
ROLE_ARN = f"arn:aws:iam::{PROD_ACCOUNT}:role/"
ONE, TWO = (zipped({"app.py": f"def handler(e, c): return {n}".encode()}) for n in (1, 2))
PACKAGES = {sha256(package): package for package in (ONE, TWO)}

BUCKET = Bucket("ghost-flights-x-abc123-beef", "flights-clean", TAGS)
LOG_GROUP = LogGroup("/aws/lambda/ghost-flights-x-abc123-clean", 14, TAGS)


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


ROLE = Role("ghost-flights-x-abc123-clean-eu-west-1", trust("lambda.amazonaws.com"), policy("s3:GetObject"), TAGS)
FUNCTION = Function(
    name="ghost-flights-x-abc123-clean",
    role_arn=ROLE_ARN + ROLE.name,
    runtime="python3.11",
    handler="app.handler",
    code_sha256=sha256(ONE),
    environment=(("OUT_BUCKET", BUCKET.name),),
    invokers=(Invoker("s3.amazonaws.com", f"arn:aws:s3:::{BUCKET.name}", PROD_ACCOUNT),),
    reserved_concurrency=5,
    max_event_age_s=3600,
    tags=TAGS,
)
EVENT = BucketEvent(FUNCTION_ARN + FUNCTION.name, ("s3:ObjectCreated:*",), "flights/", ".csv")
NOTIFICATIONS = Notifications(BUCKET.name, (EVENT,))
PATTERN = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["flights-raw"]}}}
RULE = Rule("ghost-flights-x-abc123-clean", canonical(PATTERN), FUNCTION_ARN + FUNCTION.name, 3600, TAGS)

SEVERAL = tuple(
    Invoker("s3.amazonaws.com", f"arn:aws:s3:::{bucket}", account)
    for bucket in ("a", "b", "c")
    for account in ("111111111111", "222222222222")
)
TWO_EVENTS = ("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put")
CHANGES: list[Resource] = [
    replace(BUCKET, stands_in_for="flights-curated"),
    replace(BUCKET, tags=MORE_TAGS),
    replace(LOG_GROUP, retention_days=30),
    replace(LOG_GROUP, tags=MORE_TAGS),
    replace(ROLE, trust=trust("scheduler.amazonaws.com")),
    replace(ROLE, policy=policy("s3:PutObject")),
    replace(ROLE, tags=MORE_TAGS),
    replace(FUNCTION, role_arn=ROLE_ARN + "another", runtime="python3.12", handler="app.other", environment=()),
    replace(FUNCTION, code_sha256=sha256(TWO)),
    replace(FUNCTION, architecture="arm64", memory_mb=256, timeout_s=60, ephemeral_mb=1024),
    replace(FUNCTION, environment=(("A", "1"), ("B", "2"))),
    replace(FUNCTION, invokers=()),
    replace(FUNCTION, invokers=(Invoker("events.amazonaws.com", "arn:aws:events:x:1:rule/y", PROD_ACCOUNT),)),
    replace(FUNCTION, invokers=SEVERAL),
    replace(FUNCTION, reserved_concurrency=None),
    replace(FUNCTION, reserved_concurrency=0),
    replace(FUNCTION, max_event_age_s=None),
    replace(FUNCTION, max_event_age_s=60),
    replace(FUNCTION, tags=MORE_TAGS),
    replace(NOTIFICATIONS, entries=(EVENT, replace(EVENT, prefix="weather/", events=("s3:ObjectCreated:Put",)))),
    replace(NOTIFICATIONS, entries=(replace(EVENT, prefix="year=2013/a b+é/", suffix=""),)),
    replace(NOTIFICATIONS, entries=tuple(replace(EVENT, events=TWO_EVENTS, prefix=prefix) for prefix in "abc")),
    replace(RULE, pattern=canonical({"source": ["aws.s3"]})),
    replace(RULE, target_arn=FUNCTION_ARN + "another"),
    replace(RULE, max_event_age_s=60),
    replace(RULE, tags=MORE_TAGS),
]
FIRST: dict[type, Any] = {type(one): one for one in (BUCKET, LOG_GROUP, ROLE, FUNCTION, NOTIFICATIONS, RULE)}
MODULES: dict[type, Any] = {
    Bucket: buckets,
    LogGroup: log_groups,
    Role: roles,
    Function: functions,
    Notifications: notifications,
    Rule: rules,
}


def put(session: Session, resource: Resource) -> None:
    if isinstance(resource, Function):
        functions.put(session, resource, PACKAGES[resource.code_sha256])
    else:
        MODULES[type(resource)].put(session, resource)


def read(session: Session, resource: Resource) -> Resource | None:
    found: Resource | None = MODULES[type(resource)].read(session, name_of(resource))
    return found


def is_as_wanted(found: Any, wanted: Resource) -> bool:
    """Tags that are no longer wanted stay: nobody can tell them from those of others."""
    if isinstance(wanted, Notifications):
        return bool(found == wanted)
    return bool(replace(found, tags=wanted.tags) == wanted and set(wanted.tags) <= set(found.tags))


@pytest.fixture
def ground(session: Session) -> Session:
    """What resources of other kinds stand on."""
    for resource in (ROLE, replace(ROLE, name="another"), BUCKET):
        put(session, resource)
    return session


@pytest.mark.parametrize("first", FIRST.values(), ids=kind_of)
def test_every_change_of_a_field_is_read_back_both_ways(ground: Session, first: Resource) -> None:
    changes = [change for change in CHANGES if type(change) is type(first)]
    for resource in (first, *changes, first, first):
        put(ground, resource)
        assert is_as_wanted(read(ground, resource), resource)


@pytest.mark.parametrize("first", FIRST.values(), ids=kind_of)
def test_every_field_has_a_change(first: Resource) -> None:
    """The name aside, and the bucket of a notification document."""
    changes = [change for change in CHANGES if type(change) is type(first)]
    changed = {field for change in changes for field in vars(first) if getattr(change, field) != getattr(first, field)}
    assert changed == set(vars(first)) - {"name", "bucket"} - ({"layers"} if isinstance(first, Function) else set())


@pytest.mark.parametrize("kind", FIRST.values(), ids=kind_of)
def test_absence_reads_as_none_and_deleting_it_is_success(session: Session, kind: Resource) -> None:
    assert read(session, kind) is None
    MODULES[type(kind)].delete(session, name_of(kind))


@pytest.mark.parametrize("kind", FIRST.values(), ids=kind_of)
def test_what_is_deleted_is_gone(ground: Session, kind: Resource) -> None:
    put(ground, kind)
    delete: Callable[[Session, str], None] = MODULES[type(kind)].delete
    delete(ground, name_of(kind))
    assert read(ground, kind) is None
    delete(ground, name_of(kind))
