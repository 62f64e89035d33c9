"""Which code each step of the ghost runs: the branch's where it differs from prod's, else prod's own artifact."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.core.flow import StepCode
from dbt_ghost.core.resources import PACKAGE_LIMIT, Image
from dbt_ghost.core.step_code import CodeKind, ImageUri, Touched, Untold, kind_of_code, outside
from dbt_ghost.core.topology import ProdFunction, Step, Topology
from dbt_ghost.operations.world import Images, Packages, Prod

READERS = 8


@dataclass(frozen=True)
class CodeOfSteps:
    """What every step would run, and the packages behind it, fetched when they are needed.

    `notes` says which steps run prod's code though the branch's folder is another.
    """

    steps: dict[str, StepCode]
    tap_sha256: str
    _sources: dict[str, Callable[[], bytes]] = field(repr=False)
    notes: tuple[str, ...] = ()

    def package(self, sha256: str) -> bytes:
        """The package with that CodeSha256; images have none. Raises GhostError if nothing here has it."""
        if sha256 not in self._sources:
            raise GhostError(f"no package has the CodeSha256 {sha256}", "run the command again")
        return self._sources[sha256]()


def code_of_steps(
    prod: Prod, packages: Packages, images: Images, config: GhostConfig, topology: Topology
) -> CodeOfSteps:
    """Builds the branch's packages and compares their contents with prod's. Makes no changing call.

    Raises Refused for code that a step cannot run, and for `changed` where git cannot say what the branch touched.
    """
    codes = [config.ingestion.steps[step.name].code for step in topology.steps]
    matters = any(code and kind_of_code(code) in ("folder", "changed") for code in codes)
    touched = packages.touched() if matters else Untold("git was not asked", "")
    reader = _Reader(prod, packages, images, topology.account.region, touched)
    with ThreadPoolExecutor(READERS) as readers:
        read = list(readers.map(reader.read, topology.steps, codes))
    tap = packages.tap()
    sources: dict[str, Callable[[], bytes]] = {packages.sha256(tap): partial(bytes, tap)}
    for step in topology.steps:
        if step.function.image is None:
            sources[step.function.code_sha256] = partial(reader.prods_package, step)
    for found in read:  # last: what is here already need not be downloaded
        if found.package is not None:
            sources[found.code.sha256] = partial(bytes, found.package)
    steps = {step.name: found.code for step, found in zip(topology.steps, read, strict=True)}
    return CodeOfSteps(steps, packages.sha256(tap), sources, tuple(found.note for found in read if found.note))


@dataclass(frozen=True)
class _Read:
    """What one step would run; the package if it is the branch's."""

    code: StepCode
    package: bytes | None = field(default=None, repr=False)
    note: str = ""


@dataclass(frozen=True)
class _Reader:
    prod: Prod
    packages: Packages
    images: Images
    region: str
    touched: Touched | Untold

    def read(self, step: Step, code: str | None) -> _Read:
        """`code` is the setting of that name."""
        kind = kind_of_code(code) if code else None
        if kind == "changed":
            code, kind = self._touched_folder(step), "folder"
        if code is None or kind is None:
            return _prods(step)
        _check_kind(step, code, kind)
        return self._image(step, code) if kind == "image" else self._package(step, code, kind)

    def prods_package(self, step: Step) -> bytes:
        return self.prod.artifact(step.function.name, step.function.qualifier)

    def _package(self, step: Step, code: str, kind: CodeKind) -> _Read:
        branch = self.packages.file(code) if kind == "zip" else self.packages.folder(code)
        sha256, function = self.packages.sha256(branch), step.function
        if sha256 == function.code_sha256:
            return _prods(step)
        if self.packages.same_contents(branch, self.prod.artifact(function.name, function.qualifier)):
            return _prods(step)
        if kind == "folder" and isinstance(self.touched, Touched) and self.touched.leaves_alone(code):
            return _prods(
                step,
                f"{step.name}: prod runs other code than this branch's base; the branch does not touch {code}, "
                "so the ghost runs prod's",
            )
        of = "folder" if kind == "folder" else "zip file"
        _check_size(step, code, branch, f"leave out of the {of} what the function does not need")
        return _Read(StepCode(sha256, changed=True), branch)

    def _image(self, step: Step, code: str) -> _Read:
        asked, prods = ImageUri.of(code), step.function.image
        assert prods is not None  # `_check_kind`
        if asked.region != self.region:
            raise Refused(
                f"step {step.name}: image {code} is in {asked.region}, and the chain in {self.region}: Lambda takes "
                "images of its own region only",
                f"push it to a repository in {self.region}, or replicate the repository there",
            )
        digest = self.images.digest(asked)
        if prods.uri.endswith(f"@{digest}"):
            return _prods(step)
        # Prod's own settings of the image stay: they are the function's configuration, not its code.
        image = Image(asked.at(digest), prods.command, prods.entry_point, prods.working_directory)
        return _Read(StepCode(digest.removeprefix("sha256:"), changed=True, image=image))

    def _touched_folder(self, step: Step) -> str | None:
        """None if the branch touched no folder of the step's."""
        if not isinstance(self.touched, Touched):
            raise Refused(f"step {step.name}: `code: changed` cannot be told: {self.touched.why}", self.touched.hint)
        folders = self.touched.folders_called((step.name, step.function.name))
        if len(folders) > 1:
            raise Refused(
                f"step {step.name}: the branch touches several folders that could be its code: {', '.join(folders)}",
                "name the one that is in `code:` of the step",
            )
        if outside(folders):
            raise Refused(
                f"step {step.name}: the branch touches {folders[0]}, which is outside the project",
                "move it below dbt_project.yml; or name a zip file or a container image in `code:`",
            )
        return folders[0] if folders else None


def _prods(step: Step, note: str = "") -> _Read:
    return _Read(StepCode(step.function.code_sha256, changed=False, image=step.function.image), note=note)


def _check_kind(step: Step, code: str, kind: CodeKind) -> None:
    """A function stays what it was made as, a zip package or an image (F 3.5): the other could not be released."""
    name, runs_image = step.function.name, step.function.image is not None
    if runs_image and kind != "image":
        raise Refused(
            f"step {step.name}: its code is {code}, and {name} runs a container image, which Lambda cannot turn into "
            "a zip package",
            "build and push an image, and name it in `code:`; or deploy production as a new function first",
        )
    if kind == "image" and not runs_image:
        raise Refused(
            f"step {step.name}: its code is an image, and {name} runs a zip package, which Lambda cannot turn into "
            "a container image",
            "name a folder or a zip file in `code:`; or deploy production as a new function first",
        )


def _check_size(step: Step, of: str, package: bytes, hint: str) -> None:
    if len(package) > PACKAGE_LIMIT:
        size = len(package) / 2**20
        raise Refused(f"step {step.name}: the package of {of} has {size:.0f} MB, and Lambda takes 50", hint)


def refuse_unaware(prod: Prod, packages: Packages, functions: Collection[ProdFunction]) -> None:
    """Raises Refused for a shared function whose package cannot ask where to write. What an image holds is not seen."""
    for function in functions:
        if function.image is None and not packages.asks_runtime(prod.artifact(function.name, function.qualifier)):
            raise Refused(
                f"{function.name} is declared `ghost_aware`, but dbt_ghost/runtime.py is not in what prod runs, so it "
                "would write the ghost's data into prod",
                "put the file into its package, ask it where to write, and release that; or `downstream: replicate`",
            )
