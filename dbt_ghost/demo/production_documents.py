"""The documents of the demo's production: its names, and the policies and notifications that its owner wrote. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dbt_ghost.core.topology import Account

CLEAN, ENRICH = "flights-clean", "flights-enrich"
FUNCTIONS = (CLEAN, ENRICH)
NIGHTLY = "flights-nightly"
"""The name of production's own rule and of the queue it fills: they have nothing to do with the ghost."""


@dataclass(frozen=True)
class Buckets:
    """The three buckets of one production; their names are global, unlike those of everything else."""

    raw: str
    clean: str
    curated: str

    @classmethod
    def named(cls, prefix: str) -> Buckets:
        return cls(f"{prefix}-raw", f"{prefix}-clean", f"{prefix}-curated")

    def by_part(self) -> dict[str, str]:
        return {"raw": self.raw, "clean": self.clean, "curated": self.curated}


def role_name(function: str) -> str:
    return f"{function}-role"


def log_group(function: str) -> str:
    return f"/aws/lambda/{function}"


def trust() -> str:
    """Lambda may run as the role."""
    return _document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})


def execution_policy(function: str, account: Account, buckets: Buckets) -> str:
    """What the function does and no more: read its input, write its output, write its log."""
    reads, writes = {
        CLEAN: ((f"{buckets.raw}/flights/*",), f"{buckets.clean}/flights/*"),
        ENRICH: ((f"{buckets.clean}/flights/*", f"{buckets.raw}/reference/*"), f"{buckets.curated}/flights/*"),
    }[function]
    logs = f"arn:{account.partition}:logs:{account.region}:{account.id}:log-group:{log_group(function)}:*"
    return _document(
        _allow(["s3:GetObject"], *(account.bucket_arn(key) for key in reads)),
        _allow(["s3:PutObject"], account.bucket_arn(writes)),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs),
    )


def environment(function: str, buckets: Buckets) -> dict[str, str]:
    if function == CLEAN:
        return {"OUT_BUCKET": buckets.clean, "LOG_LEVEL": "INFO"}
    return {"OUT_BUCKET": buckets.curated, "REFERENCE_BUCKET": buckets.raw, "LOG_LEVEL": "INFO"}


def raw_bucket_policy(account: Account, bucket: str) -> str:
    """No outdated encryption on the way. (Plain http, which the local AWS speaks, has no TLS version to judge.)"""
    arn = account.bucket_arn(bucket)
    return _document(
        {
            "Sid": "DenyOutdatedTLS",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        }
    )


def raw_notifications(account: Account) -> dict[str, Any]:
    """New raw files go to `clean`; every event also goes to EventBridge, where a ghost listens."""
    return {**_notifications(account, CLEAN, ".csv.gz"), "EventBridgeConfiguration": {}}


def clean_notifications(account: Account) -> dict[str, Any]:
    return _notifications(account, ENRICH, ".csv")


def _notifications(account: Account, function: str, suffix: str) -> dict[str, Any]:
    rules = [{"Name": "prefix", "Value": "flights/"}, {"Name": "suffix", "Value": suffix}]
    return {
        "LambdaFunctionConfigurations": [
            {
                "Id": f"{function}-on-new-file",
                "LambdaFunctionArn": account.function_arn(function),
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": {"FilterRules": rules}},
            }
        ]
    }


def _allow(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
