"""The tests' production as frozen values: three steps between four buckets, and the documents its owner wrote. Pure.

raw -> first -> mid -> middle -> next -> last -> out
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dbt_ghost.core.topology import Account

Route = Literal["s3", "sns", "sns_sqs", "sqs", "eventbridge", "alias"]
"""How a bucket's events reach the function behind it; `alias` is S3 -> function:live."""

StepName = Literal["first", "middle", "last"]

ROUTES: tuple[Route, ...] = get_args(Route)
STEPS: tuple[StepName, ...] = get_args(StepName)
BUCKETS = ("raw", "mid", "next", "out")
ALIAS = "live"
PREFIX, SUFFIX = "in/", ".txt"
"""What every hop is about: other keys of its bucket are not the chain's."""


@dataclass(frozen=True)
class Chain:
    """One production. `name` begins all its names; without one, chains of different routes have different names.

    `raw`: the queues of `sns_sqs` get S3's text alone, not SNS's around it. `poison` is what the functions do with a
    key that has "poison" in it; it needs a queue. `aware` functions also serve ghosts. `timeout_s` is the functions'
    and the queues' visibility timeout.
    """

    route: Route
    name: str = ""
    raw: bool = False
    poison: Literal["", "report", "raise"] = ""
    aware: bool = False
    timeout_s: int = 15
    max_receives: int = 3

    @property
    def hops(self) -> tuple[Hop, ...]:
        return tuple(Hop(self, step, BUCKETS[n], BUCKETS[n + 1]) for n, step in enumerate(STEPS))

    def hop(self, step: StepName) -> Hop:
        return self.hops[STEPS.index(step)]

    @property
    def prefix(self) -> str:
        return self.name or f"prod-{self.route.replace('_', '-')}" + "-raw" * self.raw

    def bucket(self, part: str) -> str:
        return f"{self.prefix}-{part}"

    @property
    def by_queue(self) -> bool:
        return self.route in ("sqs", "sns_sqs")


@dataclass(frozen=True)
class Hop:
    """A step between two buckets, which are given by their parts of the name."""

    chain: Chain
    step: StepName
    source: str
    target: str

    @property
    def function(self) -> str:
        """Also the name of the hop's topic, queue and rule."""
        return f"{self.chain.prefix}-{self.step}"

    @property
    def role(self) -> str:
        return f"{self.function}-role"

    @property
    def dead_letters(self) -> str:
        return f"{self.function}-failed"

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.function}"

    @property
    def source_bucket(self) -> str:
        return self.chain.bucket(self.source)

    @property
    def environment(self) -> dict[str, str]:
        variables = {"OUT": self.chain.bucket(self.target), "STEP": self.step, "POISON": self.chain.poison}
        variables["IN"] = self.source_bucket if self.chain.aware else ""
        return {name: value for name, value in variables.items() if value}


def execution_policy(hop: Hop, account: Account) -> str:
    """What the function does and no more: read its input, write its output and its log, take from its queue."""
    source, target = (account.bucket_arn(hop.chain.bucket(part)) for part in (hop.source, hop.target))
    logs = f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{hop.log_group}:*"
    statements = [
        allow(["s3:GetObject"], f"{source}/{PREFIX}*"),
        allow(["s3:PutObject"], f"{target}/{PREFIX}*"),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs),
    ]
    if hop.chain.by_queue:
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        statements.append(allow(actions, account.queue_arn(hop.function)))
    return document(*statements)


def delivery_policy(action: str, resource: str, service: str, source: str, account: Account) -> str:
    """The policy of a topic or a queue: one service may deliver there, for one source of one account."""
    condition = {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": account.id}}
    principal = {"Service": f"{service}.amazonaws.com"}
    return document({**allow([action], resource), "Principal": principal, "Condition": condition})


def pattern(bucket: str) -> str:
    """New objects of the chain's keys. A list means OR, so the suffix is a condition that a pattern cannot add."""
    detail = {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": PREFIX}]}}
    return json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail})


def entry(kind: str, arn: str) -> dict[str, Any]:
    """A notification document's entry for a target of one kind (`LambdaFunction`, `Queue`, `Topic`)."""
    filters = [{"Name": "prefix", "Value": PREFIX}, {"Name": "suffix", "Value": SUFFIX}]
    one = {f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": filters}}}
    return {f"{kind}Configurations": [{"Id": "to-the-next-step", **one}]}


def allow(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
