"""Reading a bucket under a DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import duckdb
import pytest

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.providers import lake_s3
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION

BUCKET = "shop-curated"
ODD_KEYS = (
    "in/2013-02-01.csv",
    "in/a b+c.csv",
    "in/deep/er.csv",
    "in/h#1.csv",
    "in/o'k.csv",
    "in/st*r.csv",
    "in/x[1].csv",
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as made:
        yield made


@pytest.fixture
def s3(session: Session) -> Any:
    client = session.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def environ(aws: LocalStack) -> Mapping[str, str]:
    return {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": PROD_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "a'secret",
        "AWS_REGION": REGION,
    }


def test_odd_keys_are_listed_and_read(aws: LocalStack, s3: Any, connection: duckdb.DuckDBPyConnection) -> None:
    for key in ODD_KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=f"key\n{key}\n".encode())
    s3.put_object(Bucket=BUCKET, Key="in/", Body=b"")
    s3.put_object(Bucket=BUCKET, Key="internal.csv", Body=b"key\nno\n")
    lake_s3.open_bucket(connection, BUCKET, environ(aws))

    files = lake_s3.files(connection, BUCKET, "in/")

    assert tuple(file.key for file in files) == ODD_KEYS
    assert all(file.size and file.modified for file in files)
    for file in files:
        assert connection.execute(f"from read_csv('{file.path.replace(chr(39), chr(39) * 2)}')").fetchall() == [
            (file.key,)
        ]


@pytest.mark.parametrize(
    ("prefix", "expected"), [("", 3), ("in", 3), ("in/2", 2), ("in/2013-02-02.csv", 1), ("out/", 0)]
)
def test_a_prefix_need_not_be_a_folder(
    aws: LocalStack, s3: Any, connection: duckdb.DuckDBPyConnection, prefix: str, expected: int
) -> None:
    for key in ("in/2013-02-01.csv", "in/2013-02-02.csv", "internal.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"a\n1\n")
    lake_s3.open_bucket(connection, BUCKET, environ(aws))

    assert len(lake_s3.files(connection, BUCKET, prefix)) == expected


def test_a_bucket_that_is_not_there_says_how_to_make_it(aws: LocalStack, connection: duckdb.DuckDBPyConnection) -> None:
    lake_s3.open_bucket(connection, BUCKET, environ(aws))
    with pytest.raises(NotFound, match=f"no bucket {BUCKET}") as raised:
        lake_s3.files(connection, BUCKET, "")
    assert "ghost-ingest fork" in raised.value.hint


def test_a_bucket_that_may_not_be_read_is_not_taken_for_empty_or_absent(
    strict_aws: LocalStack, connection: duckdb.DuckDBPyConnection
) -> None:
    lake_s3.open_bucket(connection, BUCKET, {**environ(strict_aws), "AWS_ACCESS_KEY_ID": "AKIANOBODY"})
    with pytest.raises(Denied, match=BUCKET):
        lake_s3.files(connection, BUCKET, "")


def test_a_key_that_duckdb_cannot_read_is_said(aws: LocalStack, s3: Any, connection: duckdb.DuckDBPyConnection) -> None:
    s3.put_object(Bucket=BUCKET, Key="in/what?.csv", Body=b"a\n1\n")
    lake_s3.open_bucket(connection, BUCKET, environ(aws))
    with pytest.raises(GhostError, match="question mark"):
        lake_s3.files(connection, BUCKET, "in/")


def test_without_credentials_the_error_says_what_to_set(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(GhostError) as raised:
        lake_s3.open_bucket(connection, BUCKET, {})
    assert "AWS_ACCESS_KEY_ID" in raised.value.hint


def test_a_secret_of_the_profile_will_do(connection: duckdb.DuckDBPyConnection) -> None:
    lake_s3.load_extension(connection, "httpfs")
    connection.execute("create secret of_the_profile (type s3, key_id 'a', secret 'b')")

    lake_s3.open_bucket(connection, BUCKET, {})


class Echoing:
    """A connection whose errors quote the statement, as DuckDB's do."""

    def cursor(self) -> Echoing:
        return self

    def execute(self, statement: str) -> None:
        if statement.startswith("create"):
            raise duckdb.ParserException(f"Parser Error: LINE 1: {statement}")


def test_a_secret_is_never_in_an_error() -> None:
    secrets = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "hush"}

    with pytest.raises(GhostError) as raised:
        lake_s3.open_bucket(cast(duckdb.DuckDBPyConnection, Echoing()), BUCKET, secrets)

    assert "hush" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {}),
        ("http://127.0.0.1:4566", {"endpoint": "127.0.0.1:4566", "url_style": "path", "use_ssl": "false"}),
        ("https://minio.example.com/", {"endpoint": "minio.example.com", "url_style": "path", "use_ssl": "true"}),
    ],
)
def test_an_endpoint_becomes_duckdbs_settings(url: str, expected: dict[str, str]) -> None:
    assert lake_s3._endpoint(url) == expected


def test_a_file_is_loaded_whole_or_not_at_all(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table t (n int); create table h (n int)")
    statements = ["delete from t", "insert into t values (1), (2)", "delete from h", "insert into h values (1)"]

    assert lake_s3.load(connection, statements) == 2
    with pytest.raises(GhostError, match="nothing of it was"):
        lake_s3.load(
            connection, ["delete from t", "insert into t values ('x')", "delete from h", "insert into h values (2)"]
        )

    assert connection.execute("select count(*) from t").fetchall() == [(2,)]
