"""A session that keeps every call to AWS: what it was, what kind it is, and how many were under way at once."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dbt_ghost.providers.aws.session import Session

READS = ("Get", "Describe", "List", "Head", "Filter", "Lookup", "Validate")
"""How operations begin that change nothing."""

Kind = Literal["changing", "reading", "record", "waiting"]
"""`record`: written to the state bucket; `waiting`: asks whether AWS has finished, which may take many calls."""


@dataclass(frozen=True)
class Call:
    """`asked` is its parameters, as they were given."""

    service: str
    operation: str
    kind: Kind
    asked: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"

    @property
    def params(self) -> str:
        """Text that is equal for equal parameters."""
        return json.dumps(self.asked, sort_keys=True, default=str)


class CountedSession(Session):
    """Counts calls, not their retries, and not what is fetched without a call, as prod's packages are.

    Each call takes `latency_s` longer than it does; 0 at first.
    """

    def __init__(self, region: str, url: str, account: str, state_bucket: str) -> None:
        super().__init__(region, url, account, "test")
        self._state_bucket = state_bucket
        self._counting = threading.Lock()
        self._counted: set[str] = set()
        self._under_way: Counter[Kind] = Counter()
        self.calls: list[Call] = []
        self.most_at_once: Counter[Kind] = Counter()
        self.latency_s = 0.0

    def client(self, service: str) -> Any:
        """No thread gets a client that does not count."""
        client = super().client(service)
        with self._counting:
            if service not in self._counted:
                self._counted.add(service)
                client.meta.events.register("provide-client-params", self._begun)
                for end in ("after-call", "after-call-error"):
                    client.meta.events.register(end, self._ended)
        return client

    def of(self, action: Callable[[], object]) -> Counted:
        """Of one action alone."""
        self.calls, self.most_at_once = [], Counter()
        action()
        return Counted(tuple(self.calls), dict(self.most_at_once))

    def _begun(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        service = model.service_model.service_name
        kind = self._kind(f"{service}.{model.name}", model.name, params)
        context["counted"] = kind
        with self._counting:
            self.calls.append(Call(service, model.name, kind, dict(params)))
            self._under_way[kind] += 1
            self.most_at_once[kind] = max(self.most_at_once[kind], self._under_way[kind])
        time.sleep(self.latency_s)

    def _ended(self, context: dict[str, Any], **_: object) -> None:
        with self._counting:
            self._under_way[context["counted"]] -= 1

    def _kind(self, name: str, operation: str, params: dict[str, Any]) -> Kind:
        # Of prod's function it is a read: nobody made that one.
        if name == "lambda.GetFunctionConfiguration" and params["FunctionName"].startswith("ghost-"):
            return "waiting"
        if name == "cloudformation.DescribeStacks":
            return "waiting"
        if operation.startswith(READS):
            return "reading"
        return "record" if params.get("Bucket") == self._state_bucket else "changing"


@dataclass(frozen=True)
class Counted:
    """The calls of one action, in the order in which they began."""

    calls: tuple[Call, ...]
    most_at_once: dict[Kind, int]

    def number(self, kind: Kind) -> int:
        return sum(call.kind == kind for call in self.calls)

    def names(self, kind: Kind) -> Counter[str]:
        return Counter(call.name for call in self.calls if call.kind == kind)

    @property
    def repeated(self) -> Counter[str]:
        """Reads that were made before with the same parameters, by name."""
        asked = Counter((call.name, call.params) for call in self.calls if call.kind == "reading")
        return Counter({name: times - 1 for (name, _), times in asked.items() if times > 1})
