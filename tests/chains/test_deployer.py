"""CI's role, installed from the CloudFormation template and with nothing else, does all that the command does for it.

Every call is recorded: one that the table of the deployer's calls lacks fails here, whatever the local AWS does.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.policies.reach import reach_of
from dbt_ghost.core.policies.setup import Setup
from dbt_ghost.core.policies.trusts import Roles
from dbt_ghost.core.record import UnreadableRecord
from dbt_ghost.core.replay import Request
from dbt_ghost.core.resources import canonical
from dbt_ghost.core.setup_files.cloudformation import cloudformation
from dbt_ghost.operations.apply import see
from dbt_ghost.operations.logs import Tail, groups_of
from dbt_ghost.operations.replay import Through, refuse_unready
from dbt_ghost.operations.status import Counter, status_of, steps_of, window_start
from dbt_ghost.providers.aws.failure_queues import AwsFailureQueues
from dbt_ghost.providers.aws.logs import AwsLogs
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.local_stack import LocalStack
from dbt_ghost.providers.process import SystemClock
from ghost_cli.wiring import Project
from tests.chains import flow
from tests.chains.chain import PREFIX, SUFFIX
from tests.chains.conftest import quickly
from tests.chains.forking import drop, fork, nothing
from tests.chains.mixed import COPIED, PROJECT, SHARED, Mixed, changed, config_of, staged
from tests.chains.production import build, write_code
from tests.core.policies.operations import lacking
from tests.local_aws import REGION, session_of

CLOCK, CI = SystemClock(), "team-ci"
S = TypeVar("S", bound=Session)


class RecordedSession(Session):
    """`operations` are those that were asked for."""

    def __init__(self, region: str, endpoint: str, sleep: Callable[[float], None]) -> None:
        super().__init__(region, endpoint, sleep=sleep)
        self.operations: set[str] = set()
        self._recorded: set[str] = set()
        self._recording = threading.Lock()

    def client(self, service: str) -> Any:
        with self._recording:
            client = super().client(service)
            if service not in self._recorded:
                self._recorded.add(service)
                client.meta.events.register("provide-client-params", self._record)
            return client

    def _record(self, model: Any, **_: object) -> None:
        self.operations.add(f"{model.service_model.service_name}.{model.name}")


@dataclass(frozen=True)
class RecordedProject(Project):
    recorded: Session = field(kw_only=True)

    @property
    def session(self) -> Session:
        return self.recorded


@dataclass(frozen=True)
class Admin:
    """Installs the deployer of a chain in an account of a local AWS that checks policies."""

    stack: LocalStack
    environment: pytest.MonkeyPatch

    @cached_property
    def root(self) -> Session:
        return session_of(self.stack)

    def deployer(self, settings: GhostConfig) -> tuple[RecordedSession, tuple[str, str]]:
        """A session of the role, by way of CI's own, and the boundaries that came with it."""
        account = self.root.account()
        reach = reach_of(settings, RecordedProject(Path(), settings, recorded=self.root).discover())
        setup = Setup(reach, Roles((account.role_arn(CI),)), (account.role_arn("admin"),))
        _make_ci(self.root)
        _install(self.root, cloudformation(setup), setup.deployer_name)
        _allow_clear_text(self.root, reach.state_bucket)
        ci = self._assumed(self.root, CI, Session)
        return self._assumed(ci, setup.deployer_name, RecordedSession), setup.boundary_arns

    def _assumed(self, session: Session, role: str, make: Callable[..., S]) -> S:
        named = {"RoleArn": session.account().role_arn(role), "RoleSessionName": "job"}
        held = session.client("sts").assume_role(**named)["Credentials"]
        with self.environment.context() as environment:
            environment.setenv("AWS_ACCESS_KEY_ID", held["AccessKeyId"])
            environment.setenv("AWS_SECRET_ACCESS_KEY", held["SecretAccessKey"])
            environment.setenv("AWS_SESSION_TOKEN", held["SessionToken"])
            assumed = make(REGION, self.stack.url, sleep=quickly)
            assumed.account()  # botocore reads the environment with the first call
        return assumed


@pytest.fixture
def admin(strict_aws: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Admin:
    return Admin(strict_aws, monkeypatch)


def _allow_clear_text(root: Session, bucket: str) -> None:
    """The local AWS has no TLS."""
    s3 = root.client("s3")
    read = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    read["Statement"] = [each for each in read["Statement"] if each["Sid"] != "TlsOnly"]
    s3.put_bucket_policy(Bucket=bucket, Policy=canonical(read))


def _make_ci(root: Session) -> None:
    """CI's own role, which may become any role that lets it."""
    iam, trust = root.client("iam"), document({"AWS": root.account().root_arn}, "sts:AssumeRole")
    iam.create_role(RoleName=CI, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=CI, PolicyName="own", PolicyDocument=document(None, "sts:AssumeRole"))


def document(principal: dict[str, str] | None, action: str) -> str:
    whom: dict[str, Any] = {"Principal": principal} if principal else {"Resource": "*"}
    return canonical({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **whom}]})


def _install(root: Session, template: str, role: str) -> None:
    stacks = root.client("cloudformation")
    stacks.create_stack(StackName="setup", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    for _ in range(200):
        status = stacks.describe_stacks(StackName="setup")["Stacks"][0]["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            break
        time.sleep(0.05)
    assert status == "CREATE_COMPLETE"
    attached = root.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert len(attached) == 7


def replay(project: Project, ghost: GhostName) -> None:
    stored = project.records.read(ghost)
    record = refuse_unready(ghost, stored.record if stored else None)
    through = Through(record, project.plan_fork(ghost, tuple(record.steps)).plan, project.config)
    outcome = project.replayer(ghost, lambda url: None).replay(Request(since="1d"), through)
    assert outcome.sent
    nothing(map(str, outcome.failed), "the ghost failed on")


def show(project: Project, ghost: GhostName) -> None:
    """`status`, `list` and `logs`."""
    seen = see(project.ghosts, project.records, ghost)
    record = seen.stored.record if seen.stored else None
    status = status_of(record, seen.found, CLOCK.now())
    counter = Counter(AwsLogs(project.session), AwsFailureQueues(project.session), CLOCK, ghost)
    traffic = counter.traffic(steps_of(ghost, status), window_start(record, CLOCK.now(), None))
    nothing((count.why for step in traffic.steps for count in (step.came, step.went, step.failed) if count.why), "?")
    assert [type(each) for each in project.records.list() if isinstance(each, UnreadableRecord)] == []
    tail = Tail(AwsLogs(project.session), groups_of(ghost, record), lambda what: None)
    an_hour_ago = CLOCK.now() - timedelta(hours=1)
    assert flow.within(30, lambda: any(True for _ in tail.read(an_hour_ago))), "the ghost wrote no log"


def whole_life(project: RecordedProject, ghost: GhostName) -> None:
    """Everything that CI does with a ghost, changed in between."""
    fork(project, ghost)
    nothing(map(str, project.plan_fork(ghost).plan.changes), "a second fork would change")
    later = RecordedProject(project.folder, changed(project.config, cap=2, event_age="2h"), recorded=project.recorded)
    with (project.folder / "first" / "app.py").open("a") as code:
        code.write("# changed again\n")
    fork(later, ghost)
    replay(later, ghost)
    show(later, ghost)
    drop(later, ghost)
    nothing(map(str, later.ghosts.look(ghost).resources), "is left")


@pytest.mark.parametrize(("chain", "more"), [(COPIED, staged(COPIED)), (SHARED, {})], ids=["copied", "shared"])
def test_the_deployer_may_do_what_the_command_does_and_the_table_has_every_call(
    admin: Admin, chain: Mixed, more: dict[str, Any], tmp_path: Path
) -> None:
    build(admin.root, chain)
    flow.put(admin.root, chain.bucket("raw"), f"{PREFIX}earlier{SUFFIX}")
    session, boundaries = admin.deployer(config_of(chain, **more))
    write_code(tmp_path, chain, "first")
    settings = config_of(chain, boundaries, **more)
    whole_life(RecordedProject(tmp_path, settings, recorded=session), GhostName(PROJECT, "feature/all"))
    assert len(session.operations) > 70
    assert lacking(session.operations) == []
