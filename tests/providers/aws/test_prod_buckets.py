"""A production bucket as a ghost must know it; what S3 alone knows is said beforehand."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, NotFound, Refused
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdBucket
from dbt_ghost.providers.aws import prod_buckets
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.production import ACCOUNT, ARN, BUCKET, FILTER, Team
from tests.providers.aws.stubbed import Answers, answers

OURS = {"Bucket": BUCKET, "ExpectedBucketOwner": PROD_ACCOUNT}
KEY = f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:key/k"


def test_a_new_bucket_has_nothing(session: Session) -> None:
    Team(session).bucket()
    assert prod_buckets.read(session, BUCKET) == ProdBucket(BUCKET, (), eventbridge=False)


def test_entries_of_every_kind_are_read_with_plain_filters(session: Session) -> None:
    team = Team(session)
    team.bucket()
    queue, topic = team.queue("q", "s3", ACCOUNT.bucket_arn(BUCKET)), team.topic("t")
    team.notify(LambdaFunction=ARN, Queue=queue, Topic=topic, eventbridge=True)
    found = prod_buckets.read(session, BUCKET)
    assert found.eventbridge
    assert found.entries == prod_buckets.entries(session, BUCKET)
    assert set(found.entries) == {
        BucketEvent(arn, ("s3:ObjectCreated:*",), "year=2013/", ".csv") for arn in (ARN, queue, topic)
    }


def test_versions_and_policy_are_read(session: Session) -> None:
    team, s3 = Team(session), session.client("s3")
    team.bucket()
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject"}]}
    policy["Statement"][0]["Resource"] = f"arn:aws:s3:::{BUCKET}/*"  # type: ignore[index]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    for status in ("Enabled", "Suspended"):  # a suspended bucket still has the versions that it had
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": status})
        found = prod_buckets.read(session, BUCKET)
        assert (found.versioned, found.policy) == (True, canonical(policy))


@pytest.mark.parametrize(
    ("default", "key"),
    [
        ({"SSEAlgorithm": "AES256"}, ""),
        ({"SSEAlgorithm": "aws:kms"}, ""),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:alias/aws/s3"}, ""),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}, KEY),
        ({"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": "k"}, KEY),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/flights"}, KEY),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:{REGION}:{PROD_ACCOUNT}:alias/flights"}, KEY),
    ],
)
def test_the_key_that_encrypts_new_objects_is_named_by_its_arn(default: dict[str, str], key: str) -> None:
    with answers("s3", "kms") as session:
        told_up_to_encryption(session, default)
        session.say("s3.get_bucket_versioning", {}, **OURS)
        session.fail("s3.get_bucket_policy", "NoSuchBucketPolicy", status=404)
        if "alias/flights" in default.get("KMSMasterKeyID", ""):
            described = {"KeyMetadata": {"KeyId": "k", "Arn": KEY}}
            session.say("kms.describe_key", described, KeyId=default["KMSMasterKeyID"])
        assert prod_buckets.read(session, BUCKET).kms_key == key


def told_up_to_encryption(session: Answers, default: dict[str, str]) -> None:
    session.say("s3.head_bucket", {"BucketRegion": REGION}, **OURS)
    session.say("s3.get_bucket_notification_configuration", {}, **OURS)
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    session.say("s3.get_bucket_encryption", {"ServerSideEncryptionConfiguration": rules}, **OURS)


def test_a_bucket_is_missing_only_where_s3_says_so() -> None:
    for code, status, expected in (("404", 404, NotFound), ("403", 403, Denied)):
        with answers("s3") as session:
            session.fail("s3.head_bucket", code, status=status)
            with pytest.raises(expected, match=BUCKET) as caught:
                prod_buckets.read(session, BUCKET)
            assert type(caught.value) is expected


@pytest.mark.parametrize("denied", ["encryption", "versioning", "policy"])
def test_what_may_not_be_read_is_not_absent(denied: str) -> None:
    with answers("s3") as session:
        session.say("s3.head_bucket", {})
        session.say("s3.get_bucket_notification_configuration", {})
        if denied != "encryption":
            session.fail("s3.get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError", status=404)
        if denied == "policy":
            session.say("s3.get_bucket_versioning", {})
        session.fail(f"s3.get_bucket_{denied}", "AccessDenied", status=403)
        with pytest.raises(Denied, match=BUCKET):
            prod_buckets.read(session, BUCKET)


def test_a_bucket_of_another_region_is_refused() -> None:
    with answers("s3") as session:
        session.say("s3.head_bucket", {"BucketRegion": "us-east-1"}, **OURS)
        with pytest.raises(Refused, match="is in region us-east-1, but the configured region is eu-west-1"):
            prod_buckets.read(session, BUCKET)


def test_the_accounts_buckets_are_listed_page_by_page_without_those_of_other_regions() -> None:
    def page(*buckets: tuple[str, str]) -> dict[str, Any]:
        return {"Buckets": [{"Name": name, "BucketRegion": region} for name, region in buckets]}

    with answers("s3") as session:
        first = page(("b", REGION), ("far", "us-east-1")) | {"ContinuationToken": "2"}
        session.say("s3.list_buckets", first, MaxBuckets=1000)
        session.say("s3.list_buckets", page(("a", REGION)), MaxBuckets=1000, ContinuationToken="2")
        assert prod_buckets.names(session) == ("a", "b")


def test_a_listed_bucket_that_is_gone_by_now_sends_nothing_and_a_denied_one_is_named() -> None:
    with answers("s3") as session:
        session.fail("s3.get_bucket_notification_configuration", "NoSuchBucket", status=404)
        assert prod_buckets.entries(session, BUCKET) == ()
        session.fail("s3.get_bucket_notification_configuration", "AccessDenied", status=403)
        with pytest.raises(Denied, match=f"notifications of bucket {BUCKET}"):
            prod_buckets.entries(session, BUCKET)


EVENTS = (
    BucketEvent("arn:a", ("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"), "year=2013/", ".csv"),
    BucketEvent("arn:b", ("s3:ObjectCreated:Put",), "year=2013/", ".csv"),
    BucketEvent("arn:c", ("s3:ObjectCreated:Put",), "year=2013/", ".csv"),
)


@pytest.mark.parametrize("order", list(permutations(EVENTS)))
def test_entries_and_their_events_are_read_in_one_order(order: tuple[BucketEvent, ...]) -> None:
    found = [{"QueueArn": each.target_arn, "Events": list(reversed(each.events)), "Filter": FILTER} for each in order]
    with answers("s3") as session:
        session.say("s3.get_bucket_notification_configuration", {"QueueConfigurations": found})
        assert prod_buckets.entries(session, BUCKET) == EVENTS
