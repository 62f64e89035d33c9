"""What `code:` of a step names, what goes into its package, and what a branch touched. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from unicodedata import normalize

CodeKind = Literal["folder", "zip", "image", "changed"]

CHANGED = "changed"

_IMAGE = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?"
    r"/(?P<repository>[a-z0-9]+([._/-]+[a-z0-9]+)*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))"
)


@dataclass(frozen=True)
class ImageUri:
    """A container image in ECR, by its tag or its digest (`sha256:` and 64 hex digits); the other is empty."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str
    text: str

    @classmethod
    def of(cls, text: str) -> ImageUri:
        """Raises ValueError."""
        found = _IMAGE.fullmatch(text)
        if not found:
            raise ValueError(
                "must be an image in ECR, as <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag> "
                "or @sha256:<digest>: Lambda takes no other registry"
            )
        parts = {name: found[name] or "" for name in ("account", "region", "repository", "tag", "digest")}
        return cls(**parts, text=text)

    def at(self, digest: str) -> str:
        """The same repository's image with that digest."""
        return f"{self.text.partition('/')[0]}/{self.repository}@{digest}"


def checked_code(code: str) -> str:
    """The value of `code:`. Raises ValueError for what is outside the project, and for images that are not in ECR."""
    if code.startswith("/") or re.match(r"[A-Za-z]:[\\/]", code) or ".." in re.split(r"[\\/]", code):
        raise ValueError("must be inside the project: a path below dbt_project.yml, not absolute and without `..`")
    if "\\" in code:
        raise ValueError("must be written with / between folders, as every machine reads it")
    if kind_of_code(code) == "image":
        ImageUri.of(code)
    return code


def kind_of_code(code: str) -> CodeKind:
    if code == CHANGED:
        return "changed"
    if ":" in code or ".dkr.ecr." in code:
        return "image"
    return "zip" if code.lower().endswith(".zip") else "folder"


def is_packaged(path: str) -> bool:
    """Does a file (or folder) at this path below a code folder belong to its package?

    Compiled Python does not, nor does what is, or lies in, a name that begins with a dot (.env, .git, .venv,
    .DS_Store): those are a machine's own.
    """
    parts = path.split("/")
    return not (path.endswith((".pyc", ".pyo")) or any(part == "__pycache__" or part[:1] == "." for part in parts))


@dataclass(frozen=True)
class Touched:
    """What differs between the project's files and where the branch left the default branch, deletions included.

    Paths are relative to the project, with `/`, also at the end of a folder's (a submodule); what lies outside of the
    project begins with `../`. `ignored` are files and folders that git does not look at: it knows of no change there.
    """

    base: str
    paths: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    def leaves_alone(self, folder: str) -> bool:
        """Is everything in the package of that folder as it was where the branch began? Unknown is no."""
        unseen = (below for path in self.ignored if (below := _below(path, folder)) is not None)
        return not (any(_below(path, folder) is not None for path in self.paths) or any(map(is_packaged, unseen)))

    def folders_called(self, names: Collection[str]) -> tuple[str, ...]:
        """The folders with touched files in or below them whose last name is one of `names`; `_` and `-` are alike."""
        wanted = {_alike(name) for name in names}
        return tuple(sorted({folder for path in self.paths for folder in _folders_above(path, wanted)}))


@dataclass(frozen=True)
class Untold:
    """Git cannot say what the branch touched: why, and what would help."""

    why: str
    hint: str


def _below(path: str, folder: str) -> str | None:
    """The path as seen from the folder; empty if it is the folder or above it, None if it is elsewhere."""
    inner, outer = _parts(path), _parts(folder)
    if inner[: len(outer)] == outer:
        return "/".join(inner[len(outer) :])
    return "" if outer[: len(inner)] == inner else None


def _parts(path: str) -> list[str]:
    return [part for part in normalize("NFC", path).split("/") if part not in ("", ".")]


def _folders_above(path: str, names: Collection[str]) -> Iterator[str]:
    *folders, _ = normalize("NFC", path).split("/")
    for n, name in enumerate(folders):
        if name.startswith(".") and name != "..":
            return
        if _alike(name) in names:
            yield "/".join(folders[: n + 1])


def _alike(name: str) -> str:
    return normalize("NFC", name).replace("_", "-")


def outside(folders: Iterable[str]) -> tuple[str, ...]:
    """Those that do not lie in the project."""
    return tuple(folder for folder in folders if folder.split("/")[0] == "..")
