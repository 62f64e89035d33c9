"""A ghost is ready only with data that can be read, and what others change meanwhile is a clear error."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from dbt_ghost.core.errors import Conflict, GhostError, Refused
from dbt_ghost.providers import lake, lake_files
from dbt_ghost.providers.lake_files import Lake, Provenance
from tests.providers.lakes import LATER, NAME, contents, make_prod, opened


@pytest.fixture
def shop(tmp_path: Path) -> Lake:
    return make_prod(tmp_path / "home")


def provenance_of(shop: Lake) -> Provenance:
    found = lake_files.find(shop, NAME).provenance
    assert found is not None
    return found


def test_a_copied_home_is_refused(shop: Lake, tmp_path: Path) -> None:
    copied = Lake(tmp_path / "copy")
    shutil.copytree(shop.home, copied.home)

    with pytest.raises(Refused, match="moved or copied"):
        try:
            lake.clone(copied, NAME, LATER)
        except Refused as error:
            raise Refused(f"{error.message} {error.hint}", "") from error
    assert not copied.ghosts.exists()


def test_a_home_by_another_spelling_is_cloned(shop: Lake, tmp_path: Path) -> None:
    (tmp_path / "spelling").symlink_to(shop.home)
    assert lake.clone(Lake(tmp_path / "spelling"), NAME, LATER)[1]


@pytest.mark.parametrize("folder", [True, False])
def test_symbolic_links_in_prods_data_are_named(shop: Lake, tmp_path: Path, folder: bool) -> None:
    inside = shop.prod.data / "raw" / "orders"
    inside = inside if folder else next(inside.glob("*.parquet"))
    inside.rename(tmp_path / "elsewhere")
    inside.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Refused, match=f"{inside.name} is a symbolic link"):
        lake.clone(shop, NAME, LATER)
    assert not shop.ghosts.exists()


@pytest.mark.parametrize("pattern", ["*-delete.parquet", "*[!e].parquet"])
def test_a_ghost_that_lacks_a_file_is_not_ready(shop: Lake, pattern: str) -> None:
    lost = next(file for file in shop.prod.data.rglob("*.parquet") if file.match(pattern))
    lost.unlink()

    with pytest.raises(GhostError, match=f"raw/orders/{lost.name}"):
        lake.clone(shop, NAME, LATER)

    assert provenance_of(shop).state == "building"
    with pytest.raises(Refused):
        lake.ready(shop, NAME)


def test_renamed_and_partitioned_and_dropped_tables_are_cloned(shop: Lake) -> None:
    with opened(shop.prod) as connection:
        for statement in (
            "alter table lake.raw.orders rename to sales",
            "create table lake.raw.parts (id bigint, kind varchar)",
            "alter table lake.raw.parts set partitioned by (kind)",
            "insert into lake.raw.parts select n, 'a b/' || n % 2 from range(5000) r(n)",
            "create table lake.raw.gone as select n from range(5000) r(n)",
            "drop table lake.raw.gone",
        ):
            connection.execute(statement)

    assert lake.clone(shop, NAME, LATER)[1]


def test_a_ghost_without_its_catalog_is_made_anew(shop: Lake) -> None:
    lake.clone(shop, NAME, LATER)
    shop.ghost(NAME).catalog.unlink()

    assert provenance_of(shop).state == "building"
    assert lake.clone(shop, NAME, LATER)[1]
    assert contents(shop.ghost(NAME)) == contents(shop.prod)


def test_a_ghost_that_lost_its_catalog_meanwhile_does_not_become_ready(shop: Lake) -> None:
    lake.begin(shop, NAME, LATER)
    lake.copy(shop, NAME)
    shop.ghost(NAME).catalog.unlink()

    with pytest.raises(Refused, match="no catalog"):
        lake.ready(shop, NAME)


def test_a_left_draft_that_is_the_same_file_as_ghost_json_is_not_written_into(shop: Lake) -> None:
    lake.clone(shop, NAME, LATER)
    place, before = shop.ghost(NAME), provenance_of(shop)
    os.link(place.provenance, place.draft)
    os.link(place.provenance, place.folder / "witness")

    lake_files.write_provenance(place, before.model_copy(update={"expires_at": before.created_at}))

    assert Provenance.model_validate_json((place.folder / "witness").read_bytes()) == before
    assert provenance_of(shop).expires_at == before.created_at
    assert not place.draft.exists()


def test_another_process_drafts_are_no_ghost(shop: Lake) -> None:
    place = shop.ghost(NAME)
    place.folder.mkdir(parents=True)
    (place.folder / "ghost.json.12.tmp").write_text("{")

    assert not lake_files.find(shop, NAME).exists
    lake.drop(shop, NAME)
    assert not place.folder.exists()


def test_a_ghost_that_is_dropped_meanwhile_is_a_conflict(shop: Lake) -> None:
    lake.clone(shop, NAME, LATER)
    place, before = shop.ghost(NAME), provenance_of(shop)
    shutil.rmtree(place.folder)

    for attempt in (
        lambda: lake_files.write_provenance(place, before),
        lambda: lake_files.wipe(place, with_folder=True),
        lambda: lake_files.link_tree(shop.prod.data, place.data),
    ):
        with pytest.raises(Conflict, match="changed meanwhile"):
            attempt()


def test_a_ghost_that_is_dropped_while_files_are_linked_is_a_conflict(shop: Lake) -> None:
    def dropped(source: str, target: str) -> None:
        shutil.rmtree(shop.ghost(NAME).folder)
        os.link(source, target)

    with pytest.raises(Conflict, match="changed meanwhile"):
        lake.clone(shop, NAME, LATER, link=dropped)


def test_links_that_the_system_forbids_say_who_may(shop: Lake) -> None:
    def forbidden(source: str, target: str) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), source)

    with pytest.raises(GhostError, match="cannot be hard-linked") as raised:
        lake.clone(shop, NAME, LATER, link=forbidden)
    assert "own prod's files" in raised.value.hint
