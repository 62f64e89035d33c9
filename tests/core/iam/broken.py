"""Evaluators that are broken on purpose: what the tests are worth."""

from __future__ import annotations

from dataclasses import replace

from dbt_ghost.core.iam import conditions, principals, witnesses
from dbt_ghost.core.iam.conditions import Constraint, Values
from dbt_ghost.core.iam.languages import Language
from dbt_ghost.core.iam.policies import Condition, Named
from dbt_ghost.core.iam.principals import Principal, Stance
from dbt_ghost.core.iam.proving import RULES


def no_witness_of_three(languages: tuple[Language, ...]) -> str | None:
    return witnesses.witness(languages) if len(languages) < 4 else None


def no_complements(languages: tuple[Language, ...]) -> str | None:
    return witnesses.witness(tuple(each for each in languages if not each.inverted))


def absent_never(condition: Condition, lists: frozenset[str]) -> Constraint | None:
    found = conditions.constraint(condition, lists)
    return replace(found, absent=False) if found is not None and condition.operator != "Null" else found


def sets_like_single_values(condition: Condition, lists: frozenset[str]) -> Constraint | None:
    return conditions.constraint(replace(condition, operator=condition.operator.rpartition(":")[2]), frozenset())


def equals_like_patterns(condition: Condition, lists: frozenset[str]) -> Constraint | None:
    return conditions.constraint(replace(condition, operator=condition.operator.replace("Equals", "Like")), lists)


def unmodelled_holds_never(condition: Condition, lists: frozenset[str]) -> Constraint | None:
    return conditions.constraint(condition, lists) or Constraint(condition.key.lower(), Language(()))


def any_key_is_absent(constraints: tuple[Constraint, ...]) -> Values | None:
    return ()


def each_constraint_alone(constraints: tuple[Constraint, ...]) -> Values | None:
    return next((found for each in constraints if (found := conditions.values((each,)))), ())


def sessions_like_roles(named: Named | None, principal: Principal, allows: bool) -> tuple[Stance, Stance]:
    found = principals.stance(named, principal, allows)
    return found if named is None else (min(found[0], Stance.ROLE), min(found[1], Stance.ROLE))


def everybody_is_nobody(named: Named | None, principal: Principal, allows: bool) -> tuple[Stance, Stance]:
    nobody = named is not None and ("AWS", "*") in named.who
    return (Stance.NOT, Stance.NOT) if nobody else principals.stance(named, principal, allows)


def all_but_is_nobody(named: Named | None, principal: Principal, allows: bool) -> tuple[Stance, Stance]:
    if named is not None and named.inverted:
        return Stance.NOT, Stance.NOT
    return principals.stance(named, principal, allows)


def account_like_role(named: Named | None, principal: Principal, allows: bool) -> tuple[Stance, Stance]:
    surely, at_most = principals.stance(named, principal, allows)
    return (Stance.ROLE if surely == Stance.ACCOUNT else surely), (Stance.ROLE if at_most else at_most)


BROKEN = {
    "many languages have nothing in common": replace(RULES, witness=no_witness_of_three),
    "complements are left out": replace(RULES, witness=no_complements),
    "an absent key never passes": replace(RULES, constraint=absent_never),
    "ForAllValues and ForAnyValue are left out": replace(RULES, constraint=sets_like_single_values),
    "Equals takes wildcards": replace(RULES, constraint=equals_like_patterns),
    "what is not modelled never holds": replace(RULES, constraint=unmodelled_holds_never),
    "every key may be absent": replace(RULES, values=any_key_is_absent),
    "conditions on one key are judged one by one": replace(RULES, values=each_constraint_alone),
    "a session is limited like its role": replace(RULES, stance=sessions_like_roles),
    "everybody is nobody": replace(RULES, stance=everybody_is_nobody),
    "NotPrincipal is left out": replace(RULES, stance=all_but_is_nobody),
    "a grant to the account is one to its roles": replace(RULES, stance=account_like_role),
}
