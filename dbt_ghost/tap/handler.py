"""The ghost's tap: an EventBridge "Object Created" event becomes the event that S3 itself would have sent.

GHOST_ROUTES: a JSON list of {"bucket", "prefix", "suffix", "events": ["s3:ObjectCreated:*"], "function"}. Every route
whose filter the object passes gets one asynchronous invocation; anything else is ignored. A failed invocation fails
the event, so that Lambda tries again: delivery is at least once, as S3's is.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any
from urllib.parse import quote_plus

import boto3

EVENT_NAMES = {
    "PutObject": "ObjectCreated:Put",
    "POST Object": "ObjectCreated:Post",
    "CopyObject": "ObjectCreated:Copy",
    "CompleteMultipartUpload": "ObjectCreated:CompleteMultipartUpload",
}
UNKNOWN = "ghost-tap"
"""Stands for what EventBridge does not tell: principals, the second request id, the configuration's id."""


def handler(event: dict[str, Any], context: object) -> list[str]:
    return forward(event, json.loads(os.environ["GHOST_ROUTES"]), _lambda_client())


@cache
def _lambda_client() -> Any:
    return boto3.client("lambda")


def forward(event: dict[str, Any], routes: list[dict[str, Any]], client: Any) -> list[str]:
    """Invoke the function of every route that the event passes; answers with their names."""
    if event.get("source") != "aws.s3" or event.get("detail-type") != "Object Created":
        return []
    functions = [route["function"] for route in routes if passes(event["detail"], route)]
    for function in functions:
        payload = json.dumps({"Records": [s3_record(event)]}).encode()
        client.invoke(FunctionName=function, InvocationType="Event", Payload=payload)
    return functions


def passes(detail: dict[str, Any], route: dict[str, Any]) -> bool:
    """Prefix AND suffix AND event type: the list in an EventBridge pattern would mean OR."""
    key = detail["object"]["key"]
    return bool(
        detail["bucket"]["name"] == route["bucket"]
        and key.startswith(route["prefix"])
        and key.endswith(route["suffix"])
        and any(_covers(wanted, event_name(detail)) for wanted in route["events"])
    )


def event_name(detail: dict[str, Any]) -> str:
    """As S3 calls it, without `s3:`. An unknown way of creating objects is an error, not a guess."""
    return EVENT_NAMES[detail["reason"]]


def _covers(wanted: str, name: str) -> bool:
    full = "s3:" + name
    return full == wanted or (wanted.endswith("*") and full.startswith(wanted[:-1]))


def s3_record(event: dict[str, Any]) -> dict[str, Any]:
    """One entry of S3's own event. S3 form-encodes keys but leaves slashes; EventBridge gives them plain."""
    detail = event["detail"]
    created = {
        "key": quote_plus(detail["object"]["key"], safe="/"),
        "size": detail["object"]["size"],
        "eTag": detail["object"]["etag"],
        "versionId": detail["object"].get("version-id"),
        "sequencer": detail["object"].get("sequencer"),
    }
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": event["region"],
        "eventTime": event["time"].removesuffix("Z") + ".000Z",
        "eventName": event_name(detail),
        "userIdentity": {"principalId": UNKNOWN},
        "requestParameters": {"sourceIPAddress": detail.get("source-ip-address", UNKNOWN)},
        "responseElements": {"x-amz-request-id": detail.get("request-id", UNKNOWN), "x-amz-id-2": UNKNOWN},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": UNKNOWN,
            "bucket": {
                "name": detail["bucket"]["name"],
                "ownerIdentity": {"principalId": UNKNOWN},
                "arn": event["resources"][0],
            },
            "object": {name: value for name, value in created.items() if value not in (None, "")},
        },
    }
