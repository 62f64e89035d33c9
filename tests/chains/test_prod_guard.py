"""A strict session stops at the first call that would change prod, and says which one it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_ghost.demo.production import install_state_bucket, make_bucket
from dbt_ghost.providers.aws.session import Session
from tests.chains.chain import document
from tests.chains.prod_guard import ProdIsLeftAlone
from tests.chains.scene import ACCOUNT, BUCKET, FUNCTION, QUEUE, STEP, TOPIC, create_function
from tests.chains.strict import StrictSession

PROD, STATE = "prod-raw", "prod-ghost-state"
PROD_FUNCTION, PROD_QUEUE = ACCOUNT.function_arn(PROD), ACCOUNT.queue_arn(PROD)
PROD_TOPIC, PROD_RULE = ACCOUNT.topic_arn(PROD), ACCOUNT.rule_arn(PROD)
URL = f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT.id}/{PROD}"
PATTERN = '{"source": ["aws.s3"]}'

Calls = dict[str, dict[str, Any]]
"""`service.method`, with something after a space where one method is there twice, to its parameters."""

ON_PROD: Calls = {
    "s3.put_object": {"Bucket": PROD, "Key": "x"},
    "s3.delete_object": {"Bucket": PROD, "Key": "x"},
    "s3.copy_object": {"Bucket": PROD, "Key": "x", "CopySource": f"{BUCKET}/x"},
    "s3.put_bucket_notification_configuration": {"Bucket": PROD, "NotificationConfiguration": {}},
    "s3.put_bucket_policy": {"Bucket": PROD, "Policy": "{}"},
    "s3.put_bucket_tagging": {"Bucket": PROD, "Tagging": {"TagSet": []}},
    "s3.delete_bucket": {"Bucket": PROD},
    "s3.create_bucket": {"Bucket": "prod-new"},
    "s3.put_bucket_versioning": {"Bucket": STATE, "VersioningConfiguration": {"Status": "Suspended"}},
    "s3.delete_bucket state": {"Bucket": STATE},
    "s3.create_multipart_upload": {"Bucket": STATE, "Key": "x"},
    "lambda.update_function_code": {"FunctionName": PROD, "ZipFile": b""},
    "lambda.add_permission": {
        **{"FunctionName": PROD_FUNCTION, "StatementId": "x", "Action": "lambda:InvokeFunction"},
        "Principal": "s3.amazonaws.com",
    },
    "lambda.invoke": {"FunctionName": f"{PROD_FUNCTION}:live"},
    "lambda.invoke a qualifier": {"FunctionName": f"{PROD_FUNCTION}:ghost-live"},
    "lambda.put_function_concurrency": {"FunctionName": PROD, "ReservedConcurrentExecutions": 1},
    "lambda.tag_resource": {"Resource": PROD_FUNCTION, "Tags": {}},
    "lambda.delete_function": {"FunctionName": PROD},
    "lambda.create_event_source_mapping": {"EventSourceArn": PROD_QUEUE, "FunctionName": STEP},
    "lambda.create_event_source_mapping for prod": {"EventSourceArn": QUEUE, "FunctionName": PROD},
    "sqs.send_message": {"QueueUrl": URL, "MessageBody": "x"},
    "sqs.receive_message": {"QueueUrl": URL},
    "sqs.delete_message": {"QueueUrl": URL, "ReceiptHandle": "x"},
    "sqs.purge_queue": {"QueueUrl": URL},
    "sqs.set_queue_attributes": {"QueueUrl": URL, "Attributes": {"DelaySeconds": "1"}},
    "sqs.create_queue": {"QueueName": "prod-new"},
    "sns.publish": {"TopicArn": PROD_TOPIC, "Message": "x"},
    "sns.set_topic_attributes": {"TopicArn": PROD_TOPIC, "AttributeName": "Policy", "AttributeValue": "{}"},
    "sns.subscribe": {"TopicArn": TOPIC, "Protocol": "lambda", "Endpoint": PROD_FUNCTION},
    "sns.delete_topic": {"TopicArn": PROD_TOPIC},
    "events.put_rule": {"Name": PROD, "EventPattern": PATTERN},
    "events.put_rule on a bus": {"Name": PROD, "EventPattern": PATTERN, "EventBusName": "ghost-bus"},
    "events.disable_rule": {"Name": PROD},
    "events.tag_resource": {"ResourceARN": PROD_RULE, "Tags": []},
    "events.put_targets": {"Rule": PROD, "Targets": [{"Id": "x", "Arn": FUNCTION}]},
    "events.create_event_bus": {"Name": "ghost-bus"},
    "events.put_events": {"Entries": [{"Source": "x", "DetailType": "x", "Detail": "{}"}]},
    "iam.put_role_policy": {"RoleName": PROD, "PolicyName": "x", "PolicyDocument": document()},
    "iam.create_role": {"RoleName": "prod-new", "AssumeRolePolicyDocument": document()},
    "iam.create_user": {"UserName": "ghost-user"},
    "logs.create_log_group": {"logGroupName": f"/aws/lambda/{PROD}"},
    "logs.put_retention_policy": {"logGroupName": f"/aws/lambda/{PROD}", "retentionInDays": 1},
    "resourcegroupstaggingapi.tag_resources": {"ResourceARNList": [FUNCTION, PROD_FUNCTION], "Tags": {"a": "b"}},
    "secretsmanager.create_secret": {"Name": "ghost-secret"},
}

TO_PROD: Calls = {
    "events.put_targets": {"Rule": STEP, "Targets": [{"Id": "x", "Arn": PROD_FUNCTION}]},
    "events.put_targets failures": {
        "Rule": STEP,
        "Targets": [{"Id": "x", "Arn": FUNCTION, "DeadLetterConfig": {"Arn": PROD_QUEUE}}],
    },
    "s3.put_bucket_notification_configuration": {
        "Bucket": BUCKET,
        "NotificationConfiguration": {
            "TopicConfigurations": [{"TopicArn": PROD_TOPIC, "Events": ["s3:ObjectCreated:*"]}]
        },
    },
    "lambda.put_function_event_invoke_config": {
        "FunctionName": STEP,
        "DestinationConfig": {"OnFailure": {"Destination": PROD_QUEUE}},
    },
    "lambda.update_function_configuration": {"FunctionName": STEP, "DeadLetterConfig": {"TargetArn": PROD_QUEUE}},
    "sqs.create_queue": {
        "QueueName": "ghost-new",
        "Attributes": {"RedrivePolicy": f'{{"deadLetterTargetArn": "{PROD_QUEUE}", "maxReceiveCount": 3}}'},
    },
    "sns.subscribe": {
        **{"TopicArn": TOPIC, "Protocol": "lambda", "Endpoint": FUNCTION},
        "Attributes": {"RedrivePolicy": f'{{"deadLetterTargetArn": "{PROD_QUEUE}"}}'},
    },
}

ON_THE_GHOST: Calls = {
    "s3.put_object": {"Bucket": BUCKET, "Key": "x", "Body": b""},
    "s3.put_object state": {"Bucket": STATE, "Key": "ghosts/x.json", "Body": b""},
    "s3.delete_object state": {"Bucket": STATE, "Key": "ghosts/x.json"},
    "s3.get_bucket_notification_configuration": {"Bucket": PROD},
    "lambda.get_function": {"FunctionName": PROD},
    "lambda.update_function_configuration": {"FunctionName": FUNCTION, "Timeout": 5},
    "lambda.tag_resource": {"Resource": FUNCTION, "Tags": {"a": "b"}},
    "lambda.create_event_source_mapping": {"EventSourceArn": QUEUE, "FunctionName": FUNCTION},
    "sns.list_subscriptions_by_topic": {"TopicArn": PROD_TOPIC},
    "sns.subscribe": {"TopicArn": PROD_TOPIC, "Protocol": "lambda", "Endpoint": FUNCTION},
    "events.put_rule": {"Name": STEP, "EventPattern": PATTERN, "EventBusName": "prod-bus"},
    "logs.create_log_group": {"logGroupName": f"/aws/lambda/{STEP}"},
    "logs.put_retention_policy": {"logGroupName": f"/aws/lambda/{STEP}", "retentionInDays": 1},
    "resourcegroupstaggingapi.tag_resources": {"ResourceARNList": [FUNCTION, QUEUE], "Tags": {"a": "b"}},
}


@pytest.fixture
def guard() -> ProdIsLeftAlone:
    return ProdIsLeftAlone(STATE)


@pytest.fixture
def guarded(made: Session, real: StrictSession, guard: ProdIsLeftAlone) -> StrictSession:
    """A ghost beside a prod, in a session that has no rule but this one."""
    make_bucket(made, PROD)
    install_state_bucket(made, STATE)
    create_function(made, PROD)
    made.client("sqs").create_queue(QueueName=PROD)
    made.client("sns").create_topic(Name=PROD)
    made.client("events").create_event_bus(Name="prod-bus")
    real.rules = (guard,)
    return real


def call(session: Session, name: str, parameters: dict[str, Any]) -> Any:
    service, method = name.partition(" ")[0].split(".")
    return getattr(session.client(service), method)(**parameters)


@pytest.mark.parametrize("name", ON_PROD)
def test_a_call_that_changes_prod_or_cannot_be_told_is_stopped(
    guarded: StrictSession, guard: ProdIsLeftAlone, name: str
) -> None:
    with pytest.raises(AssertionError, match=r"prod (was|may have been) touched"):
        call(guarded, name, ON_PROD[name])
    assert len(guard.touched) == 1


@pytest.mark.parametrize("name", TO_PROD)
def test_a_ghost_that_would_deliver_into_prod_is_stopped(guarded: StrictSession, name: str) -> None:
    with pytest.raises(AssertionError, match=r"prod was touched: .*prod-raw"):
        call(guarded, name, TO_PROD[name])


@pytest.mark.parametrize("name", ON_THE_GHOST)
def test_looking_at_prod_and_changing_the_ghost_is_let_through(
    guarded: StrictSession, guard: ProdIsLeftAlone, name: str
) -> None:
    if name == "logs.put_retention_policy":
        guarded.client("logs").create_log_group(logGroupName=f"/aws/lambda/{STEP}")
    call(guarded, name, ON_THE_GHOST[name])
    assert guard.touched == []


def test_a_mapping_or_subscription_is_known_by_what_it_connects(made: Session, guarded: StrictSession) -> None:
    functions, sns = made.client("lambda"), made.client("sns")

    def mapping(queue: str, function: str) -> Callable[[Session], Any]:
        made_one = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=function)
        return lambda session: session.client("lambda").delete_event_source_mapping(UUID=made_one["UUID"])

    def subscription(topic: str, endpoint: str) -> Callable[[Session], Any]:
        arn = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=endpoint)["SubscriptionArn"]
        return lambda session: session.client("sns").unsubscribe(SubscriptionArn=arn)

    for remove in (mapping(QUEUE, STEP), subscription(PROD_TOPIC, FUNCTION)):
        remove(guarded)
    for remove in (mapping(PROD_QUEUE, PROD), subscription(PROD_TOPIC, PROD_FUNCTION)):
        with pytest.raises(AssertionError, match="prod was touched"):
            remove(guarded)
