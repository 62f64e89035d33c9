"""What the tests of a strict session are about: the resources of one small ghost."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dbt_ghost.core.topology import Account
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION

ACCOUNT = Account(PROD_ACCOUNT, REGION)
BUCKET, STEP = "ghost-in", "ghost-step"
"""`STEP` is the name of the function and its role, of the queue and of the topic."""

SOURCE = ACCOUNT.bucket_arn(BUCKET)
FUNCTION, QUEUE, TOPIC = ACCOUNT.function_arn(STEP), ACCOUNT.queue_arn(STEP), ACCOUNT.topic_arn(STEP)


def create_function(session: Session, name: str) -> dict[str, Any]:
    made: dict[str, Any] = session.client("lambda").create_function(
        FunctionName=name,
        Role=ACCOUNT.role_arn(STEP),
        Runtime="python3.11",
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zipped({"app.py": b"def handler(event, context): ...\n"})},
    )
    return made


def refused(code: str, message: str) -> Any:
    return pytest.raises(ClientError, match=rf"\({code}\).*{message}")
