"""Which statements of an operation are the clone itself: not the look, ownership, re-pointing or the record."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.snowflake_double.journal import Entry

INVENTORY = "object_construct('kind', kind, 'schema', schema_name, 'name', name, 'transient'"
CREATION = re.compile(r"create (or replace )?(transient )?(database|schema|table) ")
BLOCKS = ("execute immediate", "begin ")


def cloning(entries: Sequence[Entry]) -> int:
    """The two inventories (before, and to compare after) and every `create`."""
    return sum(clones(entry) for entry in statements(entries))


def clones(entry: Entry) -> bool:
    return INVENTORY in entry.text or CREATION.match(entry.text) is not None


def statements(entries: Sequence[Entry]) -> list[Entry]:
    """Without the blocks whose statements have entries of their own."""
    parents = {entry.parent for entry in entries}
    return [entry for entry in entries if entry.index not in parents or not entry.text.startswith(BLOCKS)]
