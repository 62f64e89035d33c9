"""`ghost-ingest graph`: production's chain as it was found."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import json_option, project_dir_option


@click.command("graph")
@project_dir_option
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart, for a pull request or a wiki page.")
@click.option("--svg", is_flag=True, help="Print a picture, to be kept as a `.svg` file.")
@json_option
def command(project_dir: Path | None, mermaid: bool, svg: bool, as_json: bool) -> None:
    """Show how production's data flows, from bucket to step to feed.

    Reads the configured functions and everything that triggers them. A trigger counts where it is configured and
    permitted; what else starts a step is listed as not followed. Changes nothing.
    """
    if mermaid + svg + as_json > 1:
        raise click.UsageError("--mermaid, --svg and --json are different answers: choose one")
    from dbt_ghost.core.graph import graph_json, graph_mermaid, graph_of_project, graph_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    graph = graph_of_project(project.discover(), project.config)
    if svg:
        from dbt_ghost.core.svg import graph_svg

        click.echo(graph_svg(graph))
    elif as_json:
        click.echo(json.dumps(graph_json(graph), indent=2))
    else:
        click.echo(graph_mermaid(graph) if mermaid else graph_text(graph))
