"""A session on the local AWS that refuses what real AWS refuses and the local one takes.

Rules look before each call, and at each answer; the session that they look with has no rules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.chains.calls import Call, Rule
from tests.chains.delivery_rules import DestinationsTakeDeliveries, FiltersDoNotOverlap, TopicsLetSubscribe
from tests.chains.lambda_rules import FunctionsArePending, MappingsAreChecked, RolesAppearLate
from tests.chains.parameter_rule import ParametersFit
from tests.chains.prod_guard import ProdIsLeftAlone
from tests.local_aws import PROD_ACCOUNT, REGION

CONTEXT = "chains.call"
"""Under which botocore carries our call from before it is made to its answer."""


class StrictSession(Session):
    """`rules` are asked in order. See `aws_rules` and `ProdIsLeftAlone`."""

    def __init__(
        self,
        stack: LocalStack,
        rules: Iterable[Rule],
        sleep: Callable[[float], None],
        account: str = PROD_ACCOUNT,
    ) -> None:
        super().__init__(REGION, stack.url, account, "test", sleep)
        self._look = Session(REGION, stack.url, account, "test")
        self.rules = tuple(rules)
        self._ruled: set[str] = set()
        self._ruling = threading.Lock()

    def client(self, service: str) -> Any:
        """No thread gets a client before its rules are there."""
        with self._ruling:
            client = super().client(service)
            if service not in self._ruled:
                self._ruled.add(service)
                client.meta.events.register("provide-client-params", self._before(client))
                client.meta.events.register("after-call", self._after)
            return client

    def _before(self, client: Any) -> Callable[..., None]:
        def ask(params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
            call = Call(model.service_model.service_name, model.name, params, self._look, client)
            context[CONTEXT] = call
            for rule in self.rules:
                rule.before(call)

        return ask

    def _after(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        if http_response.status_code < 300:
            for rule in self.rules:
                rule.after(context[CONTEXT], parsed)


def aws_rules() -> list[Rule]:
    """Real AWS. They remember what was just made, so each session has its own."""
    return [
        ParametersFit(),
        FiltersDoNotOverlap(),
        DestinationsTakeDeliveries(),
        MappingsAreChecked(),
        TopicsLetSubscribe(),
        RolesAppearLate(),
        FunctionsArePending(),
    ]


def strict(stack: LocalStack, sleep: Callable[[float], None], state_bucket: str) -> StrictSession:
    """For everything that works on a ghost: real AWS, and prod is not to be touched."""
    return StrictSession(stack, [ProdIsLeftAlone(state_bucket), *aws_rules()], sleep)
