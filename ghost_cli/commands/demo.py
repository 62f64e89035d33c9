"""`ghost-ingest demo`: the whole story on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from dbt_ghost.core.errors import GhostError


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave it standing, with the ghost, and print how to play with it.")
@click.option("--deliver", is_flag=True, help="In a demo that stands: production receives one more file.")
@click.option("--stop", is_flag=True, help="Stop and remove a demo that stands.")
@click.option(
    "--folder",
    envvar="GHOST_DEMO_FOLDER",
    default=".ghost-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything of the demo is.",
)
def command(keep: bool, deliver: bool, stop: bool, folder: Path) -> None:
    """Play one branch's ghost from clone to drop, on this machine.

    Starts a local AWS and an embedded warehouse, plays production on them with real data, and removes everything at the
    end. No account is needed.
    """
    if keep + deliver + stop > 1:
        raise click.UsageError("choose one of --keep, --deliver and --stop")
    try:
        from dbt_ghost.demo import theatre
    except ModuleNotFoundError as missing:
        raise GhostError(f"the demo needs {missing.name}", "pip install 'dbt-ghost[demo]'") from missing

    if stop:
        click.echo("Stopped and removed." if theatre.clear(folder) else "No demo stands here.")
    elif deliver:
        click.echo(theatre.deliver(folder))
    else:
        click.echo(theatre.play(folder, keep))
