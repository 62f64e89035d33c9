"""The tap: one small function on prod's events, for all of a ghost's steps, and on the ghost's own for shared ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dbt_ghost.core import policies
from dbt_ghost.core.blueprint.ground import EVENTS, Ground
from dbt_ghost.core.blueprint.listening import Arrival, Listening
from dbt_ghost.core.blueprint.sharing import routes_of_shared
from dbt_ghost.core.blueprint.steps import key_grants
from dbt_ghost.core.blueprint.surroundings import GhostRole, ghost_role, invokers, surroundings
from dbt_ghost.core.eventbridge import rule_pattern
from dbt_ghost.core.naming import TAP, TAP_HANDLER
from dbt_ghost.core.policies import Grant, Location
from dbt_ghost.core.resources import Function, Resource, Rule, pairs

MAX_EVENT_AGE_S = 3600
RUNTIME = "python3.12"
TIMEOUT_S = 30
STAGING_TIMEOUT_S = 900  # a large object is copied part by part
STAGING_MEMORY_MB = 256


def tap_resources(ground: Ground, heard: Listening) -> Iterator[Resource]:
    """Nothing where no step needs the tap."""
    role, routes = tap_role(ground, heard), _routes(heard)
    if role is None:
        return
    inside = routes_of_shared(ground)
    rule = _rule(ground, [arrival for arrival in routes if not arrival.topic_arn], inside)
    if rule:
        arn, own = ground.account.rule_arn(rule.name), ground.function_arn(TAP)
        senders = {(EVENTS, arn, own), (EVENTS, arn, ground.failures_arn(TAP))}
        heard = replace(heard, senders=heard.senders | senders)
        yield rule
    yield from surroundings(ground, heard, role)
    yield _function(ground, heard, routes, inside)


def tap_role(ground: Ground, heard: Listening) -> GhostRole | None:
    """None where no step needs the tap."""
    routes = _routes(heard)
    return ghost_role(ground, TAP, _grants(ground, routes)) if routes or ground.shared else None


def staged_of(heard: Listening) -> list[Location]:
    """Prod's keys that the tap copies."""
    return [Location(each.bucket, each.prefix, each.suffix) for each in _routes(heard) if each.kind == "bucket"]


def _routes(heard: Listening) -> list[Arrival]:
    return [arrival for arrival in heard.arrivals if arrival.by == "tap"]


def _rule(ground: Ground, routes: list[Arrival], inside: list[dict[str, Any]]) -> Rule | None:
    filters = [(route.bucket, (route.prefix, route.suffix)) for route in routes]
    filters += [(route["bucket"], (route["prefix"], route["suffix"])) for route in inside]
    if not filters:
        return None
    return Rule(
        name=ground.ghost.rule(TAP),
        pattern=rule_pattern(filters),
        target_arn=ground.function_arn(TAP),
        enabled=not ground.config.ingestion.paused,
        max_event_age_s=MAX_EVENT_AGE_S,
        dead_letter_arn=ground.failures_arn(TAP),
        tags=ground.tags,
    )


def _grants(ground: Ground, routes: list[Arrival]) -> list[Grant]:
    account = ground.account
    functions = {account.function_arn(route.to) for route in routes if route.kind == "function"}
    queues = {account.queue_arn(route.to) for route in routes if route.kind == "queue"}
    staged = [route for route in routes if route.kind == "bucket"]
    into = {route.to for route in staged}
    return [
        *policies.hand_on(functions, queues, {forked.step.function.qualified_arn for forked in ground.shared}),
        policies.read_prod(account, [Location(r.bucket, r.prefix, r.suffix) for r in staged], "read version"),
        policies.tell_gone(account, {route.bucket for route in staged}),
        policies.stage_into(account, into),
        *key_grants(ground, prod={route.bucket for route in staged}, read=set(), written=into),
    ]


def _function(ground: Ground, heard: Listening, routes: list[Arrival], inside: list[dict[str, Any]]) -> Function:
    staging = any(route.kind == "bucket" for route in routes)
    told = {
        "sample": ground.config.ingestion.sample,
        "routes": [*(route.route(ground.account.queue_url(route.to)) for route in routes), *inside],
    }
    return Function(
        name=ground.ghost.function(TAP),
        role_arn=ground.role_arn(TAP),
        runtime=RUNTIME,
        handler=TAP_HANDLER,
        code_sha256=ground.tap_sha256,
        memory_mb=STAGING_MEMORY_MB if staging else 128,
        timeout_s=STAGING_TIMEOUT_S if staging else TIMEOUT_S,
        environment=pairs({"GHOST_ROUTES": json.dumps(told, sort_keys=True)}),
        invokers=invokers(ground, heard, TAP),
        max_event_age_s=MAX_EVENT_AGE_S,
        failures_arn=ground.failures_arn(TAP),
        tags=ground.tags,
    )
