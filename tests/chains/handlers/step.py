"""A step of the tests' production: appends its line to a text and writes it under the same key into OUT.

It understands what reaches it by every route: from S3 itself, through SNS, SQS or both, and from EventBridge.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import boto3

VERSION = 1


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Raises on the first object that fails, unless POISON is `report`: then SQS gets the messages that failed.

    With IN, production's input bucket, it also serves ghosts.
    """
    failed = []
    for message, bucket, key in records(event):
        if "poison" in key and os.environ.get("POISON"):
            if os.environ["POISON"] == "raise":
                raise ValueError(f"{key} cannot be read")
            failed.append({"itemIdentifier": message})
            continue
        process(bucket, key, output_of(event, context))
        print(f"{os.environ['STEP']} has written {key!r}")
    return {"batchItemFailures": failed}


def records(event: Any, message: str = "") -> Iterator[tuple[str, str, str]]:
    """(id of the SQS message if any, bucket, key) of each object.

    S3 form-encodes the keys of its own events, EventBridge does not. S3's test message has no `Records` (F 1.4).
    """
    if "detail" in event:
        yield message, event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    elif event.get("Type") == "Notification":
        yield from records(json.loads(event["Message"]), message)
    for record in event.get("Records", ()):
        if record.get("eventSource") == "aws:sqs":
            yield from records(json.loads(record["body"]), record["messageId"])
        elif record.get("EventSource") == "aws:sns":
            yield from records(json.loads(record["Sns"]["Message"]), message)
        else:
            yield message, record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])


def output_of(event: dict[str, Any], context: object) -> str:
    if "IN" not in os.environ:
        return os.environ["OUT"]
    from runtime import output_bucket  # type: ignore[import-not-found]  # dbt_ghost/runtime.py, in the same package

    return str(output_bucket(event, context, [os.environ["IN"]], os.environ["OUT"]))


def process(bucket: str, key: str, output: str) -> None:
    text = s3().get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    line = f"{os.environ['STEP']} {VERSION}\n"
    s3().put_object(Bucket=output, Key=key, Body=(text + line).encode())


@lru_cache(maxsize=1)
def s3() -> Any:
    return boto3.client("s3")
