"""Handing prod's past objects to a ghost: to its functions, its queues, its buckets, and to nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import ClientError

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import Handed, ProdObject, refuse_foreign
from dbt_ghost.providers.aws.session import (
    DENIED,
    THROTTLED,
    UNREACHABLE,
    Session,
    code_of,
    friendly_errors,
    message_of,
)
from dbt_ghost.tap.staging import AWS_LIMITS, CopyLimits, Version, copied

THROTTLED_WAITS = (0.5, 1, 2, 4, 8, 15, *[30] * 20)  # seconds; ten minutes, in which live events have their turn
TRANSIENT_WAITS = (0.5, 2, 5)  # seconds
OWN_THROTTLES = {*THROTTLED, "EC2ThrottledException", "OverLimit", "RequestThrottled", "429"}
OF_ONE_OBJECT = {*DENIED, "AccessDenied", "InvalidObjectState", "PreconditionFailed", "412"}
LONGEST_CALL_S = 16 * 60  # a function may take 15 minutes
CONNECTIONS = 64
WHY_LENGTH = 300
MISSING_HINT = "run fork: it makes what is missing"

Answer = TypeVar("Answer")


def long_calls(session: Session) -> Session:
    """The same session for calls that take as long as a function runs.

    None is repeated behind our back: boto3 would take a slow function for a lost call, and invoke it again.
    """
    return session.configured(
        Config(
            read_timeout=LONGEST_CALL_S,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": 1},
            tcp_keepalive=True,
        )
    )


class AwsDeliveries:
    """`operations.world.Deliveries` to one ghost. `session` is one of `long_calls`."""

    def __init__(self, session: Session, ghost: GhostName, limits: CopyLimits = AWS_LIMITS) -> None:
        self._session = session
        self._ghost = ghost
        self._limits = limits
        self._urls: dict[str, str] = {}

    def invoke(self, function: str, payload: str) -> Handed:
        refuse_foreign(self._ghost, function)
        with friendly_errors(f"invoking function {function}", MISSING_HINT):
            answer = self._patiently(
                lambda: self._lambda.invoke(
                    FunctionName=function, InvocationType="RequestResponse", Payload=payload.encode()
                )
            )
            body = answer["Payload"].read()
        return Handed(_error_of(body)) if answer.get("FunctionError") else Handed()

    def send(self, queue: str, bodies: Sequence[str]) -> tuple[Handed, ...]:
        refuse_foreign(self._ghost, queue)
        left, ended, waits = dict(enumerate(bodies)), dict[int, Handed](), iter(THROTTLED_WAITS)
        with friendly_errors(f"filling queue {queue}", MISSING_HINT):
            url = self._url(queue)
            while left:
                failed = self._send(url, left)
                ended |= {number: Handed() for number in left if number not in failed}
                ended |= {number: Handed(_why(each)) for number, each in failed.items() if each["SenderFault"]}
                left = {number: body for number, body in left.items() if number not in ended}
                if left:
                    wait = next(waits, None)
                    if wait is None:
                        raise GhostError(f"filling queue {queue}: {_why(failed[min(left)])}", "run replay again later")
                    self._session.sleep(wait)
        return tuple(ended[number] for number in range(len(bodies)))

    def copy(self, each: ProdObject, bucket: str) -> Handed:
        refuse_foreign(self._ghost, bucket)
        version = Version(each.bucket, each.key)
        with friendly_errors(
            f"copying s3://{each.bucket}/{each.key} to {bucket}", "run fork: it makes what is missing"
        ):
            try:
                there = self._patiently(lambda: copied(self._s3, version, bucket, self._limits))
            except ClientError as error:
                if code_of(error) not in OF_ONE_OBJECT:
                    raise
                return Handed(_short(f"{code_of(error)}: {message_of(error)}"))
        return Handed(gone=not there)

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        """The call's answer, tried again while AWS asks for fewer calls, or fails by itself for a moment."""
        throttled, transient = iter(THROTTLED_WAITS), iter(TRANSIENT_WAITS)
        while True:
            try:
                return call()
            except (ClientError, *UNREACHABLE) as error:
                waits = throttled if _is_throttle(error) else transient if _passes(error) else iter(())
                wait = next(waits, None)
                if wait is None:
                    raise
                self._session.sleep(wait)

    def _send(self, url: str, bodies: dict[int, str]) -> dict[int, dict[str, Any]]:
        """What was not taken, by number."""
        entries = [{"Id": str(number), "MessageBody": body} for number, body in bodies.items()]
        answer = self._patiently(lambda: self._sqs.send_message_batch(QueueUrl=url, Entries=entries))
        return {int(each["Id"]): each for each in answer.get("Failed", [])}

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            found = self._patiently(lambda: self._sqs.get_queue_url(QueueName=queue))
            self._urls[queue] = found["QueueUrl"]
        return self._urls[queue]

    @cached_property
    def _lambda(self) -> Any:
        return self._session.client("lambda")

    @cached_property
    def _sqs(self) -> Any:
        return self._session.client("sqs")

    @cached_property
    def _s3(self) -> Any:
        return self._session.client("s3")


def _is_throttle(error: Exception) -> bool:
    return isinstance(error, ClientError) and (code_of(error) in OWN_THROTTLES or _status(error) == 429)


def _passes(error: Exception) -> bool:
    """A fault of AWS's or of the network's may be over in a moment; so may an object's change while it is copied."""
    if isinstance(error, ClientError):
        return _status(error) >= 500 or code_of(error) in ("PreconditionFailed", "412")
    return True


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _error_of(body: bytes) -> str:
    """The function's error, from the answer to its invocation: type and message, not where."""
    try:
        told = json.loads(body)
        return _short(f"{told.get('errorType') or 'error'}: {told.get('errorMessage') or ''}")
    except (ValueError, AttributeError):
        return _short(f"error: {body.decode(errors='replace')}")


def _why(failed: dict[str, Any]) -> str:
    return _short(f"{failed['Code']}: {failed.get('Message', '')}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WHY_LENGTH else line[: WHY_LENGTH - 1] + "…"
