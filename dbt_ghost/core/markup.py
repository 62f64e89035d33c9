"""HTML and XML in which nothing that somebody has named can be taken for markup. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

BLOCKS = frozenset("body div dl footer g h1 h2 head header li main meta p section svg table tbody thead tr ul".split())
"""Elements after which a line ends, for people who read the source. Never within text, where it would show."""

VOID = frozenset({"input", "meta", "path", "rect"})
"""Elements that are never closed, or of SVG and never filled."""


@dataclass(frozen=True)
class Markup:
    """Text that is markup. Any other text is a plain `str`, and is escaped on its way into one."""

    text: str


Content = Markup | str


def tag(name: str, /, *inside: Content, **attributes: str | float | None) -> Markup:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`; those that are None are left out."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    opened = "".join([name, *(f' {key}="{_escaped(_plain(value))}"' for key, value in pairs)])
    end = "\n" if name in BLOCKS else ""
    return Markup(f"<{opened} />{end}" if name in VOID else f"<{opened}>{joined(inside).text}</{name}>{end}")


def joined(parts: Iterable[Content]) -> Markup:
    """One after the other, without anything between them."""
    return Markup("".join(part.text if isinstance(part, Markup) else _escaped(part) for part in parts))


def printable(text: str) -> str:
    """Characters that no reader sees are written out: controls, and those that turn the direction of the text."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def number(value: float) -> str:
    """To a tenth, and no longer than it need be: 12, 12.5."""
    return f"{value:.1f}".removesuffix(".0")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else number(value)


def _escaped(text: str) -> str:
    return escape(printable(text), quote=True)
