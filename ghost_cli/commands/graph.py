"""`ghost-ingest graph`: production's chain as it was found."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ghost_cli.options import json_option, project_dir_option


@click.command("graph")
@project_dir_option
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart, for a pull request or a wiki page.")
@json_option
def command(project_dir: Path | None, mermaid: bool, as_json: bool) -> None:
    """Show how production's data flows, from bucket to step to feed.

    Reads the configured functions and everything that triggers them. A trigger counts where it is configured and
    permitted; what else starts a step is listed as not followed. Changes nothing.
    """
    if mermaid and as_json:
        raise click.UsageError("--mermaid and --json are two answers: choose one")
    from dbt_ghost.core.flow import output_buckets
    from dbt_ghost.core.graph import Feed, graph_json, graph_mermaid, graph_of, graph_text
    from ghost_cli.wiring import Project

    project = Project.load(project_dir)
    topology, steps = project.discover(), project.config.ingestion.steps
    outputs = {step.name: output_buckets(step, steps[step.name].outputs) for step in topology.steps}
    feeds = [
        *(Feed(feed.table, bucket=feed.bucket, prefix=feed.prefix) for feed in project.config.feed),
        *(Feed(step.feeds, step=name) for name, step in steps.items() if step.feeds),
    ]
    graph = graph_of(topology, outputs, feeds)
    click.echo(
        json.dumps(graph_json(graph), indent=2) if as_json else graph_mermaid(graph) if mermaid else graph_text(graph)
    )
