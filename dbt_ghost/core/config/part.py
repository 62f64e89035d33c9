"""What every part of the configuration is: frozen, and closed to keys that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
