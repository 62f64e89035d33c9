"""Roles with a policy, and clients of sessions that assumed them by hand, on the local AWS that checks IAM."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import boto3
from botocore.exceptions import ClientError

from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION, session_of

ACCOUNT = Account(PROD_ACCOUNT, REGION)
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError")
"""The words of the services for it; the last is SNS's."""


def allow(
    actions: str | list[str], resources: str | list[str] = "*", /, **conditions: dict[str, Any]
) -> dict[str, Any]:
    return _statement("Allow", actions, resources, conditions)


def deny(actions: str | list[str], resources: str | list[str] = "*", /, **conditions: dict[str, Any]) -> dict[str, Any]:
    return _statement("Deny", actions, resources, conditions)


def _statement(effect: str, actions: Any, resources: Any, conditions: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": resources, "Condition": conditions}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(*principals: dict[str, Any]) -> str:
    return document(*({"Effect": "Allow", "Principal": each, "Action": "sts:AssumeRole"} for each in principals))


ACCOUNT_TRUST = trusting({"AWS": ACCOUNT.root_arn}, {"Service": "lambda.amazonaws.com"})


@cache
def clients() -> Any:
    """One maker for all, so that each service's model is read once."""
    return boto3.session.Session()


@cache
def root_of(stack: LocalStack) -> Session:
    return session_of(stack)


@dataclass(frozen=True)
class Callers:
    stack: LocalStack

    @property
    def root(self) -> Session:
        return root_of(self.stack)

    def role(self, *statements: dict[str, Any], name: str = "caller", boundary: str = "", path: str = "/") -> str:
        """Its ARN. It trusts the account and Lambda."""
        iam = self.root.client("iam")
        bound = {"PermissionsBoundary": boundary} if boundary else {}
        made = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=ACCOUNT_TRUST, **bound)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return str(made["Role"]["Arn"])

    def policy(self, name: str, *statements: dict[str, Any]) -> str:
        iam = self.root.client("iam")
        return str(iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"])

    def client(self, service: str, *statements: dict[str, Any], **how: str) -> Any:
        """Of a new role with these statements as its policy."""
        return self.client_of(service, self.role(*statements, **how))

    def client_of(self, service: str, role_arn: str, session_name: str = "by-hand") -> Any:
        held = self.root.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)["Credentials"]
        return clients().client(
            service,
            endpoint_url=self.stack.url,
            region_name=REGION,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )


def answer(call: Callable[[], Any]) -> str:
    """What it came to: `done`, `denied`, or the code of another error."""
    try:
        call()
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        return "denied" if code in DENIED else code
    return "done"


GHOST, PROD = "ghost-flights-a", "flights-clean"
TAGS = {"ghost": "flights"}
PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
CODE = {"ZipFile": zipped({"app.py": b"def handler(event, context): ..."})}


def ghost_and_prod(stack: LocalStack) -> Callers:
    """Each with a role, a function, a queue, a topic, a rule and a log group of its name; the ghost's have its tags."""
    callers = Callers(stack)
    root = callers.root.client
    for name, tags, pairs in ((GHOST, TAGS, PAIRS), (PROD, {}, [])):
        role = callers.role(name=name)
        root("iam").tag_role(RoleName=name, Tags=pairs)
        root("lambda").create_function(
            FunctionName=name, Role=role, Runtime="python3.11", Handler="app.handler", Code=CODE, Tags=tags
        )
        root("sqs").create_queue(QueueName=name, tags=tags)
        root("sns").create_topic(Name=name, Tags=pairs)
        root("events").put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.s3"]}), Tags=pairs)
        root("logs").create_log_group(logGroupName=name, tags=tags)
        root("logs").create_log_stream(logGroupName=name, logStreamName="s")
    return callers


def each(call: Callable[[Any, str], Any], client: Any) -> list[str]:
    """What the call came to on the ghost's thing, and on prod's."""
    return [answer(partial(call, client, name)) for name in (GHOST, PROD)]
