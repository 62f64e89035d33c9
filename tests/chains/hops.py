"""Connects a bucket to the step behind it, by each of the routes. Permissions come first: S3 asks for them (F 1.5)."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.providers.aws.session import Session
from tests.chains import chain as docs
from tests.chains.chain import ALIAS, Hop

TO_EVENTBRIDGE: dict[str, Any] = {"EventBridgeConfiguration": {}}


def connect(session: Session, hop: Hop) -> None:
    """From the hop's source bucket, whose notification document is made whole here, to its function."""
    match hop.chain.route:
        case "s3":
            own = _straight(session, hop)
        case "alias":
            own = _straight(session, hop, ALIAS)
        case "sns":
            own = _by_topic(session, hop)
        case "sqs":
            own = docs.entry("Queue", _queue(session, hop, "s3", _source_arn(session, hop)))
            _read_queue(session, hop)
        case "sns_sqs":
            own = _by_topic_and_queue(session, hop)
        case "eventbridge":
            own = {}
            _by_rule(session, hop)
    notify(session, hop.source_bucket, own)


def notify(session: Session, bucket: str, own: dict[str, Any]) -> None:
    """The bucket's own notifications, beside EventBridge's."""
    document = {**own, **TO_EVENTBRIDGE}
    session.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=document)


def _straight(session: Session, hop: Hop, qualifier: str = "") -> dict[str, Any]:
    if qualifier:
        functions = session.client("lambda")
        version = functions.publish_version(FunctionName=hop.function)["Version"]
        functions.create_alias(FunctionName=hop.function, Name=qualifier, FunctionVersion=version)
    _let_in(session, hop, "s3", _source_arn(session, hop), qualifier)
    return docs.entry("LambdaFunction", ":".join(filter(None, (_function_arn(session, hop), qualifier))))


def _by_topic(session: Session, hop: Hop) -> dict[str, Any]:
    topic = _topic(session, hop)
    _let_in(session, hop, "sns", topic)
    session.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=_function_arn(session, hop))
    return docs.entry("Topic", topic)


def _by_topic_and_queue(session: Session, hop: Hop) -> dict[str, Any]:
    topic = _topic(session, hop)
    queue = _queue(session, hop, "sns", topic)
    raw = {"RawMessageDelivery": "true"} if hop.chain.raw else {}
    session.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw)
    _read_queue(session, hop)
    return docs.entry("Topic", topic)


def _by_rule(session: Session, hop: Hop) -> None:
    events = session.client("events")
    rule = events.put_rule(Name=hop.function, EventPattern=docs.pattern(hop.source_bucket))["RuleArn"]
    _let_in(session, hop, "events", rule)
    events.put_targets(Rule=hop.function, Targets=[{"Id": "step", "Arn": _function_arn(session, hop)}])


def _topic(session: Session, hop: Hop) -> str:
    sns, account = session.client("sns"), session.account()
    arn: str = sns.create_topic(Name=hop.function)["TopicArn"]
    policy = docs.delivery_policy("sns:Publish", arn, "s3", _source_arn(session, hop), account)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


def _queue(session: Session, hop: Hop, service: str, source: str) -> str:
    """The hop's queue, which the service may fill for that source, and the queue behind it for what fails."""
    sqs, account, chain = session.client("sqs"), session.account(), hop.chain
    sqs.create_queue(QueueName=hop.dead_letters, Attributes={"MessageRetentionPeriod": "1209600"})
    arn = account.queue_arn(hop.function)
    redrive = {"deadLetterTargetArn": account.queue_arn(hop.dead_letters), "maxReceiveCount": chain.max_receives}
    attributes = {
        "VisibilityTimeout": str(chain.timeout_s),
        "RedrivePolicy": json.dumps(redrive),
        "Policy": docs.delivery_policy("sqs:SendMessage", arn, service, source, account),
    }
    sqs.create_queue(QueueName=hop.function, Attributes=attributes)
    return arn


def _read_queue(session: Session, hop: Hop) -> None:
    session.client("lambda").create_event_source_mapping(
        EventSourceArn=session.account().queue_arn(hop.function),
        FunctionName=hop.function,
        BatchSize=5,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )


def _let_in(session: Session, hop: Hop, service: str, source: str, qualifier: str = "") -> None:
    session.client("lambda").add_permission(
        FunctionName=hop.function,
        StatementId=f"{service}-may-invoke",
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
        SourceArn=source,
        SourceAccount=session.account().id,
        **({"Qualifier": qualifier} if qualifier else {}),
    )


def _source_arn(session: Session, hop: Hop) -> str:
    return session.account().bucket_arn(hop.source_bucket)


def _function_arn(session: Session, hop: Hop) -> str:
    return session.account().function_arn(hop.function)
