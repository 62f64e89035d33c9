"""Secrets of prod's environment are in the ghost's own environment and nowhere else: every byte that a run writes is
searched, whatever it does and however it ends.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.resources import Function
from dbt_ghost.demo.production import Production
from dbt_ghost.demo.production_documents import CLEAN, ENRICH
from dbt_ghost.demo.story import BRANCH, STATE_BUCKET
from dbt_ghost.providers.aws import functions
from dbt_ghost.providers.aws.function_settings import new_settings
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from ghost_cli.main import Failure, cli
from tests.cli.account_text import account_text, environments
from tests.cli.canaries import ALL, DROPPED, LATER, ODD, PLAIN, SET, TOKEN, URL, Canary, betrayed
from tests.cli.echoing_aws import Answer, echoing_door

GHOST = GhostName("flights", BRANCH)
DAY = "2013-02-01"
PROD = {"STAGE": PLAIN.value, "DB_URL": URL.value, "LOGIN": TOKEN.value, "NOTE": ODD.value, "OLD_KEY": DROPPED.value}
RULES = {name: "copy" for name in PROD} | {"OLD_KEY": "drop", "NEW": {"set": SET.value}}
"""By variable of prod's first step: what it holds, and what becomes of it."""

COPIED = {"STAGE": PLAIN.value, "DB_URL": URL.value, "LOGIN": TOKEN.value, "NOTE": ODD.value, "NEW": SET.value}


@dataclass
class Scene:
    """A developer on the branch; `written` is what the runs wrote, by where."""

    session: Session
    production: Production
    project: Path
    aside: Path
    written: list[tuple[str, bytes]] = field(default_factory=list)

    def run(self, *words: str, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(words))
        assert result.exit_code == exit_code, result.output
        what = " ".join(words)
        self.written += [(f"{what}: stdout", result.stdout_bytes), (f"{what}: stderr", result.stderr_bytes)]
        if result.exc_info:
            said = "".join(traceback.format_exception(*result.exc_info))
            self.written.append((f"{what}: exception", said.encode()))
        return result

    def as_process(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        """Run Python code that runs the command, with what it writes in a file."""
        log = self.aside / f"process-{len(list(self.aside.iterdir()))}.log"
        with log.open("wb") as file:
            return subprocess.Popen([sys.executable, "-c", program, *words], stdout=file, stderr=subprocess.STDOUT)

    def rest(self) -> Iterator[tuple[str, bytes]]:
        """What else there is to search: files, and all that AWS keeps."""
        for folder in (self.project, self.aside):
            for file in folder.rglob("*"):
                if file.is_file() and file != self.settings:
                    yield str(file), str(file.relative_to(folder)).encode() + b"\n" + file.read_bytes()
        yield from account_text(self.session, (STATE_BUCKET,))

    @property
    def settings(self) -> Path:
        """The one file that holds a canary: its author wrote it there."""
        return self.project / "dbt_project.yml"

    def leaks(self) -> list[str]:
        return [f"{place}: {found}" for place, text in [*self.written, *self.rest()] for found in betrayed(text)]

    def of_ghost(self, step: str = "clean") -> dict[str, str]:
        """What the ghost's function has, but its output bucket and its log level."""
        found = dict(environments(self.session)[GHOST.function(step)])
        return {name: value for name, value in found.items() if name not in ("OUT_BUCKET", "LOG_LEVEL")}


@pytest.fixture
def aside(on_branch: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where people's files and passing ones are."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def scene(
    production: Production, session: Session, checkout: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """Prod's first step has secrets in its environment, and the second one of them."""
    scene, show = Scene(session, production, checkout, aside), Failure.show

    def shown_whole(failure: Failure, file: Any = None) -> None:
        """As a traceback would be, with what each error was raised from."""
        scene.written.append(("a failure's traceback", "".join(traceback.format_exception(failure)).encode()))
        show(failure, file)

    monkeypatch.setattr(Failure, "show", shown_whole)
    in_prod(session, CLEAN, PROD)
    in_prod(session, ENRICH, {"STAGE": PLAIN.value})
    text = scene.settings.read_text()
    for function, rules in ((CLEAN, RULES), (ENRICH, {"STAGE": "copy"})):
        line = f"function: {function}\n"
        assert line in text
        text = text.replace(line, f"{line}          env: {json.dumps(rules)}\n")
    scene.settings.write_text(text)
    return scene


def in_prod(session: Session, function: str, more: dict[str, str]) -> None:
    """Prod's function gets these variables, too."""
    variables = environments(session)[function] | more
    session.client("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def test_a_whole_life_tells_nobody_a_secret(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.production.deliver(DAY)
    scene.production.wait_for(DAY)
    for words in (["plan"], ["plan", "--json"], ["plan", "--html", "plan.html"], ["graph"]):
        scene.run(*words)
    debug = scene.run("--debug", "fork").stderr
    assert "lambda CreateFunction" in debug and '"Variables": "(hidden)"' in debug
    assert scene.of_ghost() == COPIED and scene.of_ghost("enrich")["STAGE"] == PLAIN.value
    in_prod(scene.session, CLEAN, {"STAGE": LATER.value})
    assert "update" in scene.run("plan").stdout
    scene.run("fork", "--json")
    assert scene.of_ghost() == COPIED | {"STAGE": LATER.value}
    monkeypatch.setenv("GHOST_DEBUG", "1")
    assert "s3 GetObject" in scene.run("status").stderr
    monkeypatch.delenv("GHOST_DEBUG")
    assert "s3 GetObject" not in scene.run("status").stderr
    for command in ("status", "list"):
        scene.run(command)
        scene.run(command, "--json")
    scene.run("replay", "--dry-run", "--since", "1d")
    assert "1 object" in scene.run("--debug", "replay", "--yes", "--json", "--since", "1d").stderr
    assert "REPORT" in scene.run("logs").stdout
    scene.run("logs", "--json")
    assert scene.leaks() == []
    scene.run("--debug", "drop", "--yes", "--json")
    scene.run("list", "--all", "--json")
    assert scene.leaks() == []


@pytest.mark.parametrize("answer", ["denied", "too large", "hangs up"])
def test_an_error_that_repeats_the_environment_is_told_without_it(
    scene: Scene, aws: LocalStack, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    with echoing_door(aws.url, answer) as door:
        monkeypatch.setenv("AWS_ENDPOINT_URL", door.url)
        told = scene.run("--debug", "fork", exit_code=1).stderr
        assert door.refused > 0 and "Error: making function ghost-" in told, told
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    scene.run("status", "--json", exit_code=1)
    assert scene.leaks() == []


def test_an_endpoint_that_is_not_there_is_told_without_secrets(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.run("fork")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{PLAIN.value}:{SET.value}@127.0.0.1:1")
    assert "does not answer" in scene.run("--debug", "fork", exit_code=1).stderr
    assert scene.leaks() == []


def settings_in_a_list(function: Function) -> dict[str, Any]:
    return {**new_settings(function), "Environment": {"Variables": {k: [v] for k, v in function.environment}}}


def no_settings(function: Function) -> dict[str, Any]:
    raise RuntimeError("a bug")


@pytest.mark.parametrize(
    ("bug", "told"),
    [
        (settings_in_a_list, "Environment.Variables.DB_URL"),
        (no_settings, "a bug"),
    ],
)
def test_a_bug_on_the_way_tells_no_secret(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, bug: Callable[[Function], dict[str, Any]], told: str
) -> None:
    monkeypatch.setattr(functions, "new_settings", bug)
    result = scene.run("--debug", "fork", exit_code=1)
    assert told in result.stderr + repr(result.exception)
    assert scene.leaks() == []


def test_a_variable_that_nothing_explains_is_told_by_name_alone(scene: Scene) -> None:
    scene.settings.write_text(scene.settings.read_text().replace("env: ", "# env: "))
    told = scene.run("--debug", "plan", exit_code=1).stderr
    assert "clean: DB_URL, LOGIN, NOTE, OLD_KEY, STAGE" in told and "DB_URL looks like a URL with a login" in told
    assert scene.leaks() == []


def test_a_fork_that_is_killed_leaves_no_secret(scene: Scene) -> None:
    program = "import sys; from ghost_cli.main import cli; cli(sys.argv[1:])"
    process = scene.as_process(program, "--debug", "fork", "--json")
    for _ in range(6000):
        if GHOST.function("clean") in environments(scene.session):
            break
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert "building" in scene.run("status", "--json", exit_code=1).stdout
    assert scene.leaks() == []
    scene.run("--debug", "fork")
    assert scene.of_ghost() == COPIED
    assert scene.leaks() == []


def test_botocores_loggers_at_debug_tell_no_secret(scene: Scene) -> None:
    program = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG); logging.getLogger('control').debug('is heard');"
        "import boto3; boto3.set_stream_logger(''); from ghost_cli.main import cli; cli(sys.argv[1:])"
    )
    process = scene.as_process(program, "--debug", "fork")
    assert process.wait() == 0
    (log,) = scene.aside.glob("process-*.log")
    assert "control:is heard" in log.read_text() and "lambda CreateFunction" in log.read_text()
    assert scene.of_ghost() == COPIED
    assert scene.leaks() == []


FORMS: dict[str, Callable[[str], bytes]] = {
    "itself": str.encode,
    "capitals swapped": lambda text: text.swapcase().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte later": lambda text: base64.b64encode(f"x{text}y".encode()),
    "base64, two bytes later": lambda text: base64.urlsafe_b64encode(f"xy{text}".encode()),
    "hex": lambda text: text.encode().hex().upper().encode(),
    "URL": lambda text: urllib.parse.quote(text, safe="").encode(),
    "form": lambda text: urllib.parse.urlencode({"a": text}).encode(),
    "JSON": lambda text: json.dumps({"a": text}).encode(),
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps({"b": text})}).encode(),
    "JSON with its letters": lambda text: json.dumps(text, ensure_ascii=False).encode(),
    "repr": lambda text: repr({"a": text}).encode(),
    "bytes": lambda text: repr(text.encode()).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "SHA-256": lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "MD5 in base64": lambda text: base64.b64encode(hashlib.md5(text.encode()).digest()),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("canary", ALL, ids=lambda canary: canary.cores[0])
def test_the_search_finds_every_canary_in_every_form(canary: Canary, form: str) -> None:
    found = betrayed(b"something " + FORMS[form](canary.value) + b" else")
    assert found and all(each.startswith(canary.cores[0]) for each in found)


def test_the_search_finds_nothing_where_there_is_nothing() -> None:
    assert betrayed(b"Kanarie plain (hidden) AKIA postgresql://loader@db.internal:5432/prod") == ()
