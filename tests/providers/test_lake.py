"""Cloning and dropping ghosts of a DuckLake."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from dbt_ghost.core.errors import Conflict, Denied, GhostError, NotFound, Refused
from dbt_ghost.providers import lake, lake_files
from dbt_ghost.providers.lake_files import Lake, Place, Provenance
from tests.providers.lakes import LATER, NAME, OTHER, contents, hashes, make_prod, opened

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(tmp_path: Path) -> Lake:
    return make_prod(tmp_path / "home")


@pytest.fixture
def ghost(shop: Lake) -> Place:
    lake.clone(shop, NAME, LATER)
    return shop.ghost(NAME)


def test_a_clone_reads_what_prod_reads_and_says_as_of_when(shop: Lake) -> None:
    prod = lake.prod(shop)

    provenance, made = lake.clone(shop, NAME, LATER)

    assert made
    assert (provenance.state, provenance.snapshot, provenance.snapshot_at) == ("ready", prod.snapshot, prod.snapshot_at)
    assert (provenance.project, provenance.branch, provenance.expires_at) == (NAME.project, NAME.branch, LATER)
    assert contents(shop.ghost(NAME)) == contents(shop.prod)


def test_a_clone_copies_no_data(ghost: Place, shop: Lake) -> None:
    files = [file for file in ghost.data.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert file.samefile(shop.prod.data / file.relative_to(ghost.data))


def test_a_second_clone_keeps_the_first_and_renews_it(shop: Lake, ghost: Place) -> None:
    before, catalog = lake_files.find(shop, NAME).provenance, ghost.catalog.read_bytes()
    assert before is not None

    provenance, made = lake.clone(shop, NAME, LATER + timedelta(days=1))

    assert not made
    assert provenance == before.model_copy(update={"expires_at": LATER + timedelta(days=1)})
    assert ghost.catalog.read_bytes() == catalog


def test_a_second_drop_has_nothing_to_do(shop: Lake, ghost: Place) -> None:
    assert lake.drop(shop, NAME)
    assert not ghost.folder.exists()
    assert not lake.drop(shop, NAME)


def test_ghosts_are_listed_by_project(shop: Lake, ghost: Place) -> None:
    lake.clone(shop, OTHER, LATER)
    (shop.ghosts / "notes").mkdir()

    assert [each.branch for each in lake.list_ghosts(shop, "shop")] == [OTHER.branch, NAME.branch]
    assert lake.list_ghosts(shop, "another") == ()


HALF_MADE = ["an empty folder", "a draft", "only provenance", "half the files", "everything but the last step"]


def leave_half_made(shop: Lake, stage: str) -> None:
    """What a process that died at the stage would have left. No process has number 2**22 + 1."""
    place = shop.ghost(NAME)
    place.folder.mkdir(parents=True)
    if stage == "a draft":
        place.draft.write_text("{")
    if stage not in ("an empty folder", "a draft"):
        begun = lake.begin(shop, NAME, LATER)
        if stage != "only provenance":
            lake.copy(shop, NAME)
        if stage == "half the files":
            next(place.data.rglob("*.parquet")).unlink()
            place.catalog.write_bytes(place.catalog.read_bytes()[:1000])
        begun = lake_files.find(shop, NAME).provenance or begun
        host = begun.owner.rpartition(":")[0]
        lake_files.write_provenance(place, begun.model_copy(update={"owner": f"{host}:{2**22 + 1}"}))


@pytest.mark.parametrize("stage", HALF_MADE)
def test_a_clone_converges_from_a_half_made_one(shop: Lake, stage: str) -> None:
    leave_half_made(shop, stage)

    _, made = lake.clone(shop, NAME, LATER)

    assert made
    assert contents(shop.ghost(NAME)) == contents(shop.prod)


@pytest.mark.parametrize("stage", HALF_MADE)
def test_a_half_made_clone_can_be_dropped(shop: Lake, stage: str) -> None:
    leave_half_made(shop, stage)

    lake.drop(shop, NAME)

    assert list(shop.ghosts.iterdir()) == []


def test_a_clone_that_is_killed_while_linking_is_made_whole_by_the_next(shop: Lake) -> None:
    code = f"""
import os, signal
from pathlib import Path
from dbt_ghost.providers import lake
from dbt_ghost.providers.lake_files import Lake
from tests.providers.lakes import LATER, NAME
def link(source, target):
    os.link(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
lake.clone(Lake(Path({str(shop.home)!r})), NAME, LATER, link=link)
"""
    killed = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert killed.returncode == -9
    left = lake_files.find(shop, NAME).provenance
    assert left is not None
    assert left.state == "building"

    lake.clone(shop, NAME, LATER)

    assert contents(shop.ghost(NAME)) == contents(shop.prod)


def test_a_ghost_whose_drop_was_interrupted_is_not_taken_for_a_whole_one(shop: Lake, ghost: Place) -> None:
    left = lake_files.find(shop, NAME).provenance
    assert left is not None
    lake_files.write_provenance(ghost, left.model_copy(update={"state": "dropping"}))
    ghost.catalog.unlink()

    _, made = lake.clone(shop, NAME, LATER)

    assert made
    assert contents(ghost) == contents(shop.prod)


def test_a_ghost_that_another_process_builds_is_left_alone(shop: Lake) -> None:
    begun = lake.begin(shop, NAME, LATER)
    elsewhere = begun.model_copy(update={"owner": "another-machine:1"})
    lake_files.write_provenance(shop.ghost(NAME), elsewhere)

    for attempt in (lambda: lake.clone(shop, NAME, LATER), lambda: lake.drop(shop, NAME)):
        with pytest.raises(Conflict, match="another-machine:1"):
            attempt()

    late = elsewhere.model_copy(update={"lease_until": lake.now() - timedelta(seconds=1)})
    lake_files.write_provenance(shop.ghost(NAME), late)
    assert lake.clone(shop, NAME, LATER)[1]


@pytest.mark.parametrize("provenance", [None, "{}", "not json", '{"ghost_provenance": 2}'])
def test_a_folder_that_is_not_ours_is_neither_filled_nor_dropped(shop: Lake, provenance: str | None) -> None:
    folder = shop.ghost(NAME).folder
    folder.mkdir(parents=True)
    (folder / "precious.txt").write_text("mine")
    if provenance is not None:
        (folder / "ghost.json").write_text(provenance)

    for attempt in (lambda: lake.clone(shop, NAME, LATER), lambda: lake.drop(shop, NAME)):
        with pytest.raises(Refused, match="not made by dbt-ghost"):
            attempt()
    assert (folder / "precious.txt").read_text() == "mine"


def test_a_link_to_somewhere_else_is_not_followed(shop: Lake, tmp_path: Path) -> None:
    lake.clone(shop, NAME, LATER)
    ghost, elsewhere = shop.ghost(NAME).folder, tmp_path / "elsewhere"
    ghost.rename(elsewhere)
    ghost.symlink_to(elsewhere)

    with pytest.raises(Refused, match="not made by dbt-ghost"):
        lake.drop(shop, NAME)
    assert (elsewhere / "lake.ducklake").exists()


def test_another_branchs_ghost_in_the_same_place_is_refused(shop: Lake, ghost: Place) -> None:
    theirs = lake_files.find(shop, NAME).provenance
    assert theirs is not None
    lake_files.write_provenance(ghost, theirs.model_copy(update={"branch": "fix-late-orders"}))

    for attempt in (lambda: lake.clone(shop, NAME, LATER), lambda: lake.drop(shop, NAME)):
        with pytest.raises(Refused, match="fix-late-orders"):
            attempt()
    assert ghost.catalog.exists()


def test_a_ghost_that_is_open_elsewhere_is_not_dropped(shop: Lake, ghost: Place) -> None:
    code = f"import duckdb; c = duckdb.connect({str(ghost.catalog)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        with pytest.raises(Conflict, match=f"process {reader.pid}"):
            lake.drop(shop, NAME)
        reader.communicate("\n")

    assert lake.drop(shop, NAME)


def test_a_prod_that_is_being_written_is_waited_for_then_named(shop: Lake) -> None:
    code = f"import duckdb; c = duckdb.connect({str(shop.prod.catalog)!r}); print('open', flush=True); input()"
    waits: list[float] = []
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(Conflict, match=f"process {writer.pid}"):
            lake.prod(shop, waits.append)
        assert sum(waits) == lake.LOCK_PATIENCE_S
        lake.prod(shop, lambda _: writer.communicate("\n") and None)  # the writer ends while we wait


def test_without_prod_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no warehouse"):
        lake.clone(Lake(tmp_path), NAME, LATER)
    assert list(tmp_path.iterdir()) == []


def test_a_relative_home_is_refused() -> None:
    with pytest.raises(GhostError, match="relative"):
        Lake(Path("warehouse"))


def test_a_folder_that_may_not_be_read_is_not_taken_for_absent(
    shop: Lake, ghost: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lake_files.os, "scandir", denied)  # root may read everything, so permissions would not do
    with pytest.raises(Denied):
        lake_files.find(shop, NAME)


def test_an_extension_that_is_not_there_names_what_to_install(tmp_path: Path) -> None:
    config = {"extension_directory": str(tmp_path)}
    with duckdb.connect(":memory:", config=config) as connection:
        with pytest.raises(GhostError) as raised:
            lake.load_extension(connection, "spatial")
    assert raised.value.hint == 'pip install "dbt-ghost[duckdb]"'


def test_provenance_of_a_later_release_keeps_its_meaning() -> None:
    text = """{"ghost_provenance": 1, "project": "shop", "branch": "x", "source": "s", "state": "ready", "version": "9",
        "created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:00:00Z", "owner": "h:1",
        "lease_until": "2026-01-01T00:00:00Z", "new": 1}"""
    assert Provenance.model_validate_json(text).branch == "x"


def test_prod_is_the_same_after_a_ghosts_whole_life(shop: Lake) -> None:
    before, read = hashes(shop.home), contents(shop.prod)
    before = hashes(shop.home)

    lake.clone(shop, NAME, LATER)
    with opened(shop.ghost(NAME)) as connection:
        connection.execute("update lake.raw.orders set total = -1")
    lake.drop(shop, NAME)

    assert hashes(shop.home) == before
    assert contents(shop.prod) == read
