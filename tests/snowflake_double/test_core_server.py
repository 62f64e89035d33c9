"""Over the wire: the real connector gets Snowflake's values, errors and numbers, and never waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.snowflake_double import router
from tests.snowflake_double.asking import all_of
from tests.snowflake_double.server import DatabaseError, Double, ProgrammingError
from tests.snowflake_double.session import Session


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with Double() as served:
        all_of(served.session(), "create database PROD\ncreate table PROD.PUBLIC.T (id int, at timestamp_ntz)")
        yield served


@pytest.fixture
def cursor(double: Double) -> Iterator[Any]:
    with double.connect(database="PROD", schema="PUBLIC") as connection:
        yield connection.cursor()


def test_values_arrive_as_python_s(cursor: Any) -> None:
    cursor.execute(
        "select 1 as i, 1.50::number(10,2) as n, 'x' as t, true as yes, false as no, '2024-02-29'::date as d, "
        "'2024-02-29 01:02:03.5'::timestamp_ntz as ntz, '2024-02-29 01:02:03 +0000'::timestamp_tz as tz, "
        "null::timestamp_ntz as nothing, 0.5::float as f, parse_json('{\"a\":1}') as j"
    )
    moment = datetime(2024, 2, 29, 1, 2, 3)
    (row,) = cursor.fetchall()
    assert row[:7] == (1, Decimal("1.50"), "x", True, False, date(2024, 2, 29), moment.replace(microsecond=500000))
    assert row[7] == moment.replace(tzinfo=UTC)
    assert row[8:] == (None, 0.5, '{"a":1}')
    assert [column.name for column in cursor.description][:3] == ["I", "N", "T"]


def test_a_null_timestamp_of_a_table_stays_null(cursor: Any) -> None:
    cursor.execute("insert into T values (1, null)")
    assert cursor.rowcount == 1
    assert cursor.execute("select at from T").fetchall() == [(None,)]


def test_errors_carry_snowflake_s_number_and_state(cursor: Any) -> None:
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("select * from NOTHING")
    assert (caught.value.errno, caught.value.sqlstate) == (2003, "42S02")


@pytest.mark.parametrize(
    "statement",
    ["undrop table T", "create share x", "select * from @stage", "select nofunction(1)", "", "select 'a' b c"],
)
def test_what_is_not_modelled_is_refused_at_once(cursor: Any, statement: str) -> None:
    started = time.monotonic()
    with pytest.raises(ProgrammingError):
        cursor.execute(statement or "/* nothing */ grumble")
    assert time.monotonic() - started < 5


def test_a_fault_of_the_double_is_an_answer_too(cursor: Any) -> None:
    def broken(_: Session) -> str:
        raise ValueError("broken here")

    router.FUNCTIONS["BROKEN"] = broken
    try:
        with pytest.raises(ProgrammingError, match="broken here"):
            cursor.execute("select broken()")
    finally:
        del router.FUNCTIONS["BROKEN"]


def test_an_unknown_user_and_an_ungranted_role_cannot_connect(double: Double) -> None:
    for options in ({"user": "NOBODY"}, {"user": "ADMIN", "role": "NOROLE"}):
        with pytest.raises(DatabaseError):
            double.connect(**options)


def test_a_session_starts_where_the_login_says(double: Double) -> None:
    tags = {"QUERY_TAG": "mine"}
    with double.connect(database="prod", role="sysadmin", session_parameters=tags) as connection:
        cursor = connection.cursor()
        assert cursor.execute("select current_role(), current_user()").fetchone() == ("SYSADMIN", "ADMIN")
        assert cursor.execute("show parameters like 'query_tag' in session").fetchone()[1] == "mine"


def test_the_journal_has_text_user_role_tag_and_outcome(double: Double, cursor: Any) -> None:
    cursor.execute("alter session set query_tag = 'it''s mine'")
    start = len(double.journal)
    cursor.execute("select 7 /* seven */")
    with pytest.raises(ProgrammingError):
        cursor.execute("select nocolumn from T")
    good, bad = double.journal.since(start)
    assert (good.text, good.user, good.role) == ("select 7 /* seven */", "ADMIN", "ACCOUNTADMIN")
    assert (good.query_tag, good.outcome, good.parent) == ("it's mine", "ok", None)
    assert bad.outcome.startswith("904: ")


def test_a_delay_is_slept_by_each_statement_and_overlaps_between_sessions() -> None:
    double = Double(delay=0.2)
    sessions = [double.session() for _ in range(4)]
    threads = [threading.Thread(target=session.run, args=("select 1",)) for session in sessions]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.2 <= time.monotonic() - started < 0.6


def test_ids_of_a_query_lead_to_its_result(cursor: Any) -> None:
    cursor.execute("show databases like 'PROD'")
    found = cursor.execute('select "name", "owner" from table(result_scan(last_query_id()))').fetchall()
    assert found == [("PROD", "ACCOUNTADMIN")]
