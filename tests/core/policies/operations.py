"""Which of IAM's actions each operation of an AWS API needs: all operations that the command may use. By hand.

Operations are as AWS writes them, `service.Operation`, with boto3's names of services.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbt_ghost.core.policies.calls_of_deployer import WITHHELD, actions

_OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "events.PutRule": ("events:PutRule", "events:TagResource"),
    "iam.CreateRole": ("iam:CreateRole", "iam:TagRole"),
    "lambda.CreateEventSourceMapping": ("lambda:CreateEventSourceMapping", "lambda:TagResource"),
    # Lambda asks for what a function has and where it runs, too
    "lambda.CreateFunction": (
        *("lambda:CreateFunction", "lambda:TagResource", "lambda:GetLayerVersion", "iam:PassRole"),
        *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        "elasticfilesystem:DescribeMountTargets",
    ),
    "lambda.GetFunction": ("lambda:GetFunction", "lambda:ListTags"),
    "lambda.Invoke": ("lambda:InvokeFunction",),
    "lambda.UpdateFunctionConfiguration": (
        *("lambda:UpdateFunctionConfiguration", "lambda:GetLayerVersion", "iam:PassRole"),
        *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
        "elasticfilesystem:DescribeMountTargets",
    ),
    "logs.CreateLogGroup": ("logs:CreateLogGroup", "logs:TagResource"),
    "s3.CompleteMultipartUpload": ("s3:PutObject",),
    "s3.CopyObject": (
        *("s3:GetObject", "s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"),
        *("kms:Decrypt", "kms:GenerateDataKey"),
    ),
    "s3.CreateBucket": ("s3:CreateBucket", "s3:TagResource"),
    "s3.CreateMultipartUpload": ("s3:PutObject", "s3:PutObjectTagging", "kms:GenerateDataKey"),
    "s3.DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3.GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3.GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3.GetObject": ("s3:GetObject", "kms:Decrypt"),
    "s3.GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3.HeadBucket": ("s3:ListBucket",),
    "s3.HeadObject": ("s3:GetObject",),
    "s3.ListBuckets": ("s3:ListAllMyBuckets",),
    "s3.ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3.ListObjectVersions": ("s3:ListBucketVersions",),
    "s3.ListObjectsV2": ("s3:ListBucket",),
    "s3.PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3.PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.UploadPartCopy": ("s3:GetObject", "s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"),
    "sns.CreateTopic": ("sns:CreateTopic", "sns:TagResource"),
    "sqs.CreateQueue": ("sqs:CreateQueue", "sqs:TagQueue"),
    "sqs.SendMessageBatch": ("sqs:SendMessage",),
}
_CALLED_ALIKE: Mapping[str, str] = {
    "ecr": "DescribeImages",
    "events": "DeleteRule DescribeRule ListEventBuses ListRuleNamesByTarget ListRules ListTagsForResource "
    "ListTargetsByRule PutTargets RemoveTargets TagResource",
    "iam": "DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy GetPolicy GetPolicyVersion "
    "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies ListRoleTags ListRoles "
    "PutRolePermissionsBoundary PutRolePolicy TagRole UpdateAssumeRolePolicy",
    "kms": "DescribeKey",
    "lambda": "AddPermission DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency "
    "DeleteFunctionEventInvokeConfig GetAccountSettings GetEventSourceMapping GetFunctionCodeSigningConfig "
    "GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunctionUrlConfig GetPolicy ListAliases "
    "ListEventSourceMappings ListFunctions ListTags ListVersionsByFunction PutFunctionConcurrency "
    "PutFunctionEventInvokeConfig RemovePermission TagResource UpdateEventSourceMapping UpdateFunctionCode",
    "logs": "DeleteLogGroup DescribeLogGroups FilterLogEvents ListTagsForResource PutRetentionPolicy TagResource",
    "s3": "AbortMultipartUpload DeleteBucket DeleteBucketPolicy DeleteObject GetBucketPolicy GetBucketTagging "
    "GetBucketVersioning GetObjectTagging PutBucketPolicy PutBucketTagging PutObject",
    "sns": "DeleteTopic GetSubscriptionAttributes GetTopicAttributes ListSubscriptions ListSubscriptionsByTopic "
    "ListTagsForResource ListTopics SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe",
    "sqs": "DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags ListQueues SetQueueAttributes TagQueue",
    "sts": "GetCallerIdentity",
}
OPERATIONS: Mapping[str, tuple[str, ...]] = dict(_OTHERWISE) | {
    f"{service}.{name}": (f"{service}:{name}",) for service, names in _CALLED_ALIKE.items() for name in names.split()
}


def lacking(operations: Iterable[str]) -> list[str]:
    """What the table of calls does not have of these operations, in words."""
    asked, known = sorted(set(operations)), {*actions(), *WITHHELD}
    strange = [f"{each}: not known" for each in asked if each not in OPERATIONS]
    needed = [(each, action) for each in asked for action in OPERATIONS.get(each, ())]
    return [*strange, *(f"{each}: needs {action}" for each, action in needed if action not in known)]
