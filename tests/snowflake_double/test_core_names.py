"""Names, constants and tokens as Snowflake reads them."""

from __future__ import annotations

import pytest

from tests.snowflake_double import names


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("db.Schema.t1", ("DB", "SCHEMA", "T1")),
        ('"db"."a.b"."say ""x"""', ("db", "a.b", 'say "x"')),
        ("identifier('db.\"t\"')", ("DB", "t")),
    ],
)
def test_names_fold_unless_they_are_quoted(text: str, path: tuple[str, ...]) -> None:
    assert names.parse_name(text) == path


def test_a_name_is_quoted_only_where_it_must_be() -> None:
    assert names.dotted(("DB", "a b", 'x"y')) == 'DB."a b"."x""y"'


@pytest.mark.parametrize(
    ("literal", "value"),
    [("'it''s'", "it's"), (r"'a\'b\\c\n'", "a'b\\c\n"), ("$$it's \\n$$", "it's \\n")],
)
def test_constants(literal: str, value: str) -> None:
    assert names.constant(literal) == value


@pytest.mark.parametrize("value", ["", "it's", "back\\slash", '{"a": "b"}'])
def test_a_value_survives_being_written_as_a_constant(value: str) -> None:
    assert names.constant(names.literal(value)) == value


def test_tokens_know_strings_and_comments() -> None:
    text = "a -- ';' not\n 'x;''y' /* ; */ $$ ; $$ \"q;\" ;"
    assert [token.text for token in names.tokens(text)] == ["a", "'x;''y'", "$$ ; $$", '"q;"', ";"]


@pytest.mark.parametrize(
    "text", ["/* a */ select 1;", "select 1 /* b */ ;\n", "-- c\nselect 1", "select 1 -- d", "select 1\n/* e; */"]
)
def test_a_statement_is_bared_of_what_is_around_it(text: str) -> None:
    assert names.bare(text) == "select 1"


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [("gh_st%", "GHOST_X", True), (r"gh\_st", "GHOST", False), (r"gh\_st", "GH_ST", True), ("a.c", "ABC", False)],
)
def test_like(pattern: str, name: str, found: bool) -> None:
    assert bool(names.like(pattern).fullmatch(name)) == found


def test_options() -> None:
    assert names.options("URL = 's3://a' FILE_FORMAT = (TYPE = csv, X = 'a)b') n=-1 SECURE") == {
        "URL": "'s3://a'",
        "FILE_FORMAT": "(TYPE = csv, X = 'a)b')",
        "N": "-1",
        "SECURE": "",
    }
    with pytest.raises(ValueError, match="option expected"):
        names.options("= 1")
