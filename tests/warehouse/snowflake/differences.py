"""The planted differences of tests/warehouse/differences.py whose types Snowflake has, in its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.warehouse.differences import CASES as ON_DUCKDB
from tests.warehouse.differences import Planted, anew, one, update

SAME = (
    *("one_cell", "trailing_space", "extra_row", "missing_row", "duplicated_row", "without_a_key", "swapped_values"),
    *("dropped_column", "added_column", "column_that_t_lacks", "ignored_column", "moved_by_prod", "not_caught_up"),
    *(
        "moved_by_both",
        "moved_alike",
        "arrived_and_changed",
        "keyless_and_moved_by_both",
        "untouched",
        "gone_in_the_ghost",
    ),
)
"""What differs in `rows` only."""


def rows(values: str, count: int = 3) -> str:
    """`count` rows from 0 on of these expressions of `i`."""
    numbers = ", ".join(f"({number})" for number in range(count))
    return f"select {values} from (values {numbers}) as numbers(i)"


PLAIN = rows("i as id, 'r' || i as v, i / 2 as n", 8)
MINE, THEIRS = (f"{PLAIN} union all select 99, '{whose}', 1" for whose in ("mine", "theirs"))
ZONED = rows("i as id, '2013-01-01 10:00:00 +0000'::timestamp_tz as v")
JSON = rows("""i as id, parse_json('{"a": 1, "b": [1, 2]}') as v""")
FLOATS = rows("i as id, (i * 1.5)::float as v", 4)


def like(name: str, made: str, ghost: Sequence[str] | None = None, **more: Any) -> Planted:
    """A case of the other warehouse with other rows, and other statements where they are given."""
    return replace(ON_DUCKDB[name], rows=made, **({} if ghost is None else {"ghost": ghost}), **more)


CASES: dict[str, Planted] = {
    **{name: like(name, PLAIN) for name in SAME},
    "null_to_empty": like("null_to_empty", rows("i as id, null::varchar as v")),
    "duplicates_on_both_sides": like("duplicates_on_both_sides", f"{PLAIN} union all {PLAIN}"),
    "null_key": like("null_key", f"{PLAIN} union all select null, 'none', 0"),
    "composite_key": like("composite_key", rows("floor(i / 3) as a, i % 3 as b, i as v", 9)),
    "wider_type": like(
        "wider_type",
        rows("i as id, i::number(10, 0) as v", 4),
        ("alter table @ alter column v set data type number(20, 0)",),
    ),
    "lossy_type": like("lossy_type", PLAIN, anew(PLAIN.replace("i / 2", "(i / 2)::number(38, 0)"))),
    "number_to_text": like("number_to_text", rows("i as id, i as v", 4), anew(rows("i as id, i::varchar as v", 4))),
    "reordered_columns": like("reordered_columns", PLAIN, anew(rows("i / 2 as n, 'r' || i as v, i as id", 8))),
    "shifted_zone": like("shifted_zone", ZONED, update("v = '2013-01-01 10:00:00 +0100'::timestamp_tz", "id = 1")),
    "same_instant": like("same_instant", ZONED, update("v = '2013-01-01 11:00:00 +0100'::timestamp_tz", "id = 1")),
    "one_microsecond": like(
        "one_microsecond",
        rows("i as id, '2013-01-01 10:00:00'::timestamp_ntz as v"),
        update("v = '2013-01-01 10:00:00.000001'::timestamp_ntz", "id = 1"),
    ),
    "negative_zero": like("negative_zero", rows("i as id, 0::float as v"), update("v = '-0.0'::float", "id = 1")),
    "not_a_number": like(
        "not_a_number",
        rows("i as id, 'nan'::float as v"),
        (*update("v = 'nan'::float", "id = 0"), *update("v = null", "id = 1")),
    ),
    "huge_number": like("huge_number", rows("i as id, 1234567890123456789012345678901234567.8::number(38, 1) as v")),
    "spaces_of_json": like("spaces_of_json", JSON, update("""v = parse_json('{"a":1,"b":[1,2]}')""", "id = 1")),
    "value_in_json": like("value_in_json", JSON, update("""v = parse_json('{"a": 2, "b": [1, 2]}')""", "id = 1")),
    "item_of_a_list": like(
        "item_of_a_list", rows("i as id, array_construct(1, i) as v"), update("v = array_construct(1, 7)", "id = 1")
    ),
    "within_tolerance": like("within_tolerance", FLOATS),
    "all_within_tolerance": like("all_within_tolerance", FLOATS, settings={"tolerance": {"float": 0.01}}),
    "replaced_by_both": like("replaced_by_both", PLAIN, anew(MINE), prod=anew(THEIRS)),
    "binary_value": Planted(
        rows=rows("i as id, to_binary('ab', 'hex') as v"),
        ghost=update("v = to_binary('ac', 'hex')", "id = 1"),
        changes=one("yours", "changed", 1, ("v",)),
    ),
    'odd "name, here': like(
        'odd "name, here',
        rows("""i as id, i as "v #1, 'it''s""" + '"" "'),
    ),
}
