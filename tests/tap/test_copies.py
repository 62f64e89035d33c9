"""Staged input: the event's version of an object arrives in the ghost's bucket whole, or not at all."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from dbt_ghost.providers.aws.session import Session
from dbt_ghost.tap.handler import Routing, Tap
from dbt_ghost.tap.staging import CopyLimits
from tests.local_aws import REGION
from tests.tap.events import eventbridge, from_topic, of_s3, route, sns

RAW, STAGED = "flights-raw", "ghost-flights-raw"
TO = {"bucket": STAGED}
MIB = 1024**2
SMALL = CopyLimits(whole=6 * MIB, part=5 * MIB)
EVERY = {"prefix": "", "suffix": "", "to": TO}
DESCRIBED = {
    "ContentType": "text/csv; charset=utf-8",
    "ContentEncoding": "gzip",
    "CacheControl": "no-store",
    "ContentDisposition": "attachment",
    "ContentLanguage": "pl",
    "Metadata": {"delivered-by": "the carrier"},
}


@pytest.fixture
def s3(session: Session) -> Any:
    s3 = session.client("s3")
    for bucket in (RAW, STAGED):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def versioned(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration={"Status": "Enabled"})


class Watched:
    """An S3 client that notes the names of its calls, and does something before one of them."""

    def __init__(self, s3: Any, before: str = "", do: Any = None) -> None:
        self._s3, self._before, self._do = s3, before, do
        self.calls: list[str] = []

    def __call__(self, service: str) -> Watched:
        assert service == "s3"
        return self

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        if name == self._before:
            self._do()
        return getattr(self._s3, name)


def stage(s3: Any, event: dict[str, Any], *routes: dict[str, Any], limits: CopyLimits = SMALL) -> list[dict[str, Any]]:
    lines: list[str] = []
    routing = Routing.of(json.dumps({"sample": 1.0, "routes": routes or (route(**EVERY),)}))
    tap = Tap(routing, s3 if isinstance(s3, Watched) else Watched(s3), lines.append, limits)
    tap.forward(event)
    return [json.loads(line) for line in lines]


def unversioned(key: str) -> dict[str, Any]:
    return eventbridge(key, **{"version-id": ""})


def body(s3: Any, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=STAGED, Key=key)["Body"].read())


def tags(s3: Any, key: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket=STAGED, Key=key)["TagSet"]}


@pytest.mark.parametrize("size", [0, 5, 6 * MIB, 6 * MIB + 1, 16 * MIB])
def test_an_object_arrives_with_its_metadata_and_tags_in_one_piece_or_in_parts(s3: Any, size: int) -> None:
    key, content = "a b+é=1%/1.csv", bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    s3.put_object(Bucket=RAW, Key=key, Body=content, Tagging="a%26b=c%3Dd&e=", **DESCRIBED)
    watched = Watched(s3)
    (line,) = stage(watched, unversioned(key))
    assert line == {"ghost": "tap", "key": key, "bucket": RAW, "to": [STAGED]}
    assert ("copy" in watched.calls) == (size > SMALL.whole) != ("copy_object" in watched.calls)
    assert body(s3, key) == content
    head = s3.head_object(Bucket=STAGED, Key=key)
    assert {name: head[name] for name in DESCRIBED} == DESCRIBED
    assert tags(s3, key) == {"a&b": "c=d", "e": ""}


def test_an_object_that_came_in_parts_is_copied(s3: Any) -> None:
    key, part = "flights/parts.csv", b"p" * (5 * MIB)
    upload = {"Bucket": RAW, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=RAW, Key=key)["UploadId"]}
    parts = [{"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=part)["ETag"]} for n in (1, 2, 3)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    for limits in (SMALL, CopyLimits()):
        s3.delete_object(Bucket=STAGED, Key=key)
        assert stage(s3, unversioned(key), limits=limits)[0]["to"] == [STAGED]
        assert body(s3, key) == part * 3


@pytest.mark.parametrize("size", [5, 7 * MIB])
def test_the_version_of_the_event_is_copied_not_the_newest(s3: Any, size: int) -> None:
    versioned(s3)
    version = s3.put_object(Bucket=RAW, Key="k", Body=b"1" * size, Tagging="of=first")["VersionId"]
    s3.put_object(Bucket=RAW, Key="k", Body=b"second", Tagging="of=second")
    assert stage(s3, eventbridge("k", **{"version-id": version}))[0]["to"] == [STAGED]
    assert body(s3, "k") == b"1" * size and tags(s3, "k") == {"of": "first"}


def test_a_version_is_copied_though_the_object_was_deleted_since(s3: Any) -> None:
    """Not of a large object here: the local AWS does not find the tags of a version beneath a delete marker."""
    versioned(s3)
    version = s3.put_object(Bucket=RAW, Key="k", Body=b"first")["VersionId"]
    s3.delete_object(Bucket=RAW, Key="k")
    assert stage(s3, eventbridge("k", **{"version-id": version}))[0]["to"] == [STAGED]
    assert body(s3, "k") == b"first"


def test_what_is_missing_beside_the_object_is_an_error(s3: Any) -> None:
    s3.put_object(Bucket=RAW, Key="k", Body=b"x" * 7 * MIB)
    watched = Watched(s3, "get_object_tagging", partial(s3.get_object, Bucket=RAW, Key="no such key"))
    with pytest.raises(RuntimeError, match="NoSuchKey"):
        stage(watched, unversioned("k"))


def test_a_topic_tells_the_version_too(s3: Any) -> None:
    versioned(s3)
    version = s3.put_object(Bucket=RAW, Key="k +", Body=b"first")["VersionId"]
    s3.put_object(Bucket=RAW, Key="k +", Body=b"second")
    message = json.loads(of_s3("k +"))
    message["Records"][0]["s3"]["object"]["versionId"] = version
    stage(s3, sns(json.dumps(message)), from_topic(**EVERY))
    assert body(s3, "k +") == b"first"


def test_an_object_or_version_that_is_gone_is_logged_and_not_tried_again(s3: Any) -> None:
    gone = {"ghost": "tap", "key": "k", "bucket": RAW, "to": [], "gone": [STAGED]}
    assert stage(s3, unversioned("k")) == [gone]
    versioned(s3)
    version = s3.put_object(Bucket=RAW, Key="k", Body=b"first")["VersionId"]
    s3.put_object(Bucket=RAW, Key="k", Body=b"second")
    s3.delete_object(Bucket=RAW, Key="k", VersionId=version)
    assert stage(s3, eventbridge("k", **{"version-id": version})) == [gone]
    s3.delete_object(Bucket=RAW, Key="k")
    assert stage(s3, unversioned("k")) == [gone]


@pytest.mark.parametrize("size", [5, 7 * MIB])
def test_an_object_that_goes_during_the_copy_is_gone(s3: Any, size: int) -> None:
    s3.put_object(Bucket=RAW, Key="k", Body=b"x" * size)
    watched = Watched(s3, "copy_object" if size < MIB else "copy", lambda: s3.delete_object(Bucket=RAW, Key="k"))
    assert stage(watched, unversioned("k"))[0]["gone"] == [STAGED]


@pytest.mark.parametrize("size", [5, 7 * MIB])
def test_an_object_that_changes_during_the_copy_is_an_error_and_copied_whole_next_time(s3: Any, size: int) -> None:
    s3.put_object(Bucket=RAW, Key="k", Body=b"1" * size)
    change = partial(s3.put_object, Bucket=RAW, Key="k", Body=b"2" * size)
    with pytest.raises(RuntimeError, match=r"Precondition ?Failed"):
        stage(Watched(s3, "copy_object" if size < MIB else "copy", change), unversioned("k"))
    assert "Contents" not in s3.list_objects_v2(Bucket=STAGED)
    stage(s3, unversioned("k"))
    assert body(s3, "k") == b"2" * size


def test_a_bucket_that_is_gone_is_no_object_that_is_gone(s3: Any) -> None:
    s3.delete_bucket(Bucket=RAW)
    with pytest.raises(RuntimeError, match="404"):
        stage(s3, unversioned("k"))


def test_a_ghost_bucket_that_is_gone_is_an_error(s3: Any) -> None:
    s3.put_object(Bucket=RAW, Key="k", Body=b"x")
    s3.delete_bucket(Bucket=STAGED)
    with pytest.raises(RuntimeError, match="NoSuchBucket"):
        stage(s3, unversioned("k"))


def test_a_gone_object_still_reaches_the_other_destinations(s3: Any) -> None:
    other = "ghost-other"
    s3.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=RAW, Key="here", Body=b"x")
    event = sns(of_s3("gone", "here"))
    lines = stage(s3, event, from_topic(**EVERY), from_topic(**EVERY | {"to": {"bucket": other}}))
    assert [(line["to"], line.get("gone")) for line in lines] == [([], [STAGED, other]), ([STAGED, other], None)]
