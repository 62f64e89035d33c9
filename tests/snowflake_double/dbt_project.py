"""A small dbt project for the double: a seed, a view, a table, an incremental model, a snapshot, a second database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

MANY = Path(__file__).parents[1] / "warehouse" / "many.py"

FILES = {
    "seeds/raw_orders.csv": "id,amount,placed_on\n1,10.5,2024-01-01\n2,20,2024-01-02\n3,,2024-01-03\n",
    "models/stg_orders.sql": "select id, amount, placed_on from {{ ref('raw_orders') }}",
    "models/orders.sql": (
        "{{ config(materialized='table', query_tag='orders', grants={'select': ['READER']}) }}\n"
        "select id, coalesce(amount, 0) as amount, current_timestamp() as built_at from {{ ref('stg_orders') }}"
    ),
    "models/orders_by_id.sql": (
        "{{ config(materialized='incremental', unique_key='id') }}\nselect id, amount from {{ ref('orders') }}\n"
        "{% if is_incremental() %} where id > 1 {% endif %}"
    ),
    "models/mart.sql": (
        "{{ config(materialized='table', database=var('second', 'MARTS')) }}\n"
        "select sum(amount) as total from {{ ref('orders_by_id') }}"
    ),
    "models/schema.yml": (
        "models:\n  - name: orders\n    description: all orders\n"
        "    config: {persist_docs: {relation: true, columns: true}}\n"
        "    columns:\n      - name: id\n        description: the key\n        data_tests: [unique, not_null]\n"
    ),
    "snapshots/orders_history.sql": (
        "{% snapshot orders_history %}\n{{ config(unique_key='id', strategy='check', check_cols=['amount'], "
        "target_schema='SNAPSHOTS') }}\nselect id, amount from {{ ref('orders') }}\n{% endsnapshot %}"
    ),
}


def write_project(folder: Path, port: int, user: str, **outputs: dict[str, str]) -> Path:
    """The project below `folder`; `outputs` are targets: what differs from the first one's settings."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\nflags: {}\n")
    base = {
        **{"type": "snowflake", "account": "double", "host": "127.0.0.1", "port": port, "protocol": "http"},
        **{"user": user, "password": "none", "warehouse": "WH", "schema": "SHOP", "threads": 2, "query_tag": "shop"},
        **{"connect_retries": 0},
    }
    targets = {name: {**base, **given} for name, given in outputs.items()}
    profiles = {"shop": {"target": next(iter(outputs)), "outputs": targets}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return folder


def run_dbt(folder: Path, *commands: list[str]) -> list[dict[str, Any]]:
    """Run dbt commands one after another in one other process; of each {ok, lines, error}."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "GHOST_"))}
    environment = {**kept, "DBT_PROFILES_DIR": str(folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    asked = [{"words": _in(folder, words), "environment": environment} for words in commands]
    said = folder / "said.json"
    subprocess.run(
        [sys.executable, "-W", "ignore", str(MANY), str(said)],
        input=json.dumps(asked),
        text=True,
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
        timeout=240,
    )
    answers: list[dict[str, Any]] = json.loads(said.read_text())
    return answers


def _in(folder: Path, words: list[str]) -> list[str]:
    return words if "--project-dir" in words else [*words, "--project-dir", str(folder)]
