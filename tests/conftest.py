"""What holds for every test."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

LONGEST = ("demo", "warehouse", "cli", "chains")
"""Folders whose tests run dbt and whole ghosts."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that in the end no worker is left alone with one of them."""
    items.sort(key=lambda item: not set(LONGEST) & set(Path(item.path).parent.parts[-2:]))


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """A run in the background ignores Ctrl-C, and so would every process that a test starts to interrupt it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
