"""A production bucket with every route out of it, on the local AWS, and a ghost's tap beside it.

`prod-step` hears of each object on all six routes at once, which no step of a real production would; `ghost-step`
hears of it by the tap, on the same six. Both keep what they are told.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from dbt_ghost.core.policies import TRUST
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import tap, zipped
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

ACCOUNT = Account(PROD_ACCOUNT, REGION)
BUCKET, KEPT = "prod-raw", "kept"
STAGED, STAGED_BY_TOPIC = "ghost-staged", "ghost-staged-by-topic"
TOPIC = ACCOUNT.topic_arn("prod-topic")
CREATED = {"Events": ["s3:ObjectCreated:*"]}
ROUTES = ("s3", "sqs", "sns", "sns-sqs", "sns-sqs-raw", "eventbridge")
QUEUES = ("sqs", "sns-sqs", "sns-sqs-raw")
ODD_KEYS = (
    "year=2013/a b+c%2B&d=e.csv",
    "é/ü ☃😀/日本.csv",
    " spaces around ",
    "line\nbreak\tand tab",
    "100%",
    "?#[]@!$'()*,;:~-_.^`{|}\"\\<>",
    "a//b/",
    "+",
)
KEEPER = f"""
import json, uuid
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    name = context.function_name + "/" + str(uuid.uuid4())
    s3.put_object(Bucket="{KEPT}", Key=name, Body=json.dumps(event).encode())
"""
WAIT_SECONDS = 60.0


def queue_url(session: Session, name: str) -> str:
    return str(session.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def make_function(session: Session, name: str, package: bytes, handler: str, **environment: str) -> None:
    session.client("lambda").create_function(
        FunctionName=name,
        Role=ACCOUNT.role_arn("prod"),
        Runtime="python3.11",
        Handler=handler,
        Timeout=30,
        Code={"ZipFile": package},
        Environment={"Variables": environment},
    )


def make_queue(session: Session, name: str, reader: str, *, topic: str = "", raw: bool = False) -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": ACCOUNT.queue_arn(name)}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    session.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})
    session.client("lambda").create_event_source_mapping(
        EventSourceArn=ACCOUNT.queue_arn(name), FunctionName=reader, BatchSize=1
    )
    if topic:
        attributes = {"RawMessageDelivery": "true" if raw else "false"}
        session.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=ACCOUNT.queue_arn(name), Attributes=attributes
        )


def make_buckets(session: Session) -> None:
    session.client("iam").create_role(RoleName="prod", AssumeRolePolicyDocument=TRUST)
    for bucket in (BUCKET, STAGED, STAGED_BY_TOPIC, KEPT):
        session.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})


def make_production(session: Session) -> None:
    """Every route from the bucket to prod-step."""
    make_buckets(session)
    make_function(session, "prod-step", zipped({"app.py": KEEPER.encode()}), "app.handler")
    session.client("sns").create_topic(Name="prod-topic")
    make_queue(session, "sqs", "prod-step")
    make_queue(session, "sns-sqs", "prod-step", topic=TOPIC)
    make_queue(session, "sns-sqs-raw", "prod-step", topic=TOPIC, raw=True)
    subscribe(session, "prod-step")
    listen(session, "prod-step")
    notify(
        session,
        LambdaFunctionConfigurations=[CREATED | {"LambdaFunctionArn": ACCOUNT.function_arn("prod-step")}],
        TopicConfigurations=[CREATED | {"TopicArn": TOPIC}],
        QueueConfigurations=[CREATED | {"QueueArn": ACCOUNT.queue_arn("sqs")}],
    )


def notify(session: Session, **entries: Any) -> None:
    """The bucket's notification document: these entries, and EventBridge."""
    session.client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration=entries | {"EventBridgeConfiguration": {}}
    )


def subscribe(session: Session, function: str) -> None:
    arn = ACCOUNT.function_arn(function)
    session.client("sns").subscribe(TopicArn=TOPIC, Protocol="lambda", Endpoint=arn)


def listen(session: Session, function: str) -> None:
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [BUCKET]}}}
    session.client("events").put_rule(Name=function, EventPattern=json.dumps(pattern))
    session.client("events").put_targets(Rule=function, Targets=[{"Id": "1", "Arn": ACCOUNT.function_arn(function)}])


def route(source: str, to: dict[str, str], **others: Any) -> dict[str, Any]:
    every = {"bucket": BUCKET, "prefix": "", "suffix": "", "events": ["s3:ObjectCreated:*"], "shape": "same"}
    topic = {"topic": TOPIC} if source == "sns" else {}
    return every | topic | {"from": source, "to": to} | others


def make_tap(session: Session, *routes: dict[str, Any], sample: float = 1.0) -> None:
    routing = json.dumps({"sample": sample, "routes": routes})
    make_function(session, "tap", tap(), "handler.handler", GHOST_ROUTES=routing)


def make_ghost(session: Session) -> None:
    """The six routes again, by the tap, to ghost-step; and the objects staged, from either source."""
    make_function(session, "ghost-step", zipped({"app.py": KEEPER.encode()}), "app.handler")
    for name in QUEUES:
        make_queue(session, f"ghost-{name}", "ghost-step")
    function = {"function": "ghost-step"}
    queues = {name: {"queue": queue_url(session, f"ghost-{name}")} for name in QUEUES}
    make_tap(
        session,
        route("eventbridge", function, shape="s3"),
        route("eventbridge", queues["sqs"], shape="s3"),
        route("eventbridge", function),
        route("eventbridge", {"bucket": STAGED}),
        route("sns", function),
        route("sns", queues["sns-sqs"]),
        route("sns", queues["sns-sqs-raw"], raw=True),
        route("sns", {"bucket": STAGED_BY_TOPIC}),
    )
    subscribe(session, "tap")
    listen(session, "tap")


def kept(session: Session, function: str) -> list[dict[str, Any]]:
    """What a keeper was told so far, but for S3's test events."""
    s3 = session.client("s3")
    found = s3.list_objects_v2(Bucket=KEPT, Prefix=f"{function}/").get("Contents", [])
    events = [json.load(s3.get_object(Bucket=KEPT, Key=each["Key"])["Body"]) for each in found]
    return [event for event in events if "s3:TestEvent" not in json.dumps(event)]


def staged(session: Session, bucket: str = STAGED) -> dict[str, bytes]:
    s3 = session.client("s3")
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found}


def logged(session: Session) -> list[dict[str, Any]]:
    """The tap's own log lines so far."""
    logs = session.client("logs")
    try:
        events = logs.filter_log_events(logGroupName="/aws/lambda/tap")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    lines = [event["message"].strip() for event in events]
    return [json.loads(line) for line in lines if line.startswith('{"ghost"')]


def route_of(event: dict[str, Any]) -> str:
    if "detail" in event:
        return "eventbridge"
    record = event["Records"][0]
    if record.get("EventSource") == "aws:sns":
        return "sns"
    return str(record.get("eventSourceARN", ":s3").rsplit(":", 1)[-1].removeprefix("ghost-"))


def told(session: Session, function: str, objects: int) -> dict[str, list[dict[str, Any]]]:
    """Route -> events, once every route has told of so many objects."""
    deadline = time.monotonic() + WAIT_SECONDS
    while Counter(map(route_of, events := kept(session, function))) != dict.fromkeys(ROUTES, objects):
        assert time.monotonic() < deadline, f"{function} was told {Counter(map(route_of, events))}"
        time.sleep(0.1)
    return {name: [event for event in events if route_of(event) == name] for name in ROUTES}
