"""What discovery tells of the roles of prod's functions, and of the policies on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.topology import ProdFunction
from tests.operations.fake_ghosts import ACCOUNT
from tests.operations.fake_prod import FakeProd
from tests.operations.test_discover import looked
from tests.prod_functions import prod_function

CLEAN, SHARED = ACCOUNT.role_arn("p-clean"), ACCOUNT.role_arn("shared")


def functions(prod: FakeProd, *names: str) -> list[ProdFunction]:
    return [step.function for step in looked(prod, *(names or ("p-clean", "p-enrich"))).steps]


def test_policies_and_boundary_of_every_role_are_told() -> None:
    prod = FakeProd(roles={CLEAN: (("{1}", "{2}"), "{3}")})
    clean, enrich = functions(prod)
    assert (clean.policies, clean.boundary) == (("{1}", "{2}"), "{3}")
    assert (enrich.policies, enrich.boundary) == ((), "")


@pytest.mark.parametrize("call", ["role_policies", "role_boundary"])
def test_a_role_that_may_not_be_read_is_unknown_and_the_others_are_read(call: str) -> None:
    prod = FakeProd(roles={CLEAN: (("{1}",), "{3}")}, denied={f"{call} {CLEAN}"})
    clean, enrich = functions(prod)
    assert (clean.policies, clean.boundary) == (None, "")
    assert enrich.policies == ()


def test_a_role_of_several_functions_is_read_once() -> None:
    prod = FakeProd(roles={SHARED: (("{1}",), "")})
    names = [f"p-fn{number}" for number in range(6)]
    prod.functions = {name: replace(prod_function(name), role_arn=SHARED) for name in names}
    assert {each.policies for each in functions(prod, *names)} == {("{1}",)}
    assert (prod.calls[f"role_policies {SHARED}"], prod.calls[f"role_boundary {SHARED}"]) == (1, 1)


def test_a_function_that_outlived_its_role_may_do_nothing() -> None:
    class WithoutRoles(FakeProd):
        def _role(self, arn: str) -> tuple[tuple[str, ...], str]:
            return super()._role(f"{arn}-gone")

    assert [each.policies for each in functions(WithoutRoles())] == [(), ()]


def test_another_error_than_a_denial_is_none_to_go_on_with() -> None:
    class Throttled(FakeProd):
        def role_policies(self, role_arn: str) -> tuple[str, ...]:
            raise GhostError("AWS asks for fewer calls")

    with pytest.raises(GhostError, match="fewer calls"):
        functions(Throttled())


def test_what_lets_others_in_is_told_but_not_a_policy_that_lost_its_statements() -> None:
    prod, arn = FakeProd(), ACCOUNT.function_arn("p-clean")
    ((told, policy),) = looked(prod).policies
    assert told == arn and "p-raw" in policy
    prod.policies[arn] = []
    assert looked(prod).policies == ()
