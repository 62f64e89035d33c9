from __future__ import annotations

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from tests.operations.fakes import FakeWorld

CONFIG = {
    "project": "shop",
    "databases": ["PROD"],
    "ingestion": {
        "steps": {
            "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]},
            "enrich": {"function": "p-enrich", "code": "enrich", "outputs": ["OUT"], "reads": ["s3://p-raw/ref/"]},
        }
    },
}


@pytest.fixture
def config() -> GhostConfig:
    return GhostConfig.model_validate(CONFIG)


@pytest.fixture
def ghost() -> GhostName:
    return GhostName("shop", "fix/late")


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()
