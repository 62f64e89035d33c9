"""Calls of dbt-ghost's own command on buckets, objects, messages and records. A part of `calls_of_deployer`. Pure."""

from __future__ import annotations

from dbt_ghost.core.policies.purposes import Calls

DATA = (
    Calls(
        "MakeBuckets",
        "data",
        ("s3:CreateBucket", "s3:TagResource"),
        ("ghost buckets",),
        "For what the ghost's steps write, and for staged copies",
        ("tagged so", "in the region"),
    ),
    Calls(
        "SetUpBuckets",
        "data",
        (
            *("s3:PutBucketPublicAccessBlock", "s3:PutEncryptionConfiguration", "s3:PutBucketTagging"),
            *("s3:PutBucketNotification", "s3:DeleteBucketPolicy", "s3:DeleteBucket"),
        ),
        ("ghost buckets",),
        "Private, encrypted, connected to the next step; IAM cannot tell closing a bucket from opening it",
        ("ours",),
    ),
    Calls(
        "ShareBuckets",
        "data",
        ("s3:PutBucketPolicy",),
        ("ghost buckets, to share",),
        "`downstream: share` lets prod's role into the ghost's bucket",
        ("ours",),
    ),
    Calls(
        "EmptyBuckets",
        "data",
        ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"),
        ("ghost objects",),
        "S3 deletes empty buckets only",
        ("ours",),
    ),
    Calls(
        "FillBuckets",
        "data",
        ("s3:PutObject", "s3:PutObjectTagging"),
        ("ghost objects, to copy",),
        "Copies for `seed:`, and for a replay into `input: staged`",
        ("ours",),
    ),
    Calls(
        "ReadCopiedObjects",
        "data",
        ("s3:GetObject", "s3:GetObjectTagging"),
        ("prod's objects, to copy",),
        "The keys of `seed:`, and those that a staged step is triggered by; no other input of prod's",
        ("ours",),
    ),
    Calls(
        "DecryptCopiedObjects",
        "data",
        ("kms:Decrypt",),
        ("prod's keys, to copy",),
        "They may be encrypted with a key of the team's",
        ("by S3",),
    ),
    Calls(
        "EncryptGhostObjects",
        "data",
        ("kms:Decrypt", "kms:GenerateDataKey"),
        ("the ghosts' key",),
        "`kms_key` encrypts the ghosts' buckets; a copy in parts reads, too. No grants: Lambda uses its own key",
        ("by S3",),
    ),
    Calls(
        "ListOutputs",
        "data",
        ("s3:ListBucket",),
        ("prod's outputs",),
        "`observe` lists what prod's steps have made; their inputs and ghosts' buckets are listed anyway",
        ("ours",),
    ),
    Calls(
        "CompareObjects",
        "data",
        ("s3:GetObject",),
        ("prod's objects, to compare", "ghost objects"),
        "`observe` reads outputs whose ETags differ, prod's and ghosts'; neither side is written",
        ("ours",),
    ),
    Calls(
        "DecryptComparedObjects",
        "data",
        ("kms:Decrypt",),
        ("keys, to compare",),
        "They may be encrypted, with a key of the team's or the ghosts' own",
        ("by S3",),
    ),
    Calls(
        "HandOver",
        "data",
        ("lambda:InvokeFunction", "sqs:SendMessage"),
        ("ghost functions", "ghost queues"),
        "A replay hands prod's past objects to the ghost",
    ),
    Calls(
        "KeepRecords",
        "data",
        ("s3:GetObject", "s3:PutObject"),
        ("records", "replays"),
        "One record a ghost, written over the version that was read; older versions stay",
        ("ours",),
    ),
    Calls(
        "ForgetReplays",
        "data",
        ("s3:DeleteObject",),
        ("replays",),
        "How far a replay is ends with the ghost; its record stays",
        ("ours",),
    ),
    Calls(
        "FindRecords",
        "data",
        ("s3:ListBucket",),
        ("the state bucket",),
        "`list`; and without it S3 answers 403 for a record that there is not",
        ("ours",),
    ),
)

LIST_SEEDS = Calls(
    "ListSeeds",
    "data",
    ("s3:ListBucket",),
    (),
    "To find the objects of `seed:`; a statement a bucket, as each has prefixes of its own",
    ("ours",),
)
"""One statement a bucket, so it is not in `CALLS`."""
