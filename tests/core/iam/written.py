"""The policies of one ghost step, of its deployer and of its bucket, as they should be: what the mutants start from."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.naming import GhostName

Json = dict[str, Any]

ACCOUNT, OTHER_ACCOUNT, REGION, PROJECT = "111111111111", "222222222222", "eu-west-1", "shop"
GHOST = GhostName(PROJECT, "feature/x")
PROD, PREFIXES = "shop-landing", ("orders/", "refunds/")
BUCKET = GHOST.bucket(PROD)

IAM, LAMBDA = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
LOGS, EVENTS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
FUNCTION, PROD_FUNCTION = LAMBDA + GHOST.function("orders"), f"{LAMBDA}shop-orders"
RULE = EVENTS + GHOST.rule("orders")
STEP, DEPLOYER = f"{IAM}:role/{GHOST.role('orders', REGION)}", f"{IAM}:role/shop-deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/{GHOST.role('orders', REGION)}/{GHOST.function('orders')}"
DOWNSTREAM, ADMIN = f"{IAM}:role/shop-loader", f"{IAM}:role/break-glass"
BOUNDARY = f"{IAM}:policy/ghost-{PROJECT}-boundary"
GITHUB = f"{IAM}:oidc-provider/token.actions.githubusercontent.com"
TOKEN = "token.actions.githubusercontent.com"
GHOSTS = f"ghost-{PROJECT}-"

PROD_ARN, BUCKET_ARN = f"arn:aws:s3:::{PROD}", f"arn:aws:s3:::{BUCKET}"
PROD_OBJECTS = [f"{PROD_ARN}/{prefix}*" for prefix in PREFIXES]
ALL_OF_PROD = [PROD_ARN, f"{PROD_ARN}/*"]
READS = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
WRITES = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
LOGGING = ["logs:CreateLogStream", "logs:PutLogEvents"]
WIRING = ["s3:GetBucketLocation", "s3:GetBucketNotification", "s3:GetEncryptionConfiguration"]
IN_PREFIX = {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in PREFIXES]}}
MINE = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
INSIDE = {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}
TAGGED = {"aws:ResourceTag/dbt-ghost:project": PROJECT}
BOUNDED = {"ArnEquals": {"iam:PermissionsBoundary": BOUNDARY}}


def statement(sid: str, effect: str, actions: Any, resources: Any, condition: Json | None = None, **more: Any) -> Json:
    found = {"Sid": sid, "Effect": effect, "Action": actions, "Resource": resources} | more
    return found | ({"Condition": condition} if condition else {})


def allow(sid: str, actions: Any, resources: Any, condition: Json | None = None, **more: Any) -> Json:
    return statement(sid, "Allow", actions, resources, condition, **more)


def deny(sid: str, actions: Any, resources: Any, condition: Json | None = None, **more: Any) -> Json:
    return statement(sid, "Deny", actions, resources, condition, **more)


def but(found: Json, **others: Any) -> Json:
    """With NotAction or NotResource instead."""
    return {key: value for key, value in found.items() if f"Not{key}" not in others} | others


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


STEP_POLICY = document(
    allow("ReadProd", ["s3:GetObject", "s3:GetObjectVersion"], PROD_OBJECTS, MINE | INSIDE),
    allow("ListProd", "s3:ListBucket", PROD_ARN, MINE | IN_PREFIX | INSIDE),
    allow("OwnObjects", WRITES, f"{BUCKET_ARN}/*", MINE | INSIDE),
    allow("OwnBucket", "s3:ListBucket", BUCKET_ARN, MINE | INSIDE),
    allow("OwnLogs", LOGGING, f"{LOGS}/aws/lambda/{GHOST.function('orders')}:log-stream:*"),
)

STEP_BOUNDARY = document(
    allow("MaxRead", ["s3:GetObject", "s3:GetObjectVersion"], PROD_OBJECTS),
    allow("MaxList", "s3:ListBucket", PROD_ARN, IN_PREFIX),
    allow("MaxObjects", WRITES, f"arn:aws:s3:::{GHOSTS}*/*"),
    allow("MaxBuckets", "s3:ListBucket", f"arn:aws:s3:::{GHOSTS}*"),
    allow("MaxLogs", LOGGING, f"{LOGS}/aws/lambda/{GHOSTS}*:log-stream:*"),
    but(deny("NoChangeOfProd", "", ALL_OF_PROD), NotAction=READS),
    but(deny("NoOtherReads", READS[:2], ""), NotResource=[*PROD_OBJECTS, f"arn:aws:s3:::{GHOSTS}*/*"]),
    but(
        deny("NoOtherWrites", ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], ""),
        NotResource=f"arn:aws:s3:::{GHOSTS}*/*",
    ),
    deny("NoOtherLists", "s3:ListBucket", PROD_ARN, {"StringNotLike": IN_PREFIX["StringLike"]}),
    but(deny("NothingElse", "", "*"), NotAction=sorted({*READS, *WRITES, *LOGGING})),
    deny("NoOtherAccount", "s3:*", "*", {"StringNotEquals": MINE["StringEquals"]}),
    deny("NotOutside", "s3:*", "*", {"ArnNotLike": {"lambda:SourceFunctionArn": f"{LAMBDA}{GHOSTS}*"}}),
)

GHOST_BUCKETS = [f"arn:aws:s3:::{GHOSTS}*", f"arn:aws:s3:::{GHOSTS}*/*"]
ROLES = f"{IAM}:role/{GHOSTS}*"
DEPLOYER_POLICY = document(
    allow("CreateBucket", "s3:CreateBucket", GHOST_BUCKETS[0], {"StringEquals": {"aws:RequestedRegion": REGION}}),
    allow(
        "ManageBucket",
        ["s3:DeleteBucket", "s3:ListBucket", "s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteObject"],
        GHOST_BUCKETS,
        MINE,
    ),
    allow("CreateFunction", "lambda:CreateFunction", f"{LAMBDA}{GHOSTS}*"),
    allow(
        "ManageFunction",
        ["lambda:GetFunction", "lambda:UpdateFunctionCode", "lambda:DeleteFunction"],
        f"{LAMBDA}{GHOSTS}*",
        {"StringEquals": TAGGED},
    ),
    allow(
        "LetInvoke",
        "lambda:AddPermission",
        f"{LAMBDA}{GHOSTS}*",
        {"StringEquals": {"lambda:Principal": "events.amazonaws.com"}},
    ),
    allow("ReadProdFunction", "lambda:GetFunctionConfiguration", PROD_FUNCTION),
    allow("ReadWiring", WIRING, PROD_ARN, MINE),
    allow("Logs", ["logs:CreateLogGroup", "logs:DeleteLogGroup"], f"{LOGS}/aws/lambda/{GHOSTS}*"),
    allow(
        "Targets",
        "events:PutTargets",
        f"{EVENTS}{GHOSTS}*",
        {"ForAllValues:ArnLike": {"events:TargetArn": f"{LAMBDA}{GHOSTS}*"}, "Null": {"events:TargetArn": "false"}},
    ),
    allow("Rules", ["events:DescribeRule", "events:DeleteRule"], f"{EVENTS}{GHOSTS}*"),
    allow("BoundedRole", ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"], ROLES, BOUNDED),
    allow("Role", ["iam:GetRole", "iam:TagRole", "iam:DeleteRole"], ROLES),
    allow("PassRole", "iam:PassRole", ROLES, {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
    allow("ReadBoundary", ["iam:GetPolicy", "iam:GetPolicyVersion"], BOUNDARY),
)

GUARD = document(
    but(deny("NotProd", "", ALL_OF_PROD), NotAction=WIRING),
    but(deny("NoOtherBuckets", "s3:*", ""), NotResource=[*GHOST_BUCKETS, PROD_ARN]),
    but(
        deny("NoOtherFunctions", "", ""),
        NotAction=["lambda:GetFunctionConfiguration", "s3:*", "iam:*", "logs:*", "events:*"],
        NotResource=f"{LAMBDA}{GHOSTS}*",
    ),
    but(
        deny("NoOtherRules", ["logs:*", "events:*"], ""),
        NotResource=[f"{LOGS}/aws/lambda/{GHOSTS}*", f"{EVENTS}{GHOSTS}*"],
    ),
    deny("KeepBounds", ["iam:*RolePermissionsBoundary", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"], "*"),
    deny("KeepBoundary", ["iam:CreatePolicy*", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy*"], "*"),
    but(deny("NoOtherIam", "iam:*", ""), NotResource=[ROLES, BOUNDARY]),
    deny("OnlyBounded", ["iam:CreateRole", "iam:PutRolePolicy"], "*", {"ArnNotEquals": BOUNDED["ArnEquals"]}),
    deny("PassOnlyToLambda", "iam:PassRole", "*", {"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
    deny(
        "TargetOnlyGhosts",
        "events:PutTargets",
        "*",
        {"ForAnyValue:ArnNotLike": {"events:TargetArn": f"{LAMBDA}{GHOSTS}*"}},
    ),
    deny(
        "OnlyEventsInvoke",
        "lambda:AddPermission",
        "*",
        {"StringNotEquals": {"lambda:Principal": "events.amazonaws.com"}},
    ),
)

DEPLOYER_TRUST = document(
    {
        "Sid": "OneRepository",
        "Effect": "Allow",
        "Principal": {"Federated": GITHUB},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{TOKEN}:aud": "sts.amazonaws.com", f"{TOKEN}:sub": "repo:acme/shop:environment:ghost"}
        },
    }
)
STEP_TRUST = document(
    {"Sid": "Lambda", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
PERMISSION = document(
    allow(
        "Rule",
        "lambda:InvokeFunction",
        FUNCTION,
        {"ArnLike": {"aws:SourceArn": RULE}},
        Principal={"Service": "events.amazonaws.com"},
    )
)


def _but_for(*arns: str) -> Json:
    return {"ArnNotEquals": {"aws:PrincipalArn": list(arns)}}


BUCKET_POLICY = document(
    allow("MayRead", "s3:GetObject", f"{BUCKET_ARN}/*", Principal={"AWS": DOWNSTREAM}),
    allow("MayList", "s3:ListBucket", BUCKET_ARN, Principal={"AWS": DOWNSTREAM}),
    but(
        deny("OneWriter", "", f"{BUCKET_ARN}/*", _but_for(STEP), Principal="*"),
        NotAction=["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    ),
    deny("TwoDelete", ["s3:DeleteObject*"], f"{BUCKET_ARN}/*", _but_for(STEP, DEPLOYER), Principal="*"),
    but(
        deny("OneConfigures", "", BUCKET_ARN, _but_for(DEPLOYER, ADMIN), Principal="*"),
        NotAction=["s3:Get*", "s3:List*"],
    ),
    deny(
        "KnownReaders",
        ["s3:GetObject*", "s3:ListBucket*"],
        [BUCKET_ARN, f"{BUCKET_ARN}/*"],
        _but_for(STEP, DEPLOYER, DOWNSTREAM),
        Principal="*",
    ),
    deny("Tls", "s3:*", [BUCKET_ARN, f"{BUCKET_ARN}/*"], {"Bool": {"aws:SecureTransport": "false"}}, Principal="*"),
)
PROD_POLICY = document(
    allow("Loader", "s3:GetObject", f"{PROD_ARN}/*", Principal={"AWS": DOWNSTREAM}),
    deny("Tls", "s3:*", ALL_OF_PROD, {"Bool": {"aws:SecureTransport": "false"}}, Principal="*"),
)

GOOD: dict[str, Json] = {
    "step": STEP_POLICY,
    "boundary": STEP_BOUNDARY,
    "deployer": DEPLOYER_POLICY,
    "guard": GUARD,
    "step trust": STEP_TRUST,
    "deployer trust": DEPLOYER_TRUST,
    "permission": PERMISSION,
    "bucket": BUCKET_POLICY,
    "prod bucket": PROD_POLICY,
}
