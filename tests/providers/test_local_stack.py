"""The local AWS: ours, alone, and gone without a trace."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers import local_stack
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT, session_of

SLOW = b"import os, time\ndef handler(event, context):\n    time.sleep(event['seconds'])\n    return dict(os.environ)\n"


def answers(stack: LocalStack) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(stack.url.rpartition(":")[2]))) == 0


def group_runs(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def invoke(stack: LocalStack, seconds: float, kind: str = "RequestResponse") -> dict[str, str]:
    client = session_of(stack).client("lambda")
    client.create_function(
        FunctionName="slow",
        Role=f"arn:aws:iam::{PROD_ACCOUNT}:role/x",
        Runtime="python3.11",
        Handler="app.handler",
        Timeout=60,
        Code={"ZipFile": zipped({"app.py": SLOW})},
    )
    client.get_waiter("function_active_v2").wait(FunctionName="slow", WaiterConfig={"Delay": 1})
    answer = client.invoke(FunctionName="slow", InvocationType=kind, Payload=json.dumps({"seconds": seconds}).encode())
    return json.loads(answer["Payload"].read() or b"{}")


def test_it_stops_with_its_busy_handlers_and_its_files(tmp_path: Path) -> None:
    with local_stack.local_stack(tmp_path / "aws") as stack:
        invoke(stack, 60, "Event")
        time.sleep(0.5)
        assert answers(stack) and group_runs(stack.pid)
    assert not answers(stack) and not group_runs(stack.pid) and not (tmp_path / "aws").exists()


LINGERING = """
import os, time

# A member of the leader's group whose parent, outside of it, takes half a second to notice its end.
leader, parent = os.getpid(), os.fork()
if not parent:
    os.setpgid(0, 0)
    if member := os.fork():
        os.waitid(os.P_PID, member, os.WEXITED | os.WNOWAIT)
        time.sleep(0.5)
        os._exit(0)
    os.setpgid(0, leader)
    print("there", flush=True)
time.sleep(60)
"""


def test_it_has_stopped_when_the_last_of_its_group_is_gone(tmp_path: Path) -> None:
    leader = subprocess.Popen([sys.executable, "-c", LINGERING], start_new_session=True, stdout=subprocess.PIPE)
    with leader:
        assert leader.stdout is not None and leader.stdout.readline() == b"there\n"
        local_stack.stop(LocalStack("http://127.0.0.1:1", leader.pid, str(tmp_path / "x"), "x", leader))
        assert not group_runs(leader.pid)


def test_an_error_in_the_block_stops_it_too(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), local_stack.local_stack(tmp_path / "aws") as stack:
        raise KeyboardInterrupt
    assert not answers(stack) and not (tmp_path / "aws").exists()


def test_handlers_see_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL_S3": "http://x", "SNOWFLAKE_PASSWORD": "x"}
    for name, value in hidden.items():
        monkeypatch.setenv(name, value)
    with local_stack.local_stack(tmp_path / "aws") as stack:
        seen = invoke(stack, 0)
        assert seen["AWS_ENDPOINT_URL"] == stack.url and seen["HOME"].startswith(stack.folder)
    assert not {*hidden, "PYTHONDONTWRITEBYTECODE"} & set(seen)


def test_a_reset_forgets_everything(aws: LocalStack) -> None:
    s3 = session_of(aws).client("s3")
    s3.create_bucket(Bucket="flights-raw", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.reset()
    assert s3.list_buckets()["Buckets"] == []


def test_a_kept_server_outlives_its_starter_and_can_be_stopped_later(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dbt_ghost.providers import local_stack as it\n"
        "it.remember(it.start(Path(sys.argv[1]) / 'aws'), Path(sys.argv[1]) / 'kept.json')"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    kept = tmp_path / "kept.json"
    stack = LocalStack(**json.loads(kept.read_text()))
    assert answers(stack)
    assert local_stack.stop_remembered(kept)
    assert not answers(stack) and not (tmp_path / "aws").exists() and not kept.exists()
    assert not local_stack.stop_remembered(kept)


def test_a_remembered_server_that_is_another_program_by_now_is_left_alone(tmp_path: Path, aws: LocalStack) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        local_stack.stop(replace(aws, pid=bystander.pid, identity="another", process=None, folder=str(tmp_path / "x")))
        assert bystander.poll() is None
    finally:
        bystander.send_signal(signal.SIGKILL)
        bystander.wait()


def test_a_server_that_answers_as_another_is_not_ours(aws: LocalStack) -> None:
    with urllib.request.urlopen(f"{aws.url}/_ministack/health") as reply:
        assert json.load(io.BytesIO(reply.read()))["edition"] == aws.identity


def test_a_folder_in_use_is_not_shared(tmp_path: Path) -> None:
    with pytest.raises(GhostError, match="exists already"):
        local_stack.start(tmp_path)
