"""The plan as a page: it says what the text says, needs nothing besides itself, and comes whole or not at all."""

from __future__ import annotations

import os
import re
import resource
import stat
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.graph import Graph, Node, graph_of_project
from dbt_ghost.core.plan import Plan, Update
from dbt_ghost.core.resources import pairs
from dbt_ghost.core.topology import Topology
from ghost_cli.main import cli
from ghost_cli.page_file import write_page
from ghost_cli.render import plan_text
from ghost_cli.render_html import plan_html
from tests.core.blueprint.grounds import by, chain, config, plan
from tests.core.test_drawing_svg import HOSTILE

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
SHARED: GhostConfig = config(
    {
        "steps": {
            "clean": {"function": "p-clean", "code": "clean", "outputs": ["OUT"]},
            "enrich": {"function": "p-enrich", "outputs": ["OUT"], "downstream": "share", "ghost_aware": True},
        }
    }
)


def page_of(made: Plan, graph: Graph | None = None) -> str:
    return plan_html(made, graph or graph_of_project(chain(by("s3")), config()), NOW)


def drawn_plan(topology: Topology, settings: GhostConfig) -> str:
    return page_of(plan(topology, settings), graph_of_project(topology, settings))


def parsed(page: str) -> ET.Element:
    """A browser takes it as HTML; that it is XML as well finds what is not closed or not escaped."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ET.fromstring(page)


def figures(root: ET.Element) -> dict[str, str]:
    terms = ("".join(each.itertext()) for each in root.iter("dt"))
    return dict(zip(terms, ("".join(each.itertext()).strip() for each in root.iter("dd")), strict=True))


def words(text: str) -> list[str]:
    return re.findall(r"[\w/-]+", text)


def plan_command(*options: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["plan", *options])
    assert result.exit_code == exit_code, result.output
    return result


def plans() -> dict[str, Plan]:
    noted = replace(plan(chain(by("sns_sqs"))), notes=("clean: prod's role may also use dynamodb (PutItem)",))
    updated = tuple(Update(change.resource, ("environment", "code_sha256")) for change in noted.changes)
    return {
        "copied": plan(chain(by("s3"))),
        "shared": plan(chain(by("s3")), SHARED),
        "noted": noted,
        "updates": replace(noted, changes=updated),
        "nothing": plan(chain(by("s3")), changed=""),
    }


@pytest.mark.parametrize("name", plans())
def test_every_word_of_the_text_is_on_the_page(name: str) -> None:
    said = words(" ".join(parsed(page_of(plans()[name])).itertext()).lower())
    text = click.unstyle(plan_text(plans()[name])).replace(" -> ", " ").replace("note:", "").replace("Plan:", "")
    assert [word for word in words(text.lower()) if word not in said and word != "-"] == []


def test_it_begins_with_what_becomes_of_production() -> None:
    made = plans()["shared"]
    shown = figures(parsed(page_of(made)))
    assert shown["Production resources modified"] == "0"
    assert shown["Resources to create"] == str(len(made.changes))
    assert shown["Production functions invoked"] == "p-enrich"
    assert "Production functions invoked" not in figures(parsed(page_of(plans()["copied"])))


def test_a_note_and_what_is_not_followed_are_points_of_a_list() -> None:
    graph = Graph((), (), (("clean", "schedule nightly"),))
    points = ["".join(each.itertext()) for each in parsed(page_of(plans()["noted"], graph)).iter("li")]
    assert {"clean: schedule nightly", *plans()["noted"].notes} <= set(points)


@pytest.mark.parametrize(
    ("note", "names"), [("set `cap: 5` or `<b>`", ["cap: 5", "<b>"]), ("a ` alone", []), ("`a` and `b", [])]
)
def test_what_a_note_has_between_backticks_is_a_name(note: str, names: list[str]) -> None:
    root = parsed(page_of(replace(plans()["nothing"], notes=(note,))))
    (point,) = root.iterfind(".//section/ul/li")
    assert [each.text for each in point.iter("code")] == names
    assert "".join(point.itertext()) == (note.replace("`", "") if names else note)


def test_where_nothing_is_to_be_changed_it_says_so() -> None:
    assert "Nothing to change." in list(parsed(page_of(plans()["nothing"])).itertext())


def test_no_environment_value_is_on_it() -> None:
    topology = chain(by("s3"), environment=pairs({"OUT": "p-mid", "LOG_LEVEL": "hunter2"}))
    page = drawn_plan(topology, config(env={"LOG_LEVEL": "copy"}))
    assert "hunter2" not in page


def test_the_picture_is_drawn_for_wide_and_for_narrow_windows_and_has_a_legend_in_words() -> None:
    root = parsed(page_of(plans()["shared"]))
    pictures = [each for each in root.iter("svg") if each.get("role") == "img"]
    assert len(pictures) == 2
    assert len({each.get("width") for each in pictures}) == 2
    (legend,) = [each for each in root.iter("ul") if each.get("class") == "legend"]
    assert [each.text for each in legend.iter("b")] == ["changed", "shared", "ghost's own"]


def test_what_fits_on_a_phone_is_drawn_once() -> None:
    alone = Graph((Node("step", "clean"),), ())
    assert len([each for each in parsed(page_of(plans()["copied"], alone)).iter("svg") if each.get("role")]) == 1


def test_it_can_be_read_without_seeing_it() -> None:
    root = parsed(page_of(plans()["noted"]))
    assert root.get("lang") == "en"
    assert [len(list(root.iter(name))) for name in ("h1", "main", "title")][:2] == [1, 1]
    assert len(list(root.iter("h2"))) == len(list(root.iter("section"))) == 4
    assert {each.get("scope") for each in root.iter("th")} == {"col", "row"}
    assert all(next(table.iter("caption")).text for table in root.iter("table"))
    for row in (row for body in root.iter("tbody") for row in body):
        assert [cell.tag for cell in row].count("th") == 1
    for picture in (each for each in root.iter("svg") if each.get("aria-hidden") != "true"):
        assert [each.tag for each in picture][:2] == ["title", "desc"]
        assert picture[1].text
    scrolled = [each for each in root.iter("div") if "scroll" in (each.get("class") or "").split()]
    assert {(each.get("tabindex"), each.get("role")) for each in scrolled} == {("0", "region")}
    assert all(each.get("aria-label") for each in scrolled)


@pytest.mark.parametrize("name", plans())
def test_it_fetches_nothing_and_runs_nothing(name: str) -> None:
    page = page_of(plans()[name])
    root = parsed(page)
    assert not re.search(r"https?:|url\(|@import|javascript:", page)
    assert not {"script", "link", "img", "iframe", "object", "use", "image", "form"} & {
        each.tag for each in root.iter()
    }
    keys = {key for each in root.iter() for key in each.attrib}
    assert not {key for key in keys if key.startswith("on") or key in ("href", "src", "style", "id")}
    policies = [each.get("content") for each in root.iter("meta") if each.get("http-equiv")]
    assert [policy.split(";")[0] for policy in policies if policy] == ["default-src 'none'"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str) -> None:
    def named(what: str) -> ET.Element:
        made = plans()["shared"]
        flow = tuple(replace(hop, step=what, from_prod=((what, what),), writes=((what, what),)) for hop in made.flow)
        graph = replace(graph_of_project(chain(by("s3")), config()), unfollowed=((what, what),))
        return parsed(page_of(replace(made, flow=flow, notes=(what,), prod_invoked=(what,)), graph))

    found, harmless = named(name), named("x")
    assert [each.tag for each in found.iter()] == [each.tag for each in harmless.iter()]
    assert [sorted(each.attrib) for each in found.iter()] == [sorted(each.attrib) for each in harmless.iter()]


@pytest.mark.usefixtures("production", "on_branch")
def test_the_page_is_written_beside_the_text_and_it_is_said_where(tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    result = plan_command("--html", str(file))
    assert result.stdout == plan_command().stdout
    assert f"The plan as a page: {file}\n" in result.stderr
    root = parsed(file.read_text())
    assert figures(root)["Production resources modified"] == "0"
    assert {"flights-raw", "clean", "enrich"} <= set(words(" ".join(root.itertext())))
    printed = parsed(plan_command("--html", "-").stdout)
    assert figures(printed) == figures(root)


def test_a_missing_folder_is_said_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # which is no dbt project
    result = plan_command("--html", "reports/plan.html", exit_code=2)
    assert "there is no folder reports" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_page_and_json_both_on_stdout_is_a_usage_error() -> None:
    assert "choose one" in plan_command("--html", "-", "--json", exit_code=2).stderr


def test_a_page_replaces_an_older_one_for_the_same_readers(tmp_path: Path) -> None:
    file, link = tmp_path / "plan.html", tmp_path / "latest.html"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_page(link, "new ✓")
    assert file.read_text(encoding="utf-8") == "new ✓"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert set(tmp_path.iterdir()) == {file, link}


def test_whoever_has_the_older_page_open_reads_it_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    file.write_text("old")
    with file.open() as reader:
        write_page(file, "new")
        assert reader.read() == "old"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_page(pipe, "page")
    reader.join(10)
    assert read == ["page"]
    assert pipe.is_fifo()


@pytest.fixture
def little_room() -> Iterator[int]:
    """As on a full disk: no file may grow beyond this many bytes."""
    room, before = 4_000_000, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    yield room
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_page_for_which_there_is_no_room_leaves_the_older_one(tmp_path: Path, little_room: int) -> None:
    file = tmp_path / "plan.html"
    file.write_text("old")
    with pytest.raises(GhostError, match="cannot be written"):
        write_page(file, "x" * (little_room + 1))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["folder", "x" * 300])
def test_what_cannot_be_written_is_an_error_that_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(GhostError, match="cannot be written") as refused:
        write_page(tmp_path / name, "page")
    assert refused.value.hint
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
