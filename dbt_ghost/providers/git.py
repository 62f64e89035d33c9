"""What git says about a folder. The `git` program is asked; nothing is changed, not even its index."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dbt_ghost.core.errors import GhostError

_TIMEOUT_S = 30


@dataclass(frozen=True)
class Head:
    """What is checked out. `dirty`: files of the folder differ from `tree`, or are not in it and not ignored."""

    branch: str | None
    commit: str
    tree: str
    dirty: bool


def current_branch(folder: Path, environ: Mapping[str, str] | None = None) -> str | None:
    """The branch, also one without a commit; None if HEAD is detached, and outside a repository or without git.

    Raises GhostError with git's words where git refuses to look.
    """
    if not _in_repository(folder, environ):
        return None
    return _git(folder, environ, "symbolic-ref", "--quiet", "--short", "HEAD", empty=(1,)) or None


def head(folder: Path, environ: Mapping[str, str] | None = None) -> Head | None:
    """The commit and the tree hash of the whole repository; None outside a repository, without git or any commit."""
    if not _in_repository(folder, environ):
        return None
    commit = _git(folder, environ, "rev-parse", "--quiet", "--verify", "HEAD^{commit}", empty=(1,))
    if not commit:
        return None
    return Head(
        branch=current_branch(folder, environ),
        commit=commit,
        tree=_git(folder, environ, "rev-parse", "--verify", "HEAD^{tree}"),
        dirty=bool(_git(folder, environ, "status", "--porcelain", "--", ".")),
    )


def _in_repository(folder: Path, environ: Mapping[str, str] | None) -> bool:
    finished = _run(folder, environ, "rev-parse", "--git-dir")
    if finished is None or "not a git repository" in finished.stderr:
        return False
    _check(finished, folder)
    return True


def _git(folder: Path, environ: Mapping[str, str] | None, *arguments: str, empty: tuple[int, ...] = ()) -> str:
    """Git's answer, trimmed; empty for the exit codes by which it says no."""
    finished = _run(folder, environ, *arguments)
    if finished is None:
        raise GhostError("git was there a moment ago and is not any more", "install git, or pass --branch")
    if finished.returncode in empty and not finished.stderr:
        return ""
    _check(finished, folder)
    return finished.stdout.strip()


def _check(finished: subprocess.CompletedProcess[str], folder: Path) -> None:
    if finished.returncode:
        said = finished.stderr.strip() or f"exit code {finished.returncode}"
        raise GhostError(f"git in {folder}: {said}", "do as git says, or pass --branch")


def _run(folder: Path, environ: Mapping[str, str] | None, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """None if there is no git."""
    plain = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    if not folder.is_dir():
        raise GhostError(f"{folder} is not a folder", "pass --project-dir with the dbt project's folder")
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**(os.environ if environ is None else environ), **plain},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GhostError(f"git in {folder}: {error}", "mend it, or pass --branch") from error
