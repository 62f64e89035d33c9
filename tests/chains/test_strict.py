"""The strict session refuses what real AWS refuses. Each rule is tried with a call that it refuses and one it takes."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws.session import Session
from tests.chains.chain import ROUTES, Chain, delivery_policy, document
from tests.chains.deliveries import lost
from tests.chains.delivery_rules import OVERLAP, UNABLE
from tests.chains.production import build
from tests.chains.scene import ACCOUNT, BUCKET, FUNCTION, QUEUE, SOURCE, STEP, TOPIC, refused
from tests.chains.strict import StrictSession
from tests.local_aws import CONTROL_ACCOUNT, PROD_ACCOUNT, REGION

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"


def notify(session: Session, *entries: dict[str, Any]) -> None:
    document: dict[str, Any] = {}
    for entry in entries:
        kind = next(key for key in entry if key.endswith("Arn")).removesuffix("Arn")
        document.setdefault(f"{kind}Configurations", []).append(entry)
    session.client("s3").put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=document)


def entry(event: str = CREATED, prefix: str = "", suffix: str = "", **target: str) -> dict[str, Any]:
    rules = [{"Name": name, "Value": value} for name, value in (("Prefix", prefix), ("suffix", suffix)) if value]
    return {"Events": [event], **(target or {"QueueArn": QUEUE})} | ({"Filter": {"Key": {"FilterRules": rules}}})


def open_queue(session: Session, policy: str) -> None:
    sqs = session.client("sqs")
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=STEP)["QueueUrl"], Attributes={"Policy": policy})


def policy(action: str, resource: str, source: str = SOURCE, service: str = "s3", account: str = PROD_ACCOUNT) -> str:
    return delivery_policy(action, resource, service, source, Account(account, REGION))


def let_in(session: Session, *, source: str = SOURCE, account: str = PROD_ACCOUNT, **qualifier: str) -> None:
    session.client("lambda").add_permission(
        FunctionName=STEP,
        StatementId=f"s3-{len(qualifier)}",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=source,
        SourceAccount=account,
        **qualifier,
    )


@pytest.mark.parametrize("route", ROUTES)
def test_the_tests_productions_are_valid_on_real_aws(real: StrictSession, route: Any) -> None:
    build(real, Chain(route))
    assert lost(real) == []


@pytest.mark.parametrize(
    "other",
    [
        entry(prefix="in/"),
        entry(prefix="in/a", suffix=".txt"),
        entry(suffix="1.txt"),
        entry(event="s3:ObjectCreated:Put", prefix="in/"),
        entry(TopicArn=TOPIC),
    ],
)
def test_filters_that_could_both_match_an_object_are_refused(
    made: Session, real: StrictSession, other: dict[str, Any]
) -> None:
    with refused("InvalidArgument", OVERLAP[:30]):
        notify(real, entry(prefix="in/", suffix=".txt"), other)


@pytest.mark.parametrize(
    "other", [entry(prefix="out/"), entry(prefix="in/", suffix=".csv"), entry(event=REMOVED, prefix="in/")]
)
def test_filters_that_no_object_matches_both_of_are_taken(
    made: Session, real: StrictSession, other: dict[str, Any]
) -> None:
    open_queue(made, policy("sqs:SendMessage", QUEUE))
    notify(real, entry(prefix="in/", suffix=".txt"), other)


@pytest.mark.parametrize("target", [{"LambdaFunctionArn": FUNCTION}, {"QueueArn": QUEUE}, {"TopicArn": TOPIC}])
def test_a_destination_that_lets_nobody_in_is_refused(
    made: Session, real: StrictSession, target: dict[str, str]
) -> None:
    with refused("InvalidArgument", UNABLE):
        notify(real, entry(**target))


def test_destinations_that_let_the_bucket_in_are_taken(made: Session, real: StrictSession) -> None:
    let_in(made)
    open_queue(made, policy("sqs:SendMessage", QUEUE))
    made.client("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName="Policy", AttributeValue=policy("sns:Publish", TOPIC)
    )
    notify(
        real,
        entry(prefix="a/", LambdaFunctionArn=FUNCTION),
        entry(prefix="b/", QueueArn=QUEUE),
        entry(prefix="c/", TopicArn=TOPIC),
    )


@pytest.mark.parametrize(
    "given",
    [
        policy("sqs:SendMessage", QUEUE, source=ACCOUNT.bucket_arn("ghost-other")),
        policy("sqs:SendMessage", QUEUE, service="sns"),
        policy("sqs:SendMessage", QUEUE, account=CONTROL_ACCOUNT),
        policy("sqs:ReceiveMessage", QUEUE),
        policy("sqs:SendMessage", ACCOUNT.queue_arn("ghost-other")),
    ],
)
def test_a_queue_that_lets_somebody_else_in_is_refused(made: Session, real: StrictSession, given: str) -> None:
    open_queue(made, given)
    with refused("InvalidArgument", UNABLE):
        notify(real, entry())


@pytest.mark.parametrize("given", [{"source": "arn:aws:s3:::ghost-other"}, {"account": CONTROL_ACCOUNT}])
def test_a_function_that_lets_another_bucket_in_is_refused(
    made: Session, real: StrictSession, given: dict[str, str]
) -> None:
    let_in(made, **given)
    with refused("InvalidArgument", UNABLE):
        notify(real, entry(LambdaFunctionArn=FUNCTION))


def test_a_permission_of_the_function_is_none_of_its_alias(made: Session, real: StrictSession) -> None:
    functions = made.client("lambda")
    version = functions.publish_version(FunctionName=STEP)["Version"]
    functions.create_alias(FunctionName=STEP, Name="live", FunctionVersion=version)
    let_in(made)
    with refused("InvalidArgument", UNABLE):
        notify(real, entry(LambdaFunctionArn=f"{FUNCTION}:live"))
    let_in(made, Qualifier="live")
    notify(real, entry(LambdaFunctionArn=f"{FUNCTION}:live"))


def test_one_destination_that_is_gone_spoils_the_whole_document(made: Session, real: StrictSession) -> None:
    let_in(made)
    gone = ACCOUNT.function_arn("ghost-gone")
    with refused("InvalidArgument", UNABLE):
        notify(real, entry(prefix="a/", LambdaFunctionArn=FUNCTION), entry(prefix="b/", LambdaFunctionArn=gone))


def subscribe(session: Session, topic: str = TOPIC) -> None:
    session.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)


def test_a_topic_of_our_account_takes_a_subscription_unless_its_policy_denies_it(
    made: Session, real: StrictSession
) -> None:
    subscribe(real)
    deny = {"Effect": "Deny", "Action": "sns:Subscribe", "Resource": TOPIC, "Principal": {"AWS": "*"}}
    made.client("sns").set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=document(deny))
    with refused("AuthorizationError", "not authorized to perform: SNS:Subscribe"):
        subscribe(real)


def test_a_topic_of_another_account_takes_no_subscription(made: Session, real: StrictSession) -> None:
    with refused("AuthorizationError", "not authorized to perform: SNS:Subscribe"):
        subscribe(real, Account(CONTROL_ACCOUNT, REGION).topic_arn(STEP))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SourceAccount", ""), ("SourceAccount", "12"), ("StatementId", "a b"), ("StatementId", "a" * 101)],
)
def test_a_text_that_does_not_fit_its_parameter_is_refused(
    made: Session, real: StrictSession, name: str, value: str
) -> None:
    given = {"StatementId": "x", "SourceAccount": PROD_ACCOUNT, "SourceArn": SOURCE, name: value}
    with refused("ValidationException", f"at '{name}' failed to satisfy constraint"):
        real.client("lambda").add_permission(
            FunctionName=STEP, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", **given
        )


def test_texts_inside_lists_and_maps_must_fit_too(made: Session, real: StrictSession) -> None:
    iam = real.client("iam")
    iam.tag_role(RoleName=STEP, Tags=[{"Key": "cost centre/größe", "Value": "a=b"}])
    with refused("ValidationException", "at 'Tags.Value' failed"):
        iam.tag_role(RoleName=STEP, Tags=[{"Key": "cost", "Value": "a;b"}])
