"""The one door to boto3: clients, and AWS's errors turned into ours."""

from __future__ import annotations

import contextlib
import copy
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore import exceptions
from botocore.config import Config

from dbt_ghost.core.errors import Denied, GhostError, NotFound
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws.call_log import CallLog, hide_echoes, keep_bodies_out_of_logs
from dbt_ghost.providers.aws.redaction import redacted_text, wrong_parameters

MISSING = {"404", "NoSuchBucket", "NoSuchEntity", "NoSuchKey", "NotFound", "ResourceNotFoundException"}
DENIED = {"403", "AllAccessDisabled", "AuthorizationError", "Forbidden"}
SIGNED_OUT = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
}
THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}
SIGN_IN = "sign in again (for example `aws sso login`) or set AWS_PROFILE, and check with `aws sts get-caller-identity`"

NO_CREDENTIALS: tuple[type[Exception], ...] = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
UNREACHABLE: tuple[type[Exception], ...] = (exceptions.ConnectionError, exceptions.HTTPClientError)

Answer = TypeVar("Answer")


class Session:
    """Clients of one account and region. What is not given comes from the standard AWS_* environment and files.

    `sleep` takes seconds; every wait of this floor goes through it. `tell` hears a line for every call, without
    secrets. Raises GhostError if no region is known.
    """

    def __init__(
        self,
        region: str | None = None,
        endpoint: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        *,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        keep_bodies_out_of_logs()
        self._endpoint = endpoint
        self._config = _CONFIG.merge(Config(proxies={})) if endpoint and is_local(endpoint) else _CONFIG
        self.sleep = sleep
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self._account: Account | None = None
        self.buses: tuple[str, ...] = ()  # EventBridge's, of the last look at a ghost
        with friendly_errors("reading the AWS configuration"):
            core = botocore.session.Session(_NOTHING_ELSE if access_key else None)
            self._boto = boto3.session.Session(access_key, secret_key, region_name=region, botocore_session=core)
        hide_echoes(self._boto.events)
        if tell:
            CallLog(tell).hook(self._boto.events)
        if not self._boto.region_name:
            raise GhostError("no AWS region is configured", "set ingestion.region in dbt_project.yml, or AWS_REGION")

    def configured(self, config: Config) -> Session:
        """The same account and region, by connections of their own with these settings."""
        other = copy.copy(self)
        other._clients, other._making = {}, threading.Lock()
        other._config = self._config.merge(config)
        return other

    @property
    def region(self) -> str:
        return str(self._boto.region_name)

    @property
    def endpoint(self) -> str:
        """The address that is called: AWS's own, or what stands in for it."""
        return str(self.client("lambda").meta.endpoint_url)

    def client(self, service: str) -> Any:
        """Safe to call from any thread, as clients are; boto3's making of them is not."""
        with self._making:
            if service not in self._clients:
                make: Any = self._boto.client
                with friendly_errors(f"connecting to {service}"):
                    try:
                        self._clients[service] = make(service, endpoint_url=self._endpoint, config=self._config)
                    except ValueError as error:
                        raise GhostError(
                            f"connecting to {service}: {redacted_text(str(error))}", "check AWS_ENDPOINT_URL"
                        ) from None  # an address may have a password in it
            return self._clients[service]

    def patiently(
        self, call: Callable[[], Answer], retry_on: Callable[[exceptions.ClientError], bool], waits: Iterable[float]
    ) -> Answer:
        """The call's answer, tried again after each of `waits` (seconds) while its error is one of `retry_on`."""
        for wait in waits:
            try:
                return call()
            except exceptions.ClientError as error:
                if not retry_on(error):
                    raise
                self.sleep(wait)
        return call()

    def account(self) -> Account:
        """Who we are. Raises GhostError without valid credentials."""
        if self._account is None:
            with friendly_errors("asking AWS who we are"):
                identity = self.client("sts").get_caller_identity()
            self._account = Account(identity["Account"], self.region, identity["Arn"].split(":")[1])
        return self._account


def is_local(url: str) -> bool:
    """Is it this machine's address, which no proxy can reach?"""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


_NOTHING_ELSE: dict[str, tuple[str | None, str | None, Any, Any]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Given a key, nobody's AWS_PROFILE or ~/.aws may lead the calls elsewhere."""

CONNECTIONS = 16
"""Calls of one service that may be under way at once: as many threads as discovery has."""

_CONFIG = Config(
    connect_timeout=10,
    max_pool_connections=CONNECTIONS,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 5},
    user_agent_extra="dbt-ghost",
)


@contextlib.contextmanager
def friendly_errors(doing: str, if_missing: str = "") -> Iterator[None]:
    """Raise NotFound, Denied or GhostError for whatever AWS answers; `doing` names the attempt and its object.

    `if_missing` is NotFound's hint. No error holds a value that was secret in the call, nor does
    one that it came from.
    """
    try:
        yield
    except exceptions.ClientError as error:
        raise _of_answer(doing, error, if_missing) from error
    except exceptions.ParamValidationError as error:
        raise _of_wrong_parameters(doing, str(error.kwargs.get("report", ""))) from None  # it has the values
    except NO_CREDENTIALS as error:
        raise GhostError(f"{doing}: no AWS credentials: {redacted_text(str(error))}", SIGN_IN) from None
    except exceptions.NoRegionError as error:
        raise GhostError(f"{doing}: {error}", "set ingestion.region in dbt_project.yml, or AWS_REGION") from error
    except UNREACHABLE as error:
        if "Invalid header value" in str(error):  # its text is the credential
            told = f"{doing}: a credential holds what cannot be sent, such as a line break"
            raise GhostError(told, "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew") from None
        told = f"{doing}: AWS does not answer: {redacted_text(str(error))}"
        raise GhostError(told, "check the network and AWS_ENDPOINT_URL") from None
    except exceptions.BotoCoreError as error:
        raise GhostError(f"{doing}: {redacted_text(str(error))}") from None


def code_of(error: exceptions.ClientError) -> str:
    """AWS's error code; S3 answers HEAD requests with the bare status."""
    return str(_answer(error).get("Code", ""))


def message_of(error: exceptions.ClientError) -> str:
    return str(_answer(error).get("Message", ""))


def _answer(error: exceptions.ClientError) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = error.response.get("Error", {})
    return answer


def _of_wrong_parameters(doing: str, report: str) -> GhostError:
    if report.startswith("Invalid bucket name"):
        return GhostError(f"{doing}: that cannot be a bucket's name", "correct the setting or variable that names it")
    named = ", ".join(wrong_parameters(report)) or "a parameter"
    told = f"{doing}: {named} is not what AWS takes: this is a bug in dbt-ghost"
    return GhostError(told, "report it with this message, which holds no values")


def _of_answer(doing: str, error: exceptions.ClientError, if_missing: str) -> GhostError:
    code, message = code_of(error), message_of(error)
    what = f"{doing}: {code}: {message}" if message else f"{doing}: {code}"
    if code in MISSING:
        return NotFound(what, if_missing)
    if code in SIGNED_OUT:
        return GhostError(what, SIGN_IN)
    if code in THROTTLED:
        return GhostError(what, "AWS asks for fewer calls: wait a minute and run the same command again")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in DENIED or "AccessDenied" in code or status == 403:
        return Denied(what, "give the caller this permission, or run with another role; nothing is known about it now")
    return GhostError(what)


@contextlib.contextmanager
def swallowing(*codes: str) -> Iterator[None]:
    """Take these errors of AWS as success: what was asked for is so already."""
    try:
        yield
    except exceptions.ClientError as error:
        if code_of(error) not in codes:
            raise
