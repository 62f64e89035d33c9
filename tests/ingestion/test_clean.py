"""The clean step on the real files: what production gets right, what it gets wrong, and what the branch changes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

# day -> (flights, cancelled, overnight arrivals), counted from the raw files
EXPECTED = {
    "2013-02-01": (926, 15, 17),
    "2013-02-02": (682, 2, 13),
    "2013-02-03": (814, 19, 17),
    "2013-02-04": (932, 10, 14),
    "2013-02-05": (896, 16, 17),
    "2013-02-06": (901, 8, 14),
    "2013-02-07": (932, 4, 18),
    "2013-02-08": (930, 472, 0),
    "2013-02-09": (684, 393, 9),
    "2013-02-10": (829, 26, 22),
    "2013-02-11": (929, 73, 71),
    "2013-02-12": (893, 6, 16),
    "2013-02-13": (918, 13, 15),
    "2013-02-14": (956, 4, 29),
}


def cleaned(app: ModuleType, raw: Any, day: str) -> list[dict[str, str]]:
    app.process(raw, "flights-raw", f"flights/{day}.csv.gz", app.__name__)
    return list(raw.rows(app.__name__, f"flights/{day}.csv"))


def lands_before_it_leaves(row: dict[str, str]) -> bool:
    return row["arrived_at"] != "" and row["arrived_at"] < row["departed_at"]


@pytest.mark.parametrize("day", EXPECTED)
def test_every_flight_of_the_day_is_there_and_the_cancelled_ones_are_marked(
    prod_clean: ModuleType, raw: Any, day: str
) -> None:
    rows = cleaned(prod_clean, raw, day)
    cancelled = [row for row in rows if row["cancelled"] == "true"]
    assert (len(rows), len(cancelled)) == EXPECTED[day][:2]
    assert {row["flight_date"] for row in rows} == {day}
    assert all(row["departed_at"] == row["arrived_at"] == row["dep_delay"] == "" for row in cancelled)
    assert all(row["departed_at"] for row in rows if row["cancelled"] == "false")
    assert "NA" not in {value for row in rows for value in row.values()}


@pytest.mark.parametrize("day", EXPECTED)
def test_production_lands_overnight_flights_before_they_leave(prod_clean: ModuleType, raw: Any, day: str) -> None:
    wrong = [row for row in cleaned(prod_clean, raw, day) if lands_before_it_leaves(row)]
    assert len(wrong) == EXPECTED[day][2]


@pytest.mark.parametrize("day", EXPECTED)
def test_the_branch_moves_overnight_arrivals_by_a_day_and_changes_nothing_else(
    prod_clean: ModuleType, branch_clean: ModuleType, raw: Any, day: str
) -> None:
    prod, branch = cleaned(prod_clean, raw, day), cleaned(branch_clean, raw, day)
    changed = [(before, after) for before, after in zip(prod, branch, strict=True) if before != after]
    assert len(changed) == EXPECTED[day][2]
    assert not any(lands_before_it_leaves(row) for row in branch)
    for before, after in changed:
        assert {name for name in before if before[name] != after[name]} == {"arrived_at"}
        assert lands_before_it_leaves(before)
        assert before["arrived_at"][10:] == after["arrived_at"][10:]  # the same clock, another day


@pytest.mark.parametrize(
    ("number", "moment"),
    [("1", "2013-02-28 00:01:00"), ("517", "2013-02-28 05:17:00"), ("2400", "2013-03-01 00:00:00")],
)
def test_a_number_is_a_time_on_the_clock(prod_clean: ModuleType, number: str, moment: str) -> None:
    day = prod_clean.datetime(2013, 2, 28)
    assert prod_clean.as_text(prod_clean.clock(day, number)) == moment


def test_a_departure_after_midnight_is_on_the_next_day(prod_clean: ModuleType, raw: Any) -> None:
    late = [row for day in EXPECTED for row in cleaned(prod_clean, raw, day) if row["departed_at"][:10] > day]
    assert len(late) == 24
    assert all(int(row["dep_delay"]) > 0 for row in late)


def test_the_same_file_gives_the_same_bytes_whatever_the_order_of_its_lines(prod_clean: ModuleType, raw: Any) -> None:
    rows = prod_clean.csv.DictReader
    text = prod_clean.gzip.decompress(raw.objects["flights-raw", "flights/2013-02-08.csv.gz"]).decode()
    header, *lines = text.splitlines(keepends=True)
    straight = prod_clean.clean(rows([header, *lines]))
    assert prod_clean.clean(rows([header, *reversed(lines)])) == straight


def test_keys_of_events_are_form_encoded(prod_clean: ModuleType) -> None:
    event = {"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "flights/a+b%C3%A9.csv.gz"}}}]}
    assert list(prod_clean.objects_of(event)) == [("b", "flights/a bé.csv.gz")]
