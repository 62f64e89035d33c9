"""Whom a statement is about: roles and their sessions, accounts, services, everybody. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from dbt_ghost.core.iam.conditions import Constraint
from dbt_ghost.core.iam.languages import Language, by_field, literal
from dbt_ghost.core.iam.policies import Named


class Stance(IntEnum):
    """How a statement of a resource's policy names a principal, from the weakest on."""

    NOT = 0
    ACCOUNT = 1
    """An Allow leaves it to the policies of the principal."""
    ROLE = 2
    """An Allow grants, within what boundary and session policy allow too."""
    DIRECT = 3
    """An Allow grants, whatever boundary and session policy do not mention: only a Deny there helps."""


@dataclass(frozen=True)
class Principal:
    """`kind` is what IAM calls it. An AWS principal with an account and no `name` is a role that nobody names; a
    `session` that is not known may be any.
    """

    kind: str
    name: str = ""
    account: str = ""
    session: str = ""

    def __str__(self) -> str:
        return self.name or f"another role of account {self.account}"

    @property
    def sessions(self) -> str:
        """How the ARN of each of its sessions starts."""
        partition = [*self.name.split(":"), "", ""][1]
        return f"arn:{partition}:sts::{self.account}:assumed-role/{self.name.rpartition('/')[2]}/"


def role(arn: str, session: str = "") -> Principal:
    return Principal("AWS", arn, [*arn.split(":"), "", "", "", "", ""][4], session)


def stranger(account: str) -> Principal:
    """Any role of the account that no policy names: for what must hold for all that were not thought of."""
    return Principal("AWS", account=account)


def service(name: str) -> Principal:
    return Principal("Service", name)


def federated(provider: str) -> Principal:
    return Principal("Federated", provider)


def stance(named: Named | None, principal: Principal, allows: bool) -> tuple[Stance, Stance]:
    """How a statement surely names a principal, and how it does at most. None names the one whose policy it is."""
    if named is None:
        return Stance.DIRECT, Stance.DIRECT
    found = max(_names(kind, text, principal, allows or named.inverted) for kind, text in named.who)
    everybody = ("AWS", "*") in named.who
    if not named.inverted:
        # Whether what everybody may do is limited by a role's boundary is not written anywhere.
        return (max(found, Stance.ROLE), Stance.DIRECT) if everybody else (found, found)
    if everybody:
        return Stance.NOT, Stance.NOT
    # AWS wants role, session and account listed to leave out a role. With some of them: hard to tell.
    return (Stance.NOT if found else Stance.ROLE), Stance.DIRECT


def _names(kind: str, text: str, principal: Principal, generous: bool) -> Stance:
    if kind != principal.kind:
        return Stance.NOT
    if kind != "AWS":
        return Stance.DIRECT if text == principal.name else Stance.NOT
    if principal.name and text == principal.name:
        return Stance.ROLE
    if principal.name and text.startswith(principal.sessions):
        # If its session is not known, the one that is named may be it (`generous`), or may be another one.
        known = text == f"{principal.sessions}{principal.session}"
        return Stance.DIRECT if known or (generous and not principal.session) else Stance.NOT
    is_account = text == principal.account or (
        text.startswith("arn:") and text.endswith(f"iam::{principal.account}:root")
    )
    return Stance.ACCOUNT if is_account else Stance.NOT


def brought(principal: Principal) -> tuple[Constraint, ...]:
    """What every request of the principal brings along."""

    def is_(key: str, text: str) -> Constraint:
        return Constraint(key, Language((text,)))

    if principal.kind == "Service":
        return is_("aws:principalservicename", literal(principal.name)), is_("aws:principalisawsservice", "true")
    if principal.kind != "AWS":
        return ()
    arn = literal(principal.name) if principal.name else by_field(f"arn:aws*:iam::{principal.account}:role/?*")
    return (
        is_("aws:principalarn", arn),
        is_("aws:principalaccount", principal.account),
        is_("aws:principaltype", "AssumedRole"),
        is_("aws:principalisawsservice", "false"),
    )
