"""The enrich step on the real files."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

COLUMNS = (
    "flight_date,carrier,carrier_name,flight,tailnum,origin,dest,dest_name,scheduled_departure,departed_at,arrived_at,"
    "dep_delay,arr_delay,distance,cancelled,temp,wind_speed,visib"
)
DAYS = [f"2013-02-{day:02d}" for day in range(1, 15)]


@pytest.fixture
def run(prod_clean: ModuleType, prod_enrich: ModuleType, raw: Any) -> Any:
    def enriched(day: str) -> list[dict[str, str]]:
        prod_clean.process(raw, "flights-raw", f"flights/{day}.csv.gz", "clean")
        prod_enrich.process(raw, "clean", f"flights/{day}.csv", "flights-raw", "curated")
        return list(raw.rows("curated", f"flights/{day}.csv"))

    return enriched


def test_columns_are_the_published_ones_in_order(run: Any, raw: Any) -> None:
    run("2013-02-01")
    assert raw.objects["curated", "flights/2013-02-01.csv"].decode().splitlines()[0] == COLUMNS


@pytest.mark.parametrize("day", DAYS)
def test_no_flight_is_lost_and_nothing_clean_is_changed(run: Any, raw: Any, day: str) -> None:
    rows = run(day)
    clean = raw.rows("clean", f"flights/{day}.csv")
    assert [{name: row[name] for name in clean[0]} for row in rows] == clean
    assert all(row["carrier_name"] for row in rows)


def test_only_airports_outside_the_reference_stay_without_a_name(run: Any) -> None:
    rows = [row for day in DAYS for row in run(day)]
    assert {row["dest"] for row in rows if not row["dest_name"]} == {"BQN", "PSE", "SJU", "STT"}
    assert {row["dest_name"] for row in rows if row["dest"] == "IAH"} == {"George Bush Intercontinental"}


def test_weather_is_that_of_the_scheduled_hour_at_the_origin(run: Any, raw: Any, prod_enrich: ModuleType) -> None:
    weather = {(row["origin"], row["time_hour"]): row for row in prod_enrich.read_table(raw, "flights-raw", "weather")}
    row = next(row for row in run("2013-02-08") if row["scheduled_departure"] == "2013-02-08 15:28:00")
    at_the_time = weather[row["origin"], "2013-02-08T20:00:00Z"]  # 15:00 in New York
    assert (row["temp"], row["wind_speed"], row["visib"]) == tuple(
        at_the_time[name] for name in ("temp", "wind_speed", "visib")
    )


def test_unknown_weather_is_empty(prod_enrich: ModuleType) -> None:
    tables = prod_enrich.Reference({}, {}, {("JFK", "2013-02-08 23"): prod_enrich.known({"temp": "NA", "visib": "1"})})
    flight = {"origin": "JFK", "carrier": "B6", "dest": "SJU", "scheduled_departure": "2013-02-08 23:59:00"}
    row = prod_enrich.enrich_flight(flight, tables)
    assert (row["temp"], row["visib"], row["wind_speed"], row["carrier_name"]) == ("", "1", "", "")


def test_the_reference_is_read_once(run: Any, raw: Any) -> None:
    run("2013-02-01")
    run("2013-02-02")
    assert sum(key.startswith("reference/") for key in raw.reads) == 3
