"""The keys that the configuration has, read off its model: for hints, environment variables and the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dbt_ghost.core.config.model import GhostConfig

Path = tuple[str | int, ...]
"""Keys and list positions from `ghost:` down, as the user wrote them."""

ENVIRONMENT_PREFIX = "GHOST_"


def dotted(path: Path) -> str:
    """`feed[0].bucket`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def variable(path: Path) -> str:
    """The environment variable that overrides a key: `ingestion.state_bucket` is GHOST_INGESTION__STATE_BUCKET."""
    return ENVIRONMENT_PREFIX + "__".join(str(part).upper().replace("-", "_") for part in path)


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the name that users write."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The part of the configuration inside an annotation: itself, optional, in a list or in a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := model_in(inner))), None)


def is_mapping(annotation: Any) -> bool:
    return get_origin(annotation) is Mapping


def is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def is_text(annotation: Any) -> bool:
    """Is the value text, so that `007` means these three characters?"""
    origin = get_origin(annotation)
    if origin is Annotated:
        return is_text(get_args(annotation)[0])
    if origin is Literal:
        return all(isinstance(choice, str) for choice in get_args(annotation))
    if origin is None:
        return annotation in (str, timedelta, type(None))
    return not is_mapping(annotation) and not is_list(annotation) and all(map(is_text, get_args(annotation)))


def model_at(path: Sequence[str | int]) -> type[BaseModel] | None:
    """The part that the path leads to; None where the path ends in a plain value or leads nowhere."""
    model: type[BaseModel] | None = GhostConfig
    parts = iter(path)
    for part in parts:
        if model is None or part not in keys(model):
            return None
        annotation = keys(model)[str(part)].annotation
        model = model_in(annotation)
        if is_mapping(annotation) or is_list(annotation):
            next(parts, None)
    return model


def leaves(tree: Mapping[str, Any], model: type[BaseModel] = GhostConfig, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, annotation) of every key that one value can be given for; of a mapping's entries, those in the tree."""
    for key, field in keys(model).items():
        inner, path = model_in(field.annotation), (*at, key)
        below = tree.get(key)
        below = below if isinstance(below, dict) else {}
        if inner is None or is_list(field.annotation):
            yield path, field.annotation
        elif is_mapping(field.annotation):
            for name, entry in below.items():
                yield from leaves(entry if isinstance(entry, dict) else {}, inner, (*path, name))
        else:
            yield from leaves(below, inner, path)
