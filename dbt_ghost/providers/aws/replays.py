"""Replays in the state bucket: `replays/<ghost>.json`, written only over the version that was read."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from dbt_ghost.core.errors import Conflict, GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import Replay, StoredReplay
from dbt_ghost.providers.aws.records import OVERTAKEN, installation
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

FOLDER = "replays/"


class AwsReplays:
    """`operations.world.Replays` over the state bucket; a version is an ETag.

    Both methods raise GhostError for a missing bucket, with the lines that make it.
    """

    def __init__(self, session: Session, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    def read(self, ghost: GhostName) -> StoredReplay | None:
        key = key_of(ghost.id)
        with friendly_errors(f"reading replay {self._address(key)}"):
            found = self._get(key)
        return StoredReplay(self._parsed(key, found[0]), found[1]) if found else None

    def write(self, replay: Replay, version: str | None) -> StoredReplay:
        key, body = key_of(replay.ghost), (replay.model_dump_json(indent=2) + "\n").encode()
        condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
        with friendly_errors(f"writing replay {self._address(key)}"):
            try:
                answer = self._call("put_object", Key=key, Body=body, ContentType="application/json", **condition)
            except ClientError as error:
                # One that was deleted since answers NoSuchKey to If-Match.
                missing = version is not None and code_of(error) in ("NoSuchKey", "404")
                if code_of(error) not in OVERTAKEN and not missing:
                    raise
                there, stands = self._get(key) or (b"", "")
                if there == body:  # our own: its answer was lost, and boto3 tried again
                    return StoredReplay(replay, stands)
                raise Conflict(
                    f"replay {self._address(key)} was changed by somebody else meanwhile",
                    "only one process replays into a ghost at a time: run the command again when the other is done",
                ) from error
        return StoredReplay(replay, answer["ETag"])

    def _get(self, key: str) -> tuple[bytes, str] | None:
        """What stands there and its version. Lets AWS's errors through."""
        with swallowing("NoSuchKey"):
            answer = self._call("get_object", Key=key)
            return answer["Body"].read(), answer["ETag"]
        return None

    def _call(self, operation: str, **arguments: Any) -> Any:
        call, owner = getattr(self._session.client("s3"), operation), self._session.account().id
        try:
            return call(Bucket=self._bucket, ExpectedBucketOwner=owner, **arguments)
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise
            raise GhostError(
                f"the state bucket {self._bucket} does not exist",
                "an admin makes it once:\n" + installation(self._bucket, self._session.region),
            ) from error

    def _parsed(self, key: str, body: bytes) -> Replay:
        try:
            replay = Replay.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the document"
            raise GhostError(
                f"replay {self._address(key)} cannot be read: {where}: {first['msg']}",
                "a newer dbt-ghost may have written it: upgrade. Otherwise delete the object: the next replay then "
                "begins at the beginning",
            ) from error
        if key_of(replay.ghost) != key:
            raise GhostError(
                f"replay {self._address(key)} is of another ghost, {replay.ghost}",
                "delete the object: the next replay then begins at the beginning",
            )
        return replay

    def _address(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def key_of(ghost: str) -> str:
    return f"{FOLDER}{ghost}.json"
