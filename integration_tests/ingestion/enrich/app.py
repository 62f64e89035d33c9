"""Enriches one day of clean flights with names and weather: `flights/<day>.csv` -> the same key in OUT_BUCKET.

Weather is that of the scheduled hour at the origin. Both tables carry the hour on the local clock of New York, which
is what they are joined on; `time_hour` in the weather is the same hour in UTC.
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import boto3

logging.basicConfig()  # Lambda has a handler of its own already; other runtimes may not
log = logging.getLogger()
log.setLevel(os.environ.get("LOG_LEVEL", "INFO"))

WEATHER = ("temp", "wind_speed", "visib")
COLUMNS = (
    "flight_date",
    "carrier",
    "carrier_name",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "dest_name",
    "scheduled_departure",
    "departed_at",
    "arrived_at",
    "dep_delay",
    "arr_delay",
    "distance",
    "cancelled",
    *WEATHER,
)

Row = dict[str, str]


@dataclass(frozen=True)
class Reference:
    """`weather` is by (origin, local hour as `2013-02-08 23`)."""

    carriers: dict[str, str]
    airports: dict[str, str]
    weather: dict[tuple[str, str], Row]


def handler(event: dict[str, Any], context: object) -> None:
    """Enriches every object of an S3 event. Raises on the first one that fails, so that Lambda tries again."""
    for bucket, key in objects_of(event):
        rows = process(s3(), bucket, key, os.environ["REFERENCE_BUCKET"], os.environ["OUT_BUCKET"])
        log.info("enriched s3://%s/%s: %d rows", bucket, key, rows)


@lru_cache(maxsize=1)
def s3() -> Any:
    return boto3.client("s3")


def objects_of(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(bucket, key) of each record; S3 form-encodes the keys of its events."""
    for record in event["Records"]:
        yield record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])


def process(client: Any, bucket: str, key: str, reference_bucket: str, out_bucket: str) -> int:
    """Enriches one object and returns its number of flights."""
    text = client.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    rows = enrich(csv.DictReader(io.StringIO(text)), reference(client, reference_bucket))
    client.put_object(Bucket=out_bucket, Key=key, Body=as_csv(rows).encode(), ContentType="text/csv")
    return len(rows)


@lru_cache(maxsize=1)
def reference(client: Any, bucket: str) -> Reference:
    """Read once per process: the files change with a deployment, not with the days."""
    tables = {name: read_table(client, bucket, name) for name in ("airlines", "airports", "weather")}
    return Reference(
        carriers={row["carrier"]: row["name"] for row in tables["airlines"]},
        airports={row["faa"]: row["name"] for row in tables["airports"]},
        weather={(row["origin"], local_hour(row)): known(row) for row in tables["weather"]},
    )


def read_table(client: Any, bucket: str, name: str) -> list[Row]:
    packed = client.get_object(Bucket=bucket, Key=f"reference/{name}.csv.gz")["Body"].read()
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))


def local_hour(weather: Row) -> str:
    year, month, day, hour = (int(weather[name]) for name in ("year", "month", "day", "hour"))
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}"


def known(row: Row) -> Row:
    return {name: "" if value == "NA" else value for name, value in row.items()}


def enrich(flights: Iterable[Row], tables: Reference) -> list[Row]:
    """Flights in the order given. What the reference does not know stays empty: no flight is lost for it."""
    return [enrich_flight(flight, tables) for flight in flights]


def enrich_flight(flight: Row, tables: Reference) -> Row:
    weather = tables.weather.get((flight["origin"], flight["scheduled_departure"][:13]), {})
    return {
        **flight,
        "carrier_name": tables.carriers.get(flight["carrier"], ""),
        "dest_name": tables.airports.get(flight["dest"], ""),
        **{name: weather.get(name, "") for name in WEATHER},
    }


def as_csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
