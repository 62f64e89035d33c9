"""Which code runs in each step, and what is read to find out."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier

import pytest

from dbt_ghost.core.errors import GhostError, NotFound, Refused
from dbt_ghost.core.resources import PACKAGE_LIMIT, Image
from dbt_ghost.core.step_code import Touched, Untold
from dbt_ghost.operations.code import READERS, StepCode, refuse_unaware
from dbt_ghost.providers.artifacts import sha256
from tests.operations.code_chain import OLD, REPOSITORY, Chain, FakeArtifacts
from tests.operations.fake_packages import FakeImages, FakePackages
from tests.prod_functions import prod_function

NEW = "1e" * 32
LARGE = b"x" * (PACKAGE_LIMIT + 1)


def branch(code: str | None, package: bytes = b"", touched: Touched | Untold | None = None) -> Chain:
    """One step, `clean`; `package` is what the branch has in the folder or zip of that name."""
    what = touched or Untold("no git here", "install it")
    packages = FakePackages({"in/clean": package}, {"clean.zip": package}, what)
    return Chain({"clean": code}, packages=packages)


def test_without_code_a_step_runs_prods_own_and_nothing_is_read() -> None:
    chain = branch(None)
    code = chain.read()
    assert code.steps == {"clean": StepCode(sha256(b"clean v1"), changed=False)}
    assert chain.prod.read == []
    assert code.package(sha256(b"clean v1")) == b"clean v1"


@pytest.mark.parametrize("setting", ["in/clean", "clean.zip"])
def test_other_code_is_a_change_and_its_own_bytes_are_deployed(setting: str) -> None:
    code = branch(setting, b"clean v2").read()
    assert code.steps["clean"] == StepCode(sha256(b"clean v2"), changed=True)
    assert code.package(sha256(b"clean v2")) == b"clean v2"
    assert code.notes == ()


@pytest.mark.parametrize("setting", ["in/clean", "clean.zip"])
def test_the_same_bytes_are_no_change_and_nothing_is_downloaded(setting: str) -> None:
    chain = branch(setting, b"clean v1")
    assert chain.read().steps["clean"] == StepCode(sha256(b"clean v1"), changed=False)
    assert chain.prod.read == []


def test_the_same_contents_packed_differently_are_no_change_and_prods_bytes_run() -> None:
    code = branch("in/clean", b"clean v1\npacked elsewhere").read()
    assert code.steps["clean"] == StepCode(sha256(b"clean v1"), changed=False)


def test_prods_code_is_read_where_its_triggers_point() -> None:
    chain = replace(branch("in/clean", b"clean v2"), qualifier="live")
    code = chain.read()
    assert code.steps["clean"].changed
    assert code.package(sha256(b"clean v1")) == b"clean v1"
    assert chain.prod.read == [("p-clean", "live")] * 2


def test_a_folder_that_the_branch_leaves_alone_is_prods_though_prod_moved_on() -> None:
    code = branch("in/clean", b"clean v0", Touched("main", ("models/a.sql",))).read()
    assert code.steps["clean"] == StepCode(sha256(b"clean v1"), changed=False)
    assert code.notes == (
        "clean: prod runs other code than this branch's base; the branch does not touch in/clean, so the ghost runs "
        "prod's",
    )


def test_nothing_is_noted_where_prod_runs_the_same() -> None:
    assert branch("in/clean", b"clean v1\nelsewhere", Touched("main", ())).read().notes == ()


@pytest.mark.parametrize(
    "touched", [Touched("main", ("in/clean/a.py",)), Touched("main", (), ("in/clean/vendor/",)), Untold("no git", "")]
)
def test_a_folder_that_the_branch_touches_or_git_does_not_see_is_told_by_its_contents(
    touched: Touched | Untold,
) -> None:
    assert branch("in/clean", b"clean v2", touched).read().steps["clean"].changed
    assert not branch("in/clean", b"clean v1\nelsewhere", touched).read().steps["clean"].changed


def test_what_git_says_of_a_zip_does_not_matter() -> None:
    packages = FakePackages({"in/enrich": b"enrich v2"}, {"clean.zip": b"clean v2"}, Touched("main", ()))
    found = Chain({"clean": "clean.zip", "enrich": "in/enrich"}, packages=packages).read().steps
    assert {name: code.changed for name, code in found.items()} == {"clean": True, "enrich": False}


@pytest.mark.parametrize("path", ["in/clean/app.py", "in/clean/lib/deep/a.py"])
def test_changed_is_the_touched_folder_of_the_steps_name(path: str) -> None:
    assert branch("changed", b"clean v2", Touched("main", (path,))).read().steps["clean"].changed


def test_changed_is_the_touched_folder_of_the_functions_name() -> None:
    chain = branch("changed", touched=Touched("main", ("in/p_clean/app.py",)))
    chain.packages.folders["in/p_clean"] = b"clean v2"
    assert chain.read().steps["clean"].sha256 == sha256(b"clean v2")


def test_changed_is_prods_own_where_the_branch_touches_nothing_of_the_steps() -> None:
    chain = branch("changed", b"clean v2", Touched("main", ("in/enrich/app.py", "models/clean.sql")))
    assert chain.read().steps["clean"] == StepCode(sha256(b"clean v1"), changed=False)
    assert chain.prod.read == []


@pytest.mark.parametrize(
    ("touched", "said"),
    [
        (Touched("main", ("in/clean/a.py", "models/clean/a.sql")), "several folders .*: in/clean, models/clean"),
        (Touched("main", ("../clean/a.py",)), "touches ../clean, which is outside the project"),
        (Untold("this clone is shallow", "fetch it"), "step clean: `code: changed` cannot be told: this clone is sha"),
    ],
)
def test_changed_is_refused_where_it_cannot_be_told(touched: Touched | Untold, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        branch("changed", b"clean v2", touched).read()
    assert refused.value.hint


def test_a_folder_that_the_branch_removed_is_not_found() -> None:
    with pytest.raises(NotFound):
        branch("changed", touched=Touched("main", ("gone/clean/app.py",))).read()


def image(code: str | None, touched: Touched | None = None) -> Chain:
    packages = FakePackages({"in/clean": b"clean v2"}, {"clean.zip": b"clean v2"}, touched or Untold("", ""))
    tags = FakeImages({"v1": f"sha256:{OLD}", "v2": f"sha256:{NEW}"})
    return Chain({"clean": code}, image=True, packages=packages, images=tags)


@pytest.mark.parametrize("code", [f"{REPOSITORY}:v2", f"{REPOSITORY}@sha256:{NEW}"])
def test_an_image_runs_by_its_digest_with_prods_own_settings(code: str) -> None:
    found = image(code).read()
    settings = Image(f"{REPOSITORY}@sha256:{NEW}", ("app.handler",), ("/entry",), "/srv")
    assert found.steps["clean"] == StepCode(NEW, changed=True, image=settings)
    with pytest.raises(GhostError, match="no package has the CodeSha256"):
        found.package(NEW)


@pytest.mark.parametrize("code", [None, f"{REPOSITORY}:v1", f"{REPOSITORY}-copy:v1", "changed"])
def test_an_unchanged_image_is_prods_by_digest(code: str | None) -> None:
    chain = image(code, Touched("main", ()))
    found = chain.read()
    assert found.steps["clean"] == StepCode(OLD, changed=False, image=chain.function("clean").image)
    with pytest.raises(GhostError, match="no package has the CodeSha256"):
        found.package(OLD)


def test_an_image_of_another_region_is_refused() -> None:
    elsewhere = REPOSITORY.replace("eu-west-1", "us-east-1")
    with pytest.raises(Refused, match="is in us-east-1, and the chain in eu-west-1"):
        image(f"{elsewhere}:v2").read()


@pytest.mark.parametrize("code", ["in/clean", "clean.zip", "changed"])
def test_an_image_function_takes_no_zip_package(code: str) -> None:
    with pytest.raises(Refused, match="cannot turn into a zip package"):
        image(code, Touched("main", ("in/clean/app.py",))).read()


def test_a_zip_function_takes_no_image() -> None:
    with pytest.raises(Refused, match="cannot turn into a container image"):
        branch(f"{REPOSITORY}:v2").read()


@pytest.mark.parametrize("setting", ["in/clean", "clean.zip"])
def test_a_package_that_lambda_does_not_take_is_refused(setting: str) -> None:
    with pytest.raises(Refused, match=f"step clean: the package of {setting} has 50 MB, and Lambda takes 50"):
        branch(setting, LARGE).read()
    assert branch(setting, LARGE[:-1]).read().steps["clean"].changed


def many(count: int) -> Chain:
    names = [f"s{n:02}" for n in range(count)]
    folders = {f"in/{name}": f"{name} v{n % 2 + 1}".encode() for n, name in enumerate(names)}
    return Chain({name: f"in/{name}" for name in reversed(names)}, packages=FakePackages(folders))


def test_steps_keep_their_order_and_each_differing_one_is_read_once() -> None:
    chain = many(20)
    found = chain.read().steps
    assert list(found) == list(chain.code)
    assert {name for name, code in found.items() if code.changed} == {f"s{n:02}" for n in range(1, 20, 2)}
    assert sorted(chain.prod.read) == [(f"p-s{n:02}", "") for n in range(1, 20, 2)]


def test_packages_are_downloaded_side_by_side() -> None:
    """Each waits until as many are under way as there are readers; one after another, the first would wait in vain."""
    chain = many(2 * READERS)
    together = Barrier(READERS)
    chain.prod.meet = lambda: together.wait(timeout=10)
    assert len(chain.read().steps) == 2 * READERS


def test_the_first_step_that_fails_is_told() -> None:
    chain = many(8)
    chain.prod.packages.clear()
    first = next(name for name in chain.code if int(name[1:]) % 2)
    with pytest.raises(GhostError, match=f"p-{first}: runs no package"):
        chain.read()


def test_the_tap_is_one_of_the_packages_and_no_other_is_known() -> None:
    code = branch(None).read()
    assert code.package(code.tap_sha256) == b"the tap"
    with pytest.raises(GhostError, match="no package has the CodeSha256 other"):
        code.package("other")


def test_git_is_only_asked_where_it_matters() -> None:
    class NoGit(FakePackages):
        def touched(self) -> Touched | Untold:
            raise Refused("GHOST_BASE: git knows no commit `x`")

    for code in (None, "clean.zip"):
        Chain({"clean": code}, packages=NoGit({}, {"clean.zip": b"clean v2"})).read()
    with pytest.raises(Refused, match="GHOST_BASE"):
        Chain({"clean": "in/clean"}, packages=NoGit({"in/clean": b"clean v1"})).read()


def test_a_shared_function_must_hold_what_asks_where_to_write() -> None:
    aware, unaware = (FakeArtifacts({("p-load", ""): package}) for package in (b"asks runtime", b"does not"))
    function = prod_function("p-load")
    refuse_unaware(aware, FakePackages(), [function])
    with pytest.raises(Refused, match=r"runtime\.py is not in what prod runs"):
        refuse_unaware(unaware, FakePackages(), [function])
    refuse_unaware(unaware, FakePackages(), [replace(function, image=Image("x"))])
