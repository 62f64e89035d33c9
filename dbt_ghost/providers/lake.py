"""The embedded warehouse: clone and drop a branch's DuckLake. The dbt plugin and the CLI both come here.

A clone is a copy of prod's catalog (its data paths made the ghost's) and hard links to prod's Parquet files: flat in
the data's size. DuckLake never writes into a file, and removing a hard link removes the ghost's name of it only, so
nothing that DuckLake does in a ghost reaches prod's files. A hard link is the same file, though: a chmod of it, or
another program that writes into it in place, would change prod's too.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from dbt_ghost import __version__
from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers import lake_catalog, lake_files
from dbt_ghost.providers.lake_catalog import LOCK_PATIENCE_S, Prod, Sleep, load_extension, quoted
from dbt_ghost.providers.lake_files import Lake, Link, Place, Provenance

__all__ = [
    "LOCK_PATIENCE_S",
    "begin",
    "clone",
    "copy",
    "drop",
    "list_ghosts",
    "load_extension",
    "now",
    "prod",
    "quoted",
    "ready",
    "renew",
]


def now() -> datetime:
    return datetime.now(UTC)


def prod(lake: Lake, sleep: Sleep = time.sleep) -> Prod:
    """Look at prod, read only. Raises whatever a clone would be refused for."""
    with lake_catalog.prod_attached(lake, sleep) as connection:
        return lake_catalog.read_prod(lake, connection)


def clone(lake: Lake, name: GhostName, expires_at: datetime, *, link: Link = os.link) -> tuple[Provenance, bool]:
    """Make the branch's ghost, or keep the one there is (and renew its expiry). Returns (provenance, made it)."""
    there = lake_files.ours(lake, name, now())
    if there is not None and there.state == "ready":
        return renew(lake, name, expires_at), False
    prod(lake)
    begin(lake, name, expires_at)
    copy(lake, name, link=link)
    return ready(lake, name), True


def begin(lake: Lake, name: GhostName, expires_at: datetime) -> Provenance:
    """Take the ghost's place: ghost.json, saying `building`, exists before anything else does."""
    place, at = lake.ghost(name), now()
    there = lake_files.ours(lake, name, at)
    if there is not None and there.state == "ready":
        raise Refused(f"{place.folder} is already there", "drop it first")
    provenance = Provenance(
        project=name.project,
        branch=name.branch,
        source=str(lake.prod.catalog),
        state="building",
        created_at=at,
        expires_at=expires_at,
        version=__version__,
        owner=lake_files.owner(),
        lease_until=at + lake_files.LEASE,
    )
    place.folder.mkdir(parents=True, exist_ok=True)
    lake_files.write_provenance(place, provenance, first=there is None)
    lake_files.wipe(place, with_folder=False)
    return provenance


def copy(lake: Lake, name: GhostName, *, link: Link = os.link, sleep: Sleep = time.sleep) -> int:
    """Copy prod's catalog, then link its files; returns how many.

    Prod stays attached read-only meanwhile: its lock keeps writers out, so no file vanishes in between.
    """
    place, provenance = lake.ghost(name), _building(lake, name)
    with lake_catalog.prod_attached(lake, sleep) as connection:
        source = lake_catalog.read_prod(lake, connection)
        lake_catalog.copy_catalog(connection, place)
        files = lake_files.link_tree(source.data, place.data, link)
        lake_catalog.check_whole(connection, place)
    copied = {"snapshot": source.snapshot, "snapshot_at": source.snapshot_at}
    lake_files.write_provenance(place, provenance.model_copy(update=copied))
    return files


def ready(lake: Lake, name: GhostName) -> Provenance:
    """The last step: from now on the ghost may be used."""
    provenance = _building(lake, name)
    if provenance.snapshot is None or not lake.ghost(name).catalog.is_file():
        raise Refused(f"{lake.ghost(name).folder} holds no catalog yet", "run ghost_clone again")
    done = provenance.model_copy(update={"state": "ready"})
    lake_files.write_provenance(lake.ghost(name), done)
    return done


def renew(lake: Lake, name: GhostName, expires_at: datetime) -> Provenance:
    """Let an existing ghost live until `expires_at`."""
    there = lake_files.ours(lake, name, now())
    if there is None or there.state != "ready":
        raise NotFound(f"there is no ghost of branch {name.branch!r}", "run ghost_clone")
    renewed = there.model_copy(update={"expires_at": expires_at})
    lake_files.write_provenance(lake.ghost(name), renewed)
    return renewed


def drop(lake: Lake, name: GhostName) -> bool:
    """Remove the branch's ghost; False if there is none. Raises Refused for what is not this ghost, or is in use."""
    place, at = lake.ghost(name), now()
    there = lake_files.ours(lake, name, at)
    if there is None:
        lake_files.remove_empty(place)
        return False
    lake_catalog.not_in_use(place)
    going = {"state": "dropping", "owner": lake_files.owner(), "lease_until": at + lake_files.LEASE}
    lake_files.write_provenance(place, there.model_copy(update=going))
    lake_files.wipe(place, with_folder=True)
    return True


def list_ghosts(lake: Lake, project: str) -> tuple[Provenance, ...]:
    """Every ghost of the project, by branch. Folders that are not ghosts are passed over."""
    if not lake.ghosts.is_dir():
        return ()
    found = (lake_files.look(Place(folder)).provenance for folder in lake.ghosts.iterdir())
    mine = (provenance for provenance in found if provenance is not None and provenance.project == project)
    return tuple(sorted(mine, key=lambda provenance: provenance.branch))


def _building(lake: Lake, name: GhostName) -> Provenance:
    provenance = lake_files.ours(lake, name, now())
    if provenance is None or provenance.state != "building":
        raise Refused(f"{lake.ghost(name).folder} is not being built", "run ghost_clone")
    return provenance
