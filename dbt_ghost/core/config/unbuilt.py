"""What the configuration accepts and dbt-ghost does not carry out yet: who builds a feature deletes its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from dbt_ghost.core.config.model import GhostConfig
from dbt_ghost.core.config.shape import Path, dotted, keys


@dataclass(frozen=True)
class Unbuilt:
    """A key (`*` stands for any step, variable or list position) whose value is not carried out."""

    key: str
    what: str


UNBUILT = (
    Unbuilt("scope", "builds are not limited to the scope yet"),
    Unbuilt("state", "production's manifest is not fetched yet"),
    Unbuilt("prod_target", "builds are not checked against the production target yet"),
    Unbuilt("idle_after", "ghosts are not refreshed on a schedule yet"),
    Unbuilt("observe.baseline", "production's own code is not forked as a baseline yet"),
    Unbuilt("cutover", "there is no `cutover` yet"),
)


def not_built_yet(config: GhostConfig) -> tuple[str, ...]:
    """A sentence for each setting, other than a default, that is accepted but not carried out yet."""
    return tuple(_used(config))


def _used(config: GhostConfig) -> Iterator[str]:
    for path in _set(config, ()):
        for unbuilt in UNBUILT:
            if _matches(unbuilt.key, path):
                yield f"{dotted(path)}: accepted, but {unbuilt.what}"


def _set(value: Any, path: Path) -> Iterator[Path]:
    """Every key whose value is not the default, at every level."""
    if isinstance(value, BaseModel):
        for key, (name, field) in zip(keys(type(value)), type(value).model_fields.items(), strict=True):
            inner = getattr(value, name)
            if field.is_required() or inner != field.get_default(call_default_factory=True):
                yield (*path, key)
                yield from _set(inner, (*path, key))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*path, key)
            yield from _set(inner, (*path, key))


def _matches(key: str, path: Path) -> bool:
    wanted = key.split(".")
    return len(wanted) == len(path) and all(want in ("*", part) for want, part in zip(wanted, path, strict=True))
