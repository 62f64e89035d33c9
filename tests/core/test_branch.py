"""Which branch: the argument, the environment in a fixed order, then git."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.branch import ALWAYS_PROTECTED, BRANCH_VARIABLES, refuse_protected, resolve_branch
from dbt_ghost.core.errors import GhostError, Refused


def test_the_order_of_the_variables_is_published() -> None:
    assert BRANCH_VARIABLES == (
        "GHOST_BRANCH",
        "DBT_GHOST_BRANCH",
        "GITHUB_HEAD_REF",
        "GITHUB_REF_NAME",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CI_COMMIT_REF_NAME",
        "BITBUCKET_BRANCH",
        "BUILDKITE_BRANCH",
        "CIRCLE_BRANCH",
        "CHANGE_BRANCH",
        "BRANCH_NAME",
        "SYSTEM_PULLREQUEST_SOURCEBRANCH",
        "BUILD_SOURCEBRANCH",
        "DBT_CLOUD_GIT_BRANCH",
    )


@given(st.sets(st.sampled_from(BRANCH_VARIABLES), min_size=1))
def test_the_first_variable_that_is_set_decides(names: set[str]) -> None:
    environ = {name: f"from-{name}" for name in names}

    assert resolve_branch(None, environ, lambda: "from-git") == f"from-{min(names, key=BRANCH_VARIABLES.index)}"


def test_the_argument_comes_before_everything_and_git_last() -> None:
    environ = dict.fromkeys(BRANCH_VARIABLES, "from-environment")

    assert resolve_branch("asked-for", environ, lambda: "from-git") == "asked-for"
    assert resolve_branch(None, {"GHOST_BRANCH": " "}, lambda: "from-git") == "from-git"


@pytest.mark.parametrize(
    ("environ", "branch"),
    [
        ({"BUILD_SOURCEBRANCH": "refs/heads/fix/it"}, "fix/it"),
        ({"GHOST_BRANCH": "refs/heads/fix/it"}, "fix/it"),
        ({"BUILD_SOURCEBRANCH": "refs/pull/7/merge", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix"}, "fix"),
        ({"BUILD_SOURCEBRANCH": "refs/tags/v1"}, "from-git"),
        ({"GITHUB_HEAD_REF": "fix", "GITHUB_REF_NAME": "7/merge"}, "fix"),
        ({"GITHUB_REF_NAME": "7/merge"}, "from-git"),
        ({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}, "from-git"),
        ({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "branch"}, "v1"),
        ({"CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"}, "from-git"),
        ({"BUILDKITE_BRANCH": "v1", "BUILDKITE_TAG": ""}, "v1"),
        ({"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "fix"}, "fix"),
        ({"CIRCLE_BRANCH": "HEAD"}, "from-git"),
        ({"BRANCH_NAME": "häuser/🏠"}, "häuser/🏠"),
    ],
)
def test_ci_systems_are_understood(environ: Mapping[str, str], branch: str) -> None:
    assert resolve_branch(None, environ, lambda: "from-git") == branch


@pytest.mark.parametrize("git", [None, "", "HEAD"])
def test_without_a_branch_the_error_says_what_to_pass(git: str | None) -> None:
    with pytest.raises(GhostError) as raised:
        resolve_branch(None, {"GITHUB_REF_NAME": "7/merge"}, lambda: git)

    assert "--branch" in raised.value.hint and "GHOST_BRANCH" in raised.value.hint


@pytest.mark.parametrize("ref", ["refs/tags/v1", "refs/pull/7/merge", "7/merge", "HEAD"])
def test_what_was_asked_for_must_be_a_branch(ref: str) -> None:
    with pytest.raises(GhostError, match="not a branch"):
        resolve_branch(ref, {}, lambda: "from-git")
    with pytest.raises(GhostError, match=r"GHOST_BRANCH.*not a branch"):
        resolve_branch(None, {"GHOST_BRANCH": ref}, lambda: "from-git")


@pytest.mark.parametrize("name", [*ALWAYS_PROTECTED, "MAIN", "develop"])
def test_a_protected_branch_is_refused_whatever_its_capitals(name: str) -> None:
    with pytest.raises(Refused, match="protected"):
        refuse_protected(name, ["develop"])


def test_other_branches_are_not_protected() -> None:
    refuse_protected("develop-2", ["develop"])


def test_a_protected_branch_in_ci_is_not_passed_over_for_another() -> None:
    assert resolve_branch(None, {"GITHUB_REF_NAME": "main", "BRANCH_NAME": "fix"}, lambda: "fix") == "main"


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_argument_does_not_become_another_branch(blank: str) -> None:
    with pytest.raises(GhostError, match="--branch is empty"):
        resolve_branch(blank, {"CIRCLE_BRANCH": "somebody-elses"}, lambda: "mine")


@pytest.mark.parametrize("name", ["a\x1bb", "a\ud800b", "a\nb"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(GhostError, match="control characters"):
        resolve_branch(name, {}, lambda: None)


def test_git_is_not_asked_where_the_branch_is_named() -> None:
    """In a CI container git may refuse to look at all."""

    def refuses() -> str:
        raise GhostError("detected dubious ownership")

    assert resolve_branch("fix", {}, refuses) == "fix"
    assert resolve_branch(None, {"CIRCLE_BRANCH": "fix"}, refuses) == "fix"
