"""Where a production function that also serves ghosts has to write: copy this one file into its package.

    from runtime import output_bucket

    def handler(event, context):
        out = output_bucket(event, context, inputs=["shop-clean"], output=os.environ["OUT_BUCKET"])

For the events of production's own input buckets that is `output`. For those of a ghost's bucket it is the ghost bucket
that stands in for `output`, as the tags of the ghost's input bucket say. Anything else raises: a ghost's data never
goes into production because something could not be told. Standard library and boto3 only; no other file is needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import boto3

GHOST_BUCKET = re.compile(r"ghost-[a-z][a-z0-9]{1,9}-(?:[a-z0-9-]+-)?(?P<branch>[0-9a-f]{6})-[0-9a-f]{4}")
ROUTE_TAG = "dbt-ghost:route:"

_routes: dict[tuple[str, str], dict[str, str]] = {}


class NoRoute(Exception):
    """It cannot be told where the results of this event belong. Nothing may be written."""


def output_bucket(event: dict[str, Any], context: Any, inputs: Collection[str], output: str, s3: Any = None) -> str:
    """The bucket to write to.

    `inputs` are production's input buckets, `output` its output bucket; `context` is the handler's own. Raises NoRoute
    for an event without buckets, with several, or with one that is neither an input nor a ghost's with a route.
    """
    buckets = set(buckets_of(event))
    if len(buckets) != 1:
        raise NoRoute(f"the event is of {len(buckets)} buckets, not of one: {sorted(buckets)}")
    (bucket,) = buckets
    if bucket in inputs:
        return output
    found = GHOST_BUCKET.fullmatch(bucket)
    if not found:
        raise NoRoute(f"{bucket} is neither one of {sorted(inputs)} nor a ghost's bucket")
    account = context.invoked_function_arn.split(":")[4]
    route = _routes_of(bucket, account, s3 or boto3.client("s3")).get(output, "")
    target = GHOST_BUCKET.fullmatch(route)
    if not target or target["branch"] != found["branch"] or route == bucket:
        raise NoRoute(f"{bucket} has no route for {output} within its ghost, but {route!r}")
    return route


def buckets_of(event: dict[str, Any]) -> Iterator[str]:
    """Every bucket that an event of S3, SNS, SQS or EventBridge tells of."""
    if "detail" in event:
        yield event["detail"]["bucket"]["name"]
    for record in event.get("Records", ()):
        if "s3" in record:
            yield record["s3"]["bucket"]["name"]
        elif "Sns" in record:
            yield from buckets_of(json.loads(record["Sns"]["Message"]))
        elif "body" in record:
            yield from _in_body(json.loads(record["body"]))


def _in_body(body: dict[str, Any]) -> Iterator[str]:
    """A message's body is S3's event, or SNS's envelope around it."""
    yield from buckets_of(json.loads(body["Message"]) if "Message" in body else body)


def _routes_of(bucket: str, account: str, s3: Any) -> dict[str, str]:
    """Prod bucket -> ghost bucket, as the bucket's tags say; asked once, as a ghost's routes stay as they are."""
    key = bucket, account
    if not _routes.get(key):
        answer = s3.get_bucket_tagging(Bucket=bucket, ExpectedBucketOwner=account)
        ours = (tag for tag in answer["TagSet"] if tag["Key"].startswith(ROUTE_TAG))
        _routes[key] = {tag["Value"]: tag["Key"].removeprefix(ROUTE_TAG) for tag in ours}
    return _routes[key]
