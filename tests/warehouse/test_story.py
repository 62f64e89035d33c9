"""One branch's warehouse half from clone to drop, as a user runs it: real dbt, real files in a local S3."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from dbt_ghost.providers import lake_reader
from dbt_ghost.providers.dbt_project import DbtRun
from tests.branch import apply_branch
from tests.warehouse.conftest import BUCKETS, Buckets
from tests.warehouse.project import BRANCH, GHOST, Warehouse, day_of_flights, fingerprint


@dataclass
class Story:
    """What each command came to, by the name of the act."""

    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    builds: dict[str, DbtRun] = field(default_factory=dict)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def read(warehouse: Warehouse, side: str, query: str) -> list[tuple[Any, ...]]:
    place = warehouse.lake.prod if side == "prod" else warehouse.ghost
    with lake_reader.connect({"lake": place.catalog}) as connection:
        return connection.execute(query).fetchall()


OVERNIGHT = "select _file, block_minutes from lake.analytics.fct_flights where flight = 2 order by 1"
NOTES = "select _file, count(note) from lake.raw.flights group by 1 order by 1"


ONE_TABLE = {"prefix": "flights/", "table": "raw.flights", "key": ["_file"]}
FEED = [{"bucket": bucket, **ONE_TABLE} for bucket in ("flights-curated", "flights-more")]
SETTINGS = json.dumps({"ghost": {"project": "flights", "databases": ["lake"], "feed": FEED}})
TWO_BUCKETS = ("run-operation", "ghost_feed", "--target", "ghost", "--vars", SETTINGS)


@pytest.fixture(scope="module")
def story(warehouse: Warehouse, buckets: Buckets) -> Story:
    told, ghost_bucket = Story(before=fingerprint(warehouse.lake.home)), BUCKETS[1]
    told.builds["without a ghost"] = warehouse.dbt("build", "--target", "ghost", branch=BRANCH)
    told.results["dry clone"] = warehouse.operation("ghost_clone", "{dry_run: true}")
    told.rows["after the dry clone"] = [(warehouse.ghost.folder.exists(),)]
    told.results["clone"] = warehouse.operation("ghost_clone", f"{{branch: {BRANCH}}}", branch="")
    told.results["clone again"] = warehouse.operation("ghost_clone")
    told.results["feed of nothing"] = warehouse.operation("ghost_feed")

    fixed = day_of_flights("2013-02-03", next_day="2013-02-04")
    buckets.put(ghost_bucket, "2013-02-03", fixed)
    told.results["dry feed"] = warehouse.operation("ghost_feed", "{dry_run: true}")
    told.results["feed"] = warehouse.operation("ghost_feed")
    told.results["feed again"] = warehouse.operation("ghost_feed", f"{{branch: {BRANCH}}}", branch="")
    header, *rows = fixed.decode().splitlines()
    noted = "\n".join([f"{header},note", *(f"{row},seen" for row in rows), ""])
    buckets.put(ghost_bucket, "2013-02-03", noted.encode())
    told.results["feed of a changed file"] = warehouse.operation("ghost_feed")
    told.rows["notes"] = read(warehouse, "ghost", NOTES)
    buckets.put(ghost_bucket, "2013-02-04", b"")
    told.results["feed of an empty file"] = warehouse.operation("ghost_feed")
    buckets.put(BUCKETS[2], "2013-02-05", fixed)
    buckets.put(ghost_bucket, "2013-02-05", fixed)
    told.builds["feed of one key from two buckets"] = warehouse.dbt(*TWO_BUCKETS, branch=BRANCH)
    told.rows["after the clash"] = read(
        warehouse, "ghost", "select count(*) from lake.raw.flights where _file like '%05%'"
    )

    apply_branch(warehouse.folder, only="models/*")
    told.builds["ghost"] = warehouse.dbt("build", "--target", "ghost", branch=BRANCH)
    for side in ("prod", "ghost"):
        told.rows[f"overnight in {side}"] = read(warehouse, side, OVERNIGHT)
    told.results["status"] = warehouse.operation("ghost_status", branch="")
    told.results["drop"] = warehouse.operation("ghost_drop")
    told.results["drop again"] = warehouse.operation("ghost_drop")
    told.after = fingerprint(warehouse.lake.home)
    return told


def test_without_a_ghost_nothing_is_built_and_prod_is_not_opened_in_its_place(story: Story) -> None:
    assert not story.builds["without a ghost"].ok
    assert f"there is no ghost of branch '{BRANCH}'" in story.builds["without a ghost"].error
    assert "dbt run-operation ghost_clone --target ghost" in story.builds["without a ghost"].error


def test_a_dry_run_shows_the_plan_that_is_then_carried_out(story: Story) -> None:
    assert story.results["dry clone"]["plan"] == story.results["clone"]["plan"]
    assert not story.results["dry clone"]["changed"]
    assert story.rows["after the dry clone"] == [(False,)]


def test_clone_is_named_dated_and_idempotent(story: Story) -> None:
    clone, again = story.results["clone"], story.results["clone again"]
    assert (clone["changed"], clone["state"], clone["branch"]) == (True, "ready", BRANCH)
    assert clone["database"] == GHOST.database()
    assert clone["t"]["snapshot"] > 0
    assert (again["changed"], again["t"], again["created_at"]) == (False, clone["t"], clone["created_at"])
    assert again["expires_at"] > clone["expires_at"]
    assert "nothing to clone" in again["message"]


def test_feed_loads_each_file_once(story: Story) -> None:
    assert (story.results["feed of nothing"]["changed"], story.results["feed of nothing"]["files"]) == (False, [])
    assert story.results["dry feed"]["files"] == ["flights/2013-02-03.csv"]
    assert story.results["feed"]["files"] == ["flights/2013-02-03.csv"], "the dry run loaded nothing"
    assert (story.results["feed"]["changed"], story.results["feed"]["rows"]) == (True, 3)
    assert (story.results["feed again"]["changed"], story.results["feed again"]["files"]) == (False, [])


def test_a_changed_file_replaces_its_rows_and_may_bring_a_column(story: Story) -> None:
    assert story.results["feed of a changed file"]["added_columns"] == ["note"]
    assert story.rows["notes"] == [
        ("flights/2013-02-01.csv", 0),
        ("flights/2013-02-02.csv", 0),
        ("flights/2013-02-03.csv", 3),
    ]


def test_an_empty_file_brings_no_rows_and_no_columns(story: Story) -> None:
    result = story.results["feed of an empty file"]
    assert (result["files"], result["rows"], result["added_columns"]) == (["flights/2013-02-04.csv"], 0, [])


def test_one_file_of_two_buckets_for_one_table_is_refused_rather_than_lost(story: Story) -> None:
    clash = story.builds["feed of one key from two buckets"]
    assert not clash.ok
    assert "both have flights/2013-02-05.csv for" in clash.error
    assert story.rows["after the clash"] == [(0,)]


def test_the_branchs_model_builds_incrementally_in_the_clone(story: Story) -> None:
    assert story.builds["ghost"].ok, story.builds["ghost"].error
    assert story.rows["overnight in prod"] == [("flights/2013-02-01.csv", None), ("flights/2013-02-02.csv", None)]
    assert story.rows["overnight in ghost"] == [*story.rows["overnight in prod"], ("flights/2013-02-03.csv", 221)]


def test_status_without_a_branch_lists_every_ghost(story: Story) -> None:
    (ghost,) = story.results["status"]["ghosts"]
    assert (ghost["branch"], ghost["state"], ghost["t"]) == (BRANCH, "ready", story.results["clone"]["t"])


def test_drop_is_idempotent(story: Story) -> None:
    assert story.results["drop"]["changed"]
    assert (story.results["drop again"]["changed"], story.results["drop again"]["plan"]) == (False, [])
    assert "nothing to drop" in story.results["drop again"]["message"]


def test_prod_is_byte_for_byte_what_it_was(story: Story) -> None:
    assert story.after == story.before
