"""What two of IAM's patterns have in common, against all texts of a small alphabet."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.globs import LITERAL, covers, like, narrower, overlap

PATTERNS = st.text("ab*?", max_size=4)
TEXTS = ["".join(letters) for length in range(9) for letters in product("ab", repeat=length)]


def matched(pattern: str) -> set[str]:
    return {text for text in TEXTS if fnmatchcase(text, pattern)}


@given(PATTERNS, PATTERNS)
def test_two_patterns_overlap_where_some_text_matches_both(one: str, other: str) -> None:
    assert overlap(one, other) == bool(matched(one) & matched(other))


@given(PATTERNS, PATTERNS)
def test_one_covers_another_only_where_it_matches_all_that_the_other_does(one: str, other: str) -> None:
    assert not covers(one, other) or matched(other) <= matched(one)


@given(PATTERNS, PATTERNS)
def test_the_narrower_of_two_is_one_of_them_and_no_wider_than_both(one: str, other: str) -> None:
    found = matched(narrower(one, other))
    assert found in (matched(one), matched(other))
    assert found != matched(one) or not covers(one, other) or found == matched(other)


@pytest.mark.parametrize(
    ("pattern", "other", "covered"),
    [
        ("*", "", True),
        ("*", "a*b?", True),
        ("a*", "ab*c", True),
        ("a?c", "abc", True),
        ("a?c", "a?c", True),
        ("a?c", "a*c", False),
        ("abc", "a?c", False),
        ("a*c", "a*", False),
        ("s3:*Object", "s3:PutObject", True),
        ("a.c", "abc", False),
    ],
)
def test_what_a_pattern_covers(pattern: str, other: str, covered: bool) -> None:
    assert covers(pattern, other) == covered


def test_a_star_that_means_itself_is_one_character() -> None:
    star = "in/*/x".translate(LITERAL)
    assert like("in/?/x", star) and overlap("in/*", star)
    assert not overlap("in/a/x", star)
