"""Running dbt and reading what it says, with a stand-in for dbt that says what a test wants."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dbt_ghost.providers.dbt_project import DbtProject

STAND_IN = """
import json, os, sys
if __name__ == "__main__":
    sys.stdout.write(open(os.environ["SAYS"]).read())
    json.dump([sys.argv[1:], os.getcwd(), dict(os.environ)], open(os.environ["SAYS"] + ".call", "w"))
    sys.exit(int(os.environ.get("EXIT", "0")))
"""


def event(message: str, level: str = "info", name: str = "MainReportVersion") -> str:
    return json.dumps({"info": {"msg": message, "level": level, "name": name}, "data": {}})


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    cli = tmp_path / "stand-in" / "dbt" / "cli"
    cli.mkdir(parents=True)
    for package in (cli.parent, cli):
        (package / "__init__.py").touch()
    (cli / "main.py").write_text(STAND_IN)
    return DbtProject(tmp_path, {"PYTHONPATH": str(tmp_path / "stand-in"), "SAYS": str(tmp_path / "says")})


def says(project: DbtProject, *lines: str) -> None:
    Path(project.environment["SAYS"]).write_text("\n".join(lines))


def test_the_machine_line_is_the_result(project: DbtProject) -> None:
    says(project, event("hello"), event('GHOST_RESULT {"ghost_result": 1, "ok": true}'), "not an event", '{"info": 1}')

    run = project.run("run-operation", "ghost_clone")

    assert (run.ok, run.result, run.error) == (True, {"ghost_result": 1, "ok": True}, "")
    assert run.lines[0] == "hello"


def test_what_macros_said_is_apart_from_dbts_own_lines_and_the_machine_line(project: DbtProject) -> None:
    logged = [event(line, name="JinjaLogInfo") for line in ("would drop", 'GHOST_RESULT {"ok": true}', "done")]
    says(project, event("Running with dbt"), *logged, event("quiet", "debug", "JinjaLogInfo"))

    assert project.run("run-operation", "ghost_drop").said == ("would drop", "done")


def test_a_failure_has_dbts_own_words(project: DbtProject) -> None:
    says(project, event("Running"), event("Compilation Error: no ghost", "error"))
    failing = DbtProject(project.folder, {**project.environment, "EXIT": "2"})

    run = failing.run("build")

    assert (run.ok, run.result, run.error) == (False, None, "Compilation Error: no ghost")


def test_a_failure_before_any_event_has_all_that_was_written(project: DbtProject) -> None:
    says(project, "Traceback: something")
    failing = DbtProject(project.folder, {**project.environment, "EXIT": "1"})

    assert failing.run("build").error == "Traceback: something"


@pytest.mark.parametrize(
    ("words", "given", "expected"),
    [
        (["build", "--target", "ghost"], {}, "target/ghost"),
        (["build", "-t", "prod"], {}, "target/prod"),
        (["build"], {}, "target/default"),
        (["build", "--target", "ghost"], {"DBT_TARGET_PATH": "elsewhere"}, "elsewhere"),
    ],
)
def test_each_target_has_a_target_path_unless_one_is_given(
    project: DbtProject, words: list[str], given: dict[str, str], expected: str
) -> None:
    says(project)

    DbtProject(project.folder, {**project.environment, **given}).run(*words)

    arguments, folder, environment = json.loads(Path(project.environment["SAYS"] + ".call").read_text())
    assert (arguments, folder) == (words, str(project.folder))
    assert environment["DBT_TARGET_PATH"] == expected
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert "HOME" not in environment, "only what was given"


def test_dbt_is_not_imported() -> None:
    import subprocess

    code = (
        "import sys, dbt_ghost.providers.dbt_project; print([name for name in sys.modules if name.startswith('dbt.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
