"""The values that configuration is made of: what each may look like, and what to say when it does not.

Names that go into IAM policies never hold `* ? $ { }`, which IAM would read as wildcards or variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
)
from pydantic_core.core_schema import CoreSchema, no_info_after_validator_function

from dbt_ghost.core.duration import DURATION_PATTERN, format_duration, parse_duration
from dbt_ghost.core.naming import PROJECT_PATTERN, STEP_PATTERN, TAP

BUCKET_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_KEY = r"[^*?${}\x00-\x1f\x7f]*"
_RELATION = r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*){0,2}"
_S3_URL = rf"s3://({BUCKET_NAME})/({_KEY})"
_READABLE_ARN = r"arn:[a-z0-9-]+:(secretsmanager|ssm|dynamodb):[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9/_+=.@:-]+"

# The names that Lambda sets itself and accepts from nobody.
RESERVED_VARIABLES = frozenset(
    "_HANDLER _X_AMZN_TRACE_ID AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV AWS_ACCESS_KEY AWS_ACCESS_KEY_ID"
    " AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
    " AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME"
    " AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR".split()
)


@dataclass(frozen=True)
class Shaped:
    """Text that matches `pattern` as a whole, or it "must be `rule`".

    Editors get the same pattern, or `published` where JSON Schema cannot say it.
    """

    pattern: str
    rule: str
    published: str = ""

    def check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.rule}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return _pattern_schema(self.published or self.pattern)


def _pattern_schema(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema(_pattern_schema(pattern))


def _step_name(value: str) -> str:
    if value == TAP:
        raise ValueError(f"`{TAP}` is the name of the ghost's own tap; give the step another name")
    if value.endswith("-"):
        raise ValueError("must not end in a hyphen")
    return Shaped(STEP_PATTERN, "1 to 16 lower-case letters, digits and hyphens, a letter first").check(value)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a number and m, h, d or w, for example 12h or 3d")
    return parse_duration(value)


def _read_url(value: str) -> str:
    return value if re.fullmatch(_READABLE_ARN, value) else _s3_url(value)


def _s3_url(value: str) -> str:
    if not re.fullmatch(_S3_URL, value, re.DOTALL):
        raise ValueError(
            "must be s3://bucket/prefix/ or s3://bucket/exact/object, without * ? $ { }; a whole bucket is s3://bucket/"
        )
    return value


Project = Annotated[str, Shaped(PROJECT_PATTERN, "2 to 10 lower-case letters and digits, a letter first")]
StepName = Annotated[str, AfterValidator(_step_name), _text(STEP_PATTERN)]
Bucket = Annotated[str, Shaped(BUCKET_NAME, "a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens")]
KeyPrefix = Annotated[str, Shaped(rf"(?!/){_KEY}", "the start of an object's key: no leading /, none of * ? $ { }")]
S3Url = Annotated[str, AfterValidator(_s3_url), _text(_S3_URL)]
ReadUrl = Annotated[str, AfterValidator(_read_url), _text(f"({_S3_URL}|{_READABLE_ARN})")]
FunctionName = Annotated[
    str, Shaped(r"[A-Za-z0-9_-]{1,64}", "a Lambda function's name, not its ARN and without an alias")
]
VariableName = Annotated[str, Shaped(r"[A-Za-z][A-Za-z0-9_]+", "the name of an environment variable")]
DatabaseName = Annotated[str, Shaped(r"[A-Za-z_][A-Za-z0-9_]{0,179}", "a database's name: letters, digits and _")]
RelationName = Annotated[str, Shaped(_RELATION, "a table's name, as schema.table or database.schema.table")]
SchemaName = Annotated[
    str, Shaped(r"[A-Za-z_][A-Za-z0-9_$]*\.[A-Za-z_][A-Za-z0-9_$]*", "a schema's name, as database.schema")
]
RoleName = Annotated[str, Shaped(r"[A-Za-z_][A-Za-z0-9_]{0,254}", "a role's name: letters, digits and _")]
IamName = Annotated[
    str, Shaped(r"(arn:[a-z0-9-]+:iam::[a-z0-9]*:[a-z]+/)?[A-Za-z0-9+=,.@_/-]{1,512}", "an IAM name or ARN, without *")
]
KmsKey = Annotated[
    str, Shaped(r"arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+", "a KMS key's ARN")
]
Region = Annotated[
    str,
    Shaped(
        r"(?=.{1,15}$)[a-z]{2,4}(-[a-z]+)+-[0-9]", "an AWS region, for example eu-west-1", r"[a-z]{2,4}(-[a-z]+)+-[0-9]"
    ),
]
BranchName = Annotated[str, Shaped(r"[^*?\s]+", "one branch's full name; patterns are not supported")]
Filled = Annotated[str, Shaped(r"(?s:.*\S.*)", "some text", r".*\S.*")]
TagKey = Annotated[
    str,
    Shaped(
        r"(?i:(?!aws:|dbt-ghost:))[\w .:/=+@-]{1,128}",
        "a tag's key, and not start with aws: or dbt-ghost:",
        r"(?!aws:|dbt-ghost:)[\w .:/=+@-]{1,128}",
    ),
]
TagValue = Annotated[str, Shaped(r"[\w .:/=+@-]{0,256}", "a tag's value: letters, digits, spaces and _ . : / = + - @")]
Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(format_duration, return_type=str), _text(DURATION_PATTERN)
]
Count = Annotated[int, Strict(), Field(ge=0, le=10**12)]
Fraction = Annotated[float, Strict(), Field(gt=0, le=1, allow_inf_nan=False)]
Tolerance = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
Switch = Annotated[bool, Strict()]


EnvAction = Literal["copy", "drop", "set", "route", "ref"]


@dataclass(frozen=True)
class EnvRule:
    """What becomes of one environment variable of a copied function. A `set` value may matter: it is never shown."""

    action: EnvAction
    value: str = field(default="", repr=False)


def _env_rule(value: object) -> EnvRule:
    if isinstance(value, EnvRule):
        return value
    if value in ("copy", "drop"):  # a tuple: the value may be a dict, which no set takes
        return EnvRule("copy" if value == "copy" else "drop")
    if isinstance(value, dict) and len(value) == 1:
        ((action, operand),) = value.items()
        if action in ("set", "route", "ref"):
            return EnvRule(action, _operand(action, operand))
    raise ValueError("must be copy, drop, {set: text}, {route: database}, {route: bucket} or {ref: name}")


def _operand(action: str, operand: object) -> str:
    if not isinstance(operand, str):
        raise ValueError(f"`{action}` takes text: put it in quotes")
    if action != "set" and not operand:
        raise ValueError(f"`{action}` needs a name")
    return operand


def _write_env_rule(rule: EnvRule) -> Any:
    return rule.action if rule.action in ("copy", "drop") else {rule.action: rule.value}


def _one_key(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string"}},
        "required": [name],
        "additionalProperties": False,
    }


EnvRuleValue = Annotated[
    EnvRule,
    PlainValidator(_env_rule),
    PlainSerializer(_write_env_rule),
    WithJsonSchema({"anyOf": [{"enum": ["copy", "drop"]}, *map(_one_key, ("set", "route", "ref"))]}),
]


def _cap(value: object) -> int | Literal["none"]:
    if value == "none":
        return "none"
    if type(value) is int and 1 <= value <= 1000:
        return value
    raise ValueError("must be a number from 1 to 1000, or none")


Cap = Annotated[
    int | Literal["none"],
    PlainValidator(_cap),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"const": "none"}]}),
]
