"""A lake's files: where prod and each ghost live, what a ghost says of itself, and hard links.

<home>/lake.ducklake, data/                                    prod
<home>/ghosts/<name>/ghost.json, lake.ducklake, data/          one ghost; nothing of ours is anywhere else
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from dbt_ghost.core.errors import Conflict, Denied, GhostError, NotFound, Refused
from dbt_ghost.core.naming import GhostName
from dbt_ghost.providers.process import runs

LEASE = timedelta(minutes=10)
"""How long a process that builds or drops a ghost is believed when it cannot be asked (another machine)."""

DRAFTS = "ghost.json."
"""How the names of drafts of ghost.json begin."""

ONE_FILESYSTEM = "keep the warehouse on one filesystem that has hard links; then run ghost_clone again, or ghost_drop"
OWNERSHIP = "the user must own prod's files or be able to write them (Linux: fs.protected_hardlinks)"

Link = Callable[[str, str], None]


class Provenance(BaseModel):
    """ghost.json: whose ghost the folder is and how far its building came. Nothing is dropped without one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ghost_provenance: Literal[1] = 1
    project: str
    branch: str
    source: str
    state: Literal["building", "ready", "dropping"]
    snapshot: int | None = None
    """T, as prod's snapshot id and its time (UTC); unknown until the catalog is copied."""
    snapshot_at: datetime | None = None
    created_at: datetime
    expires_at: datetime
    version: str
    owner: str
    """host:process of who works on it, believed until `lease_until`."""
    lease_until: datetime

    def held_by_other(self, now: datetime) -> bool:
        busy = self.state != "ready" and self.owner != owner() and self.lease_until > now
        return busy and not _is_dead(self.owner)


@dataclass(frozen=True)
class Place:
    """One DuckLake on disk."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "lake.ducklake"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def data_path(self) -> str:
        """As DuckLake records it: absolute, since a relative one follows the process's directory."""
        return f"{self.data.as_posix()}/"

    @property
    def provenance(self) -> Path:
        return self.folder / "ghost.json"

    @property
    def draft(self) -> Path:
        """This process's own, so that no two write one file."""
        return self.folder / f"{DRAFTS}{os.getpid()}.tmp"


@dataclass(frozen=True)
class Lake:
    """Prod and its ghosts under one absolute home. Raises GhostError for a relative one."""

    home: Path

    def __post_init__(self) -> None:
        if not self.home.is_absolute():
            raise GhostError(f"home: {str(self.home)!r} is relative", "give the warehouse's folder as an absolute path")

    @property
    def prod(self) -> Place:
        return Place(self.home)

    @property
    def ghosts(self) -> Path:
        return self.home / "ghosts"

    def ghost(self, name: GhostName) -> Place:
        """A branch's folder. Names hold a-z, 0-9 and _ only, so no branch can leave `ghosts/`."""
        return Place(self.ghosts / name.database().lower())


@dataclass(frozen=True)
class Found:
    """What is at a ghost's place: nothing, somebody else's things (no provenance), or a ghost."""

    exists: bool
    provenance: Provenance | None = None


def find(lake: Lake, name: GhostName) -> Found:
    """Read a ghost's provenance. Raises Denied where the folder cannot be read."""
    return look(lake.ghost(name))


def look(place: Place) -> Found:
    """As `find`. Without its catalog no ghost is ready: it counts as one whose building nobody goes on with."""
    try:
        if place.folder.is_symlink() or (place.folder.exists() and not place.folder.is_dir()):
            return Found(exists=True)
        left = {entry.name for entry in os.scandir(place.folder) if not entry.name.startswith(DRAFTS)}
        text = place.provenance.read_bytes() if place.provenance.name in left else None
    except FileNotFoundError:
        return Found(exists=False)
    except PermissionError as error:
        raise Denied(f"{place.folder}: cannot be read ({error.strerror})", "ask its owner for access") from error
    if text is None:
        return Found(exists=bool(left))
    try:
        provenance = Provenance.model_validate_json(text)
    except ValidationError:
        return Found(exists=True)
    if provenance.state == "ready" and not place.catalog.is_file():
        abandoned = {"state": "building", "snapshot": None, "snapshot_at": None, "lease_until": provenance.created_at}
        provenance = provenance.model_copy(update=abandoned)
    return Found(exists=True, provenance=provenance)


def ours(lake: Lake, name: GhostName, now: datetime) -> Provenance | None:
    """The provenance of this branch's ghost, None if there is none.

    Raises Refused for a folder that is not this ghost's, Conflict while another process works on it.
    """
    found, folder = find(lake, name), lake.ghost(name).folder
    if not found.exists:
        return None
    provenance = found.provenance
    if provenance is None:
        raise Refused(
            f"{folder} was not made by dbt-ghost (it has no valid ghost.json)", "look what it is, and move it away"
        )
    if (provenance.project, provenance.branch) != (name.project, name.branch):
        raise Refused(
            f"{folder} is the ghost of branch {provenance.branch!r} of project {provenance.project!r}",
            f"rename the branch {name.branch!r}, or drop the other ghost first",
        )
    if provenance.held_by_other(now):
        raise Conflict(f"{folder} is being worked on by {provenance.owner}", "wait until it is done, then try again")
    return provenance


def write_provenance(place: Place, provenance: Provenance, *, first: bool = False) -> None:
    """Write ghost.json whole or not at all. `first` raises Conflict where somebody else was faster."""
    text = provenance.model_dump_json(indent=2) + "\n"
    with _unchanged(place):
        # Never truncated: a crash may have left a draft that is the same file as ghost.json.
        place.draft.unlink(missing_ok=True)
        with open(place.draft, "x", encoding="utf-8") as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
        if not first:
            os.replace(place.draft, place.provenance)
            return
        try:
            os.link(place.draft, place.provenance)
        except FileExistsError as error:
            raise Conflict(f"{place.folder} was just made by somebody else", "try again") from error
        finally:
            place.draft.unlink(missing_ok=True)


def wipe(place: Place, *, with_folder: bool) -> None:
    """Remove what a ghost's folder holds; ghost.json and the folder last, and only with `with_folder`."""
    with _unchanged(place):
        for entry in sorted(os.scandir(place.folder), key=lambda entry: entry.name):
            if entry.name == place.provenance.name:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        if with_folder:
            place.provenance.unlink(missing_ok=True)
            place.folder.rmdir()


def remove_empty(place: Place) -> None:
    """What a crash before the first ghost.json left: an empty folder, or one with drafts."""
    if not place.folder.is_dir() or place.folder.is_symlink():
        return
    with _unchanged(place):
        for draft in [entry for entry in os.scandir(place.folder) if entry.name.startswith(DRAFTS)]:
            os.unlink(draft.path)
        place.folder.rmdir()


@contextmanager
def _unchanged(place: Place) -> Iterator[None]:
    """Conflict where another process takes away or adds files of the ghost while we work on it."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            raise
        raise Conflict(f"{place.folder} was changed meanwhile by another process", "try again") from error


def can_link(source: Path, destination: Path) -> None:
    """Raises GhostError where hard links cannot reach: another filesystem. Prod without data yet is fine."""
    if source.exists() and source.stat().st_dev != _existing(destination).stat().st_dev:
        raise GhostError(
            f"{source} and {destination} are on different filesystems, so prod's files cannot be hard-linked",
            "keep the whole home of the warehouse on one filesystem",
        )


def link_tree(source: Path, destination: Path, link: Link = os.link) -> int:
    """Hard-link every file of `source` to the same place in `destination`; returns how many.

    A file that dropped out of sight meanwhile raises NotFound: the caller holds prod's lock, so it never should.
    """
    with _unchanged(Place(destination.parent)):
        destination.mkdir(exist_ok=True)
    count = 0
    for file in _files(source):
        target = destination / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            link(str(file), str(target))
        except FileNotFoundError as error:
            if file.exists():
                raise Conflict(f"{destination} was changed meanwhile by another process", "try again") from error
            raise NotFound(f"{file} vanished while it was linked", "run ghost_clone again") from error
        except OSError as error:
            hint = OWNERSHIP if error.errno == errno.EPERM else ONE_FILESYSTEM
            raise GhostError(f"{file} cannot be hard-linked into {destination}: {error.strerror}", hint) from error
        count += 1
    return count


def owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def symlinks(folder: Path) -> Iterator[Path]:
    """Every symbolic link below the folder; they are not followed."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name) if folder.is_dir() else ():
        if entry.is_symlink():
            yield Path(entry.path)
        elif entry.is_dir():
            yield from symlinks(Path(entry.path))


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _is_dead(owner: str) -> bool:
    """Is it a process of this machine that no longer runs? Unknown is no."""
    host, _, process = owner.rpartition(":")
    return host == socket.gethostname() and process.isdecimal() and not runs(int(process))
