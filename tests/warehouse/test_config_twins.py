"""What the macros know of `clone:` is what the CLI's model knows."""

from __future__ import annotations

import re
import typing
from typing import Any

from dbt_ghost.core.config.model import CloneConfig
from tests.warehouse.project import ROOT


def known_to_the_macros() -> dict[str, Any]:
    text = (ROOT / "macros/clone/_clone_config.sql").read_text()
    found = re.search(r"set known = (\{.*?\}) %}", text, re.DOTALL)
    assert found
    read: dict[str, Any] = eval(found[1], {"none": None, "true": True, "false": False})
    return read


def test_the_keys_are_the_same() -> None:
    assert set(known_to_the_macros()) == set(CloneConfig.model_fields)


def test_the_values_and_defaults_are_the_same() -> None:
    for key, values in known_to_the_macros().items():
        field = CloneConfig.model_fields[key]
        if values is not None:
            assert values[0] == field.default, key
            assert set(values) == set(typing.get_args(field.annotation) or (True, False)), key
