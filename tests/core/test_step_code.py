"""What `code:` means, and what follows from the files that a branch touched."""

from __future__ import annotations

import unicodedata

import pytest

from dbt_ghost.core.step_code import CodeKind, ImageUri, Touched, is_packaged, kind_of_code, outside

REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = f"sha256:{'0f' * 32}"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *(("clean", "folder"), ("./changed", "folder"), ("clean.zip/code", "folder"), (".", "folder")),
        *(("build/clean.zip", "zip"), ("CLEAN.ZIP", "zip"), ("changed", "changed")),
        *((f"{REGISTRY}/clean:v2", "image"), (f"{REGISTRY}/clean", "image"), ("docker.io/clean:v2", "image")),
    ],
)
def test_the_kind_of_code_is_told_by_its_form(code: str, kind: CodeKind) -> None:
    assert kind_of_code(code) == kind


def test_an_image_is_known_by_its_parts_and_stays_in_its_repository_by_digest() -> None:
    tagged = ImageUri.of(f"{REGISTRY}/team/clean:v2.1")
    assert (tagged.account, tagged.region, tagged.repository) == ("111111111111", "eu-west-1", "team/clean")
    assert (tagged.tag, tagged.digest) == ("v2.1", "")
    assert tagged.at(DIGEST) == f"{REGISTRY}/team/clean@{DIGEST}"
    by_digest = ImageUri.of(f"{REGISTRY}/clean@{DIGEST}")
    assert (by_digest.tag, by_digest.digest) == ("", DIGEST)
    assert by_digest.at(DIGEST) == by_digest.text


@pytest.mark.parametrize(
    "uri",
    [
        *(f"{REGISTRY}/clean", f"{REGISTRY}/clean:", f"{REGISTRY}/clean@sha256:0f", f"{REGISTRY}/Clean:v2"),
        *(f"{REGISTRY}/clean:v2 ", f"{REGISTRY}/clean:v2\n", f"https://{REGISTRY}/clean:v2", f"1{REGISTRY}/clean:v2"),
        *("public.ecr.aws/lambda/python:3.12", f"{REGISTRY}.evil.example/clean:v2", f"{REGISTRY}/clean/:v2"),
    ],
)
def test_what_is_no_image_in_ecr_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="must be an image in ECR"):
        ImageUri.of(uri)


@pytest.mark.parametrize("path", ["app.py", "lib/a.so", "a.b/c", "été.txt", "pyc", "__pycache__.py"])
def test_code_is_packaged(path: str) -> None:
    assert is_packaged(path)


@pytest.mark.parametrize("path", [".env", "lib/.git/config", "a.pyc", "a.pyo", "lib/__pycache__/notes.txt"])
def test_what_is_compiled_or_a_machines_own_is_not(path: str) -> None:
    assert not is_packaged(path)


@pytest.mark.parametrize("folder", ["clean", "./clean/", "clean/lib"])
@pytest.mark.parametrize("path", ["clean/lib/a.py", "clean/", "clean/lib/"])
def test_a_folder_is_not_left_alone_if_something_in_it_is_touched_or_unseen(path: str, folder: str) -> None:
    assert not Touched("main", (path,)).leaves_alone(folder)
    assert not Touched("main", (), (path,)).leaves_alone(folder)


@pytest.mark.parametrize("path", ["cleaner/a.py", "enrich/clean/a.py", "../clean/a.py", "clean.py", "docs/"])
def test_a_folder_is_left_alone_by_what_lies_elsewhere(path: str) -> None:
    assert Touched("main", (path,), (path,)).leaves_alone("clean")


def test_what_no_package_holds_may_stay_unseen_but_not_change() -> None:
    assert Touched("main", (), ("clean/.env", "clean/__pycache__/", "clean/a.pyc")).leaves_alone("clean")
    assert not Touched("main", ("clean/.env",)).leaves_alone("clean")


def test_the_form_of_unicode_makes_no_other_folder() -> None:
    decomposed = unicodedata.normalize("NFD", "été")
    assert not Touched("main", (f"{decomposed}/a.py",)).leaves_alone("été")
    assert Touched("main", (f"{decomposed}/a.py",)).folders_called(["été"]) == ("été",)


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (("ingestion/clean/app.py", "ingestion/clean/lib/deep/b.py"), ("ingestion/clean",)),
        (("lambdas/shop_clean/app.py",), ("lambdas/shop_clean",)),
        (("lambdas/shop-clean/app.py",), ("lambdas/shop-clean",)),
        (("ingestion/clean/app.py", "models/clean/a.sql"), ("ingestion/clean", "models/clean")),
        (("clean/clean/app.py",), ("clean", "clean/clean")),
        (("vendored/clean/",), ("vendored/clean",)),
        (("../lambdas/clean/app.py",), ("../lambdas/clean",)),
        (("clean", "clean.py", "ingestion/cleaner/a.py", "ingestion/enrich/a.py", "models/clean.sql"), ()),
        ((".github/clean/a.yml", "x/.venv/clean/a.py"), ()),
        ((), ()),
    ],
)
def test_a_steps_folder_is_the_touched_one_with_its_name(paths: tuple[str, ...], folders: tuple[str, ...]) -> None:
    assert Touched("main", paths).folders_called(["clean", "shop_clean"]) == folders


def test_what_lies_outside_is_told_apart() -> None:
    assert outside(["clean", "../clean", "..x/clean"]) == ("../clean",)
