"""A production with one of everything that `hostile_handler` goes for, and a look at all of it, byte by byte."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.hostile_handler import (
    GROUP,
    PARAMETER,
    QUEUE,
    RAW,
    REPORT,
    ROLE,
    RULE,
    SECRET,
    SPARE,
    SPARE_RULE,
    STEP,
    STREAM,
    TABLE,
    TOPIC,
    TRUST,
)

ACCOUNT = Account(PROD_ACCOUNT, REGION)
CLEAN, STATE = "flights-clean", "flights-ghost-state"
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
IDLE = {"ZipFile": zipped({"app.py": b"def handler(event, context): ..."})}
URL = f"https://sqs.{REGION}.amazonaws.com/{PROD_ACCOUNT}/{QUEUE}"
OWN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def make(session: Session) -> dict[str, str]:
    """What of it has no name of its own: a version, an upload and a mapping."""
    _make_functions(session)
    found = _make_buckets(session) | _make_routes(session)
    _make_rest(session)
    return found


def _make_buckets(session: Session) -> dict[str, str]:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=RAW, ObjectOwnership="BucketOwnerPreferred", **WHERE)
    for bucket in (SPARE, CLEAN, STATE):
        s3.create_bucket(Bucket=bucket, **WHERE)
    s3.put_bucket_versioning(Bucket=RAW, VersioningConfiguration={"Status": "Enabled"})
    told = {"Metadata": {"carrier": "AA"}, "Tagging": "owner=prod", "ContentType": "text/csv"}
    version = s3.put_object(Bucket=RAW, Key="flights/1.csv", Body=b"first", **told)["VersionId"]
    for key in ("flights/1.csv", "flights/2.csv", "weather/1.csv"):
        s3.put_object(Bucket=RAW, Key=key, Body=f"rows of {key}".encode(), **told)
    s3.put_object(Bucket=CLEAN, Key="flights/1.csv", Body=b"CLEAN", **told)
    days = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 365}}
    s3.put_bucket_lifecycle_configuration(Bucket=RAW, LifecycleConfiguration={"Rules": [days]})
    s3.put_bucket_policy(Bucket=RAW, Policy=json.dumps(_open_to_the_account()))
    s3.put_bucket_tagging(Bucket=RAW, Tagging={"TagSet": [{"Key": "owner", "Value": "prod"}]})
    notified = {"LambdaFunctionArn": ACCOUNT.function_arn(STEP), "Events": ["s3:ObjectCreated:*"]}
    document = {"LambdaFunctionConfigurations": [notified | {"Filter": _starting("flights/")}]}
    s3.put_bucket_notification_configuration(
        Bucket=RAW, NotificationConfiguration=document | {"EventBridgeConfiguration": {}}
    )
    upload = s3.create_multipart_upload(Bucket=RAW, Key="flights/1.csv")["UploadId"]
    s3.upload_part(Bucket=RAW, Key="flights/1.csv", UploadId=upload, PartNumber=1, Body=b"part")
    return {"version": version, "upload": upload}


def _open_to_the_account() -> dict[str, Any]:
    """As many a bucket has it: whoever is of the account may do everything. So a ghost's role has to hold by itself."""
    arn = ACCOUNT.bucket_arn(RAW)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    of_ours = {"Condition": {"StringEquals": {"aws:PrincipalAccount": PROD_ACCOUNT}}}
    return {"Version": "2012-10-17", "Statement": [everybody | of_ours]}


def _starting(prefix: str) -> dict[str, Any]:
    return {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}


def _make_functions(session: Session) -> None:
    iam, functions = session.client("iam"), session.client("lambda")
    trust = json.loads(TRUST)
    trust["Statement"][0]["Principal"] = {"AWS": ACCOUNT.root_arn, "Service": "lambda.amazonaws.com"}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=ROLE, PolicyName="own", PolicyDocument=json.dumps(OWN))
    for name, out in ((STEP, CLEAN), (REPORT, "flights-reports")):
        functions.create_function(
            FunctionName=name,
            Role=ACCOUNT.role_arn(ROLE),
            Runtime="python3.11",
            Handler="app.handler",
            Timeout=60,
            Code=IDLE,
            Environment={"Variables": {"OUT": out}},
            Tags={"owner": "prod"},
        )
        functions.add_permission(
            FunctionName=name,
            StatementId="s3",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=ACCOUNT.bucket_arn(RAW),
            SourceAccount=PROD_ACCOUNT,
        )


def _make_routes(session: Session) -> dict[str, str]:
    events, sqs, sns = (session.client(service) for service in ("events", "sqs", "sns"))
    for rule in (RULE, SPARE_RULE):
        events.put_rule(Name=rule, ScheduleExpression="rate(365 days)", Tags=[{"Key": "owner", "Value": "prod"}])
    events.put_targets(Rule=RULE, Targets=[{"Id": "1", "Arn": ACCOUNT.function_arn(REPORT), "Input": "{}"}])
    sqs.create_queue(QueueName=QUEUE, tags={"owner": "prod"}, Attributes={"VisibilityTimeout": "90"})
    sqs.send_message(QueueUrl=URL, MessageBody="flights/1.csv")
    topic = sns.create_topic(Name=TOPIC, Tags=[{"Key": "owner", "Value": "prod"}])["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ACCOUNT.queue_arn(QUEUE))
    mapping = session.client("lambda").create_event_source_mapping(
        FunctionName=REPORT, EventSourceArn=ACCOUNT.queue_arn(QUEUE), Enabled=False, BatchSize=3
    )
    return {"mapping": mapping["UUID"]}


def _make_rest(session: Session) -> None:
    logs = session.client("logs")
    logs.create_log_group(logGroupName=GROUP, tags={"owner": "prod"})
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    line = {"timestamp": 1_700_000_000_000, "message": "prod's"}
    logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[line])
    session.client("secretsmanager").create_secret(Name=SECRET, SecretString="prod's")
    session.client("ssm").put_parameter(Name=PARAMETER, Value="prod's", Type="SecureString")
    run = {"AttributeName": "run", "AttributeType": "S"}
    session.client("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[run],
        KeySchema=[{"AttributeName": "run", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    session.client("dynamodb").put_item(TableName=TABLE, Item={"run": {"S": "1"}})
