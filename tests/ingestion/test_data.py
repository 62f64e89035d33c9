"""The committed data: small, complete, and packed without anything that changes from one extraction to the next."""

from __future__ import annotations

from tests.ingestion.conftest import DATA

BUDGET = 700_000  # bytes


def test_two_weeks_are_there_within_the_budget() -> None:
    days = sorted(file.name for file in (DATA / "flights").iterdir())
    assert days == [f"2013-02-{day:02d}.csv.gz" for day in range(1, 15)]
    assert sum(file.stat().st_size for file in DATA.glob("*/*.gz")) < BUDGET


def test_archives_carry_neither_name_nor_time() -> None:
    for file in DATA.glob("*/*.gz"):
        header = file.read_bytes()[:8]
        assert header[3:] == bytes(5), file  # flags (no name), and the time of RFC 1952
