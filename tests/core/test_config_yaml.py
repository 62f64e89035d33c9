"""YAML itself: what works, what is missing or broken, and what would never end."""

from __future__ import annotations

import pytest

from dbt_ghost.core.config import read_config
from dbt_ghost.core.errors import GhostError


def complaint(text: str) -> str:
    with pytest.raises(GhostError) as raised:
        read_config(text, {})
    assert raised.value.hint
    return raised.value.message


def test_merge_keys_and_anchors_work() -> None:
    text = """
vars:
  ghost:
    project: shop
    databases: [PROD_DB]
    ingestion:
      steps:
        a: &step {function: f, outputs: [OUT], cap: 1}
        b: {<<: *step, function: g}
        c: {<<: [*step], function: h, cap: 2}
"""
    steps = read_config(text, {}).ingestion.steps

    assert [(s.function, s.outputs, s.cap) for s in steps.values()] == [
        ("f", ("OUT",), 1),
        ("g", ("OUT",), 1),
        ("h", ("OUT",), 2),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no `vars: ghost:`"),
        ("[]", "has no `vars: ghost:`"),
        ("vars: 3", "has no `vars: ghost:`"),
        ("vars: {ghots: {}}", "there is `vars: ghots:`"),
        ("vars: {shop: {ghost: {project: shop}}}", "it is under `vars: shop:`"),
        ("vars: {ghost: }", "must hold keys"),
        ("vars: {ghost: [a]}", "must hold keys"),
    ],
)
def test_without_settings_the_smallest_that_work_are_shown(text: str, said: str) -> None:
    with pytest.raises(GhostError) as raised:
        read_config(text, {})

    assert said in raised.value.message
    assert "project: shop" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vars:\n  ghost: [\n", "dbt_project.yml, line 3: "),
        ("vars: {ghost: {}}\n---\nvars: {}", "dbt_project.yml, line 2: "),
        ("vars: \x00", "dbt_project.yml: "),
        ('vars: "\\UFFFFFFFF"', "impossible \\U escape"),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_broken_yaml_is_told_with_its_line(text: str, said: str) -> None:
    assert said in complaint(text)


def test_aliases_cannot_unfold_without_end() -> None:
    bomb = "\n".join(f"    a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 10)}]" for n in range(9))

    assert "too large" in complaint(f"vars:\n  ghost:\n{bomb}\n")
