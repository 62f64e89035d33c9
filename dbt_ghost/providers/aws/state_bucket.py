"""The project's state bucket: JSON documents, each written only over the version that was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from pydantic import BaseModel, ValidationError

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.providers.aws.buckets import CLASSIC_REGION, PRIVATE
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

OVERTAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "409", "412"}

Document = TypeVar("Document", bound=BaseModel)


class StateBucket:
    """A versioned bucket; a document's version is its ETag. `what` is what a document is called: `record`, say.

    Every method raises GhostError for a missing bucket, with the lines that make it.
    """

    def __init__(self, session: Session, bucket: str, what: str) -> None:
        self._session = session
        self._bucket = bucket
        self._what = what

    def called(self, key: str) -> str:
        return f"{self._what} s3://{self._bucket}/{key}"

    def keys(self, folder: str) -> tuple[str, ...]:
        def listed() -> list[str]:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Prefix=folder, **self._where)
            return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

        with friendly_errors(f"listing the {self._what}s in bucket {self._bucket}"):
            return tuple(key for key in self._answer(listed) if key.endswith(".json"))

    def read(self, key: str) -> tuple[bytes, str] | None:
        """What stands there and its version."""
        with friendly_errors(f"reading {self.called(key)}"):
            return self._get(key)

    def write(self, key: str, document: BaseModel, version: str | None, hint: str) -> str:
        """The document's new version. Raises Conflict, with the hint, if it is not over `version` (None: over none)."""
        body = (document.model_dump_json(indent=2) + "\n").encode()
        condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
        asked = {"Key": key, "Body": body, "ContentType": "application/json", **condition}
        with friendly_errors(f"writing {self.called(key)}"):
            try:
                return str(self._answer(lambda: self._s3.put_object(**asked, **self._where))["ETag"])
            except ClientError as error:
                # One that was deleted since answers NoSuchKey to If-Match.
                missing = version is not None and code_of(error) in ("NoSuchKey", "404")
                if code_of(error) not in OVERTAKEN and not missing:
                    raise
                there, stands = self._get(key) or (b"", "")
                if there == body:  # our own: its answer was lost, and boto3 tried again
                    return stands
                raise Conflict(f"{self.called(key)} was changed by somebody else meanwhile", hint) from error

    def delete(self, key: str) -> None:
        """Absence is success. Older versions stay, as the bucket keeps them."""
        with friendly_errors(f"removing {self.called(key)}"):
            if self._get(key) is not None:
                self._answer(lambda: self._s3.delete_object(Key=key, **self._where))

    def parsed(self, key: str, body: bytes, of: type[Document], otherwise: str) -> Document:
        """Raises GhostError; `otherwise` says what to do where no newer dbt-ghost wrote it."""
        try:
            return of.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise GhostError(
                f"{self.called(key)} cannot be read: {where}: {first['msg']}",
                f"a newer dbt-ghost may have written it: upgrade. Otherwise {otherwise}",
            ) from error

    @property
    def _s3(self) -> Any:
        return self._session.client("s3")

    @property
    def _where(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._session.account().id}

    def _get(self, key: str) -> tuple[bytes, str] | None:
        with swallowing("NoSuchKey"):
            answer = self._answer(lambda: self._s3.get_object(Key=key, **self._where))
            return answer["Body"].read(), answer["ETag"]
        return None

    def _answer(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise
            raise GhostError(
                f"the state bucket {self._bucket} does not exist",
                "an admin makes it once:\n" + installation(self._bucket, self._session.region),
            ) from error


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
