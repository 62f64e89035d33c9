"""What the command asks AWS for, one request of each kind: (purpose, actions, resources, keys that come with it).

Written from what the providers do, not from the documents. `*` is the resource of a call that has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbt_ghost.core.iam.questions import Given
from tests.core.policies.scene import (
    ACCOUNT,
    GHOST,
    HOME,
    IAM,
    IMAGE,
    KEY,
    LAYER,
    PROJECT,
    REGION,
    STATE,
    STEPS,
    TAP,
    TOPIC,
)

Keys = dict[str, Given]

OURS: Keys = {"aws:ResourceAccount": ACCOUNT, "aws:SecureTransport": "true"}
TAGS: Keys = {
    "aws:RequestTag/dbt-ghost:project": PROJECT,
    "aws:RequestTag/dbt-ghost:branch": GHOST.branch,
    "aws:TagKeys": ("dbt-ghost:branch", "dbt-ghost:project"),
}
TAGGED: Keys = {"aws:ResourceTag/dbt-ghost:project": PROJECT}
BY_S3: Keys = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}

FUNCTION, TAP_FUNCTION = HOME.function_arn(GHOST.function("clean")), HOME.function_arn(GHOST.function("tap"))
QUEUE, GHOST_TOPIC = HOME.queue_arn(GHOST.failures("clean")), HOME.topic_arn(GHOST.piece("clean", TOPIC))
RULE, BUS_RULE = HOME.rule_arn(GHOST.rule("tap")), HOME.rule_arn(GHOST.piece("clean", "x"), "orders")
ROLE, TAP_ROLE = HOME.role_arn(GHOST.role("clean", REGION)), HOME.role_arn(GHOST.role("tap", REGION))
BROUGHT = HOME.role_arn("ready-made")
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GHOST.log_group('clean')}"
BUCKET = HOME.bucket_arn(GHOST.bucket("shop-mid"))
MAPPING = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:0a1b2c3d"
PROD_FUNCTION, PROD_ROLE = HOME.function_arn("shop-clean"), HOME.role_arn("shop-clean-role")
OTHER_FUNCTION = HOME.function_arn("shop-enrich")
OUTPUT = HOME.bucket_arn("shop-out")
PROD_BUCKET, PROD_QUEUE = HOME.bucket_arn("shop-raw"), HOME.queue_arn("shop-arrivals")
RECORDS, REPLAYS = f"arn:aws:s3:::{STATE}/ghosts/{GHOST.id}.json", f"arn:aws:s3:::{STATE}/replays/{GHOST.id}.json"


@dataclass(frozen=True)
class Asked:
    purpose: str
    action: str
    resource: str
    keys: tuple[tuple[str, Given], ...] = ()

    def __str__(self) -> str:
        return f"{self.purpose}: {self.action} on {self.resource}"


def _asked(purpose: str, actions: str, resources: str | tuple[str, ...], **keys: Keys) -> Iterator[Asked]:
    given = tuple((key, value) for each in keys.values() for key, value in each.items())
    for action in actions.split():
        for resource in (resources,) if isinstance(resources, str) else resources:
            yield Asked(purpose, action, resource, given)


def _looks() -> Iterator[Asked]:
    yield from _asked(
        "ListTheAccount",
        "sts:GetCallerIdentity s3:ListAllMyBuckets sqs:ListQueues sns:ListTopics sns:ListSubscriptions "
        "logs:DescribeLogGroups iam:ListRoles lambda:ListFunctions lambda:ListEventSourceMappings "
        "lambda:GetAccountSettings events:ListEventBuses events:ListRules events:ListRuleNamesByTarget",
        "*",
    )
    yield from _asked(
        "ReadProdFunctions",
        "lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetFunctionEventInvokeConfig "
        "lambda:GetFunctionUrlConfig lambda:GetPolicy",
        (PROD_FUNCTION, f"{PROD_FUNCTION}:live", OTHER_FUNCTION, f"{OTHER_FUNCTION}:3"),
    )
    yield from _asked(
        "ReadProdFunctions",
        "lambda:GetFunctionCodeSigningConfig lambda:ListAliases lambda:ListVersionsByFunction",
        (PROD_FUNCTION, OTHER_FUNCTION),
    )
    yield from _asked("UseLayers", "lambda:GetLayerVersion", (LAYER, LAYER.replace(":7", ":8")))
    yield from _asked(
        "ReadProdBuckets",
        "s3:ListBucket s3:GetEncryptionConfiguration s3:GetBucketVersioning s3:GetBucketPolicy",
        (PROD_BUCKET, HOME.bucket_arn("shop-mid"), HOME.bucket_arn("shop-late")),
        ours=OURS,
    )
    yield from _asked("ReadProdBuckets", "s3:ListBucket", PROD_BUCKET, ours=OURS, key={"s3:prefix": "in/2026"})
    yield from _looks_along_the_chain()
    yield from _looks_at_ghosts()


def _looks_along_the_chain() -> Iterator[Asked]:
    yield from _asked(
        "FindNotifications", "s3:GetBucketNotification", (PROD_BUCKET, HOME.bucket_arn("not-known")), ours=OURS
    )
    yield from _asked("FindNotifications", "s3:GetBucketNotification", BUCKET, ours=OURS)
    yield from _asked("FollowEvents", "sqs:GetQueueUrl sqs:GetQueueAttributes", (PROD_QUEUE, QUEUE))
    yield from _asked(
        "FollowEvents",
        "sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:GetSubscriptionAttributes",
        (TOPIC, HOME.topic_arn("left-over"), GHOST_TOPIC),
    )
    rules = (HOME.rule_arn("shop-arrivals"), HOME.rule_arn("shop-arrivals", "orders"), RULE)
    yield from _asked("FollowEvents", "events:DescribeRule events:ListTargetsByRule", rules)
    yield from _asked(
        "ReadRoles",
        "iam:GetRole iam:GetRolePolicy iam:ListRolePolicies iam:ListAttachedRolePolicies",
        (PROD_ROLE, HOME.role_arn("shop-enrich-role"), BROUGHT, ROLE),
    )
    attached = f"{IAM}:policy/team/read-raw"
    managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    yield from _asked("ReadPolicies", "iam:GetPolicy iam:GetPolicyVersion", (STEPS, TAP, attached, managed))
    yield from _asked("UseImages", "ecr:DescribeImages ecr:BatchGetImage ecr:GetDownloadUrlForLayer", IMAGE)
    yield from _asked("FindKeys", "kms:DescribeKey", tuple(f"{KEY}{name}" for name in ("late", "mid", "out", "raw")))
    yield from _asked("UseNetworks", "ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs", "*")
    file_system = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-1"
    yield from _asked("UseFileSystems", "elasticfilesystem:DescribeMountTargets", file_system)


def _looks_at_ghosts() -> Iterator[Asked]:
    yield from _asked(
        "ReadGhosts",
        "lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetFunctionEventInvokeConfig lambda:GetPolicy",
        FUNCTION,
    )
    yield from _asked("ReadGhosts", "lambda:ListTags", (FUNCTION, MAPPING))
    yield from _asked("ReadGhosts", "lambda:GetEventSourceMapping", MAPPING)  # also one that is gone, to see that it is
    yield from _asked("ReadGhosts", "sqs:ListQueueTags", QUEUE)
    yield from _asked("ReadGhosts", "sns:ListTagsForResource", GHOST_TOPIC)
    yield from _asked("ReadGhosts", "events:ListTagsForResource", (RULE, BUS_RULE))
    yield from _asked("ReadGhosts", "logs:ListTagsForResource", GROUP)
    yield from _asked("ReadGhosts", "logs:FilterLogEvents", (GROUP, f"{GROUP}:log-stream:"))
    yield from _asked("ReadGhosts", "iam:ListRoleTags", ROLE)
    yield from _asked(
        "ReadGhostBuckets",
        "s3:ListBucket s3:GetBucketTagging s3:GetEncryptionConfiguration s3:GetBucketPolicy "
        "s3:GetBucketPublicAccessBlock s3:ListBucketVersions s3:ListBucketMultipartUploads",
        BUCKET,
        ours=OURS,
    )


def _makes() -> Iterator[Asked]:
    yield from _asked("MakeGhosts", "lambda:CreateFunction", FUNCTION, tags=TAGS)
    yield from _asked("MakeGhosts", "lambda:TagResource", (FUNCTION, MAPPING), tags=TAGS)
    yield from _asked("MakeGhosts", "sqs:CreateQueue sqs:TagQueue", QUEUE, tags=TAGS)
    yield from _asked("MakeGhosts", "sns:CreateTopic sns:TagResource", GHOST_TOPIC, tags=TAGS)
    yield from _asked("MakeGhosts", "logs:CreateLogGroup logs:TagResource", GROUP, tags=TAGS)
    yield from _asked("MakeGhosts", "events:PutRule events:TagResource", (RULE, BUS_RULE), tags=TAGS)
    yield from _asked("MakeGhosts", "iam:TagRole", ROLE, tags=TAGS)
    for boundary, role in ((STEPS, ROLE), (TAP, TAP_ROLE)):
        bounded: Keys = {"iam:PermissionsBoundary": boundary}
        yield from _asked("MakeRoles", "iam:CreateRole", role, tags=TAGS, bounded=bounded)
        yield from _asked("BindRoles", "iam:PutRolePolicy iam:PutRolePermissionsBoundary", role, bounded=bounded)
    to_lambda: Keys = {"iam:PassedToService": "lambda.amazonaws.com"}
    yield from _asked("PassRoles", "iam:PassRole", (ROLE, BROUGHT), passed=to_lambda)
    yield from _asked("FinishGhosts", "lambda:PutFunctionEventInvokeConfig lambda:PutFunctionConcurrency", FUNCTION)
    yield from _asked("FinishGhosts", "logs:PutRetentionPolicy logs:DeleteLogGroup", (GROUP, f"{GROUP}:log-stream:"))
    for service in ("events", "s3", "sns"):
        caller: Keys = {"lambda:Principal": f"{service}.amazonaws.com"}
        yield from _asked("OpenFunctions", "lambda:AddPermission", FUNCTION, caller=caller)
    yield from _changes()


def _changes() -> Iterator[Asked]:
    yield from _asked(
        "ChangeGhosts",
        "lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:RemovePermission lambda:DeleteFunction "
        "lambda:DeleteFunctionConcurrency lambda:DeleteFunctionEventInvokeConfig",
        FUNCTION,
        tagged=TAGGED,
    )
    yield from _asked("ChangeGhosts", "sqs:SetQueueAttributes sqs:DeleteQueue", QUEUE, tagged=TAGGED)
    yield from _asked("ChangeGhosts", "sns:SetTopicAttributes sns:DeleteTopic", GHOST_TOPIC, tagged=TAGGED)
    rules = "events:PutRule events:RemoveTargets events:DeleteRule"
    yield from _asked("ChangeGhosts", rules, (RULE, BUS_RULE), tagged=TAGGED)
    yield from _asked(
        "ChangeGhosts", "iam:DeleteRolePolicy iam:DetachRolePolicy iam:DeleteRole", (ROLE, TAP_ROLE), tagged=TAGGED
    )
    for target in (TAP_FUNCTION, QUEUE):
        targets: Keys = {"events:TargetArn": (target,)}
        yield from _asked("FeedGhosts", "events:PutTargets", (RULE, BUS_RULE), targets=targets)
    function: Keys = {"lambda:FunctionArn": FUNCTION}
    yield from _asked("MapQueues", "lambda:CreateEventSourceMapping", "*", tags=TAGS, function=function)
    yield from _asked(
        "ChangeMappings",
        "lambda:UpdateEventSourceMapping lambda:DeleteEventSourceMapping",
        MAPPING,
        function=function,
    )
    for protocol, endpoint in (("lambda", FUNCTION), ("sqs", QUEUE)):
        subscribed: Keys = {"sns:Protocol": protocol, "sns:Endpoint": endpoint}
        yield from _asked("Subscribe", "sns:Subscribe", (TOPIC, GHOST_TOPIC), subscribed=subscribed)
    yield from _asked("EndSubscriptions", "sns:Unsubscribe sns:SetSubscriptionAttributes", (TOPIC, GHOST_TOPIC))


def _buckets() -> Iterator[Asked]:
    region: Keys = {"aws:RequestedRegion": REGION}
    yield from _asked("MakeBuckets", "s3:CreateBucket s3:TagResource", BUCKET, tags=TAGS, region=region)
    yield from _asked(
        "SetUpBuckets",
        "s3:PutBucketPublicAccessBlock s3:PutEncryptionConfiguration s3:PutBucketTagging s3:PutBucketNotification "
        "s3:DeleteBucketPolicy s3:DeleteBucket",
        BUCKET,
        ours=OURS,
    )
    yield from _asked("ShareBuckets", "s3:PutBucketPolicy", BUCKET, ours=OURS)
    emptying = "s3:DeleteObject s3:DeleteObjectVersion s3:AbortMultipartUpload"
    yield from _asked("EmptyBuckets", emptying, f"{BUCKET}/in/1.csv", ours=OURS)
    yield from _asked("FillBuckets", "s3:PutObject s3:PutObjectTagging", f"{BUCKET}/in/1.csv", ours=OURS)
    copied = (f"{PROD_BUCKET}/in/1.csv", "arn:aws:s3:::shop-history/2025/1.csv", "arn:aws:s3:::shop-mid/in/one.csv")
    yield from _asked("ReadCopiedObjects", "s3:GetObject s3:GetObjectTagging", copied, ours=OURS)
    yield from _asked("DecryptCopiedObjects", "kms:Decrypt", (f"{KEY}raw", f"{KEY}mid"), by_s3=BY_S3)
    yield from _asked("EncryptGhostObjects", "kms:Decrypt kms:GenerateDataKey", f"{KEY}ghosts", by_s3=BY_S3)
    history = "arn:aws:s3:::shop-history"
    yield from _asked("ListSeeds", "s3:ListBucket", history, ours=OURS, key={"s3:prefix": "2025/"})
    yield from _asked("ListOutputs", "s3:ListBucket", OUTPUT, ours=OURS, key={"s3:prefix": "in/"})
    compared = (f"{OUTPUT}/in/1.csv", HOME.bucket_arn("shop-mid") + "/in/1.csv", f"{BUCKET}/in/1.csv")
    yield from _asked("CompareObjects", "s3:GetObject", compared, ours=OURS)
    keys = (f"{KEY}out", f"{KEY}mid", f"{KEY}ghosts")
    yield from _asked("DecryptComparedObjects", "kms:Decrypt", keys, by_s3=BY_S3)
    yield from _asked("HandOver", "lambda:InvokeFunction", FUNCTION)
    yield from _asked("HandOver", "sqs:SendMessage", QUEUE)
    yield from _asked("KeepRecords", "s3:GetObject s3:PutObject", (RECORDS, REPLAYS), ours=OURS)
    yield from _asked("ForgetReplays", "s3:DeleteObject", REPLAYS, ours=OURS)
    yield from _asked("FindRecords", "s3:ListBucket", f"arn:aws:s3:::{STATE}", ours=OURS)
    yield from _asked("FindRecords", "s3:ListBucket", f"arn:aws:s3:::{STATE}", ours=OURS, key={"s3:prefix": "ghosts/"})


REQUESTS: tuple[Asked, ...] = (*_looks(), *_makes(), *_buckets())
