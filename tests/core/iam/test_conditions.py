"""Constraints on one key against a plain reading of the operators."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ghost.core.iam.conditions import Constraint, Values, constraint, values
from dbt_ghost.core.iam.languages import literal, matches, union
from dbt_ghost.core.iam.policies import Condition

TEXTS = ["".join(letters) for length in range(3) for letters in product("abA", repeat=length)]
SINGLE: list[Values] = [(), *((text,) for text in TEXTS)]
SEVERAL: list[Values] = [(), *((text,) for text in TEXTS), *product(TEXTS, repeat=2)]
OPERATORS = [
    f"{of}{negative}{rest}"
    for of in ("", "ForAllValues:", "ForAnyValue:")
    for negative, rest in product(("String", "StringNot"), ("Equals", "Like", "EqualsIgnoreCase", "LikeIfExists"))
]
CONDITIONS = st.builds(
    Condition,
    st.sampled_from(OPERATORS),
    st.just("k"),
    st.lists(st.text("abA*?", max_size=2), min_size=1, max_size=2).map(tuple),
)


def one(condition: Condition, text: str) -> bool:
    """Does a single value pass, leaving aside sets and absence?"""
    operator = condition.operator.rpartition(":")[2]
    if "IgnoreCase" in operator:
        hit = text.lower() in {value.lower() for value in condition.values}
    elif "Like" in operator:
        hit = any(fnmatchcase(text, value) for value in condition.values)
    else:
        hit = text in condition.values
    return hit != ("Not" in operator)


def holds(condition: Condition, present: Values) -> bool:
    if condition.operator.startswith("ForAll"):
        return all(one(condition, text) for text in present)
    if not present and condition.operator.endswith("IfExists"):
        return True
    if condition.operator.startswith("ForAny"):
        return any(one(condition, text) for text in present)
    return one(condition, present[0]) if present else "Not" in condition.operator


def met(asked: Constraint, present: Values) -> bool:
    if not present:
        return asked.absent
    return (any if asked.of == "some" else all)(matches(asked.language, literal(text)) for text in present)


@given(CONDITIONS)
@settings(deadline=None)
def test_a_constraint_is_met_where_the_condition_holds_and_its_negation_where_not(condition: Condition) -> None:
    found = constraint(condition)
    assert found is not None
    for present in SEVERAL if ":" in condition.operator else SINGLE:
        assert met(found, present) == holds(condition, present)
        assert met(found.negated(), present) != holds(condition, present)


@given(st.lists(st.tuples(CONDITIONS, st.booleans()), min_size=1, max_size=3), st.booleans())
@settings(deadline=None, max_examples=300)
def test_values_meet_every_constraint_and_are_found_if_there_are_any(
    asked: list[tuple[Condition, bool]], several: bool
) -> None:
    conditions = [(each, wanted) for each, wanted in asked if (":" in each.operator) == several]
    constraints = [(constraint(each), wanted) for each, wanted in conditions]
    wanted = tuple(each if yes else each.negated() for each, yes in constraints if each is not None)
    if not wanted:
        return
    found = values(wanted)
    if found is None:
        fitting = [each for each in (SEVERAL if several else SINGLE) if all(met(one, each) for one in wanted)]
        assert fitting == []
    else:
        assert all(met(each, found) for each in wanted)


@pytest.mark.parametrize(
    ("operator", "read", "present", "held"),
    [
        ("Null", ("true",), (), True),
        ("Null", ("true",), ("x",), False),
        ("Null", ("false",), (), False),
        ("Null", ("false",), ("x",), True),
        ("Null", ("true", "false"), (), True),
        ("Bool", ("false",), ("FALSE",), True),
        ("Bool", ("false",), ("true",), False),
        ("Bool", ("false",), (), False),
        ("BoolIfExists", ("false",), (), True),
        ("ArnLike", ("arn:aws:s3:::b*",), ("arn:aws:s3:::b:c",), True),
        ("ArnEquals", ("arn:aws:*:::b",), ("arn:aws:s3:::b",), True),
        ("ArnLike", ("arn:aws:*:b",), ("arn:aws:s3:::b",), None),
        ("ArnLike", ("arn:aws:*:1:role/x",), ("arn:aws:iam::1:role/x",), None),
        ("ArnLike", ("arn:*:iam::1:role/x",), ("arn:aws:y:iam::1:role/x",), False),
        ("ArnLike", ("*",), ("anything",), True),
        ("ArnNotEquals", ("arn:aws:iam::1:role/x",), (), True),
        ("StringLike", ("a${*}",), ("a*",), True),
        ("StringLike", ("a${*}",), ("ab",), False),
        ("StringEquals", ("a*",), ("ab",), False),
        ("StringEquals", ("${aws:username}",), ("x",), None),
        ("NumericLessThan", ("3",), ("2",), None),
        ("DateLessThan", ("2020-01-01",), ("x",), None),
        ("IpAddress", ("10.0.0.0/8",), ("10.0.0.1",), None),
        ("Null", ("maybe",), (), None),
        ("BoolNot", ("true",), (), None),
        ("String", ("true",), (), None),
    ],
)
def test_what_single_operators_ask_for(operator: str, read: Values, present: Values, held: bool | None) -> None:
    found = constraint(Condition(operator, "aws:Key", read))
    assert (None if found is None else met(found, present)) == held


def test_one_value_of_a_key_with_several_is_not_modelled() -> None:
    asked = Condition("StringEquals", "aws:TagKeys", ("a",))
    assert constraint(asked, frozenset({"aws:tagkeys"})) is None
    assert constraint(Condition("ForAnyValue:StringEquals", "aws:TagKeys", ("a",)), frozenset({"aws:tagkeys"}))


def test_values_have_the_shape_of_what_is_asked_for() -> None:
    no_tls = constraint(Condition("Bool", "k", ("false",)))
    no_role = constraint(Condition("ArnLike", "k", ("arn:aws:iam::1:role/x",)))
    assert no_tls is not None and no_role is not None
    there = Constraint("k", ~union([]), "every")
    assert values((no_tls.negated(), there)) == ("true",)
    (arn,) = values((no_role.negated(), there)) or ("",)
    assert arn.startswith("arn:aws:")
