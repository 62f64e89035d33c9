"""What is accepted and not built is said."""

from __future__ import annotations

import pytest

from dbt_ghost.core.config import GhostConfig, not_built_yet, read_config
from dbt_ghost.core.config.shape import keys, model_at
from dbt_ghost.core.config.unbuilt import UNBUILT


def config(settings: str, step: str = "") -> GhostConfig:
    steps = f"ingestion: {{steps: {{load: {{function: shop-load, {step}}}}}}}" if step else ""
    return read_config(f"vars: {{ghost: {{project: shop, databases: [PROD_DB], {settings} {steps}}}}}", {})


def test_what_is_built_or_says_the_default_is_passed_over() -> None:
    settled = config(
        "ttl: 1d, scope: 'state:modified+', clone: {strategy: auto}, cutover: {order: dbt_first},",
        "code: ingestion/load, outputs: [OUT], env: {LEVEL: copy}, downstream: replicate, input: direct",
    )

    assert not_built_yet(settled) == ()


@pytest.mark.parametrize(
    "code",
    [
        *("ingestion/..load", "build/load.zip", "changed"),
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/load:v2",
        f"111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/load@sha256:{'0f' * 32}",
    ],
)
def test_every_kind_of_code_is_built(code: str) -> None:
    assert not_built_yet(config("", f"code: '{code}'")) == ()


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("scope: tag:daily", "scope"),
        ("state: {from: merge_base}", "state"),
        ("idle_after: 2d", "idle_after"),
        ("cutover: {order: ingestion_first}", "cutover"),
        ("observe: {baseline: true}", "observe.baseline"),
    ],
)
def test_others_are_said(settings: str, path: str) -> None:
    (sentence,) = not_built_yet(config(settings))

    assert sentence.startswith(f"{path}: accepted, but ")


@pytest.mark.parametrize("unbuilt", UNBUILT, ids=lambda unbuilt: str(unbuilt.key))
def test_the_table_names_keys_that_there_are(unbuilt: object) -> None:
    *above, key = unbuilt.key.removesuffix(".*").split(".")  # type: ignore[attr-defined]  # one of UNBUILT
    model = model_at(above)

    assert model is not None and key in keys(model)
