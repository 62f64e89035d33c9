"""Two projects: one whose ghosts need everything, and a plain one. What is there of each is written here by hand."""

from __future__ import annotations

from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.policies.locations import Location
from dbt_ghost.core.policies.reach import Reach
from dbt_ghost.core.resources import Mount
from dbt_ghost.core.topology import Account

ACCOUNT, OTHER = "111111111111", "222222222222"
REGION, PROJECT = "eu-west-1", "shop"
HOME = Account(ACCOUNT, REGION)
GHOST = GhostName(PROJECT, "fix/late")

IAM = f"arn:aws:iam::{ACCOUNT}"
STEPS, TAP = f"{IAM}:policy/dbt-ghost-shop-steps", f"{IAM}:policy/dbt-ghost-shop-tap"
DEPLOYER, RELEASE = f"{IAM}:role/dbt-ghost-shop-deployer", f"{IAM}:role/dbt-ghost-shop-release"
ADMIN = f"{IAM}:role/platform-admin"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
STATE = "shop-ghost-state"
LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:pandas:7"
IMAGE = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/clean"
TOPIC = HOME.topic_arn("shop-arrivals")

EVERYTHING = Reach(
    account=HOME,
    project=PROJECT,
    state_bucket=STATE,
    functions=("shop-clean", "shop-enrich"),
    buckets=("shop-late", "shop-mid", "shop-raw"),
    outputs=("shop-mid", "shop-out"),
    steps_read=(Location("shop-mid", "in/"),),
    tap_reads=(Location("shop-raw", "in/", ".csv"),),
    seeds=(Location("shop-history", "2025/"), Location("shop-mid", "in/one.csv", exact=True)),
    elsewhere=(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop-loader-AbCdEf",),
    keys=tuple((f"shop-{name}", f"{KEY}{name}") for name in ("late", "mid", "out", "raw")),
    own_key=f"{KEY}ghosts",
    topics=(TOPIC,),
    queues=(HOME.queue_arn("shop-arrivals"),),
    buses=("default", "orders"),
    rules=(HOME.rule_arn("shop-arrivals", "orders"),),
    shared=(f"{HOME.function_arn('shop-enrich')}:live",),
    roles=(HOME.role_arn("shop-clean-role"), HOME.role_arn("shop-enrich-role")),
    brought=(HOME.role_arn("ready-made"),),
    images=(IMAGE,),
    layers=(LAYER,),
    network=True,
    mounts=(Mount(f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-1", "/mnt/p"),),
)

PLAIN = Reach(
    account=HOME,
    project=PROJECT,
    state_bucket=STATE,
    functions=("shop-clean",),
    buckets=("shop-raw",),
    outputs=("shop-out",),
    steps_read=(Location("shop-raw", "in/"),),
    roles=(HOME.role_arn("shop-clean-role"),),
)

REACHES = {"everything": EVERYTHING, "plain": PLAIN}
