"""How the branch would declare what differs, ready to be pasted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import yaml

from dbt_ghost.core.observe.differences import Difference, Kind


def declarations(found: Iterable[Difference]) -> Iterator[str]:
    """A line of YAML below `observe: expect:` for each difference that is not declared, and that one can declare."""
    for each in found:
        if each.unexpected and each.kind != "files_failed":
            told = yaml.safe_dump(_entry(each), default_flow_style=True, sort_keys=False, width=10_000)
            yield f"- {told.strip()}"


def _entry(each: Difference) -> dict[str, object]:
    change: Kind = "schema" if each.kind == "table" else each.kind
    entry: dict[str, object] = {"table": each.table} if each.table else {"step": each.step}
    columns = [column for column, _ in each.columns if column]
    return entry | {"change": change} | ({"columns": columns} if columns else {})
