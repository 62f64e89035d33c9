"""The long run can be interrupted and goes on; what passed counts only for the code and the objects it passed with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chains.matrix import ALL, Cell
from tests.chains.reliability import run_all
from tests.chains.results import Result, Results, fingerprint

CELLS = ALL[:3]


class Runs:
    """Counts what is run; cells in `bad` fail."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.bad: set[str] = set()

    def __call__(self, cell: Cell, objects: int) -> None:
        self.ran.append(cell.id)
        if cell.id in self.bad:
            raise AssertionError("an object is missing")


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "deeper/results.jsonl")


def test_a_cell_that_passed_is_not_run_again(results: Results, runs: Runs) -> None:
    assert run_all(CELLS, results, 20, "code", runs)
    assert run_all(CELLS, results, 20, "code", runs)
    assert runs.ran == [cell.id for cell in CELLS]


def test_a_cell_that_failed_is_told_and_run_again(
    results: Results, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = CELLS[1].id
    runs.bad = {bad}
    assert not run_all(CELLS, results, 20, "code", runs)
    told = capsys.readouterr().out
    assert f"{bad}: AssertionError: an object is missing\n2 of 3 cells passed\n" in told
    runs.bad = set()
    assert run_all(CELLS, results, 20, "code", runs)
    assert runs.ran[3:] == [bad]
    assert "3 of 3 cells passed" in capsys.readouterr().out


def test_an_interrupted_run_keeps_what_was_done(results: Results, runs: Runs) -> None:
    def stopped(cell: Cell, objects: int) -> None:
        runs(cell, objects)
        if cell == CELLS[1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(CELLS, results, 20, "code", stopped)
    results.file.write_text(results.file.read_text() + '{"cell": "s3-repl')
    assert run_all(CELLS, results, 20, "code", runs)
    assert runs.ran == [cell.id for cell in (*CELLS[:2], *CELLS[1:])]


@pytest.mark.parametrize(("objects", "code"), [(5, "code"), (20, "other")])
def test_what_passed_with_other_objects_or_other_code_is_run_again(
    results: Results, runs: Runs, objects: int, code: str
) -> None:
    run_all(CELLS, results, objects, code, runs)
    run_all(CELLS, results, 20, "code", runs)
    assert len(runs.ran) == 2 * len(CELLS)


def test_a_failure_after_a_success_counts(results: Results, runs: Runs) -> None:
    for told in ("", "AssertionError: lost"):
        results.add(Result(CELLS[0].id, 20, "code", told, 1.0))
    run_all(CELLS[:1], results, 20, "code", runs)
    assert runs.ran == [CELLS[0].id]


def test_begun_anew_nothing_has_passed(results: Results, runs: Runs) -> None:
    run_all(CELLS, results, 20, "code", runs)
    results.clear()
    assert results.read() == []


def test_the_fingerprint_is_the_codes(tmp_path: Path) -> None:
    file = tmp_path / "a/b.py"
    file.parent.mkdir()
    file.write_text("one")
    before = fingerprint([tmp_path])
    (tmp_path / "a/notes.md").write_text("no code")
    assert fingerprint([tmp_path]) == before
    file.write_text("two")
    assert fingerprint([tmp_path]) != before
