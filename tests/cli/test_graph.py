"""`ghost-ingest graph` on the demo's production."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from ghost_cli.main import cli

pytestmark = pytest.mark.usefixtures("production", "on_branch")


def graph(*words: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["graph", *words])
    assert result.exit_code == exit_code, result.output
    return result


def test_the_chain_is_printed_from_the_raw_bucket_to_the_feed() -> None:
    lines = [line.split("  (")[0].removeprefix("-> ") for line in map(str.strip, graph().stdout.splitlines())]
    chain = ["bucket flights-raw", "step clean", "bucket flights-clean", "step enrich", "bucket flights-curated"]
    assert [line for line in lines if line in chain] == chain
    assert [line for line in lines if line.startswith("feed ")]


def test_it_is_printed_for_mermaid_and_for_programs_too() -> None:
    assert graph("--mermaid").stdout.startswith("flowchart LR\n")
    nodes = json.loads(graph("--json").stdout)["nodes"]
    assert {"clean", "enrich"} == {node["name"] for node in nodes if node["kind"] == "step"}


def test_it_is_drawn_as_a_picture_that_names_every_part() -> None:
    titles = [each.text for each in ET.fromstring(graph("--svg").stdout).iter("{http://www.w3.org/2000/svg}title")]
    nodes = json.loads(graph("--json").stdout)["nodes"]
    assert {f"{node['kind']} {node['name']}" for node in nodes} <= set(titles)


@pytest.mark.parametrize("answers", [("--mermaid", "--json"), ("--svg", "--json"), ("--mermaid", "--svg")])
def test_two_answers_at_once_are_a_usage_error(answers: tuple[str, str]) -> None:
    assert "choose one" in graph(*answers, exit_code=2).stderr
