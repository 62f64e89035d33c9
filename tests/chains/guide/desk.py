"""Types what a guide says, as a developer on a branch of the shop, whose production is on the local AWS."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from ghost_cli.main import cli
from tests.chains import flow
from tests.chains.guide.page import Scene, mentions, says
from tests.local_aws import PROD_ACCOUNT, REGION

PROJECT, STATE = "shop", f"shop-ghost-state-{PROD_ACCOUNT}-{REGION}"
PATIENCE_S = 60


@dataclass(frozen=True)
class Desk:
    """`settings` are the guide's own, as text; `folder` is the checkout."""

    session: Session
    folder: Path
    settings: str
    monkeypatch: pytest.MonkeyPatch

    @classmethod
    def at(cls, stack: LocalStack, session: Session, folder: Path, settings: str, patch: pytest.MonkeyPatch) -> Desk:
        """In the folder, signed in, with the guide's settings."""
        desk = cls(session, folder, settings, patch)
        patch.chdir(folder)
        signed_in = {"AWS_ENDPOINT_URL": stack.url, "AWS_ACCESS_KEY_ID": PROD_ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}
        for name, value in (signed_in | {"AWS_REGION": REGION}).items():
            patch.setenv(name, value)
        desk.write_settings("{}")
        return desk

    @property
    def ghost(self) -> GhostName:
        return GhostName(PROJECT, os.environ["GHOST_BRANCH"])

    def write_settings(self, more: str) -> None:
        """The guide's, with `more`, in YAML, put below `ingestion:`; of a step, key by key."""
        project = {"name": PROJECT, **yaml.safe_load(self.settings)}
        ingestion: dict[str, Any] = project["vars"]["ghost"]["ingestion"]
        for key, value in yaml.safe_load(more).items():
            if key == "steps":
                for step, changed in value.items():
                    ingestion["steps"][step].update(changed)
            else:
                ingestion[key] = value
        (self.folder / "dbt_project.yml").write_text(yaml.safe_dump(project))

    def play(self, scene: Scene) -> None:
        """Type its commands; what it quotes must be printed. Of logs that are followed it may leave out lines."""
        quoted, printed = scene.says, ""
        for command in scene.commands:
            if "--follow" in command:
                self._follow(command, quoted.splitlines())
                quoted = ""
            else:
                printed += self._type(command)
        assert says(quoted, printed), f"printed is not what the guide says, but:\n{printed}"

    def ghost_ingest(self, *words: str, refused: bool = False) -> str:
        result = CliRunner().invoke(cli, list(words))
        assert result.exit_code == (1 if refused else 0), f"{result.output}{result.exception!r}"
        return result.output

    def found(self) -> list[Any]:
        """What there is of the ghost on AWS, by name and tag or by name alone."""
        status = json.loads(CliRunner().invoke(cli, ["status", "--no-events", "--json"]).stdout)
        return [*status["found"], *status["unclaimed"]]

    def plan_with(self, setting: str) -> str:
        """What `plan` prints with one setting more, whether it plans or refuses."""
        self.write_settings(setting)
        try:
            return CliRunner().invoke(cli, ["plan"]).output
        finally:
            self.write_settings("{}")

    def wait_until_written(self, step: str, times: int) -> None:
        """Until a step's log says so often that it has written: what runs still would run on in the next test."""
        group, text = self.ghost.log_group(step), '"has written"'
        read = self.session.client("logs").filter_log_events

        def there() -> bool:
            return len(read(logGroupName=group, filterPattern=text)["events"]) >= times

        assert flow.within(PATIENCE_S, there), f"{step} has not written {times} times"

    def _type(self, command: str) -> str:
        match shlex.split(command):
            case ["export", *assignments]:
                for name, value in (each.split("=", 1) for each in assignments):
                    self.monkeypatch.setenv(name, value)
                return ""
            case ["aws", "s3", "cp", _, url]:
                bucket, _, key = url.removeprefix("s3://").partition("/")
                flow.put(self.session, bucket, key)
                return ""
            case ["ghost-ingest", *words]:
                return self.ghost_ingest(*words)
        raise AssertionError(f"nobody here knows how to type: {command}")

    def _follow(self, command: str, quoted: list[str]) -> None:
        """In a process of its own, until every quoted line has come, in any order; then it is ended, as by Ctrl-C."""
        program, *words = shlex.split(command)
        assert program == "ghost-ingest"
        code = [sys.executable, "-m", "ghost_cli", *words]
        with subprocess.Popen(code, stdout=subprocess.PIPE, text=True) as process:
            limit = Timer(PATIENCE_S, process.kill)
            limit.start()
            missing = list(quoted)
            assert process.stdout
            for line in process.stdout:
                missing = [each for each in missing if not mentions(re.sub("^[.]{3} ", "", each), line)]
                if not missing:
                    break
            limit.cancel()
            process.terminate()
        assert not missing, f"not in the logs: {missing}"
