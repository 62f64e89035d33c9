"""What the demo found, in a text that is read in ten seconds. Pure."""

from __future__ import annotations

from dbt_ghost.demo.comparison import TableComparison
from dbt_ghost.demo.story import AFTER, BRANCH, Findings


def summary(found: Findings, seconds: float, dropped: bool) -> str:
    """The end of the demo, one line per promise."""
    steps = found.fork["steps"]
    ran = ", ".join(f"{name}: {'the branch' if step['changed'] else 'prod'}'s code" for name, step in steps.items())
    changes = len(found.fork["changes"])
    lines = {
        "branch": f"{BRANCH} changes {', '.join(found.branch_changes)}",
        "clone": f"at snapshot {found.clone['t']['snapshot']}; prod's files linked, not copied",
        "fork": f"{ran}; {changes} resources made, {found.fork['production_resources_modified']} of prod's modified",
        "feed": f"{len(AFTER)} new files processed by prod and ghost; {len(found.feed['files'])} loaded into the clone",
        **_differences(found),
        "left behind": "nothing of the ghost" if dropped else "the ghost, still there to play with",
        "prod": f"unharmed: {found.documents} configuration documents are what they were;\n"
        f"{found.objects} objects and {len(found.prod_tables)} tables equal those of a production without a ghost",
    }
    width = max(map(len, lines))
    indent = "\n" + " " * (width + 4)
    body = "\n".join(f"  {name:<{width}}  {text.replace(chr(10), indent)}" for name, text in lines.items())
    return f"\n{body}\n\nDone in {seconds:.0f} seconds, on this machine only."


def _differences(found: Findings) -> dict[str, str]:
    different = [f"{table.table}: {_difference(table)}" for table in found.tables if not table.same]
    same = [table.table for table in found.tables if table.same]
    return {
        "differs": "\n".join(different) or "nothing",
        "because": f"{found.overnight} of the flights that differ land after midnight: in the ghost, on the next day",
        "equal": ", ".join(same) or "nothing",
    }


def _difference(table: TableComparison) -> str:
    if not table.changed:
        return f"{table.only_right} of {table.rows_right} rows"
    columns = ", ".join(column for column, _ in table.changed_columns)
    return f"{table.changed} of {table.rows_right} rows, in {columns}"
