"""Packages: the same input gives the same bytes; comparison looks at contents only."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.errors import GhostError, NotFound, Refused
from dbt_ghost.core.naming import TAP_HANDLER
from dbt_ghost.core.step_code import Untold
from dbt_ghost.providers import artifacts
from dbt_ghost.providers.artifacts import ZipPackages
from tests.local_aws import file_of


def test_the_package_is_a_constant_of_names_and_contents(tmp_path: Path) -> None:
    """The number was computed once: another machine, Python or zlib must come to the same."""
    file_of(tmp_path / "one", "app.py", "def handler(event, context): ...\n")
    file_of(tmp_path / "one", "lib/é.txt", "x")
    file_of(tmp_path / "two", "lib/é.txt", "x").chmod(0o600)
    os.utime(file_of(tmp_path / "two", "app.py", "def handler(event, context): ...\n"), (1e9, 1e9))
    (tmp_path / "two" / "app.py").chmod(0o755)
    (tmp_path / "two" / "no-files").mkdir()
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
    with pytest.raises(NotFound, match="does not exist"):
        artifacts.pack(tmp_path / "nowhere")
    file_of(tmp_path, "lib/.env", "")
    with pytest.raises(Refused, match="has no files"):
        artifacts.pack(tmp_path)
    file_of(tmp_path, "app.py", "")
    (tmp_path / "link.py").symlink_to(tmp_path / "app.py")
    with pytest.raises(Refused, match="is a link"):
        artifacts.pack(tmp_path)


@pytest.mark.parametrize("leads_to", ["lib", "nowhere"])
def test_links_to_folders_and_to_nothing_are_refused_too(tmp_path: Path, leads_to: str) -> None:
    file_of(tmp_path, "lib/app.py", "")
    (tmp_path / "link").symlink_to(tmp_path / leads_to)
    with pytest.raises(Refused, match="is a link"):
        artifacts.pack(tmp_path)


def test_empty_files_are_files(tmp_path: Path) -> None:
    file_of(tmp_path, "lib/__init__.py", "")
    assert artifacts.contents(artifacts.pack(tmp_path)) == {"lib/__init__.py": b""}


def test_order_is_by_name_however_the_folders_are_read(tmp_path: Path) -> None:
    for name in ("b/z.py", "b.py", "a/y.py", "c.py", "a.py", "b/a/x.py"):
        file_of(tmp_path, name, "")
    assert list(artifacts.contents(artifacts.pack(tmp_path))) == [
        *("a.py", "a/y.py", "b.py", "b/a/x.py", "b/z.py", "c.py")
    ]


def test_a_name_means_the_same_in_either_form_of_unicode(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        file_of(tmp_path / form, unicodedata.normalize(form, "été.txt"), "x")
    assert artifacts.pack(tmp_path / "NFD") == artifacts.pack(tmp_path / "NFC")
    assert list(artifacts.contents(artifacts.pack(tmp_path / "NFD"))) == [unicodedata.normalize("NFC", "été.txt")]


def test_two_files_whose_names_would_be_one_are_refused(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        file_of(tmp_path, unicodedata.normalize(form, "été.txt"), "x")
    with pytest.raises(Refused, match="how Unicode writes it"):
        artifacts.pack(tmp_path)


def test_a_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")).write_text("")
    with pytest.raises(Refused, match="not Unicode") as refused:
        artifacts.pack(tmp_path)
    refused.value.message.encode()  # can be written to a terminal


def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    file_of(tmp_path, "app.py", "")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="neither a file nor a folder"):
        artifacts.pack(tmp_path)


def test_what_cannot_be_looked_into_is_not_left_out_in_silence(tmp_path: Path) -> None:
    """Folders deeper than a path can say: not even an administrator, who may read the rest, can list them."""
    file_of(tmp_path, "app.py", "")
    inner = os.open(tmp_path, os.O_RDONLY)
    for _ in range(os.pathconf(tmp_path, "PC_PATH_MAX") // 200):
        os.mkdir("x" * 200, dir_fd=inner)
        outer, inner = inner, os.open("x" * 200, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    with pytest.raises(GhostError, match="cannot be read: File name too long"):
        artifacts.pack(tmp_path)


@pytest.mark.parametrize("path", ["../code", "code/../../code", "/etc"])
def test_code_outside_the_project_is_refused(tmp_path: Path, path: str) -> None:
    file_of(tmp_path, "code/app.py", "")
    file_of(tmp_path, "project/code/app.py", "")
    packages = ZipPackages(tmp_path / "project")
    for read in (packages.folder, packages.file):
        with pytest.raises(Refused, match="is outside the project"):
            read(path)
    assert artifacts.contents(packages.folder("./code/")) == {"app.py": b""}


@pytest.mark.parametrize("path", ["link", "link/lib"])
def test_code_that_a_link_leads_to_is_refused(tmp_path: Path, path: str) -> None:
    file_of(tmp_path, "elsewhere/lib/app.py", "")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="link is a link"):
        ZipPackages(tmp_path / "project").folder(path)


def test_the_project_itself_may_lie_behind_a_link(tmp_path: Path) -> None:
    file_of(tmp_path, "real/code/app.py", "")
    (tmp_path / "project").symlink_to(tmp_path / "real")
    for project in (tmp_path / "project", tmp_path / "real" / ".." / "project"):
        assert artifacts.contents(ZipPackages(project).folder("code")) == {"app.py": b""}


def test_a_zip_is_taken_byte_for_byte(tmp_path: Path) -> None:
    package = with_another_coat({"app.py": b"x", ".env": b"kept"})
    (tmp_path / "clean.zip").write_bytes(package)
    assert ZipPackages(tmp_path).file("clean.zip") == package


def test_a_zip_that_is_none_or_empty_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "empty.zip").write_bytes(artifacts.zipped({}))
    packages = ZipPackages(tmp_path)
    with pytest.raises(Refused, match="is no zip file"):
        packages.file("text.zip")
    with pytest.raises(Refused, match="has no files"):
        packages.file("empty.zip")
    with pytest.raises(NotFound, match=r"other.zip does not exist"):
        packages.file("other.zip")


def test_what_the_branch_touched_is_gits_word(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], env=environ, check=True)
    for path, said in ((os.environ["PATH"], "no commit yet"), ("/nowhere", "not installed")):
        told = ZipPackages(tmp_path, {**environ, "PATH": path}).touched()
        assert isinstance(told, Untold) and said in told.why


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


def test_equal_checksums_are_not_taken_for_equal_contents() -> None:
    """Four bytes make a text's CRC-32 what one likes."""
    one, other = b"plumless", b"buckeroo"
    assert zlib.crc32(one) == zlib.crc32(other)
    assert not artifacts.same_contents(artifacts.zipped({"app.py": one}), artifacts.zipped({"app.py": other}))


def test_a_package_that_is_cut_off_inside_is_an_error() -> None:
    good = with_another_coat({"app.py": b"x" * 999})
    start = good.index(b"app.py") + len("app.py")
    broken = good[:start] + b"\xff" * 4 + good[start + 4 :]
    with pytest.raises(GhostError, match="cannot be read"):
        artifacts.same_contents(good, broken)


def test_what_is_no_zip_is_an_error() -> None:
    with pytest.raises(GhostError, match="cannot be read"):
        artifacts.same_contents(b"nonsense", b"nonsense")


def test_the_taps_package_has_its_handler_and_all_that_this_imports(tmp_path: Path) -> None:
    for name, content in artifacts.contents(artifacts.tap()).items():
        (tmp_path / name).write_bytes(content)
    module, function = TAP_HANDLER.split(".")
    alone = f"import sys; sys.modules['dbt_ghost'] = None; sys.path.insert(0, {str(tmp_path)!r})"
    code = f"{alone}; import {module}; print({module}.__file__, callable({module}.{function}))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(tmp_path / f"{module}.py"), "True"]


def test_a_package_with_the_runtime_is_told_from_one_without() -> None:
    runtime = (Path(artifacts.__file__).parents[1] / "runtime.py").read_bytes()
    assert artifacts.asks_runtime(artifacts.zipped({"vendored/ghost_runtime.py": runtime, "app.py": b""}))
    assert not artifacts.asks_runtime(artifacts.zipped({"app.py": b"from runtime import output_bucket"}))
