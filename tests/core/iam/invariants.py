"""What must hold, asked of each layer alone, so that one which fails is seen even where another one holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.policies import Condition, Policy
from dbt_ghost.core.iam.principals import federated, role, service, stranger
from dbt_ghost.core.iam.questions import Forbidden, Policies, Question
from tests.core.iam.written import (
    ACCOUNT,
    ALL_OF_PROD,
    BOUNDARY,
    BUCKET_ARN,
    DEPLOYER,
    DOWNSTREAM,
    EVENTS,
    FUNCTION,
    GHOSTS,
    GITHUB,
    LAMBDA,
    LOGGING,
    OTHER_ACCOUNT,
    PROD_ARN,
    PROD_OBJECTS,
    READS,
    ROLES,
    RULE,
    SESSION,
    STEP,
    TOKEN,
    WIRING,
    WRITES,
    allow,
    document,
)

Documents = Mapping[str, dict[str, Any]]

IDENTITY = ("step", "boundary", "deployer", "guard")
ATTACHED = {"step trust": STEP, "deployer trust": DEPLOYER}

PREFIX = Condition("StringLike", "s3:prefix", ("orders/*", "refunds/*"))
TARGETS = Condition("ForAllValues:ArnLike", "events:TargetArn", (f"{LAMBDA}{GHOSTS}*",))
BOUNDED = Condition("ArnEquals", "iam:PermissionsBoundary", (BOUNDARY,))
TO_LAMBDA = Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",))
FOR_EVENTS = Condition("StringEquals", "lambda:Principal", ("events.amazonaws.com",))
ELSEWHERE = Condition("StringNotEquals", "aws:ResourceAccount", (ACCOUNT,))
GHOST_OBJECTS = f"arn:aws:s3:::{GHOSTS}*/*"
CHANGES = ("s3:Put*", "s3:Delete*", "s3:Replicate*", "s3:Restore*", "s3:BypassGovernanceRetention", "s3:Abort*")

OF_A_STEP: Mapping[str, Forbidden] = {
    "prod's bucket is only read": Forbidden(not_actions=tuple(READS), resources=tuple(ALL_OF_PROD)),
    "only the configured prefixes are read": Forbidden(
        ("s3:GetObject*",), resources=("arn:aws:s3:::*",), not_resources=(*PROD_OBJECTS, GHOST_OBJECTS)
    ),
    "only the configured prefixes are listed": Forbidden(("s3:ListBucket",), resources=(PROD_ARN,), unless=(PREFIX,)),
    "no other object is changed": Forbidden(CHANGES, not_resources=(GHOST_OBJECTS,)),
    "no other action is allowed": Forbidden(not_actions=(*READS, *WRITES, *LOGGING)),
    "no bucket of another account is reached": Forbidden(("s3:*",), where=(ELSEWHERE,)),
    "nothing but a ghost's function has these rights": Forbidden(
        ("s3:*",), unless=(Condition("ArnLike", "lambda:SourceFunctionArn", (f"{LAMBDA}{GHOSTS}*",)),)
    ),
}

OF_THE_DEPLOYER: Mapping[str, Forbidden] = {
    "prod's bucket is only looked at": Forbidden(not_actions=tuple(WIRING), resources=tuple(ALL_OF_PROD)),
    "no other bucket is touched": Forbidden(
        ("s3:*",), not_resources=(f"arn:aws:s3:::{GHOSTS}*", GHOST_OBJECTS, PROD_ARN)
    ),
    "no other function is touched": Forbidden(
        ("lambda:*",), not_actions=("lambda:GetFunctionConfiguration",), not_resources=(f"{LAMBDA}{GHOSTS}*",)
    ),
    "no other rule is touched": Forbidden(("events:*",), not_resources=(f"{EVENTS}{GHOSTS}*",)),
    "rules feed only ghosts": Forbidden(("events:PutTargets",), unless=(TARGETS,)),
    "no other role is touched": Forbidden(("iam:*",), not_resources=(ROLES, BOUNDARY)),
    "only ghosts' roles are passed on": Forbidden(("iam:PassRole",), not_resources=(ROLES,)),
    "roles are passed on to Lambda only": Forbidden(("iam:PassRole",), unless=(TO_LAMBDA,)),
    "no role is without the boundary": Forbidden(("iam:CreateRole", "iam:PutRolePolicy"), unless=(BOUNDED,)),
    "no boundary is taken off": Forbidden(("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary")),
    "no boundary is edited": Forbidden(
        ("iam:CreatePolicy*", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy*"), resources=(BOUNDARY,)
    ),
    "no role is assumed": Forbidden(("sts:*",), not_resources=(f"{LAMBDA}{GHOSTS}*",)),
    "functions are opened to EventBridge only": Forbidden(("lambda:AddPermission",), unless=(FOR_EVENTS,)),
    "nothing of other services is touched": Forbidden(
        not_actions=("s3:*", "lambda:*", "iam:*", "logs:*", "events:*"), not_resources=(f"{LAMBDA}{GHOSTS}*",)
    ),
}

OF_THE_DEPLOYER_ITSELF: Mapping[str, Forbidden] = {
    "rules name what they feed": Forbidden(
        ("events:PutTargets",), where=(Condition("Null", "events:TargetArn", ("true",)),)
    ),
}

CEILING = list(OF_A_STEP)[:5]
"""What the Allows of a boundary say. Its Denies say all, even where some bucket lets the session in."""

ANYTHING = parse(document(allow("Anything", "*", "*")), "anything")

LETS_SESSIONS_IN = parse(document(allow("All", "s3:*", "*", Principal={"AWS": SESSION})), "careless", "resource")


def policies(documents: Documents) -> dict[str, Policy]:
    return {
        name: parse(read, name, "identity" if name in IDENTITY else "resource", ATTACHED.get(name, ""))
        for name, read in documents.items()
    }


def invariants(documents: Documents) -> dict[str, Question]:
    """Name -> question; the name begins with the layer that it is asked of."""
    of = policies(documents)
    step, deployer = role(STEP, SESSION.rpartition("/")[2]), role(DEPLOYER)
    live = (of["prod bucket"], of["bucket"])
    found = {
        f"{layer}: {name}": Question(step, held, forbidden)
        for layer, held in {
            "step": Policies((of["step"],), resource=live),
            "boundary": Policies((ANYTHING,), of["boundary"], resource=live),
            "step and boundary": Policies((of["step"],), of["boundary"], resource=live),
            "boundary's Denies": Policies((ANYTHING,), of["boundary"], resource=(*live, LETS_SESSIONS_IN)),
        }.items()
        for name, forbidden in OF_A_STEP.items()
    }
    ceiling = Policies((Policy("ceiling", tuple(each for each in of["boundary"].statements if each.allows)),))
    found |= {f"boundary's Allows: {name}": Question(step, ceiling, OF_A_STEP[name]) for name in CEILING}
    found |= {
        f"deployer: {name}": Question(deployer, Policies((of["deployer"],)), forbidden)
        for name, forbidden in OF_THE_DEPLOYER_ITSELF.items()
    }
    found |= {
        f"{layer}: {name}": Question(deployer, Policies(held, resource=live), forbidden)
        for layer, held in {
            "deployer": (of["deployer"],),
            "guard": (ANYTHING, of["guard"]),
            "deployer and guard": (of["deployer"], of["guard"]),
        }.items()
        for name, forbidden in OF_THE_DEPLOYER.items()
    }
    return found | _of_resources(of)


def _of_resources(of: Mapping[str, Policy]) -> dict[str, Question]:
    bucket, own = Policies((ANYTHING,), resource=(of["bucket"],)), (BUCKET_ARN, f"{BUCKET_ARN}/*")
    trust = Policies((ANYTHING,), resource=(of["step trust"],), resource_decides=True)
    oidc = Policies(resource=(of["deployer trust"],), resource_decides=True)
    invoked = Policies(resource=(of["permission"],))
    reading = ("s3:Get*", "s3:List*")
    job = Condition("StringEquals", f"{TOKEN}:sub", ("repo:acme/shop:environment:ghost",))
    audience = Condition("StringEquals", f"{TOKEN}:aud", ("sts.amazonaws.com",))
    rule = Condition("ArnEquals", "aws:SourceArn", (RULE,))
    return {
        "bucket: no other role reads or changes it": Question(stranger(ACCOUNT), bucket, _others(own)),
        "bucket: prod's loader only reads it": Question(
            role(DOWNSTREAM), bucket, Forbidden(not_actions=reading, resources=own)
        ),
        "trust: no role of the account becomes a step": Question(stranger(ACCOUNT), trust, Forbidden(("sts:*",))),
        "trust: no role of another account does": Question(stranger(OTHER_ACCOUNT), trust, Forbidden(("sts:*",))),
        "trust: no other service does": Question(service("ec2.amazonaws.com"), trust, Forbidden(("sts:*",))),
        "trust: one repository and environment deploys": Question(federated(GITHUB), oidc, Forbidden(unless=(job,))),
        "trust: by a token meant for AWS": Question(federated(GITHUB), oidc, Forbidden(unless=(audience,))),
        "permission: only the own rule invokes": Question(
            service("events.amazonaws.com"), invoked, Forbidden(("lambda:*",), unless=(rule,))
        ),
        "permission: the rule does nothing else": Question(
            service("events.amazonaws.com"), invoked, Forbidden(not_actions=("lambda:InvokeFunction",))
        ),
        "permission: no other function is invoked": Question(
            service("events.amazonaws.com"), invoked, Forbidden(not_resources=(FUNCTION,))
        ),
        "permission: nobody else invokes": Question(service("s3.amazonaws.com"), invoked, Forbidden()),
    }


def _others(own: tuple[str, ...]) -> Forbidden:
    named = Condition(
        "ArnEquals", "aws:PrincipalArn", (STEP, DEPLOYER, DOWNSTREAM, f"arn:aws:iam::{ACCOUNT}:role/break-glass")
    )
    touching = ("s3:GetObject*", "s3:ListBucket*", "s3:Put*", "s3:Delete*")
    return Forbidden(touching, resources=own, unless=(named,))
