"""A text that several languages have in common, or the certainty that there is none. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import lru_cache

from dbt_ghost.core.iam.languages import ONES, RUNS, Language, covers, either_case, is_plain, may_meet

BUDGET = 50_000
"""States of one search, and combinations of patterns."""

FILLERS = "xyzabcdefghijklmnopqrstuvw0123456789~"
"""What may stand for a character that no pattern asks for."""

WILD = {**RUNS, **ONES}

LETTERS = tuple(chr(number) for number in range(0x100, 0x400))

Positions = frozenset[int]


class OverBudget(Exception):
    """The search was given up: nothing is known."""


@lru_cache(maxsize=1 << 16)
def witness(languages: tuple[Language, ...]) -> str | None:
    """A text in all of them (as `literal` writes it), a short one; None if there is none. Raises OverBudget."""
    excluded = {pattern for language in languages if language.inverted for pattern in language.patterns}
    for wanted in _combinations([language.patterns for language in languages if not language.inverted]):
        if any(covers(no, yes) for no in excluded for yes in wanted):
            continue
        near = tuple(sorted(no for no in excluded if all(may_meet(no, yes) for yes in wanted)))
        found = _shortest(wanted, near)
        if found is not None:
            return found
    return None


def _combinations(unions: list[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    """One pattern of each union, where these may meet, without those that another one makes superfluous."""
    found: set[tuple[str, ...]] = {("*",)}
    for patterns in unions:
        found = {_with(pattern, others) for others in found for pattern in patterns if _meets(pattern, others)}
        if len(found) > BUDGET:
            raise OverBudget(f"more than {BUDGET} combinations of patterns")
    return sorted(found, key=lambda each: (len(each), each))


def _meets(pattern: str, others: tuple[str, ...]) -> bool:
    return all(may_meet(pattern, other) for other in others)


def _with(pattern: str, others: tuple[str, ...]) -> tuple[str, ...]:
    if any(covers(pattern, other) for other in others):
        return others
    return tuple(sorted([pattern, *(other for other in others if not covers(other, pattern))]))


def _shortest(wanted: tuple[str, ...], excluded: tuple[str, ...]) -> str | None:
    """A shortest text that matches all that are wanted and none that are excluded."""
    plain = next((each for each in wanted if is_plain(each)), None)
    if plain is not None:
        fits = all(covers(yes, plain) for yes in wanted) and not any(covers(no, plain) for no in excluded)
        return plain if fits else None
    patterns = (*wanted, *excluded)
    filler = _filler(patterns)
    start = tuple(_skip(pattern, {0}) for pattern in patterns)
    queue, seen = deque([(start, "")]), {start}
    while queue:
        state, text = queue.popleft()
        if [len(pattern) in positions for pattern, positions in zip(patterns, state, strict=True)] == [
            index < len(wanted) for index in range(len(patterns))
        ]:
            return text
        for character in _next(wanted, state, patterns, filler):
            after = tuple(_step(pattern, place, character) for pattern, place in zip(patterns, state, strict=True))
            if after not in seen and all(after[: len(wanted)]):
                seen.add(after)
                queue.append((after, text + character))
        if len(seen) > BUDGET:
            raise OverBudget(f"more than {BUDGET} states for {len(patterns)} patterns")
    return None


def _filler(patterns: Iterable[str]) -> str:
    """A character that no pattern names: one is as good as any other."""
    named = frozenset().union(*map(_named, patterns))
    found: str = next(each for each in (*FILLERS, *LETTERS) if each not in named)
    return found


@lru_cache(maxsize=1 << 14)
def _named(pattern: str) -> frozenset[str]:
    return frozenset(either_case(symbol) or symbol for symbol in pattern)


def _next(wanted: tuple[str, ...], state: tuple[Positions, ...], patterns: tuple[str, ...], filler: str) -> list[str]:
    """What may come next: where one that is wanted has no wildcard there, only what it asks for, as in most of an ARN;
    else what any pattern treats differently from others, and something else.
    """
    asked = [_asked_for(pattern, positions) for pattern, positions in zip(patterns, state, strict=True)]
    forced = next((characters for characters, others in asked[: len(wanted)] if not others), None)
    if forced is not None:
        return sorted(forced, key=str.swapcase)
    return [*sorted(frozenset().union(*(characters for characters, _ in asked)), key=str.swapcase), filler]


@lru_cache(maxsize=1 << 16)
def _asked_for(pattern: str, positions: Positions) -> tuple[frozenset[str], bool]:
    """The characters that a pattern names there or leaves out of a wildcard, and whether others may come, too."""
    symbols = [pattern[at] for at in positions if at < len(pattern)]
    found: set[str] = set()
    for symbol in symbols:
        letter = either_case(symbol)
        found |= {letter, letter.upper()} if letter else set(WILD.get(symbol, symbol))
    return frozenset(found), any(symbol in WILD for symbol in symbols)


@lru_cache(maxsize=1 << 17)
def _step(pattern: str, positions: Positions, character: str) -> Positions:
    after = set()
    for at in positions:
        if at < len(pattern):
            symbol = pattern[at]
            if symbol in WILD:
                if character not in WILD[symbol]:
                    after.add(at if symbol in RUNS else at + 1)
            elif character == symbol or character.lower() == either_case(symbol):
                after.add(at + 1)
    return _skip(pattern, after)


def _skip(pattern: str, positions: set[int]) -> Positions:
    """A wildcard for any number of characters may stand for none."""
    found = set(positions)
    for start in positions:
        at = start
        while at < len(pattern) and pattern[at] in RUNS:
            at += 1
            found.add(at)
    return frozenset(found)
