"""Calls of dbt-ghost's own command that make, change and remove ghosts. A part of `calls_of_deployer`. Pure."""

from __future__ import annotations

from dbt_ghost.core.policies.purposes import Calls

MAKE = (
    Calls(
        "MakeGhosts",
        "make",
        (
            *("lambda:CreateFunction", "lambda:TagResource", "sqs:CreateQueue", "sqs:TagQueue", "sns:CreateTopic"),
            *("sns:TagResource", "logs:CreateLogGroup", "logs:TagResource", "events:PutRule", "events:TagResource"),
            "iam:TagRole",
        ),
        (
            *("ghost functions", "mappings", "ghost queues", "ghost topics", "ghost log groups", "ghost rules"),
            *("ghost roles",),
        ),
        "Tagged in the call that makes it, so nothing of a ghost is ever nobody's",
        ("tagged so",),
    ),
    Calls(
        "MakeRoles",
        "make",
        ("iam:CreateRole",),
        ("ghost roles",),
        "A role for each function; never without a boundary that an admin has made",
        ("tagged so", "bounded"),
    ),
    Calls(
        "BindRoles",
        "make",
        ("iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"),
        ("ghost roles",),
        "A role gets rights only while it has a boundary; an older ghost's role is given one",
        ("bounded",),
    ),
    Calls(
        "PassRoles",
        "make",
        ("iam:PassRole",),
        ("ghost roles", "roles made beforehand"),
        "Ghosts' functions run as ghosts' roles, never as prod's",
        ("to Lambda",),
    ),
    Calls(
        "FinishGhosts",
        "make",
        (
            *("lambda:PutFunctionEventInvokeConfig", "lambda:PutFunctionConcurrency", "logs:PutRetentionPolicy"),
            "logs:DeleteLogGroup",
        ),
        ("ghost functions", "ghost log groups"),
        "Right after it is made, when its tags may not count yet; Lambda makes log groups without any",
    ),
    Calls(
        "OpenFunctions",
        "make",
        ("lambda:AddPermission",),
        ("ghost functions",),
        "What hands events to a ghost's function may invoke it",
        ("to services",),
    ),
    Calls(
        "ChangeGhosts",
        "make",
        (
            *("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:RemovePermission"),
            *("lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionEventInvokeConfig"),
            *("sqs:SetQueueAttributes", "sqs:DeleteQueue", "sns:SetTopicAttributes", "sns:DeleteTopic"),
            *("events:PutRule", "events:RemoveTargets", "events:DeleteRule"),
            *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRole"),
        ),
        ("ghost functions", "ghost queues", "ghost topics", "ghost rules", "ghost roles"),
        "Forked again or dropped; a name alone is not enough",
        ("tagged",),
    ),
    Calls(
        "FeedGhosts",
        "make",
        ("events:PutTargets",),
        ("ghost rules",),
        "Rules hear what prod's do, and hand it to nothing but ghosts",
        ("to targets",),
    ),
    Calls(
        "MapQueues",
        "make",
        ("lambda:CreateEventSourceMapping",),
        ("the account",),
        "Lambda reads a ghost's queue for its function; the call has no ARN to name",
        ("of ghosts", "tagged so"),
    ),
    Calls(
        "ChangeMappings",
        "make",
        ("lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping"),
        ("mappings",),
        "Forked again or dropped; AWS names mappings by number",
        ("of ghosts",),
    ),
    Calls(
        "Subscribe",
        "make",
        ("sns:Subscribe",),
        ("prod's topics", "ghost topics"),
        "One more subscriber where prod fans out by a topic",
        ("to endpoints",),
    ),
    Calls(
        "EndSubscriptions",
        "make",
        ("sns:Unsubscribe", "sns:SetSubscriptionAttributes"),
        ("prod's topics", "ghost topics"),
        "AWS asks for it on the topic and cannot tell whose subscription it is: `drop` ends the ghosts' own",
    ),
)
