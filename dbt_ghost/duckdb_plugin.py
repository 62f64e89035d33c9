"""The dbt-duckdb plugin of the embedded warehouse: opens prod or a branch's ghost, and does the macros' file work.

    plugins: [{module: dbt_ghost.duckdb_plugin, config: {home: /absolute/folder, side: ghost, project: shop}}]

The target decides the side, the environment (GHOST_BRANCH, CI's own variables) which ghost. Where there is no such
ghost it is an error: prod is never opened in its place.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig

from dbt_ghost import duckdb_target as target
from dbt_ghost.core.branch import BRANCH_VARIABLES, refuse_protected, resolve_branch
from dbt_ghost.core.duration import parse_duration
from dbt_ghost.core.errors import GhostError, NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake, lake_beside, lake_catalog, lake_files, lake_s3
from dbt_ghost.providers.lake_files import Lake, Place

SETTINGS = ("home", "side", "project")
ROOMS = ("ghost_feed", "ghost_diff")
"""Operations on the open ghost; they look for it again, so that what is wrong with it ends with the machine line."""

WORKSHOP = ("ghost_clone", "ghost_drop", "ghost_gc", "ghost_status")
"""Operations that work on closed ghosts: two DuckDB instances must not have one catalog open."""

Answer = Any
Question = dict[str, Any]


class Plugin(BasePlugin):
    """Named by dbt-duckdb after its module, `duckdb_plugin`, which the macros call it by."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        for name in SETTINGS:
            if not isinstance(plugin_config.get(name), str):
                raise RuntimeError(_told(target.wrong_setting(name)))
        if plugin_config["side"] not in ("prod", "ghost"):
            raise RuntimeError(_told(target.wrong_setting("side")))
        self._side = plugin_config["side"]
        self._project = plugin_config["project"]
        self._place: Place | None = None
        self._unopened: GhostError | None = None
        try:
            self._lake = Lake((target.project_folder() / plugin_config["home"]).resolve())  # two spellings are one home
        except GhostError as error:
            raise RuntimeError(_told(error)) from error

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Point the attachment that carries the target's database at the right catalog.

        On the ghost's side nothing else may be written: what else the target attaches is prod's.
        """
        attachment = next((each for each in creds.attach or [] if each.alias == creds.database), None)
        if attachment is None:
            raise RuntimeError(_told(target.wrong_setting("attach")))
        try:
            if self._side == "ghost":
                target.only_read(creds, attachment)
            self._place = self._opened()
        except GhostError as error:
            raise RuntimeError(_told(error)) from error
        target.attach(attachment, self._place)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        self._connection = conn
        try:
            lake.load_extension(conn, "ducklake")
        except GhostError as error:
            raise RuntimeError(_told(error)) from error

    def store(self, target_config: TargetConfig) -> None:
        """A macro's question, which Jinja can only ask this way; the answer goes back in the same dict."""
        exchange, location = target_config.config, target_config.location
        operation = OPERATIONS[location.format if location is not None else ""]
        try:
            exchange["answer"] = {"result": operation(self, exchange["question"])}
        except GhostError as error:
            exchange["answer"] = {"error": {"message": error.message, "hint": error.hint}}
        except (OSError, duckdb.Error) as error:
            exchange["answer"] = {"error": {"message": f"{type(error).__name__}: {error}", "hint": ""}}

    def _opened(self) -> Place | None:
        """Where to connect to; None for a stand-in, where an operation works on the files itself or will refuse."""
        if self._side == "prod":
            target.not_the_ghosts_target()
            self._lake.prod.folder.mkdir(parents=True, exist_ok=True)
            return self._lake.prod
        operation, branch = target.running_operation()
        if operation in WORKSHOP:
            return None
        try:
            place = _ready(self._lake, GhostName(self._project, _branch(branch)))
            if operation in ROOMS:
                lake_catalog.not_in_use(place)
            return place
        except GhostError as error:
            if operation in ROOMS:
                self._unopened = error
                return None
            raise

    def _name(self, question: Question) -> GhostName:
        """The ghost that is asked about. Raises Refused on the prod side, and for another project than the target's."""
        if self._side != "ghost":
            raise Refused("the target is production's (its plugin's `side` is prod)", "use the ghost target")
        if question["project"] != self._project:
            raise Refused(
                f"the plugin's project is {self._project!r} and that of `vars: ghost:` is {question['project']!r}",
                "make them equal in profiles.yml",
            )
        return GhostName(self._project, question["branch"])

    def _opened_name(self, question: Question, operation: str = "ghost_feed") -> GhostName:
        """The same where it must be the ghost that this connection opened: what comes next is done there."""
        name = self._name(question)
        if self._place == self._lake.ghost(name):
            return name
        what = f"the ghost of branch {name.branch!r} is not the one that is open here"
        raise self._unopened or Refused(what, f"run it as dbt run-operation {operation}")

    def _closed_name(self, question: Question, operation: str) -> GhostName:
        """The same where its files are to be replaced: not below this very process."""
        name = self._name(question)
        if self._place == self._lake.ghost(name):
            what = f"the ghost of branch {name.branch!r} is open in this very process"
            raise Refused(what, f"run it as dbt run-operation {operation}")
        return name

    def _find(self, question: Question) -> Answer:
        place, found = self._lake.ghost(self._name(question)), lake_files.find(self._lake, self._name(question))
        provenance = found.provenance
        return {
            "exists": found.exists,
            "where": str(place.folder),
            "leftover": not found.exists and place.folder.is_dir(),
            "provenance": provenance.model_dump(mode="json") if provenance is not None else None,
        }

    def _list(self, question: Question) -> Answer:
        self._name({**question, "branch": "any"})
        return [each.model_dump(mode="json") for each in lake.list_ghosts(self._lake, self._project)]

    def _prod(self, question: Question) -> Answer:
        prod = lake.prod(self._lake)
        folder = str(self._lake.ghost(self._name(question)).folder)
        at = prod.snapshot_at.isoformat().replace("+00:00", "Z")  # as ghost.json writes it
        return {"snapshot": prod.snapshot, "snapshot_at": at, "folder": folder}

    def _begin(self, question: Question) -> Answer:
        lake.begin(self._lake, self._closed_name(question, "ghost_clone"), _expires_at(question))

    def _copy(self, question: Question) -> Answer:
        return {"files": lake.copy(self._lake, self._name(question))}

    def _mark_ready(self, question: Question) -> Answer:
        lake.ready(self._lake, self._name(question))

    def _renew(self, question: Question) -> Answer:
        lake.renew(self._lake, self._name(question), _expires_at(question))

    def _drop(self, question: Question) -> Answer:
        return {"dropped": lake.drop(self._lake, self._closed_name(question, "ghost_drop"))}

    def _files(self, question: Question) -> Answer:
        self._opened_name(question)
        lake_s3.open_bucket(self._connection, question["bucket"], os.environ)
        files = lake_s3.files(self._connection, question["bucket"], question["prefix"])
        return [{"key": each.key, "path": each.path, "size": each.size, "modified": each.modified} for each in files]

    def _open_bucket(self, question: Question) -> Answer:
        lake_s3.open_bucket(self._connection, question["bucket"], os.environ)

    def _columns(self, question: Question) -> Answer:
        columns = lake_s3.columns(self._connection, question["path"], question["format"])
        return [{"name": name, "lower": name.lower(), "type": kind} for name, kind in columns]

    def _load(self, question: Question) -> Answer:
        self._opened_name(question)
        return {"rows": lake_s3.load(self._connection, question["statements"])}

    def _beside(self, question: Question) -> Answer:
        name = self._opened_name(question, "ghost_diff")
        provenance = lake_files.ours(self._lake, name, lake.now())
        if provenance is None or provenance.snapshot is None:
            raise Refused(f"the ghost of branch {name.branch!r} has no snapshot of production", "clone it again")
        self._copies = tempfile.TemporaryDirectory(prefix="ghost-diff-")  # goes with the plugin
        ghost, folder = question["database"], Path(self._copies.name)
        return lake_beside.attach(self._connection, self._lake, ghost, provenance.snapshot, folder)

    def _ask(self, question: Question) -> Answer:
        self._opened_name(question, "ghost_diff")
        return lake_beside.ask(self._connection, question["statements"])


OPERATIONS: dict[str, Callable[[Plugin, Question], Answer]] = {
    "find": Plugin._find,
    "list": Plugin._list,
    "prod": Plugin._prod,
    "begin": Plugin._begin,
    "copy": Plugin._copy,
    "ready": Plugin._mark_ready,
    "renew": Plugin._renew,
    "drop": Plugin._drop,
    "files": Plugin._files,
    "open_bucket": Plugin._open_bucket,
    "columns": Plugin._columns,
    "load": Plugin._load,
    "beside": Plugin._beside,
    "ask": Plugin._ask,
}
"""What macros may ask, by the word that they use."""


def _ready(of: Lake, name: GhostName) -> Place:
    place, there = of.ghost(name), lake_files.ours(of, name, lake.now())
    if there is not None and there.state == "ready" and place.catalog.is_file():
        return place
    named = target.name() or "ghost"
    clone = f"dbt run-operation ghost_clone --target {named} --args '{{branch: {name.branch}}}'"
    if there is None:
        raise NotFound(f"there is no ghost of branch {name.branch!r} in {of.ghosts}", clone)
    why = f"it is {there.state}" if place.catalog.is_file() else f"it is {there.state}, its catalog is missing"
    raise NotFound(f"the ghost of branch {name.branch!r} is not whole: {why}", clone)


def _branch(argument: str | None) -> str:
    if not argument and not any(os.environ.get(name, "").strip() for name in BRANCH_VARIABLES):
        raise GhostError("which ghost? No variable names a branch", "set GHOST_BRANCH to the branch's name")
    branch = resolve_branch(argument, os.environ, lambda: None)
    refuse_protected(branch, ())
    return branch


def _expires_at(question: Question) -> datetime:
    try:
        return lake.now() + parse_duration(question["ttl"])
    except (TypeError, ValueError) as error:
        raise GhostError(f"vars: ghost: ttl: {question['ttl']!r} {error}", "write 3d, say") from error


def _told(error: GhostError) -> str:
    return f"{error.message}\n{error.hint}" if error.hint else error.message
