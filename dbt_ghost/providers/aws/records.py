"""The records in the state bucket: `ghosts/<ghost>.json`, written only over the version that was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord, UnreadableRecord
from dbt_ghost.providers.aws.buckets import CLASSIC_REGION, PRIVATE
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

FOLDER = "ghosts/"
OVERTAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "409", "412"}


class AwsRecords:
    """`operations.world.Records` over a versioned bucket; a record's version is its ETag.

    Every method raises GhostError for a missing bucket, with the lines that make it.
    """

    def __init__(self, session: Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    def read(self, ghost: GhostName) -> StoredRecord | None:
        return self._read(key_of(ghost.id))

    def list(self) -> Iterator[StoredRecord | UnreadableRecord]:
        doing = f"listing the records in bucket {self._bucket}"
        with friendly_errors(doing):
            keys = self._answer(self._keys)
        for key in keys:
            with friendly_errors(f"reading record {self._address(key)}"):
                found = self._get(key)
            try:
                if found:
                    yield StoredRecord(self._parsed(key, found[0]), found[1])
            except GhostError as error:
                yield UnreadableRecord(error.message)

    def write(self, record: Record, version: str | None) -> StoredRecord:
        key, body = key_of(record.ghost), (record.model_dump_json(indent=2) + "\n").encode()
        condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
        put = self._session.client("s3").put_object
        with friendly_errors(f"writing record {self._address(key)}"):
            try:
                answer = self._answer(
                    lambda: put(
                        Bucket=self._bucket,
                        Key=key,
                        Body=body,
                        ContentType="application/json",
                        ExpectedBucketOwner=self._session.account().id,
                        **condition,
                    )
                )
            except ClientError as error:
                # A record that was deleted since answers NoSuchKey to If-Match.
                missing = version is not None and code_of(error) in ("NoSuchKey", "404")
                if code_of(error) not in OVERTAKEN and not missing:
                    raise
                there, stands = self._get(key) or (b"", "")
                if there == body:  # our own: its answer was lost, and boto3 tried again
                    return StoredRecord(record, stands)
                raise Conflict(
                    f"record {self._address(key)} was changed by somebody else meanwhile",
                    "see `ghost-ingest status`, then run the command again",
                ) from error
        return StoredRecord(record, answer["ETag"])

    def _read(self, key: str) -> StoredRecord | None:
        with friendly_errors(f"reading record {self._address(key)}"):
            found = self._get(key)
            return StoredRecord(self._parsed(key, found[0]), found[1]) if found else None

    def _get(self, key: str) -> tuple[bytes, str] | None:
        """What stands there and its version. Lets AWS's errors through."""
        get, owner = self._session.client("s3").get_object, self._session.account().id
        with swallowing("NoSuchKey"):
            answer = self._answer(lambda: get(Bucket=self._bucket, Key=key, ExpectedBucketOwner=owner))
            return answer["Body"].read(), answer["ETag"]
        return None

    def _keys(self) -> tuple[str, ...]:
        pages = (
            self._session.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self._bucket, Prefix=FOLDER, ExpectedBucketOwner=self._session.account().id)
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return tuple(key for key in keys if key.endswith(".json"))

    def _parsed(self, key: str, body: bytes) -> Record:
        try:
            record = Record.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise GhostError(
                f"record {self._address(key)} cannot be read: {where}: {first['msg']}",
                "a newer dbt-ghost may have written it: upgrade. Otherwise restore an older version of the object, or "
                "delete it: drop works without",
            ) from error
        if key_of(record.ghost) != key:
            raise GhostError(
                f"record {self._address(key)} is of another ghost, {record.ghost}",
                "restore an older version of the object",
            )
        return record

    def _answer(self, call: Any) -> Any:
        try:
            return call()
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise
            raise GhostError(
                f"the state bucket {self._bucket} does not exist",
                "an admin makes it once:\n" + installation(self._bucket, self._session.region),
            ) from error

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def key_of(ghost: str) -> str:
    return f"{FOLDER}{ghost}.json"


def installation(bucket: str, region: str) -> str:
    """The lines that make a state bucket."""
    closed = ",".join(f"{name}=true" for name in PRIVATE)
    place = "" if region == CLASSIC_REGION else f" --create-bucket-configuration LocationConstraint={region}"
    return "\n".join(
        (
            f"aws s3api create-bucket --region {region} --bucket {bucket}{place}",
            f"aws s3api put-public-access-block --region {region} --bucket {bucket}"
            f" --public-access-block-configuration {closed}",
            f"aws s3api put-bucket-versioning --region {region} --bucket {bucket}"
            " --versioning-configuration Status=Enabled",
        )
    )
