"""Whatever a ghost does, and whatever prod does meanwhile, the other side's files stay."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake, lake_files
from dbt_ghost.providers.lake_files import Lake
from tests.providers.lakes import LATER, NAME, contents, hashes, make_prod, opened

REMOVE_EVERYTHING = (
    "call ducklake_expire_snapshots('lake', older_than => now())",
    "call ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "call ducklake_delete_orphaned_files('lake', cleanup_all => true)",
)

WHAT_GHOSTS_DO = {
    "drop the table": ("drop view lake.raw.amount", "drop table lake.raw.orders", *REMOVE_EVERYTHING),
    "drop the schema": ("drop schema lake.raw cascade", *REMOVE_EVERYTHING),
    "rewrite the table": (
        "create or replace table lake.raw.orders as select 1 as id, 1 as total",
        *REMOVE_EVERYTHING,
    ),
    "change rows": (
        "update lake.raw.orders set total = total + 1 where id < 100",
        "delete from lake.raw.orders where id > 200",
        "alter table lake.raw.orders add column note varchar",
        *REMOVE_EVERYTHING,
    ),
    "merge files": (
        "insert into lake.raw.orders values (-1, -1)",
        "call ducklake_merge_adjacent_files('lake')",
        "call ducklake_rewrite_data_files('lake', 'orders', schema => 'raw', delete_threshold => 0)",
        *REMOVE_EVERYTHING,
    ),
    "do it all at once": ("delete from lake.raw.orders", "checkpoint lake", *REMOVE_EVERYTHING),
}


@pytest.fixture
def shop(tmp_path: Path) -> Lake:
    made = make_prod(tmp_path / "home")
    lake.clone(made, NAME, LATER)
    return made


@pytest.mark.parametrize("what", WHAT_GHOSTS_DO)
def test_prods_files_survive_a_ghost_that_would(shop: Lake, what: str) -> None:
    read = contents(shop.prod)
    before = hashes(shop.home)
    ghost_before = hashes(shop.ghost(NAME).data)

    with opened(shop.ghost(NAME)) as connection:
        for statement in WHAT_GHOSTS_DO[what]:
            connection.execute(statement).fetchall()

    assert hashes(shop.ghost(NAME).data) != ghost_before, "the ghost was to lose files of its own"
    assert hashes(shop.home) == before
    assert contents(shop.prod) == read


def test_a_ghost_survives_prods_own_clean_up(shop: Lake) -> None:
    read = contents(shop.ghost(NAME))
    with opened(shop.prod) as connection:
        for statement in WHAT_GHOSTS_DO["drop the table"]:
            connection.execute(statement).fetchall()

    assert not list(shop.prod.data.rglob("orders/*.parquet"))
    assert contents(shop.ghost(NAME)) == read


def test_a_ghost_writes_into_its_own_folder(shop: Lake) -> None:
    before = hashes(shop.home)
    with opened(shop.ghost(NAME)) as connection:
        connection.execute("create table lake.raw.mine as select * from range(10000)")

    assert hashes(shop.home) == before
    assert list((shop.ghost(NAME).data / "raw" / "mine").glob("*.parquet"))


def test_prod_that_names_a_file_by_its_absolute_path_is_refused(shop: Lake, tmp_path: Path) -> None:
    lake.drop(shop, NAME)
    outside = tmp_path / "outside.parquet"
    with opened(shop.prod) as connection:
        connection.execute(f"copy (select 1::bigint as id, 2::bigint as total) to '{outside}' (format parquet)")
        connection.execute(f"call ducklake_add_data_files('lake', 'orders', '{outside}', schema => 'raw')")

    with pytest.raises(Refused, match=r"outside\.parquet"):
        lake.clone(shop, NAME, LATER)
    assert not shop.ghost(NAME).folder.exists()


def test_a_catalog_of_another_version_is_refused(shop: Lake) -> None:
    lake.drop(shop, NAME)
    with duckdb.connect(str(shop.prod.catalog)) as connection:
        connection.execute("update ducklake_metadata set value = '0.4' where key = 'version'")

    # DuckLake itself may be the one that refuses an older catalog.
    with pytest.raises(GhostError, match=r"version"):
        lake.clone(shop, NAME, LATER)
    assert not shop.ghost(NAME).folder.exists()


def test_files_that_cannot_be_linked_are_a_clear_error_and_can_be_cleaned_up(shop: Lake) -> None:
    lake.drop(shop, NAME)

    def another_filesystem(source: str, target: str) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), source)

    with pytest.raises(GhostError, match="cannot be hard-linked") as raised:
        lake.clone(shop, NAME, LATER, link=another_filesystem)
    assert "one filesystem" in raised.value.hint

    assert lake.drop(shop, NAME)
    assert list(shop.ghosts.iterdir()) == []


def test_no_branch_leads_out_of_the_folder_of_ghosts(shop: Lake) -> None:
    for branch in ("../../etc", "..", "/", "a/../../b", "..\\..", "~/x"):
        place = shop.ghost(GhostName("shop", branch))
        assert place.folder.parent == shop.ghosts
        assert place.folder.name.startswith("ghost_shop_")


def test_provenance_is_there_before_anything_else(shop: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.drop(shop, NAME)
    lake.begin(shop, NAME, LATER)

    assert [file.name for file in shop.ghost(NAME).folder.iterdir()] == ["ghost.json"]
    left = lake_files.find(shop, NAME).provenance
    assert left is not None
    assert (left.state, left.snapshot) == ("building", None)
