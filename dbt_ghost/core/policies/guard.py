"""What the deployer may not, whatever else allows it: Denies, attached beside `deployer`'s Allows. Pure.

Closed-world: what is not named is denied, also actions and services that AWS adds later. Each holds against one mistake
in the Allows, such as a resource too many or a condition that was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase

from dbt_ghost.core.policies.calls_of_deployer import CALLS
from dbt_ghost.core.policies.deployer import deployer_policy, seed_listings
from dbt_ghost.core.policies.limits import REQUEST_TAG, SERVICES, Limits
from dbt_ghost.core.policies.places import places
from dbt_ghost.core.policies.purposes import Where
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.policies.statements import MANAGED_LIMIT, Document, Statement, condition

READS = (
    *("ec2:Describe*", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"),
    *("elasticfilesystem:DescribeMountTargets", "events:Describe*", "events:List*", "iam:Get*", "iam:List*"),
    *("kms:DescribeKey", "lambda:Get*", "lambda:List*", "logs:DescribeLogGroups", "s3:Get*", "s3:List*"),
    *("sns:Get*", "sns:List*", "sqs:Get*", "sqs:List*", "sts:GetCallerIdentity"),
)
"""What changes nothing, says AWS's own reference of all these. Logs are read of ghosts only."""

ANYWHERE: tuple[Where, ...] = ("the account", "the account, for networks", "every bucket")
"""Places that are no ARNs, or too wide: these calls are held by what they are."""

GHOSTS: tuple[Where, ...] = (
    *("ghost functions", "ghost queues", "ghost topics", "ghost rules", "ghost log groups", "ghost roles"),
    *("ghost buckets", "ghost objects", "mappings", "records", "replays"),
)
"""All that may be changed."""

BY_OTHER_MEANS = (
    *("iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey", "lambda:CreateEventSourceMapping"),
    *("sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"),
)
"""Changes on what is not a ghost's: held by conditions, or by the places of the first statement alone."""


def guard_policy(reach: Reach, step_boundary_arn: str, tap_boundary_arn: str) -> tuple[Document, ...]:
    """Three managed policies: where, what, and how. Raises Refused where one is longer than AWS takes."""
    limits = Limits(reach, (step_boundary_arn, tap_boundary_arn))
    allowed = {
        action
        for document in deployer_policy(reach, step_boundary_arn, tap_boundary_arn)
        for statement in document.statements
        for action in statement.actions
    }
    return (
        Document("guard where", tuple(_where(reach)), MANAGED_LIMIT),
        Document("guard what", tuple(_what(reach, allowed)), MANAGED_LIMIT),
        Document("guard how", (*_how(limits, allowed), *_how_data(limits)), MANAGED_LIMIT),
    )


def _where(reach: Reach) -> Iterator[Statement]:
    where = places(reach)
    named = {arn for place, arns in where.items() if place not in ANYWHERE for arn in arns}
    named |= {arn for each in seed_listings(reach) for arn in each.resources}
    anywhere = {action for each in CALLS if set(each.on) & set(ANYWHERE) for action in each.actions}
    yield _deny(
        "TouchNothingElse",
        "Prod's other things are not even read; no other service is reached",
        not_actions=sorted(anywhere),
        not_resources=_widest(named),
    )


def _what(reach: Reach, allowed: Collection[str]) -> Iterator[Statement]:
    where = places(reach)
    yield _deny(
        "ChangeOnlyGhosts",
        "Of production, what may be read is not changed",
        not_actions=sorted({*READS, *BY_OTHER_MEANS}),
        not_resources=_widest(arn for place in GHOSTS for arn in where[place]),
    )
    changes = [action for action in allowed if not any(fnmatchcase(action, read) for read in READS)]
    yield _deny(
        "NothingNew",
        "No function URLs, ACLs, replication, trust of roles, or what AWS adds later, not even on ghosts",
        not_actions=sorted({*READS, *changes}),
        resources=["*"],
    )


def _how(limits: Limits, allowed: Collection[str]) -> Iterator[Statement]:
    yield from _how_roles(limits)
    yield from _how_events(limits)
    made = sorted(action for action in allowed if ":Create" in action)
    yield _deny(
        "TagWhatIsMade",
        "What is not tagged is nobody's, and `drop` leaves it alone",
        made,
        condition(StringNotEquals={REQUEST_TAG: limits.reach.project}),
    )


def _how_roles(limits: Limits) -> Iterator[Statement]:
    where = places(limits.reach)
    roles = [*where["ghost roles"], *where["roles made beforehand"]]
    why = "A function with prod's role would be prod's"
    yield _deny("PassOnlyGhostRoles", why, ["iam:PassRole"], not_resources=roles)
    yield _deny(
        "PassOnlyToLambda",
        "Nothing else runs as a ghost's role",
        ["iam:PassRole"],
        condition(StringNotEquals={"iam:PassedToService": "lambda.amazonaws.com"}),
    )
    yield _deny(
        "OnlyBoundedRoles",
        "A role without boundary could be given any right",
        ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"],
        condition(ArnNotEquals={"iam:PermissionsBoundary": limits.boundaries}),
    )
    yield _deny(
        "OpenOnlyToServices",
        "No account, and nobody's role, invokes ghosts",
        ["lambda:AddPermission"],
        condition(StringNotEquals={"lambda:Principal": SERVICES}),
    )


def _how_events(limits: Limits) -> Iterator[Statement]:
    where = places(limits.reach)
    feeding, no_target = ["events:PutTargets"], condition(Null={"events:TargetArn": "true"})
    other_target = condition(ForAnyValue__ArnNotLike={"events:TargetArn": limits.receivers})
    yield _deny("FeedOnlyGhosts", "A rule must not invoke prod", feeding, other_target)
    yield _deny("NameTargets", "ForAnyValue does not hold where there is none", feeding, no_target)
    yield _deny(
        "MapOnlyToGhosts",
        "A second reader of prod's queue takes its messages; prod's mappings stay as they are",
        ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"],
        condition(ArnNotLike={"lambda:FunctionArn": limits.receivers[0]}),
    )
    yield _deny(
        "SubscribeOnlyGhosts",
        "Prod's messages go to no one else",
        ["sns:Subscribe"],
        condition(StringNotLike={"sns:Endpoint": limits.receivers}),
    )
    yield _deny(
        "HearOnlyNamedTopics",
        "Other topics' subscribers stay as they are",
        ["sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"],
        not_resources=[*where["prod's topics"], *where["ghost topics"]],
    )


def _how_data(limits: Limits) -> Iterator[Statement]:
    reach, where = limits.reach, places(limits.reach)
    elsewhere = condition(StringNotEquals={"aws:RequestedRegion": reach.account.region})
    yield _deny("StayInTheRegion", "A bucket's ARN has no region", ["s3:CreateBucket"], elsewhere)
    yield _deny(
        "NoOtherAccount",
        "A bucket's ARN has no account: a name that was given up may be anybody's by now",
        ["s3:*"],
        condition(
            StringNotEquals={"aws:ResourceAccount": reach.account.id},
            Null={"aws:ResourceAccount": "false"},  # a bucket that is being made is nobody's yet
        ),
    )
    kept = ["s3:GetObject", "s3:PutObject"]
    yield _deny("RecordsStay", "Records are read and written over", not_actions=kept, resources=where["records"])
    kept = ["s3:DeleteObject", *kept]
    yield _deny("VersionsStay", "Of a replay, older versions stay", not_actions=kept, resources=where["replays"])
    yield from _how_seeds(reach)
    yield from _how_keys(reach)


def _how_seeds(reach: Reach) -> Iterator[Statement]:
    for each in seed_listings(reach):
        if "s3:prefix" in each.condition:
            other = condition(StringNotLike=_prefixes(each))
            why = "The names of objects tell, too"
            yield _deny(f"Only{each.sid}", why, each.actions, other, resources=each.resources)


def _how_keys(reach: Reach) -> Iterator[Statement]:
    where, using = places(reach), ["kms:Decrypt", "kms:GenerateDataKey"]
    if keys := sorted({*where["prod's keys, to copy"], *where["keys, to compare"], *where["the ghosts' key"]}):
        otherwise = condition(StringNotEquals={"kms:ViaService": f"s3.{reach.account.region}.amazonaws.com"})
        yield _deny("UseOnlyNamedKeys", "Of other keys no more than their ARN is known", using, not_resources=keys)
        yield _deny("KeysOnlyThroughS3", "For objects, and nothing else that a key encrypts", using, otherwise)


def _prefixes(statement: Statement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = statement.json["Condition"]["StringLike"]
    return found


def _widest(arns: Iterable[str]) -> list[str]:
    """Without those that another one covers."""
    found = sorted(set(arns))
    return [each for each in found if not any(other != each and _covers(other, each) for other in found)]


def _covers(pattern: str, other: str) -> bool:
    """Only by a `*` at the end."""
    return pattern.endswith("*") and other.startswith(pattern[:-1])


def _deny(
    sid: str,
    reason: str,
    actions: Iterable[str] = (),
    condition: str = "",
    *,
    not_actions: Iterable[str] = (),
    resources: Iterable[str] = (),
    not_resources: Iterable[str] = (),
) -> Statement:
    """On everything, if no resources are given."""
    others = tuple(not_resources)
    return Statement(
        sid,
        "Deny",
        reason,
        actions=tuple(actions),
        not_actions=tuple(not_actions),
        resources=tuple(resources) or (() if others else ("*",)),
        not_resources=others,
        condition=condition,
    )
