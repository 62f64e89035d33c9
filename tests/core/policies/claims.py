"""What the deployer must never do, whichever branch it deploys: as regions for the prover, written by hand.

Asked in three views: of what allows (`allow`), of the guard beside a role that may do everything (`guard`), of both.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.questions import Forbidden
from tests.core.policies.scene import ACCOUNT, HOME, IAM, IMAGE, KEY, LAYER, PROJECT, REGION, STATE, STEPS, TAP, TOPIC

LAMBDA, EVENTS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
GHOSTS = "ghost-shop-*"
FUNCTIONS, QUEUES, TOPICS = HOME.function_arn(GHOSTS), HOME.queue_arn(GHOSTS), HOME.topic_arn(GHOSTS)
RULES = (f"{EVENTS}{GHOSTS}", f"{EVENTS}orders/{GHOSTS}")
ROLES, BROUGHT = f"{IAM}:role/{GHOSTS}-{REGION}", f"{IAM}:role/ready-made"
GROUPS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{GHOSTS}"
BUCKETS, OBJECTS = f"arn:aws:s3:::{GHOSTS}", f"arn:aws:s3:::{GHOSTS}/*"
RECORDS, REPLAYS = f"arn:aws:s3:::{STATE}/ghosts/*", f"arn:aws:s3:::{STATE}/replays/*"
MAPPINGS = f"{LAMBDA}event-source-mapping:*"
PROD_FUNCTIONS = tuple(
    f"{LAMBDA}function:{name}{tail}" for name in ("shop-clean", "shop-enrich") for tail in ("", ":*")
)
PROD_ROLES = (f"{IAM}:role/shop-clean-role", f"{IAM}:role/shop-enrich-role", BROUGHT)
PROD_BUCKETS = tuple(f"arn:aws:s3:::shop-{name}" for name in ("late", "mid", "raw"))
KEYS = (f"{KEY}raw", f"{KEY}mid", f"{KEY}ghosts", f"{KEY}out")
COPIED = ("arn:aws:s3:::shop-raw/in/*.csv", "arn:aws:s3:::shop-history/2025/*", "arn:aws:s3:::shop-mid/in/one.csv")
COMPARED = ("arn:aws:s3:::shop-mid/*", "arn:aws:s3:::shop-out/*")
POLICIES = (f"{IAM}:policy/*", "arn:aws:iam::aws:policy/*")
FILE_SYSTEMS = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/*"

READS = (
    *("ec2:Describe*", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"),
    *("elasticfilesystem:DescribeMountTargets", "events:Describe*", "events:List*", "iam:Get*", "iam:List*"),
    *("kms:DescribeKey", "lambda:Get*", "lambda:List*", "logs:DescribeLogGroups", "logs:FilterLogEvents"),
    *("logs:ListTagsForResource", "s3:Get*", "s3:List*", "sns:Get*", "sns:List*", "sqs:Get*", "sqs:List*"),
    "sts:GetCallerIdentity",
)
MADE = (
    *("lambda:CreateFunction", "lambda:CreateEventSourceMapping", "sqs:CreateQueue", "sns:CreateTopic"),
    *("logs:CreateLogGroup", "iam:CreateRole", "s3:CreateBucket"),
)
TAGGING = (
    *("lambda:TagResource", "sqs:TagQueue", "sns:TagResource", "events:TagResource", "logs:TagResource"),
    *("iam:TagRole", "s3:TagResource"),
)
CHANGED = (
    *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:RemovePermission"),
    *("lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig"),
    *("sqs:SetQueueAttributes", "sqs:DeleteQueue", "sns:SetTopicAttributes", "sns:DeleteTopic"),
    *("events:RemoveTargets", "events:DeleteRule"),
    *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRole"),
)
OTHER_CHANGES = (
    *("lambda:PutFunctionEventInvokeConfig", "lambda:PutFunctionConcurrency", "lambda:AddPermission"),
    *("lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:InvokeFunction"),
    *("logs:PutRetentionPolicy", "logs:DeleteLogGroup", "events:PutRule", "events:PutTargets", "sqs:SendMessage"),
    *("sns:Subscribe", "sns:Unsubscribe", "sns:SetSubscriptionAttributes"),
    *("iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"),
    *("s3:PutBucketPublicAccessBlock", "s3:PutEncryptionConfiguration", "s3:PutBucketTagging"),
    *("s3:PutBucketNotification", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket"),
    *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectTagging"),
)
WIRING = (
    *("s3:ListBucket", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning", "s3:GetBucketPolicy"),
    "s3:GetBucketNotification",
)
SUBSCRIBING = ("sns:Subscribe", "sns:Unsubscribe", "sns:SetSubscriptionAttributes")
MAPPING = ("lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping")
BINDING = ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary")

RECEIVERS = (FUNCTIONS, QUEUES)
REQUEST_TAG = Condition("StringEquals", "aws:RequestTag/dbt-ghost:project", (PROJECT,))
RESOURCE_TAG = Condition("StringEquals", "aws:ResourceTag/dbt-ghost:project", (PROJECT,))
BOUNDED = Condition("ArnEquals", "iam:PermissionsBoundary", (STEPS, TAP))
TO_LAMBDA = Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",))
SERVICES = Condition(
    "StringEquals", "lambda:Principal", tuple(f"{each}.amazonaws.com" for each in ("events", "s3", "sns"))
)
TARGETS = Condition("ForAllValues:ArnLike", "events:TargetArn", RECEIVERS)
OF_GHOSTS = Condition("ArnLike", "lambda:FunctionArn", (FUNCTIONS,))
ENDPOINTS = Condition("StringLike", "sns:Endpoint", RECEIVERS)
PROTOCOLS = Condition("StringEquals", "sns:Protocol", ("lambda", "sqs"))
BY_S3 = Condition("StringEquals", "kms:ViaService", (f"s3.{REGION}.amazonaws.com",))
IN_REGION = Condition("StringEquals", "aws:RequestedRegion", (REGION,))
SEEDED = Condition("StringLike", "s3:prefix", ("2025/*",))
OF_SOMEBODY_ELSE = (
    Condition("StringNotEquals", "aws:ResourceAccount", (ACCOUNT,)),
    Condition("Null", "aws:ResourceAccount", ("false",)),
)


OURS = (FUNCTIONS, QUEUES, TOPICS, *RULES, ROLES, GROUPS, BUCKETS, OBJECTS, RECORDS, REPLAYS, MAPPINGS)
ELSEWHERE = ("iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey", "lambda:CreateEventSourceMapping", *SUBSCRIBING)
"""Changes of what is not a ghost's: each has a claim of its own."""

READABLE = (*COPIED, *COMPARED, RECORDS, REPLAYS, OBJECTS)
LISTED = (*PROD_BUCKETS, "arn:aws:s3:::shop-out", "arn:aws:s3:::shop-history", f"arn:aws:s3:::{STATE}", BUCKETS)
NO_TARGET = Condition("Null", "events:TargetArn", ("true",))
KEPT = ("s3:GetObject", "s3:PutObject")

OF_SERVICES = {
    "nothing but ghosts is changed": Forbidden(not_actions=(*READS, *ELSEWHERE), not_resources=OURS),
    "nothing is done that ghosts do not need": Forbidden(
        not_actions=(*READS, *MADE, *TAGGING, *CHANGED, *OTHER_CHANGES)
    ),
    "no other function is read": Forbidden(
        ("lambda:Get*", "lambda:List*"),
        ("lambda:GetAccountSettings", "lambda:ListFunctions", "lambda:ListEventSourceMappings"),
        not_resources=(*PROD_FUNCTIONS, FUNCTIONS, MAPPINGS, LAYER.replace(":7", ":*")),
    ),
    "no queue, topic or rule of another region is read": Forbidden(
        ("sqs:*", "sns:*", "events:*"),
        (
            *("sqs:ListQueues", "sns:ListTopics", "sns:ListSubscriptions", "events:ListEventBuses"),
            *("events:ListRules", "events:ListRuleNamesByTarget"),
        ),
        not_resources=(HOME.queue_arn("*"), HOME.topic_arn("*"), f"{EVENTS}*"),
    ),
    "no other log is read": Forbidden(("logs:*",), ("logs:DescribeLogGroups",), not_resources=(GROUPS,)),
    "no other image, key or file system is reached": Forbidden(
        ("ecr:*", "kms:*", "elasticfilesystem:*"), not_resources=(IMAGE, *KEYS, f"{KEY}late", FILE_SYSTEMS)
    ),
    "only keys of what is copied or compared are used": Forbidden(("kms:*",), ("kms:DescribeKey",), not_resources=KEYS),
    "keys are used through S3 only": Forbidden(("kms:Decrypt", "kms:GenerateDataKey"), unless=(BY_S3,)),
    "of networks only names are read": Forbidden(
        ("ec2:*",), ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")
    ),
}
OF_BUCKETS = {
    "only objects to be copied or compared are read": Forbidden(("s3:GetObject*",), not_resources=READABLE),
    "no other bucket is looked at": Forbidden(
        ("s3:*",), ("s3:ListAllMyBuckets", "s3:GetBucketNotification"), not_resources=(*LISTED, *READABLE)
    ),
    "only seeds are listed of their bucket": Forbidden(
        ("s3:ListBucket",), resources=("arn:aws:s3:::shop-history",), unless=(SEEDED,)
    ),
    "no bucket of another account is touched": Forbidden(
        ("s3:*",), ("s3:CreateBucket", "s3:TagResource", "s3:ListAllMyBuckets"), where=OF_SOMEBODY_ELSE
    ),
    "buckets are made in the region": Forbidden(("s3:CreateBucket",), unless=(IN_REGION,)),
    "records are only read and written": Forbidden(not_actions=KEPT, resources=(RECORDS,)),
    "older versions of replays stay": Forbidden(not_actions=(*KEPT, "s3:DeleteObject"), resources=(REPLAYS,)),
    "the state bucket holds nothing else": Forbidden(
        resources=(f"arn:aws:s3:::{STATE}/*",), not_resources=(RECORDS, REPLAYS)
    ),
}
OF_ROLES = {
    "no role is without one of the boundaries": Forbidden(BINDING, unless=(BOUNDED,)),
    "no boundary is taken off, no role trusts anybody else": Forbidden(
        ("iam:DeleteRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "sts:AssumeRole*")
    ),
    "no managed policy is changed": Forbidden(
        ("iam:CreatePolicy*", "iam:DeletePolicy*", "iam:SetDefaultPolicyVersion")
    ),
    "only ghosts' roles are passed on": Forbidden(("iam:PassRole",), not_resources=(ROLES, BROUGHT)),
    "roles are passed on to Lambda only": Forbidden(("iam:PassRole",), unless=(TO_LAMBDA,)),
    "no other role is read": Forbidden(
        ("iam:Get*", "iam:List*"), ("iam:ListRoles",), not_resources=(*PROD_ROLES, ROLES, *POLICIES)
    ),
}
OF_EVENTS = {
    "functions are opened to three services only": Forbidden(("lambda:AddPermission",), unless=(SERVICES,)),
    "queues are read for ghosts' functions only": Forbidden(MAPPING, unless=(OF_GHOSTS,)),
    "rules feed ghosts only": Forbidden(("events:PutTargets",), unless=(TARGETS,)),
    "rules name what they feed": Forbidden(("events:PutTargets",), where=(NO_TARGET,)),
    "only topics that prod fans out by are heard": Forbidden(SUBSCRIBING, not_resources=(TOPIC, TOPICS)),
    "only ghosts are subscribed": Forbidden(("sns:Subscribe",), unless=(ENDPOINTS,)),
    "what is made is tagged": Forbidden(MADE, unless=(REQUEST_TAG,)),
}
CLAIMS: Mapping[str, Forbidden] = {**OF_SERVICES, **OF_BUCKETS, **OF_ROLES, **OF_EVENTS}

TIGHTER: Mapping[str, Forbidden] = {
    "subscribers are functions and queues": Forbidden(("sns:Subscribe",), unless=(PROTOCOLS,)),
    "tags say whose it is": Forbidden(TAGGING, unless=(REQUEST_TAG,)),
    "only what is tagged is changed": Forbidden(CHANGED, unless=(RESOURCE_TAG,)),
    "no other's rule is written over": Forbidden(("events:PutRule",), unless=(REQUEST_TAG, RESOURCE_TAG)),
    "buckets are tagged in the region": Forbidden(("s3:TagResource",), unless=(IN_REGION,)),
    "of outputs nothing but their contents is read": Forbidden(
        ("s3:GetObject*",), ("s3:GetObject",), resources=(OBJECTS, "arn:aws:s3:::shop-out/*")
    ),
    "outputs are read and never written": Forbidden(
        not_actions=("s3:GetObject",), resources=("arn:aws:s3:::shop-out/*",)
    ),
    "only the ghosts' key encrypts": Forbidden(("kms:GenerateDataKey",), not_resources=(f"{KEY}ghosts",)),
    "of prod's buckets the wiring is read": Forbidden(not_actions=WIRING, resources=PROD_BUCKETS),
    "nothing of S3 but buckets is looked at": Forbidden(
        ("s3:*",), ("s3:ListAllMyBuckets",), not_resources=("arn:aws:s3:::*",)
    ),
    "of queues no message is read": Forbidden(
        ("sqs:*",), ("sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ListQueues"), not_resources=(QUEUES,)
    ),
}
"""What only the Allows hold: the guard leaves it open."""
