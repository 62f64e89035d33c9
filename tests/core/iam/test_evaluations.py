"""The evaluation of single requests, and evaluators that are broken on purpose: what the tests here are worth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.catalogue import FUTURE, Action, Catalogue
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.languages import Language
from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.proving import RULES, allows, prove
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question
from dbt_ghost.core.iam.witnesses import OverBudget
from tests.core.iam.broken import BROKEN
from tests.core.iam.evaluations import ANY, CASES, CATALOGUE, ME, OBJECT, Case, deny
from tests.core.iam.written import document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_is_judged_as_aws_documents(case: Case) -> None:
    assert case.judged() == case.said


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_evaluator_is_noticed(name: str) -> None:
    assert [case.name for case in CASES if case.judged(BROKEN[name]) != case.said] != []


def test_an_action_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refused, match="s3:GetObjekt"):
        allows(ME, Policies(), "s3:GetObjekt", OBJECT, context={}, catalogue=CATALOGUE)


def test_a_search_that_is_given_up_proves_nothing() -> None:
    def gives_up(languages: tuple[Language, ...]) -> str | None:
        raise OverBudget("too many")

    policies = Policies((parse(document(ANY), "p"),))
    answer = prove(Question(ME, policies, Forbidden()), CATALOGUE, replace(RULES, witness=gives_up))
    assert (answer.verdict, answer.reasons) == ("unknown", ("given up: too many",))


def test_what_is_unknown_names_the_statement_that_is_not_modelled() -> None:
    odd = deny("Odd", "*", "*", {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})
    answer = prove(Question(ME, Policies((parse(document(ANY, odd), "p"),)), Forbidden()), CATALOGUE)
    assert answer.verdict == "unknown"
    assert answer.reasons == ("p#Odd: DateGreaterThan aws:CurrentTime is not modelled, counted as false",)
    assert answer.request is not None


def test_a_forbidden_request_cannot_be_told_by_what_is_not_modelled() -> None:
    with pytest.raises(Refused, match="cannot be asked for"):
        numbers = Forbidden(where=(Condition("NumericEquals", "s3:max-keys", ("1",)),))
        prove(Question(ME, Policies(), numbers), CATALOGUE)


def test_an_action_of_tomorrow_is_let_through_by_a_wildcard_only() -> None:
    tomorrow = Catalogue((*CATALOGUE.actions[:1], Action(f"s3:{FUTURE}", keys=("*",))))
    others = Forbidden(not_actions=("s3:GetObject",))
    said = {
        pattern: prove(
            Question(ME, Policies((parse(document({**ANY, "Action": pattern}), "p"),)), others), tomorrow
        ).verdict
        for pattern in ("*", "s3:*", "s3:Get*", "s3:GetObject", "sqs:*")
    }
    assert [pattern for pattern, verdict in said.items() if verdict == "violated"] == ["*", "s3:*"]
    assert set(said.values()) == {"violated", "proved"}


def test_an_action_that_the_reference_does_not_have_yet_is_let_through_where_a_policy_names_it() -> None:
    policies = Policies((parse(document({**ANY, "Action": "s3:PutNewThing"}), "p"),))
    answer = prove(Question(ME, policies, Forbidden(("s3:*",))), CATALOGUE)
    assert answer.request is not None
    assert (answer.verdict, answer.request.action) == ("violated", "s3:putnewthing")


def test_a_misspelt_action_does_not_prove_itself() -> None:
    for forbidden in (Forbidden(("s3:PutObjct",)), Forbidden(not_actions=("s3:Got*",))):
        with pytest.raises(Refused, match="there is no action 's3:"):
            prove(Question(ME, Policies(), forbidden), CATALOGUE)


def test_actions_of_a_service_that_was_not_loaded_are_refused() -> None:
    policies = Policies((parse(document({**ANY, "Action": "sqs:Send*"}), "p"),))
    with pytest.raises(Refused, match="sqs:send"):
        prove(Question(ME, policies, Forbidden(("s3:*",))), CATALOGUE)
