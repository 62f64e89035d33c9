"""Lambda as it is: roles appear late (F 3.12), functions are pending (F 3.13), mappings are checked."""

from __future__ import annotations

import json
from typing import Any

from dbt_ghost.providers.aws.session import Session
from tests.chains.calls import Call, Rule, function_name
from tests.chains.permits import Asked, allowed

UNSEEN = "The role defined for the function cannot be assumed by Lambda."
READS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


class RolesAppearLate(Rule):
    """The first function of a new role is refused once."""

    def __init__(self) -> None:
        self._unseen: set[str] = set()

    def before(self, call: Call) -> None:
        role = str(call.params.get("Role", "")).rpartition("/")[2]
        if call.name == "lambda.CreateFunction" and role in self._unseen:
            self._unseen.remove(role)
            call.refuse("InvalidParameterValueException", UNSEEN)

    def after(self, call: Call, answer: dict[str, Any]) -> None:
        if call.name == "iam.CreateRole":
            self._unseen.add(call.params["RoleName"])


class FunctionsArePending(Rule):
    """A function that was made or changed is busy until somebody has looked at it, or has been refused once."""

    MAKING = ("CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration")
    LOOKING = ("GetFunction", "GetFunctionConfiguration")
    NEEDING = (*MAKING, "Invoke", "PublishVersion")

    def __init__(self) -> None:
        self._busy: dict[str, str] = {}

    def before(self, call: Call) -> None:
        if call.service == "lambda" and call.operation in self.NEEDING and self._busy.pop(call.function, ""):
            arn = call.look.account().function_arn(call.function)
            what = "The operation cannot be performed at this time. An update is in progress for resource"
            call.refuse("ResourceConflictException", f"{what}: {arn}", 409)

    def after(self, call: Call, answer: dict[str, Any]) -> None:
        if call.service != "lambda":
            return
        if call.operation in self.MAKING:
            making = call.operation == "CreateFunction"
            self._busy[call.function] = "Pending" if making else "InProgress"
            _say(answer, self._busy[call.function])
        elif call.operation in self.LOOKING and (state := self._busy.pop(call.function, "")):
            _say(answer.get("Configuration", answer), state)
        elif call.operation == "DeleteFunction":
            self._busy.pop(call.function, None)


def _say(configuration: dict[str, Any], state: str) -> None:
    key = "State" if state == "Pending" else "LastUpdateStatus"
    if configuration.get(key) != "Failed":
        configuration[key] = state


class MappingsAreChecked(Rule):
    """The role must be allowed to read the queue, and the queue must hide messages for as long as the function runs."""

    def before(self, call: Call) -> None:
        if call.name == "lambda.CreateEventSourceMapping":
            self._check(call, call.params["EventSourceArn"], call.function)
        elif call.name == "lambda.UpdateEventSourceMapping":
            found = call.look.client("lambda").get_event_source_mapping(UUID=call.params["UUID"])
            self._check(call, found["EventSourceArn"], call.function or function_name(found["FunctionArn"]))

    def _check(self, call: Call, queue: str, function: str) -> None:
        found = call.look.client("lambda").get_function_configuration(FunctionName=function)
        role = found["Role"].rpartition("/")[2]
        for read in READS:
            if not role_may(call.look, role, f"sqs:{read}", queue):
                told = f"The provided execution role does not have permissions to call {read} on SQS"
                call.refuse("InvalidParameterValueException", told)
        hidden, timeout = _visibility(call.look, queue), found["Timeout"]
        if hidden < timeout:
            told = f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds"
            call.refuse("InvalidParameterValueException", told)


def role_may(session: Session, role: str, action: str, resource: str) -> bool:
    """By its policies, and by its boundary if it has one."""
    account = session.account().id
    context = {"aws:resourceaccount": account, "aws:principalaccount": account}
    asked = Asked(action, resource, context=context)
    boundary = session.client("iam").get_role(RoleName=role)["Role"].get("PermissionsBoundary")
    bounded = not boundary or allowed([_managed(session, boundary["PermissionsBoundaryArn"])], asked)
    return bounded and allowed(_policies(session, role), asked)


def _policies(session: Session, role: str) -> list[str]:
    iam = session.client("iam")
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    texts = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in inline]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [_text(document) for document in texts] + [_managed(session, each["PolicyArn"]) for each in attached]


def _managed(session: Session, arn: str) -> str:
    iam = session.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _text(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _visibility(session: Session, queue: str) -> int:
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    return int(found["Attributes"]["VisibilityTimeout"])
