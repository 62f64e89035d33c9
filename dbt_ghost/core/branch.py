"""Which branch this is about. The macros in `macros/naming/` know the same variables, in the same order.

The argument, then the environment, then git (which only the CLI can ask).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from dbt_ghost.core.errors import GhostError, Refused

OWN_VARIABLES = ("GHOST_BRANCH", "DBT_GHOST_BRANCH")

BRANCH_VARIABLES = (
    *OWN_VARIABLES,
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",  # GitLab
    "CI_COMMIT_REF_NAME",
    "BITBUCKET_BRANCH",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "CHANGE_BRANCH",  # Jenkins, for a pull request: there BRANCH_NAME is PR-12
    "BRANCH_NAME",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",  # Azure
    "BUILD_SOURCEBRANCH",
    "DBT_CLOUD_GIT_BRANCH",
)
"""In order; the first that names a branch is taken."""

TAG_VARIABLES = {
    "GITHUB_REF_NAME": ("GITHUB_REF_TYPE", "tag"),
    "CI_COMMIT_REF_NAME": ("CI_COMMIT_TAG", ""),
    "BUILDKITE_BRANCH": ("BUILDKITE_TAG", ""),
    "BRANCH_NAME": ("TAG_NAME", ""),
}
"""Variables that hold a tag's name in a tag's build, which another variable tells by its value, or by having any."""

ALWAYS_PROTECTED = ("main", "master")

# A tag, a pull request merged for the test, or no branch at all.
_NO_BRANCH = r"refs/(?!heads/).*|[0-9]+/(merge|head)|HEAD"

# git allows no control characters; what is not UTF-8 in the environment reaches Python as surrogates.
_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"

_HOW = "pass --branch, or set GHOST_BRANCH"


def resolve_branch(argument: str | None, environ: Mapping[str, str], git: Callable[[], str | None]) -> str:
    """The full branch name. `git` gives the branch that is checked out, None if there is none; it is asked last.

    Raises GhostError where no branch is to be found.
    """
    branch = _named(argument, environ, git)
    if re.search(_UNPRINTABLE, branch):
        raise GhostError(f"the branch name {branch!r} has control characters or is not Unicode", "rename the branch")
    return branch


def refuse_protected(branch: str, protected: Collection[str]) -> None:
    """Raises Refused for a branch that never gets a ghost. It may be looked at, and a ghost it once had be dropped."""
    if branch.lower() in {name.lower() for name in (*ALWAYS_PROTECTED, *protected)}:
        raise Refused(f"{branch!r} is a protected branch: it never gets a ghost", f"name the one you work on: {_HOW}")


def _named(argument: str | None, environ: Mapping[str, str], git: Callable[[], str | None]) -> str:
    if argument is not None and not argument.strip():  # `--branch "$UNSET"` must not become another branch
        raise GhostError("--branch is empty", "name the branch, or leave --branch out")
    asked = [("--branch", argument or ""), *((name, environ.get(name, "")) for name in OWN_VARIABLES)]
    for source, value in asked:
        if value.strip():
            return _asked_for(value.strip(), source)
    for name in BRANCH_VARIABLES[len(OWN_VARIABLES) :]:
        branch = short(environ.get(name, ""))
        if branch and not _is_tag(name, environ):
            return branch
    if checked_out := short(git() or ""):
        return checked_out
    raise GhostError("no branch: git has none checked out here, and no CI variable names one", _HOW)


def _asked_for(value: str, source: str) -> str:
    branch = short(value)
    if not branch:
        raise GhostError(f"{value!r} ({source}) is a tag, a merge ref or a detached HEAD, not a branch", _HOW)
    return branch


def short(ref: str) -> str:
    """`refs/heads/x` and `x` are `x`; what is no branch is empty."""
    ref = ref.strip()
    return "" if re.fullmatch(_NO_BRANCH, ref) else ref.removeprefix("refs/heads/")


def _is_tag(name: str, environ: Mapping[str, str]) -> bool:
    marker, value = TAG_VARIABLES.get(name, ("", ""))
    found = environ.get(marker, "")
    return found == value if value else bool(found)
