"""Tables in which one thing differs each, and what a comparison must say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Change = tuple[str, str, int, tuple[str, ...]]
"""(whose, change, rows, the columns that differ)."""

Column = tuple[str, str, str]
"""(column, change, whose)."""

PLAIN = "select range as id, 'r' || range as v, range / 2 as n from range(8)"


@dataclass(frozen=True)
class Planted:
    """A table, made by `rows` before T; then each side runs its statements, where `@` is the table's name."""

    rows: str = PLAIN
    ghost: Sequence[str] = ()
    prod: Sequence[str] = ()
    key: Sequence[str] = ("id",)
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: frozenset[Change] = frozenset()
    schema: frozenset[Column] = frozenset()
    state: str = "differs"
    whose: str | None = None
    by: str = "join"
    refused: str = ""


def one(*change: Any) -> frozenset[Change]:
    return frozenset({(*change,)})


def update(what: str, where: str = "id = 3") -> tuple[str]:
    return (f"update @ set {what} where {where}",)


def anew(rows: str) -> tuple[str, str]:
    """As dbt replaces a table."""
    return ("drop table @", f"create table @ as {rows}")


BOTH_SAME = (*update("v = 'moved'"), "insert into @ values (9, 'r9', 4)")

CASES = {
    "one_cell": Planted(ghost=update("v = 'x'"), changes=one("yours", "changed", 1, ("v",))),
    "null_to_empty": Planted(
        rows="select range as id, null::varchar as v from range(3)",
        ghost=update("v = ''", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "trailing_space": Planted(ghost=update("v = v || ' '"), changes=one("yours", "changed", 1, ("v",))),
    "extra_row": Planted(ghost=("insert into @ values (99, 'x', 1)",), changes=one("yours", "added", 1, ())),
    "missing_row": Planted(ghost=("delete from @ where id = 3",), changes=one("yours", "removed", 1, ())),
    "duplicated_row": Planted(
        ghost=("insert into @ select * from @ where id = 3",),
        changes=one("yours", "added", 1, ()),
        by="rows",
        refused="id is not unique",
    ),
    "duplicates_on_both_sides": Planted(
        rows=f"{PLAIN} union all {PLAIN}",
        ghost=update("v = 'x'"),
        changes=frozenset({("yours", "added", 2, ()), ("yours", "removed", 2, ())}),
        by="rows",
        refused="id is not unique",
    ),
    "null_key": Planted(
        rows=f"{PLAIN} union all select null, 'none', 0",
        ghost=update("v = 'x'", "id is null"),
        changes=frozenset({("yours", "added", 1, ()), ("yours", "removed", 1, ())}),
        by="rows",
        refused="id is NULL in 2 rows that differ",
    ),
    "without_a_key": Planted(
        key=(),
        ghost=("insert into @ select * from @ where id = 3", "delete from @ where id = 4"),
        changes=frozenset({("yours", "added", 1, ()), ("yours", "removed", 1, ())}),
        by="rows",
    ),
    "swapped_values": Planted(
        ghost=("update @ set v = case id when 1 then 'r2' else 'r1' end where id in (1, 2)",),
        changes=one("yours", "changed", 2, ("v",)),
    ),
    "composite_key": Planted(
        rows="select range // 3 as a, range % 3 as b, range as v from range(9)",
        key=("a", "b"),
        ghost=update("v = 100", "a = 1 and b = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "dropped_column": Planted(
        ghost=("alter table @ drop column n",), schema=frozenset({("n", "dropped", "yours")}), by="hash"
    ),
    "column_of_production": Planted(
        prod=("alter table @ add column m integer",), schema=frozenset({("m", "dropped", "world")}), by="hash"
    ),
    "added_column": Planted(
        ghost=("alter table @ add column m integer default 1",), schema=frozenset({("m", "added", "yours")}), by="hash"
    ),
    "column_that_t_lacks": Planted(
        ghost=("alter table @ add column m integer default 1",),
        prod=("alter table @ add column m integer default 2",),
        changes=one("both", "changed", 8, ("m",)),
    ),
    "wider_type": Planted(
        rows="select range::integer as id, range::integer as v from range(4)",
        ghost=("alter table @ alter v type bigint",),
        schema=frozenset({("v", "type", "yours")}),
    ),
    "lossy_type": Planted(
        ghost=anew("select id, v, n::integer as n from (" + PLAIN + ") as rows(id, v, n)"),
        schema=frozenset({("n", "type", "yours")}),
        changes=one("yours", "changed", 4, ("n",)),
    ),
    "number_to_text": Planted(
        rows="select range as id, range as v from range(4)",
        ghost=anew("select range as id, range::varchar as v from range(4)"),
        schema=frozenset({("v", "type", "yours")}),
    ),
    "reordered_columns": Planted(
        ghost=anew("select n, v, id from (" + PLAIN + ") as rows(id, v, n)"),
        schema=frozenset({("", "order", "yours")}),
        by="hash",
    ),
    "shifted_zone": Planted(
        rows="select range as id, timestamptz '2013-01-01 10:00:00+00' as v from range(3)",
        ghost=update("v = timestamptz '2013-01-01 10:00:00+01'", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "same_instant": Planted(
        rows="select range as id, timestamptz '2013-01-01 10:00:00+00' as v from range(3)",
        ghost=update("v = timestamptz '2013-01-01 11:00:00+01'", "id = 1"),
        state="equal",
        by="hash",
    ),
    "one_microsecond": Planted(
        rows="select range as id, timestamp '2013-01-01 10:00:00' as v from range(3)",
        ghost=update("v = timestamp '2013-01-01 10:00:00.000001'", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "negative_zero": Planted(
        rows="select range as id, 0.0::double as v from range(3)",
        ghost=update("v = '-0.0'::double", "id = 1"),
        state="equal",
        by="hash",
    ),
    "not_a_number": Planted(
        rows="select range as id, 'nan'::double as v from range(3)",
        ghost=(*update("v = 'nan'::double", "id = 0"), *update("v = null", "id = 1")),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "huge_number": Planted(
        rows="select range as id, 12345678901234567890123456789012345678::decimal(38, 0) as v from range(3)",
        ghost=update("v = v + 1", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "spaces_of_json": Planted(
        rows="""select range as id, '{"a": 1}'::json as v from range(3)""",
        ghost=update("""v = '{"a":1}'::json""", "id = 1"),
        state="equal",
        by="hash",
    ),
    "value_in_json": Planted(
        rows="""select range as id, '{"a": 1}'::json as v from range(3)""",
        ghost=update("""v = '{"a": 2}'::json""", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "item_of_a_list": Planted(
        rows="select range as id, [1, 2, range] as v from range(3)",
        ghost=update("v = [1, 2, 4]", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "within_tolerance": Planted(
        rows="select range as id, range * 1.5::double as v from range(4)",
        ghost=(*update("v = v + 0.001", "id = 1"), *update("v = v + 1", "id = 2")),
        settings={"tolerance": {"v": 0.01}},
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "all_within_tolerance": Planted(
        rows="select range as id, range * 1.5::double as v from range(4)",
        ghost=update("v = v + 0.001", "id = 1"),
        settings={"tolerance": {"double": 0.01}},
        state="equal",
    ),
    "ignored_column": Planted(ghost=update("v = 'x'"), settings={"ignore": ["v"]}, state="equal", by="hash"),
    "moved_by_prod": Planted(prod=update("v = 'x'"), changes=one("world", "changed", 1, ("v",))),
    "not_caught_up": Planted(
        ghost=update("v = 'x'"),
        prod=("insert into @ values (99, 'x', 1)",),
        changes=frozenset({("yours", "changed", 1, ("v",)), ("world", "removed", 1, ())}),
    ),
    "moved_by_both": Planted(
        ghost=update("v = 'x'"), prod=update("v = 'y'"), changes=one("both", "changed", 1, ("v",))
    ),
    "moved_alike": Planted(ghost=BOTH_SAME, prod=BOTH_SAME, state="equal", by="hash"),
    "arrived_and_changed": Planted(
        ghost=("insert into @ values (99, 'mine', 1)",),
        prod=("insert into @ values (99, 'theirs', 1)",),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "replaced_by_both": Planted(
        ghost=anew(f"{PLAIN} union all select 99, 'mine', 1"),
        prod=anew(f"{PLAIN} union all select 99, 'theirs', 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    "keyless_and_moved_by_both": Planted(
        key=(),
        ghost=("insert into @ values (99, 'mine', 1)",),
        prod=("insert into @ values (99, 'theirs', 1)",),
        changes=frozenset({("yours", "added", 1, ()), ("both", "removed", 1, ())}),
        by="rows",
    ),
    "untouched": Planted(state="equal", by="untouched"),
    "gone_in_the_ghost": Planted(ghost=("drop table @",), state="only_in_prod", whose="yours", by="catalog"),
    "gone_in_production": Planted(prod=("drop table @",), state="only_in_ghost", whose="world", by="catalog"),
    'odd "name, here': Planted(
        rows="""select range as id, range as "v #1, 'it''s""" + '"" "' + " from range(3)",
        ghost=("""update @ set "v #1, 'it''s""" + '"" "' + " = 7 where id = 1",),
        changes=one("yours", "changed", 1, ("v #1, 'it''s\" ",)),
    ),
}
