"""What is put is read back equal, for each kind and each field; absence reads as None; deleting twice is success."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.resources import (
    TAG_BRANCH,
    TAG_PROJECT,
    Bucket,
    BucketEvent,
    EventSourceMapping,
    Function,
    Image,
    Invoker,
    LogGroup,
    Mount,
    Network,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    canonical,
    kind_of,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws import kinds
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

ACCOUNT = Account(PROD_ACCOUNT, REGION)
TAGS = ((TAG_BRANCH, "fix/overnight-arrivals"), (TAG_PROJECT, "flights"))
MORE_TAGS = (("cost", "a=b"), *TAGS)
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{PROD_ACCOUNT}:function:"
ROLE_ARN = f"arn:aws:iam::{PROD_ACCOUNT}:role/"
ONE, TWO = (zipped({"app.py": f"def handler(e, c): return {n}".encode()}) for n in (1, 2))
PACKAGES = {sha256(package): package for package in (ONE, TWO)}

BUCKET = Bucket("ghost-flights-x-abc123-beef", "flights-clean", tags=TAGS)
LOG_GROUP = LogGroup("/aws/lambda/ghost-flights-x-abc123-clean", 14, TAGS)


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


ROLE = Role("ghost-flights-x-abc123-clean-eu-west-1", trust("lambda.amazonaws.com"), policy("s3:GetObject"), tags=TAGS)
FAILED = Queue("ghost-flights-x-abc123-clean-failed", tags=TAGS)
FAILED_ARN, ANOTHER_FAILED_ARN = ACCOUNT.queue_arn(FAILED.name), ACCOUNT.queue_arn("ghost-flights-x-abc123-b-failed")
QUEUE = Queue(
    "ghost-flights-x-abc123-clean-0a1b", policy("sqs:SendMessage"), 60, 7200, 5, FAILED_ARN, max_receives=3, tags=TAGS
)
TOPIC = Topic("ghost-flights-x-abc123-clean-2c3d", policy("sns:Publish"), TAGS)
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
    retries=1,
    failures_arn=FAILED_ARN,
    tags=TAGS,
)
IMAGE_URI = f"{PROD_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/clean@sha256:{'a' * 64}"
IMAGE = replace(
    FUNCTION,
    runtime="",
    handler="",
    code_sha256="",  # the local AWS has no digests of images
    image=Image(IMAGE_URI, ("app.handler",)),
)
MAPPING = EventSourceMapping(QUEUE.name, FUNCTION.name, tags=TAGS)
SUBSCRIPTION = Subscription(
    ACCOUNT.topic_arn(TOPIC.name),
    ACCOUNT.queue_arn(QUEUE.name),
    True,
    canonical({"a": ["b"]}),
    "MessageBody",
    FAILED_ARN,
)
EVENT = BucketEvent(FUNCTION_ARN + FUNCTION.name, ("s3:ObjectCreated:*",), "flights/", ".csv")
NOTIFICATIONS = Notifications(BUCKET.name, (EVENT,))
PATTERN = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["flights-raw"]}}}
RULE = Rule(
    "ghost-flights-x-abc123-clean",
    canonical(PATTERN),
    FUNCTION_ARN + FUNCTION.name,
    given=canonical({"InputPath": "$.detail"}),
    dead_letter_arn=FAILED_ARN,
    tags=TAGS,
)
OTHER_BUS = replace(RULE, bus="orders")
TRANSFORMER = {"InputTransformer": {"InputPathsMap": {"key": "$.detail.object.key"}, "InputTemplate": "<key>"}}

SEVERAL = tuple(
    Invoker("s3.amazonaws.com", f"arn:aws:s3:::{bucket}", account)
    for bucket in ("a", "b", "c")
    for account in ("111111111111", "222222222222")
)
TWO_EVENTS = ("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put")
MOUNTS = tuple(
    Mount(f"arn:aws:elasticfilesystem:{REGION}:{PROD_ACCOUNT}:access-point/fsap-0123456789abcde0{n}", f"/mnt/{n}")
    for n in (1, 2)
)
CHANGES: list[Resource] = [
    replace(BUCKET, seeds=("s3://flights-clean/2013/",)),
    replace(BUCKET, stands_in_for="flights-curated"),
    replace(BUCKET, kms_key=f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/1"),
    replace(BUCKET, kms_key=f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/2", policy=policy("s3:GetObject")),
    replace(BUCKET, policy=policy("s3:PutObject")),
    replace(
        BUCKET, routes=((ROUTE_TAG + "flights-clean.2", "ghost-a"), (ROUTE_TAG + "flights-clean", "ghost-b"))[::-1]
    ),
    replace(BUCKET, routes=((ROUTE_TAG + "flights-clean", "ghost-c"),)),
    replace(BUCKET, tags=MORE_TAGS),
    replace(QUEUE, policy=""),
    replace(QUEUE, policy=policy("sqs:*"), visibility_s=0, retention_s=60, delay_s=0),
    replace(QUEUE, dead_letter_arn="", max_receives=0),
    replace(QUEUE, dead_letter_arn=ANOTHER_FAILED_ARN, max_receives=1000),
    replace(QUEUE, tags=MORE_TAGS),
    replace(TOPIC, policy=policy("sns:*")),
    replace(TOPIC, tags=MORE_TAGS),
    replace(LOG_GROUP, retention_days=30),
    replace(LOG_GROUP, tags=MORE_TAGS),
    replace(ROLE, trust=trust("scheduler.amazonaws.com")),
    replace(ROLE, policy=policy("s3:PutObject")),
    replace(ROLE, boundary="arn:aws:iam::aws:policy/ReadOnlyAccess"),
    replace(ROLE, boundary="arn:aws:iam::aws:policy/PowerUserAccess"),
    replace(ROLE, tags=MORE_TAGS),
    replace(FUNCTION, invokers=(Invoker("events.amazonaws.com", ACCOUNT.rule_arn("ghost-flights-x-abc123-tap"), ""),)),
    replace(FUNCTION, role_arn=ROLE_ARN + "another", runtime="python3.12", handler="app.other", environment=()),
    replace(FUNCTION, code_sha256=sha256(TWO)),
    replace(FUNCTION, architecture="arm64", memory_mb=256, timeout_s=60, ephemeral_mb=1024),
    replace(FUNCTION, environment=(("A", "1"), ("B", "2"))),
    replace(FUNCTION, invokers=()),
    replace(FUNCTION, invokers=(Invoker("events.amazonaws.com", "arn:aws:events:x:1:rule/y", PROD_ACCOUNT),)),
    replace(FUNCTION, invokers=SEVERAL),
    replace(FUNCTION, reserved_concurrency=None),
    replace(FUNCTION, reserved_concurrency=0),
    replace(FUNCTION, max_event_age_s=None, retries=None, failures_arn=""),
    replace(FUNCTION, retries=None),
    replace(FUNCTION, retries=0, failures_arn=ANOTHER_FAILED_ARN),
    replace(FUNCTION, failures_arn=""),
    IMAGE,
    replace(IMAGE, image=Image(f"{IMAGE_URI[:-1]}b", ("app.handler",))),
    replace(IMAGE, image=Image(IMAGE_URI, (), ("/bin/sh", "-c"), "/srv"), timeout_s=60),
    replace(IMAGE, image=Image(IMAGE_URI)),
    replace(FUNCTION, network=Network(("subnet-1", "subnet-2"), ("sg-1",))),
    replace(FUNCTION, network=Network(("subnet-2",), ("sg-1", "sg-2"), ipv6=True)),
    replace(FUNCTION, network=Network(("subnet-2",), ("sg-1", "sg-2"), ipv6=False), mounts=MOUNTS),
    replace(FUNCTION, mounts=MOUNTS[:1]),
    replace(FUNCTION, max_event_age_s=60),
    replace(FUNCTION, tags=MORE_TAGS),
    replace(NOTIFICATIONS, entries=(EVENT, replace(EVENT, prefix="weather/", events=("s3:ObjectCreated:Put",)))),
    replace(NOTIFICATIONS, entries=(replace(EVENT, prefix="year=2013/a b+é/", suffix=""),)),
    replace(NOTIFICATIONS, entries=tuple(replace(EVENT, events=TWO_EVENTS, prefix=prefix) for prefix in "abc")),
    replace(NOTIFICATIONS, entries=(replace(EVENT, target_arn=ACCOUNT.queue_arn(QUEUE.name)), EVENT)[::-1]),
    replace(NOTIFICATIONS, entries=(replace(EVENT, target_arn=ACCOUNT.topic_arn(TOPIC.name)),)),
    replace(NOTIFICATIONS, entries=(), eventbridge=True),
    replace(NOTIFICATIONS, eventbridge=True),
    replace(MAPPING, function="another"),
    replace(MAPPING, batch_size=100, window_s=20),
    replace(MAPPING, filters=canonical({"Filters": [{"Pattern": '{"body":["a"]}'}, {"Pattern": "{}"}]})),
    replace(MAPPING, partial_failures=True, max_concurrency=2),
    replace(MAPPING, max_concurrency=1000, enabled=False),
    replace(MAPPING, tags=MORE_TAGS),
    replace(SUBSCRIPTION, raw=False),
    replace(SUBSCRIPTION, filter_policy="", filter_scope="MessageAttributes"),
    replace(SUBSCRIPTION, filter_policy=canonical({"a": {"b": ["c"]}})),
    replace(SUBSCRIPTION, filter_scope="MessageAttributes"),
    replace(SUBSCRIPTION, dead_letter_arn=""),
    replace(SUBSCRIPTION, dead_letter_arn=ANOTHER_FAILED_ARN),
    replace(RULE, pattern=canonical({"source": ["aws.s3"]})),
    replace(RULE, target_arn=FUNCTION_ARN + "another"),
    replace(RULE, target_arn=ACCOUNT.queue_arn(QUEUE.name)),
    replace(RULE, given=""),
    replace(RULE, given=canonical({"Input": "{}"})),
    replace(RULE, given=canonical(TRANSFORMER)),
    replace(RULE, enabled=False),
    replace(RULE, enabled=False, target_arn=FUNCTION_ARN + "another"),
    replace(RULE, dead_letter_arn=""),
    replace(RULE, max_event_age_s=60),
    replace(RULE, tags=MORE_TAGS),
]
FIRST = [BUCKET, QUEUE, TOPIC, LOG_GROUP, ROLE, FUNCTION, IMAGE, MAPPING, NOTIFICATIONS, SUBSCRIPTION, RULE, OTHER_BUS]
IDENTITY = {"name", "bucket", "queue", "topic_arn", "endpoint_arn", "bus"}
"""What a resource is known by, and another one is not the same one changed."""


def put(session: Session, resource: Resource) -> None:
    code = PACKAGES.get(resource.code_sha256) if isinstance(resource, Function) else None
    kinds.put(session, resource, read(session, resource), code)


def read(session: Session, resource: Resource) -> Resource | None:
    return kinds.read(session, resource)


def is_as_wanted(found: Any, wanted: Resource) -> bool:
    """Tags that are no longer wanted stay: nobody can tell them from those of others."""
    if isinstance(wanted, (Notifications, Subscription)):
        return bool(found == wanted)
    return bool(replace(found, tags=wanted.tags) == wanted and set(wanted.tags) <= set(found.tags))


@pytest.fixture
def ground(session: Session) -> Session:
    """What resources of other kinds stand on."""
    failed = replace(FAILED, name="ghost-flights-x-abc123-b-failed")
    another = replace(FUNCTION, name="another", invokers=())
    for resource in (ROLE, replace(ROLE, name="another"), BUCKET, FAILED, failed, QUEUE, TOPIC, FUNCTION, another):
        put(session, resource)
    session.client("events").create_event_bus(Name=OTHER_BUS.bus)
    session.client("s3").create_bucket(Bucket="flights-clean", CreateBucketConfiguration={"LocationConstraint": REGION})
    return session


def identity(resource: Resource) -> str:
    return f"{kind_of(resource)}{' image' * (resource == IMAGE)}{' on a bus' * (resource == OTHER_BUS)}"


@pytest.mark.parametrize("first", FIRST, ids=identity)
def test_every_change_of_a_field_is_read_back_both_ways(ground: Session, first: Resource) -> None:
    """Each change takes the one before it back."""
    changes: list[Any] = [change for change in CHANGES if type(change) is type(first)]
    if isinstance(first, Function):  # one change from each form to the other is enough
        changes = [one for one in changes if (one.image is None) == (first.image is None)] + [FUNCTION, IMAGE]
    on_its_bus = [replace(change, bus=first.bus) if isinstance(first, Rule) else change for change in changes]
    for resource in (first, *on_its_bus, first, first):
        put(ground, resource)
        assert is_as_wanted(read(ground, resource), resource)


@pytest.mark.parametrize("first", [one for one in FIRST if one not in (IMAGE, OTHER_BUS)], ids=kind_of)
def test_every_field_has_a_change(first: Resource) -> None:
    changes = [change for change in CHANGES if type(change) is type(first)]
    changed = {field for change in changes for field in vars(first) if getattr(change, field) != getattr(first, field)}
    assert changed == set(vars(first)) - IDENTITY - ({"layers"} if isinstance(first, Function) else set())


@pytest.mark.parametrize("first", FIRST, ids=identity)
def test_absence_reads_as_none_and_deleting_it_is_success(session: Session, first: Resource) -> None:
    assert read(session, first) is None
    kinds.delete(session, first)


@pytest.mark.parametrize("first", FIRST, ids=identity)
def test_what_is_deleted_is_gone(ground: Session, first: Resource) -> None:
    put(ground, first)
    kinds.delete(ground, first)
    assert read(ground, first) is None
    kinds.delete(ground, first)
