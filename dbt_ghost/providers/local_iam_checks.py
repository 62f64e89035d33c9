"""What the local AWS (ministack) is changed to check, function by function. `local_iam` says what and why.

Everything of ministack is looked up when it is used: it has no types, and it need not be installed to import this.
"""

from __future__ import annotations

import contextvars
import dataclasses
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from dbt_ghost.providers import local_iam_calls as calls
from dbt_ghost.providers.local_iam_calls import Call, Check

SOURCE_FUNCTION = "lambda:sourcefunctionarn"

_call: contextvars.ContextVar[Call | None] = contextvars.ContextVar("dbt_ghost_call", default=None)
_refused: contextvars.ContextVar[Check | None] = contextvars.ContextVar("dbt_ghost_refused", default=None)


def module(name: str) -> Any:
    """Of ministack."""
    return importlib.import_module(f"ministack.{name}")


def know_principals() -> None:
    """Who asks: the role of a session, and the function whose code it is."""
    evaluator, sessions = module("core.iam_evaluator"), module("services.sts")
    condition_key, principal = evaluator._resolve_condition_key, evaluator.resolve_principal
    resource_policy = evaluator.evaluate_resource_policy
    credentials = module("core.lambda_runtime").execution_credentials

    def execution_credentials(config: dict[str, Any]) -> Any:
        """Only Lambda's runtime makes sessions in this way: what assumes the role by hand is not marked."""
        made = credentials(config)
        sessions._sessions[made["AWS_ACCESS_KEY_ID"]][SOURCE_FUNCTION] = unqualified(config["FunctionArn"])
        return made

    def resolve_principal(access_key_id: str, account_id: str, credential: Any = None) -> Any:
        found = principal(access_key_id, account_id, credential)
        function = sessions._sessions.get(access_key_id, {}).get(SOURCE_FUNCTION)
        if function and isinstance(found, evaluator.PrincipalInfo):
            found.keys[SOURCE_FUNCTION] = function
        return found

    def evaluate_resource_policy(doc: Any, ctx: Any, *more: Any, **named: Any) -> Any:
        known = {key: value for key, value in ctx.principal_keys.items() if key != SOURCE_FUNCTION}
        return resource_policy(doc, dataclasses.replace(ctx, principal_keys=known), *more, **named)

    def resolve_condition_key(key: str, ctx: Any) -> Any:
        return role_of(ctx.principal_arn) if key.lower() == "aws:principalarn" else condition_key(key, ctx)

    for name in ("core.lambda_runtime", "services.lambda_svc"):
        module(name).execution_credentials = execution_credentials
    evaluator.resolve_principal = resolve_principal
    evaluator.evaluate_resource_policy = evaluate_resource_policy
    evaluator._resolve_condition_key = resolve_condition_key


def role_of(principal_arn: str) -> str:
    """The role's ARN of a session's; any other as it is."""
    parts = principal_arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return principal_arn
    account, name = parts[4], parts[5].split("/")[1]
    role = module("services.iam")._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:{parts[1]}:iam::{account}:role/{name}")


def unqualified(function_arn: str) -> str:
    """Without a version or an alias."""
    return ":".join(function_arn.split(":")[:7])


NAMED_OTHERWISE = {
    "GetLayerVersionByArn": "GetLayerVersion",
    "Invoke": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
}
"""Calls of Lambda whose action in IAM has another name."""


def know_actions() -> None:
    """Which action a call of Lambda is: by AWS's own model of its paths."""
    actions = module("core.iam_actions")
    actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]
    extract = actions.extract_iam_action

    def extract_iam_action(*given: Any, **named: Any) -> Any:
        asked = _arguments(extract, given, named)
        if asked["service"] == "lambda":
            by_path = (asked[name] for name in ("service", "method", "path", "query_params"))
            if operation := actions._match_rest_action(*by_path):
                return f"lambda:{NAMED_OTHERWISE.get(operation, operation)}"
        return extract(**asked)

    actions.extract_iam_action = extract_iam_action


def know_resources() -> None:
    """On which ARN a call is authorised. The call is kept for `enforce`, which sees no more of it than its action."""
    actions = module("core.iam_actions")
    extract = actions.extract_resource_arn

    def extract_resource_arn(*given: Any, **named: Any) -> Any:
        asked = _arguments(extract, given, named)
        found = extract(**asked)
        action = actions.extract_iam_action(**{k: v for k, v in asked.items() if k not in ("region", "account_id")})
        params, body = calls.first_values(asked["query_params"]), asked["body"]
        fields = calls.fields_of(body)
        call = Call(action or "", asked["path"], params, fields, body, asked["region"], asked["account_id"])
        _call.set(call)
        return calls.resource_of(call, found, Stored())

    actions.extract_resource_arn = extract_resource_arn


def check_more() -> None:
    """The keys of a call, what else it needs, and a refusal that names what was refused."""
    evaluator, actions, tagging = module("core.iam_evaluator"), module("core.iam_actions"), module("services.tagging")
    tagging._RESOURCE_TAG_COLLECTORS["events"] = tagging._collect_eventbridge
    check, answer = evaluator.enforce, actions.access_denied_response

    def enforce(*given: Any, **named: Any) -> Any:
        asked, call = _arguments(check, given, named), _call.get()
        first = Check(asked["iam_action"], asked["resource_arn"], dict(asked["service_context"] or {}))
        checks = [first]
        if call and call.action == first.action and not evaluator.is_root_access_key(asked["access_key_id"]):
            keys = first.keys | calls.keys_of(call, first.resource, Stored())
            checks = [Check(first.action, first.resource, keys), *calls.further(call, first.resource, keys)]
        for each in checks:
            which = {"iam_action": each.action, "resource_arn": each.resource, "service_context": each.keys}
            refusal = check(**asked | which)
            _refused.set(each if refusal else None)
            if refusal:
                return refusal
        return None

    def access_denied_response(service: str, action: str, principal_arn: str, request_id: str, **named: Any) -> Any:
        refused = _refused.get()
        if refused and not any(named.get(name) for name in ("error_code", "message", "resource_policy_arn")):
            action, named["resource_arn"] = refused.action, refused.resource
            named["message"] = actions.identity_denial_message(
                action, principal_arn, refused.resource, named.get("explicit_deny", False)
            )
        return answer(service, action, principal_arn, request_id, **named)

    evaluator.enforce = enforce
    actions.access_denied_response = access_denied_response


def _arguments(function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """By their names."""
    bound = inspect.signature(function).bind(*given, **named)
    bound.apply_defaults()
    return bound.arguments


class Stored:
    """What ministack holds, of the account and region of the request that is being served. Implements `calls.Known`."""

    def role(self, name: str) -> Mapping[str, Any]:
        return module("services.iam")._roles.get(name) or {}

    def principal(self, function: str, statement: str) -> str:
        stored = self._function(function)
        found = [each for each in stored.get("policy", {}).get("Statement", []) if each.get("Sid") == statement]
        principal = found[0]["Principal"] if found else ""
        return str(next(iter(principal.values())) if isinstance(principal, dict) else principal)

    def function_of(self, mapping: str) -> str:
        return str((module("services.lambda_svc")._esms.get(mapping) or {}).get("FunctionArn", ""))

    def tags(self, arn: str) -> Mapping[str, str]:
        """ministack finds the tags of the other kinds by their ARN."""
        if ":function:" in arn:
            return dict(self._function(arn).get("tags") or {})
        if ":event-source-mapping:" in arn:
            mapping = module("services.lambda_svc")._esms.get(arn.rpartition(":")[2]) or {}
            return dict(mapping.get("Tags") or {})
        if ":log-group:" in arn:
            group = module("services.cloudwatch_logs").resolve_tag_resource(arn.partition(":log-stream:")[0]) or {}
            return dict(group.get("tags") or {})
        return dict(module("services.tagging").resource_tags(arn) or {})

    def _function(self, arn: str) -> Mapping[str, Any]:
        return module("services.lambda_svc")._functions.get(unqualified(arn).rpartition(":")[2]) or {}
