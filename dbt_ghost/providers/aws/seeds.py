"""History of prod's, copied into a ghost's bucket before anything listens to it. A tag says what is there whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from dbt_ghost.core.naming import md5
from dbt_ghost.core.policies import Location
from dbt_ghost.core.resources import Bucket
from dbt_ghost.providers.aws.prod_objects import AwsProdObjects
from dbt_ghost.providers.aws.session import Session, friendly_errors
from dbt_ghost.tap.staging import AWS_LIMITS, CopyLimits, Version, copied

SEED_TAG = "dbt-ghost:seed:"
AT_ONCE = 8


def seeds_in(tags: Mapping[str, str]) -> tuple[str, ...]:
    """The s3:// URLs whose copies are complete, by the bucket's tags, sorted."""
    return tuple(sorted(value for key, value in tags.items() if key.startswith(SEED_TAG)))


def tags_of(bucket: Bucket) -> dict[str, str]:
    return {f"{SEED_TAG}{md5(url)[:8]}": url for url in bucket.seeds}


def sow(session: Session, bucket: Bucket, existing: tuple[str, ...], limits: CopyLimits = AWS_LIMITS) -> None:
    """Copy what is not there yet: the current version of every object, to the same key.

    Killed, the next put goes on: what is there already, equal in size and ETag, is not copied again. An object that
    went away meanwhile is left out.
    """
    s3 = session.client("s3")

    def copy(version: Version) -> bool:
        return copied(s3, version, bucket.name, limits)

    for url in bucket.seeds:
        if url not in existing:
            with friendly_errors(f"copying {url} into bucket {bucket.name}"), ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(copy, _missing(session, bucket, url)))


def _missing(session: Session, bucket: Bucket, url: str) -> Iterator[Version]:
    source, objects = Location.of_url(url), AwsProdObjects(session)
    there = {each.key: (each.size, each.etag) for each in objects.list(bucket.name, source.prefix)}
    for each in objects.list(source.bucket, source.prefix):
        meant = each.key == source.prefix if source.exact else True
        if meant and there.get(each.key) != (each.size, each.etag):
            yield Version(source.bucket, each.key)
