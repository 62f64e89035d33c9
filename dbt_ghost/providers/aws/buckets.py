"""S3 buckets of a ghost: private, unversioned, tagged when they are made, deleted with all they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import Denied, GhostError, Refused
from dbt_ghost.core.resources import TAG_STANDS_IN_FOR, Bucket
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors, swallowing

GONE = "NoSuchBucket"
CLASSIC_REGION = "us-east-1"  # the one that has no LocationConstraint
PRIVATE = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
REFILLED_WAITS = (1, 2, 4, 8)  # seconds; a function that was still running may write while the bucket is emptied


def read(session: Session, name: str) -> Bucket | None:
    """The bucket, or None. One that is not private reads as standing in for nothing, so that it is put right."""
    with friendly_errors(f"reading bucket {name}"):
        with swallowing("404", GONE):
            _check_owner(session, name)
            found = dict(tags.from_aws(_tags(session, name)))
            stands_in_for = found.pop(TAG_STANDS_IN_FOR, "")
            return Bucket(name, stands_in_for if _is_private(session, name) else "", tuple(sorted(found.items())))
        return None


def find(session: Session, prefix: str) -> list[str]:
    """The names of the account's buckets that start with `prefix`."""
    with friendly_errors(f"listing buckets {prefix}*"):
        pages = session.client("s3").get_paginator("list_buckets").paginate(Prefix=prefix)
        return [b["Name"] for page in pages for b in page.get("Buckets", []) if b["Name"].startswith(prefix)]


def put(session: Session, bucket: Bucket) -> None:
    s3, name = session.client("s3"), bucket.name
    wanted = tags.to_aws((*bucket.tags, (TAG_STANDS_IN_FOR, bucket.stands_in_for)))
    with friendly_errors(f"making bucket {name}"):
        _create(session, name, wanted)
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
        existing = _tags(session, name)
        if not wanted.items() <= existing.items():  # the call replaces all tags, also those that others added
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags.as_list(existing | wanted)})


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


def _create(session: Session, name: str, wanted: dict[str, str]) -> None:
    s3 = session.client("s3")
    configuration: dict[str, Any] = {"Tags": tags.as_list(wanted)}
    if session.region != CLASSIC_REGION:
        configuration["LocationConstraint"] = session.region
    if "Tags" not in s3.meta.service_model.shape_for("CreateBucketConfiguration").members:
        raise GhostError("this boto3 cannot tag a bucket while it makes it", "pip install --upgrade boto3")
    try:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=configuration)
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise Refused(
                f"bucket {name} belongs to another AWS account", "use another project or branch name"
            ) from error
        if code_of(error) != "BucketAlreadyOwnedByYou":
            raise


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
