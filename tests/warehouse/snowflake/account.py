"""The production account of the tests, and the shop's dbt project on it."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from snowflake.connector.util_text import split_statements

from dbt_ghost.core.branch import BRANCH_VARIABLES
from dbt_ghost.core.naming import GhostName
from tests.snowflake_double.server import Double
from tests.warehouse.project import ROOT, SCHEMA
from tests.warehouse.worker import DbtWorker

HERE = Path(__file__).parent
BRANCH = "feature/late-orders"
SETUP = "{aws_role_arn: arn:aws:iam::111111111111:role/ghost-snowflake}"
GHOST = GhostName("shop", BRANCH).database()


SMALL = [
    "create role TRANSFORMER",
    "create user PROD_CI default_role = TRANSFORMER",
    "grant role TRANSFORMER to user PROD_CI",
    "create database PROD_DB",
    "create schema PROD_DB.RAW",
    "create table PROD_DB.RAW.ORDERS (ID int)",
    "create database PROD_EU",
    "grant usage on database PROD_DB to role TRANSFORMER",
]
"""A production so small that a test may look at every single statement; each adds the view that it is about."""


def production() -> list[str]:
    text = re.sub(r"^-- .*\n", "", (HERE / "account.sql").read_text(), flags=re.MULTILINE)
    return [statement.strip() for statement in text.split("\n\n") if statement.strip()]


def settings(**changes: Any) -> dict[str, Any]:
    """`vars: ghost:` of the shop, with changes: `settings(clone={"strategy": "schema"})`."""
    document = yaml.safe_load((HERE / "shop/dbt_project.yml").read_text())
    ghost: dict[str, Any] = document["vars"]["ghost"]
    return {**ghost, **changes}


@dataclass
class Shop:
    """dbt in the shop's project, against one double."""

    double: Double
    worker: DbtWorker
    folder: Path
    ghost: dict[str, Any] = field(default_factory=settings)

    def admin(self, *statements: str, role: str = "ACCOUNTADMIN") -> list[dict[str, Any]]:
        """As the admin; the rows of the last statement."""
        session = self.double.session("ADMIN", role)
        rows = [session.run(statement) for statement in statements]
        return rows[-1].dicts()

    def dbt(self, *words: str, target: str = "ghost", branch: str = BRANCH, **environment: str) -> dict[str, Any]:
        """{ok, lines, error} of one dbt command."""
        forgotten = {name for name in os.environ if name.startswith(("GHOST_", "DBT_")) or name in BRANCH_VARIABLES}
        kept = {name: value for name, value in os.environ.items() if name not in forgotten}
        return self.worker.run(
            [
                *words,
                "--target",
                target,
                "--project-dir",
                str(self.folder),
                "--vars",
                json.dumps({"ghost": self.ghost}),
            ],
            {
                **kept,
                "DBT_PROFILES_DIR": str(self.folder),
                "DBT_TARGET_PATH": f"target/{target}",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DOUBLE_PORT": str(self.double.port),
                "GHOST_BRANCH": branch,
                "GHOST_DATABASE": GhostName("shop", branch).database(),
                "CI_PIPELINE_ID": "1",
                **environment,
            },
        )

    def operation(self, name: str, branch: str = BRANCH, **arguments: Any) -> dict[str, Any]:
        """An operation's machine line, which must be as published; {"no result": dbt's words} where there was none."""
        environment = {key: arguments.pop(key) for key in list(arguments) if key.isupper()}
        said = self.dbt("run-operation", name, "--args", json.dumps(arguments), branch=branch, **environment)
        lines = [line.removeprefix("GHOST_RESULT ") for line in said["lines"] if line.startswith("GHOST_RESULT ")]
        if not lines:
            return {"no result": said["error"]}
        assert len(lines) == 1, lines
        result: dict[str, Any] = json.loads(lines[0])
        jsonschema.validate(result, SCHEMA)
        return {**result, "lines": said["lines"], "dbt_ok": said["ok"]}

    def set_up(self) -> None:
        """What `ghost_setup_sql` prints, run by the admin as it is."""
        said = self.dbt("run-operation", "ghost_setup_sql", "--args", SETUP, target="prod")
        assert said["ok"], said["error"]
        session = self.double.session("ADMIN", "ACCOUNTADMIN")
        for statement in statements_of(script_of(said["lines"])):
            session.run(statement)


def script_of(lines: list[str]) -> str:
    """What `ghost_setup_sql` printed among what dbt says."""
    first = lines.index("use role accountadmin;")
    return "\n".join(line for line in lines[first:] if not line.startswith("GHOST_RESULT ")) + "\n"


def statements_of(script: str) -> list[str]:
    """As Snowflake's own connector parts a script."""
    parts = split_statements(StringIO(script), remove_comments=True)
    return [text.rstrip().removesuffix(";") for text, _ in parts if text.strip()]


def make_shop(double: Double, worker: DbtWorker, folder: Path, statements: list[str]) -> Shop:
    shutil.copytree(HERE / "shop", folder, dirs_exist_ok=True)
    package = folder / "dbt_packages/dbt_ghost"
    if not package.exists():
        package.parent.mkdir()
        package.symlink_to(ROOT)
    shop = Shop(double, worker, folder)
    shop.admin(*statements)
    return shop
