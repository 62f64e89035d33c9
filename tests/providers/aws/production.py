"""A production function on the local AWS, and the ways by which a team would trigger it.

The local AWS is lax: it neither checks who may invoke a function, nor a topic's policy, nor that a destination exists.
So permission and configuration can be told apart here, as they can be on AWS after one of them was changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.topology import Account, Step, Topology
from dbt_ghost.operations.discover import discover
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.prod import AwsProd
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

ACCOUNT = Account(PROD_ACCOUNT, REGION)
NAME, BUCKET = "flights-clean", "flights-raw"
ARN, BUCKET_ARN = ACCOUNT.function_arn(NAME), ACCOUNT.bucket_arn(BUCKET)
CODE = zipped({"app.py": b"def handler(event, context): return 1"})
FILTER = {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "year%3D2013/"}, {"Name": "Suffix", "Value": ".csv"}]}}
PATTERN = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [BUCKET]}}}


@dataclass(frozen=True)
class Team:
    """Who set production up."""

    session: Session

    def function(self, name: str = NAME, **more: Any) -> str:
        made = self.session.client("lambda").create_function(
            FunctionName=name,
            Role=ACCOUNT.role_arn(name),
            **{"Runtime": "python3.11", "Handler": "app.handler", "Code": {"ZipFile": CODE}} | more,
        )
        return str(made["FunctionArn"])

    def bucket(self, name: str = BUCKET, region: str = REGION) -> None:
        where = {"LocationConstraint": region}
        self.session.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)

    def notify(self, bucket: str = BUCKET, *, eventbridge: bool = False, **arns: str) -> None:
        """`LambdaFunction=arn`, `Queue=arn`, `Topic=arn`: the whole document of the bucket."""
        document: dict[str, Any] = {
            f"{kind}Configurations": [{f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": FILTER}]
            for kind, arn in arns.items()
        }
        document |= {"EventBridgeConfiguration": {}} if eventbridge else {}
        self.session.client("s3").put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=document
        )

    def allow(self, service: str, source: str = "", qualifier: str = "", function: str = NAME) -> None:
        which = {"Qualifier": qualifier} if qualifier else {}
        which |= {"SourceArn": source} if source else {}
        self.session.client("lambda").add_permission(
            FunctionName=function,
            StatementId=f"sid-{abs(hash((service, source, qualifier)))}",
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            **which,
        )

    def alias(self, name: str, **more: Any) -> str:
        client = self.session.client("lambda")
        version = client.publish_version(FunctionName=NAME)["Version"]
        made = client.create_alias(FunctionName=NAME, Name=name, FunctionVersion=version, **more)
        return str(made["AliasArn"])

    def topic(self, name: str, source: str = BUCKET_ARN) -> str:
        client = self.session.client("sns")
        arn = str(client.create_topic(Name=name)["TopicArn"])
        policy = sending("s3", "sns:Publish", arn, source)
        client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        return arn

    def queue(self, name: str, service: str, source: str, **attributes: str) -> str:
        arn = ACCOUNT.queue_arn(name)
        policy = sending(service, "sqs:SendMessage", arn, source)
        self.session.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy, **attributes})
        return arn

    def rule(self, name: str, target: str, pattern: object = PATTERN, **target_more: Any) -> str:
        events = self.session.client("events")
        arn = str(events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"])
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, **target_more}])
        return arn


def sending(service: str, action: str, resource: str, source: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def looked(session: Session, *functions: str) -> Topology:
    steps = {f"s{number}": {"function": name} for number, name in enumerate(functions)}
    settings = {"project": "flights", "databases": ["PROD"], "ingestion": {"steps": steps}}
    return discover(AwsProd(session), GhostConfig.model_validate(settings))


def step(session: Session) -> Step:
    return looked(session, NAME).steps[0]
