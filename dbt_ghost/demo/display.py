"""What the demo shows while it runs: each act by name, the commands a user would type, and how long it took.

Talk goes to stderr; only the summary is data. Without a terminal each act is one plain line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Display:
    """Numbered acts with a spinner on a terminal; `NO_COLOR` is respected by rich itself."""

    def __init__(self, acts: int, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self.acts = acts
        self._number = 0

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        """Show the act while the block runs, and its seconds when it is over."""
        self._number += 1
        label = f"{self._number:>2}/{self.acts}  {title}"
        begun = time.monotonic()
        with self._console.status(f"[bold]{escape(label)}"):
            yield
        self._console.print(
            f"[green]done[/] [bold]{escape(label)}[/]  [dim]{time.monotonic() - begun:.1f} s[/]", soft_wrap=True
        )

    def command(self, words: str) -> None:
        """A command as the user would type it."""
        self._console.print(f"       [cyan]$ {escape(words)}[/]", soft_wrap=True)

    def say(self, text: str) -> None:
        self._console.print(f"       {escape(text)}", soft_wrap=True)
