"""Sets of requests, and the one that a question is about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.conditions import Constraint
from dbt_ghost.core.iam.languages import EVERYTHING, NOTHING, Language, literal, union
from dbt_ghost.core.iam.policies import Condition
from dbt_ghost.core.iam.principals import brought
from dbt_ghost.core.iam.questions import Given, Question

Read = Callable[[Condition], Constraint | None]


@dataclass(frozen=True)
class Region:
    """Requests: the resource is in each language, the keys meet each constraint, and the guesses are taken for true."""

    languages: tuple[Language, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    guesses: tuple[str, ...] = ()

    def within(self, language: Language) -> Region:
        return self if language in self.languages else replace(self, languages=(*self.languages, language))

    def where(self, *more: Constraint) -> Region:
        return replace(self, constraints=tuple(dict.fromkeys([*self.constraints, *more])))

    def guessing(self, *more: str) -> Region:
        return replace(self, guesses=tuple(dict.fromkeys([*self.guesses, *more])))


def forbidden_region(question: Question, read: Read) -> Region:
    """Raises Refused for a condition that is not modelled."""
    forbidden = question.forbidden

    def asked(condition: Condition) -> Constraint:
        found = read(condition)
        if found is None:
            raise Refused(f"{condition.operator} {condition.key} cannot be asked for", "ask by another condition")
        return found

    return Region(
        (union(forbidden.resources) if forbidden.resources else EVERYTHING, ~union(forbidden.not_resources))
    ).where(
        *brought(question.principal),
        *(each for key, given in question.context.items() for each in _given(key.lower(), given)),
        *(asked(each) for each in forbidden.where),
        *(asked(each).negated() for each in forbidden.unless),
    )


def _given(key: str, given: Given) -> Iterator[Constraint]:
    if given is None:
        yield Constraint(key, NOTHING, "every", absent=True)
    elif isinstance(given, str):
        yield Constraint(key, union([literal(given)]))
    else:
        yield Constraint(key, union(map(literal, given)), "every")
        yield from (Constraint(key, union([literal(each)]), "some") for each in given)
