"""What is said of calls: a line each where it is asked for, no echo of a secret, and no bodies in others' logs."""

from __future__ import annotations

import io
import json
import logging
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import botocore
import pytest
import s3transfer
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.aws.call_log import FAMILIES, CallLog, keep_bodies_out_of_logs
from dbt_ghost.providers.aws.session import Session, friendly_errors
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, REGION

SECRET = 'can"ary-ü1'


def session_of(stack: LocalStack, tell: Callable[[str], None] | None = None) -> Session:
    return Session(REGION, stack.url, PROD_ACCOUNT, "test", tell=tell)


def environment(value: str = SECRET) -> dict[str, Any]:
    return {"FunctionName": "shop-clean", "Environment": {"Variables": {"LOGIN": value}}}


def asked_in(line: str) -> Any:
    return json.loads(line[line.index("{") : line.rindex("}") + 1])


def test_a_call_is_a_line_with_its_parameters_and_its_outcome(aws: LocalStack) -> None:
    lines: list[str] = []
    session = session_of(aws, lines.append)
    session.client("sqs").create_queue(QueueName="ghost-q", tags={"team": "data"})
    with pytest.raises(ClientError):
        session.client("lambda").update_function_configuration(**environment())
    made, failed = lines
    assert " sqs CreateQueue " in made and " -> 200 request " in made and made.endswith(" ms")
    assert json.loads(made[made.index("{") : made.rindex("}") + 1]) == {
        "QueueName": "ghost-q",
        "tags": {"team": "data"},
    }
    assert " lambda UpdateFunctionConfiguration " in failed and " -> 404 ResourceNotFoundException request " in failed
    assert '"FunctionName": "shop-clean"' in failed and '"Variables": "(hidden)"' in failed
    assert "ary-" not in made + failed


def test_times_are_utc_and_durations_those_of_the_call() -> None:
    lines: list[str] = []
    at = datetime(2026, 1, 5, 12, 0, 0, 123456, timezone(timedelta(hours=2)))
    boto, ticks = boto3.session.Session("k", "s", region_name=REGION), iter([5.0, 5.25])
    CallLog(lines.append, lambda: at, lambda: next(ticks)).hook(boto.events)
    sts: Any = boto.client("sts")
    with Stubber(sts) as stub:
        stub.add_response("get_caller_identity", {})
        sts.get_caller_identity()
    assert lines == ["aws 10:00:00.123Z sts GetCallerIdentity {} -> 200 in 250 ms"]


def test_a_call_that_nobody_answers_is_a_line_too() -> None:
    lines: list[str] = []
    session = Session(REGION, "http://127.0.0.1:1", PROD_ACCOUNT, "test", tell=lines.append)
    with pytest.raises(GhostError), friendly_errors("asking"):
        session.configured(Config(retries={"total_max_attempts": 1})).client("sts").get_caller_identity()
    (line,) = lines
    assert "-> no answer: EndpointConnectionError in " in line


def test_long_lists_and_texts_are_cut(aws: LocalStack) -> None:
    lines: list[str] = []
    s3 = session_of(aws, lines.append).client("s3")
    s3.create_bucket(Bucket="shop-raw", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_objects(Bucket="shop-raw", Delete={"Objects": [{"Key": "k" * 500}] * 25})
    *shown, more = asked_in(lines[1])["Delete"]["Objects"]
    assert len(shown) == 10 and more == "... 15 more"
    assert shown[0]["Key"] == "k" * 300 + "..."


def test_without_a_listener_nothing_is_hooked_for_it(aws: LocalStack) -> None:
    """What is asked with is not even looked at."""

    class Untouchable(dict[str, Any]):
        def items(self) -> Any:
            raise AssertionError("somebody looks at the parameters")

    for tell, looks in ((None, False), (lambda line: None, True)):
        events: Any = session_of(aws, tell).client("lambda").meta.events
        emit = {"params": Untouchable(), "model": model(), "context": {}}
        if looks:
            with pytest.raises(AssertionError, match="looks at the parameters"):
                events.emit("provide-client-params.lambda.CreateFunction", **emit)
        else:
            events.emit("provide-client-params.lambda.CreateFunction", **emit)


def model() -> Any:
    return botocore.session.Session().get_service_model("lambda").operation_model("CreateFunction")


@pytest.mark.parametrize(
    "echo",
    [
        f"no such value: {SECRET}",
        f"the variables are {json.dumps({'LOGIN': SECRET})}",
        f"the variables are {json.dumps({'LOGIN': SECRET}, ensure_ascii=False)}",
        'exceeded the 4KB limit. String measured: {"LOGIN":"can/ary-/cut',
    ],
)
def test_an_error_that_echoes_a_secret_parameter_loses_it(echo: str) -> None:
    session = Session(REGION, access_key=PROD_ACCOUNT, secret_key="test")
    client = session.client("lambda")
    with Stubber(client) as stub:
        modeled = {"message": echo, "Type": "User"}
        stub.add_client_error(
            "update_function_configuration", "InvalidParameterValueException", echo, modeled_fields=modeled
        )
        with pytest.raises(GhostError) as caught, friendly_errors("making function shop-clean"):
            client.update_function_configuration(**environment())
    error = caught.value.__cause__
    assert isinstance(error, ClientError)
    for text in (caught.value.message, str(error), json.dumps(error.response)):
        assert "ary-" not in text
    assert "InvalidParameterValueException" in caught.value.message and "(hidden)" in caught.value.message


@contextmanager
def debugging() -> Iterator[io.StringIO]:
    """As after logging.basicConfig(level=DEBUG), into the text."""
    root, text = logging.getLogger(), io.StringIO()
    handler, before = logging.StreamHandler(text), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def test_with_all_loggers_at_debug_nothing_that_was_sent_or_received_is_written(aws: LocalStack) -> None:
    with debugging() as text:
        session = session_of(aws)
        with pytest.raises(ClientError):
            session.client("lambda").update_function_configuration(**environment("canary-1"))
        session.client("s3").list_buckets()
        logging.getLogger("somebody.else").debug("their own words")
    assert text.getvalue() == "somebody.else DEBUG their own words\n"


def test_what_others_log_above_debug_is_kept_without_credentials() -> None:
    keep_bodies_out_of_logs()
    with debugging() as text:
        try:
            raise ValueError("canary")
        except ValueError:
            logging.getLogger("urllib3.connectionpool").warning("retry %s", "https://u:canary@h/p", exc_info=True)
    assert text.getvalue() == "urllib3.connectionpool WARNING retry https://(hidden)@h/p (ValueError)\n"


def test_every_module_that_could_log_has_the_filter_before_it_is_imported() -> None:
    """Named by another way of finding them."""
    keep_bodies_out_of_logs()
    packages = (boto3, botocore, s3transfer, urllib3)
    assert {package.__name__ for package in packages} == set(FAMILIES)
    folders = [(package.__name__, folder) for package in packages for folder in package.__path__]
    names = {family for family, _ in folders}
    while folders:
        parent, folder = folders.pop()
        for found in pkgutil.iter_modules([folder]):
            names.add(f"{parent}.{found.name}")
            if found.ispkg:
                folders.append((f"{parent}.{found.name}", f"{folder}/{found.name}"))
    filtered = {name for name in names if logging.getLogger(name).filters}
    assert names - filtered == set()
    assert {"botocore.retries.adaptive", "botocore.vendored.requests.packages.urllib3", "urllib3.util.retry"} <= names


def test_keeping_bodies_out_imports_none_of_the_modules() -> None:
    program = (
        "import sys; from dbt_ghost.providers.aws.call_log import keep_bodies_out_of_logs as keep; "
        "before = set(sys.modules); keep(); print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "urllib3" not in done.stdout and "s3transfer" not in done.stdout
