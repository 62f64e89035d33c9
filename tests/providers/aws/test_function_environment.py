"""What a caller without the key's permission cannot read is unreadable, and never empty (Lambda answers 200 to it)."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import pairs
from dbt_ghost.providers.aws import function_environment, functions
from dbt_ghost.providers.aws.prod import AwsProd
from tests.providers.aws.stubbed import answers

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
UNREADABLE = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "SENSITIVE"}}
LEAST: dict[str, Any] = {"FunctionName": "shop-clean", "Role": "r", "CodeSha256": "x", "MemorySize": 128, "Timeout": 3}


def test_prods_is_refused_before_anything_is_made_of_it() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function_configuration", LEAST | {"Environment": UNREADABLE, "KMSKeyArn": KEY})
        session.fail("lambda.get_function_event_invoke_config", "ResourceNotFoundException")
        session.say("lambda.get_function_code_signing_config", {"CodeSigningConfigArn": "", "FunctionName": "x"})
        with pytest.raises(
            Denied, match="environment of function shop-clean: it is unreadable: AccessDenied"
        ) as caught:
            AwsProd(session).function("shop-clean")
    assert f"kms:Decrypt on {KEY}" in caught.value.hint
    assert "SENSITIVE" not in caught.value.message + caught.value.hint


def test_a_ghosts_own_is_not_taken_for_one_that_must_be_filled() -> None:
    with answers("lambda") as session:
        session.say("lambda.get_function", {"Configuration": LEAST | {"Environment": UNREADABLE}})
        session.fail("lambda.get_function_event_invoke_config", "ResourceNotFoundException")
        with pytest.raises(Denied, match="it is unreadable"):
            functions.read(session, "shop-clean")


def test_one_that_is_readable_or_not_set_is_what_it_is() -> None:
    assert function_environment.read(LEAST | {"Environment": {"Variables": {"B": "2", "A": "1"}}}) == pairs(
        {"A": "1", "B": "2"}
    )
    assert function_environment.read(LEAST) == ()
