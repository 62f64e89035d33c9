"""A production of any number of steps that do nothing, on the local AWS; and a branch that changes one of them.

b000 -> s000 -> b001 -> s001 -> ... Each step is triggered by its bucket straight, and has its own role.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from dbt_ghost.core.config import GhostConfig
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.plan import Plan
from dbt_ghost.demo.production import install_state_bucket, make_bucket
from dbt_ghost.demo.production_documents import trust
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session
from ghost_cli.wiring import PlannedFork, Project, no_package
from tests.chains.chain import allow, document, entry

STATE, ZIP = "long-ghost-state", "branch.zip"
GHOST = GhostName("long", "feature/x")
SERVICES = ("s3", "lambda", "iam", "logs", "sqs", "sns", "events", "sts", "resourcegroupstaggingapi")
TTL = timedelta(days=1)
AT_ONCE = 8


class LongProject(Project):
    """A project whose session is given."""

    def __init__(self, folder: Path, config: GhostConfig, session: Session) -> None:
        super().__init__(folder, config)
        self.__dict__["session"] = session


class LongChain:
    """Production of `steps` steps; the branch changes the one of number `changed`, so all from there on are forked."""

    def __init__(self, steps: int, changed: int = 0) -> None:
        self.names = [f"s{number:03}" for number in range(steps)]
        self._changed = self.names[changed]

    def build(self, session: Session) -> None:
        """In an account that has nothing of it."""
        install_state_bucket(session, STATE)
        session.client("lambda"), session.client("iam")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda number: make_bucket(session, bucket(number)), range(len(self.names) + 1)))
            list(pool.map(lambda number: _make_step(session, number), range(len(self.names))))

    def project(self, folder: Path, session: Session) -> LongProject:
        """`folder` becomes the branch's checkout. The session's clients are made: that takes longer than a call."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ZIP).write_bytes(_code(2))
        for service in SERVICES:
            session.client(service)
        steps = {
            name: {"function": function(number), "outputs": ["OUT"], **({"code": ZIP} if name == self._changed else {})}
            for number, name in enumerate(self.names)
        }
        ingestion = {"state_bucket": STATE, "steps": steps}
        config = GhostConfig.model_validate({"project": "long", "databases": ["PROD"], "ingestion": ingestion})
        return LongProject(folder, config, session)


def fork(project: Project, planned: PlannedFork | None = None) -> Plan:
    """All of it, or the changes alone of what is planned already; returns the plan that was carried out."""
    planned = planned or project.plan_fork(GHOST)
    applier = project.applier(planned.code.package, lambda change: None)
    applier.carry_out(planned.plan, TTL, seen=planned.seen)
    return planned.plan


def drop(project: Project) -> Plan:
    plan, seen = project.plan_drop(GHOST)
    project.applier(no_package, lambda change: None).carry_out(plan, TTL, seen=seen)
    return plan


def bucket(number: int) -> str:
    return f"long-prod-b{number:03}"


def function(number: int) -> str:
    return f"prod-s{number:03}"


def _make_step(session: Session, number: int) -> None:
    """Permissions first: S3 asks for them (F 1.5)."""
    account, iam, name = session.account(), session.client("iam"), function(number)
    source, target = (account.bucket_arn(bucket(each)) for each in (number, number + 1))
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())
    rights = document(allow(["s3:GetObject"], f"{source}/*"), allow(["s3:PutObject"], f"{target}/*"))
    iam.put_role_policy(RoleName=name, PolicyName="least-privilege", PolicyDocument=rights)
    session.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=account.role_arn(name),
        Handler="app.handler",
        Code={"ZipFile": _code(1)},
        Environment={"Variables": {"OUT": bucket(number + 1)}},
    )
    session.client("lambda").add_permission(
        FunctionName=name,
        StatementId="s3-may-invoke",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=source,
        SourceAccount=account.id,
    )
    session.client("s3").put_bucket_notification_configuration(
        Bucket=bucket(number),
        NotificationConfiguration={
            **entry("LambdaFunction", account.function_arn(name)),
            "EventBridgeConfiguration": {},
        },
    )


def _code(version: int) -> bytes:
    return zipped({"app.py": f"VERSION = {version}\n\n\ndef handler(event, context):\n    return None\n".encode()})
