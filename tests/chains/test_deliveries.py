"""What real AWS would drop without a word is found: each way to deliver, without and with its permission."""

from __future__ import annotations

import json

from dbt_ghost.providers.aws.session import Session
from tests.chains.chain import allow, delivery_policy, document
from tests.chains.deliveries import lost
from tests.chains.scene import ACCOUNT, BUCKET, FUNCTION, QUEUE, SOURCE, STEP, TOPIC

RULE = ACCOUNT.rule_arn(STEP, "prod-bus")


def let_in(session: Session, service: str, source: str) -> None:
    """Into the function and the queue, both for that source and no other."""
    session.client("lambda").add_permission(
        FunctionName=STEP,
        StatementId="x",
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
        SourceArn=source,
    )
    policy = delivery_policy("sqs:SendMessage", QUEUE, service, source, ACCOUNT)
    sqs = session.client("sqs")
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=STEP)["QueueUrl"], Attributes={"Policy": policy})


def test_a_rule_whose_target_and_failure_queue_do_not_let_it_in(made: Session) -> None:
    events, bus = made.client("events"), "prod-bus"
    events.create_event_bus(Name=bus)
    events.put_rule(Name=STEP, EventBusName=bus, EventPattern='{"source": ["aws.s3"]}')
    targets = [{"Id": "x", "Arn": FUNCTION, "DeadLetterConfig": {"Arn": QUEUE}}]
    events.put_targets(Rule=STEP, EventBusName=bus, Targets=targets)
    assert lost(made) == [f"{target} does not let events deliver for {RULE}" for target in (FUNCTION, QUEUE)]
    let_in(made, "events", RULE)
    assert lost(made) == []


def test_a_subscription_whose_endpoint_and_failure_queue_do_not_let_it_in(made: Session) -> None:
    redrive = json.dumps({"deadLetterTargetArn": QUEUE})
    made.client("sns").subscribe(
        TopicArn=TOPIC, Protocol="lambda", Endpoint=FUNCTION, Attributes={"RedrivePolicy": redrive}
    )
    assert lost(made) == [f"{target} does not let sns deliver for {TOPIC}" for target in (FUNCTION, QUEUE)]
    let_in(made, "sns", TOPIC)
    assert lost(made) == []


def test_a_bucket_whose_function_does_not_let_it_in_any_more(made: Session) -> None:
    entry = {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}
    made.client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"LambdaFunctionConfigurations": [entry]}
    )
    assert lost(made) == [f"{FUNCTION} does not let s3 deliver for {SOURCE}"]
    let_in(made, "s3", SOURCE)
    assert lost(made) == []


def test_a_function_whose_role_may_not_send_its_failures(made: Session) -> None:
    made.client("lambda").put_function_event_invoke_config(
        FunctionName=STEP, DestinationConfig={"OnFailure": {"Destination": QUEUE}}
    )
    assert lost(made) == [f"{STEP} may not send its failures to {QUEUE}"]
    policy = document(allow(["sqs:SendMessage"], QUEUE))
    made.client("iam").put_role_policy(RoleName=STEP, PolicyName="ghost", PolicyDocument=policy)
    assert lost(made) == []
