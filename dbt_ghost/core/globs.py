"""IAM's patterns: `*` is any text, `?` any one character. What they have in common, as pure functions."""

from __future__ import annotations

import re
from functools import lru_cache

LITERAL = str.maketrans({"*": "\ue000", "?": "\ue001"})
"""A `*` and a `?` that mean themselves: characters of no ARN, which other patterns' wildcards match too."""


def like(pattern: str, text: str) -> bool:
    """Does the pattern match the text?"""
    return _regex(pattern, any_one=".").fullmatch(text) is not None


@lru_cache(maxsize=4096)
def covers(pattern: str, other: str) -> bool:
    """Does the pattern match all that the other does? No, where that is hard to tell."""
    return _regex(pattern, any_one="[^*]").fullmatch(other) is not None


@lru_cache(maxsize=4096)
def overlap(one: str, other: str) -> bool:
    """Is there a text that both match?"""
    if not _may_start_alike(one, other):
        return False
    # possible[j]: the rest of `one` and other[j:] have a text in common
    possible = [all(each == "*" for each in other[at:]) for at in range(len(other) + 1)]
    for symbol in reversed(one):
        before, possible = possible, [False] * len(other) + [symbol == "*" and possible[-1]]
        for at in range(len(other) - 1, -1, -1):
            if symbol == "*":
                possible[at] = before[at] or possible[at + 1]
            elif other[at] == "*":
                possible[at] = before[at] or possible[at + 1]
            else:
                possible[at] = before[at + 1] and (symbol == other[at] or "?" in (symbol, other[at]))
    return possible[0]


def narrower(one: str, other: str) -> str:
    """Of two patterns that overlap the one that says more, or the second."""
    return one if covers(other, one) else other


def _may_start_alike(one: str, other: str) -> bool:
    """Most ARNs differ before their first wildcard."""
    first, second = (re.split(r"[*?]", pattern, maxsplit=1)[0] for pattern in (one, other))
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


@lru_cache(maxsize=4096)
def _regex(pattern: str, any_one: str) -> re.Pattern[str]:
    parts = (".*" if each == "*" else any_one if each == "?" else re.escape(each) for each in pattern)
    return re.compile("".join(parts), re.DOTALL)
