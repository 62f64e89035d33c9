"""The one configuration: `vars: ghost:` in dbt_project.yml."""

from __future__ import annotations

from dbt_ghost.core.config.model import GhostConfig
from dbt_ghost.core.config.reading import read_config
from dbt_ghost.core.config.unbuilt import not_built_yet

__all__ = ["GhostConfig", "not_built_yet", "read_config"]
