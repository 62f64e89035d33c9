"""The objects of prod's buckets, by listing: their current versions. Only read."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.replay import ProdObject
from dbt_ghost.providers.aws.session import Session, friendly_errors


class AwsProdObjects:
    """`operations.world.ProdObjects`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, bucket: str, prefix: str) -> Iterator[ProdObject]:
        owner = self._session.account().id
        with friendly_errors(f"listing s3://{bucket}/{prefix}"):
            pages = self._session.client("s3").get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=bucket, Prefix=prefix, ExpectedBucketOwner=owner):
                for each in page.get("Contents", []):
                    etag = each["ETag"].strip('"')
                    yield ProdObject(bucket, each["Key"], each["Size"], etag, each["LastModified"])
