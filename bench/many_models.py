"""A dbt project of many trivial tables that production has already: what `dbt clone` is measured on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.snowflake_double.server import Double
from tests.warehouse.worker import DbtWorker

PROJECT = """\
name: many
version: 1.0.0
config-version: 2
profile: many
flags: {send_anonymous_usage_stats: false}
models: {many: {+materialized: table}}
"""
PROFILE = """\
many:
  target: prod
  outputs:
    prod: &prod
      {type: snowflake, account: double, host: 127.0.0.1, port: PORT, protocol: http, user: PROD_CI, password: none,
       role: TRANSFORMER, warehouse: PROD_WH, database: PROD_DB, schema: public, threads: 4, connect_retries: 0}
    dev:
      <<: *prod
      database: DEV_DB
"""
SCHEMA = "{% macro generate_schema_name(name, node) %}{{ return(name or target.schema) }}{% endmacro %}\n"


class DbtClone:
    """`dbt clone` from PROD_DB to DEV_DB. The first one parses, the others do not."""

    def __init__(self, double: Double, worker: DbtWorker, folder: Path, tables: int, schemas: int) -> None:
        self._double = double
        self._worker = worker
        self._folder = folder
        for place in ("models", "macros"):
            (folder / place).mkdir(parents=True)
        (folder / "dbt_project.yml").write_text(PROJECT)
        (folder / "profiles.yml").write_text(PROFILE.replace("PORT", str(double.port)))
        (folder / "macros/generate_schema_name.sql").write_text(SCHEMA)
        for table in range(tables):
            model = f"{{{{ config(schema='s{table % schemas}') }}}}\nselect 1 as id\n"
            (folder / f"models/t{table}.sql").write_text(model)
        said = self._dbt("parse", "prod")
        assert said["ok"], said["error"]

    def empty(self) -> None:
        """An empty DEV_DB, which dbt does not make itself."""
        session = self._double.session("PROD_CI", "TRANSFORMER")
        session.run("drop database if exists DEV_DB")
        session.run("create database DEV_DB")

    def clone(self, threads: int) -> dict[str, Any]:
        return self._dbt("clone", "dev", "--state", str(self._folder / "target/prod"), "--threads", str(threads))

    def _dbt(self, command: str, target: str, *words: str) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("GHOST_", "DBT_"))}
        return self._worker.run(
            [command, "--target", target, "--project-dir", str(self._folder), *words],
            {
                **environment,
                "DBT_PROFILES_DIR": str(self._folder),
                "DBT_TARGET_PATH": f"target/{target}",
                "DBT_LOG_PATH": str(self._folder / "logs"),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
        )
