"""`ghost-ingest iam`: what an admin installs once, so that CI can fork."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghost_cli.options import json_option, project_dir_option

if TYPE_CHECKING:
    from dbt_ghost.core.policies.setup import Setup
    from dbt_ghost.core.policies.trusts import Identity
    from ghost_cli.wiring import Project

ONE_CI = "say by whom CI is to be known, by one of --github, --gitlab and --ci-role"
ONE_RELEASE = "at most one of --release-github, --release-gitlab and --release-role"


@click.command("iam")
@project_dir_option
@click.option("--github", metavar="ORG/REPO:ENVIRONMENT", help="CI is jobs of this repository in this environment.")
@click.option(
    "--gitlab",
    metavar="HOST/GROUP/PROJECT[@BRANCH]",
    help="CI is jobs of this project, on any branch (its id tokens must then name no branch) or on these, with commas.",
)
@click.option("--ci-role", metavar="ROLE", help="CI has a role of its own in the account.")
@click.option("--repository-id", default="", metavar="NUMBER", help="GitHub's, or GitLab's project id; never reused.")
@click.option("--owner-id", default="", metavar="NUMBER", help="GitHub's id of the organisation; never reused.")
@click.option("--release-github", metavar="ORG/REPO:ENVIRONMENT", help="Make a release role, too, for these jobs.")
@click.option(
    "--release-gitlab",
    metavar="HOST/GROUP/PROJECT[@BRANCH]",
    help="The same; `:protected` instead of a branch means those that are, on gitlab.com.",
)
@click.option("--release-role", metavar="ROLE", help="The same, for a role of the account.")
@click.option(
    "--admin-role",
    "admins",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="Who may change the state bucket afterwards: the role that installs this. May be repeated.",
)
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each document into this folder, with CloudFormation and Terraform that install them.",
)
@json_option
def command(
    *,
    project_dir: Path | None,
    github: str | None,
    gitlab: str | None,
    ci_role: str | None,
    repository_id: str,
    owner_id: str,
    release_github: str | None,
    release_gitlab: str | None,
    release_role: str | None,
    admins: tuple[str, ...],
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show the IAM documents that an admin installs once: boundaries, CI's role, its guard, the state bucket's policy.

    Reads production's chain and changes nothing. Run it again when the chain gets a function, bucket, topic or prefix
    more. A ROLE is a name, or an ARN.
    """
    if len([each for each in (github, gitlab, ci_role) if each]) != 1:
        raise click.UsageError(ONE_CI)
    if len([each for each in (release_github, release_gitlab, release_role) if each]) > 1:
        raise click.UsageError(ONE_RELEASE)
    from ghost_cli.render_iam import setup_json, setup_text
    from ghost_cli.wiring import Project

    project, ids = Project.load(project_dir), (repository_id, owner_id)
    ci = _identity(project, (github, gitlab, ci_role), ids)
    setup = _setup(project, ci, _identity(project, (release_github, release_gitlab, release_role), ids), admins)
    if folder:
        _write(setup, folder)
    click.echo(json.dumps(setup_json(setup), indent=2) if as_json else setup_text(setup))


def _setup(project: Project, ci: Identity | None, release: Identity | None, admins: tuple[str, ...]) -> Setup:
    from dbt_ghost.core.errors import Refused
    from dbt_ghost.core.policies.reach import reach_of
    from dbt_ghost.core.policies.setup import Setup

    if not project.forks_steps or ci is None:
        raise Refused("no ingestion.steps are configured: there is nothing to fork on AWS", "configure the chain first")
    reach = reach_of(project.config, project.discover())
    return Setup(reach, ci, tuple(map(project.account.role_arn, admins)), release)


def _identity(project: Project, asked: Sequence[str | None], ids: tuple[str, str]) -> Identity | None:
    """Raises UsageError for what cannot be one."""
    from dbt_ghost.core.errors import Refused
    from dbt_ghost.core.policies.trusts import Roles

    github, gitlab, role = asked
    try:
        if github:
            return _of_github(github, ids)
        if gitlab:
            return _of_gitlab(gitlab, ids[0])
        return Roles((project.account.role_arn(role),)) if role else None
    except Refused as error:
        raise click.UsageError(f"{error.message}: {error.hint}") from error


def _of_github(text: str, ids: tuple[str, str]) -> Identity:
    from dbt_ghost.core.policies.trusts import GitHub

    repository, _, environment = text.partition(":")
    return GitHub(repository, environment, *ids)


def _of_gitlab(text: str, project_id: str) -> Identity:
    from dbt_ghost.core.policies.trusts import GitLab

    where, _, branches = text.partition("@")
    where, _, which = where.partition(":protected")
    host, _, project = where.partition("/")
    if which:
        raise click.UsageError(f"{text!r} goes on after `:protected`")
    named = tuple(branch for branch in branches.split(",") if branch)
    return GitLab(project, host, named, project_id, protected=text.endswith(":protected"))


def _write(setup: Setup, folder: Path) -> None:
    from dbt_ghost.core.setup_files.files import files
    from ghost_cli.iam_files import write_files

    written = files(setup)
    write_files(folder, written)
    click.echo(f"Written: {len(written)} files in {folder}; README.md there says which are what.", err=True)
