"""Production is read as it stands, and what a copy could not carry is named."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import ProdBucket, ProdFunction
from dbt_ghost.providers.artifacts import sha256, zipped
from dbt_ghost.providers.aws.prod import CARRIED, HARMLESS, UNMODELLED, AwsProd, unmodelled
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import answers

CODE = zipped({"app.py": b"def handler(event, context): return 1"})
ARN = f"arn:aws:lambda:{REGION}:{PROD_ACCOUNT}:function:flights-clean"
ROLE = f"arn:aws:iam::{PROD_ACCOUNT}:role/flights-clean"
LOCATION = {"LocationConstraint": REGION}


@pytest.fixture
def prod(session: Session) -> AwsProd:
    s3, functions = session.client("s3"), session.client("lambda")
    s3.create_bucket(Bucket="flights-raw", CreateBucketConfiguration=LOCATION)
    functions.create_function(
        FunctionName="flights-clean",
        Role=ROLE,
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": CODE},
        Environment={"Variables": {"OUT_BUCKET": "flights-clean", "API_TOKEN": "hidden"}},
        Timeout=30,
        MemorySize=256,
    )
    for sid, bucket in (("b", "flights-raw"), ("a", "another"), ("c", "flights-raw")):
        functions.add_permission(
            FunctionName="flights-clean",
            StatementId=sid,
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceArn=f"arn:aws:s3:::{bucket}",
        )
    return AwsProd(session)


def test_a_function_is_read_with_who_may_invoke_it(prod: AwsProd) -> None:
    found = prod.function("flights-clean")
    assert found == ProdFunction(
        name="flights-clean",
        arn=ARN,
        role_arn=ROLE,
        runtime="python3.11",
        handler="app.handler",
        code_sha256=sha256(CODE),
        architecture="x86_64",
        memory_mb=256,
        timeout_s=30,
        ephemeral_mb=512,
        layers=(),
        environment=(("API_TOKEN", "hidden"), ("OUT_BUCKET", "flights-clean")),
        unmodelled=(),
        invoked_by=("another", "flights-raw"),
    )
    assert "hidden" not in repr(found)


def test_the_package_comes_back_byte_for_byte(prod: AwsProd) -> None:
    assert prod.artifact("flights-clean") == CODE


def test_a_missing_function_or_bucket_is_not_found(prod: AwsProd) -> None:
    for attempt in (prod.function, prod.artifact, prod.bucket):
        with pytest.raises(NotFound, match="flights-nowhere"):
            attempt("flights-nowhere")


def test_the_commonest_reasons_for_a_missing_function_are_said(prod: AwsProd) -> None:
    for attempt in (prod.function, prod.artifact):
        with pytest.raises(NotFound) as caught:
            attempt("flights-nowhere")
        assert "correct ingestion.steps.<step>.function" in caught.value.hint
        assert f"{PROD_ACCOUNT}, {REGION}" in caught.value.hint


def test_a_container_image_is_an_error_with_what_to_do() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": {}, "Code": {"RepositoryType": "ECR"}})
        with pytest.raises(GhostError, match="container image") as caught:
            AwsProd(session).artifact("flights-clean")
    assert "zip package" in caught.value.hint


def test_a_bucket_is_read_with_its_entries_for_functions(prod: AwsProd, session: Session) -> None:
    assert prod.bucket("flights-raw") == ProdBucket("flights-raw", (), False)
    rules = [{"Name": "Prefix", "Value": "year%3D2013/"}, {"Name": "Suffix", "Value": ".csv.gz"}]
    queue = session.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    queue_arn = session.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    document = {
        "LambdaFunctionConfigurations": [
            {"LambdaFunctionArn": ARN, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
        ],
        "QueueConfigurations": [
            {"QueueArn": queue_arn["Attributes"]["QueueArn"], "Events": ["s3:ObjectRemoved:*"]},
        ],
        "EventBridgeConfiguration": {},
    }
    session.client("s3").put_bucket_notification_configuration(Bucket="flights-raw", NotificationConfiguration=document)
    entry = BucketEvent(ARN, ("s3:ObjectCreated:*",), "year=2013/", ".csv.gz")
    assert prod.bucket("flights-raw") == ProdBucket("flights-raw", (entry,), True)


def test_a_bucket_of_another_region_is_refused() -> None:
    with answers("s3") as session:
        session.say("s3.head_bucket", {"BucketRegion": "us-east-1"}, Bucket="x", ExpectedBucketOwner=PROD_ACCOUNT)
        session.say("s3.get_bucket_notification_configuration", {})
        with pytest.raises(GhostError, match="is in region us-east-1, but the configured region is eu-west-1"):
            AwsProd(session).bucket("x")


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"}}, "VPC"),
        ({"FileSystemConfigs": [{"Arn": "x", "LocalMountPath": "/mnt"}]}, "EFS"),
        ({"DeadLetterConfig": {"TargetArn": "x"}}, "dead-letter target"),
        ({"KMSKeyArn": "x"}, "own KMS key for the environment"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}}, "SnapStart"),
        ({"PackageType": "Image"}, "container image"),
        ({"DurableConfig": {"ExecutionTimeout": 60}}, "durable execution"),
        ({"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}, "tenant isolation"),
        ({"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {}}, "X": 1}, "X"),
        ({"SigningProfileVersionArn": "x"}, "code signing"),
        ({"QuantumConfig": {"Enabled": True}}, "QuantumConfig"),
        ({"Environment": {"Error": {"ErrorCode": "AccessDenied"}}}, "environment that cannot be read"),
    ],
)
def test_what_a_copy_could_not_carry_is_named(part: dict[str, Any], named: str) -> None:
    assert unmodelled({"FunctionName": "x", "Handler": "y"} | part) == {named}


def test_what_is_switched_off_is_not_named() -> None:
    off = {
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "PackageType": "Zip",
        "KMSKeyArn": "",
        "FileSystemConfigs": [],
    }
    assert unmodelled(off) == set()


def test_every_part_that_this_boto3_knows_was_thought_about(session: Session) -> None:
    known = set(session.client("lambda").meta.service_model.shape_for("FunctionConfiguration").members)
    assert known <= CARRIED | HARMLESS | set(UNMODELLED)


@pytest.mark.parametrize(
    ("location", "says"),
    [("http://example.com/code", "not https"), ("http://127.0.0.1:1/code", "not https"), ("file:///etc", "not https")],
)
def test_code_is_not_taken_from_just_anywhere(location: str, says: str) -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": {"CodeSha256": "x"}, "Code": {"Location": location}})
        with pytest.raises(GhostError, match=says):
            AwsProd(session).artifact("flights-clean")


def test_code_that_is_not_what_lambda_says_it_runs_is_refused(prod: AwsProd, session: Session) -> None:
    client = session.client("lambda")

    def answer_with_another_hash(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Configuration"]["CodeSha256"] = "another"

    client.meta.events.register("after-call.lambda.GetFunction", answer_with_another_hash)
    with pytest.raises(GhostError, match="not what Lambda says"):
        prod.artifact("flights-clean")


def test_destinations_of_asynchronous_calls_are_named(prod: AwsProd, session: Session) -> None:
    session.client("lambda").put_function_event_invoke_config(
        FunctionName="flights-clean", DestinationConfig={"OnSuccess": {"Destination": ARN}}
    )
    assert prod.function("flights-clean").unmodelled == ("asynchronous destinations",)
