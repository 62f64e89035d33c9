"""Cleans one day of flights: `flights/<day>.csv.gz` as the bureau delivers it -> `flights/<day>.csv` in OUT_BUCKET.

Raw times are local clock times written as numbers (517 is 05:17, 2400 is midnight), and NA is "not known".
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import boto3

logging.basicConfig()  # Lambda has a handler of its own already; other runtimes may not
log = logging.getLogger()
log.setLevel(os.environ.get("LOG_LEVEL", "INFO"))

COLUMNS = (
    "flight_date",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "scheduled_departure",
    "departed_at",
    "arrived_at",
    "dep_delay",
    "arr_delay",
    "distance",
    "cancelled",
)


def handler(event: dict[str, Any], context: object) -> None:
    """Cleans every object of an S3 event. Raises on the first one that cannot be read, so that Lambda tries again."""
    for bucket, key in objects_of(event):
        rows = process(s3(), bucket, key, os.environ["OUT_BUCKET"])
        log.info("cleaned s3://%s/%s: %d rows", bucket, key, rows)


@lru_cache(maxsize=1)
def s3() -> Any:
    return boto3.client("s3")


def objects_of(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(bucket, key) of each record; S3 form-encodes the keys of its events."""
    for record in event["Records"]:
        yield record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])


def process(client: Any, bucket: str, key: str, out_bucket: str) -> int:
    """Cleans one object and returns its number of flights."""
    raw = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    rows = clean(csv.DictReader(io.StringIO(gzip.decompress(raw).decode())))
    client.put_object(
        Bucket=out_bucket, Key=key.removesuffix(".gz"), Body=as_csv(rows).encode(), ContentType="text/csv"
    )
    return len(rows)


def clean(raw: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Clean flights in a fixed order: the same input gives the same file."""
    flights = [clean_flight(row) for row in raw]
    order = ("scheduled_departure", "origin", "carrier", "flight")
    return sorted(flights, key=lambda row: [row[name] for name in order])


def clean_flight(row: dict[str, str]) -> dict[str, str]:
    known = {name: "" if value == "NA" else value for name, value in row.items()}
    day = datetime(int(row["year"]), int(row["month"]), int(row["day"]))
    scheduled = clock(day, known["sched_dep_time"])
    # The delay knows the day of a departure after midnight; dep_time is only a clock.
    departed = scheduled + timedelta(minutes=int(known["dep_delay"])) if known["dep_time"] else None
    return {
        "flight_date": day.date().isoformat(),
        "scheduled_departure": as_text(scheduled),
        "departed_at": as_text(departed),
        "arrived_at": as_text(arrival(day, known["arr_time"], departed)),
        "cancelled": "false" if departed else "true",
        **{name: known[name] for name in COLUMNS if name in known},
    }


def arrival(day: datetime, arr_time: str, departed: datetime | None) -> datetime | None:
    """When the flight landed, on the clock of its destination: on the next day if it would land before it left."""
    if not arr_time or departed is None:
        return None
    landed = clock(day, arr_time)
    return landed if landed >= departed else landed + timedelta(days=1)


def clock(day: datetime, number: str) -> datetime:
    """517 -> that day 05:17; 2400 -> the next day 00:00."""
    hours, minutes = divmod(int(number), 100)
    return day + timedelta(hours=hours, minutes=minutes)


def as_text(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def as_csv(rows: Iterable[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
