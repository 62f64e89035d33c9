"""Playing the demo as a command: what it leaves, what it refuses to touch, and what it prints to play with."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.demo import theatre
from tests.demo.test_guide import blocks

OBSERVE = "ghost-ingest observe --no-bill --markdown || test $? = 3"
PRODUCTION_BUILDS = """
git worktree add --quiet ../main main && cp -r dbt_packages ../main
(cd ../main; export DBT_TARGET_PATH=target/prod; dbt run-operation load_flights --target prod; dbt build --target prod)
"""
"""As it does beside the branch, with the models of main."""


def demo(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ghost_cli", "demo", "--folder", str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes_below(folder: Path) -> list[str]:
    """Command lines of the processes that work in the folder, of whatever session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    assert any(text in line for line in process.stderr), f"it never said {text!r}"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_demo_that_is_stopped_leaves_nothing(tmp_path: Path, name: str) -> None:
    folder, number = tmp_path / "demo", getattr(signal, name)
    with demo(folder) as process:
        wait_for_line(process, "dbt run-operation load_flights")
        os.killpg(process.pid, number)  # to the whole group, as a terminal's Ctrl-C; and the user is impatient
        time.sleep(0.5)
        os.killpg(process.pid, number)
        process.wait(60)
        assert process.returncode != 0
    assert not folder.exists()
    assert processes_below(tmp_path) == []


@pytest.mark.timeout(600)
def test_a_kept_demo_can_be_played_with_as_it_prints_and_as_the_guide_says(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with demo(folder, "--keep") as process:
        said, talk = process.communicate(timeout=300)
        assert process.returncode == 0, talk
    *printed, stop = re.findall(r"^  ((?:source|ghost-ingest|dbt) .*?)(?:  +\S.*)?$", said, re.MULTILINE)
    guide = [line for block in blocks("bash") for line in block.splitlines()]
    assert len(printed) == 7 and len(guide) == 12
    entered, looked, delivered, *rest = printed
    moved = ["echo BEFORE", OBSERVE, delivered, PRODUCTION_BUILDS, "echo AFTER", OBSERVE]
    script = "\n".join(["set -e", entered, looked, *moved, *rest, "echo THE GUIDE", *guide, "cd /", stop])
    play = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert play.returncode == 0, play.stdout + play.stderr
    by_print, _, by_guide = play.stdout.partition("THE GUIDE")
    before, after = (told_by(part) for part in by_print.partition("BEFORE")[2].split("AFTER"))
    assert before[0].startswith("- Because of the branch 4 tables differ: ")
    assert after[0] == before[0], "while production moves, the branch's changes are the same"
    assert "- All of it is declared." in before and "- All of it is declared." in after
    assert not any("production moved" in each for each in before)
    assert any(each.startswith("- Because production moved, ") for each in after)
    assert "received the file of 2013-02-14" in by_print
    assert "1 file loaded" in by_print
    assert "Production resources modified: 0." in by_guide
    assert "a difference is not declared" not in by_guide, "the demo's branch declares all that it changes"
    assert "### Ghost of `fix/overnight-arrivals`: ✅ pass" in by_guide
    assert by_guide.endswith("no ghosts\nStopped and removed.\n")
    assert not folder.exists()
    assert processes_below(tmp_path) == []


def told_by(comment: str) -> list[str]:
    """The sentences of an observation's headline."""
    return [line for line in comment.splitlines() if line.startswith("- ")]


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.txt").write_text("years of work")
    for touch in (lambda: theatre.clear(tmp_path), lambda: theatre.play(tmp_path, keep=False)):
        with pytest.raises(Refused, match="is not a demo's folder"):
            touch()
    assert (tmp_path / "home/thesis.txt").read_text() == "years of work"


def test_a_demo_in_the_middle_of_its_play_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as player:
        owner = theatre.ThisProcess().owner().split(":")
        (tmp_path / theatre.MARKER).write_text(":".join([owner[0], str(player.pid), owner[2]]))
        with pytest.raises(Refused, match="a demo is being played"):
            theatre.clear(tmp_path)
        player.kill()
        player.wait()
        time.sleep(0.1)
    assert theatre.clear(tmp_path)
    assert not tmp_path.exists()


def test_nothing_to_clear_is_no_error(tmp_path: Path) -> None:
    assert not theatre.clear(tmp_path / "none")
    assert not theatre.clear(tmp_path)


def test_no_file_can_be_delivered_where_no_demo_stands(tmp_path: Path) -> None:
    with pytest.raises(GhostError, match="no demo stands in"):
        theatre.deliver(tmp_path)
