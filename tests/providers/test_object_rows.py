"""Two files as bags of rows: what makes them differ, what does not, and what cannot be told."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import pytest

from dbt_ghost.core.observe.objects import SchemaChange
from dbt_ghost.providers.object_rows import LONGEST_VALUE, NOT_INSTALLED, WIDEST_SAMPLE, DuckRows, format_of
from tests.providers.rows import ROWS, changed, compared


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("in/a.csv", "csv"),
        ("in/a.CSV.gz", "csv"),
        ("in/a.tsv", "csv"),
        ("in/a.jsonl", "json"),
        ("in/a.ndjson.gz", "json"),
        ("in/a.json", "json"),
        ("in/a.parquet", "parquet"),
        ("in/a.txt", None),
        ("in/csv", None),
        ("in/a.csv.zst", None),
    ],
)
def test_the_format_is_what_the_key_says(key: str, found: str | None) -> None:
    assert format_of(key) == found
    assert (ROWS.compare(key, b"", b"") is None) == (found is None)


@pytest.mark.parametrize(
    ("prod", "ghost", "note"),
    [
        ("a,b\n1,x\n2,y\n", "a,b\n2,y\n1,x\n", ""),
        ("a,b\n1,x\n", "b,a\nx,1\n", "the columns are in another order"),
        ("a,b\n1,x\n", 'a,b\n"1","x"\n', ""),
        ("a,b\n1,x\n", "a,b\r\n1,x", ""),
        ("a,b\n1,x\n", "a,b\n\n1,x\n\n", ""),
        ("a,b\n1,x\n", "\ufeffa,b\n1,x\n", ""),
        ('a,b\n1,"x ""y"""\n', 'a,b\n"1","x ""y"""\n', ""),
        ('a,b\n1,"two\nlines, and more"\n', 'a,b\n"1","two\nlines, and more"\n', ""),
        ('a,b\n1,5" x\n', 'a,b\n"1",5" x\n', ""),
        ('a;b\n1;"x;y"\n', 'a;b\n"1";"x;y"\n', ""),
        ('"a;b;c",d\n1,x\n', '"a;b;c","d"\n1,x\n', ""),
        ("a\n1\n\n", 'a\n1\n\n', ""),
        ("ä,日本\n1,ö\n", "日本,ä\nö,1\n", "the columns are in another order"),
    ],
    ids=range(13),
)  # fmt: skip
def test_csv_files_of_the_same_rows_are_equal(prod: str, ghost: str, note: str) -> None:
    found = compared("a.csv", prod, ghost)
    assert found.equal and found.note == note, found
    assert (found.columns, found.prod_samples, found.ghost_samples) == ((), (), ())


@pytest.mark.parametrize(
    ("prod", "ghost", "rows"),
    [
        ("a,b\n1,\n", 'a,b\n1,""\n', (1, 1)),
        ("a,b\n1,x\n1,x\n", "a,b\n1,x\n", (1, 0)),
        ("a,b\n1,x\n", "a,b\n1,x\n1,x\n1,x\n", (0, 2)),
        ("a,b\n1,x\n", "a,b\n1, x\n", (1, 1)),
        ("a,b\n1,x\n", "a,b\n1.0,x\n", (1, 1)),
        ("a,b\n01,x\n", "a,b\n1,x\n", (1, 1)),
        ("a,b\n1,NULL\n", "a,b\n1,\n", (1, 1)),
        ('a,b\n1,"x\ny"\n', 'a,b\n1,"x\r\ny"\n', (1, 1)),
        ("a,b\n1,x\n2,y\n", "a,b\n1,y\n2,x\n", (2, 2)),
        ("a,b\n1,x\n", "a,b\n", (1, 0)),
        ("a\n1\n\n", "a\n1\n", (1, 0)),
    ],
    ids=["null-empty", "twice", "thrice", "space", "1.0", "01", "NULL", "line-end", "swapped", "header-only", "blank"],
)
def test_csv_files_of_other_rows_differ_by_so_many(prod: str, ghost: str, rows: tuple[int, int]) -> None:
    assert changed("a.csv", prod, ghost) == rows


def test_of_columns_those_are_named_whose_values_differ_with_how_many() -> None:
    prod, ghost = "id,x,y\n1,a,p\n2,b,q\n3,c,r\n", "id,x,y\n1,a,p\n2,B,q\n3,C,r\n"
    found = compared("a.csv", prod, ghost)
    assert (found.prod_rows, found.ghost_rows, found.columns) == (3, 3, (("x", 2),))
    assert list(found.prod_samples) == [{"x": "b", "id": "2", "y": "q"}, {"x": "c", "id": "3", "y": "r"}]
    assert [list(row) for row in found.ghost_samples] == [["x", "id", "y"]] * 2, "what differs comes first"
    swapped = compared("a.csv", "id,x\n1,a\n2,b\n", "id,x\n1,b\n2,a\n")
    assert (swapped.columns, swapped.only_prod) == ((), 2), "each column alone has the same values"


def test_samples_of_the_two_sides_meet_by_what_is_equal() -> None:
    prod = "id,x\n" + "".join(f"{n},{9 - n}\n" for n in range(10))
    ghost = "id,x\n" + "".join(f"{n},x{n}\n" for n in range(10))
    found = compared("a.csv", prod, ghost)
    assert [row["id"] for row in found.prod_samples] == [row["id"] for row in found.ghost_samples] == [*"01234"]


def test_samples_are_few_narrow_and_short() -> None:
    wide, long = ",".join(f"c{n}" for n in range(WIDEST_SAMPLE + 5)), "x" * (LONGEST_VALUE + 1)
    found = compared("a.csv", f"{wide}\n", f"{wide}\n" + f"{long}{',y' * (WIDEST_SAMPLE + 4)}\n" * 9)
    assert (found.only_ghost, len(found.ghost_samples)) == (9, 1), "equal rows are shown once"
    (row,) = found.ghost_samples
    assert len(row) == WIDEST_SAMPLE and row["c0"] == "x" * (LONGEST_VALUE - 1) + "…"
    many = compared("a.csv", "a\n", "a\n" + "".join(f"{n}\n" for n in range(9)), DuckRows(samples=3))
    assert len(many.ghost_samples) == 3


def test_columns_of_one_side_alone_are_told_and_the_others_compared() -> None:
    found = compared("a.csv", "a,b\n1,x\n", "b,c\nx,2\n")
    assert found.schema == (SchemaChange("a", "dropped", prod="text"), SchemaChange("c", "added", ghost="text"))
    assert (found.only_prod, found.only_ghost, found.equal) == (0, 0, False)
    nothing = compared("a.csv", "a\n1\n2\n", "b\n1\n")
    assert (nothing.only_prod, nothing.only_ghost) == (1, 0), "without a common column the number of rows is left"


def test_columns_to_ignore_are_neither_compared_nor_missed() -> None:
    prod, ghost = "id,At,x\n1,10:00,a\n2,10:00,b\n", "id,At,x\n1,11:00,a\n2,11:00,B\n"
    without_at = DuckRows(ignore=("at",))
    found = compared("a.csv", prod, ghost, without_at)
    assert (found.columns, found.only_prod, found.ghost_samples) == ((("x", 1),), 1, ({"x": "B", "id": "2"},))
    assert compared("a.csv", prod, ghost, DuckRows(ignore=("AT", "x"))).equal
    assert compared("a.csv", "id,at\n1,x\n", "id\n1\n", without_at).equal, "of one side alone"
    swapped = compared("a.csv", "id,x,at\n1,a,1\n2,b,1\n", "id,x,at\n1,b,2\n2,a,2\n", without_at)
    assert (swapped.only_prod, swapped.columns) == (2, ()), "what is beside it is seen"
    assert compared("a.csv", "at\n1\n2\n", "at\n3\n", without_at).only_prod == 1


def test_another_separator_is_told_though_the_rows_are_equal() -> None:
    found = compared("a.csv", "a;b\n1;2\n", "a,b\n1,2\n")
    assert found.schema == (SchemaChange("", "type", "separated by ';'", "separated by ','"),)
    assert (found.only_prod, found.only_ghost) == (0, 0)


def test_files_in_gzip_are_unpacked_and_that_one_is_not_is_told() -> None:
    one, other = gzip.compress(b"a,b\n1,2\n", 1, mtime=1), gzip.compress(b"b,a\n2,1\n", 9, mtime=2)
    assert one != other and compared("a.csv.gz", one, other).equal
    found = compared("a.csv.gz", one, "a,b\n1,2\n")
    assert found.schema == (SchemaChange("", "type", "separated by ',', in gzip", "separated by ','"),)


def test_what_is_too_large_when_it_is_unpacked_is_not_read_and_nobodys_fault() -> None:
    small, bomb = gzip.compress(b"a\n1\n"), gzip.compress(b"a\n" + b"1\n" * 1000)
    found = compared("a.csv.gz", small, bomb, DuckRows(unpacked=1000))
    assert found.unreadable == "ghost's is larger than 1000 bytes when it is unpacked" and found.broken == ()


@pytest.mark.parametrize(
    ("key", "content", "why"),
    [
        ("a.csv", b"a,b\n1\n", "more or fewer values"),
        ("a.csv", b"a,b\n1,2,3\n", "more or fewer values"),
        ("a.csv", b"a,b\n1,2,\n", "more or fewer values"),
        ("a.csv", b"a,b\n1,2\n \n", "more or fewer values"),
        ("a.csv", b"a,b\r\n1,2\n3,4\r\n", "cannot be read"),
        ("a.csv", b'a,b\n1,2\n3,"x\n', "does not end where the value does"),
        ("a.csv", b'a,b\n1,2\n"', "does not end where the value does"),
        ("a.csv", b'a,b\n1,2\n5" x,"y\n', "does not end where the value does"),
        ("a.csv", b'a,b\n1,"2" \n', "does not end where the value does"),
        ("a.csv", b'a,b\n1, "2"\n', "does not end where the value does"),
        ("a.csv", b'a,b\n1,"x"y\n', "does not end where the value does"),
        ("a.csv", b"a,a\n1,2\n", "two columns of one name"),
        ("a.csv", b"\na,b\n1,2\n", "no header in its first line"),
        ("a.csv", b"a,b\n1,\xff\n", "is not UTF-8"),
        ("a.csv", b"\xff" * 3_000_000, "is not UTF-8"),
        ("a.csv", b"a," + b"x" * 200_000 + b"\n1,2\n", "header that cannot be read"),
        ("a.json", b'{"a":1', "is not JSON"),
        ("a.json", b'{"a":1}]', "is not JSON"),
        ("a.json", b'[{"a":1}] {"a":1}', "is not JSON"),
        ("a.json", b'{"a":1,"a":2}', "a key twice"),
        ("a.json", b"[" * 100_000, "is not JSON"),
        ("a.json", b'{"a":"\xff"}', "is not UTF-8"),
        ("a.parquet", b"", "cannot be read"),
        ("a.parquet", b"PAR1 and no more", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"a\n1\n" * 99)[:-9], "not whole gzip"),
        ("a.csv.gz", b"\x1f\x8b and no more", "not whole gzip"),
    ],
)
def test_a_broken_file_is_never_equal_and_it_is_told_whose(key: str, content: bytes, why: str) -> None:
    good = {"json": b'{"a":1}', "parquet": b"", "csv": b"a,b\n1,2\n"}[key.removesuffix(".gz").rpartition(".")[2]]
    found = compared(key, good, content)
    assert not found.equal and why in found.unreadable.rpartition("; ")[2], found
    assert found.unreadable.rpartition("; ")[2].startswith("ghost's ")
    assert found.broken == (("ghost",) if good else ("prod", "ghost"))
    both = compared(key, content, content)
    assert both.broken == ("prod", "ghost") and not both.equal


@pytest.mark.parametrize(("key", "empty"), [("a.csv", "a,b\n"), ("a.json", "[]"), ("a.jsonl", "\n")])
def test_files_without_rows_are_equal_to_each_other_only(key: str, empty: str) -> None:
    assert compared(key, empty, empty + " \n" * key.endswith("json")).equal
    rows = {"csv": "a,b\n1,2\n", "json": '[{"a":1}]', "jsonl": '{"a":1}'}[key.partition(".")[2]]
    found = compared(key, rows, empty)
    assert (found.prod_rows, found.ghost_rows, found.only_prod, found.equal) == (1, 0, 1, False)


def test_an_empty_file_is_not_a_header_without_rows() -> None:
    found = compared("a.csv", "a,b\n", "")
    assert [(each.column, each.change) for each in found.schema] == [("a", "dropped"), ("b", "dropped")]


def test_nothing_is_left_behind_and_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert compared("a.csv", "a\n1\n", "a\n2\n").only_prod == 1
    assert compared("a.csv", "a\n1\n", b"\xff").unreadable
    assert os.listdir(tmp_path) == []


def test_without_duckdb_no_rows_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    found = compared("a.csv", "a\n1\n", "a\n1 \n")
    assert (found.unreadable, found.broken, found.equal) == (NOT_INSTALLED, (), False)
