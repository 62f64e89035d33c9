"""Any small role against a plain reading of its policies, key by key and action by action."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ghost.core.policies import Location
from dbt_ghost.core.rights import CHANGES, Role, changes, outside_s3
from dbt_ghost.core.topology import Account

ACCOUNT = Account("111111111111", "eu-west-1")
BUCKET = "arn:aws:s3:::b/"
KEYS = ["".join(letters) for length in range(8) for letters in product("xy", repeat=length)]
ACTIONS = [f"{service}:{call}" for service in ("p", "q") for call in ("a", "b", "ab")]
ARNS = ["x", "y", "xy"]
CONDITION = {"StringEquals": {"aws:PrincipalTag/t": "1"}}


def statement(actions: st.SearchStrategy[str], resources: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda effect, on, what, to, which, condition: {"Effect": effect, on: what, to: which} | condition,
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.sampled_from(["Action", "Action", "NotAction"]),
        st.lists(actions, min_size=1, max_size=2),
        st.sampled_from(["Resource", "Resource", "NotResource"]),
        st.lists(resources, min_size=1, max_size=2),
        st.sampled_from([{}, {}, {"Condition": CONDITION}]),
    )


S3_STATEMENTS = st.lists(
    statement(
        st.sampled_from(["s3:DeleteObject", "s3:*", "s3:Get*"]),
        st.text("xy*?", max_size=3).map(lambda key: BUCKET + key),
    ),
    max_size=3,
)
STATEMENTS = st.lists(
    statement(st.sampled_from(["*", "p:*", "p:a", "p:a*", "q:b", "?:ab"]), st.text("xy*?", min_size=1, max_size=2)),
    max_size=3,
)
LOCATIONS = st.builds(Location, st.just("b"), st.text("xy", max_size=2), st.text("xy", max_size=1))


def matches(found: dict[str, Any], key: str, text: str) -> bool:
    if f"Not{key}" in found:
        return not any(fnmatchcase(text, pattern) for pattern in found[f"Not{key}"])
    return any(fnmatchcase(text, pattern) for pattern in found[key])


def may(statements: list[dict[str, Any]], action: str, resource: str, *, kindly: bool) -> bool:
    """With conditions that hold for every Allow and for no Deny (`kindly`), or the other way round."""

    def some(effect: str) -> bool:
        counted = [each for each in statements if "Condition" not in each or (effect == "Allow") == kindly]
        about = [each for each in counted if each["Effect"] == effect and matches(each, "Action", action)]
        return any(matches(each, "Resource", resource) for each in about)

    return some("Allow") and not some("Deny")


def role(statements: list[dict[str, Any]], boundary: list[dict[str, Any]] | None = None) -> Role:
    documents = tuple(json.dumps({"Statement": [each]}) for each in statements)
    return Role(documents, "" if boundary is None else json.dumps({"Statement": boundary}))


def keys_of(location: Location) -> list[str]:
    own = [key for key in KEYS if len(key) >= len(location.prefix + location.suffix)]
    return [BUCKET + key for key in own if key.startswith(location.prefix) and key.endswith(location.suffix)]


@given(S3_STATEMENTS, LOCATIONS)
@settings(max_examples=300)
def test_no_and_yes_are_certain(statements: list[dict[str, Any]], at: Location) -> None:
    answer = changes(role(statements), ACCOUNT, at).get("delete", "no")
    may_some = {
        kindly: any(may(statements, *each, kindly=kindly) for each in product(CHANGES["delete"], keys_of(at)))
        for kindly in (True, False)
    }
    assert answer != "no" or not may_some[True]
    assert answer != "yes" or may_some[False]


@given(S3_STATEMENTS, S3_STATEMENTS, LOCATIONS)
@settings(max_examples=300)
def test_no_is_certain_within_a_boundary_too(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]], at: Location
) -> None:
    if changes(role(own, boundary), ACCOUNT, at).get("delete", "no") == "no":
        for each in product(CHANGES["delete"], keys_of(at)):
            assert not all(may(statements, *each, kindly=True) for statements in (own, boundary))


@given(STATEMENTS, st.none() | STATEMENTS)
@settings(max_examples=500)
def test_nothing_that_it_may_use_is_left_unsaid(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]] | None
) -> None:
    found = outside_s3(role(own, boundary), {})
    said = [f"{service}:{call}" for service, calls in found.items() for call in calls]
    limits = [own] if boundary is None else [own, boundary]
    for action, arn in product(ACTIONS, ARNS):
        if all(may(each, action, arn, kindly=True) for each in limits):
            assert any(fnmatchcase(action, each) for each in said)
