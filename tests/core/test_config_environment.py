"""GHOST_* variables over the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from dbt_ghost.core.config import read_config
from dbt_ghost.core.errors import GhostError

TEXT = """
vars:
  ghost:
    project: shop
    databases: [PROD_DB]
    role: FILE_ROLE
    tags: {team: data}
    ingestion:
      region: eu-west-1
      steps:
        clean-up: {function: prod-clean, outputs: [OUT]}
"""


def complaint(environ: Mapping[str, str]) -> str:
    with pytest.raises(GhostError) as raised:
        read_config(TEXT, environ)
    return raised.value.message


def test_a_variable_stands_in_for_a_key_at_any_depth() -> None:
    config = read_config(
        TEXT,
        {
            "GHOST_ROLE": "CI_ROLE",
            "GHOST_TTL": "6h",
            "GHOST_INGESTION__REGION": "eu-central-1",
            "GHOST_INGESTION__STEPS__CLEAN_UP__FUNCTION": "dev-clean",
            "GHOST_STATE__FROM": "merge_base",
            "GHOST_PROTECTED": "[develop, staging]",
            "GHOST_CLONE__TRANSIENT": "true",
            "GHOST_TAGS": "{team: other}",
        },
    )

    assert (config.role, config.ttl, config.ingestion.region) == ("CI_ROLE", timedelta(hours=6), "eu-central-1")
    assert config.ingestion.steps["clean-up"].function == "dev-clean"
    assert config.ingestion.steps["clean-up"].outputs == ("OUT",)
    assert config.state is not None and config.state.source == "merge_base"
    assert (config.protected, config.clone.transient) == (("develop", "staging"), True)
    assert config.tags == {"team": "other"}


def test_text_is_taken_as_it_is() -> None:
    assert read_config(TEXT, {"GHOST_SCOPE": "007"}).scope == "007"
    assert read_config(TEXT, {"GHOST_SCOPE": "null"}).scope == "null"


def test_an_empty_variable_is_not_set() -> None:
    assert read_config(TEXT, {"GHOST_ROLE": ""}).role == "FILE_ROLE"


def test_a_wrong_value_is_blamed_on_the_variable() -> None:
    said = complaint({"GHOST_ROLE": "no role", "GHOST_TAGS": "[", "GHOST_INGESTION__STEPS__CLEAN_UP__CAP": "many"})

    assert "  GHOST_ROLE: role: must be a role's name" in said
    assert "  GHOST_TAGS: tags: is not a value that YAML can read" in said
    assert "  GHOST_INGESTION__STEPS__CLEAN_UP__CAP: ingestion.steps.clean-up.cap: must be a number" in said


def test_jinja_is_refused_there_too() -> None:
    assert "GHOST_PROTECTED: protected" in complaint({"GHOST_PROTECTED": "['{{ x }}']"})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GHOST_ROLES", "GHOST_ROLE"),
        ("GHOST_DATABASS", "GHOST_DATABASES"),
        ("GHOST_INGESTION_REGION", "GHOST_INGESTION__REGION"),
        ("GHOST_INGESTION__STEPS__CLEANUP__FUNCTION", "GHOST_INGESTION__STEPS__CLEAN_UP__FUNCTION"),
        ("GHOST_BRANCHES", "GHOST_BRANCH"),
    ],
)
def test_a_variable_that_is_nearly_one_of_ours_is_an_error(name: str, meant: str) -> None:
    said = complaint({name: "a-secret-perhaps"})

    assert f"{name}: no such variable; did you mean {meant}?" in said
    assert "a-secret-perhaps" not in said


@pytest.mark.parametrize(
    "name",
    ["GHOST_BRANCH", "GHOST_WAREHOUSE", "GHOST_DATABASE", "GHOST_DEMO_KEEP", "GHOST_DEMO", "GHOST_TOKEN", "ROLE"],
)
def test_other_variables_are_left_alone(name: str) -> None:
    assert read_config(TEXT, {name: "{{ x"}) == read_config(TEXT, {})
