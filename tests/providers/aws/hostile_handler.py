"""A step's handler that tries to hurt production in every way it can think of. It is the code of a Lambda function.

What it tries are calls that an administrator's role succeeds with, each on something that production has. `event` names
what has no name of its own: a version, an upload, a mapping. What each came to is written to the step's output bucket.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

RAW, SPARE = "flights-raw", "flights-spare"
STEP, REPORT = "flights-clean", "flights-report"
RULE, SPARE_RULE = "flights-nightly", "flights-monthly"
QUEUE, TOPIC, GROUP, STREAM = "flights-files", "flights-news", "/flights/audit", "2013"
ROLE, SECRET, PARAMETER, TABLE = "flights-prod", "flights/database", "/flights/token", "flights-runs"
ANSWERS = "answers.json"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
Attempts = dict[str, Callable[[], Any]]


def handler(event: dict[str, str], context: Any) -> None:
    account, region = context.invoked_function_arn.split(":")[4], context.invoked_function_arn.split(":")[3]
    answers = {}
    for name, call in attempts(event, account, region).items():
        try:
            call()
            answers[name] = "done"
        except ClientError as error:
            answers[name] = error.response["Error"]["Code"]
    boto3.client("s3").put_object(Bucket=os.environ["OUT"], Key=ANSWERS, Body=json.dumps(answers).encode())


def attempts(event: dict[str, str], account: str, region: str) -> Attempts:
    """In an order in which an administrator can do them all."""
    return {
        **objects(event),
        **buckets(),
        **functions(event, account, region),
        **routes(account, region),
        **roles(account),
        **rest(),
        **endings(event, account, region),
    }


def objects(event: dict[str, str]) -> Attempts:
    s3, there = boto3.client("s3"), {"Bucket": RAW, "Key": "flights/1.csv"}
    tags = {"TagSet": [{"Key": "owner", "Value": "ghost"}]}
    return {
        "s3: PutObject": lambda: s3.put_object(**there, Body=b"ghost"),
        "s3: CopyObject over another": lambda: s3.copy_object(Bucket=RAW, Key="flights/2.csv", CopySource=there),
        "s3: PutObjectTagging": lambda: s3.put_object_tagging(**there, Tagging=tags),
        "s3: PutObjectAcl": lambda: s3.put_object_acl(**there, ACL="private"),
        "s3: CreateMultipartUpload": lambda: s3.create_multipart_upload(**there),
        "s3: UploadPart": lambda: s3.upload_part(**there, UploadId=event["upload"], PartNumber=2, Body=b"ghost"),
        "s3: AbortMultipartUpload": lambda: s3.abort_multipart_upload(**there, UploadId=event["upload"]),
        "s3: DeleteObject": lambda: s3.delete_object(**there),
        "s3: DeleteObject of a version": lambda: s3.delete_object(**there, VersionId=event["version"]),
        "s3: DeleteObjects": lambda: s3.delete_objects(Bucket=RAW, Delete={"Objects": [{"Key": "flights/2.csv"}]}),
        "s3: GetObject of what it does not read": lambda: s3.get_object(Bucket=RAW, Key="weather/1.csv"),
        "s3: ListObjectVersions": lambda: s3.list_object_versions(Bucket=RAW),
    }


def buckets() -> Attempts:
    s3 = boto3.client("s3")
    rule = {"ID": "ghost", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    versioning, tags = {"Status": "Suspended"}, {"TagSet": [{"Key": "owner", "Value": "ghost"}]}
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketLogging"}
    policy = {"Version": "2012-10-17", "Statement": [everything | {"Resource": f"arn:aws:s3:::{RAW}"}]}
    return {
        "s3: PutBucketNotification": lambda: s3.put_bucket_notification_configuration(
            Bucket=RAW, NotificationConfiguration={}
        ),
        "s3: PutBucketVersioning": lambda: s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration=versioning),
        "s3: PutBucketLifecycle": lambda: s3.put_bucket_lifecycle_configuration(
            Bucket=RAW, LifecycleConfiguration={"Rules": [rule]}
        ),
        "s3: PutBucketTagging": lambda: s3.put_bucket_tagging(Bucket=RAW, Tagging=tags),
        "s3: DeletePublicAccessBlock": lambda: s3.delete_public_access_block(Bucket=RAW),
        "s3: PutBucketPolicy": lambda: s3.put_bucket_policy(Bucket=RAW, Policy=json.dumps(policy)),
        "s3: DeleteBucketPolicy": lambda: s3.delete_bucket_policy(Bucket=RAW),
        "s3: DeleteBucket": lambda: s3.delete_bucket(Bucket=SPARE),
    }


def functions(event: dict[str, str], account: str, region: str) -> Attempts:
    aws, code = boto3.client("lambda"), {"ZipFile": zipped("def handler(event, context): return 'ghost'")}
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    made = {"Role": role, "Runtime": "python3.11", "Handler": "app.handler", "Code": code}
    open_to_all = {"StatementId": "ghost", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    queue, arn = f"arn:aws:sqs:{region}:{account}:{QUEUE}", f"arn:aws:lambda:{region}:{account}:function:{REPORT}"
    return {
        "lambda: Invoke": lambda: aws.invoke(FunctionName=REPORT, InvocationType="Event"),
        "lambda: UpdateFunctionCode": lambda: aws.update_function_code(FunctionName=REPORT, **code),
        "lambda: UpdateFunctionConfiguration": lambda: aws.update_function_configuration(
            FunctionName=REPORT, Environment={"Variables": {"OUT": "ghost"}}
        ),
        "lambda: PutFunctionConcurrency": lambda: aws.put_function_concurrency(
            FunctionName=REPORT, ReservedConcurrentExecutions=0
        ),
        "lambda: PutFunctionEventInvokeConfig": lambda: aws.put_function_event_invoke_config(
            FunctionName=REPORT, MaximumRetryAttempts=0
        ),
        "lambda: TagResource": lambda: aws.tag_resource(Resource=arn, Tags={"owner": "ghost"}),
        "lambda: AddPermission": lambda: aws.add_permission(FunctionName=REPORT, **open_to_all),
        "lambda: RemovePermission": lambda: aws.remove_permission(FunctionName=REPORT, StatementId="s3"),
        "lambda: CreateFunction as prod": lambda: aws.create_function(FunctionName="flights-more", **made),
        "lambda: CreateEventSourceMapping": lambda: aws.create_event_source_mapping(
            FunctionName=STEP, EventSourceArn=queue, Enabled=False
        ),
        "lambda: UpdateEventSourceMapping": lambda: aws.update_event_source_mapping(UUID=event["mapping"], BatchSize=9),
    }


def routes(account: str, region: str) -> Attempts:
    events, sns, sqs = (boto3.client(service) for service in ("events", "sns", "sqs"))
    target = {"Id": "ghost", "Arn": f"arn:aws:sqs:{region}:{account}:{QUEUE}"}
    entry = {"Source": "flights", "DetailType": "ghost", "Detail": "{}"}
    topic, step = f"arn:aws:sns:{region}:{account}:{TOPIC}", f"arn:aws:lambda:{region}:{account}:function:{STEP}"
    url = {"QueueUrl": f"https://sqs.{region}.amazonaws.com/{account}/{QUEUE}"}
    return {
        "events: PutRule": lambda: events.put_rule(Name=RULE, ScheduleExpression="rate(1 day)"),
        "events: PutTargets": lambda: events.put_targets(Rule=RULE, Targets=[target]),
        "events: RemoveTargets": lambda: events.remove_targets(Rule=RULE, Ids=["1"]),
        "events: DisableRule": lambda: events.disable_rule(Name=RULE),
        "events: PutEvents": lambda: events.put_events(Entries=[entry]),
        "sns: Publish": lambda: sns.publish(TopicArn=topic, Message="ghost"),
        "sns: Subscribe": lambda: sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=step),
        "sns: SetTopicAttributes": lambda: sns.set_topic_attributes(
            TopicArn=topic, AttributeName="DisplayName", AttributeValue="ghost"
        ),
        "sqs: SendMessage": lambda: sqs.send_message(**url, MessageBody="ghost"),
        "sqs: ReceiveMessage": lambda: sqs.receive_message(**url),
        "sqs: SetQueueAttributes": lambda: sqs.set_queue_attributes(**url, Attributes={"DelaySeconds": "9"}),
        "sqs: PurgeQueue": lambda: sqs.purge_queue(**url),
    }


def roles(account: str) -> Attempts:
    iam, sts = boto3.client("iam"), boto3.client("sts")
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    return {
        "iam: CreateRole": lambda: iam.create_role(RoleName="flights-more", AssumeRolePolicyDocument=TRUST),
        "iam: AttachRolePolicy": lambda: iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR),
        "iam: DeleteRolePolicy": lambda: iam.delete_role_policy(RoleName=ROLE, PolicyName="own"),
        "iam: UpdateAssumeRolePolicy": lambda: iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=TRUST),
        "sts: AssumeRole": lambda: sts.assume_role(RoleArn=role, RoleSessionName="ghost"),
    }


def rest() -> Attempts:
    logs, secrets, ssm = (boto3.client(service) for service in ("logs", "secretsmanager", "ssm"))
    table = boto3.client("dynamodb")
    line = {"timestamp": 1, "message": "ghost"}
    return {
        "logs: PutLogEvents": lambda: logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[line]),
        "logs: PutRetentionPolicy": lambda: logs.put_retention_policy(logGroupName=GROUP, retentionInDays=1),
        "secretsmanager: GetSecretValue": lambda: secrets.get_secret_value(SecretId=SECRET),
        "secretsmanager: PutSecretValue": lambda: secrets.put_secret_value(SecretId=SECRET, SecretString="ghost"),
        "ssm: GetParameter": lambda: ssm.get_parameter(Name=PARAMETER, WithDecryption=True),
        "ssm: PutParameter": lambda: ssm.put_parameter(Name=PARAMETER, Value="ghost", Overwrite=True),
        "dynamodb: PutItem": lambda: table.put_item(TableName=TABLE, Item={"run": {"S": "ghost"}}),
        "dynamodb: DeleteItem": lambda: table.delete_item(TableName=TABLE, Key={"run": {"S": "1"}}),
    }


def endings(event: dict[str, str], account: str, region: str) -> Attempts:
    aws, sqs, sns, logs = (boto3.client(service) for service in ("lambda", "sqs", "sns", "logs"))
    url = {"QueueUrl": f"https://sqs.{region}.amazonaws.com/{account}/{QUEUE}"}
    topic = f"arn:aws:sns:{region}:{account}:{TOPIC}"
    return {
        "lambda: DeleteEventSourceMapping": lambda: aws.delete_event_source_mapping(UUID=event["mapping"]),
        "lambda: DeleteFunction": lambda: aws.delete_function(FunctionName=REPORT),
        "events: DeleteRule": lambda: boto3.client("events").delete_rule(Name=SPARE_RULE),
        "sqs: DeleteQueue": lambda: sqs.delete_queue(**url),
        "sns: DeleteTopic": lambda: sns.delete_topic(TopicArn=topic),
        "logs: DeleteLogGroup": lambda: logs.delete_log_group(logGroupName=GROUP),
        "secretsmanager: DeleteSecret": lambda: boto3.client("secretsmanager").delete_secret(SecretId=SECRET),
    }


def zipped(code: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", code)
    return archive.getvalue()
