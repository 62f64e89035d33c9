"""What an admin runs once: the printed script is the documented one, parses, runs twice, and cannot be misused."""

from __future__ import annotations

import os
from itertools import pairwise

import pytest

from tests.warehouse.project import ROOT
from tests.warehouse.snowflake.account import GHOST, SETUP, Shop, script_of, statements_of
from tests.warehouse.snowflake.blocks import inner_statements
from tests.warehouse.snowflake.conftest import MakeShop
from tests.warehouse.snowflake.statements import parses

TEMPLATE = {"ownership": "template", "templates": {"PROD_DB": "PROD_DB_TEMPLATE", "PROD_EU": "PROD_EU_TEMPLATE"}}


@pytest.mark.parametrize(("ownership", "clone"), [("procedure", {}), ("template", TEMPLATE)])
def test_the_script_is_the_documented_one_and_runs_twice(
    shop_of: MakeShop, ownership: str, clone: dict[str, object]
) -> None:
    shop = shop_of(clone=clone)
    script = script_of(shop.dbt("--quiet", "run-operation", "ghost_setup_sql", "--args", SETUP, target="prod")["lines"])

    file = ROOT / f"docs/reference/setup_{ownership}.sql"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(script)
    assert file.read_text() == script
    shop.set_up()
    wrong = [parses(inner) for each in statements_of(script) for inner in inner_statements(each)]
    assert [problem for problem in wrong if problem] == []


def test_every_statement_of_the_script_has_a_reason(shop: Shop) -> None:
    said = shop.dbt("run-operation", "ghost_setup_sql", "--args", SETUP, target="prod")
    lines = script_of(said["lines"]).splitlines()
    begins = ("create ", "grant ", "alter ", "use role ")
    for before, line in pairwise(lines):
        if line.startswith(begins):
            assert before.startswith("-- "), line


def test_nobody_who_may_call_the_procedures_can_point_them_elsewhere(shop: Shop) -> None:
    """The procedures check what they are given, whatever the package would send."""
    shop.operation("ghost_clone")
    record = '{"project": "shop", "branch": "x"}'
    shop.admin("create database PRECIOUS")
    clone = 'call "DBT_GHOST"."SHOP"."GHOST_CLONE"'
    rest = "'2026-01-01 00:00:00 +00:00', '{}', 'database', '[]', '[]', 1, false, true, true, false)"
    for call, refusal in {
        f"{clone}('PRECIOUS', 'GHOST_SHOP_X', {rest.format(record)}": "only the configured databases",
        f"{clone}('PROD_DB', 'PRECIOUS2', {rest.format(record)}": "not one that a ghost of this project may have",
        f"{clone}('PROD_DB', 'GHOST_SHOP_X\"; drop database PRECIOUS', {rest.format(record)}": "not one that a ghost",
        f"{clone}('PROD_DB', 'GHOST_SHOP_X', {rest.format('{}')}": "not the provenance",
        f"{clone}('PROD_DB', 'GHOST_SHOP_X', 'now', '{record}', 'database', '[]', '[]', 1, false, true, true, false)": (
            "not a timestamp"
        ),
        'call "DBT_GHOST"."SHOP"."GHOST_DROP"(\'PROD_DB\', \'x\')': "not one that a ghost",
        'call "DBT_GHOST"."SHOP"."GHOST_DROP"(\'PRECIOUS\', \'x\')': "not one that a ghost",
        f'call "DBT_GHOST"."SHOP"."GHOST_DROP"(\'{GHOST}\', \'another\')': "no such ghost of this branch",
        f"call \"DBT_GHOST\".\"SHOP\".\"GHOST_MARK\"('{GHOST}', 'another', '{record}')": "no such ghost",
        'call "DBT_GHOST"."SHOP"."GHOST_FIND"(\'PROD\')': "not one that a ghost",
        f'call "DBT_GHOST"."SHOP"."GHOST_OWN"(\'{GHOST}\')': "Unknown user-defined procedure",
    }.items():
        with pytest.raises(Exception, match=refusal):
            shop.double.session("GHOST_DEV_CI", "GHOST_DEV").run(call)
    assert {"PROD_DB", "PROD_EU", "PRECIOUS", GHOST} <= set(shop.double.account.databases)
    shop.double.journal.entries.clear()  # sent by hand, to be refused
