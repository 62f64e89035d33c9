"""The demo's ingestion code, loaded as Lambda does it: by file, outside any package; and its real data."""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.branch import apply_branch

PROJECT = Path(__file__).parents[2] / "integration_tests"
DATA = PROJECT / "data"

Row = dict[str, str]


@dataclass
class Buckets:
    """S3 as the handlers use it: objects by (bucket, key), and the keys that were read, in order."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    __hash__ = object.__hash__

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        self.reads.append(Key)
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        assert ContentType == "text/csv"
        self.objects[Bucket, Key] = Body

    def rows(self, bucket: str, key: str) -> list[Row]:
        return list(csv.DictReader(io.StringIO(self.objects[bucket, key].decode())))


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"app_{'_'.join(path.parts[-4:-1])}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def prod_clean() -> ModuleType:
    return load(PROJECT / "ingestion/clean/app.py")


@pytest.fixture(scope="session")
def branch_clean(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("branch")
    shutil.copytree(PROJECT / "ingestion", folder / "ingestion")
    apply_branch(folder, only="ingestion/*")
    return load(folder / "ingestion/clean/app.py")


@pytest.fixture(scope="session")
def prod_enrich() -> ModuleType:
    return load(PROJECT / "ingestion/enrich/app.py")


@pytest.fixture
def raw() -> Buckets:
    """The raw bucket with everything that production holds in it."""
    buckets = Buckets()
    for file in sorted(DATA.glob("*/*.csv.gz")):
        buckets.objects["flights-raw", f"{file.parent.name}/{file.name}"] = file.read_bytes()
    return buckets
