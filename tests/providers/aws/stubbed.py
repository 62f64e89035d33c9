"""A session whose answers are written beforehand: for what the local AWS cannot show (throttles, delays, denials)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber

from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION


class Answers(Session):
    """`stubs` holds a Stubber per service, `slept` the waits in seconds that were asked for."""

    def __init__(self, *services: str) -> None:
        self.slept: list[float] = []
        super().__init__(REGION, access_key=PROD_ACCOUNT, secret_key="test", sleep=self.slept.append)
        self.stubs = {service: Stubber(self.client(service)) for service in services}

    def account(self) -> Account:
        return Account(PROD_ACCOUNT, REGION)

    def say(self, call: str, answer: dict[str, Any], **expected: Any) -> None:
        service, operation = call.split(".")
        self.stubs[service].add_response(operation, answer, expected or None)

    def fail(self, call: str, code: str, message: str = "", status: int = 400) -> None:
        service, operation = call.split(".")
        self.stubs[service].add_client_error(operation, code, message, status)


@contextmanager
def answers(*services: str) -> Iterator[Answers]:
    """Every answer that is prepared must be asked for."""
    session = Answers(*services)
    for stub in session.stubs.values():
        stub.activate()
    yield session
    for stub in session.stubs.values():
        stub.assert_no_pending_responses()
