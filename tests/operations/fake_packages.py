"""The branch's code as the tests give it. What they do not give is not there."""

from __future__ import annotations

from dataclasses import dataclass, field

from dbt_ghost.core.errors import NotFound
from dbt_ghost.core.step_code import ImageUri, Touched, Untold
from dbt_ghost.providers.artifacts import sha256


@dataclass
class FakePackages:
    """The branch's folders and zips; packages have the same contents when they are equal up to their first line."""

    folders: dict[str, bytes] = field(default_factory=lambda: {"clean": b"clean v2", "enrich": b"enrich v1"})
    files: dict[str, bytes] = field(default_factory=dict)
    what_git_says: Touched | Untold = field(default_factory=lambda: Untold("no git here", "install it"))

    def folder(self, path: str) -> bytes:
        return _given(self.folders, path)

    def file(self, path: str) -> bytes:
        return _given(self.files, path)

    def touched(self) -> Touched | Untold:
        return self.what_git_says

    def tap(self) -> bytes:
        return b"the tap"

    def sha256(self, package: bytes) -> str:
        return sha256(package)

    def asks_runtime(self, package: bytes) -> bool:
        return b"runtime" in package

    def same_contents(self, one: bytes, other: bytes) -> bool:
        return one.split(b"\n")[0] == other.split(b"\n")[0]


@dataclass
class FakeImages:
    """A registry: digests by tag, of one repository or all."""

    tags: dict[str, str] = field(default_factory=dict)

    def digest(self, image: ImageUri) -> str:
        if image.digest:
            return image.digest
        if image.tag not in self.tags:
            raise NotFound(f"image {image.text} does not exist")
        return self.tags[image.tag]


def _given(packages: dict[str, bytes], path: str) -> bytes:
    if path not in packages:
        raise NotFound(f"{path} does not exist")
    return packages[path]
