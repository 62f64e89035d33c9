"""What holds for every test."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

LONGEST = ("demo", "warehouse", "cli", "chains")
"""Folders whose tests run dbt and whole ghosts."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-crash", action="store_true", help="crash at every place, not only at some of them")


@pytest.fixture
def stride(request: pytest.FixtureRequest) -> int:
    """At every how manieth place a test crashes what it runs: 1 with --every-crash, as `make reliability` has it."""
    return 1 if request.config.getoption("--every-crash") else 3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that in the end no worker is left alone with one of them."""
    items.sort(key=lambda item: not set(LONGEST) & set(Path(item.path).parent.parts[-2:]))


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """A run in the background ignores Ctrl-C, and so would every process that a test starts to interrupt it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
