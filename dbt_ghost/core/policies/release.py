"""The policy of the release role, which the cutover has and CI's deployer never: new code for prod's own steps. Pure.

It stands for both ways to release: new code under the function's name, and a version that an alias is moved to.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.policies.limits import Limits
from dbt_ghost.core.policies.places import places
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import MANAGED_LIMIT, Document, Statement, condition

RELEASING = ("lambda:PublishVersion", "lambda:UpdateAlias", "lambda:UpdateFunctionCode")
COMPARING = ("lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionConfiguration")
IMAGES = ("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer")
RECORDS = ("s3:GetObject", "s3:ListBucket")
WHO = "sts:GetCallerIdentity"


def release_policy(reach: Reach) -> tuple[Document, ...]:
    """Two managed policies: what it may, and that it may nothing else. Raises Refused where one is longer than AWS
    takes.
    """
    allows = [each for each in _allows(reach) if each.resources]
    return (
        Document("release", tuple(allows), MANAGED_LIMIT),
        Document("release guard", tuple(_denies(reach)), MANAGED_LIMIT),
    )


def _allows(reach: Reach) -> Iterator[Statement]:
    where = places(reach)
    records = (*where["records"], *where["the state bucket"])
    yield _allow("KnowItself", "It says in whose account it works", (WHO,), ("*",))
    steps = where["prod's functions"]
    yield _allow("ReleaseSteps", "Exactly the code that the ghost ran, and back again", (*RELEASING, *COMPARING), steps)
    yield _allow("ReadGhosts", "The artifact that was observed", COMPARING, where["ghost functions"])
    why = "Lambda may ask for it of whoever gives a function an image"
    yield _allow("UseImages", why, IMAGES, where["prod's images"])
    ours = Limits(reach, ()).condition(["ours"])
    yield _allow("ReadRecords", "Which ghost was observed, with what result", RECORDS, records, ours)


def _denies(reach: Reach) -> Iterator[Statement]:
    where = places(reach)
    steps, images = where["prod's functions"], where["prod's images"]
    reading = (WHO, *COMPARING, *RECORDS, *(IMAGES if images else ()))
    readable = (*where["ghost functions"], *images, *where["records"], *where["the state bucket"])
    yield _deny(
        "ChangeNothingElse",
        "Neither ghosts nor records nor any other thing of prod's",
        not_actions=reading,
        not_resources=steps,
    )
    yield _deny(
        "TouchNothingElse",
        "No other service is reached",
        not_actions=(WHO,),
        not_resources=(*steps, *readable),
    )
    yield _deny(
        "NothingNew",
        "Of prod's steps the code alone: no settings, permissions, deletion, or what AWS adds later",
        not_actions=(*reading, *RELEASING),
    )
    yield _deny(
        "NoOtherAccount",
        "A bucket's ARN has no account: a name that was given up may be anybody's by now",
        actions=("s3:*",),
        condition=condition(StringNotEquals={"aws:ResourceAccount": reach.account.id}),
    )


def _allow(
    sid: str, reason: str, actions: tuple[str, ...], resources: tuple[str, ...], condition: str = ""
) -> Statement:
    return Statement(sid, "Allow", reason, actions=actions, resources=resources, condition=condition)


def _deny(
    sid: str,
    reason: str,
    *,
    actions: tuple[str, ...] = (),
    not_actions: tuple[str, ...] = (),
    not_resources: tuple[str, ...] = (),
    condition: str = "",
) -> Statement:
    """On everything, if no resources are spared."""
    return Statement(
        sid,
        "Deny",
        reason,
        actions=actions,
        not_actions=tuple(sorted(not_actions)),
        resources=() if not_resources else ("*",),
        not_resources=not_resources,
        condition=condition,
    )
