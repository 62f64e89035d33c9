"""A copied function's environment leads to the ghost, or the plan stops; never to prod by accident."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.config.values import EnvRule
from dbt_ghost.core.environment import SECRET_NAMES, Rewritten, rewrite
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.resources import pairs

ROUTES = {"flights-clean": "ghost-flights-x-1", "flights-curated": "ghost-flights-x-2", "PROD_DB": "GHOST_FLIGHTS_X"}


def rewritten(
    environment: Mapping[str, str],
    rules: Mapping[str, EnvRule] = {},
    outputs: Collection[str] = (),
    routes: Mapping[str, str] = ROUTES,
    reads: Collection[str] = ("flights-reference",),
) -> Rewritten:
    return rewrite(
        pairs(environment),
        rules=rules,
        outputs=outputs,
        routes=routes,
        reads=reads,
        region="eu-west-1",
        refs={"branch": "fix/x", "ghost": "ghost-flights-x"},
    )


def became(value: str, name: str = "SETTING", rule: EnvRule | None = None) -> str | None:
    """What the variable holds in the ghost; None if it is left out. Fails if it is unexplained."""
    result = rewritten({name: value}, {name: rule} if rule else {})
    assert result.unexplained == ()
    return dict(result.environment).get(name)


def unexplained(value: str, name: str = "SETTING") -> bool:
    result = rewritten({name: value})
    assert (result.environment == ()) == bool(result.unexplained)
    return result.unexplained == (name,)


def test_an_output_leads_to_the_ghost_bucket() -> None:
    result = rewritten({"OUT_BUCKET": "flights-clean"}, outputs=["OUT_BUCKET"])

    assert result == Rewritten((("OUT_BUCKET", "ghost-flights-x-1"),), ())


def test_an_output_that_holds_no_output_bucket_is_unexplained_even_if_harmless() -> None:
    assert rewritten({"OUT": "true"}, outputs=["OUT"]).unexplained == ("OUT",)
    assert rewritten({"OUT": "flights-reference"}, outputs=["OUT"]).unexplained == ("OUT",)


def test_an_output_that_is_not_there_is_unexplained() -> None:
    assert rewritten({}, outputs=["OUT"]).unexplained == ("OUT",)


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        (EnvRule("copy"), "prod_db"),
        (EnvRule("drop"), None),
        (EnvRule("set", "other"), "other"),
        (EnvRule("route", "database"), "GHOST_FLIGHTS_X"),
        (EnvRule("route", "flights-curated"), "ghost-flights-x-2"),
    ],
)
def test_a_declared_rule_is_followed(rule: EnvRule, after: str | None) -> None:
    assert became("prod_db", "DB_SECRET", rule) == after


def test_a_set_variable_is_added_where_prod_has_none() -> None:
    assert rewritten({}, {"NEW": EnvRule("set", "x")}).environment == (("NEW", "x"),)


def test_routing_what_has_no_route_is_unexplained() -> None:
    result = rewritten({"DB": "OTHER"}, {"DB": EnvRule("route", "database")})

    assert result == Rewritten((), ("DB",))


@pytest.mark.parametrize("rule", [EnvRule("copy"), EnvRule("drop"), EnvRule("route", "bucket")])
@pytest.mark.parametrize(
    ("there", "near"),
    [("LOG_LEVEL", "LOG_LEVEL"), ("log_level", "log_level"), ("UNLIKE_IT", ""), ("LOGLEVELS", "")],
)
def test_a_rule_for_what_prod_does_not_set_is_told_with_the_nearest_name(rule: EnvRule, there: str, near: str) -> None:
    rules = {"LOG_LEVLE": rule} | ({"LOGLEVELS": EnvRule("copy")} if there == "LOGLEVELS" else {})
    result = rewritten({there: "INFO"}, rules)

    assert result.unset == (("LOG_LEVLE", near),)
    assert "LOG_LEVLE" not in dict(result.environment)


@pytest.mark.parametrize("rule", [EnvRule("set", "x"), EnvRule("ref", "branch")])
def test_a_rule_that_adds_a_variable_needs_none_in_prod(rule: EnvRule) -> None:
    assert rewritten({"LOG_LEVEL": "INFO"}, {"LOG_LEVLE": rule}).unset == ()


def test_a_reference_gives_the_ghosts_own_name_also_to_a_variable_that_prod_has_not() -> None:
    assert became("main", "BRANCH", EnvRule("ref", "branch")) == "fix/x"
    assert rewritten({}, {"BRANCH": EnvRule("ref", "branch")}).environment == (("BRANCH", "fix/x"),)


def test_a_reference_to_what_a_ghost_has_not_is_refused_with_what_it_has() -> None:
    with pytest.raises(Refused, match="nothing called 'z'") as refused:
        rewritten({"X": "y"}, {"X": EnvRule("ref", "z")})
    assert "branch, ghost" in refused.value.hint


@pytest.mark.parametrize("name", ["ANYTHING", "BUCKET_URL"])
def test_a_value_that_is_a_routed_name_is_routed(name: str) -> None:
    assert became("flights-curated", name) == "ghost-flights-x-2"
    assert became("PROD_DB", name) == "GHOST_FLIGHTS_X"


def test_a_bucket_that_may_be_read_is_copied() -> None:
    assert became("flights-reference") == "flights-reference"


@pytest.mark.parametrize("value", ["", "true", "False", "on", "INFO", "warning", "0", "-5", "123456", "eu-west-1"])
def test_a_plainly_harmless_value_is_copied(value: str) -> None:
    assert became(value) == value
    for part in SECRET_NAMES:
        assert unexplained(value, f"MY_{part.lower()}_1")


@pytest.mark.parametrize("name", ["PIN", "CARD_PIN", "pin_1", "OTP"])
def test_a_short_number_that_unlocks_something_is_unexplained(name: str) -> None:
    assert unexplained("123456", name)


@pytest.mark.parametrize("name", ["MAPPING", "PINNED", "SPIN"])
def test_a_name_that_only_has_such_a_word_inside_another_is_like_any(name: str) -> None:
    assert became("123456", name) == "123456"


@pytest.mark.parametrize(
    "value",
    [
        "1234567",
        "prod",
        "prod_db",
        "us-east-1",
        "hello",
        "true ",
        "true\n",
        "flights-raw",
        "٣",
        "s3://flights-clean/x",
        '{"bucket": "flights-clean"}',
        "arn:aws:s3:::flights-clean",
        "flights-clean,flights-curated",
        "FLIGHTS-CLEAN",
    ],
)
def test_anything_else_is_unexplained(value: str) -> None:
    assert unexplained(value)


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_SECRET_ACCESS_KEY", "LAMBDA_TASK_ROOT", "_HANDLER"])
def test_what_lambda_sets_itself_is_left_out(name: str) -> None:
    assert became("anything", name) is None


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_LAMBDA_EXEC_WRAPPER", "LAMBDA_OTHER"])
def test_other_variables_of_aws_are_like_any(name: str) -> None:
    assert unexplained("anything", name)


def test_unexplained_names_are_sorted_and_values_are_not_shown() -> None:
    result = rewritten({"B": "hunter2", "A": "hunter2", "C": "hunter2"}, {"C": EnvRule("copy")})

    assert result.unexplained == ("A", "B")
    assert "hunter2" not in repr(result)


BUCKETS = st.one_of(
    st.sampled_from(["flights-clean", "123", "true", "info", "eu-west-1", "clean"]),
    st.from_regex(r"[a-z0-9][a-z0-9.-]{1,12}[a-z0-9]", fullmatch=True),
)
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{1,12}", fullmatch=True)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, EnvRule], list[str], dict[str, str], list[str]]:
    """An environment full of prod names, whole and inside other text, and what is declared about it."""
    routed = draw(st.lists(BUCKETS, min_size=1, max_size=3, unique=True))
    routes = {bucket: f"ghost-p-{number}" for number, bucket in enumerate(routed)}
    reads = draw(st.lists(BUCKETS, max_size=2))
    about = st.sampled_from([*routed, *reads])
    value = st.one_of(
        about,
        about.map(str.upper),
        st.builds("{}{}{}".format, st.text(max_size=4), about, st.text(max_size=4)),
        st.sampled_from(["true", "4123", "INFO", "eu-west-1", ""]),
        st.text(max_size=8),
    )
    environment = draw(st.dictionaries(NAMES, value, max_size=8))
    some = st.sampled_from(sorted(environment)) if environment else NAMES
    rules = draw(
        st.dictionaries(
            some,
            st.sampled_from([EnvRule("copy"), EnvRule("drop"), EnvRule("set", "x"), EnvRule("route", "bucket")]),
            max_size=2,
        )
    )
    outputs = [name for name in draw(st.lists(some, max_size=2)) if name not in rules]
    return environment, rules, outputs, routes, reads


@given(worlds())
def test_no_prod_output_survives_unless_it_is_declared(
    world: tuple[dict[str, str], dict[str, EnvRule], list[str], dict[str, str], list[str]],
) -> None:
    environment, rules, outputs, routes, reads = world

    for name, value in rewritten(environment, rules, outputs, routes, reads).environment:
        declared = rules.get(name, EnvRule("drop")).action in ("copy", "set")
        if declared or value in routes.values():
            continue
        # a bucket that may be read can have a longer name around an output bucket's; it is that bucket, exactly
        assert value in set(reads) - set(routes) or not any(prod.lower() in value.lower() for prod in routes)


@given(worlds())
def test_every_variable_is_rewritten_left_out_or_unexplained(
    world: tuple[dict[str, str], dict[str, EnvRule], list[str], dict[str, str], list[str]],
) -> None:
    environment, rules, outputs, routes, reads = world
    result = rewritten(environment, rules, outputs, routes, reads)
    after, dropped = dict(result.environment), {name for name, rule in rules.items() if rule.action == "drop"}

    assert not set(after) & set(result.unexplained)
    assert set(environment) <= set(after) | set(result.unexplained) | dropped
