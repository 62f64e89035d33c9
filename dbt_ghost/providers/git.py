"""What git says about a folder. The `git` program is asked; nothing is changed, not even its index."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.step_code import Touched, Untold

BASE_VARIABLE = "GHOST_BASE"
"""Names the branch or commit that branches leave from, in place of the default branch."""

DEFAULT_BRANCHES = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)
"""In order; the first that there is counts."""

_TIMEOUT_S = 30
_FETCH = "run `git fetch --unshallow`, or give GitHub's checkout action `fetch-depth: 0`"
_NAME_IT = "name the step's folder in `code:`"


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


def touched(folder: Path, environ: Mapping[str, str] | None = None) -> Touched | Untold:
    """What differs between the files and the merge base with the default branch: commits, and what is not committed.

    Raises Refused where GHOST_BASE is set and is no commit, or shares no history with what is checked out.
    """
    named = (os.environ if environ is None else environ).get(BASE_VARIABLE, "")
    try:
        if not _in_repository(folder, environ):
            return Untold(f"{folder} is in no git repository, or git is not installed", _NAME_IT)
        base = _base(folder, environ, named)
        if isinstance(base, Untold):
            return base
        fork = _git(folder, environ, "merge-base", base, "HEAD", empty=(1,))
        if fork:
            return _since(folder, environ, base, fork)
        unshared = _unshared(folder, environ, base)
    except Refused:
        raise
    except GhostError as error:
        return Untold(error.message, f"do as git says, or {_NAME_IT}")
    if named:
        raise Refused(f"{BASE_VARIABLE}: {unshared.why}", unshared.hint)
    return unshared


def _base(folder: Path, environ: Mapping[str, str] | None, named: str) -> str | Untold:
    if not _is_commit(folder, environ, "HEAD"):
        return Untold(f"the repository of {folder} has no commit yet", f"commit, or {_NAME_IT}")
    if named:
        with suppress(GhostError):  # git has words for some names that are none
            if _is_commit(folder, environ, named):
                return named
        raise Refused(f"{BASE_VARIABLE}: git knows no commit `{named}`", f"correct it, or fetch it: {_FETCH}")
    for base in DEFAULT_BRANCHES:
        if _is_commit(folder, environ, base):
            return base.split("/", 2)[2]
    return Untold(
        "git knows no default branch here: no origin/HEAD, main or master", f"set {BASE_VARIABLE}, or {_FETCH}"
    )


def _is_commit(folder: Path, environ: Mapping[str, str] | None, name: str) -> bool:
    return bool(_git(folder, environ, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}", empty=(1,)))


def _unshared(folder: Path, environ: Mapping[str, str] | None, base: str) -> Untold:
    if _git(folder, environ, "rev-parse", "--is-shallow-repository") == "true":
        return Untold(f"this clone is shallow: it does not reach back to where the branch left {base}", _FETCH)
    return Untold(f"the branch shares no history with {base}", f"set {BASE_VARIABLE} to the branch that it came from")


def _since(folder: Path, environ: Mapping[str, str] | None, base: str, fork: str) -> Touched:
    """Commits, and then what is not committed: `git diff` could tell both at once, but would write git's index.

    People's settings must shorten no list, and a rename is two paths.
    """
    whole = ("-z", "--no-renames", "--ignore-submodules=none")
    committed = _list(folder, environ, "diff-tree", "-r", "--name-only", *whole, fork, "HEAD")
    states = _list(folder, environ, "status", "--porcelain", "--untracked-files=all", *whole)
    unseen = ("--others", "--ignored", "--exclude-standard", "--directory", "--full-name")
    ignored = _list(folder, environ, "ls-files", "-z", *unseen, "--", ":/")
    prefix = _git(folder, environ, "rev-parse", "--show-prefix")  # ends with a slash, or is empty
    top = Path(_git(folder, environ, "rev-parse", "--show-toplevel"))

    def seen_from_here(path: str) -> str:
        if prefix.startswith(path) and path.endswith("/"):
            return "./"  # what holds the project holds all of it
        is_folder = path.endswith("/") or (top / path).is_dir()
        return posixpath.relpath(f"/{path}", f"/{prefix}") + "/" * is_folder

    paths = sorted({seen_from_here(path) for path in (*committed, *(state[len("XY ") :] for state in states))})
    return Touched(base, tuple(paths), tuple(seen_from_here(path) for path in ignored))


def _in_repository(folder: Path, environ: Mapping[str, str] | None) -> bool:
    finished = _run(folder, environ, "rev-parse", "--git-dir")
    if finished is None or "not a git repository" in finished.stderr:
        return False
    _check(finished, folder)
    return True


def _git(folder: Path, environ: Mapping[str, str] | None, *arguments: str, empty: tuple[int, ...] = ()) -> str:
    """Git's answer, trimmed; empty for the exit codes by which it says no."""
    return _answer(folder, environ, *arguments, empty=empty).strip()


def _list(folder: Path, environ: Mapping[str, str] | None, *arguments: str) -> list[str]:
    """Of an answer under `-z`."""
    return [path for path in _answer(folder, environ, *arguments).split("\0") if path]


def _answer(folder: Path, environ: Mapping[str, str] | None, *arguments: str, empty: tuple[int, ...] = ()) -> str:
    finished = _run(folder, environ, *arguments)
    if finished is None:
        raise GhostError("git was there a moment ago and is not any more", "install git, or pass --branch")
    if finished.returncode in empty and not finished.stderr:
        return ""
    _check(finished, folder)
    return finished.stdout


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
