"""Where S3 and SNS may deliver to, which the local AWS does not ask.

F 1.5: a notification document is taken only if each destination lets S3 in. F 1.7: its filters must not overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.providers.aws.session import Session, code_of
from tests.chains.calls import GONE, Call, Rule, function_name, qualifier
from tests.chains.permits import Asked, allowed, decide, delivery

PUT_NOTIFICATIONS = "s3.PutBucketNotificationConfiguration"
OVERLAP = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)
UNABLE = "Unable to validate the following destination configurations"
KINDS = ("LambdaFunction", "Queue", "Topic")
ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}


class FiltersDoNotOverlap(Rule):
    def before(self, call: Call) -> None:
        if call.name == PUT_NOTIFICATIONS:
            found = [entry for entry, _ in entries(call.params["NotificationConfiguration"])]
            if any(_overlap(one, other) for one, other in combinations(found, 2)):
                call.refuse("InvalidArgument", OVERLAP)


class DestinationsTakeDeliveries(Rule):
    def before(self, call: Call) -> None:
        if call.name != PUT_NOTIFICATIONS or call.params.get("SkipDestinationValidation"):
            return
        account = call.look.account()
        source = account.bucket_arn(call.params["Bucket"])
        for _, arn in entries(call.params["NotificationConfiguration"]):
            if not takes(call.look, arn, "s3", source):
                call.refuse("InvalidArgument", UNABLE)


class TopicsLetSubscribe(Rule):
    """A topic of our own account unless its policy denies it; another account's never: we could not read its policy."""

    def before(self, call: Call) -> None:
        if call.name != "sns.Subscribe":
            return
        topic, account = call.params["TopicArn"], call.look.account()
        ours = topic.split(":")[4] == account.id
        asked = Asked("sns:Subscribe", topic, account.id, {"aws:sourceowner": account.id})
        if not ours or decide(_policy_of(call.look, topic), asked) == "deny":
            told = f"User is not authorized to perform: SNS:Subscribe on resource: {topic}"
            call.refuse("AuthorizationError", told, 403)


def takes(session: Session, arn: str, service: str, source_arn: str) -> bool:
    """Does the policy of the function, queue or topic let the service deliver events of that source?"""
    asked = delivery(ACTIONS[arn.split(":")[2]], arn, service, source_arn, session.account().id)
    return allowed([_policy_of(session, arn)], asked)


def _policy_of(session: Session, arn: str) -> str:
    """Of a function at the ARN's qualifier, a queue or a topic. Empty without one, and where there is no such thing."""
    try:
        match arn.split(":")[2]:
            case "lambda":
                named = {"FunctionName": function_name(arn), **qualifier(arn)}
                return str(session.client("lambda").get_policy(**named)["Policy"])
            case "sqs":
                sqs = session.client("sqs")
                url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
                found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
                return str(found.get("Attributes", {}).get("Policy", ""))
            case _:
                return str(session.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy", ""))
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
        return ""


def entries(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each entry of a notification document, with the ARN that it names."""
    for kind in KINDS:
        for entry in document.get(f"{kind}Configurations", ()):
            yield entry, entry[f"{kind}Arn"]


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Could one object's event be for both?"""
    events = product(one["Events"], other["Events"])
    same_event = any(_either(a.rstrip("*"), b.rstrip("*"), str.startswith) for a, b in events)
    (prefix, suffix), (other_prefix, other_suffix) = _filter(one), _filter(other)
    return same_event and _either(prefix, other_prefix, str.startswith) and _either(suffix, other_suffix, str.endswith)


def _either(one: str, other: str, has: Any) -> bool:
    return bool(has(one, other) or has(other, one))


def _filter(entry: dict[str, Any]) -> tuple[str, str]:
    rules = entry.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    values = {rule["Name"].lower(): rule["Value"] for rule in rules}
    return values.get("prefix", ""), values.get("suffix", "")
