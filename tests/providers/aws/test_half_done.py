"""What an earlier run, or AWS itself, left half done can be taken up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbt_ghost.core.errors import Denied, GhostError
from dbt_ghost.core.resources import Function
from dbt_ghost.providers.aws import functions, roles
from tests.providers.aws.stubbed import Answers, answers
from tests.providers.aws.test_delays import CODE, FUNCTION, GONE

FAILED = {"State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "KMS key is disabled"}
BUSY = {"State": "Active", "LastUpdateStatus": "InProgress"}
WELL = {"State": "Active", "LastUpdateStatus": "Successful"}


def exists(session: Answers, function: Function, **state: Any) -> None:
    """Prepare the answers to reading a function."""
    configuration = {
        "FunctionName": function.name,
        "Role": function.role_arn,
        "Runtime": function.runtime,
        "Handler": function.handler,
        "CodeSha256": function.code_sha256,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_s,
    }
    session.say("lambda.get_function", {"Configuration": configuration | state})
    session.fail("lambda.get_function_event_invoke_config", GONE)
    session.fail("lambda.get_policy", GONE)


def test_a_function_whose_last_update_failed_is_updated_again() -> None:
    with answers("lambda") as session:
        exists(session, FUNCTION, **FAILED)
        found = functions.read(session, FUNCTION.name)
        session.say("lambda.get_function_configuration", BUSY)
        session.say("lambda.get_function_configuration", FAILED)
        session.say("lambda.update_function_code", {})
        session.say("lambda.get_function_configuration", WELL)
        functions.put(session, FUNCTION, CODE, found)
        assert session.slept == [functions.STATE_WAITS[0]]


@pytest.mark.parametrize("state", [FAILED, {"State": "Failed", "StateReason": "no role"}])
def test_a_function_that_lambda_could_not_make_is_not_as_it_should_be(state: dict[str, str]) -> None:
    with answers("lambda") as session:
        exists(session, FUNCTION, **state)
        exists(session, FUNCTION, **WELL)
        assert functions.read(session, FUNCTION.name) != FUNCTION
        assert functions.read(session, FUNCTION.name) == FUNCTION


def test_an_update_of_our_own_that_fails_is_an_error_with_its_reason() -> None:
    with answers("lambda") as session:
        before = replace(FUNCTION, handler="app.before")
        session.say("lambda.get_function_configuration", WELL)
        session.say("lambda.update_function_configuration", {})
        session.say("lambda.get_function_configuration", FAILED)
        with pytest.raises(GhostError, match="KMS key is disabled"):
            functions.put(session, FUNCTION, None, before)


def test_a_policy_that_went_away_meanwhile_does_not_keep_its_role() -> None:
    with answers("iam") as session:
        attached = [{"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/a"}]
        session.say("iam.list_attached_role_policies", {"AttachedPolicies": attached})
        session.fail("iam.detach_role_policy", "NoSuchEntity", status=404)
        session.say("iam.list_role_policies", {"PolicyNames": ["one", "ghost"]})
        session.fail("iam.delete_role_policy", "NoSuchEntity", status=404)
        session.say("iam.delete_role_policy", {}, RoleName="x", PolicyName="ghost")
        session.say("iam.delete_role", {}, RoleName="x")
        roles.delete(session, "x")


def test_a_role_whose_policies_may_not_be_removed_is_not_taken_for_deleted() -> None:
    with answers("iam") as session:
        session.say("iam.list_attached_role_policies", {"AttachedPolicies": []})
        session.say("iam.list_role_policies", {"PolicyNames": ["ghost"]})
        session.fail("iam.delete_role_policy", "AccessDenied", status=403)
        with pytest.raises(Denied):
            roles.delete(session, "x")
