"""How long ago, as an option."""

from __future__ import annotations

from datetime import timedelta

import click

from dbt_ghost.core.duration import parse_duration


def duration(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """Callback of an option: `10m`, `12h`, `3d` as a timedelta."""
    try:
        return parse_duration(value) if value else None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} {error}", ctx, param) from error
