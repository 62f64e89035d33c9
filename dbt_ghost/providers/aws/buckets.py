"""S3 buckets of a ghost: private, unversioned, tagged when they are made, deleted with all they hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.errors import Denied, GhostError, Refused
from dbt_ghost.core.resources import TAG_STANDS_IN_FOR, Bucket, canonical, pairs
from dbt_ghost.providers.aws import seeds, tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

GONE = "NoSuchBucket"
S3_OWN = "AES256"
CLASSIC_REGION = "us-east-1"  # the one that has no LocationConstraint
PRIVATE = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
NAME_WAITS = (1, 2, 4, 8, 15, 30)  # seconds; after a bucket's end its name cannot be taken for a while
REFILLED_WAITS = (1, 2, 4, 8)  # seconds; a function that was still running may write while the bucket is emptied


def read(session: Session, name: str) -> Bucket | None:
    """The bucket, or None. One that is open, or encrypted as we never do, reads as standing in for nothing, so that it
    is put right.
    """
    with friendly_errors(f"reading bucket {name}"):
        with swallowing("404", GONE):
            _check_owner(session, name)
            there = _tags(session, name)
            found = dict(tags.from_aws({key: value for key, value in there.items() if not _is_route(key)}))
            sown = seeds.seeds_in(found)
            stands_in_for = found.pop(TAG_STANDS_IN_FOR, "")
            key = _kms_key(session, name)
            return Bucket(
                name=name,
                stands_in_for=stands_in_for if key is not None and _is_private(session, name) else "",
                kms_key=key or "",
                policy=_policy(session, name),
                routes=pairs({key: value for key, value in there.items() if _is_route(key)}),
                seeds=sown,
                tags=pairs({key: value for key, value in found.items() if not _is_seed(key)}),
            )
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the account's buckets that start with `prefix`."""
    with friendly_errors(f"listing buckets {prefix}*"):
        pages = session.client("s3").get_paginator("list_buckets").paginate(Prefix=prefix)
        return [b["Name"] for page in pages for b in page.get("Buckets", []) if b["Name"].startswith(prefix)]


def put(session: Session, bucket: Bucket, existing: Bucket | None) -> None:
    """Make the bucket so. `existing` is what `read` gave."""
    s3, name = session.client("s3"), bucket.name
    with friendly_errors(f"making bucket {name}"):
        if existing is None and _create(session, bucket):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
            if bucket.kms_key:
                _encrypt(session, bucket)
            if bucket.policy:
                s3.put_bucket_policy(Bucket=name, Policy=bucket.policy)
            _sow(session, bucket, ())
        else:
            _update(session, bucket, existing or _made_meanwhile(session, name))


def delete(session: Session, name: str) -> None:
    """Empty the bucket (objects, versions, markers, unfinished uploads) and delete it."""

    def empty_and_delete() -> None:
        _empty(session, name)
        session.client("s3").delete_bucket(Bucket=name)

    with friendly_errors(f"deleting bucket {name}"), swallowing(GONE, "404"):
        session.patiently(empty_and_delete, lambda error: code_of(error) == "BucketNotEmpty", REFILLED_WAITS)


def _check_owner(session: Session, name: str) -> None:
    """HEAD says 403 for somebody else's bucket as for a missing permission, and never which."""
    try:
        session.client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=session.account().id)
    except ClientError as error:
        if code_of(error) != "403":
            raise
        raise Denied(
            f"reading bucket {name}: S3 says 403",
            "give the caller s3:ListBucket on it; if the name is another account's, rename the branch or the project",
        ) from error


def _create(session: Session, bucket: Bucket) -> bool:
    """False if it is there already."""
    s3, name = session.client("s3"), bucket.name
    configuration: dict[str, Any] = {"Tags": tags.as_list(_all_tags(bucket))}
    if session.region != CLASSIC_REGION:
        configuration["LocationConstraint"] = session.region
    if "Tags" not in s3.meta.service_model.shape_for("CreateBucketConfiguration").members:
        raise GhostError("this boto3 cannot tag a bucket while it makes it", "pip install --upgrade boto3")
    try:
        session.patiently(
            lambda: s3.create_bucket(Bucket=name, CreateBucketConfiguration=configuration),
            lambda error: code_of(error) == "OperationAborted",
            NAME_WAITS,
        )
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise Refused(
                f"bucket {name} belongs to another AWS account", "use another project or branch name"
            ) from error
        if code_of(error) != "BucketAlreadyOwnedByYou":
            raise
        return False
    return True


def _made_meanwhile(session: Session, name: str) -> Bucket:
    found = read(session, name)
    if found is None:
        raise GhostError(f"bucket {name} went away while it was made", "run the command again")
    return found


def _update(session: Session, bucket: Bucket, existing: Bucket) -> None:
    s3, name = session.client("s3"), bucket.name
    unsound = existing.stands_in_for != bucket.stands_in_for
    if unsound:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
    if unsound or existing.kms_key != bucket.kms_key:
        _encrypt(session, bucket)
    if existing.policy != bucket.policy:
        if bucket.policy:
            s3.put_bucket_policy(Bucket=name, Policy=bucket.policy)
        else:
            s3.delete_bucket_policy(Bucket=name)
    if unsound or bucket.routes != existing.routes or not set(bucket.tags) <= set(existing.tags):
        _tag(session, name, _all_tags(bucket), _is_route)
    if bucket.seeds != existing.seeds:
        _sow(session, bucket, existing.seeds)


def _sow(session: Session, bucket: Bucket, existing: tuple[str, ...]) -> None:
    """The tags come last: a seed that is tagged is there whole."""
    seeds.sow(session, bucket, existing)
    if bucket.seeds != existing:
        _tag(session, bucket.name, tags.to_aws(pairs(seeds.tags_of(bucket))), _is_seed)


def _tag(session: Session, name: str, wanted: dict[str, str], replaced: Callable[[str], bool]) -> None:
    """The call replaces all tags: those that others added stay, those that are `replaced` only if they are wanted."""
    there = _tags(session, name)
    after = {key: value for key, value in there.items() if not replaced(key)} | wanted
    if there != after:
        session.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags.as_list(after)})


def _all_tags(bucket: Bucket) -> dict[str, str]:
    """Routes are written as they are: functions in production read them."""
    return tags.to_aws((*bucket.tags, (TAG_STANDS_IN_FOR, bucket.stands_in_for))) | dict(bucket.routes)


def _is_route(key: str) -> bool:
    return key.startswith(ROUTE_TAG)


def _is_seed(key: str) -> bool:
    return key.startswith(seeds.SEED_TAG)


def _encrypt(session: Session, bucket: Bucket) -> None:
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": bucket.kms_key}
    rule = {  # a bucket key cuts the calls to KMS (F 5.8)
        "ApplyServerSideEncryptionByDefault": kms if bucket.kms_key else {"SSEAlgorithm": S3_OWN},
        "BucketKeyEnabled": bool(bucket.kms_key),
    }
    configuration = {"Rules": [rule]}
    session.client("s3").put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=configuration)


def _kms_key(session: Session, name: str) -> str | None:
    """The key's ARN, empty for S3's own, None for what no put of ours leaves."""
    with swallowing("ServerSideEncryptionConfigurationNotFoundError"):
        answer = session.client("s3").get_bucket_encryption(Bucket=name)
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
        default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
        if default.get("SSEAlgorithm") == S3_OWN:
            return ""
        by_key = default.get("SSEAlgorithm") == "aws:kms" and rules[0].get("BucketKeyEnabled")
        return default.get("KMSMasterKeyID") if by_key else None
    return ""


def _policy(session: Session, name: str) -> str:
    with swallowing("NoSuchBucketPolicy"):
        return canonical(json.loads(session.client("s3").get_bucket_policy(Bucket=name)["Policy"]))
    return ""


def _tags(session: Session, name: str) -> dict[str, str]:
    with swallowing("NoSuchTagSet"):
        return {tag["Key"]: tag["Value"] for tag in session.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]}
    return {}


def _is_private(session: Session, name: str) -> bool:
    with swallowing("NoSuchPublicAccessBlockConfiguration"):
        answer = session.client("s3").get_public_access_block(Bucket=name)
        return bool(answer["PublicAccessBlockConfiguration"] == PRIVATE)
    return False


def _empty(session: Session, name: str) -> None:
    s3 = session.client("s3")
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for upload in page.get("Uploads", []):
            with swallowing("NoSuchUpload"):
                s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    for batch in _everything(session, name):
        answer = s3.delete_objects(Bucket=name, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):  # S3 answers 200 although some were not deleted
            first, message = errors[0], f"{errors[0].get('Key')}: {errors[0].get('Message')}"
            raise ClientError({"Error": {"Code": first.get("Code", ""), "Message": message}}, "DeleteObjects")


def _everything(session: Session, name: str) -> Iterator[list[dict[str, str]]]:
    """Pages of at most 1000 object versions and delete markers."""
    for page in session.client("s3").get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in found]
