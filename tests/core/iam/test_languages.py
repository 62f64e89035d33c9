"""Languages of patterns against all texts of a small alphabet."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ghost.core.iam.languages import (
    EVERYTHING,
    FIELD,
    FIELD_ONE,
    NAME,
    NOTHING,
    STAR,
    Language,
    any_case,
    by_field,
    covers,
    literal,
    matches,
    may_meet,
    shown,
    union,
)
from dbt_ghost.core.iam.witnesses import OverBudget, witness

SYMBOLS = "ab:/*?" + FIELD + FIELD_ONE + NAME + any_case("a")
EXPRESSIONS = {
    "*": ".*",
    "?": ".",
    FIELD: "[^:]*",
    FIELD_ONE: "[^:]",
    NAME: "[^:/]*",
    any_case("a"): "[aA]",
}
PATTERNS = st.text(SYMBOLS, max_size=4)
LANGUAGES = st.builds(Language, st.lists(PATTERNS, max_size=3).map(tuple), st.booleans())
TEXTS = ["".join(letters) for length in range(6) for letters in product("abA:/", repeat=length)]


def matched(pattern: str, text: str) -> bool:
    return re.fullmatch("".join(EXPRESSIONS.get(each, each) for each in pattern), text, re.DOTALL) is not None


def holds(language: Language, text: str) -> bool:
    return any(matched(pattern, text) for pattern in language.patterns) != language.inverted


@given(st.lists(LANGUAGES, max_size=3).map(tuple))
@settings(max_examples=400, deadline=None)
def test_a_witness_is_in_every_language_and_there_is_one_if_some_short_text_is(languages: tuple[Language, ...]) -> None:
    found = witness(languages)
    if found is not None:
        assert all(holds(language, found) for language in languages)
    else:
        assert [text for text in TEXTS if all(holds(language, text) for language in languages)] == []


@given(PATTERNS, PATTERNS)
def test_a_pattern_covers_another_only_if_it_matches_all_that_the_other_does(one: str, other: str) -> None:
    if covers(one, other):
        assert [text for text in TEXTS if matched(other, text) and not matched(one, text)] == []


@given(PATTERNS, st.text("abA:/", max_size=5))
def test_for_a_text_covering_is_matching(pattern: str, text: str) -> None:
    assert covers(pattern, literal(text)) == matched(pattern, text)
    assert matches(union([pattern]), text) == matched(pattern, text)


@given(PATTERNS, PATTERNS)
def test_patterns_that_cannot_meet_have_no_text_in_common(one: str, other: str) -> None:
    if not may_meet(one, other):
        assert [text for text in TEXTS if matched(one, text) and matched(other, text)] == []


@pytest.mark.parametrize(
    ("languages", "found"),
    [
        ((EVERYTHING,), ""),
        ((NOTHING,), None),
        ((), ""),
        ((union(["a*c"]), ~union(["ac", "a?c"])), "axxc"),
        ((union(["*"]), ~union(["*"])), None),
        ((union(["a*"]), union(["*b"]), ~union(["ab"])), "aab"),
        ((union([by_field("arn:*:x")]), union(["arn:a:b:x"])), None),
        ((union(["arn:*"]), ~union([by_field("arn:*")])), None),
        ((union(["arn:*"]), ~union(["arn:" + FIELD])), "arn::"),
        ((union(["?"]), ~union(["x", "y", any_case("z")])), "a"),
        ((union(["s3:put*"]), union([any_case("S3:PUTOBJECT")])), "s3:putobject"),
    ],
)  # fmt: skip
def test_the_shortest_text_in_common(languages: tuple[Language, ...], found: str | None) -> None:
    result = witness(languages)
    assert (result is None) == (found is None)
    assert found is None or (result is not None and len(result) == len(found))
    assert result is None or all(matches(language, result) for language in languages)


def test_a_literal_star_is_no_wildcard_and_is_shown_as_a_star() -> None:
    assert literal("a*") == "a" + STAR
    assert witness((union([literal("a*")]), ~union(["a?"]))) is None
    assert shown(witness((union([literal("a*")]),)) or "") == "a*"


def test_the_last_field_of_an_arn_may_have_colons() -> None:
    pattern = by_field("arn:aws:lambda:*:*:function:f*")
    assert covers(pattern, "arn:aws:lambda:r:1:function:f:alias")
    assert not covers(pattern, "arn:aws:lambda:r:1:2:function:f")


def test_too_many_combinations_of_patterns_are_given_up_rather_than_guessed() -> None:
    many = tuple(union([f"*{letter}*{other}*" for other in "abcdefgh"]) for letter in "abcdefghijkl")
    with pytest.raises(OverBudget, match="combinations"):
        witness(many)


def test_too_many_states_are_given_up_rather_than_guessed() -> None:
    with pytest.raises(OverBudget, match="states"):
        witness((union(["*a" + "?" * 20]), union(["*b" + "?" * 19])))
