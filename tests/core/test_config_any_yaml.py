"""Whatever the file holds: settings, or a clear error; never a traceback."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.config import GhostConfig, not_built_yet, read_config
from dbt_ghost.core.config.shape import keys, model_in
from dbt_ghost.core.errors import GhostError

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(max_size=5),
    st.dates(),
    st.sampled_from(
        ["shop", "PROD_DB", "3d", "s3://raw/x/", "auto", "copy", "{{ x }}", "=", "<<", "none", "10" * 3000]
    ),
)

WORDS = sorted({key for key in GhostConfig.model_fields} | {"steps", "clean", "function", "env", "from", "outputs"})

DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(WORDS), SCALARS), inner, max_size=5)
    ),
    max_leaves=25,
)


def nearly_right(model: Any = GhostConfig) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with the right keys, at each level, and often wrong values."""
    fields = {}
    for key, field in keys(model).items():
        inner = model_in(field.annotation)
        part = nearly_right(inner) if inner else SCALARS
        fields[key] = st.one_of(SCALARS, part, st.lists(part, max_size=2), st.dictionaries(SCALARS, part, max_size=2))
    return st.fixed_dictionaries({}, optional=fields)


def survives(text: str) -> None:
    try:
        config = read_config(text, {})
    except GhostError as error:
        assert error.message and error.hint
        error.message.encode()  # can be written to a terminal
    else:
        not_built_yet(config)


@given(st.one_of(DOCUMENTS, nearly_right()))
def test_any_values_below_ghost(values: Any) -> None:
    survives(yaml.dump({"vars": {"ghost": values}}, allow_unicode=True))


@given(DOCUMENTS)
def test_any_document(document: Any) -> None:
    survives(yaml.dump(document))


YAML_PIECES = st.sampled_from(
    "vars: ghost: project: shop databases: a b & &a * *a *b ! !!int !!set !!bool !!timestamp !x <<: - ? | > [ ] { } , "
    ": # % --- ... \" ' \\U \\xff \\UFFFFFFFF 1 0x1 .inf 2013-02-30 12:30:45 ~ = ingestion: steps: env:".split(" ")
)


@given(st.lists(st.one_of(YAML_PIECES, st.sampled_from([" ", "\n", "\n  ", "\n    ", "\t"])), max_size=40).map("".join))
def test_any_text_that_looks_like_yaml(text: str) -> None:
    survives(text)
    survives(f"vars:\n  ghost:\n    project: shop\n    databases: [a]\n    scope: {text}\n")


@given(st.text())
def test_any_text(text: str) -> None:
    survives(text)


@given(st.text(), st.sampled_from(["ROLE", "TAGS", "CLONE__TRANSIENT", "OBSERVE__SAMPLES", "FEED", "INGESTION__STEPS"]))
def test_any_variable(value: str, name: str) -> None:
    try:
        read_config("vars: {ghost: {project: shop, databases: [a]}}", {f"GHOST_{name}": value})
    except GhostError as error:
        assert error.message


@given(nearly_right())
def test_the_json_schema_takes_whatever_the_model_takes(values: dict[str, Any]) -> None:
    try:
        GhostConfig.model_validate(values)
    except ValueError:
        return
    jsonschema.validate(values, GhostConfig.model_json_schema())


@pytest.mark.parametrize("wrong", [{"ttl": "soon"}, {"unknown": 1}, {"ingestion": {"steps": {"a": {}}}}])
def test_the_json_schema_refuses_what_the_model_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"project": "shop", "databases": ["A"], **wrong}, GhostConfig.model_json_schema())
