"""Builds a chain on an account of the local AWS, as a team would have built it; and the branch's code for its steps."""

from __future__ import annotations

from pathlib import Path

from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo.production import make_bucket
from dbt_ghost.demo.production_documents import trust
from dbt_ghost.providers.artifacts import zipped
from dbt_ghost.providers.aws.session import Session, message_of
from dbt_ghost.providers.package import package_root
from tests.chains import hops
from tests.chains.chain import BUCKETS, STEPS, Chain, Hop, execution_policy

HANDLER = Path(__file__).parent / "handlers" / "step.py"
RUNTIME = package_root() / "dbt_ghost" / "runtime.py"
PROD_LINE, BRANCH_LINE = "VERSION = 1\n", "VERSION = 2\n"
WAITS = (0.05, 0.1, 0.2, 0.5, *[1] * 60)


def code(chain: Chain, *, changed: bool = False) -> dict[str, bytes]:
    """A step's package: production's, or a branch's with the one line that differs."""
    text = HANDLER.read_text()
    assert text.count(PROD_LINE) == 1
    handler = {"app.py": (text.replace(PROD_LINE, BRANCH_LINE) if changed else text).encode()}
    return handler | ({"runtime.py": RUNTIME.read_bytes()} if chain.aware else {})


def write_code(folder: Path, chain: Chain, changed: str = "") -> None:
    """A checkout: a folder of code per step, the branch's for the step that it changed."""
    for step in STEPS:
        (folder / step).mkdir(parents=True, exist_ok=True)
        for name, content in code(chain, changed=step == changed).items():
            (folder / step / name).write_bytes(content)


def build(session: Session, chain: Chain) -> None:
    """Make the chain in an account that has nothing of it, and wait until it is ready for files."""
    for part in BUCKETS:
        make_bucket(session, chain.bucket(part))
    for hop in chain.hops:
        _make_function(session, hop)
    for hop in chain.hops:
        _wait_until_active(session, hop)
        hops.connect(session, hop)
    hops.notify(session, chain.bucket(BUCKETS[-1]), {})


def _make_function(session: Session, hop: Hop) -> None:
    account, iam = session.account(), session.client("iam")
    session.client("logs").create_log_group(logGroupName=hop.log_group)
    iam.create_role(RoleName=hop.role, AssumeRolePolicyDocument=trust())
    policy = execution_policy(hop, account)
    iam.put_role_policy(RoleName=hop.role, PolicyName="least-privilege", PolicyDocument=policy)
    session.patiently(
        lambda: session.client("lambda").create_function(
            FunctionName=hop.function,
            Runtime="python3.11",
            Role=account.role_arn(hop.role),
            Handler="app.handler",
            Code={"ZipFile": zipped(code(hop.chain))},
            MemorySize=256,
            Timeout=hop.chain.timeout_s,
            Environment={"Variables": hop.environment},
            Tags={"team": "data-platform"},
        ),
        lambda error: "cannot be assumed by Lambda" in message_of(error),
        WAITS,
    )


def _wait_until_active(session: Session, hop: Hop) -> None:
    state = ""
    for wait in WAITS:
        state = session.client("lambda").get_function_configuration(FunctionName=hop.function)["State"]
        if state == "Active":
            return
        session.sleep(wait)
    raise GhostError(f"the function {hop.function} is still {state}")
