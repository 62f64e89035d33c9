"""Calls of dbt-ghost's own command that change nothing. A part of `calls_of_deployer`. Pure."""

from __future__ import annotations

from dbt_ghost.core.policies.purposes import Calls

LOOK = (
    Calls(
        "ListTheAccount",
        "look",
        (
            *("sts:GetCallerIdentity", "s3:ListAllMyBuckets", "sqs:ListQueues", "sns:ListTopics"),
            *("sns:ListSubscriptions", "logs:DescribeLogGroups", "iam:ListRoles", "lambda:ListFunctions"),
            *("lambda:ListEventSourceMappings", "lambda:GetAccountSettings", "events:ListEventBuses"),
            *("events:ListRules", "events:ListRuleNamesByTarget"),
        ),
        ("the account",),
        "A ghost is found by names and tags; AWS lists all of a kind, or nothing",
    ),
    Calls(
        "ReadProdFunctions",
        "prod",
        (
            *("lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig"),
            *("lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionUrlConfig", "lambda:GetPolicy"),
            *("lambda:ListAliases", "lambda:ListVersionsByFunction"),
        ),
        ("prod's functions",),
        "A ghost is a copy: code, configuration with its environment, and what invokes each alias",
    ),
    Calls(
        "UseLayers",
        "prod",
        ("lambda:GetLayerVersion",),
        ("prod's layers",),
        "Lambda asks for it of whoever makes a function with a layer",
    ),
    Calls(
        "ReadProdBuckets",
        "prod",
        ("s3:ListBucket", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning", "s3:GetBucketPolicy"),
        ("prod's buckets",),
        "Settings that a reader must know; HEAD of a bucket and the listing for a replay are one right",
        ("ours",),
    ),
    Calls(
        "FindNotifications",
        "look",
        ("s3:GetBucketNotification",),
        ("every bucket",),
        "Where a policy does not name the bucket that may send events, all are asked; never written but for ghosts'",
        ("ours",),
    ),
    Calls(
        "FollowEvents",
        "look",
        (
            *("sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"),
            *("sns:GetSubscriptionAttributes", "events:DescribeRule", "events:ListTargetsByRule"),
        ),
        ("every queue", "every topic", "every rule"),
        "From a function back to its buckets: what is on the way is known only by following it. No messages",
    ),
    Calls(
        "ReadRoles",
        "prod",
        ("iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
        ("prod's roles", "roles made beforehand", "ghost roles"),
        "What prod's functions may do says what their copies may need; ghosts' roles are read back",
    ),
    Calls(
        "ReadPolicies",
        "look",
        ("iam:GetPolicy", "iam:GetPolicyVersion"),
        ("policies",),
        "The two boundaries, which the proof is about, and what else is attached to prod's roles",
    ),
    Calls(
        "UseImages",
        "prod",
        ("ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        ("prod's images",),
        "The digest of a tag; the other two Lambda may ask for of whoever makes a function from an image",
    ),
    Calls("FindKeys", "prod", ("kms:DescribeKey",), ("prod's keys",), "A bucket may name its key by an alias"),
    Calls(
        "UseNetworks",
        "look",
        ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        ("the account, for networks",),
        "Lambda asks for it of whoever puts a function into a VPC (`vpc: true`)",
    ),
    Calls(
        "UseFileSystems",
        "look",
        ("elasticfilesystem:DescribeMountTargets",),
        ("prod's file systems",),
        "Lambda asks for it of whoever mounts a file system (`efs: true`)",
    ),
    Calls(
        "ReadGhosts",
        "look",
        (
            *("lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunctionEventInvokeConfig"),
            *("lambda:GetPolicy", "lambda:ListTags", "lambda:GetEventSourceMapping", "sqs:ListQueueTags"),
            *("sns:ListTagsForResource", "events:ListTagsForResource", "logs:ListTagsForResource"),
            *("logs:FilterLogEvents", "iam:ListRoleTags"),
        ),
        (
            *("ghost functions", "mappings", "ghost queues", "ghost topics", "ghost rules", "ghost log groups"),
            *("ghost roles",),
        ),
        "Whose each thing is, and whether it is as it should be; `status` and `logs` read what ghosts log",
    ),
    Calls(
        "ReadGhostBuckets",
        "look",
        (
            *("s3:ListBucket", "s3:GetBucketTagging", "s3:GetEncryptionConfiguration", "s3:GetBucketPolicy"),
            *("s3:GetBucketPublicAccessBlock", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
        ),
        ("ghost buckets",),
        "Whether it is as it should be, and what must go before it can be deleted",
        ("ours",),
    ),
)
