"""Production's buckets: what they send where, and what a reader of their objects must know. Only read.

S3 gives special characters of a filter percent-encoded (F 1.7); our prefixes and suffixes are plain.
"""

from __future__ import annotations

import json

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import BucketEvent, canonical
from dbt_ghost.core.topology import ProdBucket
from dbt_ghost.providers.aws.notifications import entries_in
from dbt_ghost.providers.aws.session import Session, friendly_errors, swallowing

GONE = ("NoSuchBucket", "404")
HAS_VERSIONS = {"Enabled", "Suspended"}
PAGE = 1000


def names(session: Session) -> tuple[str, ...]:
    """The account's buckets in this region, sorted."""
    with friendly_errors("listing the account's buckets"):
        # With a parameter S3 says each bucket's region, and takes accounts of more than 10,000 buckets (F 5.4).
        pages = session.client("s3").get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": PAGE})
        found = [bucket for page in pages for bucket in page.get("Buckets", [])]
    return tuple(sorted(each["Name"] for each in found if each.get("BucketRegion") in (None, session.region)))


def entries(session: Session, bucket: str) -> tuple[BucketEvent, ...]:
    """Where one of the listed buckets sends its events, in one call; nowhere if it is gone since."""
    s3, owner = session.client("s3"), session.account().id
    with friendly_errors(f"reading the notifications of bucket {bucket}"), swallowing(*GONE):
        return entries_in(s3.get_bucket_notification_configuration(Bucket=bucket, ExpectedBucketOwner=owner))
    return ()


def read(session: Session, bucket: str) -> ProdBucket:
    """Raises NotFound where S3 says for certain that no such bucket exists, so that a permission for it is a left
    over one; Denied where it may not look, also for what is now another account's; Refused for another region's.
    """
    s3, owner = session.client("s3"), session.account().id
    which = {"Bucket": bucket, "ExpectedBucketOwner": owner}
    with friendly_errors(f"looking for bucket {bucket} as one of account {owner}"):
        region = s3.head_bucket(**which).get("BucketRegion") or session.region
    if region != session.region:
        raise Refused(
            f"bucket {bucket} is in region {region}, but the configured region is {session.region}",
            "one configuration covers one region: correct ingestion.region, or leave this step out",
        )
    with friendly_errors(f"reading the notifications of bucket {bucket}"):
        document = s3.get_bucket_notification_configuration(**which)
    with friendly_errors(f"reading the encryption, versioning and policy of bucket {bucket}"):
        return ProdBucket(
            name=bucket,
            entries=entries_in(document),
            eventbridge="EventBridgeConfiguration" in document,
            kms_key=_kms_key(session, which),
            versioned=s3.get_bucket_versioning(**which).get("Status") in HAS_VERSIONS,
            policy=_policy(session, which),
        )


def _kms_key(session: Session, which: dict[str, str]) -> str:
    """The ARN of the bucket's own key. S3's own (`aws/s3`) admits every reader of the account by itself."""
    with swallowing("ServerSideEncryptionConfigurationNotFoundError"):
        found = session.client("s3").get_bucket_encryption(**which)["ServerSideEncryptionConfiguration"]
        for rule in found["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            if default.get("SSEAlgorithm", "").startswith("aws:kms"):
                return _key_arn(session, default.get("KMSMasterKeyID", ""))
    return ""


def _key_arn(session: Session, key: str) -> str:
    account, name = session.account(), key.rpartition(":")[2]
    if not key or name == "alias/aws/s3":
        return ""
    if name.startswith("alias/"):  # a policy must name the key itself
        return str(session.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"])
    return key if key.startswith("arn:") else f"arn:{account.partition}:kms:{account.region}:{account.id}:key/{key}"


def _policy(session: Session, which: dict[str, str]) -> str:
    with swallowing("NoSuchBucketPolicy"):
        return canonical(json.loads(session.client("s3").get_bucket_policy(**which)["Policy"]))
    return ""
