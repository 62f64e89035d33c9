"""Copies prod's objects into a ghost's bucket (`input: staged`). Standard library and boto3 only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.exceptions import ClientError

GIB = 1024**3
GONE = ("NoSuchKey", "NoSuchVersion")
KEPT_HEADERS = (
    *("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires", "Metadata"),
)


@dataclass(frozen=True)
class CopyLimits:
    """Bytes: the largest object that one CopyObject takes, and the parts in which larger ones are copied."""

    whole: int = 5 * GIB
    part: int = GIB // 4


AWS_LIMITS = CopyLimits()


@dataclass(frozen=True)
class Version:
    """An object, and which of its versions; `id` is empty where buckets have none."""

    bucket: str
    key: str
    id: str = ""


def copied(s3: Any, version: Version, bucket: str, limits: CopyLimits) -> bool:
    """Copy the event's version, or where buckets have none the newest, with its metadata and tags, to the same key.

    False if it is gone meanwhile. An object that changes during the copy is an error: the next attempt gets it whole.
    """
    source = {"Bucket": version.bucket, "Key": version.key}
    source |= {"VersionId": version.id} if version.id else {}
    try:
        head = s3.head_object(**source)
        same = {"CopySourceIfMatch": head["ETag"]}
        if head["ContentLength"] <= limits.whole:
            s3.copy_object(CopySource=source, Bucket=bucket, Key=version.key, **same)
        else:
            from boto3.s3.transfer import TransferConfig

            config = TransferConfig(multipart_threshold=limits.whole, multipart_chunksize=limits.part)
            extra = same | _described(s3, source, head)
            s3.copy(source, bucket, version.key, ExtraArgs=extra, Config=config)
    except ClientError as error:
        if _is_gone(s3, source, error):
            return False
        raise
    return True


def _described(s3: Any, source: dict[str, str], head: dict[str, Any]) -> dict[str, Any]:
    """CopyObject keeps metadata and tags, a copy in parts starts without; older versions of boto3 do not see to it."""
    described: dict[str, Any] = {name: head[name] for name in KEPT_HEADERS if name in head}
    tags = [(tag["Key"], tag["Value"]) for tag in s3.get_object_tagging(**source)["TagSet"]]
    described |= {"TaggingDirective": "REPLACE", "Tagging": urlencode(tags)} if tags else {}
    return described | {"MetadataDirective": "REPLACE"}


def _is_gone(s3: Any, source: dict[str, str], error: ClientError) -> bool:
    """Something else may be missing, and HEAD's 404 does not say what: GET says whether it is the object."""
    if error.response["Error"]["Code"] not in ("404", *GONE):
        return False
    try:
        s3.get_object(**source)["Body"].close()
    except ClientError as answer:
        return answer.response["Error"]["Code"] in GONE
    return False
