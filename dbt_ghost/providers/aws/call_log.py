"""What is said of calls to AWS: a line each for who asks for it, and never a secret, in errors and others' logs either.

botocore logs whole requests and answers at DEBUG, environments in clear. Nothing here switches that on; where somebody
else does, `keep_bodies_out_of_logs` keeps those records out.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import logging
import pkgutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel

from dbt_ghost.providers.aws.redaction import redacted_params, redacted_text, secrets_in, without

LONGEST_LIST = 10
LONGEST_TEXT = 300

FAMILIES = ("boto3", "botocore", "s3transfer", "urllib3")
"""The packages whose loggers see what goes over the wire."""

_ASKED = "dbt_ghost_asked"
_BEGUN = "dbt_ghost_begun"


@dataclass(frozen=True)
class _Begun:
    at: datetime
    ticks: float
    call: str


class CallLog:
    """Writes a line for every call that was sent, when it is over: when it began, what was asked, and how it ended.

    `write` takes a line without its end, from one thread at a time; `ticks` are seconds of a clock that only goes on.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._now, self._ticks = write, now, ticks
        self._writing = threading.Lock()

    def hook(self, events: Any) -> None:
        """Hear of all calls by clients that are made afterwards from a boto3 session with these events."""
        events.register("provide-client-params", self._begin)
        events.register("after-call", self._answered)
        events.register("after-call-error", self._unanswered)

    def _begin(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
        asked = json.dumps(_cut(redacted_params(model, params)), default=str)
        call = f"{model.service_model.service_name} {model.name} {asked}"
        context[_BEGUN] = _Begun(self._now(), self._ticks(), call)

    def _answered(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        about = parsed.get("ResponseMetadata", {})
        retries = about.get("RetryAttempts", 0)
        parts = [
            str(http_response.status_code),
            parsed.get("Error", {}).get("Code", "") if http_response.status_code >= 300 else "",
            f"request {about['RequestId']}" if about.get("RequestId") else "",
            f"after {retries} retries" if retries else "",
        ]
        self._ended(context, " ".join(filter(None, parts)))

    def _unanswered(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        self._ended(context, f"no answer: {type(exception).__name__}")

    def _ended(self, context: dict[str, Any], outcome: str) -> None:
        begun: _Begun = context[_BEGUN]
        ms = (self._ticks() - begun.ticks) * 1000
        at = f"{begun.at.astimezone(UTC):%H:%M:%S.%f}"[:-3]
        with self._writing:
            self._write(f"aws {at}Z {begun.call} -> {outcome} in {ms:.0f} ms")


def hide_echoes(events: Any) -> None:
    """Take what was sensitive in a call out of the error that answers it: Lambda, for one, repeats a whole environment
    that is too large. Of clients that are made afterwards from a boto3 session with these events.
    """
    events.register("provide-client-params", _remember)
    events.register("after-call", _forget)


def _remember(params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
    context[_ASKED] = model, dict(params)


def _forget(http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if http_response.status_code >= 300:
        secrets = secrets_in(*context[_ASKED])
        for part, value in parsed.items():
            if part != "ResponseMetadata":
                parsed[part] = _without(value, secrets)


def _without(value: Any, secrets: Iterable[str]) -> Any:
    if isinstance(value, str):
        return redacted_text(without(value, secrets))
    if isinstance(value, dict):
        return {name: _without(inner, secrets) for name, inner in value.items()}
    return [_without(inner, secrets) for inner in value] if isinstance(value, list) else value


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _cut(inner) for name, inner in value.items()}
    if isinstance(value, list):
        more = [f"... {len(value) - LONGEST_LIST} more"] if len(value) > LONGEST_LIST else []
        return [_cut(inner) for inner in value[:LONGEST_LIST]] + more
    return f"{value[:LONGEST_TEXT]}..." if isinstance(value, str) and len(value) > LONGEST_TEXT else value


class _NoBodies(logging.Filter):
    """Below INFO there are requests, answers and signatures: such records are dropped. The others are redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.INFO:
            return False
        raised = record.exc_info[0] if record.exc_info else None
        record.msg = redacted_text(record.getMessage()) + (f" ({raised.__name__})" if raised else "")
        record.args, record.exc_info, record.exc_text = (), None, None  # an exception's text may be an answer
        return True


_NO_BODIES = _NoBodies()


@functools.cache
def keep_bodies_out_of_logs() -> None:
    """A filter counts for its own logger only, so every module's gets it, of those not yet imported as well."""
    for family in FAMILIES:
        for name in (family, *_modules(family)):
            logging.getLogger(name).addFilter(_NO_BODIES)


def _modules(package: str) -> Iterator[str]:
    """Names of all modules, found without importing one."""
    spec = importlib.util.find_spec(package)
    waiting = [(f"{package}.", list(spec.submodule_search_locations or ()))] if spec else []
    while waiting:
        prefix, folders = waiting.pop()
        for found in pkgutil.iter_modules(folders, prefix):
            yield found.name
            if found.ispkg:
                inner = found.name.removeprefix(prefix)
                waiting.append((f"{found.name}.", [f"{folder}/{inner}" for folder in folders]))
