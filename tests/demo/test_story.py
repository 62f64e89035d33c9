"""The demo from its first act to its last, as `make demo` plays it, and what makes its last act fail."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console

from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo.display import Display
from dbt_ghost.demo.stage import Stage
from dbt_ghost.demo.story import AFTER, REGION, SPARE, Story
from dbt_ghost.demo.summary import summary
from dbt_ghost.providers.local_stack import local_stack

WRITES_INTO_PROD = '''

_honest = handler


def handler(event, context):
    """What a careless branch might add."""
    import boto3

    boto3.client("s3").put_object(Bucket="flights-curated", Key="flights/from-a-branch.csv", Body=b"oops")
    return _honest(event, context)
'''


@pytest.fixture(scope="module")
def shown() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, shown: io.StringIO) -> Iterator[Story]:
    """The whole demo, played once."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    with local_stack(folder / "aws", auth=True) as stack:
        display = Display(acts=9, console=Console(file=shown, width=120))
        story = Story(Stage(folder, display), stack, display)
        for title, act in (*story.opening, *story.ending, story.last_act):
            with display.act(title):
                act()
        yield story


def test_only_the_changed_step_ran_the_branchs_code(story: Story) -> None:
    assert {name: step["changed"] for name, step in story.findings.fork["steps"].items()} == {
        "clean": True,
        "enrich": False,
    }
    assert story.findings.fork["production_resources_modified"] == 0


def test_the_ghost_loaded_exactly_the_files_that_arrived_after_the_clone(story: Story) -> None:
    loaded = [str(name) for name in story.findings.feed["files"]]
    assert len(loaded) == len(AFTER)
    assert all(any(day in name for name in loaded) for day in AFTER)


def test_observing_names_what_the_branch_changed_and_nothing_else(story: Story) -> None:
    seen = story.findings.observed
    assert [_changes(each) for each in seen["tables"]["tables"]] == [
        ("analytics.daily_carriers", [("yours", "changed", {"avg_block_minutes"})]),
        ("analytics.delays_by_visibility", []),
        ("analytics.fct_flights", [("yours", "changed", {"arrived_at", "block_minutes"})]),
        ("analytics.stg_flights", [("yours", "changed", {"arrived_at"})]),
        ("raw.flights", [("yours", "changed", {"arrived_at"})]),
    ]
    (fact,) = (each for each in seen["tables"]["tables"] if each["table"] == "analytics.fct_flights")
    assert fact["changes"][0]["rows"] == story.findings.overnight > 0
    for step in seen["files"]["steps"]:  # what was written within one second cannot be put in order yet
        counts = {said: count for said, count in step["counts"].items() if count}
        assert counts.pop("changed", 0) + counts.pop("pending", 0) == len(AFTER)
        assert counts == {}


def test_what_the_branch_declares_passes_the_gate(story: Story) -> None:
    assert (story.findings.observed["gate"], story.findings.observed["headline"][-1]) == (
        "pass",
        "All of it is declared.",
    )


def _changes(table: dict[str, Any]) -> tuple[str, list[tuple[str, str, set[str]]]]:
    assert not table["schema"]
    return table["table"], [(each["whose"], each["change"], set(each["columns"])) for each in table["changes"]]


def test_the_summary_is_short_and_every_act_was_named(story: Story, shown: io.StringIO) -> None:
    text = summary(story.findings, 60, dropped=True)
    assert len(text.splitlines()) < 20
    assert max(map(len, text.splitlines())) <= 120
    assert "0 of prod's modified" in text
    for number in range(1, 10):
        assert f"{number}/9  " in shown.getvalue()


@pytest.fixture
def careless(story: Story) -> Story:
    """The branch's Lambda now also writes one object into prod's bucket, and the ghost is there again."""
    handler = story.project / "ingestion/clean/app.py"
    if WRITES_INTO_PROD not in handler.read_text():
        handler.write_text(handler.read_text() + WRITES_INTO_PROD)
        story.fork()
    return story


def test_roles_keep_a_careless_branch_from_writing_into_prod(careless: Story) -> None:
    careless.arrive(SPARE)
    wait_until(lambda: any("AccessDenied" in line for line in ghost_log(careless)))
    careless.check_production()


def test_one_object_that_the_ghost_writes_into_prod_makes_the_last_act_fail(careless: Story) -> None:
    """With the role thrown open by hand, since otherwise the crime is not possible."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    careless.prod.aws.client("iam").put_role_policy(
        RoleName=careless.ghost.role("clean", REGION),
        PolicyName="ghost",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    careless.arrive(SPARE)
    careless.wait_for_ghost(SPARE)
    with pytest.raises(GhostError, match=r"curated/flights/from-a-branch\.csv: only production has it"):
        careless.check_production()


def ghost_log(story: Story) -> list[str]:
    return story.prod.chain.log_end(story.ghost.function("clean"))


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within 30 seconds")
