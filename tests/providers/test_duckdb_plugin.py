"""What the dbt plugin opens, and what it refuses to. Without dbt: its flags are given."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.credentials import Attachment, DuckDBCredentials

from dbt_ghost import duckdb_target
from dbt_ghost.core.errors import NotFound
from dbt_ghost.duckdb_plugin import Plugin
from dbt_ghost.providers import lake, lake_catalog
from dbt_ghost.providers.lake_files import Lake
from tests.providers.lakes import LATER, NAME, OTHER, make_prod

QUESTION = {"project": NAME.project, "branch": NAME.branch, "ttl": "3d", "bucket": "b", "prefix": "", "statements": []}


@pytest.fixture
def shop(tmp_path: Path) -> Lake:
    made = make_prod(tmp_path / "home")
    lake.clone(made, NAME, LATER)
    return made


@pytest.fixture(autouse=True)
def flags(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    given = SimpleNamespace(TARGET="prod", WHICH="build")
    monkeypatch.setattr(duckdb_target, "_flags", lambda: given)
    monkeypatch.setenv("GHOST_BRANCH", NAME.branch)
    monkeypatch.delenv("GHOST_TARGET", raising=False)
    return given


def credentials(*more: Attachment, path: str = ":memory:", options: dict[str, Any] | None = None) -> DuckDBCredentials:
    lakes = [Attachment(path="ducklake:", alias="lake", options=options), *more]
    return DuckDBCredentials(database="lake", schema="main", path=path, attach=lakes)


def plugin(home: Path, side: str = "ghost") -> Plugin:
    return Plugin("duckdb_plugin", {"home": str(home), "side": side, "project": NAME.project})


def ask(of: Plugin, operation: str, **question: Any) -> dict[str, Any]:
    exchange: dict[str, Any] = {"question": QUESTION | question}
    of.store(SimpleNamespace(config=exchange, location=SimpleNamespace(format=operation)))  # type: ignore[arg-type]  # all it reads
    answer: dict[str, Any] = exchange["answer"]
    return answer


def test_beside_a_ghost_everything_is_read_only(shop: Lake) -> None:
    other, told = Attachment(path="o.db"), Attachment(path="t.db", options={"READ_ONLY": False, "block_size": 16384})
    memory = Attachment(path=":memory:", alias="scratch")
    creds = credentials(other, told, memory)

    plugin(shop.home).update_connection_config(creds, {})

    assert creds.attach is not None
    assert not creds.attach[0].read_only
    assert other.to_sql().endswith("(READ_ONLY)")
    assert (told.read_only, told.options, memory.read_only) == (True, {"block_size": 16384}, False)


def test_beside_prod_attachments_stay(shop: Lake) -> None:
    other = Attachment(path="o.db")
    plugin(shop.home, "prod").update_connection_config(credentials(other, path="own.db"), {})
    assert not other.read_only


def test_a_ghost_beside_a_database_file_is_refused(shop: Lake) -> None:
    with pytest.raises(RuntimeError, match=r"own\.db"):
        plugin(shop.home).update_connection_config(credentials(path="own.db"), {})


@pytest.mark.parametrize(("target", "named"), [("ghost", None), ("pr", "pr")])
def test_the_ghosts_target_never_opens_prod(
    shop: Lake, flags: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, target: str, named: str | None
) -> None:
    flags.TARGET = target
    if named:
        monkeypatch.setenv("GHOST_TARGET", named)
    creds = credentials()

    with pytest.raises(RuntimeError, match=f"the target {target} opens production: its plugin's side is prod"):
        plugin(shop.home, "prod").update_connection_config(creds, {})
    assert creds.attach is not None
    assert creds.attach[0].path == "ducklake:"


def test_the_users_attach_options_are_kept(shop: Lake) -> None:
    creds = credentials(options={"DATA_PATH": "/elsewhere", "data_inlining_row_limit": 5})

    plugin(shop.home).update_connection_config(creds, {})

    assert creds.attach is not None
    assert creds.attach[0].options == {"data_inlining_row_limit": 5, "data_path": shop.ghost(NAME).data_path}


def test_two_spellings_of_a_home_are_one(shop: Lake, tmp_path: Path) -> None:
    (tmp_path / "spelling").symlink_to(shop.home)
    creds = credentials()

    plugin(tmp_path / "spelling").update_connection_config(creds, {})

    assert creds.attach is not None
    assert creds.attach[0].path == f"ducklake:{shop.ghost(NAME).catalog}"


def test_a_ghost_without_its_catalog_is_neither_opened_nor_said_to_be_there(shop: Lake) -> None:
    shop.ghost(NAME).catalog.unlink()
    opens = plugin(shop.home)

    with pytest.raises(RuntimeError, match="its catalog is missing"):
        opens.update_connection_config(credentials(), {})
    assert ask(opens, "find")["result"]["provenance"]["state"] == "building"


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied", "x"), duckdb.IOException("disk is full")])
def test_every_failure_is_an_answer(shop: Lake, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(lake, "prod", fails)
    assert str(error) in ask(plugin(shop.home), "prod")["error"]["message"]


@pytest.mark.parametrize("operation", ["load", "files"])
def test_only_the_open_ghost_is_fed(shop: Lake, operation: str) -> None:
    lake.clone(shop, OTHER, LATER)
    opens = plugin(shop.home)
    opens.update_connection_config(credentials(), {})

    error = ask(opens, operation, branch=OTHER.branch)["error"]

    assert "is not the one that is open here" in error["message"]
    assert error["hint"] == "run it as dbt run-operation ghost_feed"


def test_a_feed_of_a_ghost_in_use_says_who_uses_it(
    shop: Lake, flags: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use(*_: object) -> None:
        raise NotFound("held open by process 7", "wait")

    flags.WHICH, flags.MACRO = "run-operation", "ghost_feed"
    monkeypatch.setattr(lake_catalog, "not_in_use", in_use)
    opens, creds = plugin(shop.home), credentials()
    opens.update_connection_config(creds, {})

    assert creds.attach is not None
    assert creds.attach[0].path == ":memory:"
    assert ask(opens, "files")["error"] == {"message": "held open by process 7", "hint": "wait"}


@pytest.mark.parametrize("operation", ["begin", "drop"])
def test_the_open_ghost_is_neither_dropped_nor_begun(shop: Lake, operation: str) -> None:
    opens = plugin(shop.home)
    opens.update_connection_config(credentials(), {})

    assert "open in this very process" in ask(opens, operation)["error"]["message"]
    assert shop.ghost(NAME).catalog.is_file()
