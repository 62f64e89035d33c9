"""What other tools take for a chain on the local AWS, in calls and in time: `python -m bench.other_tools`.

Installs SAM, Chalice and Zappa from the package registry, each into an environment of its own below TMPDIR, which takes
a minute or two and is removed. Each tool deploys, deploys again with nothing changed, and removes, in a process of its
own, whose start is in the seconds. What they make differs:

- SAM: the ghost's own resources, from the template of `bench.fork_calls`;
- Chalice: a role, and a function, a permission and a notification for each step; the buckets are there already, and
  there is no tap, no log group with a retention and no queue for what fails;
- Zappa: the same for one step (a stage of it is one package), which carries the whole environment that it runs in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.stack_template import template
from dbt_ghost.core.resources import Function
from dbt_ghost.demo.production import make_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack, local_stack
from ghost_cli.wiring import PlannedFork
from tests.local_aws import PROD_ACCOUNT, REGION, session_of
from tests.operations.counted import READS
from tests.operations.long_chain import GHOST, LongChain

SAM, CHALICE, ZAPPA = "aws-sam-cli", "chalice", "zappa"
RUNS = {SAM: (1, 5, 50), CHALICE: (1, 5), ZAPPA: (1,)}
WITH = {SAM: (), CHALICE: ("boto3", "setuptools"), ZAPPA: ("setuptools",)}
OPERATIONS = ("fork", "again, nothing changed", "drop")
ARTIFACTS, LIMIT_S = "long-artifacts", 120
COUNTER = """\
import os
import botocore.client
call = botocore.client.BaseClient._make_api_call
def counted(self, operation, parameters):
    with open(os.environ["CALLS"], "a") as file:
        file.write(f"{operation}\\n")
    return call(self, operation, parameters)
botocore.client.BaseClient._make_api_call = counted
"""


@dataclass(frozen=True)
class Tool:
    """One of them, in the environment `venv`; it works in `folder`."""

    name: str
    venv: Path
    folder: Path

    def words(self) -> tuple[list[str], list[str], list[str]]:
        """The commands of the three operations."""
        if self.name == SAM:
            where = ["--template-file", "template.json", "--stack-name", "x", "--s3-bucket", ARTIFACTS]
            how = ["--capabilities", "CAPABILITY_NAMED_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
            deploy = ["sam", "deploy", *where, *how]
            return deploy, deploy, ["sam", "delete", "--stack-name", "x", "--no-prompts", "--region", REGION]
        if self.name == CHALICE:
            return ["chalice", "deploy"], ["chalice", "deploy"], ["chalice", "delete"]
        return ["zappa", "deploy", "dev"], ["zappa", "update", "dev"], ["zappa", "undeploy", "dev", "--yes"]

    def run(self, words: list[str], server: LocalStack) -> tuple[Counter[str], float]:
        """Calls by operation, and seconds. Exits with what the tool said if it failed."""
        calls = self.folder / "calls.log"
        calls.write_text("")
        environment = {
            **{"PATH": f"{self.venv}/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(self.venv), "HOME": str(self.folder)},
            **{"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": PROD_ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"},
            **{"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "NO_PROXY": "*", "LC_ALL": "C.UTF-8"},
            **{"SAM_CLI_TELEMETRY": "0", "PYTHONPATH": str(self.venv / "counter"), "CALLS": str(calls)},
        }
        begun = time.perf_counter()
        done = subprocess.run(
            words, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        took = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}")
        return Counter(calls.read_text().split()), took


def main() -> None:
    print(
        "| steps | operation | by | changing | reading and waiting | seconds |\n|---|---|---|---|---|---|", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="ghost-bench-") as name:
        for tool, sizes in RUNS.items():
            venv = installed(tool, Path(name) / tool)
            for steps in sizes:
                folder = Path(name) / f"{tool}-{steps}"
                with local_stack(Path(name) / "aws") as server:
                    measured(Tool(tool, venv, folder), steps, server)


def installed(tool: str, venv: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    packages = [tool, *WITH[tool]]
    subprocess.run([f"{venv}/bin/pip", "install", "-q", *packages], check=True, capture_output=True)
    (venv / "counter").mkdir()
    (venv / "counter" / "sitecustomize.py").write_text(COUNTER)
    return venv


def measured(tool: Tool, steps: int, server: LocalStack) -> None:
    session, chain = session_of(server), LongChain(steps)
    chain.build(session)
    make_bucket(session, ARTIFACTS)
    tool.folder.mkdir()
    {SAM: of_sam, CHALICE: of_chalice, ZAPPA: of_zappa}[tool.name](tool.folder, chain, session)
    for operation, words in zip(OPERATIONS, tool.words(), strict=True):
        calls, took = tool.run(words, server)
        changing = sum(times for name, times in calls.items() if not name.startswith(READS))
        row = (str(steps), operation, tool.name, str(changing), str(calls.total() - changing), f"{took:.1f}")
        print(f"| {' | '.join(row)} |", flush=True)


def of_sam(folder: Path, chain: LongChain, session: Session) -> None:
    planned: PlannedFork = chain.project(folder / "checkout", session).plan_fork(GHOST)
    resources = [change.resource for change in planned.plan.changes]
    codes = sorted({each.code_sha256 for each in resources if isinstance(each, Function)})
    for number, sha256 in enumerate(codes):
        (folder / f"{number}.zip").write_bytes(planned.code.package(sha256))
    found = template(resources, lambda sha256: f"{codes.index(sha256)}.zip")
    (folder / "template.json").write_text(json.dumps(found))


def of_chalice(folder: Path, chain: LongChain, session: Session) -> None:
    text = "from chalice import Chalice\n\napp = Chalice(app_name='x')\n"
    for name in chain.names:
        make_bucket(session, f"chalice-{name}")
        text += f"\n\n@app.on_s3_event(bucket='chalice-{name}')\ndef {name}(event):\n    return None\n"
    (folder / "app.py").write_text(text)
    (folder / "requirements.txt").write_text("")
    (folder / ".chalice").mkdir()
    (folder / ".chalice/config.json").write_text(json.dumps({"version": "2.0", "app_name": "x", "stages": {"dev": {}}}))


def of_zappa(folder: Path, chain: LongChain, session: Session) -> None:
    (name,) = chain.names
    make_bucket(session, f"zappa-{name}")
    (folder / "app.py").write_text("def handler(event, context):\n    return None\n")
    source = {"arn": f"arn:aws:s3:::zappa-{name}", "events": ["s3:ObjectCreated:*"]}
    settings = {
        **{"project_name": "x", "s3_bucket": ARTIFACTS, "runtime": "python3.11", "aws_region": REGION},
        **{"apigateway_enabled": False, "keep_warm": False},
        "events": [{"function": "app.handler", "event_source": source}],
    }
    (folder / "zappa_settings.json").write_text(json.dumps({"dev": settings}))


if __name__ == "__main__":
    main()
