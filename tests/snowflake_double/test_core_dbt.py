"""dbt-snowflake builds on the double, again and again, with the rights of its role and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.snowflake_double.asking import all_of, session_of, values
from tests.snowflake_double.catalog import Securable
from tests.snowflake_double.dbt_project import run_dbt, write_project
from tests.snowflake_double.server import Double

ACCOUNT = """
    create role TRANSFORMER
    create role READER
    create database PROD
    create database MARTS
    create database READ_ONLY
    grant ownership on database PROD to role TRANSFORMER
    grant usage, create schema on database MARTS to role TRANSFORMER
    grant usage on database READ_ONLY to role TRANSFORMER
    grant usage on warehouse WH to role TRANSFORMER
"""
CHANGED = "id,amount,placed_on\n1,10.5,2024-01-01\n2,25,2024-01-02\n4,7,2024-01-04\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Double, list[dict[str, Any]]]]:
    """The project built twice, then with its second database where the role may not write, then where it is missing."""
    folder = tmp_path_factory.mktemp("shop")
    with Double() as double:
        double.account.of_kind("WAREHOUSE")["WH"] = Securable("WAREHOUSE", "WH", "ACCOUNTADMIN")
        all_of(double.session(), ACCOUNT)
        session_of(double, "TRANSFORMER", user="DBT")
        write_project(folder, double.port, "DBT", prod={"role": "TRANSFORMER", "database": "PROD"})
        later = write_later(folder)
        commands = [["build"], ["build", "--project-dir", str(later)]]
        refused = [["build", "--vars", f"{{second: {name}}}"] for name in ("READ_ONLY", "NOWHERE")]
        yield double, run_dbt(folder, *commands, *refused)


def write_later(folder: Path) -> Path:
    """The same project with other data in its seed."""
    later = write_project(folder / "later", 0, "DBT", prod={})
    (later / "seeds/raw_orders.csv").write_text(CHANGED)
    return later


def test_two_builds_pass(built: tuple[Double, list[dict[str, Any]]]) -> None:
    _, (first, second, *_) = built
    for done in (first, second):
        assert done["ok"], done["error"]
        assert "PASS=8 WARN=0 ERROR=0 SKIP=0" in " ".join(done["lines"])


def test_the_second_build_merged_and_kept_history(built: tuple[Double, list[dict[str, Any]]]) -> None:
    double, _ = built
    session = double.session("DBT")
    found = session.run("select id, amount from PROD.SHOP.orders_by_id order by id").rows
    assert found == [(1, 10.5), (2, 25.0), (3, 0.0), (4, 7.0)]
    history = session.run(
        "select id, amount, dbt_valid_to is null from PROD.SNAPSHOTS.orders_history order by id, 2"
    ).rows
    assert (2, 20.0, False) in history
    assert (2, 25.0, True) in history
    assert values(session, "select total from MARTS.SHOP.mart") == [42.5]
    assert any("merge into" in text for text in double.journal.texts("orders_by_id"))


def test_grants_query_tag_and_comments_arrive(built: tuple[Double, list[dict[str, Any]]]) -> None:
    double, _ = built
    orders = double.session("DBT").get("TABLE", "PROD.SHOP.ORDERS")
    assert ("SELECT", "READER") in [(grant.privilege, grant.role) for grant in orders.grants]
    assert (orders.comment, orders.columns[0].comment, orders.owner) == ("all orders", "the key", "TRANSFORMER")
    created = [e for e in double.journal.entries if re.search(r"transient table PROD\.SHOP\.orders\s", e.text)]
    assert {entry.query_tag for entry in created} == {"orders"}
    assert {entry.query_tag for entry in double.journal.entries if "view PROD.SHOP.stg" in entry.text} == {"shop"}


def test_nothing_temporary_stays(built: tuple[Double, list[dict[str, Any]]]) -> None:
    double, _ = built
    assert values(double.session("DBT"), "select table_name from PROD.information_schema.tables order by 1") == [
        *("ORDERS", "ORDERS_BY_ID", "ORDERS_HISTORY", "RAW_ORDERS", "STG_ORDERS")
    ]


def test_a_database_without_rights_fails_the_build(built: tuple[Double, list[dict[str, Any]]]) -> None:
    _, (*_, read_only, nowhere) = built
    assert not read_only["ok"]
    assert "003001 (42501)" in read_only["error"]
    assert not nowhere["ok"]
    assert "'NOWHERE' does not exist or not authorized" in nowhere["error"]
