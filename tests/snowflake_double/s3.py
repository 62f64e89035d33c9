"""The buckets behind external stages: the files at a stage's location, read from the S3 that the double was given.

Buckets are in REGION, but for those that a test names in `account.properties["bucket_regions"]` ({bucket: region}).
"""

from __future__ import annotations

import weakref

from dbt_ghost.providers.lake import load_extension
from tests.snowflake_double import errors, integrations
from tests.snowflake_double.catalog import Account, Object
from tests.snowflake_double.reading import File, files_under, sql_text
from tests.snowflake_double.server import Double
from tests.snowflake_double.session import Session

REGION = "eu-west-1"
_opened: weakref.WeakSet[Double] = weakref.WeakSet()


def bucket_region(account: Account, url: str) -> str:
    bucket = url.removeprefix("s3://").partition("/")[0]
    return str(account.properties.get("bucket_regions", {}).get(bucket, REGION))


def url_of(stage: Object, path: str) -> str:
    """A stage's location with a path behind it. Both are prefixes: without a slash at its end, s3://b/in has s3://b/in2."""
    url = str(stage.properties["url"])
    return f"{url.rstrip('/')}/{path}" if path else url


def files_at(session: Session, stage: Object, path: str) -> list[File]:
    """The files under a stage's location and path, if the role may use the stage and its integration allows it."""
    if not session.can("USAGE" if stage.properties["url"] else "READ", stage):
        raise errors.insufficient("stage", stage.name)
    if not stage.properties["url"]:
        raise errors.unmodelled(f"files of the internal stage {stage.full_name}")
    url = url_of(stage, path)
    name = stage.properties["storage_integration"]
    if name:
        integration = session.account.of_kind("INTEGRATION").get(name)
        if integration is None:
            raise errors.does_not_exist("Integration", name)
        integrations.check_location(integration, url)
    _open(session.double)
    return files_under(session.duck, url)


def _open(double: Double) -> None:
    """DuckDB's secrets and extensions belong to the instance: once for all its cursors."""
    if not double.s3:
        raise errors.unmodelled("s3:// without Double(s3=<url of an S3 server>)")
    with double.lock:
        if double in _opened:
            return
        load_extension(double.store.duck, "httpfs")
        scheme, _, address = double.s3.rpartition("://")
        settings = {
            "key_id": double.key,
            "secret": double.secret,
            "region": REGION,
            "endpoint": address.rstrip("/"),
            "url_style": "path",
            "use_ssl": "false" if scheme == "http" else "true",
        }
        given = ", ".join(f"{name} {sql_text(value)}" for name, value in settings.items())
        double.store.duck.execute(f"create or replace temporary secret double_s3 (type s3, {given})")
        _opened.add(double)
