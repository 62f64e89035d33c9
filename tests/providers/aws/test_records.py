"""The state bucket: conditional writes, refusals that name the key, and nothing overwritten unread."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord, UnreadableRecord
from dbt_ghost.providers.aws.records import AwsRecords, key_of
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.aws.state_bucket import installation
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import Answers, answers

BUCKET = "flights-ghost-state"
GHOST = GhostName("flights", "fix/overnight-arrivals")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def record_of(ghost: GhostName) -> Record:
    return Record(
        project=ghost.project,
        branch=ghost.branch,
        ghost=ghost.id,
        account=PROD_ACCOUNT,
        region=REGION,
        state="building",
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW,
    )


def written_body(session: Answers, record: Record) -> bytes:
    """The bytes that are sent for a record."""
    sent: list[bytes] = []
    session.client("s3").meta.events.register_first(
        "provide-client-params.s3.PutObject", lambda params, **_: sent.append(params["Body"])
    )
    session.say("s3.put_object", {"ETag": '"first"'})
    AwsRecords(session, BUCKET).write(record, None)
    return sent[0]


@pytest.fixture
def records(session: Session) -> AwsRecords:
    session.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return AwsRecords(session, BUCKET)


def test_a_record_is_read_back_with_the_version_it_was_written_at(records: AwsRecords) -> None:
    assert records.read(GHOST) is None
    written = records.write(record_of(GHOST), None)
    assert records.read(GHOST) == written
    again = records.write(written.record.locked("me", NOW), written.version)
    assert records.read(GHOST) == again != written


def test_of_two_who_create_one_gets_a_conflict(records: AwsRecords) -> None:
    records.write(record_of(GHOST).locked("me", NOW), None)
    with pytest.raises(Conflict, match="changed by somebody else"):
        records.write(record_of(GHOST).locked("you", NOW), None)


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
@pytest.mark.parametrize("version", [None, '"before"'])
def test_a_write_whose_answer_was_lost_is_success(code: str, version: str | None) -> None:
    """boto3 tried again, and met what the first try had written."""
    ours = record_of(GHOST).locked("me", NOW)
    with answers("s3") as session:
        body = written_body(session, ours)
        session.fail("s3.put_object", code, status=412)
        session.say("s3.get_object", {"Body": io.BytesIO(body), "ETag": '"after"'})
        assert AwsRecords(session, BUCKET).write(ours, version) == StoredRecord(ours, '"after"')


def test_a_write_that_found_another_record_is_a_conflict() -> None:
    with answers("s3") as session:
        body = written_body(session, record_of(GHOST).locked("you", NOW))
        session.fail("s3.put_object", "PreconditionFailed", status=412)
        session.say("s3.get_object", {"Body": io.BytesIO(body), "ETag": '"after"'})
        with pytest.raises(Conflict, match="changed by somebody else"):
            AwsRecords(session, BUCKET).write(record_of(GHOST).locked("me", NOW), '"before"')


def test_what_stands_there_after_an_overtaken_write_is_not_guessed() -> None:
    with answers("s3") as session:
        session.fail("s3.put_object", "PreconditionFailed", status=412)
        session.fail("s3.get_object", "AccessDenied", status=403)
        with pytest.raises(Denied):
            AwsRecords(session, BUCKET).write(record_of(GHOST), None)


def test_a_write_over_an_older_version_is_a_conflict(records: AwsRecords) -> None:
    first = records.write(record_of(GHOST), None)
    second = records.write(first.record.locked("me", NOW), first.version)
    with pytest.raises(Conflict):
        records.write(first.record.locked("you", NOW), first.version)
    assert records.read(GHOST) == second


def test_a_write_over_a_record_that_was_removed_is_a_conflict(records: AwsRecords, session: Session) -> None:
    first = records.write(record_of(GHOST), None)
    session.client("s3").delete_object(Bucket=BUCKET, Key=key_of(GHOST.id))
    with pytest.raises(Conflict):
        records.write(first.record, first.version)


def test_all_records_are_listed_and_nothing_else(records: AwsRecords, session: Session) -> None:
    ghosts = [GhostName("flights", f"branch-{number}") for number in range(3)]
    written = [records.write(record_of(ghost), None) for ghost in ghosts]
    session.client("s3").put_object(Bucket=BUCKET, Key="notes.txt", Body=b"not a record")
    listed = list(records.list())
    assert len(listed) == len(written) and all(one in written for one in listed)


@pytest.mark.parametrize("body", [b"", b"{", b'{"ghost_record": 2}', b'{"ghost_record": 1}'])
def test_a_record_that_cannot_be_read_is_named_and_left(records: AwsRecords, session: Session, body: bytes) -> None:
    s3, key = session.client("s3"), key_of(GHOST.id)
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    with pytest.raises(GhostError, match=f"s3://{BUCKET}/{key} cannot be read"):
        records.read(GHOST)
    with pytest.raises(Conflict):
        records.write(record_of(GHOST), None)
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == body


def test_one_record_that_cannot_be_read_does_not_hide_the_others(records: AwsRecords, session: Session) -> None:
    good = records.write(record_of(GHOST), None)
    session.client("s3").put_object(Bucket=BUCKET, Key="ghosts/readme.json", Body=b"{}")
    listed = list(records.list())
    assert good in listed and len(listed) == 2
    (bad,) = (one for one in listed if isinstance(one, UnreadableRecord))
    assert f"s3://{BUCKET}/ghosts/readme.json" in bad.why


def test_a_record_under_another_ghosts_key_is_refused(records: AwsRecords, session: Session) -> None:
    body = record_of(GhostName("flights", "another")).model_dump_json()
    session.client("s3").put_object(Bucket=BUCKET, Key=key_of(GHOST.id), Body=body.encode())
    with pytest.raises(GhostError, match="of another ghost"):
        records.read(GHOST)


def test_a_missing_state_bucket_is_an_error_with_the_lines_that_make_it(session: Session) -> None:
    records = AwsRecords(session, BUCKET)
    for attempt in (
        lambda: records.read(GHOST),
        lambda: list(records.list()),
        lambda: records.write(record_of(GHOST), None),
        lambda: records.write(record_of(GHOST), '"abc"'),
    ):
        with pytest.raises(GhostError, match=f"state bucket {BUCKET} does not exist") as caught:
            attempt()
        assert installation(BUCKET, REGION) in caught.value.hint


def test_only_us_east_1_has_no_location() -> None:
    assert "LocationConstraint=eu-west-1" in installation(BUCKET, "eu-west-1")
    assert "LocationConstraint" not in installation(BUCKET, "us-east-1")


def test_the_lines_close_the_bucket_to_the_public() -> None:
    closed = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    assert f"--public-access-block-configuration {closed}\n" in installation(BUCKET, REGION)
