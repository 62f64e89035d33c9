"""The IAM documents of a ghost's roles."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core import policies
from dbt_ghost.core.calls import Use
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.policies import Bounds, Location
from dbt_ghost.core.topology import Account

ACCOUNT = Account("111111111111", "eu-west-1")
FUNCTION = ACCOUNT.function_arn("ghost-shop-x-123456-clean")
GROUP = "/aws/lambda/ghost-shop-x-123456-clean"
BOUNDS = Bounds(ACCOUNT, "shop-records", FUNCTION)
STREAMS = f"arn:aws:logs:eu-west-1:111111111111:log-group:{GROUP}:*"


def statements(policy: str) -> dict[str, dict[str, object]]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def step_policy() -> dict[str, dict[str, object]]:
    reads = [Location("p-raw", "in/", ".csv"), Location("p-raw", "ref/airports.csv", exact=True)]
    prod = [policies.read_prod(ACCOUNT, reads), *policies.list_prod(ACCOUNT, reads)]
    grants = [*prod, *policies.use_buckets(ACCOUNT, ["ghost-in"], ["ghost-out"])]
    return statements(policies.document([*grants, policies.write_logs(ACCOUNT, GROUP)], BOUNDS))


def test_a_step_reads_the_declared_keys_of_buckets_of_this_account_only() -> None:
    read = step_policy()["ReadProdObjects"]
    assert read["Resource"] == ["arn:aws:s3:::p-raw/in/*.csv", "arn:aws:s3:::p-raw/ref/airports.csv"]
    assert read["Condition"] == {"StringEquals": {"aws:ResourceAccount": "111111111111"}}


def test_a_step_writes_its_output_buckets_and_only_reads_its_inputs() -> None:
    found = step_policy()
    assert found["WriteGhostObjects"]["Resource"] == ["arn:aws:s3:::ghost-out/*"]
    assert found["ReadGhostObjects"]["Resource"] == ["arn:aws:s3:::ghost-in/*"]


def test_everything_else_is_denied_also_what_aws_adds_later() -> None:
    deny = step_policy()["ChangeNothingElse"]
    assert deny["Effect"] == "Deny"
    assert deny["NotAction"] == ["kms:Decrypt", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
    assert deny["NotResource"] == [STREAMS, "arn:aws:s3:::ghost-out/*"], "its input it only reads"


def test_reading_anything_but_the_declared_and_its_own_is_denied() -> None:
    deny = step_policy()["ReadNothingElse"]
    assert deny["Action"] == ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
    own = ["arn:aws:s3:::ghost-in", "arn:aws:s3:::ghost-in/*", "arn:aws:s3:::ghost-out", "arn:aws:s3:::ghost-out/*"]
    prod = ["arn:aws:s3:::p-raw", "arn:aws:s3:::p-raw/in/*.csv", "arn:aws:s3:::p-raw/ref/airports.csv"]
    assert deny["NotResource"] == [STREAMS, *own, *prod]


def test_a_role_without_reads_is_denied_them_with_all_else() -> None:
    function = "arn:aws:lambda:eu-west-1:111111111111:function:ghost-clean"
    grants = [*policies.hand_on([function], [], []), policies.write_logs(ACCOUNT, GROUP)]
    tap = statements(policies.document(grants, BOUNDS))
    assert tap["ChangeNothingElse"]["NotResource"] == [function, STREAMS]
    assert tap["ChangeNothingElse"]["NotAction"] == ["kms:Decrypt"]
    assert "ReadNothingElse" not in tap


def test_no_step_may_invoke_anything() -> None:
    assert "lambda:InvokeFunction" not in json.dumps(step_policy())


def test_what_reads_names_outside_s3_is_read_and_nothing_of_its_kind_besides() -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-ghost-loader-AbCdEf"
    found = statements(policies.document(policies.read_elsewhere([secret]), BOUNDS))
    assert found["ReadSecrets"]["Resource"] == [secret]
    assert found["ReadNothingElse"] == {
        "Sid": "ReadNothingElse",
        "Effect": "Deny",
        "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        "NotResource": [secret],
    }
    assert "secretsmanager:PutSecretValue" not in json.dumps(found["ChangeNothingElse"]["NotAction"])


def test_a_service_whose_reads_are_not_in_the_table_is_refused() -> None:
    with pytest.raises(Refused, match="is of rds-db"):
        policies.read_elsewhere(["arn:aws:rds-db:eu-west-1:111111111111:dbuser:x/y"])


def test_keys_are_used_through_s3_only() -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/1"
    found = statements(policies.document([policies.use_keys(ACCOUNT, "DecryptProd", "decrypt", [key])], BOUNDS))
    assert found["DecryptProd"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def test_a_grant_of_nothing_is_no_statement() -> None:
    found = statements(policies.document(policies.use_buckets(ACCOUNT, [], ["ghost-out"]), BOUNDS))
    allowed = {sid for sid, each in found.items() if each["Effect"] == "Allow"}
    assert allowed == {"WriteGhostObjects", "ListGhostBuckets"}


def test_no_role_may_create_a_log_group() -> None:
    assert "logs:CreateLogGroup" not in json.dumps(step_policy())


def test_only_lambda_may_assume_a_ghost_role() -> None:
    (trust,) = json.loads(policies.TRUST)["Statement"]
    assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, ["sts:AssumeRole"])


@given(st.sampled_from("*?${}"), st.text(max_size=5), st.sampled_from(["bucket", "prefix", "suffix"]))
def test_characters_that_iam_reads_as_a_pattern_never_reach_a_policy(bad: str, around: str, where: str) -> None:
    location = Location(**{"bucket": "b", "prefix": "p", "suffix": "s", where: around + bad})
    with pytest.raises(Refused, match="meaning of its own"):
        location.objects(ACCOUNT)


@pytest.mark.parametrize(
    ("url", "arn"),
    [
        ("s3://b/in/", "arn:aws:s3:::b/in/*"),
        ("s3://b/in/one.csv", "arn:aws:s3:::b/in/one.csv"),
        ("s3://b/", "arn:aws:s3:::b/*"),
        ("s3://b", "arn:aws:s3:::b/*"),
    ],
)
def test_a_url_is_a_prefix_or_one_object(url: str, arn: str) -> None:
    assert Location.of_url(url).objects(ACCOUNT) == arn


def test_a_listing_of_other_prefixes_is_refused_whatever_a_bucket_says() -> None:
    deny = step_policy()["ListNothingElse1"]
    assert (deny["Effect"], deny["Action"], deny["Resource"]) == ("Deny", ["s3:ListBucket"], ["arn:aws:s3:::p-raw"])
    assert deny["Condition"] == {"StringNotLike": {"s3:prefix": ["in/*", "ref/airports.csv"]}}


def test_who_may_read_all_of_a_bucket_lists_it_without_a_prefix() -> None:
    found = statements(policies.document(policies.list_prod(ACCOUNT, [Location("p-raw")]), BOUNDS))
    assert "s3:prefix" not in json.dumps(found)


def test_the_records_and_other_accounts_are_closed_to_every_role() -> None:
    found = step_policy()
    assert found["NoRecords"]["Resource"] == ["arn:aws:s3:::shop-records", "arn:aws:s3:::shop-records/*"]
    assert found["NoOtherAccount"]["Condition"] == {"StringNotEquals": {"aws:ResourceAccount": "111111111111"}}


def test_credentials_are_of_no_use_outside_the_function() -> None:
    deny = step_policy()["OnlyInsideItsFunction"]
    assert (deny["Action"], deny["Resource"]) == (["s3:*"], ["*"])
    assert deny["Condition"] == {"ArnNotLike": {"lambda:SourceFunctionArn": FUNCTION}}


@pytest.mark.parametrize(
    ("use", "service"),
    [
        *(("read", "s3"), ("write", "s3"), ("stage", "s3"), ("invoke", "lambda")),
        *(("secret", "secretsmanager"), ("parameter", "ssm"), ("table", "dynamodb")),
    ],
)
def test_credentials_for_whatever_the_code_calls_are_of_no_use_outside_the_function(use: Use, service: str) -> None:
    found = statements(policies.document([policies.Grant("Some", use, ("arn:aws:x",), "Some")], BOUNDS))
    assert found["OnlyInsideItsFunction"]["Action"] == [f"{service}:*"]


def test_every_statement_says_why_it_is_there() -> None:
    reads = policies.list_prod(ACCOUNT, [Location("p-raw", "in/")])
    assert all(each.reason for each in policies.statements(reads, BOUNDS))


def test_a_document_longer_than_aws_takes_is_refused() -> None:
    reads = [Location("p-raw", f"{number:040}/") for number in range(80)]
    with pytest.raises(Refused, match="AWS takes 10240"):
        policies.document([policies.read_prod(ACCOUNT, reads)], BOUNDS)
