"""Names: one rule, every limit kept, and no two branches alike."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core import naming
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName

PROJECTS = st.from_regex(naming.PROJECT_PATTERN, fullmatch=True)
STEPS = st.from_regex(naming.STEP_PATTERN, fullmatch=True)
REGIONS = st.sampled_from(["eu-west-1", "us-gov-east-1", "ap-southeast-4", "ap-northeast-123"[: naming.REGION_LENGTH]])
BRANCHES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300).filter(
    lambda branch: bool(branch.strip())
)


@given(PROJECTS, BRANCHES, STEPS, REGIONS, st.text(min_size=1, max_size=63))
def test_every_name_keeps_its_limit_and_its_prefix(
    project: str, branch: str, step: str, region: str, prod_bucket: str
) -> None:
    ghost = GhostName(project, branch)
    bucket = ghost.bucket(prod_bucket)

    for name in (ghost.id, ghost.function(step), ghost.rule(step), ghost.role(step, region)):
        assert re.fullmatch(r"[a-z0-9-]{1,64}", name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,29}[a-z0-9]", bucket)
    for name in (ghost.id, ghost.function(step), ghost.rule(step), ghost.role(step, region), bucket):
        assert name.startswith(f"ghost-{project}-")
    assert "--" not in ghost.id + bucket
    assert re.fullmatch(r"GHOST_[A-Z0-9_]{1,70}", ghost.database())
    assert len(ghost.database("X" * 180)) <= 255


@given(BRANCHES, BRANCHES)
def test_two_branches_have_two_ghosts(one: str, other: str) -> None:
    if naming.md5(one)[:6] == naming.md5(other)[:6]:
        return
    first, second = GhostName("shop", one), GhostName("shop", other)

    assert first.id != second.id
    assert first.bucket("raw") != second.bucket("raw")
    assert first.role("a", "eu-west-1") != second.role("a", "eu-west-1")
    assert first.database() != second.database()


@pytest.mark.parametrize(
    ("branch", "readable"),
    [
        ("feature/a-b", "feature-a-b"),
        ("Feature//A__B..", "feature-a-b"),
        ("2024-q1", "2024-q1"),
        ("日本語", ""),
        ("-x-", "x"),
    ],
)
def test_the_readable_part_is_the_branch_in_plain_letters(branch: str, readable: str) -> None:
    assert naming.slug(branch, 40) == readable
    assert GhostName("shop", branch).id == "-".join(
        part for part in ("ghost-shop", readable, naming.md5(branch)[:6]) if part
    )


def test_a_cut_leaves_no_separator_at_the_end() -> None:
    assert naming.slug("abc/def", 4) == "abc"


def test_the_names_of_the_demo_are_what_is_documented() -> None:
    ghost = GhostName("flights", "fix/overnight-arrivals")

    assert ghost.function("clean") == "ghost-flights-fix-overnight-arrivals-09ce69-clean"
    assert ghost.role("clean", "eu-west-1") == "ghost-flights-fix-overni-09ce69-clean-eu-west-1"
    assert ghost.bucket("flights-curated") == "ghost-flights-fix-o-09ce69-5d60"
    assert ghost.database() == "GHOST_FLIGHTS_FIX_OVERNIGHT_ARRIVALS_09CE69"
    assert ghost.database("SALES") == "GHOST_FLIGHTS_FIX_OVERNIGHT_ARRIVALS_09CE69_SALES"


@pytest.mark.parametrize("project", ["", "a", "acme-etl", "Shop", "1shop", "x" * 11, "shop\n", "šhop"])
def test_a_project_name_that_other_names_could_cover_is_refused(project: str) -> None:
    with pytest.raises(GhostError, match="project"):
        GhostName(project, "fix")


@pytest.mark.parametrize("branch", ["", " ", "\t"])
def test_a_branch_is_needed(branch: str) -> None:
    with pytest.raises(GhostError, match="branch"):
        GhostName("shop", branch)
