"""Production as AWS has it. Everything here reads; nothing writes."""

from __future__ import annotations

from contextlib import AbstractContextManager

from dbt_ghost.core.resources import BucketEvent
from dbt_ghost.core.topology import Account, ProdBucket, ProdFunction, ProdSubscription
from dbt_ghost.core.wires import Alias, Door, SeenQueue, SeenRule, SeenSubscription, SeenTopic
from dbt_ghost.providers.aws import (
    prod_buckets,
    prod_code,
    prod_doors,
    prod_functions,
    prod_queues,
    prod_roles,
    prod_rules,
    prod_topics,
)
from dbt_ghost.providers.aws.session import Session, friendly_errors


class AwsProd:
    """`operations.world.Prod` on AWS."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def account(self) -> Account:
        return self._session.account()

    def unreserved(self) -> int:
        with friendly_errors("reading the account's Lambda limits"):
            found = self._session.client("lambda").get_account_settings()
        return int(found["AccountLimit"]["UnreservedConcurrentExecutions"])

    def aliases(self, function: str) -> tuple[Alias, ...]:
        with self._of(function, "the aliases"):
            return prod_doors.aliases(self._session, function)

    def versions(self, function: str) -> tuple[str, ...]:
        with self._of(function, "the versions"):
            return prod_doors.versions(self._session, function)

    def door(self, function: str, qualifier: str) -> Door:
        with self._of(function, f"what invokes {qualifier or 'it by name'}"):
            return prod_doors.read(self._session, function, qualifier)

    def function(self, name: str, qualifier: str = "") -> ProdFunction:
        with self._of(name, f"the configuration {f'at {qualifier}' if qualifier else ''}".rstrip()):
            return prod_functions.read(self._session, name, qualifier)

    def artifact(self, function: str, qualifier: str = "") -> bytes:
        with self._of(function, "the code"):
            return prod_code.read(self._session, function, qualifier)

    def buses(self) -> tuple[str, ...]:
        return prod_rules.buses(self._session)

    def rules(self, target_arn: str, bus: str) -> tuple[SeenRule, ...]:
        return prod_rules.read(self._session, target_arn, bus)

    def queue(self, arn: str) -> SeenQueue:
        return prod_queues.read(self._session, arn)

    def topic(self, arn: str) -> SeenTopic:
        return prod_topics.read(self._session, arn)

    def subscriptions(self) -> tuple[SeenSubscription, ...]:
        return prod_topics.subscriptions(self._session)

    def subscription(self, arn: str) -> ProdSubscription:
        return prod_topics.subscription(self._session, arn)

    def bucket_names(self) -> tuple[str, ...]:
        return prod_buckets.names(self._session)

    def entries(self, bucket: str) -> tuple[BucketEvent, ...]:
        return prod_buckets.entries(self._session, bucket)

    def bucket(self, name: str) -> ProdBucket:
        return prod_buckets.read(self._session, name)

    def role_policies(self, role_arn: str) -> tuple[str, ...]:
        return prod_roles.policies(self._session, role_arn)

    def role_boundary(self, role_arn: str) -> str:
        return prod_roles.boundary(self._session, role_arn)

    def role_trust(self, role_arn: str) -> str:
        return prod_roles.trust(self._session, role_arn)

    def managed_policy(self, arn: str) -> str:
        return prod_roles.managed_policy(self._session, arn)

    def _of(self, function: str, what: str) -> AbstractContextManager[None]:
        account = self._session.account()
        return friendly_errors(
            f"reading {what} of function {function}",
            "correct ingestion.steps.<step>.function, or check account and region: "
            f"it was looked for in {account.id}, {account.region}",
        )
