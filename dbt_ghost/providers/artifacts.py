"""Deployment packages: the same folder gives the same bytes, and so the same SHA-256, on every machine."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from dbt_ghost.core.blueprint.sharing import ROUTE_TAG
from dbt_ghost.core.errors import GhostError, NotFound, Refused
from dbt_ghost.core.step_code import Touched, Untold, is_packaged
from dbt_ghost.providers import git

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can say
MODE = 0o100755  # readable for Lambda's user; git's executable bit may get lost on the way, so every file has it
UNIX = 3
CORRECT = "correct `code:` of the step in dbt_project.yml"
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for what is no zip, is cut off or encrypted, or is packed in a way that Python does not know."""


def pack(folder: Path) -> bytes:
    """The files below `folder` as a zip, without what `core.step_code.is_packaged` leaves out.

    Raises NotFound for a missing folder; Refused for an empty one, for links, and for what is neither file nor folder.
    """
    if not folder.is_dir():
        raise NotFound(f"code folder {folder} does not exist", CORRECT)
    files: dict[str, bytes] = {}
    with _readable():
        for path in _files(folder):
            name = _name(path, folder)
            if name in files:
                raise Refused(f"{path}: another's name differs only in how Unicode writes it", "rename one of the two")
            files[name] = path.read_bytes()
    if not files:
        raise Refused(f"code folder {folder} has no files", CORRECT)
    return zipped(files)


def zip_file(path: Path) -> bytes:
    """The bytes of a zip as they are. Raises NotFound, and Refused for what is no zip, or one without files."""
    if not path.is_file():
        raise NotFound(f"zip file {path} does not exist", f"build it, or {CORRECT}")
    with _readable():
        package = path.read_bytes()
    try:
        with _opened(package) as archive:
            empty = not _entries(archive)
    except GhostError as error:
        raise Refused(f"{path} is no zip file: {error.message}", "build it again") from error
    if empty:
        raise Refused(f"zip file {path} has no files", f"build it again, or {CORRECT}")
    return package


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
    with _opened(package) as archive:
        return {name: archive.read(entry) for name, entry in _entries(archive).items()}


def same_contents(one: bytes, other: bytes) -> bool:
    """Do two packages hold the same files, whatever their times, modes, order and compression?"""
    with _opened(one) as ours, _opened(other) as theirs:
        mine, its = _entries(ours), _entries(theirs)
        if {name: entry.CRC for name, entry in mine.items()} != {name: entry.CRC for name, entry in its.items()}:
            return False  # without unpacking either
        return all(ours.read(entry) == theirs.read(its[name]) for name, entry in mine.items())


def asks_runtime(package: bytes) -> bool:
    """Every version of `dbt_ghost/runtime.py` holds the tag that it reads the route from."""
    return any(ROUTE_TAG.encode() in content for name, content in contents(package).items() if name.endswith(".py"))


@contextmanager
def _opened(package: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            yield archive
    except UNREADABLE as error:
        raise GhostError(f"a deployment package cannot be read: {error}", "build and deploy it again") from error


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    return {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}


TAP_FILES = ("handler.py", "shapes.py", "staging.py")


def tap() -> bytes:
    """The package of the ghost's own tap, for the handler `core.naming.TAP_HANDLER`."""
    folder = Path(__file__).parents[1] / "tap"
    return zipped({name: (folder / name).read_bytes() for name in TAP_FILES})


@dataclass(frozen=True)
class ZipPackages:
    """`operations.world.Packages` for the code of one dbt project; without `environ`, git has this process's."""

    project: Path
    environ: Mapping[str, str] | None = None

    def folder(self, path: str) -> bytes:
        return pack(self._inside(path))

    def file(self, path: str) -> bytes:
        return zip_file(self._inside(path))

    def touched(self) -> Touched | Untold:
        return git.touched(self.project, self.environ)

    def tap(self) -> bytes:
        return tap()

    def sha256(self, package: bytes) -> str:
        return sha256(package)

    def asks_runtime(self, package: bytes) -> bool:
        return asks_runtime(package)

    def same_contents(self, one: bytes, other: bytes) -> bool:
        return same_contents(one, other)

    def _inside(self, path: str) -> Path:
        """Raises Refused for what is outside the project, or reached by a link."""
        project = self.project.resolve()
        inside = Path(os.path.normpath(project / path))
        if not inside.is_relative_to(project):
            raise Refused(f"code {path} is outside the project", f"move it below {self.project}, or {CORRECT}")
        for each in (inside, *inside.parents):
            if each == project:
                return inside
            _refuse_link(each)
        return inside


def _files(folder: Path) -> Iterator[Path]:
    """Every file of the package. What is left out is not even looked into."""
    for above, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if is_packaged(name)]
        for name in (*folders, *files):
            if is_packaged(name):
                _refuse_link(Path(above, name))
        for path in (Path(above, name) for name in files if is_packaged(name)):
            if not path.is_file():
                raise Refused(f"{path} is neither a file nor a folder", "take it out of the code folder")
            yield path


def _name(path: Path, folder: Path) -> str:
    """As Linux has it; macOS may hand out the same name in another form of Unicode."""
    name = normalize("NFC", path.relative_to(folder).as_posix())
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{os.fsencode(path)!r}: its name is not Unicode", "rename the file") from error
    return name


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GhostError(f"{error.filename} cannot be read: {error.strerror}", "make it readable") from error


def _raise(error: OSError) -> None:
    raise error


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise Refused(f"{path} is a link, which means something else on every machine", "copy what it leads to")
