"""What a role may do, as far as its own policies and its boundary say. Pure.

Three answers, as in `core.statements`. Where the truth is hard to tell the role may do it: what is said of a role
warns, and proves nothing. Policies of the resources themselves, sessions and organisations are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from dbt_ghost.core.calls import CALLS, Use
from dbt_ghost.core.globs import LITERAL, covers, narrower, overlap
from dbt_ghost.core.policies import Location
from dbt_ghost.core.statements import Answer, Statement, holds, is_about, statements, texts
from dbt_ghost.core.topology import Account, ProdFunction

CHANGES: Mapping[str, tuple[str, ...]] = {
    "delete": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "overwrite": ("s3:PutObject",),
    "tag": ("s3:PutObjectTagging", "s3:DeleteObjectTagging"),
    "restore": ("s3:RestoreObject",),
    "set the ACL of": ("s3:PutObjectAcl",),
}
"""What can be done to an object that somebody else reads, in words, and the actions that do it."""

EVERYTHING = "*:*"
UNSAID = ("s3:*", "logs:*", "xray:*", "kms:Decrypt", *CALLS["network"])
"""What is no right outside S3, or what Lambda itself needs."""

SHOWN = 6  # actions of one service

Region = tuple[str, ...]
"""The ARNs that match every one of these patterns."""

VARIABLE = re.compile(r"\$\{[^}]*\}")
ESCAPED = {"${*}": "*".translate(LITERAL), "${?}": "?".translate(LITERAL), "${$}": "$"}
"""How a policy writes characters that would mean something else (the rest of VARIABLE is only known at the call)."""


@dataclass(frozen=True)
class Role:
    """The documents of a role's policies and of its boundary (empty without one), as JSON.

    `brought` are the condition keys (in small letters) that its calls bring along; others make a condition unknown.
    """

    documents: tuple[str, ...]
    boundary: str = ""
    brought: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def own(self) -> list[Statement]:
        return [each for document in self.documents for each in self._in_force(document)]

    @cached_property
    def limits(self) -> list[Statement]:
        return self._in_force(self.boundary)

    @cached_property
    def denies(self) -> list[Statement]:
        return [each for each in [*self.own, *self.limits] if each["Effect"] == "Deny"]

    def holds(self, statement: Statement) -> Answer:
        return holds(statement, self.brought)

    def _in_force(self, document: str) -> list[Statement]:
        return [each for each in statements(document) if self.holds(each) != "no"]


def role_of(function: ProdFunction, account: Account) -> Role:
    """Prod's own. Where its policies are not known it has none; what its calls bring along is the account's own."""
    brought = {
        "aws:principalaccount": account.id,
        "aws:principalarn": function.role_arn,
        "aws:principalisawsservice": "false",
        "aws:resourceaccount": account.id,
        "aws:securetransport": "true",
    }
    return Role(function.policies or (), function.boundary, brought)


def changes(role: Role, account: Account, location: Location) -> dict[str, Answer]:
    """Which of CHANGES the role may do to some of these keys, and whether that is certain (F 4.1)."""
    prefix, suffix = location.prefix.translate(LITERAL), location.suffix.translate(LITERAL)
    keys = f"{account.bucket_arn(location.bucket)}/{prefix}{'' if location.exact else f'*{suffix}'}"
    found = {verb: _best(_may(role, action, keys) for action in actions) for verb, actions in CHANGES.items()}
    return {verb: answer for verb, answer in found.items() if answer != "no"}


def outside_s3(role: Role, known: Mapping[Use, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Service -> the actions of it that the role may call, both sorted; `*` for any.

    Leaves out UNSAID, and the `known` uses of these ARNs (patterns) wherever the role may do the same to some of them.
    """
    rights = _rights(role).items()
    said = {action for resource, actions in rights for action in actions if not _is_known(action, resource, known)}
    distinct = {action.lower(): action for action in sorted(said)}
    found: dict[str, list[str]] = {}
    for action in sorted(distinct):
        if not any(covers(other, action) for other in distinct.keys() - {action}):
            service, _, call = distinct[action].partition(":")
            found.setdefault(service.lower(), []).append(call)
    return {service: _short(calls) for service, calls in found.items()}


def _short(calls: list[str]) -> tuple[str, ...]:
    return tuple(calls) if len(calls) <= SHOWN else (*calls[: SHOWN - 1], f"{len(calls) - SHOWN + 1} more")


def _may(role: Role, action: str, keys: str) -> Answer:
    granted = _granted(role, role.own, action, (keys,))
    if not role.boundary:
        return _best(answer for answer, _ in granted)
    return _best(
        _worst([answer, _best(within for within, _ in _granted(role, role.limits, action, region))])
        for answer, region in granted
    )


def _granted(role: Role, found: list[Statement], action: str, region: Region) -> Iterator[tuple[Answer, Region]]:
    """(may it?, where) of each Allow. A Deny wins."""
    about = [each for each in found if is_about(each, action)]
    denies = [each for each in about if each["Effect"] == "Deny"]
    for statement in about:
        if statement["Effect"] == "Allow":
            for sure, part in _parts(statement, region):
                spared = [_spared(role, deny, part) for deny in denies]
                yield _worst([role.holds(statement), sure, *spared]), part


def _parts(statement: Statement, region: Region) -> Iterator[tuple[Answer, Region]]:
    """The parts of a region that a statement is about, and whether there certainly is something in them."""
    if "NotResource" in statement:
        if _touches(statement, region):
            yield "yes" if _has_all(statement, region) else "unknown", region
        return
    for pattern, exact in _resources(statement):
        if _meets(pattern, region):
            yield "yes" if exact else "unknown", (*region, pattern)


def _spared(role: Role, deny: Statement, region: Region) -> Answer:
    """Does a Deny leave it alone?"""
    if not _touches(deny, region):
        return "yes"
    return "no" if role.holds(deny) == "yes" and _has_all(deny, region) else "unknown"


def _touches(statement: Statement, region: Region) -> bool:
    if "NotResource" in statement:
        return not any(exact and _holds_all_of(pattern, region) for pattern, exact in _resources(statement))
    return any(_meets(pattern, region) for pattern, _ in _resources(statement))


def _has_all(statement: Statement, region: Region) -> bool:
    if "NotResource" in statement:
        return not any(_meets(pattern, region) for pattern, _ in _resources(statement))
    return any(exact and _holds_all_of(pattern, region) for pattern, exact in _resources(statement))


def _meets(pattern: str, region: Region) -> bool:
    return all(overlap(pattern, part) for part in region)


def _holds_all_of(pattern: str, region: Region) -> bool:
    return any(covers(pattern, part) for part in region)


def _rights(role: Role) -> dict[str, set[str]]:
    """All that is allowed and not denied for certain: a pattern of ARNs -> the actions, which may be patterns too."""
    found: dict[str, set[str]] = {}
    for statement in role.own:
        if statement["Effect"] == "Allow":
            for resource, actions in _of(statement):
                found.setdefault(resource, set()).update(actions)
    return {resource: _left(role, resource, actions) for resource, actions in found.items()}


def _left(role: Role, resource: str, actions: set[str]) -> set[str]:
    """What of these actions boundary and Denies leave."""
    if role.boundary:
        limits = [each for each in role.limits if each["Effect"] == "Allow" and _touches(each, (resource,))]
        actions = {left for action in actions for limit in limits for left in _listed(action, limit)}
    for deny in role.denies:
        if role.holds(deny) == "yes" and _has_all(deny, (resource,)):
            actions = {left for action in actions for left in _unlisted(action, deny)}
    return actions


def _of(statement: Statement) -> Iterator[tuple[str, set[str]]]:
    actions = [EVERYTHING] if "NotAction" in statement else _actions(statement, "Action")
    resources = ["*"] if "NotResource" in statement else [pattern for pattern, _ in _resources(statement)]
    for resource in resources:
        everything = f"{_service(resource) or '*'}:*"
        yield resource, {everything if action == EVERYTHING else action for action in actions}


def _listed(action: str, statement: Statement) -> Iterator[str]:
    """The part of an action that a statement is about; more than that, where a part is hard to write."""
    if "NotAction" in statement:
        if not _covered(action, _actions(statement, "NotAction")):
            yield action
        return
    yield from _common(action, _actions(statement, "Action"))


def _unlisted(action: str, statement: Statement) -> Iterator[str]:
    """The part that it is not about; more than that, where a part is hard to write."""
    if "NotAction" in statement:
        yield from _common(action, _actions(statement, "NotAction"))
    elif not _covered(action, _actions(statement, "Action")):
        yield action


def _common(action: str, patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        if overlap(pattern.lower(), action.lower()):
            yield action if narrower(pattern.lower(), action.lower()) == action.lower() else pattern


def _is_known(action: str, resource: str, known: Mapping[Use, Collection[str]]) -> bool:
    if _covered(action, UNSAID):
        return True
    return any(
        _covered(action, CALLS[use])
        and (
            _service(resource) not in ("", action.partition(":")[0].lower())
            or any(overlap(arn, resource) for arn in arns)
        )
        for use, arns in known.items()
    )


def _covered(action: str, patterns: Iterable[str]) -> bool:
    return any(covers(pattern.lower(), action.lower()) for pattern in patterns)


def _actions(statement: Statement, key: Literal["Action", "NotAction"]) -> list[str]:
    return [each if ":" in each else EVERYTHING for each in texts(statement.get(key, "*"))]


def _service(resource: str) -> str:
    """Of an ARN that names it; empty for one of any service."""
    named = [*resource.split(":"), "", ""][2]
    return "" if set(named) & set("*?") else named


def _resources(statement: Statement) -> list[tuple[str, bool]]:
    """Patterns, and whether they are all there is to it: a variable in a policy may stand for any text."""
    written = texts(statement.get("NotResource", statement.get("Resource", "*")))
    return [
        (VARIABLE.sub(lambda found: ESCAPED.get(found[0], "*"), text), set(VARIABLE.findall(text)) <= ESCAPED.keys())
        for text in written
    ]


def _best(answers: Iterable[Answer]) -> Answer:
    found = set(answers)
    return "yes" if "yes" in found else "unknown" if "unknown" in found else "no"


def _worst(answers: Iterable[Answer]) -> Answer:
    found = set(answers)
    return "no" if "no" in found else "unknown" if "unknown" in found else "yes"
