"""What `status`, `fork`, `drop` and `logs` say of a ghost that is not as a fork left it, on the local AWS."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.core.record import RecordedResource
from dbt_ghost.demo.production import install_state_bucket
from dbt_ghost.demo.story import STATE_BUCKET
from dbt_ghost.providers.aws import tags
from dbt_ghost.providers.aws.records import AwsRecords
from dbt_ghost.providers.aws.replays import AwsReplays, key_of
from dbt_ghost.providers.aws.session import Session
from ghost_cli.wiring import Project, no_package
from tests.cli.told import GHOST, count
from tests.cli.typed import ghost_ingest, recorded
from tests.local_aws import PROD_ACCOUNT, REGION

pytestmark = pytest.mark.usefixtures("on_branch")

RULE, CLEAN = GHOST.rule(TAP), GHOST.function("clean")
STATUS = ("status", "--no-events")
PRODS_QUEUE = f"arn:aws:sqs:{REGION}:{PROD_ACCOUNT}:flights-files"


@pytest.fixture
def fork(production: object, on_branch: None) -> None:
    """Of the branch, as it should be."""
    ghost_ingest("fork")


@pytest.fixture
def stray(session: Session, fork: None) -> str:
    """Somebody maps prod's queue to the ghost's function; the mapping's UUID."""
    session.client("sqs").create_queue(QueueName="flights-files")
    made = session.client("lambda").create_event_source_mapping(EventSourceArn=PRODS_QUEUE, FunctionName=CLEAN)
    return str(made["UUID"])


def replays(session: Session) -> list[str]:
    found = session.client("s3").list_objects_v2(Bucket=STATE_BUCKET, Prefix="replays/")
    return [each["Key"] for each in found.get("Contents", [])]


def leave_replay(session: Session) -> str:
    """Whatever stands there goes with the ghost."""
    session.client("s3").put_object(Bucket=STATE_BUCKET, Key=key_of(GHOST.id), Body=b"{}")
    return key_of(GHOST.id)


@pytest.mark.usefixtures("fork")
def test_a_rule_that_is_switched_off_is_told_until_fork_puts_it_right(session: Session) -> None:
    session.client("events").disable_rule(Name=RULE)
    text = ghost_ingest(*STATUS, exit_code=1).stdout
    assert text.startswith("fix/overnight-arrivals: ready (not every trigger is on)\n")
    assert f"\n  OFF      rule                 {RULE} (switched off; fork puts it right)\n" in text
    assert f"there    rule                 {RULE}" not in text
    told = json.loads(ghost_ingest(*STATUS, "--json", exit_code=1).stdout)
    assert told["off"] == [{"kind": "rule", "name": RULE, "why": "switched off", "meant": False}]
    assert told["paused"] is False
    ghost_ingest("fork")
    assert ghost_ingest(*STATUS).stdout.startswith("fix/overnight-arrivals: ready\n")


@pytest.mark.usefixtures("production")
def test_a_paused_and_sampled_ghost_says_so_and_is_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHOST_INGESTION__PAUSED", "true")
    monkeypatch.setenv("GHOST_INGESTION__SAMPLE", "0.05")
    ghost_ingest("fork")
    text = ghost_ingest(*STATUS).stdout
    assert text.startswith("fix/overnight-arrivals: ready (paused)\n")
    assert "\n  step     clean: runs the branch's code, paused, sample 0.05\n" in text
    assert "\n  step     enrich: runs a copy of prod's code\n" in text
    assert f"\n  paused   rule                 {RULE} (paused by the settings)\n" in text
    told = json.loads(ghost_ingest(*STATUS, "--json").stdout)
    assert told["steps"] == {
        "clean": {"changed": True, "shared": None, "paused": True, "sample": 0.05},
        "enrich": {"changed": False, "shared": None, "paused": False, "sample": 1.0},
    }
    assert (told["paused"], [each["meant"] for each in told["off"]]) == (True, [True])


def test_who_takes_prods_messages_is_told_and_nothing_is_forked_or_dropped_before_it_is_removed(
    session: Session, stray: str
) -> None:
    does = f"event source mapping {stray}: {CLEAN} takes the messages of queue flights-files, which is not the ghost's"
    removal = f"aws lambda delete-event-source-mapping --region {REGION} --uuid {stray}"
    text = ghost_ingest(*STATUS, exit_code=1).stdout
    assert f"\n  STRAY    {does}: nobody else gets them; remove it:\n           {removal}\n" in text
    (told,) = json.loads(ghost_ingest(*STATUS, "--json", exit_code=1).stdout)["strays"]
    assert (told["uuid"], told["source_arn"], told["enabled"], told["removal"]) == (stray, PRODS_QUEUE, True, removal)
    assert told["told"].startswith(does)
    before = count(session)
    for command in (("fork", "--yes"), ("drop", "--yes")):
        refused = ghost_ingest(*command, exit_code=1)
        assert f"Error: no fork made this: {does}" in refused.stderr and removal in refused.stderr
    assert f"  note: {does}: nobody else gets them; nothing is dropped before it is removed" in refused.stdout
    assert count(session) == before
    session.client("lambda").delete_event_source_mapping(UUID=stray)
    assert "Dropped:" in ghost_ingest("drop", "--yes").stdout
    assert session.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []


@pytest.mark.usefixtures("fork")
def test_a_drop_names_what_is_not_tagged_before_it_asks_and_takes_it_once_it_is_tagged_as_told(
    session: Session,
) -> None:
    arn = f"arn:aws:events:{REGION}:{PROD_ACCOUNT}:rule/{RULE}"
    tagged = session.client("events").list_tags_for_resource(ResourceARN=arn)["Tags"]
    ours = {each["Key"]: each["Value"] for each in tagged}
    session.client("events").untag_resource(ResourceARN=arn, TagKeys=[*ours])
    note = f"  note: rule {RULE} has the ghost's name and not its tags: it stays, and the drop then fails and names it"
    unasked = ghost_ingest("drop", exit_code=2)
    assert note in unasked.stdout and count(session) > 0
    failed = ghost_ingest("drop", "--yes", exit_code=1)
    assert note in failed.stdout and count(session) == 0
    hint = ", ".join(f"{key}={value}" for key, value in sorted(ours.items()))
    assert f"tag it {hint} if it is the ghost's" in failed.stderr
    session.client("events").tag_resource(ResourceARN=arn, Tags=tags.as_list(ours))
    assert "Dropped: 1 resource removed" in ghost_ingest("drop", "--yes").stdout


def test_a_drop_removes_the_ghosts_replay_too_and_a_second_drop_one_that_was_left(session: Session, fork: None) -> None:
    leave_replay(session)
    dropped = ghost_ingest("drop", "--yes")
    assert (replays(session), "note:" in dropped.stderr) == ([], False)
    leave_replay(session)
    assert "Nothing to drop" in ghost_ingest("drop", "--yes").stdout
    assert replays(session) == []


class Unremovable(AwsReplays):
    """As for a caller who may not delete what is in the state bucket."""

    def delete(self, ghost: GhostName) -> None:
        raise Denied("removing the replay: AccessDenied")


class Forgetless(Project):
    @property
    def replays(self) -> AwsReplays:
        return Unremovable(self.session, self.state_bucket)


@pytest.mark.usefixtures("fork")
def test_a_replay_that_cannot_be_removed_is_told_and_the_drop_is_done(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    key, project = leave_replay(session), Forgetless.load(None)
    plan, seen = project.plan_drop(GHOST)
    done = project.applier(no_package, lambda change: None).carry_out(plan, project.config.ttl, seen=seen)
    assert (done.state, count(session), replays(session)) == ("dropped", 0, [key])
    left = "its replay is left: removing the replay: AccessDenied; run drop again to remove that too"
    assert capsys.readouterr().err == f"note: the ghost is dropped, and {left}\n"


def test_of_a_ghost_that_nobody_knows_nothing_is_removed(session: Session) -> None:
    install_state_bucket(session, STATE_BUCKET)
    key = leave_replay(session)
    assert "Nothing to drop" in ghost_ingest("drop", "--yes").stdout
    assert replays(session) == [key]


def test_steps_that_prods_functions_serve_are_shown_and_their_logs_are_not_looked_for(session: Session) -> None:
    install_state_bucket(session, STATE_BUCKET)
    log_group = RecordedResource(kind="log group", name=GHOST.log_group(TAP))
    shared = recorded(datetime.now(UTC), resources=(log_group,), shared={"enrich": "flights-enrich:live"})
    AwsRecords(session, STATE_BUCKET).write(shared, None)
    text = ghost_ingest(*STATUS, exit_code=1).stdout
    assert "\n  step     enrich: is served by prod's function flights-enrich:live\n" in text
    asked = ghost_ingest("logs", "--step", "enrich", exit_code=1).stderr
    assert "step enrich has no log of the ghost's: prod's function flights-enrich:live serves it" in asked
    assert "hint: the ghost's events are in that function's own log, among prod's; the ghost's logs are of tap" in asked


def test_the_help_of_logs_says_where_the_log_of_a_shared_step_is() -> None:
    told = " ".join(ghost_ingest("logs", "--help").stdout.split())
    assert (
        "A step with `downstream: share` has no log here: prod's function writes the ghost's events into its own"
        in told
    )
