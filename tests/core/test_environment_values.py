"""What is secret, or leads to prod, is in a ghost's environment by an explicit rule or not at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dbt_ghost.core.config.values import RESERVED_VARIABLES, EnvRule
from dbt_ghost.core.environment import Rewritten, may_be_bucket, rewrite, told
from dbt_ghost.core.resources import pairs

ROUTES = {"shop-clean": "ghost-shop-x-1", "PROD_DB": "GHOST_SHOP_X"}
SWITCHES = "true false yes no on off debug info warn warning error critical fatal trace notset".split()


def rewritten(
    environment: Mapping[str, str], rules: Mapping[str, EnvRule] = {}, reads: Collection[str] = ("shop-reference",)
) -> Rewritten:
    return rewrite(pairs(environment), rules=rules, outputs=(), routes=ROUTES, reads=reads, region="eu-west-1", refs={})


def token(parts: tuple[bytes, bytes]) -> str:
    header = json.dumps({"alg": "HS256", "typ": "JWT"}).encode()
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, *parts))


def sampled(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


def built(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(form.format, *parts)


WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
PASSWORD = st.from_regex(r"[A-Za-z0-9!%^*_+~-]{1,12}", fullmatch=True)
HOST = st.builds("{}.{}".format, st.lists(WORD, min_size=1, max_size=3).map(".".join), sampled("com internal net io"))
ACCESS_KEY = built("{}{}", sampled("AKIA ASIA"), st.from_regex(r"[A-Z0-9]{16}", fullmatch=True))
SCHEME = sampled("postgresql snowflake https amqps redis mongodb+srv")
KINDS: dict[str, st.SearchStrategy[str]] = {
    "an AWS access key": ACCESS_KEY,
    "a JSON web token": st.tuples(st.binary(min_size=1, max_size=9), st.binary(min_size=1, max_size=9)).map(token),
    "a private key or certificate": built(
        "-----BEGIN {}-----\n{}\n-----END", st.sampled_from(["PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE"]), WORD
    ),
    "a URL with a login": built("{}://{}:{}@{}/{}", SCHEME, WORD, PASSWORD, HOST, WORD),
    "a connection string": st.one_of(
        built("host={} dbname={} user={} password={}", HOST, WORD, WORD, PASSWORD),
        built("Server={};Database={};User Id={};Password={};", HOST, WORD, WORD, PASSWORD),
        built("account={};warehouse={}", WORD, WORD),
    ),
    "an ARN": built(
        "arn:{}:{}:eu-west-1:111111111111:{}", sampled("aws aws-cn"), sampled("sqs sns dynamodb lambda s3"), WORD
    ),
    "an s3:// URL": built("{}://{}/{}", sampled("s3 s3a s3n"), WORD, WORD),
    "a URL": built("https://{}/{}", HOST, WORD),
    "a host's name": st.one_of(HOST, built("{}:{}", HOST, st.integers(1, 65535).map(str))),
}
"""What a value looks like -> such values."""

DANGEROUS = st.one_of(list(KINDS.values()))
AROUND = st.one_of(DANGEROUS, st.builds("{}{}{}".format, st.text(max_size=3), DANGEROUS, st.text(max_size=3)))
NAMES = st.one_of(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{1,12}", fullmatch=True), sampled("LOG_LEVEL AWS_PROFILE DB_PASSWORD STAGE")
).filter(lambda name: name not in RESERVED_VARIABLES)


@given(NAMES, AROUND)
def test_a_secret_or_a_way_to_prod_is_never_copied_without_a_rule(name: str, value: str) -> None:
    result = rewritten({name: value})

    assert result == Rewritten((), (name,))


@given(NAMES, st.one_of(st.text(), AROUND, sampled("TRUE 12 123456 Info shop-clean shop-reference")))
@example("STAGE", "hunter2")
@example("STAGE", "1234567")
def test_without_a_rule_a_value_is_one_of_few_or_not_there(name: str, value: str) -> None:
    """Said without the pattern that decides it: if that grows, this fails."""
    for after in dict(rewritten({name: value}).environment).values():
        number = after.removeprefix("-")
        assert (
            after.casefold() in SWITCHES
            or (number.isascii() and number.isdigit() and len(number) <= 6)
            or after in ("", "eu-west-1", "shop-reference", *ROUTES.values())
        )


@given(NAMES, AROUND)
def test_only_the_rule_for_that_very_variable_lets_a_secret_through(name: str, value: str) -> None:
    other = f"{name}_2"
    result = rewritten({name: value, other: value}, {name: EnvRule("copy")})

    assert result == Rewritten(pairs({name: value}), (other,))


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_told_what_a_value_looks_like(kind: str) -> None:
    @given(KINDS[kind])
    def check(value: str) -> None:
        assert told(value) == kind

    check()


@pytest.mark.parametrize("value", ["", "hello", "true", "123", "prod", "PROD_DB", "key=value", "a@b", "1.5", "eyJ"])
def test_what_looks_like_nothing_in_particular_is_told_so(value: str) -> None:
    assert told(value) == ""


def test_a_buckets_name_is_known_by_the_chain_or_by_what_the_variable_is_called() -> None:
    assert may_be_bucket("SOURCE", "shop-raw", {"shop-raw"})
    assert may_be_bucket("Archive_Bucket", "shop-archive", set())
    assert not may_be_bucket("SOURCE", "shop-archive", {"shop-raw"})
    assert not may_be_bucket("BUCKET_SECRET", "Hunter2!", set())
