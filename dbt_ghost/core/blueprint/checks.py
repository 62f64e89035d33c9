"""What no ghost can be, refused before anything is changed, and what people must know of one that can. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.blueprint.cautions import cautions
from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.blueprint.sharing import check_shared, heard_by_shared, shared_notes
from dbt_ghost.core.blueprint.steps import reserved
from dbt_ghost.core.errors import Refused
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.policies import Location
from dbt_ghost.core.record import Channel
from dbt_ghost.core.resources import PACKAGE_LIMIT, canonical

UNRESERVED_FLOOR = 100  # concurrency that Lambda keeps free for functions without a reservation (F 3.14)


def check(ground: Ground, reserved_now: int) -> None:
    """Raises Refused. `reserved_now` is what the ghost's existing functions have reserved already."""
    for forked in ground.copied:
        _check_step(ground, forked)
    for forked in ground.shared:
        check_shared(ground, forked)
    if len(set(ground.routes.values())) < len(ground.routes):
        raise Refused("two prod buckets would share one ghost bucket", "rename one of the output buckets")
    _check_state_bucket(ground)
    for channel in ground.channels:
        _check_channel(ground, channel)
    _check_capacity(ground, reserved_now)


def check_landing(ground: Ground, heard: Listening) -> None:
    """No output of the ghost may land where something of prod's listens. Raises Refused.

    Only by EventBridge could it: all else that prod listens to is told of prod's own buckets.
    """
    told = heard.eventbridge | heard_by_shared(ground)
    for step in ground.topology.steps if told else ():
        for rule in step.open_rules:
            raise Refused(
                f"step {step.name}: prod's {rule}: it could start {step.function.name} with what the ghost writes to "
                f"{', '.join(sorted(told))}, which must send events to EventBridge",
                "name the rule's buckets in its pattern, under detail.bucket.name",
            )


def _check_channel(ground: Ground, channel: Channel) -> None:
    """A pipe's queue is Snowflake's. One of ours would be prod's, and the ghost's events would be in it."""
    parts = channel.queue_arn.split(":")
    own = parts[4:5] == [ground.account.id]
    if len(parts) != 6 or parts[2] != "sqs" or parts[3] != ground.account.region or own:
        raise Refused(
            f"{channel.queue_arn} is not the queue of a pipe{', but of this account' if own else ''}",
            f"`ghost_feed` tells the pipe's channel; it must be in {ground.account.region}, as the bucket is",
        )


def _check_state_bucket(ground: Ground) -> None:
    """What is written there would start prod's functions, and what steps write there would be the ghosts' records."""
    state = ground.state_bucket
    heard = {trigger.bucket for step in ground.topology.steps for trigger in step.triggers}
    written = {bucket for forked in ground.forked for bucket in forked.outputs}
    if state in {*heard, *written, *(bucket.name for bucket in ground.topology.buckets)}:
        raise Refused(
            f"the state bucket {state} is one of the chain's own",
            "ingestion.state_bucket: one that an admin made for the records alone",
        )


def _check_step(ground: Ground, forked: ForkedStep) -> None:
    step, function, settings = forked.step.name, forked.step.function, ground.settings(forked.step.name)
    lacking = list(function.unmodelled)
    if function.network and not settings.vpc:
        lacking.append("VPC (`vpc: true` copies it; the network is a way to write that IAM does not cover)")
    if function.mounts and not settings.efs:
        lacking.append("EFS (`efs: true` mounts prod's file system, which the ghost could then write)")
    if lacking:
        raise Refused(
            f"step {step}: {function.name} has what a copy cannot carry: {', '.join(lacking)}",
            "say so in its settings where that is offered; else such a step cannot be forked yet",
        )
    if not ground.codes[step].changed and function.code_bytes > PACKAGE_LIMIT:
        raise Refused(
            f"step {step}: the package of {function.name} has {function.code_bytes >> 20} MB, and Lambda takes 50",
            "it came to prod by way of S3, which a ghost's cannot yet: move large dependencies into a layer",
        )
    _check_inputs(ground, forked)
    if settings.feeds is not None:
        _check_loader(ground, forked)


def _check_inputs(ground: Ground, forked: ForkedStep) -> None:
    step, settings = forked.step.name, ground.settings(forked.step.name)
    for trigger in [*ground.staged(forked), *forked.inner]:
        if trigger.bucket in forked.outputs and trigger.entry and not (trigger.entry.prefix or trigger.entry.suffix):
            raise Refused(
                f"step {step}: every object of {trigger.bucket} triggers it, and it writes there, so it starts itself",
                "give the trigger a prefix or suffix, or the results a bucket of their own",
            )
    for url in settings.seed:
        if Location.of_url(url).bucket not in ground.routes:
            raise Refused(
                f"step {step}: seed {url}: the ghost has no bucket that stands in for {Location.of_url(url).bucket}",
                "seed what is in an output bucket, or in the input's with `input: staged`; other history the step can "
                "read where it is: `reads:`",
            )


def _check_loader(ground: Ground, forked: ForkedStep) -> None:
    """Prod's login on a copied loader could write prod by one qualified name."""
    step, settings = forked.step.name, ground.settings(forked.step.name)
    replaced = [name for name, rule in settings.env.items() if rule.action == "set"]
    if not replaced:
        raise Refused(
            f"step {step} feeds {settings.feeds}: its credential is not replaced",
            "give the variable that holds or names the credential a value of the ghosts' own: env: {NAME: {set: ...}}",
        )
    before = dict(forked.step.function.environment)
    same = [name for name in replaced if before.get(name) == settings.env[name].value]
    if same:
        raise Refused(
            f"step {step} feeds {settings.feeds}: {', '.join(same)} would keep prod's value",
            "set it to a login of the ghosts' own, whose role cannot write prod",
        )


def _check_capacity(ground: Ground, reserved_now: int) -> None:
    wanted = sum(reserved(ground, forked) or 0 for forked in ground.copied)
    free = ground.topology.unreserved
    if not wanted or free is None:
        return
    left = free + reserved_now - wanted
    if left < UNRESERVED_FLOOR:
        raise Refused(
            f"the ghost's caps reserve {wanted} of the account's concurrency, which would leave {left} unreserved; "
            f"Lambda wants {UNRESERVED_FLOOR}",
            f"lower `cap:` to {max(free + reserved_now - UNRESERVED_FLOOR, 0)} in all, or say `cap: none`",
        )


def notes(ground: Ground, heard: Listening) -> tuple[str, ...]:
    """What the ghost does without, and what nothing proves, one sentence each."""
    copies = [note for forked in ground.copied for note in _notes(ground, heard, forked)]
    return (*copies, *cautions(ground, heard), *(note for forked in ground.shared for note in shared_notes(forked)))


def _notes(ground: Ground, heard: Listening, forked: ForkedStep) -> Iterator[str]:
    step, function, settings = forked.step.name, forked.step.function, ground.settings(forked.step.name)
    for found in forked.step.unfollowed:
        yield f"{step}: not followed: {found}"
    for feature in function.left_out:
        yield f"{step}: not copied: {feature}"
    if settings.cap in (None, "none"):
        free = ground.topology.unreserved
        pool = "unreserved concurrency" if free is None else f"{free} unreserved concurrent executions"
        yield f"{step}: no `cap`: a burst takes from the account's {pool}, which prod uses too"
    if settings.vpc and function.network:
        yield f"{step}: not proved: what it can reach and write through prod's network"
    if settings.efs and function.mounts:
        yield f"{step}: not proved: prod's file system is mounted, and can be written"
    for url in settings.reads:
        if not url.startswith("s3://"):
            yield f"{step}: may read {url}"
    yield from _keys(ground, heard, forked)


def _keys(ground: Ground, heard: Listening, forked: ForkedStep) -> Iterator[str]:
    """A key's own policy must let the ghost's role in too, which only its owner can say (F 4.2c)."""
    step = forked.step.name
    read = {arrival.bucket for arrival in heard.arrivals if arrival.step == step}
    for bucket in ground.topology.buckets:
        if bucket.name in read and bucket.kms_key:
            yield (
                f"{step}: {bucket.name} is encrypted with {bucket.kms_key}; unless that key's policy leaves it to IAM, "
                f"it needs the statement {_key_statement(ground)}"
            )


def _key_statement(ground: Ground) -> str:
    roles = ground.account.role_arn(f"{ground.ghost.project_prefix}*")
    return canonical(
        {
            "Sid": "DbtGhost",
            "Effect": "Allow",
            "Principal": {"AWS": ground.account.root_arn},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": roles}},
        }
    )
