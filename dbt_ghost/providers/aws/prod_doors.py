"""The names by which a production function can be invoked, who may use each, and the mappings that do."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.core.resources import canonical
from dbt_ghost.core.topology import ProdMapping
from dbt_ghost.core.wires import Alias, Door, SeenMapping
from dbt_ghost.providers.aws.session import Session, swallowing

GONE = "ResourceNotFoundException"

STREAMS = {"kinesis": "Kinesis stream", "dynamodb": "DynamoDB stream", "kafka": "Kafka cluster", "mq": "MQ broker"}
"""The service in an event source's ARN, as people call the source."""

ON = {"Enabled", "Enabling", "Creating", "Updating"}
"""States of a mapping that reads, or will in a moment."""

OF_QUEUES = {
    *("BatchSize", "EventSourceArn", "EventSourceMappingArn", "FilterCriteria", "FunctionArn"),
    *("FunctionResponseTypes", "LastModified", "LastProcessingResult", "MaximumBatchingWindowInSeconds"),
    *("ScalingConfig", "State", "StateTransitionReason", "UUID"),
    *("MetricsConfig", "ProvisionedPollerConfig", "KMSKeyArn"),
    # These say nothing for a queue, whatever is given.
    *(
        "StartingPosition",
        "StartingPositionTimestamp",
        "ParallelizationFactor",
        "DestinationConfig",
        "Topics",
        "Queues",
    ),
    *("MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "TumblingWindowInSeconds"),
    *("SourceAccessConfigurations", "SelfManagedEventSource", "AmazonManagedKafkaEventSourceConfig"),
    *("SelfManagedKafkaEventSourceConfig", "DocumentDBEventSourceConfig", "LoggingConfig"),
}
"""Parts of a mapping that were thought about."""


def aliases(session: Session, function: str) -> tuple[Alias, ...]:
    """Lets AWS's errors through, also the one for a function that does not exist."""
    pages = session.client("lambda").get_paginator("list_aliases").paginate(FunctionName=function)
    found = [
        Alias(
            name=each["Name"],
            version=each["FunctionVersion"],
            weighted=bool(each.get("RoutingConfig", {}).get("AdditionalVersionWeights")),
        )
        for page in pages
        for each in page["Aliases"]
    ]
    return tuple(sorted(found, key=lambda alias: alias.name))


def versions(session: Session, function: str) -> tuple[str, ...]:
    """The published ones, newest first. Lets AWS's errors through."""
    pages = session.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=function)
    found = [each["Version"] for page in pages for each in page["Versions"]]
    return tuple(sorted((each for each in found if each.isdigit()), key=int, reverse=True))


def read(session: Session, function: str, qualifier: str) -> Door:
    """Policies and mappings of each qualifier are apart (F 2.2, 2.3). Lets AWS's errors through."""
    arn = ":".join(filter(None, (session.account().function_arn(function), qualifier)))
    which = {"FunctionName": function} | ({"Qualifier": qualifier} if qualifier else {})
    client, policy, has_url = session.client("lambda"), "", False
    with swallowing(GONE):
        policy = canonical(json.loads(client.get_policy(**which)["Policy"]))
    if not qualifier.isdigit():  # a version has no URL
        with swallowing(GONE):
            has_url = bool(client.get_function_url_config(**which).get("FunctionUrl"))
    return Door(function, qualifier, arn, policy, _mappings(session, arn), has_url)


def _mappings(session: Session, arn: str) -> tuple[SeenMapping, ...]:
    pages = session.client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=arn)
    found = [_mapping(each) for page in pages for each in page["EventSourceMappings"]]
    return tuple(sorted(found, key=lambda mapping: (mapping.source, mapping.function_arn)))


def _mapping(found: dict[str, Any]) -> SeenMapping:
    source = found.get("EventSourceArn", "")
    is_queue = source.split(":")[2:3] == ["sqs"]
    filters = found.get("FilterCriteria") or {}
    return SeenMapping(
        function_arn=found["FunctionArn"],
        source=source if is_queue else _called(found, source),
        is_queue=is_queue,
        enabled=found.get("State", "Enabled") in ON,
        how=ProdMapping(
            queue_arn=source,
            batch_size=found.get("BatchSize", 10),
            window_s=found.get("MaximumBatchingWindowInSeconds") or 0,
            filters=canonical(filters) if filters.get("Filters") else "",
            partial_failures="ReportBatchItemFailures" in (found.get("FunctionResponseTypes") or []),
            max_concurrency=(found.get("ScalingConfig") or {}).get("MaximumConcurrency"),
        ),
        unmodelled=tuple(sorted(_unmodelled(found))) if is_queue else (),
        left_out=("pollers provisioned for its queue",) if is_queue and found.get("ProvisionedPollerConfig") else (),
    )


def _unmodelled(found: dict[str, Any]) -> set[str]:
    names = {f"event source mapping with {key}" for key, value in found.items() if value and key not in OF_QUEUES}
    hidden = found.get("FilterCriteriaError") or (found.get("KMSKeyArn") and not found.get("FilterCriteria"))
    names -= {"event source mapping with FilterCriteriaError"}
    return names | ({"filter of its queue that cannot be read"} if hidden else set())


def _called(found: dict[str, Any], source: str) -> str:
    if not source:
        return "self-managed Kafka cluster" if found.get("SelfManagedEventSource") else "event source without an ARN"
    kind = "DocumentDB cluster" if found.get("DocumentDBEventSourceConfig") else STREAMS.get(source.split(":")[2])
    return f"{kind or 'event source'} {source}"
