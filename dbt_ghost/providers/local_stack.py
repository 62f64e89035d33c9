"""A local AWS (ministack) on this machine, for the demo and the tests: real events, real handlers, no account."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.process import runs

START_SECONDS = 60.0
STOP_SECONDS = 5.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy reaches this machine's own ports
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "VIRTUAL_ENV")
"""Handlers run with the server's environment: nobody's credentials or endpoints may be in it."""


@dataclass(frozen=True)
class LocalStack:
    """A running server. `folder` holds all its files; `identity` is what its health page answers with."""

    url: str
    pid: int
    folder: str
    identity: str
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)
    """Set where this very process started it."""

    def reset(self) -> None:
        """Forget everything in it: what separates one test from the next."""
        request = urllib.request.Request(f"{self.url}/_ministack/reset", method="POST")
        _DIRECT.open(request, timeout=30).read()


@contextlib.contextmanager
def local_stack(folder: Path, auth: bool = False) -> Iterator[LocalStack]:
    """Run a server for the length of the block. `folder` is made, is the server's alone, and is removed with it.

    `auth` switches on the checking of IAM policies, as far as `local_iam` says. Raises GhostError if the server is not
    installed or does not start.
    """
    stack = start(folder, auth)
    try:
        yield stack
    finally:
        stop(stack)


def start(folder: Path, auth: bool = False) -> LocalStack:
    """Start a server that outlives this process unless `stop` is called. See `local_stack`."""
    if importlib.util.find_spec("ministack") is None:
        raise GhostError("the local AWS (ministack) is not installed", "pip install 'dbt-ghost[demo]'")
    folder = folder.absolute()
    if folder.exists():
        raise GhostError(
            f"{folder} exists already: another local AWS may use it", "stop that one, or remove the folder"
        )
    folder.mkdir(parents=True)
    identity, port = f"dbt-ghost-{secrets.token_hex(8)}", _free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dbt_ghost.providers.local_iam" if auth else "ministack"],
            env=_environment(folder, port, identity, auth),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that the server and its handlers can be stopped as one group
        )
    stack = LocalStack(f"http://127.0.0.1:{port}", process.pid, str(folder), identity, process)
    try:
        _wait_until_ready(stack, process, log)
    except BaseException:
        stop(stack)
        raise
    return stack


def stop(stack: LocalStack) -> None:
    """Stop the server with every handler it started, and remove its files. Stopped already is success."""
    if stack.process is not None or _answers_as(stack):  # else the number may by now be another program's
        _signal_group(stack.pid, signal.SIGTERM)
        _wait_while(lambda: _runs(stack))
        _signal_group(stack.pid, signal.SIGKILL)  # busy handlers outlive a SIGTERM
        _wait_while(lambda: _runs(stack) or _group_runs(stack.pid))
    shutil.rmtree(stack.folder, ignore_errors=True)


def remember(stack: LocalStack, file: Path) -> None:
    """Write down a server that is left running, for `stop_remembered`."""
    names = ("url", "pid", "folder", "identity")
    file.write_text(json.dumps({name: getattr(stack, name) for name in names}))


def stop_remembered(file: Path) -> bool:
    """Stop the server that `remember` wrote down; False if there is none."""
    if not file.exists():
        return False
    stop(remembered(file))
    file.unlink(missing_ok=True)
    return True


def remembered(file: Path) -> LocalStack:
    """The server that `remember` wrote down."""
    return LocalStack(**json.loads(file.read_text()))


def _environment(folder: Path, port: int, identity: str, auth: bool) -> dict[str, str]:
    # PYTHONDONTWRITEBYTECODE is left out too: without compiled files each handler starts twice as slowly.
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    for name in ("tmp", "home", "s3", "state"):
        (folder / name).mkdir()
    return kept | {
        "AUTH": "true" if auth else "false",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "HOME": str(folder / "home"),  # a handler must not read somebody's ~/.aws
        "IOT_MTLS_ENABLED": "0",  # would listen on 0.0.0.0:8883
        "LOG_LEVEL": "WARNING",
        "MINISTACK_EDITION": identity,
        "S3_DATA_DIR": str(folder / "s3"),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder / "tmp"),
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(stack: LocalStack, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers_as(stack):
        if process.poll() is not None:
            raise GhostError("the local AWS stopped while starting:\n" + log.read_text(errors="replace")[-2000:])
        if time.monotonic() > deadline:
            raise GhostError(f"the local AWS did not start within {START_SECONDS:.0f} seconds", "try again")
        time.sleep(0.05)


def _answers_as(stack: LocalStack) -> bool:
    """Does this very server answer? Another one may have taken the port in between."""
    with contextlib.suppress(OSError, ValueError):
        with _DIRECT.open(f"{stack.url}/_ministack/health", timeout=2) as reply:
            return bool(json.load(reply)["edition"] == stack.identity)
    return False


def _wait_while(running: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while running() and time.monotonic() < deadline:
        time.sleep(0.02)


def _runs(stack: LocalStack) -> bool:
    if stack.process is not None:
        return stack.process.poll() is None
    return runs(stack.pid)


def _group_runs(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS denies it where all have ended, but none was waited for
        return False
    return True


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
