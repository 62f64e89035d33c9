"""Real git, in repositories made for the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.git import current_branch, head


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """Git without anybody's settings."""
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def repository(tmp_path: Path, environ: Mapping[str, str]) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, environ, "init", "--quiet", "--initial-branch", "fix/overnight")
    return folder


def git(folder: Path, environ: Mapping[str, str], *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=dict(environ), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, environ: Mapping[str, str]) -> None:
    (folder / "file").write_text("1")
    git(folder, environ, "add", ".")
    git(folder, environ, "commit", "--quiet", "-m", "One")


def test_a_branch_without_a_commit_is_a_branch_already(repository: Path, environ: Mapping[str, str]) -> None:
    assert current_branch(repository, environ) == "fix/overnight"
    assert head(repository, environ) is None


def test_the_head_is_read_from_any_folder_below(repository: Path, environ: Mapping[str, str]) -> None:
    commit(repository, environ)
    below = repository / "below"
    below.mkdir()

    found = head(below, environ)

    assert found is not None
    assert found.branch == "fix/overnight"
    assert found.commit == git(repository, environ, "rev-parse", "HEAD")
    assert found.tree == git(repository, environ, "rev-parse", "HEAD^{tree}")
    assert not found.dirty


@pytest.mark.parametrize("name", ["file", "new"])
def test_a_changed_or_new_file_makes_it_dirty(repository: Path, environ: Mapping[str, str], name: str) -> None:
    commit(repository, environ)
    (repository / name).write_text("2")

    found = head(repository, environ)

    assert found is not None and found.dirty


def test_a_detached_head_has_no_branch(repository: Path, environ: Mapping[str, str]) -> None:
    commit(repository, environ)
    git(repository, environ, "checkout", "--quiet", "--detach")

    found = head(repository, environ)

    assert current_branch(repository, environ) is None
    assert found is not None and found.branch is None


def test_outside_a_repository_there_is_no_branch(tmp_path: Path, environ: Mapping[str, str]) -> None:
    fenced = {**environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}

    assert current_branch(tmp_path, fenced) is None
    assert head(tmp_path, fenced) is None


def test_without_git_there_is_no_branch(repository: Path, environ: Mapping[str, str]) -> None:
    assert current_branch(repository, {**environ, "PATH": "/nowhere"}) is None


def test_what_git_refuses_is_told_in_its_own_words(repository: Path, environ: Mapping[str, str]) -> None:
    somebody_elses = {**environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}

    with pytest.raises(GhostError, match="dubious ownership") as raised:
        current_branch(repository, somebody_elses)
    assert "--branch" in raised.value.hint


def test_a_broken_repository_is_not_no_repository(repository: Path, environ: Mapping[str, str]) -> None:
    (repository / ".git" / "config").write_text("[broken")

    with pytest.raises(GhostError, match="config"):
        current_branch(repository, environ)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GhostError, match="is not a folder"):
        current_branch(tmp_path / "nowhere")


def test_looking_changes_nothing(repository: Path, environ: Mapping[str, str]) -> None:
    commit(repository, environ)
    os.utime(repository / "file", (1, 1))  # git would refresh its index for this
    before = (repository / ".git" / "index").read_bytes()

    head(repository, environ)

    assert (repository / ".git" / "index").read_bytes() == before


def test_it_imports_nothing_heavy() -> None:
    code = "import sys, dbt_ghost.providers.git; print(*{'pydantic', 'yaml', 'boto3', 'dbt'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
