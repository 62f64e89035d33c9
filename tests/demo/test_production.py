"""The demo's production on the local AWS: real events run the real handlers over the real files."""

from __future__ import annotations

import csv
import io

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo import production_documents as docs
from dbt_ghost.demo.production import Production, install_state_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, session_of

COUNTS = {  # day -> (flights, cancelled, landing before they leave)
    "2013-02-08": (930, 472, 0),
    "2013-02-09": (684, 393, 9),
    "2013-02-11": (929, 73, 71),
}


@pytest.fixture
def account(aws_server: LocalStack) -> Session:
    return session_of(aws_server)


def test_files_flow_from_the_raw_bucket_to_the_curated_one(prod: Production, account: Session) -> None:
    prod.deliver_all(COUNTS)
    for day, counts in COUNTS.items():
        prod.wait_for(day)
        body = account.client("s3").get_object(Bucket="flights-curated", Key=f"flights/{day}.csv")["Body"].read()
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        overnight = [row for row in rows if row["arrived_at"] and row["arrived_at"] < row["departed_at"]]
        assert (len(rows), sum(row["cancelled"] == "true" for row in rows), len(overnight)) == counts
        assert any(row["temp"] for row in rows)


def test_the_raw_bucket_tells_eventbridge_too(prod: Production, account: Session) -> None:
    found = account.client("s3").get_bucket_notification_configuration(Bucket="flights-raw")
    assert found["EventBridgeConfiguration"] == {}
    assert found["LambdaFunctionConfigurations"] == docs.raw_notifications(prod.account)["LambdaFunctionConfigurations"]


def test_s3_may_invoke_each_function_for_its_bucket_only(prod: Production, account: Session) -> None:
    for function, bucket in (("flights-clean", "flights-raw"), ("flights-enrich", "flights-clean")):
        policy = account.client("lambda").get_policy(FunctionName=function)["Policy"]
        assert f"arn:aws:s3:::{bucket}" in policy
        assert PROD_ACCOUNT in policy


def test_a_day_that_never_comes_is_reported_with_the_functions_logs(prod: Production) -> None:
    with pytest.raises(GhostError, match=r"2013-03-01\.csv did not appear") as raised:
        prod.wait_for("2013-03-01", timeout_s=0.2)
    assert "cleaned s3://flights-raw/flights/" in raised.value.message
    assert "enriched s3://flights-clean/flights/" in raised.value.message


def test_another_bucket_can_be_waited_for(prod: Production, account: Session) -> None:
    with pytest.raises(GhostError, match=r"s3://flights-clean/flights/2013-03-01\.csv") as raised:
        prod.wait_for("2013-03-01", bucket="flights-clean", functions=["flights-clean"], timeout_s=0.1)
    assert "flights-enrich" not in raised.value.message
    prod.wait_for("2013-02-01", bucket="flights-clean", timeout_s=0.1)


def test_a_day_without_data_is_refused(prod: Production) -> None:
    with pytest.raises(GhostError, match="no file for 2013-02-15"):
        prod.deliver("2013-02-15")


def test_the_control_is_another_account_with_buckets_of_its_own(control: Production, prod: Production) -> None:
    assert control.account.id != prod.account.id
    assert not set(control.buckets.by_part().values()) & set(prod.buckets.by_part().values())


def test_the_state_bucket_is_versioned_and_private(prod: Production, account: Session) -> None:
    install_state_bucket(account, "flights-ghost-state-x")
    s3 = account.client("s3")
    assert s3.get_bucket_versioning(Bucket="flights-ghost-state-x")["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket="flights-ghost-state-x")["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
