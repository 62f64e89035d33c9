"""The dbt project is found where dbt finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ghost.core.errors import GhostError, NotFound
from dbt_ghost.providers.project_files import read_project_file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: shop\n")
    return folder


def test_the_folder_itself_or_the_nearest_above(project: Path) -> None:
    for here in (project, project / "models"):
        found = read_project_file(None, {}, here)
        assert (found.folder, found.text) == (project, "name: shop\n")


def test_a_named_folder_is_taken_before_the_variable_and_the_current_one(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "dbt_project.yml").write_text("name: other\n")

    assert read_project_file(other, {"DBT_PROJECT_DIR": str(project)}, project).text == "name: other\n"
    assert read_project_file(None, {"DBT_PROJECT_DIR": str(other)}, project).text == "name: other\n"
    assert read_project_file(Path("other"), {}, tmp_path).folder == other


def test_a_named_folder_is_not_left_for_one_above(project: Path) -> None:
    with pytest.raises(NotFound, match=r"no dbt_project.yml in .*models"):
        read_project_file(project / "models", {}, project)


def test_a_byte_order_mark_is_no_text(project: Path) -> None:
    (project / "dbt_project.yml").write_bytes(b"\xef\xbb\xbfname: x")

    assert read_project_file(project, {}, project).text == "name: x"


def test_what_is_no_text_file_is_told(project: Path) -> None:
    (project / "dbt_project.yml").write_bytes(b"name: \xff")
    with pytest.raises(GhostError, match="not UTF-8 text, at byte 6"):
        read_project_file(project, {}, project)

    (project / "dbt_project.yml").unlink()
    (project / "dbt_project.yml").mkdir()
    with pytest.raises(GhostError, match="directory"):
        read_project_file(project, {}, project)
