"""Masking and row access policies: made, attached, shown; `policing` applies them to what is read.

Properties of a policy: signature ("(VAL VARCHAR)"), returns, body. Its uses are PolicyUse entries of the table or view:
for a masking policy the masked column first, then those of USING; for a row access policy those of ON.
"""

from __future__ import annotations

import re

from tests.snowflake_double import errors, making, showing, tagging
from tests.snowflake_double.catalog import Object, PolicyUse
from tests.snowflake_double.clauses import Clauses
from tests.snowflake_double.names import ANY_NAME, IDENT
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

KINDS = ("MASKING POLICY", "ROW ACCESS POLICY")
COLUMNS = (*showing.PLACE, "kind", "owner", "comment", "options", "owner_role_type")


def _read_policy(session: Session, made: Object, clauses: Clauses) -> None:
    clauses.expect("AS")
    signature = f"({clauses.group()})"
    clauses.expect("RETURNS")
    returns = clauses.until("->")
    clauses.expect("->")
    body = clauses.until("COMMENT", "EXEMPT_OTHER_POLICIES")
    made.comment = str(clauses.options(("COMMENT",)).get("COMMENT", ""))
    made.properties = {"signature": signature, "returns": returns, "body": body}


def _alter_policy(session: Session, policy: Object, clauses: Clauses) -> bool:
    if not clauses.accept("SET", "BODY"):
        return tagging.alter(session, policy, clauses)
    clauses.expect("->")
    policy.properties["body"] = clauses.rest
    clauses.at = len(clauses.text)
    return True


def attach(session: Session, target: Object, policy: Object, columns: tuple[str, ...], force: bool = False) -> None:
    """Needs APPLY on the policy with OWNERSHIP of the table or view, or APPLY <kind> on the account."""
    _may_apply(session, target, policy)
    known = {column.name for column in target.columns}
    if target.columns and (missing := [column for column in columns if column not in known]):
        raise errors.SnowflakeError(904, "42000", f"SQL compilation error:\ninvalid identifier '{missing[0]}'")
    there = [use for use in target.policies if use.policy.kind == policy.kind]
    if policy.kind == "MASKING POLICY":
        there = [use for use in there if use.columns[0] == columns[0]]
    if there and not force:
        raise errors.invalid(f"Specified column or object already has a {policy.kind.lower()} attached: {target.name}.")
    target.policies = [*(use for use in target.policies if use not in there), PolicyUse(policy, columns)]


def _may_apply(session: Session, target: Object, policy: Object) -> None:
    if session.can(f"APPLY {policy.kind}", session.account):
        return
    if not session.can("APPLY", policy):
        raise errors.insufficient(policy.kind, policy.name)
    if not session.can("OWNERSHIP", target):
        raise errors.insufficient(target.kind, target.name)


_TARGET = rf"ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW|DYNAMIC\s+TABLE)\s+(?:IF\s+EXISTS\s+)?(?P<name>{ANY_NAME})\s+"


@statement(
    rf"{_TARGET}(?:MODIFY|ALTER)\s+(?:COLUMN\s+)?(?P<column>{IDENT})\s+(?P<rest>(?:UN)?SET\s+MASKING\s+POLICY\b.*)",
    first=True,
)
def mask_column(session: Session, match: re.Match[str]) -> None:
    target = session.get("TABLE", match["name"])
    column = tagging.column_of(target, match["column"])
    clauses = Clauses(match["rest"])
    if clauses.accept("UNSET", "MASKING", "POLICY"):
        there = [use for use in target.policies if use.policy.kind == "MASKING POLICY" and use.columns[0] == column]
        for use in there:
            _may_apply(session, target, use.policy)
            target.policies.remove(use)
    else:
        clauses.accept("SET", "MASKING", "POLICY")
        policy = session.get("MASKING POLICY", clauses.name())
        using = tuple(name[0] for name in Clauses(clauses.group()).names()) if clauses.accept("USING") else (column,)
        if using[0] != column:
            raise errors.invalid("The first column of USING must be the masked column.")
        attach(session, target, policy, using, clauses.accept("FORCE"))
    clauses.end()


@statement(
    rf"{_TARGET}(?P<rest>(?:ADD|DROP)\s+(?:ROW\s+ACCESS\s+POLICY|ALL\s+ROW\s+ACCESS\s+POLICIES)\b.*)", first=True
)
def filter_rows(session: Session, match: re.Match[str]) -> None:
    target = session.get("TABLE", match["name"])
    clauses = Clauses(match["rest"])
    while not clauses.done:
        if clauses.accept("ADD", "ROW", "ACCESS", "POLICY"):
            policy = session.get("ROW ACCESS POLICY", clauses.name())
            clauses.expect("ON")
            attach(session, target, policy, tuple(name[0] for name in Clauses(clauses.group()).names()))
        elif clauses.accept("DROP", "ALL", "ROW", "ACCESS", "POLICIES"):
            _detach(session, target, [use for use in target.policies if use.policy.kind == "ROW ACCESS POLICY"])
        else:
            clauses.expect("DROP", "ROW", "ACCESS", "POLICY")
            policy = session.get("ROW ACCESS POLICY", clauses.name())
            uses = [use for use in target.policies if use.policy is policy]
            if not uses:
                raise errors.invalid(f"Row access policy {policy.name} is not attached to {target.name}.")
            _detach(session, target, uses)
        clauses.accept(",")


def _detach(session: Session, target: Object, uses: list[PolicyUse]) -> None:
    for use in uses:
        _may_apply(session, target, use.policy)
        target.policies.remove(use)


def _unused(session: Session, policy: Object) -> None:
    if any(use.policy is policy for item in session.account.objects() for use in item.policies):
        raise errors.invalid(
            f"Policy {policy.name} cannot be dropped/replaced as it is associated with one or more entities."
        )


for _kind in KINDS:
    making.creates(_kind, _read_policy, guard=_unused)
    making.alters(_kind, _alter_policy)
    making.drops(_kind, guard=_unused)
    showing.show_objects(
        _kind.replace("POLICY", "POLICIES"),
        (_kind,),
        COLUMNS,
        lambda item: (*showing.place(item), "_".join(item.kind.split()), item.owner, item.comment, "", "ROLE"),
    )


@statement(rf"DESC(?:RIBE)?\s+(?P<kind>MASKING|ROW\s+ACCESS)\s+POLICY\s+(?P<name>{ANY_NAME})")
def describe_policy(session: Session, match: re.Match[str]) -> Rows:
    policy = session.get(" ".join(match["kind"].upper().split()) + " POLICY", match["name"])
    held = policy.properties
    row = (policy.name, held["signature"], held["returns"], held["body"])
    return Rows(("name", "signature", "return_type", "body"), [row])
