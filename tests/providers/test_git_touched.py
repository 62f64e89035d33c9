"""What a branch touched, asked of real git in repositories made for the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.step_code import Touched, Untold
from dbt_ghost.providers.git import touched
from tests.local_aws import file_of
from tests.providers.test_git import git

Environ = Mapping[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """Git without anybody's settings."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}


def commit(repository: Path, environ: Environ, *names: str) -> None:
    for name in names:
        file_of(repository, name, f"{name} at {os.urandom(4).hex()}")
    git(repository, environ, "add", "--all")
    git(repository, environ, "commit", "--quiet", "--allow-empty", "-m", "One")


@pytest.fixture
def repository(tmp_path: Path, environ: Environ) -> Path:
    """Main went on after the branch left it; the branch is checked out."""
    made = tmp_path / "repository"
    made.mkdir()
    git(made, environ, "init", "--quiet", "--initial-branch", "main")
    commit(made, environ, "clean/app.py", "enrich/app.py", "docs/a.md")
    git(made, environ, "switch", "--quiet", "--create", "fix/late")
    git(made, environ, "switch", "--quiet", "main")
    commit(made, environ, "enrich/app.py")
    git(made, environ, "switch", "--quiet", "fix/late")
    return made


@pytest.fixture
def clone(repository: Path, tmp_path: Path, environ: Environ) -> Path:
    """As most people have it: the default branch is known as origin's, and there is no main of their own."""
    git(tmp_path, environ, "clone", "--quiet", "--branch", "fix/late", f"file://{repository}", "clone")
    git(tmp_path / "clone", environ, "remote", "set-head", "origin", "main")
    return tmp_path / "clone"


def paths(folder: Path, environ: Environ) -> tuple[str, ...]:
    found = touched(folder, environ)
    assert isinstance(found, Touched)
    return found.paths


def why_not(folder: Path, environ: Environ) -> Untold:
    found = touched(folder, environ)
    assert isinstance(found, Untold)
    return found


def test_what_main_did_since_is_not_the_branchs_doing(repository: Path, environ: Environ) -> None:
    assert paths(repository, environ) == ()


def test_commits_and_all_that_is_not_committed_yet_count(repository: Path, environ: Environ) -> None:
    commit(repository, environ, "clean/app.py", "clean/é.py")
    file_of(repository, "enrich/app.py", "edited")
    git(repository, environ, "add", file_of(repository, "staged.py", "").name)
    file_of(repository, "new/b.py", "")
    (repository / "docs/a.md").unlink()
    assert paths(repository, environ) == (
        *("clean/app.py", "clean/é.py", "docs/a.md", "enrich/app.py", "new/b.py", "staged.py"),
    )


def test_a_file_that_was_only_written_again_does_not_count(repository: Path, environ: Environ) -> None:
    os.utime(repository / "enrich/app.py", (1, 1))
    assert paths(repository, environ) == ()


def test_a_file_that_moved_touches_both_folders(repository: Path, environ: Environ) -> None:
    git(repository, environ, "mv", "clean/app.py", "docs/app.py")
    assert paths(repository, environ) == ("clean/app.py", "docs/app.py")


@pytest.mark.parametrize("setting", ["diff.relative", "diff.noprefix", "diff.renames=copies", "status.relativePaths"])
def test_peoples_own_settings_shorten_nothing(repository: Path, environ: Environ, setting: str) -> None:
    name, _, value = setting.partition("=")
    git(repository, environ, "config", name, value or "true")
    git(repository, environ, "config", "status.showUntrackedFiles", "no")
    git(repository, environ, "mv", "clean/app.py", "docs/app.py")
    commit(repository, environ)
    git(repository, environ, "mv", "enrich/app.py", "docs/b.py")
    file_of(repository, "new/c.py", "")
    there = ("../clean/app.py", "../enrich/app.py", "../new/c.py", "app.py", "b.py")
    assert paths(repository / "docs", environ) == there


def test_paths_are_the_projects_and_the_rest_of_the_repository_is_outside(repository: Path, environ: Environ) -> None:
    commit(repository, environ, "clean/app.py", "enrich/lib/b.py")
    file_of(repository, "docs/new.md", "")
    assert paths(repository / "enrich", environ) == ("../clean/app.py", "../docs/new.md", "lib/b.py")


def test_what_git_ignores_is_told_as_unseen(repository: Path, environ: Environ) -> None:
    commit(repository, environ)
    file_of(repository, ".gitignore", "vendor/\n*.so\n")
    file_of(repository, "clean/vendor/lib/x.py", "")
    file_of(repository, "clean/fast.so", "")
    found = touched(repository / "clean", environ)
    assert isinstance(found, Touched)
    assert found.paths == ("../.gitignore",)
    assert found.ignored == ("fast.so", "vendor/")


@pytest.mark.parametrize("above", ["out/", "out/deep/", "out/deep/project/"])
def test_of_a_project_in_an_ignored_folder_git_sees_nothing(repository: Path, environ: Environ, above: str) -> None:
    file_of(repository, ".git/info/exclude", above)
    file_of(repository, "out/deep/project/clean/app.py", "")
    found = touched(repository / "out/deep/project", environ)
    assert isinstance(found, Touched)
    assert not found.leaves_alone("clean")


def test_a_changed_submodule_is_a_folder(repository: Path, tmp_path: Path, environ: Environ) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, environ, "init", "--quiet")
    commit(other, environ, "app.py")
    git(repository, environ, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub/clean")
    assert "sub/clean/" in paths(repository, environ)


@pytest.mark.parametrize("known", ["origin/HEAD", "origin/main", "origin/master", "main", "master"])
def test_the_default_branch_is_found_by_origin_first(clone: Path, environ: Environ, known: str) -> None:
    order = ["origin/HEAD", "origin/main", "origin/master", "main", "master"]
    git(clone, environ, "update-ref", "refs/kept", "refs/remotes/origin/main")
    git(clone, environ, "remote", "set-head", "origin", "--delete")
    git(clone, environ, "update-ref", "-d", "refs/remotes/origin/main")
    for name in order[order.index(known) :]:
        where = "refs/remotes/" if name.startswith("origin") else "refs/heads/"
        git(clone, environ, "update-ref", where + name, "refs/kept")
    found = touched(clone, environ)
    assert isinstance(found, Touched)
    assert (found.base, found.paths) == (known, ())


def test_a_variable_names_another_base(repository: Path, environ: Environ) -> None:
    commit(repository, environ, "clean/app.py")
    git(repository, environ, "branch", "develop")
    commit(repository, environ, "docs/a.md")
    assert paths(repository, {**environ, "GHOST_BASE": "develop"}) == ("docs/a.md",)
    assert paths(repository, {**environ, "GHOST_BASE": ""}) == ("clean/app.py", "docs/a.md")


@pytest.mark.parametrize("name", ["nowhere", "--all", "main..fix/late", "main:docs", "a b", "@{u}", "deadbeef"])
def test_a_variable_that_names_no_commit_is_refused(repository: Path, environ: Environ, name: str) -> None:
    with pytest.raises(Refused, match="GHOST_BASE: git knows no commit"):
        touched(repository, {**environ, "GHOST_BASE": name})


def test_a_shallow_clone_that_does_not_reach_back_says_how_to_fetch(
    clone: Path, tmp_path: Path, environ: Environ
) -> None:
    commit(clone, environ, "clean/app.py")
    git(clone, environ, "push", "--quiet", "origin", "HEAD:refs/heads/two")
    url = f"file://{tmp_path / 'repository'}"
    git(tmp_path, environ, "clone", "--quiet", "--depth", "1", "--no-single-branch", "--branch", "two", url, "shallow")
    told = why_not(tmp_path / "shallow", environ)
    assert "shallow" in told.why
    assert "git fetch --unshallow" in told.hint and "fetch-depth: 0" in told.hint
    with pytest.raises(Refused, match="GHOST_BASE: this clone is shallow"):
        touched(tmp_path / "shallow", {**environ, "GHOST_BASE": "origin/main"})


def test_branches_without_a_common_history_are_told(repository: Path, environ: Environ) -> None:
    git(repository, environ, "switch", "--quiet", "--orphan", "other")
    commit(repository, environ, "a.py")
    assert "shares no history with main" in why_not(repository, environ).why


def test_without_a_default_branch_nothing_is_told(repository: Path, environ: Environ) -> None:
    git(repository, environ, "branch", "--quiet", "--move", "main", "trunk")
    assert "GHOST_BASE" in why_not(repository, environ).hint
    assert paths(repository, {**environ, "GHOST_BASE": "trunk"}) == ()


def test_without_a_repository_a_commit_or_git_nothing_is_told(tmp_path: Path, environ: Environ) -> None:
    fenced = {**environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    assert "no git repository" in why_not(tmp_path, fenced).why
    assert "not installed" in why_not(tmp_path, {**fenced, "PATH": "/nowhere"}).why
    git(tmp_path, environ, "init", "--quiet")
    assert "no commit yet" in why_not(tmp_path, environ).why


def test_where_git_refuses_to_look_its_words_are_kept(repository: Path, environ: Environ) -> None:
    told = why_not(repository, {**environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    assert "dubious ownership" in told.why
    assert "`code:`" in told.hint


def test_looking_changes_nothing(repository: Path, environ: Environ) -> None:
    os.utime(repository / "docs/a.md", (1, 1))  # git would refresh its index for this
    before = shutil.copytree(repository / ".git", repository.parent / "before")
    touched(repository, environ)
    assert (repository / ".git/index").read_bytes() == (before / "index").read_bytes()
