"""SECURITY.md claims only what a test executes: every test that it names exists where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text()
TESTS = re.findall(r"\[(test_\w+)\]\((tests/[\w/]+\.py)\)", PAGE)
LINKS = re.findall(r"\]\(([^)#]+)\)", PAGE)
THREATS = [row.split("|")[1:3] for row in PAGE.splitlines() if row.startswith("| **")]


@pytest.mark.parametrize(("name", "file"), TESTS)
def test_each_test_that_is_named_exists(name: str, file: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_every_link_leads_somewhere() -> None:
    assert TESTS and [link for link in LINKS if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(("who", "stops"), THREATS)
def test_what_stops_each_threat_is_executed(who: str, stops: str) -> None:
    assert "](tests/" in stops, who


def test_the_threats_are_those_that_were_thought_of() -> None:
    assert len(THREATS) >= 7


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) < 120
