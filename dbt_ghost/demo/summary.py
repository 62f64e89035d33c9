"""What the demo found, in a text that is read in ten seconds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    tables = found.observed["tables"]["tables"]
    steps = found.observed["files"]["steps"]
    files = ", ".join(f"{each['step']}: {each['counts']['changed']} changed" for each in steps)
    return {
        "differs": "\n".join(_difference(each) for each in tables if each["state"] != "equal") or "nothing",
        "files": files,
        "because": f"{found.overnight} of the flights that differ land after midnight: in the ghost, on the next day",
        "equal": ", ".join(each["table"] for each in tables if each["state"] == "equal") or "nothing",
        "gate": f"{found.observed['gate']}: the branch declares what it changes, and nothing else differs",
    }


def _difference(table: Mapping[str, Any]) -> str:
    said = [
        f"{each['rows']} rows {each['change']} in {', '.join(each['columns'])} ({each['whose']})"
        for each in table["changes"]
    ]
    return f"{table['table']}: {'; '.join(said)}"
