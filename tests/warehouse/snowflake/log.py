"""What was sent to the double: checked against who may change what, and kept as golden files."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.snowflake_double.journal import Entry, Journal
from tests.warehouse.snowflake.statements import changing_targets, inner_statements, is_ghosts, parses

GOLDEN = Path(__file__).parent / "golden"
ADMINS = ("ADMIN", "PROD_CI")
"""Who may change production here: the admin's one-time script and production's own builds."""

VARYING = {
    r"\n/\* \{\"app\": .*\*/$": "",  # what dbt appends
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?\+00:00": "<time>",
    r"__dbt_tmp\w*": "__dbt_tmp",
}


def refuse_strays(journal: Journal) -> None:
    """Every statement of a ghost that changes something changes a ghost's database, and nothing but that."""
    strays = [
        f"{entry.user} as {entry.role}: {statement}"
        for entry in journal.entries
        if entry.user not in ADMINS
        for statement in inner_statements(entry.text)
        for verb, target in changing_targets(statement)
        if not is_ghosts(target, "shop") or verb == "create or replace database"
    ]
    assert not strays, "\n".join(strays)


def refuse_unparsable(entries: list[Entry]) -> None:
    """sqlfluff knows Snowflake's grammar better than the double does."""
    wrong = {
        statement: problem
        for statement in {inner for entry in entries for inner in inner_statements(entry.text)}
        for problem in [parses(statement)]
        if problem
    }
    assert not wrong, "\n".join(f"{statement}\n  {problem}" for statement, problem in wrong.items())


def of_ghosts(journal: Journal, since: int = 0) -> list[Entry]:
    return [entry for entry in journal.since(since) if entry.user not in ADMINS]


def text_of(entries: list[Entry]) -> str:
    """The statements as sent, and below each, indented, what its block or procedure ran."""
    lines = []
    for entry in entries:
        text = entry.text
        for pattern, name in VARYING.items():
            text = re.sub(pattern, name, text)
        if entry.parent is None:
            lines.append(f"\n{text};")
        else:
            lines.append(f"--   {entry.role}: " + " ".join(text.split()))
    return "\n".join(lines).strip() + "\n"


def assert_golden(name: str, entries: list[Entry]) -> None:
    """GOLDEN=write writes the file anew: then read the difference as a reviewer."""
    file = GOLDEN / f"{name}.sql"
    text = text_of(entries)
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert file.read_text() == text
