"""Every AWS call that runs inside a ghost, by what it is for: the one table that its roles are derived from.

A call of the tap that is not here fails the tests; a step's own calls that are not here are denied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Use = Literal[
    "read", "read version", "list", "write", "stage",
    "log", "invoke", "send", "receive",
    "secret", "parameter", "table",
    "decrypt", "encrypt", "network", "mount",
]  # fmt: skip

CALLS: Mapping[Use, tuple[str, ...]] = {
    # objects of prod and of the ghost
    "read": ("s3:GetObject", "s3:GetObjectVersion"),
    "read version": ("s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"),
    "list": ("s3:ListBucket",),
    "write": (
        *("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
        *("s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"),
    ),
    "stage": ("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"),
    # the ghost's own functions, queues and logs. No logs:CreateLogGroup: a late invocation would bring a dropped group
    # back (F 3.17)
    "log": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "invoke": ("lambda:InvokeFunction",),
    "send": ("sqs:SendMessage",),
    "receive": (*("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"),),
    # what `reads:` names outside S3
    "secret": ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
    "parameter": ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
    "table": ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"),
    # keys, only by way of S3
    "decrypt": ("kms:Decrypt",),
    "encrypt": ("kms:Decrypt", "kms:GenerateDataKey"),
    # `vpc: true` and `efs: true`. Lambda makes the network interfaces with the function's role (F 3.7)
    "network": (
        *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
        *("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
    ),
    "mount": ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"),
}

READING: frozenset[Use] = frozenset({"read", "read version", "list", "secret", "parameter", "table"})
"""Uses that change nothing: denied elsewhere by an own statement, with the resources that they are for."""

OUTSIDE_ARNS: frozenset[Use] = frozenset({"decrypt", "encrypt", "network", "mount"})
"""Uses that no list of ARNs can bound: EC2 knows none for these calls, and a file system's does not say which access
point of it is meant. Keys: Lambda itself assumes the role to decrypt a function's environment, by a grant made for
that, and nothing else allows it."""

CALLED_BY_CODE = ("dynamodb", "lambda", "s3", "secretsmanager", "ssm")
"""Services that only the code of a function calls with its role. Of queues, keys and networks Lambda itself calls some,
and says then of no function that the call comes from it.
"""
