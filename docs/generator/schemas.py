"""JSON schemas, from the models that validate."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.duration import format_duration
from dbt_ghost.core.observe.tables import TablesObservation
from dbt_ghost.core.record import Record
from generator import observation_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Schema(GenerateJsonSchema):
    """Without made-up titles, and with lengths of time as people write them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": DIALECT, **model.model_json_schema(schema_generator=Schema)}


def config() -> str:
    return _text(schema(GhostConfig))


def record() -> str:
    return _text(schema(Record))


def observation() -> str:
    models = TablesObservation.model_json_schema(by_alias=True, mode="serialization", schema_generator=Schema)
    return _text({"$schema": DIALECT, **observation_schema.document(models)})


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
