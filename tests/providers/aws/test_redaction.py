"""Of a call everything may be written but secrets and data: what AWS's documents mark, and what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from dbt_ghost.providers.aws.redaction import (
    DATA,
    HIDDEN,
    SECRETS,
    SIGNED,
    redacted_answer,
    redacted_headers,
    redacted_params,
    redacted_text,
    secrets_in,
    without,
    wrong_parameters,
)
from tests.providers.aws.models import SERVICES, Sample, document, operation, operations

SIGNED_URL = "https://x.s3.amazonaws.com/snap/p?versionId=1&X-Amz-Security-Token=canary&X-Amz-Signature=canary"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"


def written(name: str, side: str, value: dict[str, Any]) -> str:
    redacted = redacted_params if side == "input" else redacted_answer
    return json.dumps(redacted(operation(name), value), default=str)


def test_nothing_that_aws_marks_sensitive_is_left_in_any_operation() -> None:
    marked = 0
    for name, side in operations():
        service, _, called = name.partition(".")
        sample = Sample(service)
        text = written(name, side, sample.of(called, side))
        assert [secret for secret in sample.secret if secret in text] == [], f"{name} {side}"
        marked += len(sample.secret)
    assert marked > 0


def test_what_is_no_secret_is_still_there() -> None:
    asked = {"FunctionName": "shop-clean", "Environment": {"Variables": {"A": "canary"}}, "MemorySize": 256}
    assert redacted_params(operation("lambda.CreateFunction"), asked) == {
        "FunctionName": "shop-clean",
        "Environment": {"Variables": HIDDEN},
        "MemorySize": 256,
    }


@pytest.mark.parametrize(
    ("name", "side", "value"),
    [
        ("lambda.Invoke", "input", {"FunctionName": "f", "Payload": "canary", "ClientContext": "canary"}),
        ("lambda.Invoke", "output", {"Payload": b"canary", "LogResult": "canary"}),
        ("lambda.UpdateFunctionCode", "input", {"ZipFile": b"canary"}),
        ("lambda.GetFunction", "output", {"Configuration": {"Environment": {"Error": {"Message": "canary"}}}}),
        ("s3.PutObject", "input", {"Body": "canary", "SSECustomerKey": "canary"}),
        ("s3.GetObject", "output", {"Body": object.__new__(type("canary", (), {}))}),
        ("sts.AssumeRole", "output", {"Credentials": {"SecretAccessKey": "canary", "SessionToken": "canary"}}),
        ("sts.AssumeRoleWithWebIdentity", "input", {"WebIdentityToken": "canary", "RoleArn": "arn"}),
        ("kms.Decrypt", "input", {"CiphertextBlob": "canary", "GrantTokens": ["canary"]}),
        ("kms.Decrypt", "output", {"Plaintext": "canary"}),
        ("sqs.SendMessage", "input", {"MessageBody": "canary", "MessageAttributes": {"a": {"StringValue": "canary"}}}),
        ("sqs.ReceiveMessage", "output", {"Messages": [{"Body": "canary"}]}),
        ("sns.Publish", "input", {"Message": "canary", "Subject": "canary"}),
        ("logs.FilterLogEvents", "output", {"events": [{"message": "canary"}]}),
        ("logs.GetLogEvents", "output", {"events": [{"message": "canary"}]}),
        ("events.PutTargets", "input", {"Targets": [{"Id": "1", "Input": "canary"}]}),
        ("events.PutEvents", "input", {"Entries": [{"Detail": "canary"}]}),
        ("ecr.GetAuthorizationToken", "output", {"authorizationData": [{"authorizationToken": "canary"}]}),
    ],
)
def test_credentials_and_data_that_no_model_marks_are_hidden(name: str, side: str, value: dict[str, Any]) -> None:
    text = written(name, side, value)
    assert "canary" not in text and HIDDEN in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lambda.GetFunction", {"Code": {"Location": "https://h/snap/p?other=canary"}}),
        ("lambda.GetLayerVersion", {"Content": {"Location": "https://h/snap/p?other=canary"}}),
        ("ecr.GetDownloadUrlForLayer", {"downloadUrl": "https://h/snap/p?other=canary"}),
        ("s3.CreateBucket", {"Location": "https://h/snap/p?x-amz-credential=canary"}),
    ],
)
def test_of_a_signed_url_only_the_place_is_left(name: str, value: dict[str, Any]) -> None:
    text = written(name, "output", value)
    assert "canary" not in text and "https://h/snap/p" in text


@pytest.mark.parametrize("value", [{"Unheard": "canary"}, {"MemorySize": "canary"}, {"Layers": "canary"}, {"Tags": 7}])
def test_what_the_model_does_not_know_is_hidden(value: dict[str, Any]) -> None:
    ((key, _),) = value.items()
    assert redacted_params(operation("lambda.CreateFunction"), value) == {key: HIDDEN}


def test_a_secret_leaves_no_length() -> None:
    asked = [{"Environment": {"Variables": {"A": "x" * length}}} for length in (0, 1, 100)]
    assert len({written("lambda.CreateFunction", "input", each) for each in asked}) == 1


def test_every_answers_own_parts_are_kept_without_credentials() -> None:
    headers = {"x-amzn-requestid": "r-1", "X-Amz-Security-Token": "canary", "location": SIGNED_URL}
    answer = {
        "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 403, "HTTPHeaders": headers, "Else": "canary"},
        "Error": {"Code": "Denied", "Message": f"no entry with {JWT}"},
    }
    text = written("lambda.GetFunction", "output", answer)
    assert all(kept in text for kept in ("r-1", "403", "Denied", "no entry with"))
    assert "canary" not in text and JWT not in text


def test_credentials_in_headers_are_hidden_however_they_are_spelled() -> None:
    for name in ("Authorization", "authorization", "X-Amz-Security-Token", "x-amz-security-token", "Set-Cookie"):
        assert redacted_headers({name: "canary", "host": "h"}) == {name: HIDDEN, "host": "h"}


def test_every_part_that_is_hidden_by_name_exists() -> None:
    """A name that AWS never had would hide nothing."""
    shapes = [item for service in SERVICES for item in document(service)["shapes"].items()]
    parts = {(name, member) for name, shape in shapes for member in shape.get("members", {})}
    assert parts >= DATA | SIGNED
    assert {member for _, member in parts} >= SECRETS


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (f"see {SIGNED_URL} now", f"see https://x.s3.amazonaws.com/snap/p?{HIDDEN} now"),
        ("see https://h/p?prefix=a&max=1", "see https://h/p?prefix=a&max=1"),
        ("by postgresql://user:p/w@x?#@db.internal/prod!", f"by postgresql://{HIDDEN}@db.internal/prod!"),
        ("proxy http://u:canary@proxy:1 failed", f"proxy http://{HIDDEN}@proxy:1 failed"),
        (f"token {JWT} is old", f"token {HIDDEN} is old"),
        ("key AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE", f"key {HIDDEN}, {HIDDEN}"),
        ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb", f"a\n{HIDDEN}\nb"),
        ("a -----BEGIN PRIVATE KEY-----\nMII and no end", f"a {HIDDEN}"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x", f"Authorization: {HIDDEN}"),
        ("GET /\nx-amz-security-token:canary\nhost:h", f"GET /\nx-amz-security-token:{HIDDEN}\nhost:h"),
        ('{"SecretAccessKey": "canary", "a": 1}', f'{{"SecretAccessKey": {HIDDEN}, "a": 1}}'),
        ("host=h password='can ary' user=u", f"host=h password={HIDDEN} user=u"),
        ("with Bearer canarycanary.x", f"with Bearer {HIDDEN}"),
        (
            'exceeded the 4KB limit. String measured: {"A":"canary"}',
            f"exceeded the 4KB limit. String measured: {HIDDEN}",
        ),
        ("Value 'a' at 'b' canary' at 'memorySize' failed", f"Value {HIDDEN} at 'memorySize' failed"),
        ('Invalid bucket name "canary": Bucket name must', f"Invalid bucket name {HIDDEN}: Bucket name must"),
        ("Throttling: Rate exceeded", "Throttling: Rate exceeded"),
        (
            "The security token included in the request is invalid",
            "The security token included in the request is invalid",
        ),
    ],
)
def test_free_text_loses_what_looks_like_a_credential_and_keeps_the_rest(text: str, after: str) -> None:
    assert redacted_text(text) == after


WRONG: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("lambda.CreateFunction", {}, ("FunctionName", "Role", "Code")),
    (
        "lambda.UpdateFunctionConfiguration",
        {"FunctionName": "f", "Environment": {"Variables": {"STAGE": ["canary\n, type: <class 'x'>, canary"]}}},
        ("Environment.Variables.STAGE",),
    ),
    ("lambda.UpdateFunctionConfiguration", {"FunctionName": "f", "Layers": ["x", 5]}, ("Layers[1]",)),
    ("lambda.UpdateFunctionConfiguration", {"FunctionName": "f", "VpcConfig": {"Nets": "canary"}}, ("VpcConfig.Nets",)),
    ("lambda.UpdateFunctionConfiguration", {"FunctionName": "f", "Timeout": 0}, ("Timeout",)),
    ("iam.GetRole", {"RoleName": ""}, ("RoleName",)),
]


@pytest.mark.parametrize(("name", "asked", "named"), WRONG)
def test_of_wrong_parameters_the_names_are_told(name: str, asked: dict[str, Any], named: tuple[str, ...]) -> None:
    report = ParamValidator().validate(asked, operation(name).input_shape).generate_report()
    assert wrong_parameters(report) == named


@pytest.mark.parametrize("value", [["canary"], ["a", "canary, x"], 4242, {"canary": 1}])
def test_botocores_words_for_a_wrong_parameter_lose_the_value(value: object) -> None:
    asked = {"FunctionName": "f", "Environment": {"Variables": {"STAGE": value}}}
    report = ParamValidator().validate(asked, operation("lambda.UpdateFunctionConfiguration").input_shape)
    text = redacted_text(str(ParamValidationError(report=report.generate_report())))
    assert "canary" not in text and "4242" not in text
    assert "Environment.Variables.STAGE" in text and "valid types" in text


def test_a_calls_secrets_are_found_and_taken_out_of_texts_in_every_spelling() -> None:
    secret = 'p"ä\n\\w'
    asked = {"FunctionName": "shop-clean", "Environment": {"Variables": {"A": secret, "B": "on"}}}
    found = secrets_in(operation("lambda.CreateFunction"), asked)
    assert found == {secret, "on"}
    for echo in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        assert without(f"on shop-clean: {echo}!", found) == f"on shop-clean: {HIDDEN}!"
