"""The demo's production: a chain of two Lambdas on an account of the local AWS, as a team would have built it.

raw bucket -> flights-clean -> clean bucket -> flights-enrich -> curated bucket. Also built without a ghost ever near
it, as the *control* that production is compared with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.core.topology import Account
from dbt_ghost.demo import production_documents as docs
from dbt_ghost.demo.production_documents import CLEAN, ENRICH, FUNCTIONS, NIGHTLY, Buckets
from dbt_ghost.providers.artifacts import pack
from dbt_ghost.providers.aws.buckets import PRIVATE
from dbt_ghost.providers.aws.session import friendly_errors

POLL_S = 0.05
SPACING_S = 0.15
"""Between two files. The local AWS starts a process per event of a burst, so files come one after another."""
LOG_LINES = 12


class Aws(Protocol):
    """What is needed of a `Session`: one account and region."""

    def client(self, service: str) -> Any: ...

    def account(self) -> Account: ...

    @property
    def sleep(self) -> Any:
        """Called with seconds."""
        ...


class Production:
    """One production, in the account of `aws`. `project` is the folder with `ingestion/` and `data/`.

    `prefix` begins the names of its buckets. Days are texts as `2013-02-08`. AWS's answers are raised as GhostError.
    """

    def __init__(self, aws: Aws, project: Path, prefix: str = "flights") -> None:
        self._aws = aws
        self._project = project
        self.buckets = Buckets.named(prefix)

    @cached_property
    def account(self) -> Account:
        return self._aws.account()

    def build(self) -> None:
        """Make everything in an account that has nothing of it, and wait until it is ready for files."""
        with friendly_errors("building the demo's production"):
            self._make_buckets()
            for function in FUNCTIONS:
                self._make_function(function)
            self._connect()
            self._make_nightly_rule()
            for file in sorted((self._project / "data/reference").glob("*.csv.gz")):
                self._s3.put_object(Bucket=self.buckets.raw, Key=f"reference/{file.name}", Body=file.read_bytes())

    def deliver(self, day: str) -> None:
        """A new file arrives. Raises GhostError if there is no data for that day."""
        file = self._project / f"data/flights/{day}.csv.gz"
        if not file.exists():
            raise GhostError(f"there is no file for {day}: {file}", "choose a day from 2013-02-01 to 2013-02-14")
        with friendly_errors(f"delivering the file of {day}"):
            self._s3.put_object(Bucket=self.buckets.raw, Key=f"flights/{day}.csv.gz", Body=file.read_bytes())

    def deliver_all(self, days: Iterable[str]) -> None:
        """Files arrive one after another, at a pace that starts no second process of a handler."""
        for day in days:
            self.deliver(day)
            self._aws.sleep(SPACING_S)

    def wait_for(
        self, day: str, *, bucket: str = "", functions: Sequence[str] = FUNCTIONS, timeout_s: float = 60
    ) -> None:
        """Return when the day's file is in the curated bucket, or in the one that stands in for it.

        Raises GhostError with the end of the logs of `functions`, which should have brought it there.
        """
        target = bucket or self.buckets.curated
        for _ in range(int(timeout_s / POLL_S)):
            if self._is_there(target, day):
                return
            self._aws.sleep(POLL_S)
        said = "\n".join(line for function in functions for line in self.log_end(function)) or "(nothing)"
        where = f"s3://{target}/flights/{day}.csv"
        raise GhostError(f"{where} did not appear within {timeout_s:g} seconds. The functions' logs end with:\n{said}")

    def log_end(self, function: str) -> list[str]:
        """The function's last log lines, oldest first, each after its function's name."""
        group = docs.log_group(function)
        with friendly_errors(f"reading the log group {group}"):
            pages = self._aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
            events = sorted((event for page in pages for event in page["events"]), key=lambda each: each["timestamp"])
        lines = [line for event in events for line in event["message"].splitlines() if line.strip()]
        return [f"{function}: {line}" for line in lines[-LOG_LINES:]]

    @property
    def _s3(self) -> Any:
        return self._aws.client("s3")

    def _is_there(self, bucket: str, day: str) -> bool:
        key = f"flights/{day}.csv"
        try:
            with friendly_errors(f"looking for s3://{bucket}/{key}"):
                self._s3.head_object(Bucket=bucket, Key=key)
        except NotFound:
            return False
        return True

    def _make_buckets(self) -> None:
        for part, bucket in self.buckets.by_part().items():
            make_bucket(self._aws, bucket)
            tags = [{"Key": "team", "Value": "data-platform"}, {"Key": "layer", "Value": part}]
            self._s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
        policy = docs.raw_bucket_policy(self.account, self.buckets.raw)
        self._s3.put_bucket_policy(Bucket=self.buckets.raw, Policy=policy)

    def _make_function(self, name: str) -> None:
        group = docs.log_group(name)
        self._aws.client("logs").create_log_group(logGroupName=group)
        self._aws.client("logs").put_retention_policy(logGroupName=group, retentionInDays=30)
        iam, role = self._aws.client("iam"), docs.role_name(name)
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=docs.trust(), Tags=[{"Key": "team", "Value": "data"}])
        policy = docs.execution_policy(name, self.account, self.buckets)
        iam.put_role_policy(RoleName=role, PolicyName="least-privilege", PolicyDocument=policy)
        code = self._project / "ingestion" / name.removeprefix("flights-")
        self._aws.client("lambda").create_function(
            FunctionName=name,
            Description=f"Production's {code.name} step",
            Runtime="python3.11",
            Role=self.account.role_arn(role),
            Handler="app.handler",
            Code={"ZipFile": pack(code)},
            MemorySize=256,
            Timeout=60,
            Environment={"Variables": docs.environment(name, self.buckets)},
            Tags={"team": "data-platform"},
        )

    def _connect(self) -> None:
        """Permissions first: S3 refuses to send events to a function that it may not invoke (F 1.5)."""
        listeners = {
            CLEAN: (self.buckets.raw, docs.raw_notifications(self.account)),
            ENRICH: (self.buckets.clean, docs.clean_notifications(self.account)),
        }
        for function, (bucket, notifications) in listeners.items():
            self._wait_until_active(function)
            self._aws.client("lambda").add_permission(
                FunctionName=function,
                StatementId="s3-may-invoke",
                Action="lambda:InvokeFunction",
                Principal="s3.amazonaws.com",
                SourceArn=self.account.bucket_arn(bucket),
                SourceAccount=self.account.id,
            )
            self._s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notifications)

    def _wait_until_active(self, function: str, timeout_s: float = 60) -> None:
        state = ""
        for _ in range(int(timeout_s / POLL_S)):
            state = self._aws.client("lambda").get_function_configuration(FunctionName=function)["State"]
            if state == "Active":
                return
            self._aws.sleep(POLL_S)
        raise GhostError(f"the function {function} is still {state} after {timeout_s:g} seconds")

    def _make_nightly_rule(self) -> None:
        """A rule that fills a queue each night, switched off: something of prod's own to be left alone."""
        events, queues = self._aws.client("events"), self._aws.client("sqs")
        address = queues.create_queue(QueueName=NIGHTLY)["QueueUrl"]
        target = queues.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=NIGHTLY, ScheduleExpression="cron(0 3 * * ? *)", State="DISABLED")
        events.put_targets(
            Rule=NIGHTLY, Targets=[{"Id": "queue", "Arn": target, "Input": json.dumps({"job": "dbt build"})}]
        )


def install_state_bucket(aws: Aws, name: str) -> None:
    """What an admin does once per project: a versioned, private bucket for the records of its ghosts."""
    with friendly_errors(f"installing the state bucket {name}"):
        make_bucket(aws, name)
        s3 = aws.client("s3")
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)


def make_bucket(aws: Aws, name: str) -> None:
    region = aws.account().region
    # us-east-1 is the one region that CreateBucket refuses to be told.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws.client("s3").create_bucket(Bucket=name, **where)
