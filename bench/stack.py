"""A ghost's resources as one CloudFormation stack, made with as few calls as its client can."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from bench.stack_template import template
from dbt_ghost.core.plan import Plan
from dbt_ghost.core.resources import Function
from dbt_ghost.demo.production import make_bucket
from dbt_ghost.providers.aws.session import Session, message_of

NAME, PACKAGES = "long-ghost", "long-packages"
INLINE_LIMIT = 51_200
"""Bytes of a template that a call may carry; a longer one goes by way of S3."""
POLL = {"Delay": 0.1, "MaxAttempts": 3000}


class Stack:
    """Of what a plan would make. `package` gives the package with a CodeSha256; each is uploaded once."""

    def __init__(self, session: Session, plan: Plan, package: Callable[[str], bytes]) -> None:
        self._cloudformation, self._s3 = session.client("cloudformation"), session.client("s3")
        make_bucket(session, PACKAGES)
        resources = [change.resource for change in plan.changes]
        functions = {each.code_sha256 for each in resources if isinstance(each, Function)}
        self._packages = {sha256.replace("/", "_"): package(sha256) for sha256 in sorted(functions)}
        found = template(resources, code)
        self._parts, self._body = found["Resources"].values(), json.dumps(found)
        self._url = f"{session.endpoint}/{PACKAGES}/template.json"

    def create(self) -> None:
        for key, package in self._packages.items():
            self._s3.put_object(Bucket=PACKAGES, Key=key, Body=package)
        self._cloudformation.create_stack(StackName=NAME, Capabilities=["CAPABILITY_NAMED_IAM"], **self._template())
        self._wait("stack_create_complete")

    def tag_buckets(self) -> None:
        """AWS does it with the stack; the local AWS leaves a bucket's tags out, so that a ghost would not know it."""
        for part in self._parts:
            if part["Type"] == "AWS::S3::Bucket":
                asked = part["Properties"]
                self._s3.put_bucket_tagging(Bucket=asked["BucketName"], Tagging={"TagSet": asked["Tags"]})

    def update(self) -> None:
        """The template has not changed, nor have the packages: a client that knows it uploads none."""
        asked = {"StackName": NAME, "Capabilities": ["CAPABILITY_NAMED_IAM"], **self._template()}
        try:
            self._cloudformation.update_stack(**asked)
        except ClientError as error:
            if "No updates are to be performed" not in message_of(error):
                raise

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=NAME)
        self._wait("stack_delete_complete")

    def _template(self) -> dict[str, Any]:
        if len(self._body) <= INLINE_LIMIT:
            return {"TemplateBody": self._body}
        self._s3.put_object(Bucket=PACKAGES, Key="template.json", Body=self._body)
        return {"TemplateURL": self._url}

    def _wait(self, until: str) -> None:
        self._cloudformation.get_waiter(until).wait(StackName=NAME, WaiterConfig=POLL)


def code(sha256: str) -> dict[str, str]:
    return {"S3Bucket": PACKAGES, "S3Key": sha256.replace("/", "_")}
