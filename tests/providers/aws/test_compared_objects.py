"""What a comparison reads of buckets: objects as they were listed, and never others in their place."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError, NotFound
from dbt_ghost.core.observe.objects import Seen
from dbt_ghost.demo.production import make_bucket
from dbt_ghost.providers.aws.compared_objects import AwsComparedObjects
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.admin import signed_in
from tests.local_aws import PROD_ACCOUNT, REGION, session_of
from tests.providers.aws.stubbed import answers
from tests.providers.callers import Callers, allow

BUCKET, KEY = "p-out", "in/ä + b%20/c.csv"
LISTED = Seen(BUCKET, KEY, 3, "abc", datetime(2026, 1, 2, tzinfo=UTC))
ASKED = {"Bucket": BUCKET, "Key": KEY, "ExpectedBucketOwner": PROD_ACCOUNT, "IfMatch": '"abc"'}


@pytest.fixture
def bucket(session: Session) -> Session:
    make_bucket(session, BUCKET)
    return session


def put(session: Session, body: bytes = b"a\n1\n", key: str = KEY) -> Seen:
    session.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    (found,) = [each for each in AwsComparedObjects(session).list(BUCKET, key) if each.key == key]
    return found


def test_objects_are_listed_with_plain_keys_and_etags_and_read_as_they_were(bucket: Session) -> None:
    put(bucket, b"other", "in/ä")
    found = put(bucket)
    assert (found.bucket, found.key, found.size, found.version) == (BUCKET, KEY, 4, "")
    head = bucket.client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert f'"{found.etag}"' == head["ETag"] and found.modified.tzinfo is not None
    assert {each.key for each in AwsComparedObjects(bucket).list(BUCKET, "in/ä +")} == {KEY}
    assert AwsComparedObjects(bucket).read(found).body == b"a\n1\n"


def test_an_object_that_was_written_again_is_not_read_in_the_others_place(bucket: Session) -> None:
    found = put(bucket)
    put(bucket, b"a\n2\n")
    with pytest.raises(Conflict, match="was written again since it was listed"):
        AwsComparedObjects(bucket).read(found)


def test_an_object_that_was_removed_is_not_found(bucket: Session) -> None:
    found = put(bucket)
    bucket.client("s3").delete_object(Bucket=BUCKET, Key=KEY)
    with pytest.raises(NotFound, match="reading s3://p-out/in/"):
        AwsComparedObjects(bucket).read(found)


def test_the_version_that_was_read_is_told_where_there_are_versions(bucket: Session) -> None:
    assert AwsComparedObjects(bucket).read(put(bucket)).version == ""
    bucket.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    found = put(bucket, b"versioned")
    head = bucket.client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert AwsComparedObjects(bucket).read(found).version == head["VersionId"] != ""


def test_the_very_object_of_this_very_account_is_asked_for() -> None:
    with answers("s3") as session:
        session.say("s3.get_object", {"Body": io.BytesIO(b"abc"), "VersionId": "v1"}, **ASKED)
        read = AwsComparedObjects(session).read(LISTED)
        assert (read.body, read.version) == (b"abc", "v1")


def test_denied_is_not_gone_and_gone_is_not_empty(session: Session) -> None:
    with pytest.raises(NotFound, match="listing s3://p-out/"):
        list(AwsComparedObjects(session).list(BUCKET, ""))
    with answers("s3") as denied:
        denied.fail("s3.list_objects_v2", "AccessDenied", status=403)
        with pytest.raises(Denied, match="listing s3://p-out/"):
            list(AwsComparedObjects(denied).list(BUCKET, ""))
        denied.fail("s3.get_object", "AccessDenied", status=403)
        with pytest.raises(Denied, match="reading s3://p-out/"):
            AwsComparedObjects(denied).read(LISTED)


def test_an_archived_object_is_told_to_be_so() -> None:
    with answers("s3") as session:
        session.fail("s3.get_object", "InvalidObjectState", "The object is archived", status=403)
        with pytest.raises(GhostError, match="InvalidObjectState: The object is archived"):
            AwsComparedObjects(session).read(LISTED)


def test_whoever_may_list_but_not_read_is_denied_the_object_that_is_there(
    strict_aws: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = session_of(strict_aws)
    make_bucket(root, BUCKET)
    there = put(root)
    Callers(strict_aws).role(allow("s3:ListBucket"), name="reader")
    for name, value in signed_in(root, "reader").items():
        monkeypatch.setenv(name, value)
    objects = AwsComparedObjects(Session(REGION, endpoint=strict_aws.url))
    assert [each.key for each in objects.list(BUCKET, "")] == [KEY]
    with pytest.raises(Denied, match="reading s3://p-out/"):
        objects.read(there)
