"""Deployment packages: the same folder gives the same bytes, and so the same SHA-256, on every machine."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from dbt_ghost.core.errors import GhostError

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can say
MODE = 0o100755  # readable for Lambda's user; git's executable bit may get lost on the way, so every file has it
UNIX = 3


def pack(folder: Path) -> bytes:
    """The files below `folder` as a zip, without compiled Python and without every file and folder whose name begins
    with a dot (.env, .git, .venv, .DS_Store): those are a machine's own.

    Raises GhostError for an empty or missing folder, and for links.
    """
    if not folder.is_dir():
        raise GhostError(f"code folder {folder} does not exist", "correct `code:` of the step in dbt_project.yml")
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _belongs(path, folder)}
    if not found:
        raise GhostError(f"code folder {folder} has no files", "correct `code:` of the step in dbt_project.yml")
    return zipped({name: path.read_bytes() for name, path in found.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of paths and contents. Stored, not deflated: compressors differ between machines."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = UNIX, MODE << 16
            entry.compress_type = zipfile.ZIP_STORED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def sha256(package: bytes) -> str:
    """Base64, as Lambda's CodeSha256."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def contents(package: bytes) -> dict[str, bytes]:
    """Path to bytes. Raises GhostError if it is not a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    except zipfile.BadZipFile as error:
        raise GhostError(f"a deployment package cannot be read: {error}", "build and deploy it again") from error


def same_contents(one: bytes, other: bytes) -> bool:
    """Do two packages hold the same files, whatever their times, modes, order and compression?"""
    return contents(one) == contents(other)


def tap() -> bytes:
    """The package of the ghost's own tap, for the handler `core.naming.TAP_HANDLER`."""
    source = Path(__file__).parents[1] / "tap" / "handler.py"
    return zipped({"handler.py": source.read_bytes()})


@dataclass(frozen=True)
class ZipPackages:
    """`operations.world.Packages` for the code folders of one dbt project."""

    project: Path

    def folder(self, path: str) -> bytes:
        return pack(self.project / path)

    def tap(self) -> bytes:
        return tap()

    def sha256(self, package: bytes) -> str:
        return sha256(package)

    def same_contents(self, one: bytes, other: bytes) -> bool:
        return same_contents(one, other)


def _belongs(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if path.suffix == ".pyc" or any(part == "__pycache__" or part.startswith(".") for part in parts):
        return False
    if path.is_symlink():
        raise GhostError(f"{path} is a link, which means something else on every machine", "copy the file instead")
    return path.is_file()
