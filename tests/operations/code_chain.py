"""A chain of which only the code matters: production's packages or image, and what the branch has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import cast

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.resources import Image
from dbt_ghost.core.topology import ProdFunction, Step, Topology
from dbt_ghost.operations.code import CodeOfSteps, code_of_steps
from dbt_ghost.operations.world import Prod
from tests.operations.fake_packages import FakeImages, FakePackages
from tests.prod_functions import ACCOUNT, prod_function

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/clean"
OLD = "0f" * 32


@dataclass
class FakeArtifacts:
    """Production of which only the packages are asked for, by function and qualifier."""

    packages: dict[tuple[str, str], bytes]
    read: list[tuple[str, str]] = field(default_factory=list)
    meet: Callable[[], object] = lambda: None
    lock: Lock = field(default_factory=Lock)

    def artifact(self, function: str, qualifier: str = "") -> bytes:
        with self.lock:
            self.read.append((function, qualifier))
        self.meet()
        if (function, qualifier) not in self.packages:
            raise GhostError(f"{function}:{qualifier} runs no package")
        return self.packages[function, qualifier]


@dataclass
class Chain:
    """Steps of functions `p-<step>`, whose code in production is `<step> v1` or an image, and the branch's setting."""

    code: dict[str, str | None]
    image: bool = False
    packages: FakePackages = field(default_factory=lambda: FakePackages(folders={}))
    images: FakeImages = field(default_factory=FakeImages)
    qualifier: str = ""
    prods: Callable[[str], bytes] = lambda step: f"{step} v1".encode()

    def __post_init__(self) -> None:
        packages = {(f"p-{step}", self.qualifier): self.prods(step) for step in self.code}
        self.prod = FakeArtifacts({} if self.image else packages)

    def function(self, step: str) -> ProdFunction:
        zipped = replace(prod_function(f"p-{step}", self.prods(step)), qualifier=self.qualifier)
        image = Image(f"{REPOSITORY}@sha256:{OLD}", ("app.handler",), ("/entry",), "/srv")
        return replace(zipped, image=image, code_sha256=OLD, runtime="", handler="") if self.image else zipped

    def read(self) -> CodeOfSteps:
        steps = {name: {"function": f"p-{name}", "code": code} for name, code in self.code.items()}
        ingestion = {"steps": steps}
        config = GhostConfig.model_validate({"project": "shop", "databases": ["PROD"], "ingestion": ingestion})
        found = tuple(Step(name, self.function(name), ()) for name in self.code)
        prod = cast(Prod, self.prod)  # the rest of prod is in the topology
        return code_of_steps(prod, self.packages, self.images, config, Topology(ACCOUNT, found, ()))
