"""The demo: one branch's ghost from clone to drop, act by act, with the commands that a user types.

Beside production runs a *control*: a second production, in an account of its own, that receives the same files and
never has a ghost. At the end production must equal it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import TAP, GhostName
from dbt_ghost.demo import evidence
from dbt_ghost.demo.comparison import TableComparison, compare
from dbt_ghost.demo.display import Display
from dbt_ghost.demo.production import Production, install_state_bucket
from dbt_ghost.demo.stage import Stage
from dbt_ghost.providers import lake_reader
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.dbt_project import DbtRun
from dbt_ghost.providers.lake_files import Lake
from dbt_ghost.providers.local_stack import LocalStack

REGION = "eu-west-1"
PROD_ACCOUNT, CONTROL_ACCOUNT = "111111111111", "222222222222"
SECRET = "test"
"""The local AWS takes an account's number as the access key of its root, with this secret."""

STATE_BUCKET = f"flights-ghost-state-{PROD_ACCOUNT}-{REGION}"
BRANCH = "fix/overnight-arrivals"
DAYS = tuple(f"2013-02-{day:02}" for day in range(1, 15))
BEFORE, AFTER, SPARE = DAYS[:10], DAYS[10:13], DAYS[13:]
"""Files that are there before the branch opens, that arrive while it is open, and that are left to play with."""

SCHEMAS = ("raw", "analytics")
IGNORED = ("_loaded_at",)


@dataclass(frozen=True)
class Side:
    """One of the two productions: its chain, its warehouse, and the environment to work with it."""

    name: str
    aws: Session
    chain: Production
    environment: Mapping[str, str]


@dataclass
class Findings:
    """What the acts found out, for the summary."""

    branch_changes: tuple[str, ...] = ()
    clone: dict[str, Any] = field(default_factory=dict)
    fork: dict[str, Any] = field(default_factory=dict)
    feed: dict[str, Any] = field(default_factory=dict)
    observed: dict[str, Any] = field(default_factory=dict)
    overnight: int = 0
    documents: int = 0
    objects: int = 0
    prod_tables: tuple[TableComparison, ...] = ()


Act = tuple[str, Callable[[], None]]
"""What it is called, and what happens."""

OVERNIGHT = """
select count(*) from prod.analytics.fct_flights p join ghost.analytics.fct_flights g using (flight_id)
where p.arrived_at is distinct from g.arrived_at and g.arrived_at::date > g.flight_date
"""
"""How many of the flights that differ land on a later day in the ghost."""


class Story:
    """The acts of the demo on one stage and one local AWS."""

    def __init__(self, stage: Stage, stack: LocalStack, display: Display) -> None:
        self._stage, self._display = stage, display
        self.findings = Findings()
        self.ghost = GhostName("flights", BRANCH)
        self.prod = self._side("prod", stack, PROD_ACCOUNT, "flights")
        self.control = self._side("control", stack, CONTROL_ACCOUNT, "control")
        self._before: evidence.Documents = {}

    @property
    def opening(self) -> tuple[Act, ...]:
        """From nothing to a ghost that has processed production's new files."""
        return (
            ("Production: two Lambdas, three buckets, a dbt warehouse", self.build_production),
            ("A branch changes one Lambda and one dbt model", self.open_branch),
            ("Clone: the branch's own warehouse, zero copy", self.clone),
            ("Fork: the branch's Lambda, fed by production's events", self.fork),
            ("New files arrive in production; prod and ghost process them", self.deliver),
            ("Feed and build: the branch's models in the clone", self.build_ghost),
            ("Observe: what differs, and is it because of the branch?", self.compare),
        )

    @property
    def ending(self) -> tuple[Act, ...]:
        return (("Drop: nothing is left behind", self.drop),)

    @property
    def last_act(self) -> Act:
        return ("Production unharmed? Beside one that never had a ghost", self.check_production)

    def build_production(self) -> None:
        self._stage.set_up()
        self._stage.dbt("deps", environment={}, quiet=True)
        install_state_bucket(self.prod.aws, STATE_BUCKET)
        for side in (self.prod, self.control):
            side.chain.build()
        self.arrive(BEFORE)
        self._build_warehouses()
        self._before = evidence.documents(self.prod.aws, STATE_BUCKET)
        self.findings.documents = len(self._before)

    def open_branch(self) -> None:
        self._display.command(f"git switch --create {BRANCH}")
        self._stage.git("switch", "--quiet", "--create", BRANCH)
        self._stage.git("apply", str(self._stage.source / "branches/fix-overnight-arrivals.patch"))
        self._stage.commit("Flights that land after midnight arrive on the next day")
        changed = self._stage.git("diff", "--name-only", "main", "HEAD").split()
        self.findings.branch_changes = tuple(changed)
        self._display.command(f"export GHOST_BRANCH={BRANCH}")
        for name in changed:
            self._display.say(f"changed: {name}")

    def clone(self) -> None:
        self.findings.clone = self._ghost_operation("ghost_clone")

    def fork(self) -> None:
        self.findings.fork = json.loads(self._ghost_ingest("fork", "--json"))

    def deliver(self) -> None:
        self.arrive(AFTER)
        self.wait_for_ghost(AFTER)

    def build_ghost(self) -> None:
        self.findings.feed = self._ghost_operation("ghost_feed")
        self._side_by_side(self._build_warehouses, lambda: self._dbt("build"))

    def compare(self) -> None:
        self.findings.observed = json.loads(self._ghost_ingest("observe", "--json"))
        for sentence in self.findings.observed["headline"]:
            self._display.say(sentence)
        with self._warehouses("prod", "ghost") as connection:
            self.findings.overnight = connection.execute(OVERNIGHT).fetchone()[0]

    def drop(self) -> None:
        self._ghost_ingest("drop", "--yes", "--json")
        self._ghost_operation("ghost_drop")
        status = json.loads(self._ghost_ingest("status", "--json"))
        clones = self._stage.warehouse("prod") / "ghosts"
        left = [f"{found['kind']} {found['name']}" for found in status["found"]]
        left += [str(folder) for folder in clones.glob("*")]
        if left:
            raise GhostError("the ghost left something behind:\n  " + "\n  ".join(left))

    def check_production(self) -> None:
        """Raises GhostError, naming every difference, unless production is what it would have been without a ghost."""
        configuration = evidence.differences(self._before, evidence.documents(self.prod.aws, STATE_BUCKET))
        here, there = (evidence.objects(s.aws, s.chain.buckets.by_part()) for s in (self.prod, self.control))
        with self._warehouses("prod", "control") as connection:
            tables = compare(connection, "prod", "control", SCHEMAS, ignored=IGNORED)
        self.findings.objects, self.findings.prod_tables = len(here), tables
        unlike = tuple(f"table {table.table}: {_in_words(table)}" for table in tables if not table.same)
        harm = (*configuration, *evidence.compare_objects(here, there), *unlike)
        if harm:
            raise GhostError("production is not what it would have been:\n  " + "\n  ".join(harm))

    def arrive(self, days: tuple[str, ...]) -> None:
        """The same files for both productions; the first one warms the handlers up."""
        for side in (self.prod, self.control):
            side.chain.deliver(days[0])
        for side in (self.prod, self.control):
            side.chain.wait_for(days[0])
            side.chain.deliver_all(days[1:])
        for side in (self.prod, self.control):
            for day in days:
                side.chain.wait_for(day)

    def has_received(self, days: tuple[str, ...]) -> bool:
        """Have these files been processed by production already?"""
        there = evidence.objects(self.prod.aws, {"curated": self.prod.chain.buckets.curated})
        return all(("curated", f"flights/{day}.csv") in there for day in days)

    def wait_for_ghost(self, days: tuple[str, ...]) -> None:
        bucket = self.ghost.bucket(self.prod.chain.buckets.curated)
        functions = [self.ghost.function(step) for step in (TAP, *self.findings.fork["steps"])]
        for day in days:
            self.prod.chain.wait_for(day, bucket=bucket, functions=functions)

    def _build_warehouses(self) -> None:
        """Production's own work, and the control's, side by side."""
        self._side_by_side(*(partial(self._build_warehouse, side) for side in (self.prod, self.control)))

    def _side_by_side(self, *actions: Callable[[], object]) -> None:
        """All of them, in threads; where one fails or we are interrupted, the programs of the others are ended."""
        with ThreadPoolExecutor() as pool:
            try:
                for done in [pool.submit(action) for action in actions]:
                    done.result()
            except BaseException:
                self._stage.children.stop()
                raise

    def _build_warehouse(self, side: Side) -> None:
        for words in (("run-operation", "load_flights"), ("build",)):
            self._stage.dbt(*words, "--target", "prod", environment=side.environment, quiet=side is self.control)

    def _dbt(self, *words: str) -> DbtRun:
        return self._stage.dbt(*words, "--target", "ghost", environment=self.environment)

    def _ghost_operation(self, name: str) -> dict[str, Any]:
        """The operation's machine line."""
        result = self._dbt("run-operation", name).result
        if result is None:
            raise GhostError(f"{name} printed no GHOST_RESULT", "this is a bug in dbt-ghost")
        return result

    def _ghost_ingest(self, *words: str) -> str:
        return self._stage.ghost_ingest(*words, environment=self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """What a developer on the branch has set."""
        return {**self.prod.environment, "DBT_TARGET_PATH": "target/ghost", "GHOST_BRANCH": BRANCH}

    @property
    def project(self) -> Path:
        """The developer's checkout."""
        return self._stage.project

    @property
    def command_path(self) -> str:
        """PATH with dbt and ghost-ingest."""
        return self._stage.environment({})["PATH"]

    def _side(self, name: str, stack: LocalStack, account: str, prefix: str) -> Side:
        aws = Session(REGION, stack.url, account, SECRET)
        chain = Production(aws, self._stage.source, prefix)
        environment = {
            "AWS_ENDPOINT_URL": stack.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "GHOST_WAREHOUSE": str(self._stage.warehouse(name)),
            "DBT_TARGET_PATH": f"target/{name}",
            "FLIGHTS_CURATED_BUCKET": chain.buckets.curated,
        }
        return Side(name, aws, chain, environment)

    def _warehouses(self, *names: str) -> AbstractContextManager[Any]:
        """The named catalogs side by side, read only."""
        lakes = {"prod": Lake(self._stage.warehouse("prod")), "control": Lake(self._stage.warehouse("control"))}
        places = {name: lake.prod for name, lake in lakes.items()} | {"ghost": lakes["prod"].ghost(self.ghost)}
        return lake_reader.connect({name: places[name].catalog for name in names})


def _in_words(table: TableComparison) -> str:
    rows = f"{table.only_left} rows only in {table.left}, {table.only_right} only in {table.right}"
    return "; ".join([*table.structure, rows])
