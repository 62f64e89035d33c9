"""The comparison with another engine: what it makes of an engine that is missing, that lies, or that judges nothing."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from tests.oracle.cases import case
from tests.oracle.differential import NOT_RUN, compare, installed, main


def denies_all(simulations: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"result": "ImplicitlyDenied"} for _ in simulations]


def judges_nothing(simulations: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"skipped": "no idea"} for _ in simulations]


def test_without_node_nothing_is_run_and_that_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    missing = installed(lambda name: None)
    assert main(["--cases", "1"], install=lambda: missing, engine=denies_all) == NOT_RUN != 0
    assert capsys.readouterr().out == "not run: there is no node\n"


def test_an_engine_that_says_otherwise_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cases", "30"], install=str, engine=denies_all) == 1
    assert "disagreements" in capsys.readouterr().out


def test_an_engine_that_judges_nothing_is_a_failure() -> None:
    assert main(["--cases", "3"], install=str, engine=judges_nothing) == 1


def test_the_same_seed_gives_the_same_cases() -> None:
    assert [case(Random(7)) for _ in range(2)] == [case(Random(7)) for _ in range(2)]
    assert case(Random(7)) != case(Random(8))


def test_every_verdict_is_among_the_cases() -> None:
    counts, _ = compare(60, 7, denies_all)
    assert min(counts["proved"], counts["violated"], counts["unknown"]) > 0
