"""A guide as its tests read it: settings, what is typed and what is then printed, and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = "..."
"""As a line of its own any lines, within a line any text."""


@dataclass(frozen=True)
class Scene:
    """A block of commands, and the block of text after it, if there is one right there."""

    commands: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Page:
    text: str

    @classmethod
    def of(cls, file: Path) -> Page:
        return cls(file.read_text())

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.DOTALL | re.MULTILINE)

    @property
    def scenes(self) -> list[Scene]:
        found = re.findall(r"^```bash\n(.*?)^```\n(?:```text\n(.*?)^```$)?", self.text, re.DOTALL | re.MULTILINE)
        return [Scene(tuple(commands.splitlines()), says) for commands, says in found]

    def table(self, *titles: str) -> list[tuple[str, ...]]:
        """The rows of the one table with these titles, as many cells each."""
        lines = self.text.splitlines()
        (start,) = (number for number, line in enumerate(lines) if _cells(line) == titles)
        rows = []
        for line in lines[start + 2 :]:
            if not line.startswith("|"):
                break
            rows.append(_cells(line))
        assert rows and all(len(row) == len(titles) for row in rows)
        return rows


def code(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def says(quoted: str, printed: str) -> bool:
    """Are these lines printed, one after another?"""
    lines = [r"(?:.*\n)*?" if line == LEFT_OUT else _pattern(line) + r"[ ]*\n" for line in quoted.splitlines()]
    return re.search("^" + "".join(lines), printed, re.MULTILINE) is not None


def mentions(quoted: str, printed: str) -> bool:
    """Is it printed somewhere within a line? A quotation within backticks is without them."""
    return re.search(_pattern(quoted), printed.replace("`", "")) is not None


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(LEFT_OUT))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split(" | ")) if line.startswith("|") else ()
