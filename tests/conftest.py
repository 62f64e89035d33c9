"""What holds for every test."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

THOROUGH = "snowflake_double"
"""The folder whose tests, like those marked `thorough`, only `make reliability` runs: the double's own. Whoever changes
the double runs them by --thorough.
"""

LONGEST = ("demo", "warehouse", "cli", "chains")
"""Folders whose tests run dbt and whole ghosts."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="also what takes long and rarely tells more: see THOROUGH")


@pytest.fixture
def stride(request: pytest.FixtureRequest) -> int:
    """At every how manieth place a test crashes what it runs."""
    return 1 if request.config.getoption("--thorough") else 3


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long files first, so that in the end no worker is left alone with one of them."""
    if not config.getoption("--thorough"):
        config.hook.pytest_deselected(items=[item for item in items if _is_thorough(item)])
        items[:] = [item for item in items if not _is_thorough(item)]
    items.sort(key=lambda item: not set(LONGEST) & set(Path(item.path).parent.parts[-2:]))


def _is_thorough(item: pytest.Item) -> bool:
    return item.get_closest_marker("thorough") is not None or THOROUGH in Path(item.path).parts


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """A run in the background ignores Ctrl-C, and so would every process that a test starts to interrupt it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
