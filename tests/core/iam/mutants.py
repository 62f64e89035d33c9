"""Policies that are wrong in one place each. Every one lets through something that hurts prod or frees a ghost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.core.iam.written import (
    ACCOUNT,
    ALL_OF_PROD,
    BOUNDARY,
    BUCKET_ARN,
    EVENTS,
    FUNCTION,
    GHOSTS,
    IAM,
    INSIDE,
    LAMBDA,
    MINE,
    PROD_ARN,
    PROD_FUNCTION,
    REGION,
    ROLES,
    SESSION,
    STEP,
    TOKEN,
    Json,
    allow,
    but,
    deny,
)

Documents = dict[str, Json]
Change = Callable[[Json], Any]

NEVER = {"StringEquals": {"aws:PrincipalType": "Account"}}
PROD_WRITE = allow("Hole", "s3:PutObject", f"{PROD_ARN}/*")


def add(*statements: Json) -> Change:
    return lambda read: read["Statement"].extend(statements)


def drop(sid: str) -> Change:
    return lambda read: read["Statement"].remove(named(read, sid))


def alter(sid: str, **elements: Any) -> Change:
    return lambda read: named(read, sid).update(elements)


def untested(sid: str, *keys: str) -> Change:
    """Without these conditions."""

    def change(read: Json) -> None:
        tests = named(read, sid)["Condition"]
        for operator in list(tests):
            tests[operator] = {key: value for key, value in tests[operator].items() if key not in keys}
            if not tests[operator]:
                del tests[operator]

    return change


def named(read: Json, sid: str) -> Json:
    return next(each for each in read["Statement"] if each["Sid"] == sid)


def granted(principal: Any, actions: Any = "s3:PutObject", **more: Any) -> Change:
    """A hole in the policy of prod's bucket."""
    return add(allow("Hole", actions, f"{PROD_ARN}/*", Principal=principal, **more))


OTHERS = f"{IAM}:policy/*"

MUTANTS: dict[str, tuple[str, Change]] = {
    # a step's role
    "all of S3 on prod's objects": ("step", add(allow("Hole", "s3:*", f"{PROD_ARN}/*"))),
    "puts anywhere": ("step", add(allow("Hole", "s3:Put*", "*"))),
    "all but IAM": ("step", add(but(allow("Hole", "", "*"), NotAction="iam:*"))),
    "writes all but one bucket": ("step", add(but(allow("Hole", "s3:PutObject", ""), NotResource="arn:aws:s3:::x/*"))),
    "lists without a prefix": ("step", untested("ListProd", "s3:prefix")),
    "sets the ACL of prod's objects": ("step", add(allow("Hole", "s3:PutObjectAcl", f"{PROD_ARN}/*"))),
    "replicates into prod": ("step", add(allow("Hole", "s3:ReplicateObject", f"{PROD_ARN}/*"))),
    "assumes any role": ("step", add(allow("Hole", "sts:AssumeRole", "*"))),
    "a prefix without its end": ("step", alter("ReadProd", Resource=f"{PROD_ARN}/orders*")),
    "small and capital letters and a ?": ("step", add(allow("Hole", "S3:pUt?bJect", f"{PROD_ARN}/*"))),
    "a Deny with a variable": (
        "step",
        add(PROD_WRITE, deny("Void", "s3:Put*", "arn:aws:s3:::*/${aws:PrincipalTag/team}/*")),
    ),
    "a Deny that never applies": ("step", add(PROD_WRITE, deny("Void", "s3:*", ALL_OF_PROD, NEVER))),
    "a Deny that needs a key": (
        "step",
        add(PROD_WRITE, deny("Void", "s3:*", ALL_OF_PROD, {"StringEquals": {"aws:PrincipalTag/team": "x"}})),
    ),
    "a Deny for one field of an ARN": (
        "step",
        add(allow("Hole", "lambda:InvokeFunction", "*"), deny("Void", "*", "arn:aws:lambda:*:function:*")),
    ),
    "reads in any account": ("step", untested("ReadProd", "aws:ResourceAccount")),
    "reads from outside the function": ("step", untested("ReadProd", "lambda:SourceFunctionArn")),
    "IfExists where the key must be": (
        "step",
        alter("ReadProd", Condition=MINE | {"ArnEqualsIfExists": INSIDE["ArnEquals"]}),
    ),
    "publishes to prod's topic": ("step", add(allow("Hole", "sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:*"))),
    # what limits it
    "a boundary that allows more": ("boundary", alter("MaxRead", Resource=f"{PROD_ARN}/*")),
    "a boundary that does not stop sessions": ("boundary", drop("NoOtherReads")),
    "a boundary that does not stop sessions from writing": ("boundary", drop("NoOtherWrites")),
    "a boundary that does not stop sessions from listing": ("boundary", drop("NoOtherLists")),
    "a boundary without its Deny on prod": ("boundary", drop("NothingElse")),
    "a boundary for another account too": ("boundary", drop("NoOtherAccount")),
    "a boundary for copied credentials": ("boundary", drop("NotOutside")),
    # prod's bucket
    "prod's bucket trusts the role": ("prod bucket", granted({"AWS": STEP})),
    "prod's bucket trusts the session": ("prod bucket", granted({"AWS": SESSION})),
    "prod's bucket trusts the account by a condition": (
        "prod bucket",
        granted("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
    ),
    "prod's bucket trusts all but one": (
        "prod bucket",
        add({"Sid": "Hole", "Effect": "Allow", "NotPrincipal": {"AWS": f"{IAM}:role/x"}, "Action": "s3:PutObject",
             "Resource": f"{PROD_ARN}/*"}),
    ),
    "prod's bucket trusts everybody's deletions": ("prod bucket", granted({"AWS": ["*"]}, "s3:DeleteObject*")),
    # the deployer
    "changes prod's notifications": ("deployer", add(allow("Hole", "s3:PutBucketNotification", PROD_ARN))),
    "passes any role": ("deployer", alter("PassRole", Resource="*")),
    "passes roles to any service": ("deployer", untested("PassRole", "iam:PassedToService")),
    "replaces prod's code": ("deployer", alter("ManageFunction", Resource=f"{LAMBDA}shop-*")),
    "makes roles without a boundary": ("deployer", untested("BoundedRole", "iam:PermissionsBoundary")),
    "takes boundaries off": ("deployer", add(allow("Hole", "iam:DeleteRolePermissionsBoundary", ROLES))),
    "edits the boundary": ("deployer", add(allow("Hole", "iam:CreatePolicyVersion", OTHERS))),
    "feeds any target": ("deployer", untested("Targets", "events:TargetArn")),
    "feeds no target that is named": ("deployer", alter("Targets", Condition={
        "ForAllValues:ArnLike": {"events:TargetArn": f"{LAMBDA}{GHOSTS}*"}})),
    "feeds a prod function beside a ghost's": ("deployer", alter("Targets", Condition={
        "ForAnyValue:ArnLike": {"events:TargetArn": f"{LAMBDA}{GHOSTS}*"}})),
    "a project whose name goes on": ("deployer", alter("Rules", Resource=f"{EVENTS}ghost-shop*")),
    "opens functions to anybody": ("deployer", untested("LetInvoke", "lambda:Principal")),
    "a guard with a gap": ("guard", alter("NoOtherBuckets", NotResource=["arn:aws:s3:::*"])),
    "a guard that ForAllValues opens": ("guard", alter("TargetOnlyGhosts", Condition={
        "ForAllValues:ArnNotLike": {"events:TargetArn": f"{LAMBDA}{GHOSTS}*"}})),
    "a guard that an absent key opens": ("guard", alter("OnlyBounded", Condition={
        "ArnNotEqualsIfExists": {"iam:PermissionsBoundary": BOUNDARY}, "Null": {"iam:PermissionsBoundary": "false"}})),
    # trust, and the policies of what is the ghost's
    "any repository deploys": ("deployer trust", alter("OneRepository", Condition={
        "StringEquals": {f"{TOKEN}:aud": "sts.amazonaws.com"}, "StringLike": {f"{TOKEN}:sub": "repo:*"}})),
    "a token without a subject deploys": ("deployer trust", alter("OneRepository", Condition={
        "ForAllValues:StringEquals": {f"{TOKEN}:sub": "repo:acme/shop:environment:ghost"},
        "StringEquals": {f"{TOKEN}:aud": "sts.amazonaws.com"}})),
    "the account becomes a step": ("step trust", alter("Lambda", Principal={"AWS": f"{IAM}:root"})),
    "everybody writes the ghost's bucket": ("bucket", drop("OneWriter")),
    "everybody changes the bucket's policy": ("bucket", drop("OneConfigures")),
    "everybody reads the ghost's bucket": ("bucket", alter("KnownReaders", Resource=BUCKET_ARN)),
    "any rule invokes": ("permission", lambda read: named(read, "Rule").pop("Condition")),
    "every function is opened": ("permission", alter("Rule", Resource=[FUNCTION, PROD_FUNCTION])),
}  # fmt: skip


def mutant(name: str, good: Documents) -> Documents:
    found = copy.deepcopy(good)
    layer, change = MUTANTS[name]
    change(found[layer])
    return found
