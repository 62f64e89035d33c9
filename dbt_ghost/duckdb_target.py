"""What the embedded warehouse's plugin learns from dbt: the target that runs, its attachments in profiles.yml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import Attachment, DuckDBCredentials
from dbt.flags import get_flags

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.providers.lake_files import Place

IN_MEMORY = ":memory:"


def attach(attachment: Attachment, place: Place | None) -> None:
    if place is None:
        attachment.path, attachment.options = IN_MEMORY, None
        attachment.type, attachment.secret, attachment.read_only = None, None, False
    else:
        kept = {key: value for key, value in (attachment.options or {}).items() if key.lower() != "data_path"}
        # Said although the catalog knows it: DuckLake refuses a catalog whose data is elsewhere, a moved one say.
        attachment.path, attachment.options = f"ducklake:{place.catalog}", {**kept, "data_path": place.data_path}


def only_read(creds: DuckDBCredentials, ghost: Attachment) -> None:
    """Every attachment but the ghost's is read only; those in memory are the connection's own."""
    if creds.path != IN_MEMORY:
        hint = 'path: ":memory:"; the warehouse is what `attach` names'
        raise Refused(f"profiles.yml: the target's `path` is {creds.path!r}, a database that a ghost could write", hint)
    for each in creds.attach or []:
        if each is not ghost and each.path != IN_MEMORY:
            each.options = {key: value for key, value in (each.options or {}).items() if key.lower() != "read_only"}
            each.read_only = True


def not_the_ghosts_target() -> None:
    """A copied target that kept prod's plugin. The name of a target that dbt chose by default is not known here."""
    target = name()
    if target and target == (os.environ.get("GHOST_TARGET") or "ghost"):
        raise Refused(
            f"the target {target} opens production: its plugin's side is prod",
            "give the target plugins of its own in profiles.yml, with side: ghost",
        )


def project_folder() -> Path:
    """What a relative `home` is below: the process may be anywhere, and a minimal project stands in for the user's."""
    folder = os.environ.get("GHOST_PROJECT_FOLDER") or getattr(_flags(), "PROJECT_DIR", None)
    return Path(str(folder or ".")).absolute()


def name() -> str | None:
    found: str | None = getattr(_flags(), "TARGET", None)
    return found


def _flags() -> Any:
    return get_flags()  # type: ignore[no-untyped-call]  # dbt gives it no types


def running_operation() -> tuple[str, str | None]:
    """The macro that `dbt run-operation` runs and its `branch`, or nothing of both."""
    given = _flags()
    if getattr(given, "WHICH", "") != "run-operation":
        return "", None
    arguments = getattr(given, "ARGS", None)
    branch = arguments.get("branch") if isinstance(arguments, dict) else None
    return str(getattr(given, "MACRO", "")).rpartition(".")[2], branch if isinstance(branch, str) else None


def wrong_setting(name: str) -> GhostError:
    hints = {
        "home": "home: the warehouse's folder, an absolute path or one below the project",
        "side": "side: prod, or side: ghost",
        "project": "project: the one of `vars: ghost:`",
        "attach": "attach: [{path: 'ducklake:', alias: <the target's database>}]",
    }
    return GhostError(f"profiles.yml, plugin dbt_ghost.duckdb_plugin: `{name}` is missing or wrong", hints[name])
