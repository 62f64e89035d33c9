"""An account whose stages lead to a local S3: prod's landing table, its bucket, and a loader role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.snowflake_double.actors import SETUP, Company
from tests.snowflake_double.server import Double

BUCKET = "prod-raw"
LANDING = f"""
use role accountadmin
create storage integration s3_prod type = external_stage storage_provider = 's3' enabled = true
 storage_aws_role_arn = 'arn:aws:iam::111111111111:role/snowflake' storage_allowed_locations = ('s3://{BUCKET}/in/')
grant usage on integration s3_prod to role transformer
use role transformer
create table prod.shop.landing (id int, name varchar, file varchar)
create stage prod.shop.raw url = 's3://{BUCKET}/in/' storage_integration = s3_prod
create table prod.shop.payloads (body variant)
"""


@dataclass
class Bucket:
    client: Any

    def put(self, key: str, body: bytes | str) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=body)


@contextmanager
def landing(aws: LocalStack) -> Iterator[tuple[Company, Bucket]]:
    client = boto3.client(
        "s3", endpoint_url=aws.url, aws_access_key_id=PROD_ACCOUNT, aws_secret_access_key="test", region_name=REGION
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    with Double(s3=aws.url, key=PROD_ACCOUNT, secret="test") as double:
        made = Company(double)
        made.accountadmin.do(SETUP + LANDING.replace("\n ", " ") + "use role accountadmin")
        try:
            yield made, Bucket(client)
        finally:
            for actor in made.actors.values():
                actor.connection.close()
