"""The objects that `observe` compares: of prod's output buckets and of the ghost's. Only read."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import Conflict
from dbt_ghost.core.observe.objects import Content, Seen
from dbt_ghost.providers.aws.prod_objects import AwsProdObjects
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors

CHANGED = ("PreconditionFailed", "412")


class AwsComparedObjects:
    """`operations.world.ComparedObjects`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, bucket: str, prefix: str) -> Iterator[Seen]:
        for each in AwsProdObjects(self._session).list(bucket, prefix):
            yield Seen(each.bucket, each.key, each.size, each.etag, each.modified)

    def read(self, each: Seen) -> Content:
        which = {"Bucket": each.bucket, "Key": each.key, "ExpectedBucketOwner": self._session.account().id}
        with friendly_errors(f"reading s3://{each.bucket}/{each.key}"):
            try:
                answer = self._session.client("s3").get_object(**which, IfMatch=f'"{each.etag}"')
            except ClientError as error:
                if code_of(error) not in CHANGED:
                    raise
                raise Conflict(f"s3://{each.bucket}/{each.key} was written again since it was listed") from None
            with answer["Body"] as body:
                return Content(body.read(), answer.get("VersionId") or "")
