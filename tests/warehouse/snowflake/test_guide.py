"""docs/guides/set-up-snowflake.md says what is so: its settings are the shop's, its commands and statements are run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.local_stack import LocalStack
from tests.local_aws import PROD_ACCOUNT
from tests.snowflake_double.server import Double
from tests.warehouse.conftest import made_buckets
from tests.warehouse.project import ROOT
from tests.warehouse.snowflake.account import BRANCH, GHOST, HERE, Shop, production
from tests.warehouse.snowflake.conftest import shop_on
from tests.warehouse.worker import DbtWorker

GUIDE = (ROOT / "docs/guides/set-up-snowflake.md").read_text()


def blocks(language: str) -> list[str]:
    fenced = [part.split("\n", 1) for part in GUIDE.split("```")[1::2] if "\n" in part]
    return [text for named, text in fenced if named == language]


def test_its_settings_are_those_of_the_tests() -> None:
    settings, profiles = (yaml.safe_load(block) for block in blocks("yaml"))
    project = yaml.safe_load((HERE / "shop/dbt_project.yml").read_text())
    tested = yaml.safe_load((HERE / "shop/profiles.yml").read_text())

    assert settings["vars"] == project["vars"]
    said, run = profiles["shop"]["outputs"]["ghost"], tested["shop"]["outputs"]["ghost"]
    for key in ("type", "user", "warehouse", "database", "schema", "query_tag"):
        assert said[key] == run[key], key


@pytest.fixture
def shop_with_buckets(aws_server: LocalStack, worker: DbtWorker, folder: Path) -> Iterator[Shop]:
    made_buckets(aws_server, GhostName("shop", BRANCH).bucket("shop-landing"))
    double = Double(s3=aws_server.url, key=PROD_ACCOUNT, secret="test")
    with shop_on(double, worker, folder, production()) as shop:
        yield shop


def test_its_commands_run_in_order(shop_with_buckets: Shop) -> None:
    shop = shop_with_buckets
    setup, life = blocks("")
    assert shlex.split(setup)[:4] == ["dbt", "--quiet", "run-operation", "ghost_setup_sql"]
    exports, *commands = life.splitlines()
    environment = dict(word.split("=", 1) for word in shlex.split(exports)[1:])
    assert environment["GHOST_DATABASE"] == GHOST
    assert shop.dbt("build", target="prod")["ok"]
    for command in commands:
        program, *words = shlex.split(command.removesuffix(" --target ghost"))
        said = shop.dbt(*words, branch=environment["GHOST_BRANCH"])
        assert program == "dbt" and said["ok"], (command, said["error"])


def test_what_it_says_of_people_runs(shop: Shop) -> None:
    (people,) = blocks("sql")
    grant = re.search(r"`(grant role GHOST_DEV to user ANNE)`", GUIDE)
    assert grant
    shop.admin(people.strip().removesuffix(";"), grant[1])
    assert shop.double.session("ANNE", "GHOST_DEV").run("select current_role() as R").dicts() == [{"R": "GHOST_DEV"}]
