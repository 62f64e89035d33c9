"""The local AWS (ministack) with IAM switched on, and taught what AWS checks and it does not, so that dbt-ghost's own
documents are enforced as they are. `local_stack` runs it as `python -m dbt_ghost.providers.local_iam`.

ministack itself does: signatures; policies of roles with their boundaries, of sessions, buckets, queues, topics,
functions and keys, Deny before Allow; all condition operators; `aws:ResourceAccount`, `aws:SecureTransport`,
`s3:prefix` and the tags of a request; the tags of a resource where a role's own policy asks for them.

| supplied here | where |
|---|---|
| `aws:PrincipalArn` of a session: the ARN of its role, with the role's path | every policy |
| `lambda:SourceFunctionArn`, without a qualifier, of what a function's code asks for | policies of roles, boundaries |
| `iam:PermissionsBoundary`: the one asked for, else the role's own | calls that make, change, read, remove a role |
| `iam:PolicyARN` | AttachRolePolicy, DetachRolePolicy |
| `iam:PassRole` with `iam:PassedToService` | CreateFunction, UpdateFunctionConfiguration, PutTargets, PutRule |
| `lambda:Principal` | AddPermission, RemovePermission (of the statement that goes) |
| `lambda:FunctionUrlAuthType` | AddPermission |
| `lambda:FunctionArn` | Create-, Get-, Update-, DeleteEventSourceMapping |
| `events:TargetArn`; `events:source` and `events:detail-type` | PutTargets; PutRule |
| `sns:Endpoint`, `sns:Protocol` | Subscribe |
| `aws:ResourceTag` where any policy asks for it; of rules, mappings and aliases at all | all calls |
| `aws:RequestTag`, `aws:TagKeys` | CreateBucket |
| the right to tag what is made with tags | `local_iam_calls.TAGGING` |
| the right ARN: of functions to be made, versions, aliases, layers, rules, log streams, roles with a path | all calls |
| the right action: of every call of Lambda (ministack checks none for changes of mappings) | all calls |

Still other than on AWS, so nothing that runs here proves it:

- What services do themselves: who may invoke a function (its resource policy) is not checked when an event is
  delivered. Lambda reads queues, sends failures on and writes logs without its role's rights, so these have no
  `lambda:SourceFunctionArn` to be told. S3 uses KMS keys without rights, and there is no `kms:ViaService`.
- `iam:PassRole` for services other than Lambda and EventBridge. `lambda:Layer`, and the right to the layer itself.
- A queue or topic checks its own policy once more without the keys of the call: a Deny there can hit too much.
- `lambda:GetFunction` leaves out the tags for whoever may not `lambda:ListTags`: not here.
- `aws:ResourceTag` is there for `iam:PassRole`, on which AWS advises against it.
- Policy variables such as `${aws:PrincipalTag/x}` are plain text. `NotPrincipal` never matches. There is one account at
  a time, and no organization. Root may do everything and assume every role.
- Changes of policies hold at once.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers import local_iam_checks as checks

NEEDED: Mapping[str, Mapping[str, str]] = {
    "core.iam_evaluator": {
        "AuthError": "",
        "PrincipalInfo": "",
        "_resolve_condition_key": "key ctx",
        "enforce": "access_key_id iam_action service region resource_arn service_context",
        "evaluate_resource_policy": "doc ctx service named_only direct_only",
        "is_root_access_key": "access_key_id",
        "resolve_principal": "access_key_id account_id credential",
    },
    "core.iam_actions": {
        "_BOTOCORE_SERVICE_MAP": "",
        "_match_rest_action": "service method path query_params",
        "access_denied_response": (
            "service action principal_arn request_id error_code message headers resource_arn explicit_deny"
            " resource_policy_arn"
        ),
        "extract_iam_action": "service method path headers body query_params",
        "extract_resource_arn": "service method path headers body query_params region account_id",
        "identity_denial_message": "action principal_arn resource explicit_deny",
    },
    "core.lambda_runtime": {"execution_credentials": "config"},
    "services.cloudwatch_logs": {"resolve_tag_resource": "arn account_id region"},
    "services.iam": {"_roles": ""},
    "services.sts": {"_sessions": ""},
    "services.tagging": {"_RESOURCE_TAG_COLLECTORS": "", "_collect_eventbridge": "", "resource_tags": "arn"},
    "services.lambda_svc": {"_esms": "", "_functions": "", "execution_credentials": "config"},
    "app": {"AUTH": "", "main": ""},
}
"""What of ministack is replaced or read, and the parameters of those functions."""


def main() -> None:
    """Run the server until it is stopped. Raises SystemExit, with the reason, where IAM would not be enforced."""
    try:
        teach()
    except GhostError as error:
        sys.exit(f"{error.message}: {error.hint}")
    checks.module("app").main()


def teach() -> None:
    """Change ministack in this process, before it serves. Raises GhostError, with nothing changed, unless it is the
    ministack that this was written for, with IAM switched on.
    """
    lacking = [f"{module}.{name}" for module, names in NEEDED.items() for name in names if _lacks(module, name)]
    if lacking:
        raise GhostError(
            f"this ministack is not the one whose IAM is known: {', '.join(lacking)} is missing or has changed",
            "pip install 'dbt-ghost[demo]' installs the right one",
        )
    if not checks.module("app").AUTH:
        raise GhostError("the local AWS would not check IAM", "start it with AUTH=true")
    checks.know_principals()
    checks.know_actions()
    checks.know_resources()
    checks.check_more()


def _lacks(module: str, name: str) -> bool:
    try:
        found = getattr(checks.module(module), name)
    except (ImportError, AttributeError):
        return True
    takes = NEEDED[module][name]
    return bool(takes) and takes.split() != list(inspect.signature(found).parameters)


if __name__ == "__main__":
    main()
