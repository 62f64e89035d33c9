"""Trust policies, the release role and the state bucket: what they must never let through, and what they must."""

from __future__ import annotations

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.proving import allows, prove
from dbt_ghost.core.policies.trusts import GitHub, GitLab, Roles
from tests.core.policies.asking import catalogue
from tests.core.policies.broken import Broken, broken
from tests.core.policies.others import Needed, documents, needed, questions

ASKED = [(name, question) for name in documents() for question in questions(name, documents())]
NEEDED = [(name, each) for name in documents() for each in needed(name, documents())]
BROKEN = list(broken(documents()))


@pytest.mark.parametrize(("name", "question"), ASKED)
def test_no_request_does_it(name: str, question: str) -> None:
    answer = prove(questions(name, documents())[question], catalogue())
    assert answer.verdict == "proved", answer


@pytest.mark.parametrize(("name", "each"), NEEDED)
def test_what_must_be_possible_is(name: str, each: Needed) -> None:
    assert possible(each)


@pytest.mark.parametrize("each", BROKEN, ids=lambda each: each.name)
def test_a_document_without_one_of_its_parts_is_noticed(each: Broken) -> None:
    if each.wider:
        asked = questions(each.document, each.documents).values()
        assert any(prove(question, catalogue()).verdict != "proved" for question in asked)
    else:
        assert not all(possible(one) for one in needed(each.document, each.documents))


def possible(one: Needed) -> bool:
    answer = allows(one.who, one.held, one.action, one.resource, context=one.keys, catalogue=catalogue())
    return answer.verdict == "violated"


@pytest.mark.parametrize(
    "make",
    [
        lambda: GitHub("acme/*", "ghost"),
        lambda: GitHub("acme", "ghost"),
        lambda: GitHub("acme/shop", "*"),
        lambda: GitHub("acme/shop", ""),
        lambda: GitHub("acme/shop", "ghost", "1*"),
        lambda: GitHub("acme/shop", "ghost", owner_id="acme"),
        lambda: GitLab("acme/*"),
        lambda: GitLab("acme/shop", "gitlab.*"),
        lambda: GitLab("acme/shop", branches=("feature/*",)),
        lambda: GitLab("acme/shop", project_id="?"),
        lambda: Roles(("arn:aws:iam::111111111111:role/*",)),
        lambda: Roles(("arn:aws:iam::111111111111:root",)),
    ],
)
def test_nobody_is_trusted_by_a_pattern(make: type[GitHub]) -> None:
    with pytest.raises(Refused, match="is not"):
        make()


@pytest.mark.parametrize("name", [name for name in documents() if name.startswith("trust")])
def test_a_trust_compares_each_claim_as_a_whole(name: str) -> None:
    """Of what is no pattern today: nothing but the check above would hold a `StringLike`."""
    for statement in documents()[name]["Statement"]:
        assert set(statement.get("Condition", {})) <= {"StringEquals"}


def test_claims_that_aws_does_not_know_of_a_host_are_refused() -> None:
    with pytest.raises(Refused, match=r"git\.acme\.example about ids"):
        GitLab("acme/shop", "git.acme.example", protected=True)
