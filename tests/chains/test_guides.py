"""docs/guides/fork-a-chain.md and share-the-next-lambda.md say what is so: what they type is typed here, in order."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dbt_ghost import runtime
from dbt_ghost.demo import evidence
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from tests.chains.chain import ROUTES, Chain, Route, StepName
from tests.chains.guide.desk import PROJECT, STATE, Desk
from tests.chains.guide.page import Page, code, mentions, says
from tests.chains.production import build, write_code
from tests.local_aws import PROD_ACCOUNT

GUIDES = Path(__file__).parents[2] / "docs/guides"
FORK, SHARE = Page.of(GUIDES / "fork-a-chain.md"), Page.of(GUIDES / "share-the-next-lambda.md")
LADDER = ("prod's trigger", "the plan says", "the ghost adds", "what prod's team does, once")
ROWS: dict[str, Route] = {
    "S3 to function": "s3",
    "S3 to alias": "alias",
    "S3 to SQS to function": "sqs",
    "S3 to SNS to function": "sns",
    "S3 to SNS to SQS to function": "sns_sqs",
    "EventBridge to function": "eventbridge",
}


@pytest.fixture
def place(strict_aws: LocalStack, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Builds a production, and seats a developer of the branch that changes one of its steps."""

    def seated(page: Page, chain: Chain, changed: StepName) -> Desk:
        build(session, chain)
        install_state_bucket(session, STATE)
        write_code(tmp_path / "ingestion", chain, changed)
        return Desk.at(strict_aws, session, tmp_path, page.blocks("yaml")[0], monkeypatch)

    return seated


@contextmanager
def prod_left_alone(session: Session) -> Iterator[None]:
    before = evidence.documents(session, STATE)
    yield
    changed = evidence.differences(before, evidence.documents(session, STATE))
    assert [line for line in changed if "LastProcessingResult" not in line] == []  # moves when it runs


def play_all(page: Page, desk: Desk, *settings: str) -> Iterator[None]:
    """Everything on the page in order; stops for a look before the last scene, which removes the ghost."""
    *scenes, end = page.scenes
    for scene in scenes:
        desk.play(scene)
    yield
    for setting, *_, quoted in page.table(*settings):
        printed = desk.plan_with(*code(setting))
        assert all(mentions(each, printed) for each in code(quoted)), f"{setting} gives:\n{printed}"
    assert desk.found()
    desk.play(end)
    assert desk.found() == []


def test_what_fork_a_chain_types_prints_what_it_quotes(place: Any, session: Session) -> None:
    desk = place(FORK, Chain("sqs", name=PROJECT), "middle")
    with prod_left_alone(session):
        for _ in play_all(FORK, desk, "setting", "for", "the plan"):
            desk.wait_until_written("last", times=2)  # the live one and the replayed one


def test_what_share_the_next_lambda_types_prints_what_it_quotes(
    place: Any, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = place(SHARE, Chain("s3", name=PROJECT, aware=True), "first")
    with prod_left_alone(session):
        for _ in play_all(SHARE, desk, "setting", "the plan"):
            desk.wait_until_written("last", times=1)
            check_policies(session, desk)
            check_python(desk, monkeypatch)


def check_policies(session: Session, desk: Desk) -> None:
    """The policies of the buckets around `middle` are the table's, for the role of prod's function and nobody else."""
    rows = SHARE.table("ghost bucket", "prod's role may")
    role = session.account().role_arn(f"{PROJECT}-middle-role")
    for (_, may), bucket in zip(rows, ("shop-mid", "shop-next"), strict=True):
        text = session.client("s3").get_bucket_policy(Bucket=desk.ghost.bucket(bucket))["Policy"]
        (statement,) = json.loads(text)["Statement"]
        assert statement["Action"] == code(may)
        assert statement["Principal"] == {"AWS": [role]}


def check_python(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's handler writes prod's results into prod, the ghost's into the ghost, and others nowhere."""
    written: list[str] = []
    names: dict[str, Any] = {"write_results": lambda event, output: written.append(output)}
    monkeypatch.setitem(sys.modules, "runtime", runtime)
    monkeypatch.setenv("IN", "shop-mid")
    monkeypatch.setenv("OUT", "shop-next")
    exec(SHARE.blocks("python")[0], names)
    context = SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:eu-west-1:{PROD_ACCOUNT}:function:shop-middle")
    for bucket in ("shop-mid", desk.ghost.bucket("shop-mid")):
        names["handler"](event_of(bucket), context)
    with pytest.raises(runtime.NoRoute):
        names["handler"](event_of("shop-raw"), context)
    assert written == ["shop-next", desk.ghost.bucket("shop-next")]


def event_of(bucket: str) -> dict[str, Any]:
    return {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": "in/order-1.txt"}}}]}


def test_the_ladder_has_every_kind_of_trigger() -> None:
    assert [ROWS[row[0]] for row in FORK.table(*LADDER)] == [*(ROWS[kind] for kind in ROWS)]
    assert set(ROWS.values()) == set(ROUTES)


@pytest.mark.parametrize("row", FORK.table(*LADDER), ids=lambda row: row[0].replace(" ", "-"))
def test_a_ghost_adds_what_the_ladder_says_and_asks_prods_team_for_no_more(
    place: Any, session: Session, monkeypatch: pytest.MonkeyPatch, row: tuple[str, ...]
) -> None:
    kind, way, adds, once = row
    desk = place(FORK, Chain(ROWS[kind], name=PROJECT), "last")
    monkeypatch.setenv("GHOST_BRANCH", "feature/ladder")
    plan = json.loads(desk.ghost_ingest("plan", "--json"))
    ((source,),) = [hop["from_prod"] for hop in plan["flow"]]
    assert [f"by {source['by']}"] == code(way)
    assert hearing(plan["changes"]) == set(code(adds))
    if ROWS[kind] != "eventbridge":  # that rule hears nothing of a bucket that does not send its events there
        switch_eventbridge_off(session, "shop-next")
        needed = once != "nothing"
        printed = desk.ghost_ingest("plan", refused=needed)
        assert needed == ("does not send its events to EventBridge" in printed)
        if needed:
            assert all(tool in printed for tool in ("Terraform", "CloudFormation", "AWS CLI"))


def hearing(changes: list[dict[str, str]]) -> set[str]:
    """What of these hears prod; the failure queues are there for every trigger."""
    kinds = {each["kind"] for each in changes if each["kind"] in ("rule", "subscription")}
    kinds |= {"queue" for each in changes if each["kind"] == "queue" and not each["name"].endswith("-failed")}
    return kinds | {"tap" for each in changes if each["kind"] == "function" and each["name"].endswith("-tap")}


def switch_eventbridge_off(session: Session, bucket: str) -> None:
    s3 = session.client("s3")
    document = s3.get_bucket_notification_configuration(Bucket=bucket)
    own = {key: value for key, value in document.items() if key.endswith("Configurations")}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=own)


def test_a_line_that_is_not_printed_is_noticed() -> None:
    printed = "one  \n\ntwo 2 things\nthree\n"
    assert says("one\n\ntwo ... things\n", printed) and says("one\n...\nthree\n", printed)
    assert not says("one\ntwo 2 things\n", printed) and not says("three\none\n", printed)
    assert mentions("two ...ings", printed) and not mentions("two threes", printed)
