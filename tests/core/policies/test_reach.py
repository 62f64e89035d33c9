"""What the deployer may come to need of production: more than what triggers the steps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.core.resources import Image
from tests.core.blueprint.grounds import ACCOUNT, by, chain, config

REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"


def letting_in(service: str, action: str, source: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": action,
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_buckets_that_a_policy_lets_in_are_looked_at_though_they_trigger_nothing() -> None:
    found = (
        (ACCOUNT.function_arn("p-clean"), letting_in("s3", "lambda:InvokeFunction", "arn:aws:s3:::left-over")),
        (ACCOUNT.queue_arn("p-queue"), letting_in("s3", "sqs:SendMessage", "arn:aws:s3:::by-queue")),
        (ACCOUNT.topic_arn("p-topic"), letting_in("s3", "sns:Publish", "arn:aws:s3:::by-topic")),
        (ACCOUNT.queue_arn("p-other"), letting_in("sns", "sqs:SendMessage", ACCOUNT.topic_arn("no-bucket"))),
    )
    reach = reach_of(config(), replace(chain(by("s3")), policies=found))
    assert reach.buckets == ("by-queue", "by-topic", "left-over", "p-mid", "p-out", "p-raw")


def test_images_of_production_and_of_the_branch_are_looked_up() -> None:
    topology = chain(by("s3"), image=Image(f"{REGISTRY}/team/clean@sha256:{'0' * 64}"))
    reach = reach_of(config(code=f"{REGISTRY}/branch/clean:x"), topology)
    repositories = "arn:aws:ecr:eu-west-1:111111111111:repository/"
    assert reach.images == (f"{repositories}branch/clean", f"{repositories}team/clean")
    assert reach_of(config(), chain(by("s3"))).images == ()


def test_roles_made_beforehand_are_known_by_their_arns() -> None:
    own = "arn:aws:iam::111111111111:role/team/own"
    reach = reach_of(config({"roles": {"clean": "ready-made", "tap": own}}), chain(by("s3")))
    assert reach.brought == (ACCOUNT.role_arn("ready-made"), own)
