"""What is right key by key and wrong together, and what would let a ghost or its bookkeeping touch the wrong thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from dbt_ghost.core.config.values import RESERVED_VARIABLES
from dbt_ghost.core.naming import TAP
from dbt_ghost.core.policies import Location

if TYPE_CHECKING:
    from dbt_ghost.core.config.ingestion import StepConfig
    from dbt_ghost.core.config.model import GhostConfig

Found = tuple[tuple[str | int, ...], str]
"""Where (keys and list positions, from `ghost:` down), and what is wrong there."""

CONTRADICTIONS = "contradictions"


def contradictions(config: GhostConfig) -> None:
    """Raises one pydantic error that carries everything found."""
    found = [*_names(config), *_databases(config), *_state(config), *_ingestion(config)]
    if found:
        raise PydanticCustomError(CONTRADICTIONS, "the settings contradict each other", {"found": found})


def _names(config: GhostConfig) -> Iterator[Found]:
    """Nothing of prod, and not the state bucket, may look like a ghost's: ghosts may write what has their names."""
    prefix = f"ghost-{config.project}-"
    named: list[tuple[tuple[str | int, ...], str]] = [
        *((("feed", n, "bucket"), feed.bucket) for n, feed in enumerate(config.feed)),
        *((("ingestion", "steps", name, "function"), step.function) for name, step in config.ingestion.steps.items()),
        *_step_buckets(config),
        (("ingestion", "state_bucket"), config.ingestion.state_bucket or ""),
    ]
    for path, name in named:
        if name.lower().startswith(prefix):
            yield path, f"`{name}` is named like a ghost's: nothing of production may start with {prefix}"


def _step_buckets(config: GhostConfig) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, step in config.ingestion.steps.items():
        for key, urls in (("reads", step.reads), ("seed", step.seed)):
            for n, url in enumerate(urls):
                if url.startswith("s3://"):
                    yield ("ingestion", "steps", name, key, n), Location.of_url(url).bucket


def _databases(config: GhostConfig) -> Iterator[Found]:
    prefix = f"ghost_{config.project}_"
    seen: set[str] = set()
    for n, database in enumerate(config.databases):
        name = database.lower()
        if name.startswith(prefix):
            yield ("databases", n), f"`{database}` is named like a ghost's: it starts with {prefix.upper()}"
        if name in seen:
            yield ("databases", n), f"`{database}` is there already (capitals make no difference)"
        seen.add(name)
    yield from _templates(config, seen)


def _templates(config: GhostConfig, databases: set[str]) -> Iterator[Found]:
    for database, template in config.clone.templates.items():
        if database.lower() not in databases:
            yield ("clone", "templates", database), "is not one of `databases`"
        if [each.lower() for each in config.clone.templates.values()].count(template.lower()) > 1:
            yield ("clone", "templates", database), f"`{template}` is the template of another database already"
        if template.lower() in databases:
            yield (
                ("clone", "templates", database),
                f"`{template}` is one of `databases`: a template is made anew each night",
            )
    if config.clone.ownership == "template":
        missing = databases - {database.lower() for database in config.clone.templates}
        if missing:
            yield ("clone", "templates"), f"has no template of {', '.join(sorted(missing))}"
        if config.clone.at is not None:
            yield ("clone", "at"), "cannot reach behind a template: take one of the two out"
        if config.clone.frozen_base:
            yield ("clone", "frozen_base"), "a clone of a template belongs to the ghosts' role, so it is not frozen"


def _state(config: GhostConfig) -> Iterator[Found]:
    state = config.state
    if state is None:
        return
    if state.source in ("path", "s3") and state.path is None:
        yield ("state", "path"), f"is required with `from: {state.source}`"
    if state.source == "s3" and state.path is not None and not state.path.startswith("s3://"):
        yield ("state", "path"), "must start with s3:// with `from: s3`"
    if state.source == "dbt_cloud" and state.job is None:
        yield ("state", "job"), "is required with `from: dbt_cloud`"


def _ingestion(config: GhostConfig) -> Iterator[Found]:
    ingestion = config.ingestion
    forked: dict[str, str] = {}
    for name, step in ingestion.steps.items():
        other = forked.setdefault(step.function, name)
        if other != name:
            yield ("ingestion", "steps", name, "function"), f"`{step.function}` is step `{other}` already"
        for path, what in _step(step, {database.lower() for database in config.databases}):
            yield ("ingestion", "steps", name, *path), what
    for role in ingestion.roles:
        if role != TAP and role not in ingestion.steps:
            yield ("ingestion", "roles", role), f"there is no such step; roles are by step name or `{TAP}`"
    for path, bucket in _step_buckets(config):
        if bucket == ingestion.state_bucket:
            yield path, "is the state bucket, which no step may read"


def _step(step: StepConfig, databases: set[str]) -> Iterator[Found]:
    if step.feeds is not None and step.feeds.lower() not in databases:
        yield ("feeds",), f"`{step.feeds}` is not one of `databases`"
    for n, variable in enumerate(step.outputs):
        if variable in step.outputs[:n]:
            yield ("outputs", n), f"`{variable}` is there already"
        if variable in step.env:
            yield ("env", variable), "is one of `outputs`, which are routed: take it out of one of the two"
    for variable in (*step.outputs, *step.env):
        if variable in RESERVED_VARIABLES:
            yield ("env", variable), "is set by Lambda itself; take it out"
