"""An observation as people, pull requests and programs read it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dbt_ghost.core.config.release import ObserveConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.observe.gate import Halves
from dbt_ghost.core.observe.objects import Finding, Latency, RowsCompared, Seen, Sides
from dbt_ghost.core.observe.observation import Observation, observed
from ghost_cli.render_observe import observation_text
from ghost_cli.render_observe_json import observation_json
from ghost_cli.render_observe_markdown import LONGEST, MARKER, observation_markdown
from tests.core.observe.said import NOW, Json, T, change, column, objects, step, table, tables

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/observation.schema.json").read_text())
SAMPLE = {"key": {"id": "7"}, "prod": {"amount": None}, "ghost": {"amount": ""}}
WHOLE = {"key": {"id": "8"}, "prod": None, "ghost": {"amount": "1", "tax": "2"}}
CHANGED = table(
    "raw.orders",
    {**change("yours", 3, amount=3), "samples": [SAMPLE]},
    {**change("world", 1200, "added"), "samples": [WHOLE]},
    schema=[column("tax")],
    narrowed=[{"column": "carrier", "value": "UA", "rows": 98, "of": 100, "share_of_all": 0.21}],
    note="beware",
)
SEEN = Seen("p-mid", "a.csv", 3, "e", T)
FILE = Finding(
    "p-mid", "g-mid", Sides("a.csv", SEEN, SEEN), "changed", "late", RowsCompared(2, 2, 1, 1, (("amount", 1),))
)
CLEAN = replace(
    step(changed=1, equal_bytes=4, equal_rows=1), samples=(FILE,), prod_latency=Latency(6, 1, 2), ghost_latency=None
)


def observation(*of_tables: Json, files: Any = None, **config: Any) -> Observation:
    halves = Halves(tables(*of_tables), files)
    return observed(GhostName("shop", "fix/late"), NOW, halves, ObserveConfig.model_validate(config))


WHOLE_ONE = observation(
    CHANGED, table("raw.same", by="untouched"), table("raw.lost", state="unreadable"), files=objects(CLEAN)
)

TEXT = """fix/late: fail

  Because of the branch 1 table differs: raw.orders (column tax differs, 3 rows changed in amount).
  So do files of 1 step: clean (1 file changed).
  Because production moved, 1200 rows differ in 1 table.

  raw.orders  100 rows in production, 100 in the ghost
    column tax added (because of the branch)
    3 rows changed, because of the branch: amount 3
      id=7: amount NULL -> ''
    1200 rows only in the ghost, because production moved
      id=8: amount=1, tax=2
    98 % of the differing rows have carrier = UA, and 21 % of all rows
    beware
  raw.lost  it cannot be read
  1 table equal, 1 of them untouched since the clone and not read

  files of     equal  changed  missing    extra   failed  pending  seconds in production, ghost
    clean          5        1        0        0        0        0  1 (p95 2), ?
    clean: changed a.csv: 1 rows only in production's, 1 only in the ghost's, by amount 1 (late)

  FAIL  raw.orders: column tax differs, and that is not declared
  FAIL  raw.orders: 3 rows changed in amount, and that is not declared
  FAIL  step clean: 1 file changed, and that is not declared
  ?     raw.lost: it cannot be read
  note  raw.orders: beware

  If that is what the branch means, declare it in dbt_project.yml, below vars: ghost: observe:
    expect:
      - {table: raw.orders, change: schema, columns: [tax]}
      - {table: raw.orders, change: rows_changed, columns: [amount]}
      - {step: clean, change: files_changed}"""


def test_people_read_the_headline_then_what_differs_and_then_why_it_fails() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", observation_text(WHOLE_ONE))
    assert plain == TEXT


def test_where_nothing_differs_little_is_said() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", observation_text(observation(table())))
    assert plain == "fix/late: pass\n\n  Nothing differs because of the branch.\n\n  1 table equal"


@pytest.mark.parametrize(
    "seen", [WHOLE_ONE, observation(table()), observed(WHOLE_ONE.ghost, NOW, Halves(), ObserveConfig())]
)
def test_programs_read_what_is_published(seen: Observation) -> None:
    jsonschema.validate(observation_json(seen), SCHEMA, format_checker=jsonschema.FormatChecker())


def test_a_half_that_is_unknown_is_null_and_told_why() -> None:
    seen = observed(WHOLE_ONE.ghost, NOW, Halves(tables_unknown="denied"), ObserveConfig())
    told = observation_json(seen)
    assert (told["tables"], told["unknown"]["tables"], told["gate"]) == (None, "denied", "inconclusive")


def test_the_comment_can_be_found_again_and_begins_with_the_verdict() -> None:
    first, second, *_ = observation_markdown(WHOLE_ONE).splitlines()
    assert first == MARKER
    assert second == "### Ghost of `fix/late`: ❌ fail"


def test_the_comment_has_a_line_for_each_table_and_step() -> None:
    told = observation_markdown(WHOLE_ONE)
    assert "| `raw.orders` | 3 | 1,200 |  |  | `amount`, `tax` added |" in told
    assert "| `raw.lost` |  |  |  |  | unreadable |" in told
    assert "| `clean` | 5 | 1 | 0 | 0 | 0 | 0 |" in told
    assert "1 table equal." in told and "`raw.same`" not in told


@pytest.mark.parametrize("evil", ["`x` @team", "a|b", "</details><img src=x>", "\n\n# big", "[x](http://y)"])
def test_what_data_says_is_not_formatted(evil: str) -> None:
    sample = {"key": {evil: evil}, "prod": {"amount": evil}, "ghost": {"amount": evil}}
    told = observation_markdown(
        observation(table(f"raw.{evil}", {**change("yours", 3, **{evil: 3}), "samples": [sample]}, note=evil))
    )
    outside = re.sub(r"~{12}.*?~{12}", "", told, flags=re.DOTALL)
    outside = re.sub(r"`[^`\n]*`|<code>[^<]*</code>", "", outside)  # in code nothing means anything
    outside = re.sub(r"\\.", "", outside)  # nor after a backslash
    assert "@team" not in outside and "<img" not in outside and "](" not in outside
    assert "\n# big" not in outside
    assert all(line.count("|") == 7 for line in outside.splitlines() if line.startswith("|"))


def test_a_comment_is_never_longer_than_it_may_be() -> None:
    sample = {"key": {"id": "7"}, "prod": {"amount": "x" * 200}, "ghost": {"amount": "y" * 200}}
    many = [
        table(f"raw.t{number}", {**change("yours", 9, amount=9), "samples": [sample] * 20}) for number in range(500)
    ]
    told = observation_markdown(observation(*many))
    assert LONGEST - 20_000 < len(told) < LONGEST
    assert told.startswith(MARKER) and "500 differences not declared" in told
    assert "left out for want of space" in told.splitlines()[-1]
