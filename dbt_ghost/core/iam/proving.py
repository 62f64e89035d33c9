"""Is there any request that these policies let through on what is forbidden? Pure.

An answer is for all actions of a catalogue, all resources and all contexts at once. Beyond what the policies say:

* Principal and resource are taken to be in one account: either side may allow. Two accounts must both allow, so this
  errs on the side of the request. So does leaving out the policies of organisations and of VPC endpoints.
* Keys of a request are taken to be independent of each other, of action and resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.catalogue import ANY, Action, Catalogue, Mask
from dbt_ghost.core.iam.languages import literal, shown
from dbt_ghost.core.iam.policies import Statement
from dbt_ghost.core.iam.principals import Principal, Stance
from dbt_ghost.core.iam.questions import Answer, Forbidden, Given, Policies, Question, Request, absent
from dbt_ghost.core.iam.regions import Region, forbidden_region
from dbt_ghost.core.iam.searching import Rules, Search
from dbt_ghost.core.iam.witnesses import OverBudget

RULES = Rules()

Chain = tuple[Statement, ...]
"""Allows that let a request through together."""


def prove(question: Question, catalogue: Catalogue, rules: Rules = RULES) -> Answer:
    """First by what is certain, then with every guess in the request's favour. Raises Refused for a condition of what
    is forbidden that is not modelled, for an action there that the catalogue does not have, and for a pattern of
    actions of a service that it does not have.
    """
    _known(question.forbidden, catalogue)
    catalogue = catalogue.completed(question.actions)
    region = forbidden_region(question, lambda condition: rules.constraint(condition, catalogue.lists))
    try:
        for guess in (False, True):
            search = Search(rules, catalogue.lists, guess)
            found = next(_found(question, catalogue, search, region), None)
            if found is not None or not search.left_out:
                return found or Answer("proved")
    except OverBudget as error:
        return Answer("unknown", reasons=(f"given up: {error}",))
    return Answer("proved")


def allows(
    principal: Principal,
    policies: Policies,
    action: str,
    resource: str,
    *,
    context: Mapping[str, Given],
    catalogue: Catalogue,
    rules: Rules = RULES,
) -> Answer:
    """Is this one request let through (`violated`)? Keys that the context does not name are not in the request. Raises
    Refused for an action that there is not.
    """
    given = {key.lower(): value for key, value in context.items()}
    request = Forbidden(actions=(action,), resources=(literal(resource),))
    return prove(Question(principal, policies, request, absent(principal, policies) | given), catalogue, rules)


def _known(forbidden: Forbidden, catalogue: Catalogue) -> None:
    """A misspelt action would prove itself."""
    for action in (*forbidden.actions, *forbidden.not_actions):
        if not catalogue.matching([action]):
            raise Refused(f"there is no action {action!r}", "write it as AWS's service authorization reference does")


def _found(question: Question, catalogue: Catalogue, search: Search, forbidden: Region) -> Iterator[Answer]:
    """Requests that are let through, one for each way."""

    def about(statement: Statement) -> Mask:
        return catalogue.matching(statement.actions, statement.other_actions)

    asked = catalogue.matching(question.forbidden.actions) & ~catalogue.matching(question.forbidden.not_actions)
    denies = sorted((each for each in question.policies.statements if not each.allows), key=lambda d: len(d.conditions))
    for chain, region in _chains(question, search, forbidden):
        mask = asked
        for statement in chain:
            mask &= about(statement)
        for part in _parts(chain, search, region) if mask else ():
            for stopping, share in _shares(mask, [(each, about(each)) for each in denies]):
                if search.escape(part, stopping, question.principal, ANY) is None:
                    continue  # so no action does, each of which is about less
                for action, _ in catalogue.groups(share):
                    let = search.escape(part.within(action.language), stopping, question.principal, action)
                    if let is not None:
                        yield _answer(question.principal, chain, action, let, search)


def _chains(question: Question, search: Search, region: Region) -> Iterator[tuple[Chain, Region]]:
    """Every way to be allowed: what grants, and what limits that."""
    policies, principal = question.policies, question.principal
    limits = [[each for each in policy.statements if each.allows] for policy in policies.limits]
    own = [each for policy in policies.identity for each in policy.statements if each.allows]
    if not policies.resource_decides:
        yield from ((chain, region) for chain in product(own, *limits))
    for statement in (each for policy in policies.resource for each in policy.statements if each.allows):
        surely, at_most = search.rules.stance(statement.principals, principal, True)
        why = f"{statement.label}: counted as a grant to {principal} that nothing limits"
        more = [] if surely == at_most else [(at_most, each) for each in search.guessed(region, why)]
        for how, where in [(surely, region), *more]:
            if how == Stance.DIRECT:
                yield (statement,), where
            elif how == Stance.ROLE:
                yield from ((chain, where) for chain in product([statement], *limits))
            elif how == Stance.ACCOUNT and policies.resource_decides:
                yield from ((chain, where) for chain in product([statement], own, *limits))


def _parts(chain: Chain, search: Search, region: Region) -> list[Region]:
    parts = [region]
    for statement in chain:
        parts = [inner for part in parts for inner in search.allowed(part, statement)]
    return [part for part in parts if search.rules.witness(part.languages) is not None]


def _shares(mask: Mask, denies: list[tuple[Statement, Mask]]) -> list[tuple[list[Statement], Mask]]:
    """The actions of the mask by which Denies are about them."""
    shares: list[tuple[list[Statement], Mask]] = [([], mask)]
    for deny, about in denies:
        split = [([*others, deny], share & about) for others, share in shares]
        split += [(others, share & ~about) for others, share in shares]
        shares = [(others, share) for others, share in split if share]
    return shares


def _answer(principal: Principal, chain: Chain, action: Action, let: Region, search: Search) -> Answer:
    resource = search.rules.witness(let.languages) or ""
    context = search.context(let, action) or {}
    unlisted = (
        f"{action.name} with {key}: AWS's reference does not say that it comes with it"
        for key, values in sorted(context.items())
        if values and not action.lists(key)
    )
    request = Request(
        str(principal), action.name, shown(resource), {key: tuple(map(shown, each)) for key, each in context.items()}
    )
    reasons = (*let.guesses, *unlisted)
    labels = tuple(each.label for each in chain)
    return Answer("unknown" if reasons else "violated", request, labels, reasons)
