"""Packages: the same input gives the same bytes; comparison looks at contents only."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import TAP_HANDLER
from dbt_ghost.providers import artifacts
from tests.local_aws import file_of


def test_the_package_is_a_constant_of_names_and_contents(tmp_path: Path) -> None:
    """The number was computed once: another machine, Python or zlib must come to the same."""
    file_of(tmp_path / "one", "app.py", "def handler(event, context): ...\n")
    file_of(tmp_path / "one", "lib/é.txt", "x")
    file_of(tmp_path / "two", "lib/é.txt", "x").chmod(0o600)
    os.utime(file_of(tmp_path / "two", "app.py", "def handler(event, context): ...\n"), (1e9, 1e9))
    packages = [artifacts.pack(tmp_path / name) for name in ("one", "two")]
    assert [artifacts.sha256(package) for package in packages] == ["DVaJNKksIqkTjIFccNrIYFdgRu3E9uBC6gE6HxGYNVA="] * 2


def test_compiled_python_is_left_out(tmp_path: Path) -> None:
    file_of(tmp_path, "app.py", "")
    file_of(tmp_path, "app.pyc", "")
    file_of(tmp_path, "lib/__pycache__/app.cpython-311.pyc", "")
    file_of(tmp_path, "lib/__pycache__/notes.txt", "")
    assert artifacts.contents(artifacts.pack(tmp_path)) == {"app.py": b""}


def test_what_a_machine_keeps_under_names_with_a_dot_is_left_out(tmp_path: Path) -> None:
    file_of(tmp_path, "lib/app.py", "")
    for name in (".env", ".DS_Store", "lib/.env", ".git/config", ".venv/lib/x.py", "lib/.cache/deep/x.py"):
        file_of(tmp_path, name, "secret")
    (tmp_path / ".venv" / "python").symlink_to("/usr/bin/python3")  # as every virtual environment has
    (tmp_path / ".link").symlink_to("/etc")
    assert artifacts.contents(artifacts.pack(tmp_path)) == {"lib/app.py": b""}


@pytest.mark.parametrize("outer", ["__pycache__", ".work"])
def test_what_the_folder_itself_lies_in_does_not_matter(tmp_path: Path, outer: str) -> None:
    file_of(tmp_path / outer / "code", "app.py", "")
    assert artifacts.contents(artifacts.pack(tmp_path / outer / "code")) == {"app.py": b""}


def test_missing_empty_and_linked_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GhostError, match="does not exist"):
        artifacts.pack(tmp_path / "nowhere")
    with pytest.raises(GhostError, match="has no files"):
        artifacts.pack(tmp_path)
    file_of(tmp_path, "app.py", "")
    (tmp_path / "link.py").symlink_to(tmp_path / "app.py")
    with pytest.raises(GhostError, match="is a link"):
        artifacts.pack(tmp_path)


def with_another_coat(files: dict[str, bytes]) -> bytes:
    """The same files in another order, time, mode and compression, with folders listed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("lib")
        for name in sorted(files, reverse=True):
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2)), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


NAMES = st.from_regex(r"[a-z]{1,8}\.py", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=40), min_size=1), st.binary(max_size=40))
def test_only_contents_count_when_packages_are_compared(files: dict[str, bytes], other: bytes) -> None:
    package, name = artifacts.zipped(files), min(files)
    assert artifacts.same_contents(package, with_another_coat(files))
    assert artifacts.same_contents(package, artifacts.zipped(files | {name: other})) == (files[name] == other)
    assert not artifacts.same_contents(package, artifacts.zipped(files | {"new.txt": b""}))


def test_what_is_no_zip_is_an_error() -> None:
    with pytest.raises(GhostError, match="cannot be read"):
        artifacts.same_contents(b"nonsense", b"nonsense")


def test_the_tap_is_one_file_whose_handler_exists() -> None:
    files = artifacts.contents(artifacts.tap())
    module, function = TAP_HANDLER.split(".")
    assert list(files) == [f"{module}.py"]
    assert f"def {function}(" in files[f"{module}.py"].decode()
