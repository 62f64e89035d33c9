"""What `ghost-ingest iam` prints."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.policies.setup import Setup, documents
from dbt_ghost.core.policies.statements import Document
from dbt_ghost.core.setup_files.files import lines_to_add


def setup_text(setup: Setup) -> str:
    """Every document with its length and what each statement is for, then what is to be configured."""
    parts = [_document(name, document) for name, document in documents(setup).items()]
    return "\n".join([*parts, "To add to `vars: ghost:` of dbt_project.yml:", "", lines_to_add(setup).rstrip()])


def _document(name: str, document: Document) -> str:
    width = max(len(each.sid) for each in document.statements)
    lines = [f"  {each.effect:5}  {each.sid:{width}}  {each.reason}" for each in document.statements]
    return "\n".join([f"{name}  ({len(document.text)} of {document.limit} characters)", *lines, ""])


def setup_json(setup: Setup) -> dict[str, Any]:
    return {
        "documents": [
            {
                "name": name,
                "characters": len(document.text),
                "limit": document.limit,
                "reasons": {each.sid: each.reason for each in document.statements},
                "document": document.json,
            }
            for name, document in documents(setup).items()
        ],
        "config": {
            "state_bucket": setup.reach.state_bucket,
            "boundary": {"step": setup.step_boundary_name, "tap": setup.tap_boundary_name},
        },
    }
