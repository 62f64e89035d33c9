"""What a copied step's code may do in prod and may not in the ghost, by what prod's role is allowed. Pure.

Nobody can tell from here what the code does: these are sentences for people, and refuse nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dbt_ghost.core import rights
from dbt_ghost.core.blueprint.ground import Ground
from dbt_ghost.core.blueprint.listening import Listening
from dbt_ghost.core.calls import Use
from dbt_ghost.core.flow import ForkedStep
from dbt_ghost.core.policies import Location, read_elsewhere
from dbt_ghost.core.statements import Answer

TO_LOOK = (
    *("iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy"),
    *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
)
"""What the caller needs to read a role's policies and boundary."""


def cautions(ground: Ground, heard: Listening) -> tuple[str, ...]:
    """One sentence each, in the order of the steps; what is not known of a role is said once."""
    found = [note for forked in ground.copied for note in _cautions(ground, heard, forked)]
    return tuple(dict.fromkeys(found))


def _cautions(ground: Ground, heard: Listening, forked: ForkedStep) -> Iterator[str]:
    step, function = forked.step.name, forked.step.function
    if function.policies is None:
        yield (
            f"what prod's role {function.role_arn.rpartition('/')[2]} may do was not looked at: denied; "
            f"give the caller {', '.join(TO_LOOK)}"
        )
        return
    role = rights.role_of(function, ground.account)
    for location in _read_directly(heard, step):
        if found := rights.changes(role, ground.account, location):
            yield (
                f"{step}: prod's role may {_verbs(found)} what it reads from {location.bucket}/{location.prefix}; "
                "if its code does so, set `input: staged`"
            )
    if services := rights.outside_s3(role, _known(ground, forked)):
        named = [f"{_called(service)} ({', '.join(actions)})" for service, actions in services.items()]
        yield f"{step}: prod's role may also use {', '.join(named)}; the copy may not"


def _read_directly(heard: Listening, step: str) -> list[Location]:
    """Prod's objects that the step is handed. Those that are staged it gets in a ghost bucket."""
    direct = [each for each in heard.arrivals if each.step == step and each.kind != "bucket" and each.bucket]
    return list(dict.fromkeys(Location(each.bucket, each.prefix, each.suffix) for each in direct))


def _verbs(found: dict[str, Answer]) -> str:
    """`delete, tag`, with what is not certain last."""
    certain = ", ".join(verb for verb, answer in found.items() if answer == "yes")
    perhaps = ", ".join(verb for verb, answer in found.items() if answer == "unknown")
    return " and ".join(filter(None, (certain, perhaps and f"perhaps {perhaps}")))


def _known(ground: Ground, forked: ForkedStep) -> dict[Use, Collection[str]]:
    """What the copy may do outside S3 too, or does by a queue of its own in place of prod's."""
    settings = ground.settings(forked.step.name)
    declared = read_elsewhere(url for url in settings.reads if not url.startswith("s3://"))
    queues = {trigger.mapping.queue_arn for trigger in forked.step.triggers if trigger.mapping}
    reads: dict[Use, Collection[str]] = {grant.use: grant.resources for grant in declared}
    return reads | {"receive": queues, "mount": ("*",) if settings.efs and forked.step.function.mounts else ()}


def _called(service: str) -> str:
    return "every service" if service == "*" else service
